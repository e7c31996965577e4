"""What a page cites: its links, and the addresses that are only printed; and links that go on in the next column.

Rules:
- An address printed under a link is the link's; elsewhere it counts by itself.
- A link goes on in the next column, or on the next page, when nothing but running heads and page numbers stands
  between its parts and its words are no finished sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from crawler.model import Flag, Rectangle
from crawler.seeds.boundary.find import Span, find_urls
from crawler.seeds.pdf.heads import Heads
from crawler.seeds.pdf.lines import CLOSED, Lines
from crawler.seeds.pdf.links import Anchor, Words, names_another_target, read_anchors
from crawler.seeds.pdf.pages import Page
from crawler.seeds.pdf.shapes import Box, turned_back
from crawler.seeds.recipients import tail


@dataclass(slots=True)
class Found:
    """A citation before its headings are known: a link (`anchor`), or text[start:end] of its page.

    `line` and `last_line` number the page's lines it stands in from 0; `line` is -1 above all of them.
    """

    page: int
    url: str
    start: int
    end: int
    line: int
    last_line: int
    rectangles: list[Rectangle]
    anchor: Anchor | None = None
    has_words: bool = True  # False where the page's text could not be read
    flags: tuple[Flag, ...] = ()
    alternatives: tuple[str, ...] = ()
    tail: str = ""

    @property
    def glued(self) -> range:
        """The lines that have nothing between them and the next, since an address goes on there."""
        is_address = self.anchor is None or self.anchor.address is not None
        return range(self.line, self.last_line if is_address else self.line)


def read_found(page: Page) -> list[Found]:
    """What a page cites, in reading order."""
    anchors = read_anchors(page.number, page.links.links, page.lines, page.quarters)
    under: dict[int, list[Words]] = {}
    for anchor in anchors:
        for words in anchor.words:
            under.setdefault(words.line, []).append(words)
    found = [_linked(page, anchor) for anchor in anchors]
    found += [_printed(page, span) for span in find_urls(page.lines.text) if not _is_under(span, page.lines, under)]
    return sorted(found, key=lambda one: one.start)


def _linked(page: Page, anchor: Anchor) -> Found:
    words, lines = anchor.words, page.lines
    first = anchor.fragments[0].line
    place = lines.lines[first].end if first >= 0 else 0
    return Found(
        page.number,
        anchor.uri,
        words[0].start if words else place,
        words[0].end if words else place,
        words[0].line if words else first,
        words[-1].line if words else first,
        list(_rectangles(anchor)),
        anchor,
        page.is_read,
        (Flag.PRINTED_TARGET_MISMATCH,) if names_another_target(anchor, lines) else (),
    )


def _rectangles(anchor: Anchor) -> Iterator[Rectangle]:
    for fragment in anchor.fragments:
        yield from (_rectangle(fragment.page, box) for box in fragment.boxes)


def _rectangle(page: int, box: Box) -> Rectangle:
    left, bottom, right, top = (round(side, 2) for side in box)
    return Rectangle(page, left, bottom, right, top)


def _is_under(span: Span, lines: Lines, under: Mapping[int, list[Words]]) -> bool:
    """Whether some of a printed address is under a link."""
    numbers = range(lines.number(span.start), lines.number(max(span.start, span.end - 1)) + 1)
    words = (words for number in numbers for words in under.get(number, ()))
    return any(one.start < span.end and one.end > span.start for one in words)


def _printed(page: Page, span: Span) -> Found:
    lines = page.lines
    boxes = [turned_back(box, page.quarters) for box in lines.boxes(span.start, span.end)]
    return Found(
        page.number,
        lines.text[span.start : span.end],
        span.start,
        span.end,
        lines.number(span.start),
        lines.number(max(span.start, span.end - 1)),
        [_rectangle(page.number, box) for box in boxes],
        flags=span.flags,
        alternatives=span.alternatives,
        tail=tail(lines.text, span.end),
    )


@dataclass(slots=True)
class Joined:
    """The citations of a document in order, with those of one anchor joined over columns and pages."""

    pages: Mapping[int, Lines]
    heads: Heads
    found: list[Found] = field(default_factory=list)

    def add(self, one: Found) -> None:
        """Take up the next, or join it to the last."""
        last = self.found[-1] if self.found else None
        if last and last.anchor and one.anchor and last.url == one.url and self._goes_on(last.anchor, one.anchor):
            last.anchor.fragments += one.anchor.fragments
            last.rectangles += one.rectangles
            last.flags = () if last.anchor.address else last.flags + one.flags
        else:
            self.found.append(one)

    def _goes_on(self, first: Anchor, second: Anchor) -> bool:
        if not first.words or not second.words or CLOSED.search(first.text):
            return False
        end, start = first.words[-1], second.words[0]
        above, below = self.pages[end.page].lines[end.line], self.pages[start.page].lines[start.line]
        is_broken = above.end == end.end and below.start == start.start and above.style.size == below.style.size
        is_elsewhere = start.page == end.page + 1 or (start.page == end.page and above.column != below.column)
        return (
            is_broken and is_elsewhere and all(line in self.heads.of(page) for page, line in self._between(end, start))
        )

    def _between(self, end: Words, start: Words) -> Iterator[tuple[int, int]]:
        """The lines between two places, as (page, line)."""
        if start.page == end.page:
            yield from ((end.page, line) for line in range(end.line + 1, start.line))
            return
        yield from ((end.page, line) for line in range(end.line + 1, len(self.pages[end.page].lines)))
        yield from ((start.page, line) for line in range(start.line))


def join_found(found: Iterable[Found], pages: Mapping[int, Lines], heads: Heads) -> list[Found]:
    """The citations of a document, those of one anchor joined."""
    joined = Joined(pages, heads)
    for one in found:
        joined.add(one)
    return joined.found
