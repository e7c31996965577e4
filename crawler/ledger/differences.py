"""The ledger's part about changes: the good captures of a subject, and how what they show differs (derived).

Rules:
- A capture is good when a night's reading was, and whole: what was cut short is compared with nothing.
- A difference is kept under what is compared and what is cited; one that older rules found is made anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from crawler.ledger.store import Store
from crawler.ledger.values import read_json, write_json
from crawler.model import Change, Difference, Outcome, Sight


class GoodCapture(NamedTuple):  # a tuple for the sake of years of nights: see NightReading
    """A good whole capture of a subject: its night, where its chain ended, its record, its payload's digest, and the
    key of what it shows."""

    night: str
    seen_at: datetime
    final_uri: str
    record_id: str
    digest: str
    key: str


@dataclass(frozen=True, slots=True)
class DifferenceName:
    """What a difference is kept under: digests of what is compared, and of what is cited from it."""

    old: str
    new: str
    cited: str


class Differences(Store):
    """Good captures by subject, and differences between what captures show."""

    def good_captures(
        self, subject: str, outcomes: Iterable[Outcome], since: str = "", before: str = "~", *, newest: int
    ) -> list[GoodCapture]:
        """The newest good captures of a subject in the nights from one on and before another; oldest first."""
        return self._good(subject, outcomes, "r.night >= ? AND r.night < ?", (since, before), "DESC", newest)[::-1]

    def first_good_capture(
        self, subject: str, outcomes: Iterable[Outcome], since: str = "", before: str = "~"
    ) -> GoodCapture | None:
        """The oldest good capture of a subject in the nights from one on and before another."""
        found = self._good(subject, outcomes, "r.night >= ? AND r.night < ?", (since, before), "ASC", 1)
        return found[0] if found else None

    def good_capture(self, subject: str, record_id: str) -> GoodCapture | None:
        """The capture of a subject that ended on a record, whatever it was read as; None for any other record."""
        found = self._good(subject, Outcome, "r.record_id = ?", (record_id,), "ASC", 1)
        return found[0] if found else None

    def capture_on(self, night_id: str, uri: str) -> GoodCapture | None:
        """What a night saw of a uri, where it was a whole answer of 2xx."""
        row = self._one(f"{_SEEN} WHERE o.night = ? AND o.uri = ? AND {_WHOLE}", night_id, uri)
        return _capture(row) if row and 200 <= (row["status"] or 0) < 300 else None

    def _good(
        self, subject: str, outcomes: Iterable[Outcome], where: str, values: Sequence[str], order: str, limit: int
    ) -> list[GoodCapture]:
        names = [outcome.value for outcome in outcomes]
        rows = self._rows(
            f"{_SEEN} JOIN readings r ON r.subject = o.uri AND r.night = o.night"
            f" WHERE r.subject = ? AND {where} AND r.outcome IN ({', '.join('?' * len(names))}) AND {_WHOLE}"
            f" ORDER BY r.night {order} LIMIT ?",
            subject,
            *values,
            *names,
            limit,
        )
        return [_capture(row) for row in rows]

    def last_compared(
        self, subject: str, outcomes: Iterable[Outcome], before: str
    ) -> tuple[str, str, Change | None] | None:
        """Of the newest good night of a subject before one: its id, the record it was compared with, the change."""
        names = [outcome.value for outcome in outcomes]
        row = self._one(
            f"SELECT night, baseline, change FROM readings WHERE subject = ? AND night < ?"
            f" AND outcome IN ({', '.join('?' * len(names))}) AND baseline IS NOT NULL ORDER BY night DESC LIMIT 1",
            subject,
            before,
            *names,
        )
        if row is None:
            return None
        return row["night"], row["baseline"], read_json(Change, row["change"]) if row["change"] else None

    # ------------------------------------------------------------ what is shown

    def sight_name(self, digest: str, mime: str) -> str | None:
        """The key of what a payload shows under the type it came with; None where it was not read."""
        row = self._one("SELECT sight FROM payload_sights WHERE digest = ? AND mime = ?", digest, mime)
        return row[0] if row else None

    def shown_under(self, key: str) -> tuple[Sight, str] | None:
        """What has this key, and its main text."""
        row = self._one("SELECT data, text FROM sights WHERE key = ?", key)
        return (read_json(Sight, row["data"]), row["text"]) if row else None

    # ------------------------------------------------------------ differences (derived)

    def difference(self, name: DifferenceName, rules_version: str) -> Difference | None:
        """A difference as these rules found it, or None."""
        row = self._one(
            "SELECT data FROM differences WHERE old = ? AND new = ? AND cited = ? AND rules_version = ?",
            name.old,
            name.new,
            name.cited,
            rules_version,
        )
        return read_json(Difference, row["data"]) if row else None

    def keep_difference(self, name: DifferenceName, found: Difference, rules_version: str) -> None:
        """Keep a difference, in place of what other rules found."""
        row = (name.old, name.new, name.cited, rules_version, write_json(found))
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO differences VALUES (?, ?, ?, ?, ?)", row)


_SEEN = """
SELECT o.night, o.seen_at, json_extract(o.data, '$.hops[#-1].uri') AS uri,
    json_extract(o.data, '$.hops[#-1].record_id') AS record_id, json_extract(o.data, '$.hops[#-1].status') AS status,
    json_extract(o.data, '$.content.digest') AS digest, p.sight
FROM observations o JOIN payload_sights p ON p.digest = json_extract(o.data, '$.content.digest')
    AND p.mime = json_extract(o.data, '$.content.media_type')
"""
_WHOLE = (
    "json_extract(o.data, '$.content.coverage') = 'complete' AND json_extract(o.data, '$.content.length_bytes') > 0"
)


def _capture(row: sqlite3.Row) -> GoodCapture:
    return GoodCapture(
        row["night"],
        datetime.fromisoformat(row["seen_at"]),
        row["uri"],
        row["record_id"] or "",
        row["digest"],
        row["sight"],
    )
