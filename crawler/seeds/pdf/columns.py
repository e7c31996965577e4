"""Where a page's columns part: gutters between columns of text, told from the gaps between a table's cells.

Rules:
- Rows that leave the same strip free, from one to the next, are a run; whatever crosses the strip ends it.
- Columns are written one after the other, a table row by row: a run also ends where its sides are no longer written
  one wholly before the other, and a run of a single row is no columns.
- Where a producer wrote the whole page line by line, two sides of nothing but prose are columns all the same, unless
  the wider spaces between their lines stand beside each other.
- A heading right above the left column, with nothing beside it, heads both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.seeds.pdf.page import Piece
from crawler.seeds.pdf.shapes import union

Row = list[Piece]
Strip = tuple[float, float]

MAX_PIECES = 2_000  # of one page; with more it is no text to be read in columns
TOUCHING = 0.25  # of a line's height: between lines of text there is more
NARROWEST = 0.5  # of a line's height: a gutter
FEWEST_LINES = 3  # of a column
MANY_LINES = 8  # of one column, where the other ends early
APART = 4.0  # lines' heights: what stands so far below is of no column
FOOT_ROWS = 2  # of a page
FOOT_CHARACTERS = 12  # of a page number
NEAR = 0.9  # lines' heights: so near above, a line that stands alone still is of the column
SAME_SPACES = 0.7  # of the wider spaces between lines are beside each other in a table
WIDER = 1.4  # than most: a space between lines
FULL = 0.8  # of its column: a full line
PROSE = 0.35  # of prose are full lines
PROSE_LINES = 8
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
    for piece in sorted(pieces, key=lambda piece: -inner(piece)[1]):
        low, high = inner(piece)
        if rows and (high > bottom or (high > bottom - TOUCHING * piece.height and _is_beside(piece, rows[-1]))):
            rows[-1].append(piece)
            bottom = min(bottom, low)
        else:
            rows.append([piece])
            bottom = low
    return rows


def _is_beside(piece: Piece, row: Row) -> bool:
    """Whether a piece stands aside of the lowest of a row, as a line centred on two lines does."""
    lowest = min(row, key=lambda one: one.box[1])
    return lowest.box[2] < piece.box[0] or piece.box[2] < lowest.box[0]


def inner(piece: Piece) -> tuple[float, float]:
    """From where to where its letters reach; boxes of fonts with tall ascenders reach into the next line."""
    middle = (piece.box[1] + piece.box[3]) / 2
    half = min(piece.height, piece.style.size or piece.height) * 0.45
    return middle - half, middle + half


def read_bands(pieces: Sequence[Piece]) -> list[Band]:
    """The page from the top, cut where columns begin and end."""
    rows = read_rows(pieces)
    if not pieces or len(pieces) > MAX_PIECES or all(len(row) == 1 for row in rows):
        return list(_plain(list(pieces)))
    bands = list(_bands(rows, is_ordered=True))
    return bands if any(band.right for band in bands) else list(_bands(rows, is_ordered=False))


def _bands(rows: Sequence[Row], is_ordered: bool) -> Iterator[Band]:
    plain: list[Piece] = []
    place = 0
    while place < len(rows):
        end, strip = _run(rows, place, is_ordered)
        found = _columns(rows[place:end], strip, is_ordered) if strip else None
        if found and not _is_table(found[1], rows[end : end + 1], found[1].gutter):
            first, columns = found
            yield from _plain([*plain, *_flat(rows[place : place + first])])
            yield columns
            plain = []
        else:
            end = end if strip else place + 1
            plain += _flat(rows[place:end])
        place = end
    yield from _plain(plain)


def _is_table(columns: Band, following: Sequence[Row], gutter: float) -> bool:
    """Whether what follows goes on below both sides, but written anew: as the rows of a table do."""
    if not following or any(piece.box[0] < gutter < piece.box[2] for piece in following[0]):
        return False
    sides = {piece.box[0] < gutter for piece in following[0]}
    is_small = min(len(columns.left), len(columns.right)) <= FEWEST_LINES
    return len(sides) > 1 or (is_small and not _outweighs(following[0][0], columns.left[-1]))


def _flat(rows: Sequence[Row]) -> list[Piece]:
    return [piece for row in rows for piece in row]


def _plain(pieces: list[Piece]) -> Iterator[Band]:
    if pieces:
        yield Band(pieces, [])


# ---------------------------------------------------------------- runs


def _run(rows: Sequence[Row], start: int, is_ordered: bool) -> tuple[int, Strip | None]:
    """The rows from `start` that leave a strip between them free: where they end, and the widest such strip."""
    free, height, run = _EVERYWHERE, float("inf"), list[Piece]()
    widest: Strip | None = None
    for place in range(start, len(rows)):
        if widest and place >= len(rows) - FOOT_ROWS and _counts_pages(rows[place], run):
            return place, widest
        free = _common(free, _free(rows[place]))
        height = min(height, *(piece.height for piece in rows[place]))
        run += rows[place]
        between = next((one for one in _inner_strips(free, height) if not is_ordered or _in_order(run, one)), None)
        if between is None and (widest or len(rows[place]) > 1 or place > start):
            return place, widest
        widest = between
    return len(rows), widest


def _counts_pages(row: Row, above: Sequence[Piece]) -> bool:
    """Whether a row at the foot stands far below all that is above it, and is a few figures."""
    gap = min(piece.box[1] for piece in above) - max(piece.box[3] for piece in row)
    text = "".join(piece.text for piece in row)
    is_number = len(text) <= FOOT_CHARACTERS and any(character.isdigit() for character in text)
    return is_number and gap > APART * max(piece.height for piece in row)


def _in_order(pieces: Sequence[Piece], strip: Strip) -> bool:
    """Whether one side of a strip was written wholly before the other."""
    sides = [[piece.number for piece in side] for side in _parted(pieces, strip)]
    return not all(sides) or max(sides[0]) < min(sides[1]) or max(sides[1]) < min(sides[0])


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


def _inner_strips(free: Sequence[Strip], height: float) -> list[Strip]:
    """The strips with something on either side that are wide enough for a gutter, the widest first."""
    inner = [strip for strip in free if strip[1] - strip[0] >= NARROWEST * height and abs(sum(strip)) < float("inf")]
    return sorted(inner, key=lambda strip: strip[0] - strip[1])


def _parted(pieces: Sequence[Piece], strip: Strip) -> tuple[list[Piece], list[Piece]]:
    left = [piece for piece in pieces if piece.box[2] <= strip[0] + 0.01]
    return left, [piece for piece in pieces if piece.box[2] > strip[0] + 0.01]


def _outweighs(piece: Piece, other: Piece) -> bool:
    return (piece.style.size, piece.style.is_bold) > (other.style.size, other.style.is_bold)


# ---------------------------------------------------------------- columns or table


def _columns(rows: Sequence[Row], strip: Strip, is_ordered: bool) -> tuple[int, Band] | None:
    """The first row of a run that is of its columns, and the columns; None for a table."""
    both = next((number for number, row in enumerate(rows) if all(_parted(row, strip))), None)
    if both is None:
        return None
    first = _first(rows, both, strip)
    left, right = _parted(_flat(rows[first:]), strip)
    fewer, more = sorted((len(left), len(right)))
    are_columns = fewer >= FEWEST_LINES or (fewer == FEWEST_LINES - 1 and more >= MANY_LINES)
    are_prose = is_ordered or (_is_prose(left) and _is_prose(right) and not _have_same_spaces(left, right))
    return (first, Band(left, right, sum(strip) / 2)) if are_columns and are_prose else None


def _first(rows: Sequence[Row], both: int, strip: Strip) -> int:
    """Where columns begin: lines of one column may begin above the other, a heading right above heads both."""
    place = both
    while place and _is_near(rows[place - 1], rows[place]):
        is_heading = place == both and not _parted(rows[place - 1], strip)[1]
        if is_heading and _outweighs(rows[place - 1][0], min(rows[place], key=lambda piece: piece.box[0])):
            break
        place -= 1
    return place


def _is_near(upper: Row, lower: Row) -> bool:
    gap = min(piece.box[1] for piece in upper) - max(piece.box[3] for piece in lower)
    return gap <= NEAR * max(piece.height for piece in lower)


def _have_same_spaces(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Whether the wider spaces between the lines of two sides are beside each other, as between a table's rows."""
    spaces = sorted((_spaces(left), _spaces(right)), key=len)
    fewer, more = spaces
    same = [one for one in fewer if any(one[0] < other[1] and other[0] < one[1] for other in more)]
    return len(fewer) > 1 and len(same) >= SAME_SPACES * len(fewer)


def _spaces(side: Sequence[Piece]) -> list[Strip]:
    """The spaces between the lines of a side that are wider than most, or than a line."""
    rows = [union([piece.box for piece in row]) for row in read_rows(side)]
    spaces = [(lower[3], upper[1]) for upper, lower in pairwise(rows)]
    usual = sorted(high - low for low, high in spaces)[len(spaces) // 2] if spaces else 0.0
    height = sorted(box[3] - box[1] for box in rows)[len(rows) // 2]
    return [(low, high) for low, high in spaces if high - low > min(WIDER * max(usual, 0.2 * height), height)]


def _is_prose(side: Sequence[Piece]) -> bool:
    left, _, right, _ = union([piece.box for piece in side])
    full = [piece for piece in side if piece.box[2] - piece.box[0] >= FULL * (right - left)]
    is_long = right - left >= PROSE_EMS * max(piece.height for piece in side)
    return is_long and len(side) >= PROSE_LINES and len(full) >= PROSE * len(side)
