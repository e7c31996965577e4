"""The channels of a configuration: mail, a web hook, chats; each sends a message, or says what kept it from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

from crawler.config import Config
from crawler.notify.chat import Chat
from crawler.notify.mail import Mail
from crawler.notify.message import Message
from crawler.notify.trouble import Trouble
from crawler.notify.webhook import WebHook

# One try at most; less where every exchange has less (`exchange_deadline_s`).
MOST_TRY_S = 120.0


class Channel(Protocol):
    """A way to editors. `name` is what it is called in the ledger and in logs: never an address."""

    @property
    def name(self) -> str: ...

    def send(self, message: Message) -> Trouble | None:
        """Send a message; None when it was taken."""
        ...


def try_s(config: Config) -> float:
    """Seconds that one try of one channel may take."""
    return min(config.exchange_deadline_s, MOST_TRY_S)


def channels_of(config: Config) -> tuple[Channel, ...]:
    """The channels that are set up, each under a name of its own."""
    return tuple(_channels(config))


def _channels(config: Config) -> Iterator[Channel]:
    if config.mail_server:
        yield Mail(config, try_s(config))
    if config.webhook_url:
        yield WebHook(config, try_s(config))
    for url, name in zip(config.apprise_urls, _names(config.apprise_urls), strict=True):
        yield Chat(url, name)


def _names(urls: Sequence[str]) -> Iterator[str]:
    """The service of each address, numbered where there are several of one: `wecombot`, `wecombot-2`."""
    met: Counter[str] = Counter()
    for url in urls:
        service = url.partition("://")[0].lower()
        met[service] += 1
        yield service if met[service] == 1 else f"{service}-{met[service]}"
