"""The paragraph a citation stands in, with the cited words found in it.

Rules:
- What a document prints is marked where it stands; where it is wrapped or written otherwise, nothing is.
- An excerpt keeps the cited words and says with an ellipsis where it is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.reports.rows import Row

EXCERPT = 90  # characters to either side of the cited words, in a row of a line or two


@dataclass(frozen=True, slots=True)
class Context:
    """A text in three parts: before the cited words, these ('' where they were not found), and after them."""

    before: str
    cited: str
    after: str


def split_context(row: Row) -> Context:
    """A row's whole context, cut where the cited words begin and end."""
    text = row.context
    for words in (row.printed, row.citation.anchor or ""):
        place = text.find(words) if words else -1
        if place >= 0:
            return Context(text[:place], words, text[place + len(words) :])
    return Context(text, "", "")


def excerpt_context(row: Row) -> Context:
    """As much of a row's context as a short row has room for."""
    whole = split_context(row)
    if not whole.cited:
        return Context(_head(whole.before, 2 * EXCERPT), "", "")
    return Context(_tail(whole.before, EXCERPT), whole.cited, _head(whole.after, EXCERPT))


def _head(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"


def _tail(text: str, most: int) -> str:
    return text if len(text) <= most else "…" + text[-most:]
