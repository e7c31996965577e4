"""The ledger's captures beside what nights judged of them: which of a target's answers may stand for what was cited.

Rules:
- A night's word on a subject is about the record that its chain ended on; what it met on the way was not judged.
- Asked by subject and night, which is how readings lie: the price does not grow with the years.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from crawler.ledger.captures import read_capture
from crawler.ledger.store import Store
from crawler.ledger.values import read_json
from crawler.model import Capture, Change, Outcome


@dataclass(frozen=True, slots=True)
class JudgedCapture:
    """A capture that a night's chain ended on: what it was read as, whether all of its body came, and how it differed
    from the state compared with."""

    capture: Capture
    outcome: Outcome
    whole: bool = True
    change: Change | None = None


class Judged(Store):
    """Captures with the readings of their nights."""

    def judged_captures(self, subject: str) -> list[JudgedCapture]:
        """Every capture that some night judged a subject by, oldest first."""
        return [_judged(row) for row in self._rows(f"{_JUDGED} WHERE r.subject = ? ORDER BY r.night", subject)]

    def captures_ending_on(self, uri: str) -> list[JudgedCapture]:
        """The same of whatever led to a uri from another one, oldest first."""
        rows = self._rows(f"{_JUDGED} WHERE r.final_uri = ? AND r.final_uri <> r.subject ORDER BY r.night", uri)
        return [_judged(row) for row in rows]

    def judged_around(
        self, subject: str, outcomes: Collection[Outcome], night_id: str, upto: str
    ) -> list[JudgedCapture]:
        """Of the captures of a subject that were read as one of these outcomes in nights up to one: the two before
        another night or on it, and the first behind that; oldest first. Whatever is nearest to then is among them."""
        values = (subject, *(outcome.value for outcome in outcomes))
        where = f"r.subject = ? AND r.outcome IN ({', '.join('?' * len(outcomes))})"
        before = self._rows(
            f"{_JUDGED} WHERE {where} AND r.night <= ? AND r.night <= ? ORDER BY r.night DESC LIMIT 2",
            *values,
            night_id,
            upto,
        )
        after = self._rows(
            f"{_JUDGED} WHERE {where} AND r.night > ? AND r.night <= ? ORDER BY r.night LIMIT 1",
            *values,
            night_id,
            upto,
        )
        return [_judged(row) for row in [*reversed(before), *after]]

    def payloads_read_as(self, outcomes: Iterable[Outcome], upto: str) -> dict[str, list[Capture]]:
        """By subject, of the captures read as one of these outcomes up to a night: each payload where it was first
        seen, and the newest capture; oldest first."""
        values = [outcome.value for outcome in outcomes]
        marks = ", ".join("?" * len(values))
        found: dict[str, dict[str, Capture]] = {}
        for pick in ("min", "max"):
            by = ", c.digest" if pick == "min" else ""
            rows = self._rows(
                f"SELECT r.subject, {pick}(c.timestamp), c.* FROM readings r JOIN captures c ON"
                f" c.record_id = r.record_id WHERE r.outcome IN ({marks}) AND r.night <= ? GROUP BY r.subject{by}",
                *values,
                upto,
            )
            for row in rows:
                capture = read_capture(row)
                found.setdefault(row["subject"], {})[capture.record_id] = capture
        return {subject: sorted(of.values(), key=lambda c: c.timestamp) for subject, of in found.items()}


_JUDGED = """
SELECT r.outcome, r.change, json_extract(o.data, '$.content.coverage') AS coverage, c.*
FROM readings r JOIN captures c ON c.record_id = r.record_id
LEFT JOIN observations o ON o.night = r.night AND o.uri = r.subject
"""


def _judged(row: sqlite3.Row) -> JudgedCapture:
    return JudgedCapture(
        read_capture(row),
        Outcome(row["outcome"]),
        row["coverage"] in (None, "complete"),
        read_json(Change, row["change"]) if row["change"] else None,
    )
