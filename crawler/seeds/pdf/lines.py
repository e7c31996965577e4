"""A page's lines in reading order, and its text.

Rules:
- Columns are read one after the other, a table row by row and cell by cell.
- Before a line stands what parts it from the one before: a line end in a paragraph, a tab between cells, an empty
  line between paragraphs. A paragraph ends where lines stand further apart than is usual on the page, or where
  letters change their size or weight.
- No text is changed but white space: one space where there is a gap.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low

from crawler.seeds.pdf.cells import read_cells
from crawler.seeds.pdf.columns import Band, read_bands
from crawler.seeds.pdf.letters import Style
from crawler.seeds.pdf.page import Piece
from crawler.seeds.pdf.shapes import Box, union
from crawler.seeds.text.headings import join_words

SLACK = 2  # characters that may stand a little out of order
MAX_DEPTH = 4  # columns in columns
SAME_LINE = 0.5  # of a line's height
WORD_GAP = 0.15  # of a line's height: a narrower gap is none
USUAL_PITCH = 1.8  # of the letters' size, where a page does not tell
WIDER = 1.15  # than usual: lines so far apart are two paragraphs
WIDEST = 3.2  # of the letters' size

LINE_END, CELL_END, BLOCK_END = "\n", "\t", "\n\n"
CLOSED = re.compile(r"[。！？；.!?;…][”’」』）)\"']*$")
_BROKEN_WORD = re.compile(r"(?:^|[^\w/.:%=&?~+#@-])[^\W\d_]+-$")  # no address, and no compound: state-of-the-art
_GOES_ON = re.compile(r"[a-zà-ž]")

Columns = tuple[float, float]
_NONE: dict[int, Box | None] = {}


@dataclass(slots=True)
class Line:
    """A line: its text, the box around it, the sides of its column, and its place.

    `before` is what parts it from the line before, `start` where it begins in the page's text.
    """

    text: str
    box: Box
    style: Style
    column: Columns
    pieces: Sequence[Piece | None]  # None for a space between pieces
    before: str = BLOCK_END
    start: int = 0
    known: dict[int, Box | None] = field(default_factory=dict)

    def box_of(self, place: int) -> Box | None:
        """The box of a character, None for a space; only while the page is open."""
        if self.text[place] == " ":
            return None
        if place not in self.known:
            first = 0
            for piece in self.pieces:
                length = len(piece.text) if piece else 1
                if piece and place < first + length:
                    self.known[place] = piece.read_box(place - first)
                    break
                first += length
        return self.known.get(place)

    def boxes(self, start: int, end: int) -> list[Box]:
        """The boxes of text[start:end], but for spaces."""
        found = (self.box_of(place) for place in range(max(0, start), min(end, len(self.text))))
        return [box for box in found if box]

    def places(self, left: float, right: float) -> list[int]:
        """The characters, no spaces, that may have their middle between two sides."""
        letters = [place for place, character in enumerate(self.text) if character != " "]
        first = bisect_left(letters, left, key=self._middle)
        last = bisect_right(letters, right, key=self._middle)
        return letters[max(0, first - SLACK) : last + SLACK]

    def _middle(self, place: int) -> float:
        box = self.box_of(place)
        return (box[0] + box[2]) / 2 if box else self.box[0]

    @property
    def end(self) -> int:
        """Where it ends in the page's text."""
        return self.start + len(self.text)


@dataclass(slots=True)
class Lines:
    """The lines of a page in reading order and the text they make."""

    lines: list[Line]
    text: str = ""
    starts: list[int] = field(default_factory=list)
    tops: list[int] = field(default_factory=list)  # for each line the number of its column's first line

    def number(self, place: int) -> int:
        """The number of that line, from 0."""
        return max(0, bisect_right(self.starts, place) - 1)

    def of(self, start: int, end: int) -> list[Line]:
        """The lines that hold some of text[start:end]."""
        return self.lines[self.number(start) : self.number(max(start, end - 1)) + 1]

    def is_cell(self, number: int) -> bool:
        """Whether another line stands beside a line, as in a table's row."""
        following = self.lines[number + 1].before if number + 1 < len(self.lines) else ""
        return CELL_END in (self.lines[number].before, following)

    def forget_boxes(self) -> None:
        """Keep the lines' words and columns only: boxes weigh far more, and the whole text as much again."""
        self.text, self.starts = "", []
        for line in self.lines:
            line.pieces, line.known, line.box = (), _NONE, (0.0, 0.0, 0.0, 0.0)

    def boxes(self, start: int, end: int) -> list[Box]:
        """A box a line around text[start:end]."""
        found = []
        for line in self.of(start, end):
            boxes = line.boxes(start - line.start, end - line.start)
            found += [union(boxes)] if boxes else []
        return found


def read_lines(pieces: Sequence[Piece]) -> Lines:
    """The lines of a page."""
    lines = list(_region(pieces, _sides(pieces), 0)) if pieces else []
    _part(lines)
    place = 0
    for line in lines:
        place += len(line.before)
        line.start = place
        place += len(line.text)
    text = "".join(line.before + line.text for line in lines)
    return Lines(lines, text, [line.start for line in lines], list(_tops(lines)))


def _tops(lines: Sequence[Line]) -> Iterator[int]:
    top = 0
    for number, line in enumerate(lines):
        top = number if line.column != lines[top].column else top
        yield top


def _sides(pieces: Sequence[Piece]) -> Columns:
    return min(piece.box[0] for piece in pieces), max(piece.box[2] for piece in pieces)


def _region(pieces: Sequence[Piece], column: Columns, depth: int) -> Iterator[Line]:
    for band in read_bands(pieces) if depth < MAX_DEPTH else [Band(list(pieces), [])]:
        if band.right:
            yield from _region(band.left, (column[0], band.gutter), depth + 1)
            yield from _region(band.right, (band.gutter, column[1]), depth + 1)
        else:
            yield from _rows(band.left, column)


def _rows(pieces: Sequence[Piece], column: Columns) -> Iterator[Line]:
    """The lines of one column; cells that stand beside each other are read one by one."""
    before = BLOCK_END
    for row in read_cells(pieces):
        is_row = len(row) > 1
        for number, cell in enumerate(row):
            yield from _cell_lines(cell, column, CELL_END if number else BLOCK_END if is_row else before)
        before = BLOCK_END if is_row else LINE_END


def _cell_lines(cell: Sequence[Piece], column: Columns, before: str) -> Iterator[Line]:
    for pieces in _on_lines(cell):
        line = _line(pieces, column)
        line.before = before
        yield line
        before = LINE_END


def _on_lines(cell: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces of a cell line by line, each from left to right."""
    lines: list[list[Piece]] = []
    for piece in sorted(cell, key=lambda piece: -piece.box[1] - piece.box[3]):
        last = lines[-1][0] if lines else None
        apart = abs(last.box[1] + last.box[3] - piece.box[1] - piece.box[3]) / 2 if last else 0.0
        if last and apart <= SAME_LINE * min(last.height, piece.height):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.box[0]) for line in lines]


def _line(pieces: Sequence[Piece], column: Columns) -> Line:
    parts: list[Piece | None] = [pieces[0]]
    for before, piece in pairwise(pieces):
        parts += [None, piece] if piece.box[0] - before.box[2] > WORD_GAP * piece.height else [piece]
    text = "".join(piece.text if piece else " " for piece in parts)
    longest = max(pieces, key=lambda piece: len(piece.text))
    return Line(text, union([piece.box for piece in pieces]), longest.style, column, parts)


def _part(lines: Sequence[Line]) -> None:
    """End a paragraph where the next line stands further off than is usual, or is set in other letters."""
    if lines:
        lines[0].before = ""
    pairs = [pair for pair in pairwise(lines) if pair[1].before == LINE_END]
    pitches = [_pitch(*pair) for pair in pairs if pair[0].style == pair[1].style]
    usual = min(median_low(pitches) if len(pitches) > 2 else USUAL_PITCH, WIDEST / WIDER)
    for upper, lower in pairs:
        if upper.style != lower.style or not 0 < _pitch(upper, lower) <= usual * WIDER:
            lower.before = BLOCK_END


def _pitch(upper: Line, lower: Line) -> float:
    """How far two lines are apart, in sizes of their letters."""
    apart = (upper.box[1] + upper.box[3] - lower.box[1] - lower.box[3]) / 2
    return apart / (lower.style.size or lower.box[3] - lower.box[1] or 1.0)


def mend(lines: Iterable[str], is_address: bool = False) -> str:
    """Lines as one: a word that was broken at their end is whole again; Chinese lines need no space between them."""
    mended = ""
    for line in lines:
        mended = join(mended, line.strip(), is_address)
    return " ".join(mended.split())


def join(before: str, line: str, is_address: bool = False) -> str:
    """A line put after what stands before it; the lines of an address have nothing between them."""
    if not before or not line or is_address:
        return before + line
    if _BROKEN_WORD.search(before[-40:]) and _GOES_ON.match(line):
        return before[:-1] + line
    return before + join_words([before[-1:], line])[1:]
