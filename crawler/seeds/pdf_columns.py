"""Where a page's columns part: gutters between columns of text, told from the gaps between a table's cells.

Rules:
- Rows that leave the same strip free, from one to the next, are a run; whatever crosses the strip ends it. So
  does a heading beside nothing: what follows it are other columns.
- The two sides of a run are columns when their lines do not stand beside each other, row for row, or when both
  are prose: many full lines. Anything else is a table and is read row by row.
- A heading right above the left column, with nothing beside it, heads both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.seeds.pdf_page import Piece
from crawler.seeds.pdf_shapes import Box, union

Row = list[Piece]
Strip = tuple[float, float]

MAX_PIECES = 2_000  # of one page; with more it is no text to be read in columns
NARROWEST = 0.5  # of a line's height: a gutter
FEWEST_LINES = 3  # of a column
APART = 2.0  # lines' heights: a heading so far from the other column's last line is beside nothing
NEAR = 0.9  # lines' heights: so near below or above, a line that stands alone still is of the column
ROWS = 0.6  # of the rows are complete in a table
LEVEL = 0.4  # of a line's height: so far apart two cells still stand on one row
FULL = 0.8  # of its column: a full line
PROSE = 0.4  # of prose are full lines
PROSE_LINES = 4
PROSE_EMS = 8  # a shorter line is no prose
_EVERYWHERE: tuple[Strip, ...] = ((float("-inf"), float("inf")),)


@dataclass(frozen=True, slots=True)
class Band:
    """A part of a page, from side to side: one column (`right` is empty), or two parted at `gutter`."""

    left: list[Piece]
    right: list[Piece]
    gutter: float = 0.0


def read_rows(pieces: Sequence[Piece]) -> list[Row]:
    """Pieces that stand beside each other, from the top; a cell of several lines makes its row as tall."""
    rows: list[Row] = []
    bottom = 0.0
    for piece in sorted(pieces, key=lambda piece: -_inner(piece)[1]):
        low, high = _inner(piece)
        if rows and high > bottom:
            rows[-1].append(piece)
            bottom = min(bottom, low)
        else:
            rows.append([piece])
            bottom = low
    return rows


def _inner(piece: Piece) -> tuple[float, float]:
    """The height that its letters take; boxes of fonts with tall ascenders reach into the next line."""
    middle = (piece.box[1] + piece.box[3]) / 2
    half = min(piece.height, piece.style.size or piece.height) * 0.45
    return middle - half, middle + half


def read_bands(pieces: Sequence[Piece]) -> Iterator[Band]:
    """The page from the top, cut where columns begin and end."""
    rows = read_rows(pieces)
    if len(pieces) > MAX_PIECES or all(len(row) == 1 for row in rows):
        return _plain(list(pieces))
    return _bands(rows)


def _bands(rows: Sequence[Row]) -> Iterator[Band]:
    plain: list[Piece] = []
    place = 0
    while place < len(rows):
        end, strip = _run(rows, place)
        found = _columns(rows[place:end], strip) if strip else None
        if found:
            above, columns, below = found
            yield from _plain([*plain, *above])
            yield columns
            plain, place = below, end
        else:
            end = end if strip else place + 1
            plain += [piece for row in rows[place:end] for piece in row]
            place = end
    yield from _plain(plain)


def _plain(pieces: list[Piece]) -> Iterator[Band]:
    if pieces:
        yield Band(pieces, [])


def _run(rows: Sequence[Row], start: int) -> tuple[int, Strip | None]:
    """The rows from `start` that leave a strip between them free: where they end, and the widest such strip."""
    free, run, place = _EVERYWHERE, list[Piece](), start
    widest: Strip | None = None
    for place in range(start, len(rows)):
        row = rows[place]
        if widest and _begins_anew(row, run, widest):
            return place, widest
        free = _common(free, _free(row))
        between = _widest(free, [*run, *row])
        if between is None and (widest or len(row) > 1 or place > start):
            return place, widest
        widest, run = between, [*run, *row]
    return place + 1, widest


def _free(row: Row) -> list[Strip]:
    """The strips that nothing of a row covers, from left to right."""
    strips: list[Strip] = []
    right = float("-inf")
    for piece in sorted(row, key=lambda piece: piece.box[0]):
        if piece.box[0] > right:
            strips.append((right, piece.box[0]))
        right = max(right, piece.box[2])
    return [*strips, (right, float("inf"))]


def _common(some: Sequence[Strip], others: Sequence[Strip]) -> tuple[Strip, ...]:
    pairs = ((max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others)
    return tuple(pair for pair in pairs if pair[0] < pair[1])


def _widest(free: Sequence[Strip], run: Sequence[Piece]) -> Strip | None:
    """The widest strip with something on either side."""
    height = min(piece.height for piece in run)
    inner = [strip for strip in free if strip[1] - strip[0] >= NARROWEST * height and abs(sum(strip)) < float("inf")]
    return max(inner, key=lambda strip: strip[1] - strip[0], default=None)


def _begins_anew(row: Row, run: Sequence[Piece], strip: Strip) -> bool:
    """Whether a row is a heading with nothing beside it, or stands far below."""
    sides = _parted(row, strip)
    if all(sides):
        return False
    height = max(piece.height for piece in row)
    bottom, top = min(piece.box[1] for piece in row), max(piece.box[3] for piece in row)
    mine, other = _parted(run, strip) if sides[0] else _parted(run, strip)[::-1]
    is_heading = not mine or _outweighs(row[0], mine[-1])
    lowest = min(piece.box[1] for piece in run)
    return lowest - top > APART * height or (
        is_heading and min(piece.box[1] for piece in other) - bottom > APART * height
    )


def _parted(pieces: Sequence[Piece], strip: Strip) -> tuple[list[Piece], list[Piece]]:
    left = [piece for piece in pieces if piece.box[2] <= strip[0] + 0.01]
    return left, [piece for piece in pieces if piece.box[2] > strip[0] + 0.01]


def _outweighs(piece: Piece, other: Piece) -> bool:
    return (piece.style.size, piece.style.is_bold) > (other.style.size, other.style.is_bold)


def _columns(rows: Sequence[Row], strip: Strip) -> tuple[list[Piece], Band, list[Piece]] | None:
    """A run as what stands above its columns, the columns, and what stands below; None for a table."""
    both = [number for number, row in enumerate(rows) if all(_parted(row, strip))]
    if not both:
        return None
    first, last = _first(rows, both[0], strip), _last(rows, both[-1], strip)
    left, right = _parted([piece for row in rows[first:last] for piece in row], strip)
    if not _are_columns(left, right):
        return None
    above = [piece for row in rows[:first] for piece in row]
    return above, Band(left, right, sum(strip) / 2), [piece for row in rows[last:] for piece in row]


def _first(rows: Sequence[Row], both: int, strip: Strip) -> int:
    """Where columns begin: lines of one column may begin above the other, a heading right above heads both."""
    place = both
    while place and _is_near(rows[place - 1], rows[place]):
        is_heading = place == both and not _parted(rows[place - 1], strip)[1]
        if is_heading and _outweighs(rows[place - 1][0], min(rows[place], key=lambda piece: piece.box[0])):
            break
        place -= 1
    return place


def _last(rows: Sequence[Row], both: int, strip: Strip) -> int:
    """Where columns end: one may be longer than the other."""
    place = both + 1
    while place < len(rows) and (_is_near(rows[place - 1], rows[place]) or not _parted(rows[place], strip)[0]):
        place += 1
    return place


def _is_near(upper: Row, lower: Row) -> bool:
    gap = min(piece.box[1] for piece in upper) - max(piece.box[3] for piece in lower)
    return gap <= NEAR * max(piece.height for piece in lower)


def _are_columns(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    if not left or not right or max(len(left), len(right)) < FEWEST_LINES:
        return False
    return not _are_rows(left, right) or (_is_prose(left) and _is_prose(right))


def _are_rows(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Whether the lines of two sides stand beside each other, row for row."""
    names = {id(piece) for piece in left}
    rows = read_rows([*left, *right])
    complete = [row for row in rows if _is_level(row, names)]
    return len(rows) > 1 and len(complete) >= ROWS * len(rows)


def _is_level(row: Row, names: set[int]) -> bool:
    """Whether both sides of a row begin level, or are centred on each other."""
    sides = [[p.box for p in row if (id(p) in names) == is_left] for is_left in (True, False)]
    if not all(sides):
        return False
    one, other = union(sides[0]), union(sides[1])
    height = min(piece.height for piece in row)
    return min(abs(one[3] - other[3]), abs(_middle(one) - _middle(other))) <= LEVEL * height


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _is_prose(side: Sequence[Piece]) -> bool:
    left, _, right, _ = union([piece.box for piece in side])
    full = [piece for piece in side if piece.box[2] - piece.box[0] >= FULL * (right - left)]
    is_long = right - left >= PROSE_EMS * max(piece.height for piece in side)
    return is_long and len(side) >= PROSE_LINES and len(full) >= PROSE * len(side)
