"""A request for a Memento resource and the answer to it, as values; no server in sight.

Rules:
- An answer of ours that is no memento says in one sentence what is the matter, in the language the client prefers.
- Nothing that a client sent is said again: it may name a recipient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crawler.reports.words import say

Fields = list[tuple[str, str]]
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks: the resource's kind, the rest of the target as sent, and its fields by name in lower case."""

    method: str
    kind: str
    rest: str
    fields: Mapping[str, Sequence[str]]

    def values(self, name: str) -> Sequence[str]:
        """All values of a field."""
        return self.fields.get(name, ())

    def value(self, name: str) -> str | None:
        """The first value of a field, or None."""
        values = self.values(name)
        return values[0] if values else None


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, fields without Content-Length, and content: bytes, or `pieces` that are `length_bytes` together."""

    status: int
    fields: Fields
    content: bytes = b""
    pieces: Iterator[bytes] | None = None
    length_bytes: int | None = None

    @property
    def length(self) -> int:
        """The Content-Length."""
        return len(self.content) if self.length_bytes is None else self.length_bytes


def refuse(asked: Asked, status: int, rule: str, fields: Fields | None = None) -> Answer:
    """An answer that says why there is no other one: a sentence of the catalog."""
    language = prefers(asked.values("accept-language"))
    content = say(f"memento.{rule}", language) + "\n"
    named = [("Content-Type", TEXT), ("Content-Language", language), ("Cache-Control", "no-cache")]
    return Answer(status, [*(fields or []), *named], content.encode())


def prefers(values: Sequence[str]) -> str:
    """The first of our languages that a client names; English where it names none."""
    words = ",".join(values).lower().split(",")
    named = (word.strip()[:2] for word in words)
    return next((word for word in named if word in ("zh", "en")), "en")
