"""The columns of a table of citations, one row each: what a spreadsheet and a CSV file have in common.

Rules:
- Every column is told in the reader's language; ids stand in columns of their own, for filters and programs.
- Numbers are numbers; everything else is text, made safe for a cell by whoever writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from crawler.model import Group, captured_at
from crawler.reports.health import HealthReport
from crawler.reports.organisations import organisation_of
from crawler.reports.paste import tell_instead
from crawler.reports.plain import issue_of, place_of, told
from crawler.reports.remedies import remedy_of
from crawler.reports.row_words import find_hints
from crawler.reports.rows import Row
from crawler.reports.words import say

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Manner:
    """How a report's rows are told: in which language and zone, and whether the night says anything of the sites."""

    language: str
    zone: tzinfo
    telling: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its id in words.toml, its width in characters, and what it says of a row."""

    id: str
    width: int
    tell: Callable[[Row, Manner], Value]

    def head(self, language: str) -> str:
        """The column's name."""
        return say(f"column.{self.id}", language)


def _group(row: Row, manner: Manner) -> str:
    return say(f"group.{row.standing.group}", manner.language)


def _verdict(row: Row, manner: Manner) -> str:
    return say(f"verdict.{row.standing.verdict}", manner.language)


def _since(row: Row, manner: Manner) -> str:
    return f"{row.standing.since.astimezone(manner.zone):%F}" if row.has_conclusion else ""


def _before(row: Row, manner: Manner) -> str:
    return say(f"verdict.{row.previous}", manner.language) if row.changed_since_last_night and row.previous else ""


def _item(row: Row, manner: Manner) -> str:
    return row.citation.item or " / ".join(found.item for found in row.citation.item_candidates)


def _organisation(row: Row, manner: Manner) -> str:
    found = organisation_of(row.host)
    return found.told(manner.language) if found else ""


def _copied(row: Row, manner: Manner) -> str:
    return f"{captured_at(row.copy.capture.timestamp).astimezone(manner.zone):%F}" if row.copy else ""


def _copy_command(row: Row, manner: Manner) -> str:
    return f"evercite archive get {row.citation.id}" if row.copy else ""


def _instead(row: Row, manner: Manner) -> str:
    remedy = remedy_of(row)
    return tell_instead(remedy, manner.language) if remedy else ""


def _advice(row: Row, manner: Manner) -> str:
    return ("" if manner.language == "zh" else " ").join(find_hints(row, manner.language, manner.telling))


# What an editor acts by, and fits on a sheet of paper.
MAIN = (
    Column("group", 12, _group),
    Column("verdict", 14, _verdict),
    Column("since", 11, _since),
    Column("nights", 8, lambda row, manner: row.standing.failing_nights),
    Column("document", 24, lambda row, manner: row.citation.document),
    Column("ordinal", 6, lambda row, manner: row.citation.ordinal),
    Column("item", 36, _item),
    Column("printed", 44, lambda row, manner: row.printed),
    Column("instead", 44, _instead),
    Column("evidence", 44, lambda row, manner: told(row.standing.evidence, manner.language)),
    Column("advice", 44, _advice),
)
COLUMNS = (
    *MAIN,
    Column("verdict_id", 14, lambda row, manner: str(row.standing.verdict)),
    Column("before", 14, _before),
    Column("issued", 14, lambda row, manner: issue_of(row.citation, manner.language)),
    Column("place", 18, lambda row, manner: place_of(row.citation, manner.language)),
    Column("section", 18, lambda row, manner: row.citation.section),
    Column("target", 44, lambda row, manner: row.citation.uri),
    Column("final", 44, lambda row, manner: row.final_uri),
    Column("host", 22, lambda row, manner: row.host),
    Column("organisation", 22, _organisation),
    Column("tonight", 36, lambda row, manner: told(row.evidence, manner.language)),
    Column("outcome_id", 14, lambda row, manner: str(row.outcome)),
    Column("copy_date", 11, _copied),
    Column("copy_why", 30, lambda row, manner: told(row.copy.why, manner.language) if row.copy else ""),
    Column("copy_href", 44, lambda row, manner: row.copy_href),
    Column("copy_command", 34, _copy_command),
    Column("context", 60, lambda row, manner: row.context),
    Column("id", 14, lambda row, manner: row.citation.id),
)


def manner_of(report: HealthReport, language: str) -> Manner:
    """How a report's rows are told in a language."""
    return Manner(language, report.zone, report.telling)


def by_urgency(report: HealthReport) -> tuple[Row, ...]:
    """All rows, those that need an editor first."""
    return tuple(row for group in Group for row in report.of(group))
