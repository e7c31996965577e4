"""Text of strangers as a table's cell: visible, legal in XML, no longer than a cell holds, never a formula.

Rules:
- A spreadsheet file says of each cell that it is text; CSV cannot, so there a text that begins like a formula is
  guarded with an apostrophe (OWASP, CSV Injection, read 2026-11).
- What is cut says so, and how long it was.
"""

from __future__ import annotations

import re

from crawler.reports.visible import show
from crawler.reports.words import say

MOST = 32_767  # characters of a cell (Microsoft, Excel specifications and limits, read 2026-11)
# Beyond what `show` writes out, XML 1.0 forbids these two (§2.2, Char).
_NOT_XML = re.compile("[\ufffe\uffff]")
# What may stand before a formula without stopping a spreadsheet from reading one, and how formulas begin: also in
# full width, which some spreadsheets fold.
_FORMULA = re.compile("[\\s\"'`\u2018\u2019\u201c\u201d]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def legal(text: str) -> str:
    """The text with everything invisible or forbidden in XML written out, line breaks as spaces."""
    if text.isprintable():
        return text
    return _NOT_XML.sub(lambda found: f"[U+{ord(found[0]):04X}]", show(text))


def cell(text: str, language: str, most: int = MOST) -> str:
    """The text as one cell holds it: what is cut off says so. Counted in UTF-16 units, as spreadsheets count."""
    whole = legal(text)
    if _units(whole) <= most:
        return whole
    note = say("cell.cut", language, n=_units(whole))
    return _cut(whole, most - _units(note)) + note


def guard(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet might take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
