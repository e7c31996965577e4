"""What the URLs of a Markdown text stand in – a list entry, a paragraph, a row of a table – and what that says of them.

Rules:
- The item is a candidate listed below the entry, the row's title, the link's words or the entry's, in this order.
- A row's columns are told as a spreadsheet's are (tables/columns.py); a cell that is a link counts as what it opens.
- Everything here is asked only when the whole document is read, and then once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from crawler.model import Flag, ItemCandidate
from crawler.seeds.anchors import is_whole_url
from crawler.seeds.html.page import shortened
from crawler.seeds.tables.columns import HEADER_ROWS, SAMPLE_ROWS, Columns, find_columns

CONTEXT_CHARACTERS = 160
ANCHOR_CHARACTERS = 300

_EDGES = " \t\n:：—–-|,，;；"
_EMPTY_BRACKETS = re.compile(r"[(（\[【<《]\s*[)）\]】>》]")


@dataclass(slots=True)
class Found:
    """One URL of an entry, before the entry is complete."""

    url: str
    start: int
    end: int
    words: list[str] | None = None
    fragments: int = 1
    flags: tuple[Flag, ...] = ()
    alternatives: tuple[str, ...] = ()
    is_code: bool = False

    @property
    def anchor(self) -> str | None:
        """The words of a link, complete once it is closed."""
        return None if self.words is None else "".join(self.words)


@dataclass
class Table:
    """The rows of a table: what their cells show, and where those that are links lead instead."""

    shown: list[list[str]] = field(default_factory=list)
    leads: list[list[str]] = field(default_factory=list)

    @cached_property
    def columns(self) -> Columns | None:
        """What its columns mean; a header in words of its own names nothing, but is none of the data."""
        sample = self.leads[: HEADER_ROWS + SAMPLE_ROWS]
        return find_columns(sample) or find_columns(sample[1:])


@dataclass
class Entry:
    """A list entry, heading, paragraph or table row: its words beside the URLs, and what it offers as items."""

    heading: str | None
    is_list_entry: bool = False
    words: list[str] = field(default_factory=list)
    candidates: list[ItemCandidate] = field(default_factory=list)
    has_urls: bool = False
    table: Table | None = None
    row: int = 0

    @cached_property
    def text(self) -> str:
        """The words beside the URLs, without the marks that set them apart; asked when the entry is complete."""
        words = _EMPTY_BRACKETS.sub("", " ".join(self.words))
        return " ".join(words.split()).strip(_EDGES)

    @cached_property
    def context(self) -> str:
        """The beginning of its words, redacted."""
        return shortened(self.text, CONTEXT_CHARACTERS)

    @property
    def columns(self) -> Columns | None:
        """What the columns of its table mean, for a row of the table's data."""
        columns = self.table.columns if self.table else None
        return columns if columns and self.row >= columns.first_row else None

    @property
    def cells(self) -> list[str]:
        """What the cells of a row show."""
        return self.table.shown[self.row] if self.table else []

    @property
    def section(self) -> str | None:
        """What its row says, else the heading above it."""
        return (self.columns.section_of(self.cells) if self.columns else None) or self.heading


def candidates_of(entry: Entry, found: Found) -> tuple[ItemCandidate, ...]:
    """The item of a URL in an entry, or what it may be."""
    if entry.candidates:
        return tuple(entry.candidates)
    columns = entry.columns
    if columns and columns.title_of(entry.cells):
        return columns.candidates_of(entry.cells)
    title = _title(found)
    if title:
        return (ItemCandidate(title, "link-text"),)
    if entry.is_list_entry and entry.text:
        return (ItemCandidate(shortened(entry.text, ANCHOR_CHARACTERS), "list-entry"),)
    return columns.candidates_of(entry.cells) if columns else ()


def _title(found: Found) -> str:
    """A link's text, where it is no URL itself."""
    title = " ".join((found.anchor or "").split())
    return "" if is_whole_url(title) or title == found.url else shortened(title, ANCHOR_CHARACTERS)
