"""What the rows of a worksheet say of section and item: its header, merged cells, and rows of one merged cell.

Rules:
- A cell merged over rows says its text for all of them.
- Without a section column, a row that holds one cell merged over columns is the section of the rows below it. Such a
  row above the header, or a single one at the top, is the sheet's title.
- A link with words that stand alone in their row is its own item.
"""

from __future__ import annotations

from bisect import bisect_right

from crawler.model import ItemCandidate
from crawler.seeds.excel.sheet import Range, Sheet
from crawler.seeds.tables.columns import HEADER_ROWS, SAMPLE_ROWS, Columns, find_columns, is_words
from crawler.urls.redact import redact_text

MAX_WIDTH = 256  # columns beyond are read for links, not for titles
MAX_MERGED_ROWS = 500_000  # of all merged cells together


class Table:
    """A worksheet as a table, asked by row number from 1."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._numbers = sorted(row for row, cells in sheet.rows.items() if any(cell.text for cell in cells.values()))
        self._carried: dict[int, dict[int, str]] = {}
        room = MAX_MERGED_ROWS
        for one in sheet.merged:
            room -= self._carry(one, room)
        sample = self._numbers[: HEADER_ROWS + SAMPLE_ROWS]
        self.columns = find_columns([self._row(number, with_uris=True) for number in sample]) or Columns(())
        first = sample[self.columns.first_row - 1] + 1 if self.columns.first_row else 0
        self._banners = self._read_banners(first)
        self._banner_rows = sorted(self._banners)

    def section_at(self, number: int) -> str | None:
        """The section of a row."""
        if self.columns.section is not None:
            return self.columns.section_of(self._row(number))
        place = bisect_right(self._banner_rows, number)
        return self._banners[self._banner_rows[place - 1]] if place else None

    def candidates_at(self, number: int, anchor: str | None = None) -> tuple[ItemCandidate, ...]:
        """The item of a row, or what it may be."""
        row = self._row(number)
        found = self.columns.candidates_of(row)
        if found or not anchor or not is_words(anchor):
            return found
        alone = not any(is_words(cell) for cell in row if " ".join(cell.split()) != anchor)
        return (ItemCandidate(redact_text(anchor), "link-text"),) if alone else ()

    def _row(self, number: int, with_uris: bool = False) -> list[str]:
        """The texts of a row, column by column; `with_uris`: where a cell leads instead of what it shows."""
        cells = self._sheet.rows.get(number, {})
        row = [""] * min(max(cells, default=0), MAX_WIDTH)
        for column, cell in cells.items():
            if column <= MAX_WIDTH:
                row[column - 1] = cell.uris[0] if with_uris and cell.uris else "" if cell.is_number else cell.text
        for column, words in self._carried.get(number, {}).items():
            row += [""] * (column - len(row))
            row[column - 1] = words
        return row

    def _carry(self, merged: Range, room: int) -> int:
        """Say the text of a cell merged over rows for each of them that holds anything; returns how many they are."""
        words = self._sheet.text_at((merged.top, merged.left))
        if not words or merged.left > MAX_WIDTH:
            return 0
        start = bisect_right(self._numbers, merged.top)
        below = self._numbers[start : min(start + room, bisect_right(self._numbers, merged.bottom))]
        for number in below:
            self._carried.setdefault(number, {})[merged.left] = words
        return len(below)

    def _read_banners(self, first: int) -> dict[int, str]:
        """Rows from `first` on that hold nothing but words in a cell merged over columns."""
        wide = {one.top: one for one in self._sheet.merged if one.right > one.left and one.top >= first}
        banners = {row: words for row, one in sorted(wide.items()) if (words := self._alone(one))}
        top = self._numbers[0] if self._numbers else 0
        return {} if list(banners) == [top] else banners

    def _alone(self, merged: Range) -> str | None:
        filled = [column for column, cell in self._sheet.rows.get(merged.top, {}).items() if cell.text]
        words = " ".join(self._sheet.text_at((merged.top, merged.left)).split())
        return words if filled == [merged.left] and is_words(words) else None
