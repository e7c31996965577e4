"""A message before it is put into the form of a channel: what it says, in one language, safe to show anywhere.

Rules:
- Text of strangers comes in through `clean` alone: redacted first, then shown without invisible characters, then cut.
- A subject is made of our own words, figures and dates: no title or address of a stranger gets into a header field.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.reports.visible import show
from crawler.urls.redact import redact_text

# Characters of one stranger's text in a message: the report has the whole.
MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One link that is news: what it is now, where it is cited, its address as printed, why; '' where there is none."""

    head: str
    place: str
    address: str
    why: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Entries of one kind, or lines of it; `left_out` is how many of them are not here."""

    heading: str
    entries: tuple[Entry, ...] = ()
    lines: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """What is told. `report` is where the whole stands, under the words `report_label`; '' where no server has it."""

    language: str
    subject: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    closing: tuple[str, ...] = ()
    report_label: str = ""
    report: str = ""


def clean(text: str, most: int = MOST_SHOWN) -> str:
    """Text of a stranger as it may be shown, at most so many characters of it."""
    return cut(show(redact_text(text)), most)


def cut(text: str, most: int) -> str:
    """At most so many characters of a text; that there is more shows."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
