"""What a reader finds in a document before its address is read: a printed URL with its place and headings."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import Flag, ItemCandidate, Rectangle


@dataclass(frozen=True, slots=True)
class Mention:
    """One printed URL. `start`/`end` are character offsets of the first fragment in the document's text;
    `url` is what the text means where escapes hide it (Markdown), else `text[start:end]`.

    `lines` and `column` count from 1; formats without lines have none. `part` names the part of the document
    that is not its running text, `paragraph` counts from 1 in it.
    `candidates` of length one is a decided item. `alternatives` are other readings of where the URL ends.
    `tail` is what follows on the next lines: the rest of a URL that is broken there, or nothing of it.
    """

    start: int
    end: int
    url: str
    lines: tuple[int, ...]
    fragments: int = 1
    page: int | None = None
    anchor: str | None = None
    context: str = ""
    section: str | None = None
    candidates: tuple[ItemCandidate, ...] = ()
    flags: tuple[Flag, ...] = ()
    alternatives: tuple[str, ...] = ()
    is_code: bool = False
    tail: str = ""
    column: int | None = None
    part: str | None = None
    paragraph: int | None = None
    rectangles: tuple[Rectangle, ...] = ()
