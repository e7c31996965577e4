"""Headings of a PDF, known by their letters, and what they head: a citation's section and item.

Rules:
- A heading is a short paragraph in larger or bolder letters than most of the document's, no cell of a table.
- The section is the running head in force; without one, the heading above of the outermost level, leaving out a
  document's only title where two levels remain.
- The item is the nearest heading above in the same column. Where nothing stands above in the column, the last
  heading before is meant when the text goes on from there or no other can be; else all that can be are candidates.
  Nothing is said of an item behind a page that could not be read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.model import ItemCandidate
from crawler.seeds.outline import candidates
from crawler.seeds.pdf.heads import Heads
from crawler.seeds.pdf.letters import Style
from crawler.seeds.pdf.lines import CELL_END, CLOSED, LINE_END, Columns, Line, Lines, mend
from crawler.seeds.text.headings import NO_TITLES

MAX_LINES = 3
MAX_CHARACTERS = 120
MAX_TITLES = 200  # of one page
MAX_CANDIDATES = 8
LARGER = 1.08  # than the body's letters
ALIKE = 0.8  # of the wider column: so wide is the next that text flows on to
SAME_SIDE = 2.0  # points

_PUNCTUATED = re.compile(r"[，。；：、,.;:…]$")
_WORD = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"://|www\.|@|https?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Title:
    """A short paragraph that may be a heading: its place in the document, its words, letters and column."""

    page: int
    line: int
    words: str
    style: Style
    column: Columns

    @property
    def place(self) -> tuple[int, int]:
        """Page and line, in reading order."""
        return self.page, self.line


@dataclass(frozen=True, slots=True)
class Place:
    """Where a citation stands: page, line on it (-1 above all), its column, and whether the text of that column goes
    on from the column before on the page."""

    page: int
    line: int
    column: Columns
    goes_on: bool


def count_letters(lines: Lines) -> Counter[Style]:
    """How many characters are set in each style."""
    letters: Counter[Style] = Counter()
    for line in lines.lines:
        letters[line.style] += len(line.text)
    return letters


def read_titles(page: int, lines: Lines) -> list[Title]:
    """The paragraphs of a page that may be headings, should their letters stand out."""
    found = (_title(page, first, block) for first, block in _paragraphs(lines.lines))
    return [title for title in found if title][:MAX_TITLES]


def _paragraphs(lines: Sequence[Line]) -> Iterator[tuple[int, list[Line]]]:
    """The paragraphs that are no cells, each with the number of its first line."""
    ends = [number for number, line in enumerate(lines) if line.before != LINE_END] + [len(lines)]
    for first, end in pairwise(ends):
        is_cell = lines[first].before == CELL_END or (end < len(lines) and lines[end].before == CELL_END)
        if not is_cell:
            yield first, list(lines[first:end])


def _title(page: int, first: int, block: Sequence[Line]) -> Title | None:
    if len(block) > MAX_LINES:
        return None
    words = mend(line.text for line in block)
    could_be = (
        len(words) <= MAX_CHARACTERS
        and len(_WORD.findall(words)) >= 2
        and not _PUNCTUATED.search(words)
        and not _ADDRESS.search(words)
        and not any(pattern.match(words) for name, pattern, _ in NO_TITLES if name != "list item")
    )
    return Title(page, first, words, block[0].style, block[0].column) if could_be else None


def read_place(page: int, number: int, lines: Lines) -> Place:
    """The place of a line of a page; -1 is above all."""
    if number < 0 or not lines.lines:
        return Place(page, number, (float("-inf"), float("inf")), True)
    column, first = lines.lines[number].column, lines.tops[number]
    before = lines.lines[first - 1] if first else None
    goes_on = before is not None and _are_alike(before.column, column) and not CLOSED.search(before.text)
    return Place(page, number, column, goes_on)


def _are_alike(column: Columns, other: Columns) -> bool:
    """Whether two columns are about as wide as each other, as text flows through them."""
    wide, narrow = sorted((column[1] - column[0], other[1] - other[0]), reverse=True)
    return narrow >= ALIKE * wide


class Headings:
    """The headings of a whole document."""

    def __init__(
        self, titles: Iterable[Title], letters: Counter[Style], heads: Heads, unread: Sequence[int] = ()
    ) -> None:
        body = _body(letters)
        found = [one for one in titles if one.line not in heads.of(one.page) and _stands_out(one.style, body)]
        self._titles = sorted(found, key=lambda title: title.place)
        self._places = [title.place for title in self._titles]
        self._heads = heads
        self._unread = sorted(unread)
        self._outermost, self._levels = _outermost(self._titles)
        self._outer = [title for title in self._titles if title.style == self._outermost]
        self._outer_places = [title.place for title in self._outer]

    def section(self, place: Place) -> str | None:
        """The section at a place: the running head in force, else the heading of the outermost level; None where a page
        that nobody read may have begun another."""
        words, page = self._heads.sections.get(place.page) or self._outer_heading(place)
        return None if self._is_unread(page, place.page) else words

    def _outer_heading(self, place: Place) -> tuple[str | None, int]:
        number = bisect_right(self._outer_places, (place.page, place.line))
        if self._heads.sections or not number:
            return None, place.page
        return self._outer[number - 1].words, self._outer[number - 1].page

    def items(self, place: Place, anchor: str | None, around: Callable[[], str]) -> tuple[ItemCandidate, ...]:
        """The item at a place, or what may be it."""
        titles = self._meant(place)
        if len(titles) == 1 and not self._heads_section(titles[0], place):
            is_above = titles[0].page == place.page and _covers(titles[0].column, place.column)
            return (ItemCandidate(titles[0].words, "heading-above" if is_above else "last-item-before"),)
        if len(titles) > 1:
            return tuple(ItemCandidate(title.words, "several-items-on-page") for title in titles)
        return candidates(None, anchor, around())

    def _before(self, place: Place) -> Iterator[Title]:
        """The headings at and before a place, the last first."""
        number = bisect_right(self._places, (place.page, place.line))
        return (self._titles[back] for back in range(number - 1, -1, -1))

    def _meant(self, place: Place) -> list[Title]:
        """The headings that may head a place; the last in reading order alone where that is certain."""
        last = next(self._before(place), None)
        if last is None or self._heads.section(last.page) != self._heads.section(place.page):
            return []
        if last.page != place.page and self._is_unread(last.page, place.page):
            return []
        if last.page != place.page or _covers(last.column, place.column) or place.goes_on:
            return [last]
        return _unique(self._until_cover(place))

    def _is_unread(self, first: int, last: int) -> bool:
        """Whether a page after the first, up to the last, may have headings that nobody read."""
        return bisect_right(self._unread, last) > bisect_right(self._unread, first)

    def _until_cover(self, place: Place) -> Iterator[Title]:
        """The headings of the columns before on the page, and the one above them all."""
        for title in self._before(place):
            if title.page != place.page:
                return
            yield title
            if _covers(title.column, place.column):
                return

    def _heads_section(self, title: Title, place: Place) -> bool:
        """Whether a heading names the section and not an item of it."""
        if self._heads.sections:
            return title.words == self._heads.section(place.page)
        return self._levels > 1 and _weight(title.style) >= _weight(self._outermost)


def _body(letters: Counter[Style]) -> Style:
    """The letters that most of the text is set in."""
    sizes: Counter[float] = Counter()
    for style, count in letters.items():
        sizes[style.size] += count
    size = max(sizes, key=lambda one: (sizes[one], -one), default=0.0)
    return Style(size, letters[Style(size, True)] > letters[Style(size, False)])


def _stands_out(style: Style, body: Style) -> bool:
    return style.size >= LARGER * body.size or (style.is_bold and not body.is_bold and style.size >= body.size)


def _outermost(titles: Sequence[Title]) -> tuple[Style, int]:
    """The style of the headings that head sections, and how many levels there are from it on."""
    styles = sorted({title.style for title in titles}, key=_weight, reverse=True)
    if not styles:
        return Style(0.0), 0
    is_title = titles[0].style == styles[0] and sum(title.style == styles[0] for title in titles) == 1
    if is_title and len(styles) > 2:
        styles = styles[1:]
    return styles[0], len(styles)


def _weight(style: Style) -> tuple[float, bool]:
    return style.size, style.is_bold


def _covers(column: Columns, other: Columns) -> bool:
    """Whether a column reaches as far to both sides as another."""
    return column[0] <= other[0] + SAME_SIDE and column[1] >= other[1] - SAME_SIDE


def _unique(titles: Iterable[Title]) -> list[Title]:
    words: dict[str, Title] = {}
    for title in titles:
        words.setdefault(title.words, title)
    return list(words.values())[:MAX_CANDIDATES]
