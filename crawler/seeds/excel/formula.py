"""Formulas of a worksheet: where a HYPERLINK function leads and what it shows (ECMA-376-1 §18.17.7.148).

Rules:
- Only what can be read without calculating is read: texts, numbers, cells of the same sheet, and these joined by
  `&` or CONCATENATE. Anything else is unknown.
- `,` and `;` both separate arguments: programs of some languages write the latter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

MAX_CHARACTERS = 8192  # of a formula (Excel's own limit)
MAX_CALLS = 8

Place = tuple[int, int]  # row and column, from 1
Cells = Callable[[Place], str]

_CALL = re.compile(r"\bHYPERLINK\s*\(", re.IGNORECASE)
_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"]|"")*")|(?P<cell>\$?[A-Za-z]{1,3}\$?\d{1,7})(?![\w(!.])|(?P<number>\d+(?:\.\d+)?)(?!\w)'
    r"|(?P<join>CONCAT(?:ENATE)?)\s*(?=\()|(?P<mark>[&,;()])|(?P<other>[^\"&,;()\s]+))\s*",
    re.IGNORECASE,
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Call:
    """A HYPERLINK function as far as it can be read: None for what would have to be calculated."""

    uri: str | None
    words: str | None


def read_calls(formula: str, cells: Cells, shift: Place = (0, 0)) -> list[Call]:
    """The HYPERLINK functions in a formula, in order; none where there is none.

    `shift` is how far the cell stands from the one a shared formula was written for (ECMA-376-1 §18.3.1.40).
    """
    calls = []
    for found in islice(_CALL.finditer(formula[:MAX_CHARACTERS]), MAX_CALLS):
        arguments = _arguments(formula[found.end() : MAX_CHARACTERS], cells, shift)
        calls.append(Call(arguments[0], arguments[1] if len(arguments) > 1 else None))
    return calls


def place_of(reference: str) -> Place | None:
    """Row and column of a reference like `B7` or `$B$7`, or None."""
    found = _CELL.fullmatch(reference)
    return (int(found[4]), column_number(found[2])) if found else None


def column_number(letters: str) -> int:
    """The number of a column, from 1: `A` is 1, `AA` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """The letters of a column by its number."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _arguments(rest: str, cells: Cells, shift: Place) -> list[str | None]:
    """The values of a function's arguments, up to the bracket that closes it; None for an unknown one.

    Within further brackets a comma joins: they are CONCATENATE's, or those of a function that is unknown anyway.
    """
    values: list[str | None] = [""]
    depth = 1
    for found in _TOKEN.finditer(rest):
        mark = found["mark"]
        depth += (mark == "(") - (mark == ")")
        if not depth:
            break
        if mark in (",", ";") and depth == 1:
            values.append("")
        elif not mark and not found["join"]:
            values[-1] = _joined(values[-1], _value(found, cells, shift))
    return values


def _joined(before: str | None, more: str | None) -> str | None:
    return None if before is None or more is None else before + more


def _value(found: re.Match[str], cells: Cells, shift: Place) -> str | None:
    if found["text"]:
        return found["text"][1:-1].replace('""', '"')
    if found["cell"]:
        return cells(_shifted(found["cell"], shift))
    return found["number"]


def _shifted(reference: str, shift: Place) -> Place:
    """The place of a reference, moved where it is relative."""
    found = _CELL.fullmatch(reference)
    if not found:
        return 0, 0
    fixed_column, letters, fixed_row, row = found.groups()
    return int(row) + (0 if fixed_row else shift[0]), column_number(letters) + (0 if fixed_column else shift[1])
