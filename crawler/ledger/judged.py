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
        another night or on it, and the first behind that, of those with a body; oldest first. Whatever is nearest to
        then is among them."""
        values = (subject, *(outcome.value for outcome in outcomes))
        where = f"r.subject = ? AND r.outcome IN ({', '.join('?' * len(outcomes))}) AND {_BODY}"
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
        rows = self._each(
            "SELECT r.subject, c.digest, c.timestamp, c.rowid FROM readings r JOIN captures c ON"
            f" c.record_id = r.record_id WHERE r.outcome IN ({', '.join('?' * len(values))}) AND r.night <= ?",
            *values,
            upto,
        )
        chosen = _first_and_newest(tuple(row) for row in rows)
        captures = self._captures_at({place for places in chosen.values() for place in places})
        return {
            subject: sorted((captures[place] for place in places), key=lambda c: c.timestamp)
            for subject, places in chosen.items()
        }

    def _captures_at(self, places: Collection[int]) -> dict[int, Capture]:
        """Captures by their places in the index."""
        found: dict[int, Capture] = {}
        ordered = sorted(places)
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = self._rows(f"SELECT rowid AS place, * FROM captures WHERE rowid IN ({marks})", *some)
            found.update((row["place"], read_capture(row)) for row in rows)
        return found


# As many values as a statement may have in the oldest SQLite that is met.
_AT_ONCE = 900
_JUDGED = """
SELECT r.outcome, r.change, json_extract(o.data, '$.content.coverage') AS coverage, c.*
FROM readings r JOIN captures c ON c.record_id = r.record_id
LEFT JOIN observations o ON o.night = r.night AND o.uri = r.subject
"""
# As archive/memento.py, has_body.
_BODY = "c.payload_length > 0 AND (c.not_modified = 1 OR c.status BETWEEN 200 AND 299)"


def _judged(row: sqlite3.Row) -> JudgedCapture:
    return JudgedCapture(
        read_capture(row),
        Outcome(row["outcome"]),
        row["coverage"] in (None, "complete"),
        read_json(Change, row["change"]) if row["change"] else None,
    )


def _first_and_newest(rows: Iterable[tuple[str, str, str, int]]) -> dict[str, set[int]]:
    """By subject, the places of each digest's first row and of the newest; rows are (subject, digest, timestamp,
    place), in any order."""
    first: dict[tuple[str, str], tuple[str, int]] = {}
    newest: dict[str, tuple[str, int]] = {}
    for subject, digest, timestamp, place in rows:
        seen = (timestamp, place)
        if (subject, digest) not in first or seen < first[subject, digest]:
            first[subject, digest] = seen
        if subject not in newest or seen > newest[subject]:
            newest[subject] = seen
    found: dict[str, set[int]] = {subject: {place} for subject, (_, place) in newest.items()}
    for (subject, _), (_, place) in first.items():
        found[subject].add(place)
    return found
