"""Excel workbooks → mentions: links on cells, by formula and on drawings, and URLs printed in cells and comments.

Rules:
- Sheets are read in the order of the workbook, the hidden ones too; `part` then says so: `Sheet1!B7 (hidden)`.
- The text of a workbook: cells set apart by tabs, rows by blank lines, then the sheet's comments and shapes. A number
  is no text, unless it is linked.
- Sections and items are told by xlsx_table.py. A comment or shape belongs to the row of its cell.
- The XML is read as it is: a library that builds the cells of every range can be made to build billions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from crawler.seeds.anchors import read_flags
from crawler.seeds.boundary.find import Span, find_urls
from crawler.seeds.excel.formula import Place, column_letters
from crawler.seeds.excel.notes import Note, read_notes
from crawler.seeds.excel.sheet import Cell, Sheet, read_string
from crawler.seeds.excel.table import Table
from crawler.seeds.mention import Mention
from crawler.seeds.package.names import q
from crawler.seeds.package.opening import Package, Relation, open_package
from crawler.seeds.package.properties import read_dated
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why
from crawler.seeds.sentences import sentence_around
from crawler.seeds.tables.columns import is_url
from crawler.urls.redact import redact_text

MAX_NAME = 31  # Excel's own limit

NO_EXCEL = Why("holds no Excel workbook; open it and save it again as .xlsx", "不含 Excel 工作簿；请打开后另存为 .xlsx")
BINARY = Why("is a binary Excel workbook (.xlsb); save it as .xlsx", "是二进制 Excel 工作簿（.xlsb）；请另存为 .xlsx")
# (root element of the main part, why it is no workbook)
_OTHERS = (
    ("document", "is a Word document; rename it to .docx", "是 Word 文档；请将扩展名改为 .docx"),
    ("presentation", "is a presentation; save it as .pdf", "是演示文稿；请另存为 .pdf"),
)


def read_xlsx(content: bytes) -> Reading | Why:
    """The mentions of an Excel workbook (.xlsx, .xlsm, .xltx), sheet by sheet and row by row."""
    package = open_package(content)
    if isinstance(package, Why):
        return package
    book = _read_book(package)
    if isinstance(book, Why):
        return book
    text = book.text
    mentions = (replace(one, context=sentence_around(text, one.start, one.end)) for one in book.mentions)
    return Reading(tuple(mentions), text[:OPENING_CHARACTERS], read_dated(package), tuple(dict.fromkeys(book.warnings)))


def xlsx_text(content: bytes) -> str:
    """The linear text that a mention's offsets count in; empty for what is no workbook."""
    package = open_package(content)
    book = package if isinstance(package, Why) else _read_book(package)
    return "" if isinstance(book, Why) else book.text


def _read_book(package: Package) -> _Book | Why:
    main = package.main() or ""
    root = package.tree(main)
    if not isinstance(root, etree._Element):
        return root or (BINARY if main.endswith(".bin") else NO_EXCEL)
    if root.tag != q("s:workbook"):
        name = str(root.tag).rpartition("}")[2]
        return next((Why(en, zh) for other, en, zh in _OTHERS if other == name), NO_EXCEL)
    return _filled(package, root, package.relations(main))


def _filled(package: Package, root: etree._Element, relations: Mapping[str, Relation]) -> _Book | Why:
    """The book with all its worksheets; charts on sheets of their own have no cells."""
    book = _Book()
    strings = _read_strings(package, relations)
    if isinstance(strings, Why):
        return strings
    for element in root.iterfind(f"{q('s:sheets')}/{q('s:sheet')}"):
        relation = relations.get(element.get(q("r:id"), ""))
        tree = package.tree(relation.target) if relation and relation.kind == "worksheet" else None
        if isinstance(tree, Why):
            book.warnings.append(tree)
        elif tree is not None and relation:
            own = package.relations(relation.target)
            is_hidden = element.get("state", "visible") != "visible"
            book.add(
                _Named(redact_text(element.get("name", ""))[:MAX_NAME], is_hidden),
                Sheet(tree, own, strings),
                read_notes(package, own),
            )
    return book


def _read_strings(package: Package, relations: Mapping[str, Relation]) -> list[str] | Why:
    """The texts that cells refer to by number (ECMA-376-1 §18.4)."""
    part = next((one.target for one in relations.values() if one.kind == "sharedStrings"), "")
    tree = package.tree(part)
    if isinstance(tree, Why):
        return tree
    return [] if tree is None else [read_string(item) for item in tree.iterchildren(q("s:si"))]


@dataclass(frozen=True, slots=True)
class _Named:
    """A sheet's name, and whether it is hidden."""

    name: str
    is_hidden: bool

    def part(self, place: Place, kind: str = "") -> str:
        """The name of a place in the sheet: `Sheet1!B7`, `Sheet1!B7 (comment, hidden)`."""
        remarks = ", ".join(filter(None, (kind, "hidden" if self.is_hidden else "")))
        return f"{self.name}!{column_letters(place[1])}{place[0]}" + (f" ({remarks})" if remarks else "")


class _Book:
    """The text of a workbook while it is being written, and what is found in it, still without context."""

    def __init__(self) -> None:
        self.mentions: list[Mention] = []
        self.warnings: list[Why] = []
        self._pieces: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """The linear text written so far."""
        return "".join(self._pieces)

    def add(self, named: _Named, sheet: Sheet, notes: Iterator[Note | Why]) -> None:
        """Write a sheet, its comments and shapes."""
        table = Table(sheet)
        uncertain: list[str] = []
        for row in sorted(sheet.rows):
            section = table.section_at(row)
            for column, cell in sorted(sheet.rows[row].items()):
                uncertain += [named.part((row, column))] if cell.is_uncertain else []
                blank = Mention(0, 0, "", (), section=section, part=named.part((row, column)))
                self._add_cell(cell, blank, table, (row, column))
            self._write("\n\n")
        self.warnings += [_uncertain(uncertain)] if uncertain else []
        for note in notes:
            if isinstance(note, Why):
                self.warnings.append(note)
            else:
                self._add_note(note, named, table)

    def _add_cell(self, cell: Cell, blank: Mention, table: Table, place: Place) -> None:
        if cell.is_number and not cell.uris:
            return
        in_urls = place[1] - 1 in table.columns.urls
        for mention in self._found(cell.text, cell.uris, blank, in_urls):
            self.mentions.append(replace(mention, candidates=table.candidates_at(place[0], mention.anchor)))
        self._write("\t")

    def _add_note(self, note: Note, named: _Named, table: Table) -> None:
        row = note.place[0]
        blank = Mention(0, 0, "", (), section=table.section_at(row), part=named.part(note.place, note.kind))
        uris = [note.uri] if note.uri else []
        found = self._found(note.text, uris, blank)
        self.mentions += [replace(one, candidates=table.candidates_at(row)) for one in found]
        self._write("\n\n")

    def _found(self, text: str, uris: list[str], blank: Mention, in_urls: bool = False) -> list[Mention]:
        """Write a text; what it leads to, or else the URLs printed in it."""
        start = self._write(text)
        if uris:
            words = " ".join(text.split())
            end = start + len(text)
            return [
                replace(blank, start=start, end=end, url=uri, anchor=words, flags=read_flags(words, uri))
                for uri in uris
            ]
        return [
            replace(
                blank,
                start=start + span.start,
                end=start + span.end,
                url=text[span.start : span.end],
                flags=span.flags,
                alternatives=span.alternatives,
            )
            for span in _spans(text, in_urls)
        ]

    def _write(self, words: str) -> int:
        """Add to the text; returns where it starts."""
        start = self._length
        self._pieces.append(words)
        self._length += len(words)
        return start


def _spans(text: str, in_urls: bool) -> list[Span]:
    """The URLs of a text; a cell in a column of URLs may also be one without scheme or `www.`"""
    found = find_urls(text)
    if found or not in_urls or not is_url(text.strip()):
        return found
    start = len(text) - len(text.lstrip())
    return [Span(start, start + len(text.strip()))]


def _uncertain(parts: Sequence[str]) -> Why:
    """Cells whose link only a calculation could tell; the first stands for all of a sheet."""
    others, zh = (f" and {len(parts) - 1} more", f" 等 {len(parts)} 个单元格") if len(parts) > 1 else ("", "")
    return Why(
        f"has links that a formula calculates, in {parts[0]}{others}: they are not read",
        f"{parts[0]}{zh}的链接由公式计算得出，未读取",
    )
