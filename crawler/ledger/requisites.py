"""How much of each page's parts is held, which pages are still to be completed, and which captures can serve as parts:
derived from the WARC files."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from crawler.ledger.captures import read_capture
from crawler.ledger.store import Store
from crawler.model import Capture, Completeness

# A page whose parts fail night after night is looked after this often.
MOST_ACCOUNTS = 3
ASKED_AT_ONCE = 400


class Requisites(Store):
    """The completeness of pages, by their response record and uri."""

    def note_completeness(self, rows: Sequence[Completeness]) -> list[None]:
        """Record how much of pages is held, in one transaction; a night's later word on a page replaces its first."""
        with self._writing() as db:
            db.executemany(
                "INSERT OR REPLACE INTO completeness VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [_row(one) for one in rows]
            )
        return [None] * len(rows)

    def completeness_of(self, record_id: str, uri: str) -> Completeness | None:
        """What the newest night found of a page, or None."""
        row = self._one(
            "SELECT * FROM completeness WHERE record_id = ? AND uri = ? ORDER BY night DESC LIMIT 1", record_id, uri
        )
        return _read(row) if row else None

    def pages_to_complete(self, record_ids: Sequence[str], night: str) -> list[Capture]:
        """Those of a night's captures that are pages whose parts nobody looked after yet, or not all of them."""
        found: list[Capture] = []
        for start in range(0, len(record_ids), ASKED_AT_ONCE):
            some = record_ids[start : start + ASKED_AT_ONCE]
            rows = self._rows(_TO_COMPLETE.format(marks=", ".join("?" * len(some))), night, MOST_ACCOUNTS, *some)
            found += map(read_capture, rows)
        return found

    def captures_to_serve(self, uri: str) -> list[Capture]:
        """The captures of exactly this uri that brought something, or confirmed it; newest first."""
        return [read_capture(row) for row in self._rows(_TO_SERVE, uri)]


# A revisit's payload is its original's; the same payload at another uri names other parts.
_TO_COMPLETE = """
SELECT c.* FROM captures c JOIN captures o ON o.record_id = coalesce(c.refers_to, c.record_id)
WHERE o.record_type = 'response' AND o.status = 200 AND o.mime IN ('text/html', 'application/xhtml+xml')
AND NOT EXISTS (
    SELECT 1 FROM completeness k WHERE k.record_id = o.record_id AND k.uri = c.uri AND (NOT k.may_grow OR k.night >= ?)
) AND (SELECT count(*) FROM completeness k WHERE k.record_id = o.record_id AND k.uri = c.uri) < ?
AND c.record_id IN ({marks}) ORDER BY c.rowid
"""
_TO_SERVE = """
SELECT * FROM captures WHERE uri = ? AND (status BETWEEN 200 AND 299 OR not_modified) ORDER BY timestamp DESC LIMIT 10
"""


def _row(one: Completeness) -> tuple[object, ...]:
    return (
        one.record_id,
        one.uri,
        one.night,
        one.noted_at.isoformat(),
        one.referenced,
        one.captured,
        one.held,
        json.dumps(one.missing),
        one.may_grow,
    )


def _read(row: sqlite3.Row) -> Completeness:
    return Completeness(
        record_id=row["record_id"],
        uri=row["uri"],
        night=row["night"],
        noted_at=datetime.fromisoformat(row["noted_at"]),
        referenced=row["referenced"],
        captured=row["captured"],
        held=row["held"],
        missing=tuple((reason, count) for reason, count in json.loads(row["missing"])),
    )
