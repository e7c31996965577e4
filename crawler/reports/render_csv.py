"""report.csv: every citation as a line, for spreadsheets and for programs (RFC 4180).

Rules:
- UTF-8 with a byte order mark, else Excel takes Chinese for another encoding.
- No cell begins a formula: an apostrophe stands before one that might (docs/decisions: formulas in tables).
"""

from __future__ import annotations

import csv
import io

from crawler.reports.cells import cell, guard
from crawler.reports.columns import COLUMNS, Value, by_urgency, manner_of
from crawler.reports.health import HealthReport


def render_csv(report: HealthReport, language: str) -> bytes:
    """The citations as CSV, those that need an editor first; lines end in CR LF."""
    manner = manner_of(report, language)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([column.head(language) for column in COLUMNS])
    for row in by_urgency(report):
        writer.writerow([_guarded(column.tell(row, manner), language) for column in COLUMNS])
    return b"\xef\xbb\xbf" + written.getvalue().encode("utf-8")


def _guarded(value: Value, language: str) -> str:
    return guard(cell(value, language)) if isinstance(value, str) else str("" if value is None else value)
