"""What pdfium reads of a PDF page: its characters, run together into pieces of one line each.

Rules:
- A piece ends where the line does, or at a gap wide enough to part cells and columns; both by the characters'
  boxes alone, never by the order in which a producer wrote them.
- Boxes are in reading space (pdf_shapes); characters with impossible boxes are dropped.
- Kangxi and CJK radicals (U+2E80-2FDF) that producers write for plain Han are normalised, nothing else is.
- A page and its text are closed as soon as they are read.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types
import pypdfium2.raw as raw  # type: ignore[import-untyped]  # ships no types

from crawler.seeds.pdf_shapes import Box, turned

MAX_CHARACTERS = 100_000  # of one page
MAX_POINTS = 20_000  # from the page's corner; ISO 32000-1 Annex C ends pages at 14,400
MAX_OBJECTS = 200  # looked at to see whether a page without text holds pictures
CELL_GAP = 1.0  # of a line's height: a wider gap ends a piece
SAMPLES = 24

HYPHEN = "-"
_RADICALS = {
    code: plain
    for code in range(0x2E80, 0x2FE0)
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1 and plain != chr(code)
}
_PLAIN: dict[int, str | None] = {
    **_RADICALS,
    0xFFFE: HYPHEN,  # what pdfium makes of a hyphen at a line's end
    0x0002: HYPHEN,  # the same, in older versions
    0x00AD: HYPHEN,  # a soft hyphen is only drawn where a line ends
}
_SPACES = frozenset(" \t\r\n\u00a0\u3000\u2002\u2003\u2009\x0b\x0c")
_BOLD_NAMES = ("bold", "black", "heavy", "demi", "-bd", "simhei", "heiti")
_BOLD_WEIGHT = 600
_FORCE_BOLD = 1 << 18  # ISO 32000-1 table 123


@dataclass(frozen=True, slots=True)
class Style:
    """How big letters are (points, to the half), and whether they are bold throughout."""

    size: float
    is_bold: bool = False


@dataclass(slots=True)
class Piece:
    """A run of characters on one line: its text, a box for each character (None for spaces), one around all."""

    text: list[str]
    boxes: list[Box | None]
    box: Box
    style: Style = field(default_factory=lambda: Style(0.0))

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


def read_page(document: Any, number: int) -> PageText:
    """The text of a page, numbered from 0. Raises pdfium's error where it cannot."""
    page = document[number]
    try:
        text = page.get_textpage()
        try:
            return _read(page, text)
        finally:
            text.close()
    finally:
        page.close()


def _read(page: Any, text: Any) -> PageText:
    count = min(text.count_chars(), MAX_CHARACTERS)
    if not count:
        return PageText(has_pictures=_has_pictures(page))
    quarters = _quarters(text.raw, count)
    pieces = _pieces(text, count, quarters)
    return PageText(
        tuple(pieces),
        quarters,
        turned(page.get_cropbox(), quarters),
        not pieces and _has_pictures(page),
        text.count_chars() > count,
    )


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


def _pieces(text: Any, count: int, quarters: int) -> list[Piece]:
    pieces: list[Piece] = []
    ends: list[tuple[int, int]] = []
    piece: Piece | None = None
    is_apart = False
    for index, character, box in _characters(text, count, quarters):
        if box is None:
            is_apart = True
            continue
        if piece is None or not _goes_on(piece, box):
            piece = Piece([], [], box)
            pieces.append(piece)
            ends.append((index, index))
        elif is_apart:
            piece.text.append(" ")
            piece.boxes.append(None)
        is_apart = False
        ends[-1] = (ends[-1][0], index)
        _append(piece, character, box)
    for piece, (first, last) in zip(pieces, ends, strict=True):
        piece.style = _style(text.raw, first, last)
    return pieces


def _append(piece: Piece, character: str, box: Box) -> None:
    piece.text.append(character)
    piece.boxes.append(box)
    left, bottom, right, top = piece.box
    piece.box = (min(left, box[0]), min(bottom, box[1]), max(right, box[2]), max(top, box[3]))


def _goes_on(piece: Piece, box: Box) -> bool:
    """Whether a character stands on the piece's line, right after it."""
    _, bottom, right, top = piece.box
    middle = (box[1] + box[3]) / 2
    if not (bottom <= middle <= top or box[1] <= (bottom + top) / 2 <= box[3]):
        return False
    height = max(top - bottom, box[3] - box[1])
    return -0.5 * height <= box[0] - right <= CELL_GAP * height


def _characters(text: Any, count: int, quarters: int) -> Iterator[tuple[int, str, Box | None]]:
    """Each character with its index and box; None for white space. Those that cannot be shown are left out."""
    get_box, handle, rectangle = raw.FPDFText_GetLooseCharBox, text.raw, raw.FS_RECTF()
    reference = ctypes.byref(rectangle)
    for index, character in enumerate(_text(text, count)):
        if character in _SPACES:
            yield index, " ", None
        elif character.isprintable() and get_box(handle, index, reference):
            box = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
            if -MAX_POINTS < min(box) <= max(box) < MAX_POINTS and box[0] <= box[2] and box[1] < box[3]:
                yield index, character, turned(box, quarters) if quarters else box


def _text(text: Any, count: int) -> str:
    """One character for each of pdfium's: at once where none of them takes two places in UTF-16, else one by one."""
    whole: str = text.get_text_range(0, count, errors="replace")
    if len(whole) != count:
        codes = (raw.FPDFText_GetUnicode(text.raw, index) for index in range(count))
        whole = "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)
    return whole.translate(_PLAIN)


def _style(handle: Any, first: int, last: int) -> Style:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(handle, first, matrix)
    size = raw.FPDFText_GetFontSize(handle, first) * math.hypot(matrix.c, matrix.d)
    size = min(size, MAX_POINTS) if math.isfinite(size) else 0.0
    return Style(round(2 * size) / 2, _is_bold(handle, first) and _is_bold(handle, last))


def _is_bold(handle: Any, index: int) -> bool:
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    raw.FPDFText_GetFontInfo(handle, index, name, len(name), flags)
    if raw.FPDFText_GetFontWeight(handle, index) >= _BOLD_WEIGHT or flags.value & _FORCE_BOLD:
        return True
    return _names_bold(name.value)


def _names_bold(name: bytes) -> bool:
    shown = name.decode("latin-1").lower()
    return any(word in shown for word in _BOLD_NAMES)
