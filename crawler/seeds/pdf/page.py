"""What pdfium reads of a PDF page: its characters, run together into pieces of one line each.

Rules:
- A piece ends where the line does, or at a gap wide enough to part cells and columns; both by boxes alone, never by
  the order in which a producer wrote them.
- Where one of pdfium's own lines is one run of text its box is asked once; those of its characters only when a link
  or an address needs them, as long as the page is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from crawler.seeds.pdf.letters import Boxes, Letters, Style, find_quarters, read_letters
from crawler.seeds.pdf.pdfium import has_pictures
from crawler.seeds.pdf.shapes import Box, turned, union

MAX_CHARACTERS = 100_000  # of one page
CELL_GAP = 1.0  # of a line's height: a wider gap ends a piece
JUMP = 0.3  # of a line's height: so does a jump, a gap without a written space where spaces are written, or between Han
OVERLAP = 0.5  # of a line's height: so far back a character may begin
DRAWN = 0.25  # of a line's height: letters drawn lower than that say little of where their line is
FEW = 4  # characters: too few to trust the box around them
HYPHEN = "-"

_HYPHENS = {
    0xFFFE: HYPHEN,  # what pdfium makes of a hyphen at a line's end
    0x0002: HYPHEN,  # the same, in older versions
    0x00AD: HYPHEN,  # a soft hyphen is only drawn where a line ends
}
_RUN = re.compile(r"\S+")
_LINE = re.compile("[^\\r\\n\ufffe\\x02]+[\ufffe\\x02]?|[\ufffe\\x02]")
_SPACES = frozenset(" \t\r\n\u00a0\u3000\u2002\u2003\u2009\x0b\x0c")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters on one line, and a box around it. `number` tells when it was written; `read_box` gives the
    box of its nth character that is no space, while the page is open."""

    number: int
    text: str
    box: Box
    style: Style
    read_box: Callable[[int], Box | None]

    @property
    def height(self) -> float:
        """From its lowest to its highest point."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's pieces in the order written. `quarters`: how its text is turned; `box`: the page itself, in reading
    space; `is_cut`: not all of its text was read."""

    pieces: tuple[Piece, ...] = ()
    quarters: int = 0
    box: Box = (0.0, 0.0, 0.0, 0.0)
    has_pictures: bool = False
    is_cut: bool = False


def read_text(page: Any, text: Any) -> PageText:
    """The text of an open page."""
    count = min(text.count_chars(), MAX_CHARACTERS)
    if count <= 0:
        return PageText(has_pictures=has_pictures(page))
    letters = Letters(text.raw, find_quarters(text.raw, count))
    characters = read_letters(text, count)
    pieces = tuple(_pieces(letters, characters, letters.writes_spaces(characters)))
    box = turned(page.get_cropbox(), letters.quarters)
    return PageText(pieces, letters.quarters, box, not pieces and has_pictures(page), text.count_chars() > count)


def _pieces(letters: Letters, text: str, is_spaced: bool) -> Iterator[Piece]:
    for found in _LINE.finditer(text):
        line, first = found[0].translate(_HYPHENS), found.start()
        piece = _whole(letters, first, line)
        if piece:
            yield piece
        else:
            yield from _parted(letters, first, line, is_spaced)


def _whole(letters: Letters, first: int, line: str) -> Piece | None:
    """One of pdfium's lines as one piece, where the boxes of its runs show that it is one. Runs are boxed by what is
    drawn, nothing where a font is missing: how tall the line is its outer letters tell."""
    if len(line) < FEW or not line.isprintable():
        return None
    shown = line.strip()
    start = first + line.index(shown)
    end = start + len(shown) - 1
    ends = [box for box in (letters.box(start), letters.box(end)) if box]
    runs = letters.runs(first, len(line)) if len(ends) == 2 else []
    if not runs or not all(_follows(one, other, ends[0], JUMP) for one, other in pairwise(runs)):
        return None
    left, right = min(runs[0][0], ends[0][0]), max(runs[-1][2], ends[1][2])
    bottom, top = min(ends[0][1], ends[1][1]), max(ends[0][3], ends[1][3])
    text, read_box = _tidied(letters, start, shown)
    return Piece(start, text, (left, bottom, right, top), letters.style(start, end), read_box)


def _tidied(letters: Letters, start: int, line: str) -> tuple[str, Callable[[int], Box | None]]:
    """A line with its white space made one space each, and the boxes of what is left."""
    text = " ".join(line.split())
    if text == line:
        return text, partial(letters.box_after, start)
    runs = [found.span() for found in _RUN.finditer(line)]
    kept = [index for begin, end in runs for index in range(start + begin - 1, start + end)]
    return text, partial(letters.box_among, kept[1:])


def _follows(one: Box, other: Box, letter: Box, gap: float = CELL_GAP) -> bool:
    """Whether letters stand on the line of those before, right after them; `letter` tells how tall they are."""
    height = max(one[3] - one[1], other[3] - other[1], letter[3] - letter[1])
    room = DRAWN * height if min(one[3] - one[1], other[3] - other[1]) < DRAWN * height else 0.0
    middle, other_middle = (one[1] + one[3]) / 2, (other[1] + other[3]) / 2
    is_level = one[1] - room <= other_middle <= one[3] + room or other[1] - room <= middle <= other[3] + room
    return is_level and -OVERLAP * height <= other[0] - one[2] <= gap * height


def _parted(letters: Letters, first: int, line: str, is_spaced: bool) -> Iterator[Piece]:
    """The pieces of a line character by character; those that cannot be shown are left out."""
    text: list[str] = []
    boxes: list[Box] = []
    start = last = first
    for index, character in enumerate(line, first):
        box = letters.box(index) if character.isprintable() and character != " " else None
        if box is None:
            continue
        between = line[last + 1 - first : index - first]
        is_jump = bool(between) and (is_spaced or not (line[last - first] + character).isascii())
        gap = JUMP if is_jump and letters.is_generated(index - 1) else CELL_GAP
        if boxes and not _follows(union(boxes[-FEW:]), box, box, gap):
            yield _piece(letters, text, boxes, start)
            text, boxes = [], []
        start = start if boxes else index
        text.append(" " * (bool(boxes) and not _SPACES.isdisjoint(between)) + character)
        boxes.append(box)
        last = index
    if boxes:
        yield _piece(letters, text, boxes, start)


def _piece(letters: Letters, text: list[str], boxes: list[Box], start: int) -> Piece:
    known: Boxes = []
    for character, box in zip(text, boxes, strict=True):
        known += [None, box] if len(character) > 1 else [box]
    return Piece(start, "".join(text), union(boxes), letters.style(start, start), known.__getitem__)
