"""Rows and cells: the pieces of one column of a page, row by row, each row cell by cell.

Rules:
- Pieces on one row are cells where the gap between them is wide, or goes on in the row above or below; running text
  is rows of one cell.
- A row only holds further lines of the cells above it when it stands as near as lines do, each of its cells stands
  under one of them, and either some cell has no further line or all that have one were full.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from crawler.seeds.pdf_columns import read_rows
from crawler.seeds.pdf_page import Piece
from crawler.seeds.pdf_shapes import Box, union

Cell = list[Piece]
Strip = tuple[float, float]

SHARED = 0.25  # of a line's height: as wide a part of a gap
SAME_CELL = 1.5  # of a line's height: a wider gap parts cells
NEXT_LINE = 1.6  # of a line's height: at most so far apart are the lines of a cell
AS_NEAR = 1.25  # as the nearest rows of the column
NEARLY_FULL = 1.2  # of a line's height short of its column's side: no further letter would fit
ASIDE = 2.0  # points that a line may stand out of its cell
MAX_ROWS = 500  # of one table; with more its cells are read line by line


def read_cells(pieces: Sequence[Piece]) -> list[list[Cell]]:
    """The rows from the top, each as its cells from left to right."""
    read: list[list[Cell]] = []
    for table in _tables(_parted_rows(read_rows(pieces))):
        read += _joined(table) if 1 < len(table) <= MAX_ROWS else table
    return read


def _tables(rows: Sequence[list[Cell]]) -> Iterator[list[list[Cell]]]:
    """Runs of rows with cells, and of what may be further lines of theirs; any other row stands alone."""
    table: list[list[Cell]] = []
    cells: list[Cell] = []
    for row in rows:
        if table and not _is_of_table(table[-1], cells, row):
            yield table
            table, cells = [], []
        table.append(row)
        cells = row if len(row) > 1 else cells
    if table:
        yield table


def _is_of_table(above: list[Cell], cells: list[Cell], row: list[Cell]) -> bool:
    """Whether a row goes on with a table; a line above all cells begins one when it stands over a further cell."""
    if len(row) > 1:
        return bool(cells) or (_may_go_on(above, row, above[0], row) and _above(above[0], row) != _around(row[0]))
    return bool(cells) and _may_go_on(above, cells, row[0], row)


def _may_go_on(above: list[Cell], cells: Sequence[Cell], cell: Cell, below: list[Cell]) -> bool:
    start = _above(cell, cells)
    is_inside = start is not None and _is_inside(_around(cell), start, cells)
    return is_inside and _gap(above, below) <= NEXT_LINE * cell[0].height


def _joined(table: Sequence[list[Cell]]) -> list[list[Cell]]:
    """The rows of a table, each with all lines of its cells."""
    boxes = [_around(cell) for row in table for cell in row]
    nearest = min(_gap(upper, lower) for upper, lower in pairwise(table))
    joined: list[list[Cell]] = []
    last: list[Cell] = []
    for row in table:
        if joined and _goes_on(last, row, boxes, nearest):
            joined[-1] = _merged(joined[-1], row)
        elif joined and _goes_on(row, last, boxes, nearest) and _is_full(_around(last[0]), boxes, last[0][0].height):
            joined[-1] = _merged(row, joined[-1])
        else:
            joined.append(row)
        last = row
    return joined


def _parted_rows(rows: Sequence[list[Piece]]) -> list[list[Cell]]:
    """Each row as its cells."""
    strips = [_strips(row) for row in rows]
    around = [*zip([[], *strips], [*strips[1:], []], strict=False)]
    return [_cells(row, [*above, *below]) for row, (above, below) in zip(rows, around, strict=True)]


def _strips(row: Sequence[Piece]) -> list[Strip]:
    """The strips between the pieces of a row, from left to right."""
    strips: list[Strip] = []
    right = 0.0
    for number, piece in enumerate(sorted(row, key=lambda piece: piece.box[0])):
        if number and piece.box[0] > right:
            strips.append((right, piece.box[0]))
        right = max(right, piece.box[2]) if number else piece.box[2]
    return strips


def _cells(row: Sequence[Piece], strips: Sequence[Strip]) -> list[Cell]:
    """The cells of a row from left to right: parted by a wide gap, or by one that a row beside it leaves as well."""
    cells: list[Cell] = []
    right = 0.0
    for piece in sorted(row, key=lambda piece: piece.box[0]):
        left = piece.box[0]
        is_wide = left - right >= SAME_CELL * piece.height
        is_shared = any(min(left, end) - max(right, start) >= SHARED * piece.height for start, end in strips)
        if cells and not is_wide and not is_shared:
            cells[-1].append(piece)
            right = max(right, piece.box[2])
        else:
            cells.append([piece])
            right = piece.box[2]
    return cells


def _merged(row: Sequence[Cell], further: Sequence[Cell]) -> list[Cell]:
    """A row with the further lines of its cells."""
    merged = [list(cell) for cell in row]
    lefts = [_around(cell)[0] - ASIDE for cell in row]
    for cell in further:
        merged[max(0, bisect_right(lefts, _around(cell)[0]) - 1)] += cell
    return merged


def _around(cell: Cell) -> Box:
    return union([piece.box for piece in cell])


def _gap(one: Sequence[Cell], other: Sequence[Cell]) -> float:
    """The room between two rows."""
    boxes, others = [_around(cell) for cell in one], [_around(cell) for cell in other]
    down = min(box[1] for box in boxes) - max(box[3] for box in others)
    return max(0.0, down, min(box[1] for box in others) - max(box[3] for box in boxes))


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
