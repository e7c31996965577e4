"""The characters of an open page: their text, boxes and letters, asked of pdfium by number.

Rules:
- Boxes are in reading space (pdf_shapes); an impossible one is none.
- Kangxi and CJK radicals (U+2E80-2FDF) that producers write for plain Han are normalised, nothing else is.
- A call into pdfium costs a microsecond: what can be asked once for a run is not asked for each character.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import pypdfium2.raw as raw  # type: ignore[import-untyped]  # ships no types

from crawler.seeds.pdf.shapes import Box, turned

Boxes = list[Box | None]

MAX_POINTS = 20_000  # from the page's corner; ISO 32000-1 Annex C ends pages at 14,400
MAX_RUNS = 200  # of one line
SAMPLES = 24

_RADICALS = {
    code: plain
    for code in range(0x2E80, 0x2FE0)
    if len(plain := unicodedata.normalize("NFKC", chr(code))) == 1 and plain != chr(code)
}
_SPACE = re.compile(r"(?<=[!-~]) (?=[!-~])")
_BOLD_NAMES = ("bold", "black", "heavy", "demi", "-bd", "simhei", "heiti")
_BOLD_WEIGHT = 600
_FORCE_BOLD = 1 << 18  # ISO 32000-1 table 123


@dataclass(frozen=True, slots=True)
class Style:
    """How big letters are (points, to the half), and whether they are bold throughout."""

    size: float
    is_bold: bool = False


@lru_cache(1024)
def _style(size: float, is_bold: bool) -> Style:
    """One value for all lines of a style."""
    return Style(size, is_bold)


def read_letters(text: Any, count: int) -> str:
    """One character for each of pdfium's: at once where none of them takes two places in UTF-16, else one by one."""
    whole: str = text.get_text_range(0, count, errors="replace")
    if len(whole) != count:
        codes = (raw.FPDFText_GetUnicode(text.raw, index) for index in range(count))
        whole = "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)
    return whole.translate(_RADICALS)


def find_quarters(handle: Any, count: int) -> int:
    """How most of the page's text is turned, in quarter turns against the clock; by a sample."""
    matrix = raw.FS_MATRIX()
    turns: Counter[int] = Counter()
    for index in range(0, count, max(1, count // SAMPLES)):
        if raw.FPDFText_IsGenerated(handle, index) == 0 and raw.FPDFText_GetMatrix(handle, index, matrix):
            turns[round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4] += 1
    return max(turns, key=lambda turn: (turns[turn], -turn), default=0)


@dataclass(frozen=True, slots=True)
class Letters:
    """The characters of an open page, asked by their number. Boxes come in reading space."""

    handle: Any
    quarters: int

    def box(self, index: int) -> Box | None:
        """The box of one character as tall as its font; None for an impossible one."""
        box = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(self.handle, index, box):
            return None
        return self._sane((box.left, box.bottom, box.right, box.top))

    def box_after(self, first: int, place: int) -> Box | None:
        """The box of a character that stands so many after another."""
        return self.box(first + place)

    def box_among(self, indices: Sequence[int], place: int) -> Box | None:
        """The box of one of some characters."""
        return self.box(indices[place])

    def is_generated(self, index: int) -> bool:
        """Whether a character is a space that pdfium put where letters stand apart."""
        return bool(raw.FPDFText_IsGenerated(self.handle, index) == 1)

    def writes_spaces(self, text: str) -> bool:
        """Whether the page has spaces of its own between its words; by the first ones."""
        found = [found.start() for found in islice(_SPACE.finditer(text), SAMPLES)]
        return sum(not self.is_generated(index) for index in found) > len(found) / 2

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
        left, bottom, right, top = box
        if -MAX_POINTS < left <= right < MAX_POINTS and -MAX_POINTS < bottom < top < MAX_POINTS:
            return turned(box, self.quarters) if self.quarters else box
        return None

    def style(self, first: int, last: int) -> Style:
        """The style of characters from first to last."""
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self.handle, first, matrix)
        size = raw.FPDFText_GetFontSize(self.handle, first) * math.hypot(matrix.c, matrix.d)
        size = min(size, MAX_POINTS) if math.isfinite(size) else 0.0
        return _style(round(2 * size) / 2, self._is_bold(first) and self._is_bold(last))

    def _is_bold(self, index: int) -> bool:
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self.handle, index, name, len(name), flags)
        if raw.FPDFText_GetFontWeight(self.handle, index) >= _BOLD_WEIGHT or flags.value & _FORCE_BOLD:
            return True
        return _names_bold(name.value)


def _names_bold(name: bytes) -> bool:
    shown = name.decode("latin-1").lower()
    return any(word in shown for word in _BOLD_NAMES)
