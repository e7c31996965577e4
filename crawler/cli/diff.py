"""`evercite diff`: what changed on a cited page between two archived copies of it."""

from __future__ import annotations

import argparse
import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from crawler.cli.options import Commands, add_places, config_of, instant, plain, read_ledger, shown

if TYPE_CHECKING:
    from crawler.model import Line, Mark

SAME, DIFFERENT, NOTHING = 0, 1, 3
WIDTH = 80
_SIGNS = {"same": "  ", "before": "− ", "after": "+ "}
_MARKED = {"before": ("[-", "-]"), "after": ("{+", "+}")}
# SGR (ECMA-48 §8.3.117): red, green.
_COLOURS = {"before": "\x1b[31m", "after": "\x1b[32m"}
_RESET = "\x1b[0m"


def add_diff(commands: Commands) -> None:
    parser = commands.add_parser("diff", help="what changed on a cited page, since its baseline or between two dates")
    parser.add_argument("asked", metavar="URL|ID")
    parser.add_argument("--from", dest="since", metavar="DATE", type=instant, help="the copy nearest this instant")
    parser.add_argument("--to", dest="until", metavar="DATE", type=instant, help="the same (default: the newest)")
    parser.add_argument("--lang", choices=["zh", "en"], help="default: the configured language")
    add_places(parser)
    parser.set_defaults(run=_diff)


def _diff(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.compared import find_change, tell_change

    config = config_of(options)
    told = find_change(read_ledger(options.archive), config, options.asked, Clock().now(), options.since, options.until)
    if told is None:
        asked = shown(options.asked)
        hint = f"`evercite archive list {asked}` shows those there are"
        print(f"evercite: {asked}: there are no two good copies to compare; {hint}", file=sys.stderr)
        return NOTHING
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in tell_change(told, config, options.lang or config.language):
        for row in render(line, colour=colour):
            print(row)
    return DIFFERENT if told.differs else SAME


def render(line: Line, *, colour: bool, width: int = WIDTH) -> Iterator[str]:
    """A line on rows of so many columns: its sign, and its pieces coloured or marked."""
    sign = _SIGNS.get(line.mark, "")
    whole = len({mark for mark, _ in line.pieces}) < 2
    words = [
        (mark, word) for mark, text in line.pieces for word in _words(_dressed(mark, plain(text), colour or whole))
    ]
    row: list[tuple[Mark, str]] = []
    room = width - len(sign)
    for mark, word in words:
        if columns(word) > room and row:
            yield _row(sign, row, line.mark, colour)
            row, room = [], width - len(sign)
            word = word.lstrip()
        row.append((mark, word))
        room -= columns(word)
    yield _row(sign, row, line.mark, colour)


def _dressed(mark: Mark, text: str, bare: bool) -> str:
    before, after = ("", "") if bare else _MARKED.get(mark, ("", ""))
    return before + text + after


def _row(sign: str, row: list[tuple[Mark, str]], mark: Mark, colour: bool) -> str:
    if not colour:
        return (sign + "".join(word for _, word in row)).rstrip()
    first = f"{_COLOURS[mark]}{sign}{_RESET}" if mark in _COLOURS else sign
    return first + "".join(f"{_COLOURS[m]}{word}{_RESET}" if m in _COLOURS else word for m, word in row)


def _words(text: str) -> Iterator[str]:
    """Pieces of a text that a row may end behind: words with the space before them, single wide characters."""
    word = ""
    for one in text:
        if word and (_is_wide(one) or _is_wide(word[-1]) or (one == " " and word[-1] != " ")):
            yield word
            word = ""
        word += one
    if word:
        yield word


def columns(text: str) -> int:
    """The columns that a text takes on a terminal (Unicode Standard Annex 11)."""
    return sum(0 if unicodedata.combining(one) else 2 if _is_wide(one) else 1 for one in text)


def _is_wide(one: str) -> bool:
    return unicodedata.east_asian_width(one) in "WF"
