"""What a reader makes of one file: its mentions, what dates it, and what in it could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.seeds.mention import Mention

OPENING_CHARACTERS = 2000  # enough for a title page: where a document's text states its date


@dataclass(frozen=True, slots=True)
class Why:
    """Why something is not read, in one sentence of each language; it says what to do where anything can be done.

    It follows the document's name: `is encrypted; save it without a password`.
    """

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read. `opening` is the beginning of its text, `dated` what its metadata states as its date
    (ISO 8601 date), `warnings` what in it could not be read."""

    mentions: tuple[Mention, ...]
    opening: str = ""
    dated: str | None = None
    warnings: tuple[Why, ...] = ()


# A reader never raises for what is wrong with a document: that is a Why.
Reader = Callable[[bytes], Reading | Why]
