"""What pdfium reads of a PDF page: its characters, run together into pieces of one line each.

Rules:
- A piece ends where the line does, or at a gap wide enough to part cells and columns; both by boxes alone, never by
  the order in which a producer wrote them.
- A call into pdfium costs a microsecond: where pdfium's own line is one run of text its box is asked once, and
  those of its characters only when a link or an address needs them, as long as the page is open.
- Boxes are in reading space (pdf_shapes); characters with impossible boxes are dropped.
- Kangxi and CJK radicals (U+2E80-2FDF) that producers write for plain Han are normalised, nothing else is.
- No font of the machine is used: what is read is the same everywhere, and ten times as fast where fonts are missing.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types
import pypdfium2.raw as raw  # type: ignore[import-untyped]  # ships no types

from crawler.seeds.pdf_shapes import Box, turned, union

MAX_CHARACTERS = 100_000  # of one page
MAX_POINTS = 20_000  # from the page's corner; ISO 32000-1 Annex C ends pages at 14,400
MAX_OBJECTS = 200  # looked at to see whether a page without text holds pictures
CELL_GAP = 1.0  # of a line's height: a wider gap ends a piece
OVERLAP = 0.5  # of a line's height: so far back a character may begin
FEW = 4  # characters: too few to trust the box around them
MAX_RUNS = 200  # of one line
SAMPLES = 24

HYPHEN = "-"
_RADICALS = {
    code: plain
    for code in range(0x2E80, 0x2FE0)
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1 and plain != chr(code)
}
_HYPHENS = {
    0xFFFE: HYPHEN,  # what pdfium makes of a hyphen at a line's end
    0x0002: HYPHEN,  # the same, in older versions
    0x00AD: HYPHEN,  # a soft hyphen is only drawn where a line ends
}
_LINE = re.compile("[^\\r\\n\ufffe\\x02]+[\ufffe\\x02]?|[\ufffe\\x02]")
_SPACES = frozenset(" \t\r\n\u00a0\u3000\u2002\u2003\u2009\x0b\x0c")
_BOLD_NAMES = ("bold", "black", "heavy", "demi", "-bd", "simhei", "heiti")
_BOLD_WEIGHT = 600
_FORCE_BOLD = 1 << 18  # ISO 32000-1 table 123


@dataclass(frozen=True, slots=True)
class Style:
    """How big letters are (points, to the half), and whether they are bold throughout."""

    size: float
    is_bold: bool = False


Boxes = list[Box | None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters on one line, and a box around it. `read_boxes` gives one for each character (None for spaces)
    while the page is open."""

    text: str
    box: Box
    style: Style
    read_boxes: Callable[[], Boxes]

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


def open_document(content: bytes) -> Any:
    """The document as pdfium sees it. Raises pdfium's error where it cannot."""
    return pdfium.PdfDocument(content)


@contextmanager
def open_page(document: Any, number: int) -> Iterator[PageText | None]:
    """The text of a page, numbered from 0, closed afterwards; None where pdfium cannot read it."""
    page = text = None
    try:
        with suppress(pdfium.PdfiumError, OSError, MemoryError):
            page = document[number]
            text = page.get_textpage()
        yield None if text is None else _read(page, text)
    finally:
        for handle in (text, page):
            if handle is not None:
                handle.close()


def _read(page: Any, text: Any) -> PageText:
    count = min(text.count_chars(), MAX_CHARACTERS)
    if count <= 0:
        return PageText(has_pictures=_has_pictures(page))
    letters = _Letters(text.raw, _quarters(text.raw, count))
    pieces = tuple(_pieces(letters, _text(text, count)))
    box = turned(page.get_cropbox(), letters.quarters)
    return PageText(pieces, letters.quarters, box, not pieces and _has_pictures(page), text.count_chars() > count)


def _has_pictures(page: Any) -> bool:
    objects = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    return next(iter(objects), None) is not None


def _quarters(handle: Any, count: int) -> int:
    """How most of the page's text is turned, in quarter turns against the clock; by a sample."""
    matrix = raw.FS_MATRIX()
    turns: Counter[int] = Counter()
    for index in range(0, count, max(1, count // SAMPLES)):
        if raw.FPDFText_IsGenerated(handle, index) == 0 and raw.FPDFText_GetMatrix(handle, index, matrix):
            turns[round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4] += 1
    return max(turns, key=lambda turn: (turns[turn], -turn), default=0)


def _text(text: Any, count: int) -> str:
    """One character for each of pdfium's: at once where none of them takes two places in UTF-16, else one by one."""
    whole: str = text.get_text_range(0, count, errors="replace")
    if len(whole) != count:
        codes = (raw.FPDFText_GetUnicode(text.raw, index) for index in range(count))
        whole = "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)
    return whole.translate(_RADICALS)


@dataclass(frozen=True, slots=True)
class _Letters:
    """The characters of an open page, asked by their number. Boxes come in reading space."""

    handle: Any
    quarters: int

    def box(self, index: int) -> Box | None:
        """The box of one character as tall as its font; None for an impossible one."""
        return next(self._boxes([index]))

    def boxes(self, first: int, text: str) -> Boxes:
        """The boxes of characters from `first` on, one for each that is left when white space is made one space."""
        places = [index for index, character in enumerate(text, first) if character != " "]
        found = self._boxes(places)
        tidied = (character for word in text.split() for character in (" ", *word))
        return [None if character == " " else next(found) for character in islice(tidied, 1, None)]

    def _boxes(self, places: Iterable[int]) -> Iterator[Box | None]:
        box, get = raw.FS_RECTF(), raw.FPDFText_GetLooseCharBox
        there = ctypes.byref(box)
        for index in places:
            is_known = get(self.handle, index, there)
            yield self._sane((box.left, box.bottom, box.right, box.top)) if is_known else None

    def runs(self, first: int, count: int) -> list[Box]:
        """A box for each run of text among characters; nothing where one is impossible."""
        found = []
        for number in range(raw.FPDFText_CountRects(self.handle, first, count)):
            if number >= MAX_RUNS:
                return []
            box = self._run(number)
            if box is None:
                return []
            found.append(box)
        return found

    def _run(self, number: int) -> Box | None:
        left, top, right, bottom = ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
        if not raw.FPDFText_GetRect(self.handle, number, left, top, right, bottom):
            return None
        return self._sane((left.value, bottom.value, right.value, top.value))

    def _sane(self, box: Box) -> Box | None:
        if -MAX_POINTS < min(box) <= max(box) < MAX_POINTS and box[0] <= box[2] and box[1] < box[3]:
            return turned(box, self.quarters) if self.quarters else box
        return None

    def style(self, first: int, last: int) -> Style:
        """The style of characters from first to last."""
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self.handle, first, matrix)
        size = raw.FPDFText_GetFontSize(self.handle, first) * math.hypot(matrix.c, matrix.d)
        size = min(size, MAX_POINTS) if math.isfinite(size) else 0.0
        return Style(round(2 * size) / 2, self._is_bold(first) and self._is_bold(last))

    def _is_bold(self, index: int) -> bool:
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self.handle, index, name, len(name), flags)
        if raw.FPDFText_GetFontWeight(self.handle, index) >= _BOLD_WEIGHT or flags.value & _FORCE_BOLD:
            return True
        return _names_bold(name.value)


def _names_bold(name: bytes) -> bool:
    shown = name.decode("latin-1").lower()
    return any(word in shown for word in _BOLD_NAMES)


def _pieces(letters: _Letters, text: str) -> Iterator[Piece]:
    for found in _LINE.finditer(text):
        line, first = found[0].translate(_HYPHENS), found.start()
        piece = _whole(letters, first, line)
        if piece:
            yield piece
        else:
            yield from _parted(letters, first, line)


def _whole(letters: _Letters, first: int, line: str) -> Piece | None:
    """One of pdfium's lines as one piece, where the boxes of its runs show that it is one."""
    if len(line) < FEW or not line.isprintable():
        return None
    runs = letters.runs(first, len(line))
    if not runs or not all(_follows(one, other) for one, other in pairwise(runs)):
        return None
    style = letters.style(first + len(line) - len(line.lstrip()), first + len(line.rstrip()) - 1)
    return Piece(" ".join(line.split()), union(runs), style, partial(letters.boxes, first, line))


def _follows(one: Box, other: Box) -> bool:
    """Whether a run stands on the line of the one before, right after it."""
    height = max(one[3] - one[1], other[3] - other[1])
    is_level = one[1] <= (other[1] + other[3]) / 2 <= one[3] or other[1] <= (one[1] + one[3]) / 2 <= other[3]
    return is_level and -OVERLAP * height <= other[0] - one[2] <= CELL_GAP * height


def _parted(letters: _Letters, first: int, line: str) -> Iterator[Piece]:
    """The pieces of a line character by character; those that cannot be shown are left out."""
    text: list[str] = []
    boxes: list[Box] = []
    start = first
    is_apart = False
    for index, character in enumerate(line, first):
        box = letters.box(index) if character.isprintable() and character != " " else None
        if box is None:
            is_apart = is_apart or character in _SPACES
            continue
        if boxes and not _follows(union(boxes[-FEW:]), box):
            yield _piece(letters, text, boxes, start)
            text, boxes = [], []
        start = start if boxes else index
        text.append(" " * (is_apart and bool(boxes)) + character)
        boxes.append(box)
        is_apart = False
    if boxes:
        yield _piece(letters, text, boxes, start)


def _piece(letters: _Letters, text: list[str], boxes: list[Box], start: int) -> Piece:
    known: Boxes = []
    for character, box in zip(text, boxes, strict=True):
        known += [None, box] if len(character) > 1 else [box]
    return Piece("".join(text), union(boxes), letters.style(start, start), known.copy)


def _use_no_fonts() -> Any:
    """Keep pdfium from the machine's fonts, for which it would have to draw each letter to know its box."""
    info = raw.FPDF_SYSFONTINFO(version=1)
    for name, kind in raw.FPDF_SYSFONTINFO._fields_[1:]:
        answers = getattr(kind, "_restype_", None)
        setattr(info, name, kind(lambda *_, answer=0 if answers in (ctypes.c_int, ctypes.c_ulong) else None: answer))
    raw.FPDF_SetSystemFontInfo(info)
    return info


_FONTS = _use_no_fonts()  # pdfium keeps a pointer to it
