"""One worksheet of a workbook: its cells, its merged ranges, and the links and comments on them.

Rules:
- Cells are as sparse as the file: no range is ever expanded into the cells it could have.
- A link over a range is a link of each cell in it that holds anything, or of its first cell.
- What a cell shows is its text; a number counts where it is linked or referred to.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from crawler.seeds.excel.formula import Call, Place, place_of, read_calls
from crawler.seeds.html.hrefs import read_href
from crawler.seeds.package.names import q
from crawler.seeds.package.opening import Relation
from crawler.seeds.word.fields import with_fragment

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
MAX_LINKS = 66_530  # of one sheet, as in Excel itself
MAX_LINKED_ROWS = 500_000  # of all links over ranges together

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ECMA-376-1 §22.9.2.19


@dataclass(frozen=True, slots=True)
class Range:
    """A range of cells from its first to its last row and column."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Cell:
    """What a cell shows, whether that is a number, and where it leads."""

    text: str
    is_number: bool = False
    uris: list[str] = field(default_factory=list)
    is_uncertain: bool = False  # it leads where only a calculation could tell

    def link(self, calls: Sequence[Call]) -> None:
        """Take in the HYPERLINK functions of the cell's formula: the first that can be read counts."""
        known = next((call for call in calls if call.uri), None)
        self.is_uncertain = known is None and any(call.uri is None for call in calls)
        uri = read_href(known.uri) if known and known.uri else None
        if known and uri:
            self.uris.append(uri)
            self.text = self.text or known.words or uri


class Sheet:
    """The cells of a worksheet by row and column; rows and columns count from 1."""

    def __init__(self, root: etree._Element, relations: Mapping[str, Relation], strings: Sequence[str]) -> None:
        self.rows: dict[int, dict[int, Cell]] = {}
        formulas = list(self._read_cells(root, strings))
        self.merged = [one for found in root.iter(q("s:mergeCell")) if (one := read_range(found.get("ref", "")))]
        self._read_formulas(formulas)
        self._read_links(root, relations)

    def text_at(self, place: Place) -> str:
        """What a cell shows; nothing where there is none."""
        cell = self.rows.get(place[0], {}).get(place[1])
        return cell.text if cell else ""

    def _read_cells(self, root: etree._Element, strings: Sequence[str]) -> Iterator[tuple[Place, Cell, etree._Element]]:
        """Take in the cells; yields those with a formula."""
        row = 0
        for row_element in root.iterfind(f"{q('s:sheetData')}/{q('s:row')}"):
            row = _number(row_element.get("r"), row + 1)
            column = 0
            for element in row_element.iterchildren(q("s:c")):
                place = place_of(element.get("r", "")) or (row, column + 1)
                column = place[1]
                cell = _read_cell(element, strings)
                formula = element.find(q("s:f"))
                if _is_inside(place) and (cell.text or formula is not None):
                    self.rows.setdefault(place[0], {})[place[1]] = cell
                    if formula is not None:
                        yield place, cell, formula

    def _read_formulas(self, formulas: Sequence[tuple[Place, Cell, etree._Element]]) -> None:
        """The links of HYPERLINK functions; a shared formula is written once, for the first cell of its range."""
        shared: dict[str, tuple[Place, str]] = {}
        for place, cell, element in formulas:
            origin, written, number = place, element.text or "", element.get("si")
            if element.get("t") == "shared" and number:
                if written:
                    shared[number] = place, written
                origin, written = shared.get(number, (place, ""))
            shift = place[0] - origin[0], place[1] - origin[1]
            cell.link(read_calls(written, self.text_at, shift))

    def _read_links(self, root: etree._Element, relations: Mapping[str, Relation]) -> None:
        rows = sorted(self.rows)
        room = MAX_LINKED_ROWS
        for element in islice(root.iterfind(f"{q('s:hyperlinks')}/{q('s:hyperlink')}"), MAX_LINKS):
            relation = relations.get(element.get(q("r:id"), ""))
            uri = relation and read_href(with_fragment(relation.target, element.get("location")))
            area = read_range(element.get("ref", ""))
            if uri and area:
                start = bisect_left(rows, area.top)
                below = rows[start : min(start + room, bisect_right(rows, area.bottom))]
                room -= len(below)
                self._link(area, below, uri, element.get("display", ""))

    def _link(self, area: Range, rows: Sequence[int], uri: str, shown: str) -> None:
        """Link the cells of a range that hold anything, else its first one; `rows` are those of it that have cells."""
        held = ((self.rows[row], column) for row in rows for column in sorted(self.rows[row]))
        cells = [row[column] for row, column in held if area.left <= column <= area.right]
        for cell in cells or [self.rows.setdefault(area.top, {}).setdefault(area.left, Cell(shown))]:
            cell.uris += [uri] if uri not in cell.uris else []


def read_range(reference: str) -> Range | None:
    """The range of `B2:C5` or of a single cell; None for what is none."""
    first, _, last = reference.partition(":")
    start, end = place_of(first), place_of(last or first)
    if not (start and end and _is_inside(start) and _is_inside(end)):
        return None
    (top, bottom), (left, right) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return Range(top, left, bottom, right)


def read_string(element: etree._Element | None) -> str:
    """The text of a shared string, an inline one or a comment: its runs without phonetic guides."""
    runs = () if element is None else element.iter(q("s:t"))
    words = "".join(run.text or "" for run in runs if (parent := run.getparent()) is None or parent.tag != q("s:rPh"))
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), words).replace("\r", "")


def _read_cell(element: etree._Element, strings: Sequence[str]) -> Cell:
    kind, value = element.get("t", "n"), element.findtext(q("s:v")) or ""
    if kind == "s":
        number = _number(value, len(strings))
        return Cell(strings[number] if number < len(strings) else "")
    if kind == "inlineStr":
        return Cell(read_string(element.find(q("s:is"))))
    return Cell(value, is_number=kind != "str")


def _is_inside(place: Place) -> bool:
    return 0 < place[0] <= MAX_ROW and 0 < place[1] <= MAX_COLUMN


def _number(written: str | None, otherwise: int) -> int:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 9 else otherwise
