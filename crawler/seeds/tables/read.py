"""CSV and TSV files → a reading: the column of URLs with its titles and sections, and URLs in any other cell.

Rules:
- The delimiter is the one that cuts most rows into equally many cells; Excel's own `sep=;` line decides at once.
- A mention's line is the line its row begins in; `part` is its row and column as a spreadsheet numbers them.
- `=HYPERLINK("…","…")` is a link with words, written by spreadsheets that save their formulas.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from crawler.seeds.anchors import read_flags
from crawler.seeds.boundary.find import find_urls
from crawler.seeds.html.hrefs import read_href
from crawler.seeds.html.page import shortened
from crawler.seeds.mention import Mention
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why
from crawler.seeds.recipients import tail
from crawler.seeds.tables.cells import Cell, Row, read_rows
from crawler.seeds.tables.columns import Columns, find_columns, is_url
from crawler.seeds.text.charset import decode_text

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_ROWS = 50
SAMPLE_CHARACTERS = 64 * 1024
CONTEXT_CHARACTERS = 160
ANCHOR_CHARACTERS = 300
ONE_COLUMN = "\0"  # stands in no text: cuts nothing

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?(?:\n|$)", re.IGNORECASE)
_QUOTED = r'[^"]*+(?:""[^"]*+)*+'
_HYPERLINK = re.compile(
    rf'\s*[=+@]\s*HYPERLINK\(\s*"(?P<url>{_QUOTED})"\s*(?:[,;，]\s*(?:"(?P<words>{_QUOTED})"|[^")]*)\s*)?\)\s*',
    re.IGNORECASE,
)
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
    mentions = [mention for row in table.rows for mention in _read_row(table, row)]
    return Reading(tuple(mentions), text[:OPENING_CHARACTERS])


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
    widths = [len(row.cells) for row in islice(read_rows(sample, delimiter), SAMPLE_ROWS) if any(row.words)]
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return (0.5 if delimiter == ONE_COLUMN else 0.0), 1
    width, count = wide.most_common(1)[0]
    return count / len(widths), width


def _read_table(text: str) -> _Table:
    skipped = 1 if _SEPARATOR_LINE.match(text) else 0
    rows = list(read_rows(text, find_delimiter(text)))[skipped:]
    return _Table(rows, find_columns([row.words for row in rows]), skipped)


def _read_row(table: _Table, row: Row) -> Iterator[Mention]:
    columns = table.columns if table.columns and row.number > table.columns.first_row + table.skipped else None
    found = [(cell, one) for cell in row.cells for one in _read_cell(cell, _is_of_urls(columns, cell))]
    if not found:
        return
    section = columns.section_of(row.words) if columns else None
    candidates = columns.candidates_of(row.words) if columns else ()
    context = shortened(" | ".join(cell.strip() for cell in row.words if cell.strip()), CONTEXT_CHARACTERS)
    for cell, one in found:
        part = f"row {row.number}, column {cell.number}"
        yield replace(one, lines=(row.line,), part=part, context=context, section=section, candidates=candidates)


def _is_of_urls(columns: Columns | None, cell: Cell) -> bool:
    return columns is not None and cell.number - 1 in columns.urls


def _read_cell(cell: Cell, is_of_urls: bool) -> Iterator[Mention]:
    """The URLs of a cell, still without what its row says of them."""
    formula = _HYPERLINK.fullmatch(cell.words)
    whole = cell.words.strip()
    if formula:
        yield from _linked(cell, formula)
    elif is_of_urls and (_WHOLE_URL.fullmatch(whole) or is_url(whole)):
        start = cell.words.index(whole)
        yield _mention(cell, start, start + len(whole), whole)
    else:
        for span in find_urls(cell.words):
            found = _mention(cell, span.start, span.end, cell.words[span.start : span.end])
            yield replace(found, flags=span.flags, alternatives=span.alternatives, tail=tail(cell.words, span.end))


def _linked(cell: Cell, formula: re.Match[str]) -> Iterator[Mention]:
    """The link of a HYPERLINK formula; its words are the anchor."""
    url = read_href(formula["url"].replace('""', '"'))
    words = (formula["words"] or "").replace('""', '"')
    if url and words.strip():
        found = _mention(cell, *formula.span("words"), url)
        yield replace(found, anchor=shortened(words, ANCHOR_CHARACTERS), flags=read_flags(words, url))
    elif url:
        yield _mention(cell, *formula.span("url"), url)


def _mention(cell: Cell, start: int, end: int, url: str) -> Mention:
    return Mention(cell.place(start), cell.place(end), url, ())
