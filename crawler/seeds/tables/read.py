"""CSV and TSV files → a reading: the column of URLs with its titles and sections, and URLs in any other cell.

Rules:
- The delimiter is the one that cuts most rows into equally many cells; Excel's own `sep=;` line decides at once.
- A mention's line is the line its row begins in; `part` is its row and column as a spreadsheet numbers them.
- `=HYPERLINK("…","…")` is a link with words, written by spreadsheets that save their formulas; it counts as what it
  opens, and shows its words. Formulas are no words of a row (formula.py); one that must be calculated is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from crawler.seeds.anchors import read_flags
from crawler.seeds.boundary.find import find_urls
from crawler.seeds.html.page import shortened
from crawler.seeds.mention import Mention
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why
from crawler.seeds.recipients import tail
from crawler.seeds.tables.cells import Cell, Row, read_rows
from crawler.seeds.tables.columns import HEADER_ROWS, SAMPLE_ROWS, Columns, find_columns, is_url
from crawler.seeds.tables.formula import Formula, read_formula
from crawler.seeds.text.charset import decode_text

DELIMITERS = (",", "\t", ";", "|")
DELIMITER_ROWS = 50
SAMPLE_CHARACTERS = 64 * 1024
CONTEXT_CHARACTERS = 160
ANCHOR_CHARACTERS = 300
ONE_COLUMN = "\0"  # stands in no text: cuts nothing

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?(?:\n|$)", re.IGNORECASE)
_WHOLE_URL = re.compile(r"(?:https?|ftp|mailto):(?:(?!https?:)[^\s,;，；、|]|[,;|](?!https?:))+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Table:
    """A file's rows with what their columns mean; `columns` is None where no column is one of URLs.

    `skipped` rows stand before the first.
    """

    rows: Sequence[Row]
    columns: Columns | None
    skipped: int


def read_csv(content: bytes) -> Reading | Why:
    """The reading of a CSV file."""
    text = csv_text(content)
    if "\0" in text:
        return Why("holds NUL characters: it is no CSV file", "含有空字符（NUL），不是 CSV 文件")
    if not text.strip():
        return Why("is empty but for white space", "文件中只有空白")
    table = _read_table(text)
    mentions: list[Mention] = []
    unknown: list[tuple[int, int]] = []
    for row in table.rows:
        formulas = _formulas(row)
        unknown += [(row.number, number) for number, formula in formulas.items() if formula.is_unknown]
        mentions += _read_row(table, row, formulas)
    return Reading(tuple(mentions), text[:OPENING_CHARACTERS], warnings=_warn(unknown))


def csv_text(content: bytes) -> str:
    """The text that the offsets of read_csv count in."""
    return decode_text(content)


def find_delimiter(text: str) -> str:
    """The character between the cells of a table; ONE_COLUMN where none is."""
    told = _SEPARATOR_LINE.match(text)
    if told:
        return told[1]
    sample = text[:SAMPLE_CHARACTERS]
    return max((ONE_COLUMN, *DELIMITERS), key=lambda delimiter: _regularity(sample, delimiter))


def _regularity(sample: str, delimiter: str) -> tuple[float, int]:
    """How many of the rows have as many cells as most, and how many that is; a single column is the last resort."""
    widths = [len(row.cells) for row in islice(read_rows(sample, delimiter), DELIMITER_ROWS) if any(row.words)]
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return (0.5 if delimiter == ONE_COLUMN else 0.0), 1
    width, count = wide.most_common(1)[0]
    return count / len(widths), width


def _read_table(text: str) -> _Table:
    skipped = 1 if _SEPARATOR_LINE.match(text) else 0
    rows = list(read_rows(text, find_delimiter(text)))[skipped:]
    sample = rows[: HEADER_ROWS + SAMPLE_ROWS]
    return _Table(rows, find_columns([_opened(row, _formulas(row)) for row in sample]), skipped)


def _formulas(row: Row) -> dict[int, Formula]:
    """The formulas of a row, by column."""
    found = ((cell.number, read_formula(cell.words)) for cell in row.cells)
    return {number: formula for number, formula in found if formula}


def _opened(row: Row, formulas: Mapping[int, Formula]) -> list[str]:
    """What the cells of a row say, and where its links lead."""
    return [formulas[cell.number].url or "" if cell.number in formulas else cell.words for cell in row.cells]


def _shown(row: Row, formulas: Mapping[int, Formula]) -> list[str]:
    """What the cells of a row show."""
    return [formulas[cell.number].words if cell.number in formulas else cell.words for cell in row.cells]


def _warn(unknown: Sequence[tuple[int, int]]) -> tuple[Why, ...]:
    """The warning for cells whose link only a calculation could tell; the first stands for all."""
    if not unknown:
        return ()
    row, column = unknown[0]
    others, zh = (f" and {len(unknown) - 1} more", f"等 {len(unknown)} 个单元格") if len(unknown) > 1 else ("", "")
    return (
        Why(
            f"has links that a formula calculates, in row {row}, column {column}{others}: they are not read; save the"
            " file with values instead of formulas",
            f"第 {row} 行第 {column} 列{zh}的链接由公式计算得出，未读取；请将公式转换为值后保存",
        ),
    )


def _read_row(table: _Table, row: Row, formulas: Mapping[int, Formula]) -> Iterator[Mention]:
    columns = table.columns if table.columns and row.number > table.columns.first_row + table.skipped else None
    found = [
        (cell, one)
        for cell in row.cells
        for one in _read_cell(cell, _is_of_urls(columns, cell), formulas.get(cell.number))
    ]
    if not found:
        return
    words = _shown(row, formulas)
    section = columns.section_of(words) if columns else None
    candidates = columns.candidates_of(words) if columns else ()
    context = shortened(" | ".join(cell.strip() for cell in words if cell.strip()), CONTEXT_CHARACTERS)
    for cell, one in found:
        part = f"row {row.number}, column {cell.number}"
        yield replace(one, lines=(row.line,), part=part, context=context, section=section, candidates=candidates)


def _is_of_urls(columns: Columns | None, cell: Cell) -> bool:
    return columns is not None and cell.number - 1 in columns.urls


def _read_cell(cell: Cell, is_of_urls: bool, formula: Formula | None) -> Iterator[Mention]:
    """The URLs of a cell, still without what its row says of them."""
    whole = cell.words.strip()
    if formula and formula.url_span[1]:
        yield from _linked(cell, formula)
    elif formula and formula.is_unknown:
        return
    elif is_of_urls and not formula and (_WHOLE_URL.fullmatch(whole) or is_url(whole)):
        start = cell.words.index(whole)
        yield _mention(cell, start, start + len(whole), whole)
    else:
        for span in find_urls(cell.words):
            found = _mention(cell, span.start, span.end, cell.words[span.start : span.end])
            yield replace(found, flags=span.flags, alternatives=span.alternatives, tail=tail(cell.words, span.end))


def _linked(cell: Cell, formula: Formula) -> Iterator[Mention]:
    """The link of a HYPERLINK formula; its words are the anchor."""
    url, words = formula.url, formula.words
    if url and words:
        found = _mention(cell, *formula.words_span, url)
        yield replace(found, anchor=shortened(words, ANCHOR_CHARACTERS), flags=read_flags(words, url))
    elif url:
        yield _mention(cell, *formula.url_span, url)


def _mention(cell: Cell, start: int, end: int, url: str) -> Mention:
    return Mention(cell.place(start), cell.place(end), url, ())
