"""A message as it is sent, in every form that a channel may ask for, and as the ledger keeps it until it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from crawler.notify.letter import Letter
from crawler.notify.payload import SCHEMA
from crawler.notify.render import render_chat, render_html, render_text
from crawler.reports.words import LANGUAGES, say


@dataclass(frozen=True, slots=True)
class Message:
    """A message, written in every form. `about` is the night's id, or the day; `kind` is digest, overdue or test."""

    about: str
    kind: str
    subject: str
    text: str
    html: str
    chat: str
    payload: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The message's name: the same each time it is sent, so that a receiver can tell a repetition."""
        return f"{self.about}-{self.kind}"

    @property
    def data(self) -> str:
        """The message as the ledger keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, data: str) -> Self:
        """A message that the ledger kept."""
        return cls(**json.loads(data))


def write_message(about: str, kind: str, letter: Letter, payload: dict[str, Any]) -> Message:
    """A letter in every form."""
    return Message(about, kind, letter.subject, render_text(letter), render_html(letter), render_chat(letter), payload)


def trial_message(about: str, language: str) -> Message:
    """A message that says nothing but that it came through."""
    letter = Letter(language, f"Evercite · {say('notify.test_subject', language)}", (say("notify.test", language),))
    sentence = {code: say("notify.test", code) for code in LANGUAGES}
    payload = {"schema": SCHEMA, "kind": "test", "night": None, "sentence": sentence, "report": None}
    return write_message(about, "test", letter, payload)
