"""Chats and much else by apprise (the extra `chat`): WeCom, DingTalk, Feishu, Slack, one address each.

Rules:
- apprise is imported when a message is to be sent, and not before; without it the channel says how to install it.
- It logs the addresses it asks, tokens and all, and so do the libraries below it: they log nothing here.
- It says whether a message was taken, not why not; nor do all services say so.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from crawler.notify.message import Message
from crawler.notify.trouble import Trouble

_TALKATIVE = ("apprise", "requests", "urllib3", "markdown", "httpx", "httpcore", "paho")


@dataclass(frozen=True, slots=True)
class Chat:
    """One address of `apprise_urls`; its name is that of the service, never of the address."""

    url: str
    name: str

    def send(self, message: Message) -> Trouble | None:
        """Send a message by apprise; None when it was taken."""
        silence()
        try:
            from apprise import Apprise, AppriseAsset, NotifyFormat
        except ImportError:
            return Trouble("apprise is not installed; run pip install 'evercite[chat]'", passing=False)
        sender = Apprise(asset=AppriseAsset(app_id="Evercite", async_mode=False))
        if not sender.add(self.url):
            return Trouble("apprise knows no such service, or its address lacks a part", passing=False)
        taken = sender.notify(title=message.subject, body=message.chat, body_format=NotifyFormat.TEXT)
        return None if taken else Trouble("the message was not taken")


def silence() -> None:
    """Have apprise and what it uses log nothing, for as long as this process lives."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
