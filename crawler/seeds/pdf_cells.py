"""Rows and cells: the pieces of one column of a page, row by row, each row cell by cell.

Rules:
- Pieces on one row with a wide gap between them are cells; running text is rows of one cell.
- A row only holds further lines of the cells above it when it stands as near as lines do, each of its cells stands
  under one of them, and either some cell has no further line or all that have one were full.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from crawler.seeds.pdf_columns import read_rows
from crawler.seeds.pdf_page import Piece
from crawler.seeds.pdf_shapes import Box, union

Cell = list[Piece]

SAME_CELL = 1.5  # of a line's height: a wider gap parts cells
NEXT_LINE = 1.0  # of a line's height: at most so far apart are the lines of a cell
AS_NEAR = 1.25  # as the nearest rows of the column
NEARLY_FULL = 1.2  # of a line's height short of its column's side: no further letter would fit
ASIDE = 2.0  # points that a line may stand out of its cell
MAX_ROWS = 500  # of one table; with more its cells are read line by line


def read_cells(pieces: Sequence[Piece]) -> list[list[Cell]]:
    """The rows from the top, each as its cells from left to right."""
    rows = [_cells(row) for row in read_rows(pieces)]
    tables = [row for row in rows if len(row) > 1]
    if not tables or len(rows) > MAX_ROWS:
        return rows
    boxes = [_around(cell) for row in tables for cell in row]
    nearest = min((_gap(upper, lower) for upper, lower in pairwise(rows) if len(upper) > 1), default=0.0)
    joined: list[list[Cell]] = []
    last: list[Cell] = []
    for row in rows:
        if joined and _goes_on(last, row, boxes, nearest):
            joined[-1] = _cells([piece for cell in [*joined[-1], *row] for piece in cell])
        else:
            joined.append(row)
        last = row
    return joined


def _cells(row: Sequence[Piece]) -> list[Cell]:
    """The cells of a row from left to right, each with the pieces that stand in it."""
    cells: list[Cell] = []
    right = 0.0
    for piece in sorted(row, key=lambda piece: piece.box[0]):
        if cells and piece.box[0] - right < SAME_CELL * piece.height:
            cells[-1].append(piece)
            right = max(right, piece.box[2])
        else:
            cells.append([piece])
            right = piece.box[2]
    return cells


def _around(cell: Cell) -> Box:
    return union([piece.box for piece in cell])


def _gap(upper: Sequence[Cell], lower: Sequence[Cell]) -> float:
    above, below = [_around(cell) for cell in upper], [_around(cell) for cell in lower]
    return max(0.0, min(box[1] for box in above) - max(box[3] for box in below))


def _goes_on(upper: Sequence[Cell], lower: Sequence[Cell], boxes: Sequence[Box], nearest: float) -> bool:
    """Whether a row holds further lines of the cells above it."""
    if len(upper) < 2:
        return False
    height = lower[0][0].height
    if _gap(upper, lower) > min(NEXT_LINE * height, AS_NEAR * nearest + ASIDE / 2):
        return False
    pairs = [(_above(cell, upper), _around(cell)) for cell in lower]
    if not all(above and _is_inside(cell, above, upper) for above, cell in pairs):
        return False
    if len(lower) < len(upper):
        return len(lower) == 1 or pairs[0][0] != _around(upper[0])
    return all(above and _is_full(above, boxes, height) for above, _ in pairs)


def _above(cell: Cell, upper: Sequence[Cell]) -> Box | None:
    """The cell above that a cell stands under."""
    left = _around(cell)[0]
    starts = [box for box in map(_around, upper) if box[0] - ASIDE <= left]
    return max(starts, key=lambda box: box[0], default=None)


def _is_inside(cell: Box, above: Box, upper: Sequence[Cell]) -> bool:
    """Whether a cell ends before the one right of that above it begins."""
    ends = [box[0] for box in map(_around, upper) if box[0] > above[0]]
    return not ends or cell[2] <= min(ends)


def _is_full(cell: Box, boxes: Sequence[Box], height: float) -> bool:
    """Whether a cell reaches as far right as any in its column of the table."""
    side = max(box[2] for box in boxes if box[0] < cell[2] and box[2] > cell[0])
    return cell[2] >= side - NEARLY_FULL * height
