"""Rows and cells: the pieces of one column of a page, row by row, each row cell by cell.

Rules:
- A cell, or a paragraph, is what was written line below line without leaving its column.
- What stands beside each other is a row, read from left to right; what does not is a row of one cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from crawler.seeds.pdf.columns import inner
from crawler.seeds.pdf.page import Piece
from crawler.seeds.pdf.shapes import union

Cell = list[Piece]

SAME_LINE = 0.5  # of a line's height: so far apart the middles of one line's pieces are
SAME_CELL = 1.5  # of a line's height: a wider gap on a line parts cells
NEXT_LINE = 2.2  # of the letters' size: so far below is the next line of a cell
LARGER = 1.08  # letters: those of another paragraph


def read_cells(pieces: Sequence[Piece]) -> list[list[Cell]]:
    """The rows from the top, each as its cells from left to right."""
    cells = _cells(sorted(pieces, key=lambda piece: piece.number))
    rows: list[list[Cell]] = []
    bottom = 0.0
    for low, high, cell in sorted(((*_extent(cell), cell) for cell in cells), key=lambda one: -one[1]):
        if rows and high > bottom:
            rows[-1].append(cell)
            bottom = min(bottom, low)
        else:
            rows.append([cell])
            bottom = low
    return [_in_order(row) for row in rows]


def _cells(pieces: Sequence[Piece]) -> list[Cell]:
    """The cells in the order written."""
    cells: list[Cell] = []
    for piece in pieces:
        if cells and _goes_on(cells[-1][-1], piece):
            cells[-1].append(piece)
        else:
            cells.append([piece])
    return cells


def _goes_on(last: Piece, piece: Piece) -> bool:
    """Whether a piece stands on the line of the one written before it, right after it, or on the line below."""
    down = (last.box[1] + last.box[3] - piece.box[1] - piece.box[3]) / 2
    right = piece.box[0] - last.box[2]
    if abs(down) <= SAME_LINE * min(last.height, piece.height):
        return 0 <= right < SAME_CELL * piece.height
    sizes = sorted((last.style.size, piece.style.size))
    is_beside = right > 0 or last.box[0] > piece.box[2]
    return not is_beside and 0 < down <= NEXT_LINE * (sizes[1] or piece.height) and sizes[1] <= LARGER * sizes[0]


def _extent(cell: Cell) -> tuple[float, float]:
    """From the lowest to the highest point of a cell's letters."""
    lows, highs = zip(*(inner(piece) for piece in cell), strict=True)
    return min(lows), max(highs)


def _in_order(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a row from left to right; what is no row of cells, in the order written, is one cell."""
    boxes = sorted((union([piece.box for piece in cell]) for cell in row), key=lambda box: box[0])
    if all(one[2] <= other[0] for one, other in pairwise(boxes)):
        return sorted(row, key=lambda cell: min(piece.box[0] for piece in cell))
    return [[piece for cell in sorted(row, key=lambda cell: cell[0].number) for piece in cell]]
