"""The strip of nights as one small picture: a path a tone, and the same in words.

Rules:
- A night is told by its shape, never by colour alone; the words name every run of nights that were alike.
- Ten thousand strips stand on a page: a strip is a few elements, not some for each night.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache
from itertools import groupby

from markupsafe import Markup

from crawler.model import night_at
from crawler.reports.rows import Cell, Tone
from crawler.reports.words import say, tell_short

CELL_WIDTH = 12
HEIGHT = 18
# What a night is drawn as, {x} at its left edge: a bar, a half bar, a cross, a dash; a dot where none was due.
_SHAPES = {
    Tone.GOOD: "M{x} 3h10v14h-10z",
    Tone.WARN: "M{x} 10h10v7h-10z",
    Tone.BAD: "M{x} 6m1 0l8 9m0-9l-8 9",
    Tone.GREY: "M{x} 15.5m1 0h8",
}
_NOT_DUE = "M{x} 15.5m4 0h2"


@lru_cache(4096)
def draw_picture(cells: Sequence[Cell], language: str, zone: tzinfo) -> Markup:
    """The strip as inline SVG. Rows have their nights in common: most pictures are drawn once."""
    width = len(cells) * CELL_WIDTH
    paths = Markup("").join(_PATH.format(tone, drawn) for tone, drawn in draw_strip(cells).items())
    return _PICTURE.format(width=width, height=HEIGHT, title=tell_strip(cells, language, zone), paths=paths)


_PATH = Markup('<path class="{}" d="{}"/>')
_PICTURE = Markup(
    '<svg class="strip" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
    "<title>{title}</title>{paths}</svg>"
)


def draw_strip(cells: Sequence[Cell]) -> dict[Tone, str]:
    """The path data (SVG 2 §9.3) of each tone that occurs, in a picture CELL_WIDTH a night wide and HEIGHT high."""
    drawn: dict[Tone, str] = {}
    for place, cell in enumerate(cells):
        shape = _SHAPES[cell.tone] if cell.outcome else _NOT_DUE
        drawn[cell.tone] = drawn.get(cell.tone, "") + shape.format(x=place * CELL_WIDTH + 1)
    return drawn


def tell_strip(cells: Sequence[Cell], language: str, zone: tzinfo) -> str:
    """The strip in words: 8 Jan–18 Jan fine; 19 Jan–21 Jan not found (404)."""
    runs = [tuple(run) for _, run in groupby(cells, key=lambda cell: _tell_cell(cell, language))]
    told = (f"{_span(run, language, zone)} {_tell_cell(run[0], language)}" for run in runs)
    return say("ui.strip", language, n=len(cells), runs=("；" if language == "zh" else "; ").join(told))


def _tell_cell(cell: Cell, language: str) -> str:
    said = say(f"outcome.{cell.outcome}" if cell.outcome else "ui.strip_none", language)
    return said if cell.counted else say("ui.uncounted", language, outcome=said)


def _span(run: Sequence[Cell], language: str, zone: tzinfo) -> str:
    first, last = (tell_short(night_at(cell.night), language, zone) for cell in (run[0], run[-1]))
    return first if first == last else f"{first}–{last}"
