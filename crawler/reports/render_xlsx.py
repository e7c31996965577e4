"""report.xlsx: the night as a workbook – overview, all citations, what to replace, errata.

Rules:
- Nothing is a formula or a link: a title that begins with = stays text.
- Numbers are those of the rows; a group is told by its word, colour only helps.
- The same report makes the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from crawler.model import Group
from crawler.reports.cells import cell
from crawler.reports.columns import COLUMNS, MAIN, Value, by_urgency, manner_of
from crawler.reports.health import HealthReport, Said
from crawler.reports.paste import SHEET, is_erratum, sheet_row, tell_erratum
from crawler.reports.plain import issue_of
from crawler.reports.remedies import Replacement, replacements
from crawler.reports.words import say, tell_time

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
# Paper for dark ink: the groups' colours of the page, as a pale ground.
_GROUND = {
    Group.NEEDS_YOU: "#F8DAD7",
    Group.WATCHING: "#FBEBC8",
    Group.CANNOT_JUDGE: "#E3E8EC",
    Group.CHANGED: "#E6DFF5",
    Group.FINE: "#DCEFE2",
    Group.HANDLED: "#D9E9F0",
    Group.NOT_CHECKED: "#EDEDED",
}
_TOP = {"valign": "top", "align": "left", "text_wrap": True}
_SHEET_WIDTHS = (24, 6, 18, 36, 44, 50, 44, 14)  # of SHEET's columns
_ERRATA_WIDTHS = {"document": 30, "issued": 16, "ordinal": 6, "sentence": 110}
_OVERVIEW_WIDTHS = (26, 100)
_LINE_PT = 17  # a line of Chinese in the default size
MOST_LINES = 8  # of a row's height
_WIDE = 0x1100  # from here on characters may be two columns wide (Unicode, UAX #11)


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook being written in a language, and how its cells look."""

    book: Workbook
    language: str
    plain: Format
    head: Format
    title: Format
    grounds: dict[Group, Format]

    def text(self, value: Value) -> Value:
        """A value as a cell holds it."""
        return cell(value, self.language) if isinstance(value, str) else value


def render_xlsx(report: HealthReport, language: str) -> bytes:
    """The report as an Office Open XML workbook, its sheets and words in a language."""
    written = io.BytesIO()
    with Workbook(written, _AS_TEXT) as book:
        book.set_properties({"title": say("ui.title", language), "author": "Evercite", "created": report.now})
        made = _prepare(book, language)
        _write_overview(made, report)
        _write_citations(made, report)
        _write_replacements(made, report)
        _write_errata(made, report)
    return written.getvalue()


def _prepare(book: Workbook, language: str) -> _Book:
    return _Book(
        book,
        language,
        plain=book.add_format(_TOP),
        head=book.add_format({**_TOP, "bold": True, "bottom": 1, "bg_color": "#F4F1EA"}),
        title=book.add_format({**_TOP, "bold": True, "font_size": 14}),
        grounds={group: book.add_format({**_TOP, "bg_color": _GROUND[group]}) for group in Group},
    )


# ---------------------------------------------------------------- sheets


def _write_overview(made: _Book, report: HealthReport) -> None:
    sheet = _add_sheet(made, "overview")
    for place, width in enumerate(_OVERVIEW_WIDTHS):
        sheet.set_column(place, place, width)
    lines = [(say("ui.title", made.language), made.title), (_told_at(report, made.language), made.plain)]
    lines.append((report.lead.told(made.language), made.head))
    if report.invalid_reason:
        lines.append((Said(report.invalid_reason.en, report.invalid_reason.zh).told(made.language), made.plain))
    for place, (text, look) in enumerate(lines):
        sheet.merge_range(place, 0, place, 1, made.text(text), look)
        sheet.set_row(place, 5 + _height(text, sum(_OVERVIEW_WIDTHS)))
    after = _write_counts(made, sheet, report, len(lines) + 1)
    said_of = {"unchecked": report.unchecked, "weather": report.weather, "archive": report.archive_problems}
    for name, said in said_of.items():
        after = _write_lines(made, sheet, name, said, after)


def _told_at(report: HealthReport, language: str) -> str:
    return f"{tell_time(report.now, language, report.zone)} ({report.timezone}) · {report.night_id}"


def _write_counts(made: _Book, sheet: Worksheet, report: HealthReport, at: int) -> int:
    """The groups with their counts; returns the next free row."""
    sheet.write_row(at, 0, [say("column.group", made.language), say("sheet.count", made.language)], made.head)
    for group, count in report.counts.items():
        at += 1
        sheet.write_string(at, 0, say(f"group.{group}", made.language), made.grounds[group])
        sheet.write_number(at, 1, count, made.plain)
    sheet.write_string(at + 1, 0, say("sheet.total", made.language), made.head)
    sheet.write_number(at + 1, 1, len(report.rows), made.head)
    return at + 3


def _write_lines(made: _Book, sheet: Worksheet, name: str, said: Sequence[Said], at: int) -> int:
    """Sentences under a name; returns the next free row."""
    for place, line in enumerate(said):
        if place == 0:
            sheet.write(at, 0, say(f"sheet.{name}", made.language), made.head)
        sheet.write(at + place, 1, made.text(line.told(made.language)), made.plain)
    return at + len(said) + bool(said)


def _write_citations(made: _Book, report: HealthReport) -> None:
    manner = manner_of(report, made.language)
    sheet = _add_sheet(made, "citations")
    rows = by_urgency(report)
    heads = {column.head(made.language): column.width for column in COLUMNS}
    sheet.print_area(0, 0, len(rows), len(MAIN) - 1)
    looks = [made.grounds[row.standing.group] for row in rows]
    _write_table(made, sheet, heads, ([column.tell(row, manner) for column in COLUMNS] for row in rows), looks)


def _write_replacements(made: _Book, report: HealthReport) -> None:
    found = replacements(report)
    sheet = _add_sheet(made, "replacements")
    if not found:
        sheet.write(1, 0, say("sheet.none_replaced", made.language))
    heads = {say(f"column.{name}", made.language): width for name, width in zip(SHEET, _SHEET_WIDTHS, strict=True)}
    _write_table(made, sheet, heads, (sheet_row(one, made.language) for one in found))


def _write_errata(made: _Book, report: HealthReport) -> None:
    found = [one for one in replacements(report) if is_erratum(one)]
    sheet = _add_sheet(made, "errata")
    if not found:
        sheet.write(1, 0, say("sheet.none_errata", made.language))
    heads = {say(f"column.{name}", made.language): width for name, width in _ERRATA_WIDTHS.items()}
    _write_table(made, sheet, heads, (_erratum_row(made, one, report) for one in found))


def _erratum_row(made: _Book, one: Replacement, report: HealthReport) -> tuple[Value, ...]:
    citation = one.row.citation
    sentence = tell_erratum(one, report.zone, made.language)
    return citation.document, issue_of(citation, made.language), citation.ordinal, sentence


def _add_sheet(made: _Book, name: str) -> Worksheet:
    sheet = made.book.add_worksheet(say(f"sheet.{name}", made.language))
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    return sheet


def _write_table(
    made: _Book,
    sheet: Worksheet,
    heads: Mapping[str, int],
    rows: Iterable[Sequence[Value]],
    looks: Sequence[Format] = (),
) -> None:
    """A table: `heads` are its columns' names and widths in characters. The head stays in sight and stands on each
    printed page, each column can be filtered, and a row's first two cells may have a look of their own."""
    for place, width in enumerate(heads.values()):
        sheet.set_column(place, place, width)
    sheet.write_row(0, 0, heads, made.head)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    at = 0
    for at, row in enumerate(rows, 1):
        cells = [made.text(value) for value in row]
        for place, value in enumerate(cells):
            sheet.write(at, place, value, looks[at - 1] if looks and place < 2 else made.plain)
        sheet.set_row(at, max(map(_height, cells, heads.values())))
    if at:
        sheet.autofilter(0, 0, at, len(heads) - 1)


def _height(value: Value, width: int) -> int:
    """How high a wrapped cell of so many characters is, in points; a long text shows its beginning."""
    wide = sum(2 if ord(char) >= _WIDE else 1 for char in str(value)[: 2 * MOST_LINES * width])
    return _LINE_PT * min(1 + wide // width, MOST_LINES)
