"""CSV text → rows of cells with their places (RFC 4180, as spreadsheets write and people break it).

Rules:
- What the csv module reads is read the same; it does not say where a cell stands, so the cells are cut here.
- A quote without its closing one is an ordinary character. Blanks before a quote are no part of a cell.
- Rows and columns are numbered from 1, and a row's line is the one it begins in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

CACHED = 8  # a cell's places are asked one after the other

_LINE_END = re.compile(r"\r\n|\r|\n")
_DOUBLED = re.compile('""')


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its words, and where they stand in the text; `raw` is as written between the quotes."""

    number: int
    start: int
    raw: str
    words: str

    def place(self, index: int) -> int:
        """Where the character of `words` with that index stands in the text."""
        if self.raw == self.words:
            return self.start + index
        return self.start + index + bisect_left(_quotes(self.raw), index)


@lru_cache(CACHED)
def _quotes(raw: str) -> tuple[int, ...]:
    """Where the doubled quotes of a cell stand in its words."""
    return tuple(found.start() - number for number, found in enumerate(_DOUBLED.finditer(raw)))


@dataclass(frozen=True, slots=True)
class Row:
    """A row, its number and the line it begins in."""

    number: int
    line: int
    cells: tuple[Cell, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its cells."""
        return tuple(cell.words for cell in self.cells)


def read_rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows of a text whose cells the delimiter separates; empty lines are rows without words."""
    pattern = _pattern(delimiter)
    place, number, line = 0, 1, 1
    while place < len(text):
        cells: list[Cell] = []
        begin = place
        is_open = True
        while is_open:
            found = pattern.match(text, place)
            assert found is not None  # every part of the pattern may be empty
            cells.append(_cell(found, len(cells) + 1))
            place, is_open = found.end(), found["end"] == delimiter
        yield Row(number, line, tuple(cells))
        number += 1
        line += len(_LINE_END.findall(text, begin, place))


def _pattern(delimiter: str) -> re.Pattern[str]:
    """One cell with what ends it; possessive, so that no text makes it go back over itself."""
    cut = re.escape(delimiter)
    return re.compile(
        rf'(?:[ ]*+"(?P<quoted>[^"]*+(?:""[^"]*+)*+)"(?P<rest>[^{cut}\r\n]*+)|(?P<plain>[^{cut}\r\n]*+))'
        rf"(?P<end>{cut}|\r\n|\r|\n|\Z)"
    )


def _cell(found: re.Match[str], number: int) -> Cell:
    if found["quoted"] is None:
        return Cell(number, found.start("plain"), found["plain"], found["plain"])
    return Cell(number, found.start("quoted"), found["quoted"], found["quoted"].replace('""', '"') + found["rest"])
