"""The ledger's look-ups for Memento: a few index rows an answer, however many nights and captures there are.

Rules:
- A series is what a TimeGate chooses from: of a cited uri its nights judged well, or else those that broke off
  half-way; of any other uri what has a body and was the end of no bad night.
- A subject has one reading a night, and nights follow one another: order by night is order by time.
- What is read is timestamps; only the capture that is handed out becomes a Capture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from crawler.ledger.captures import read_capture
from crawler.ledger.store import Store
from crawler.model import Capture, Outcome

# Uris that share a key and are looked at for one that is cited.
_ALIKE = 50
_BODY = "c.payload_length > 0 AND (c.not_modified = 1 OR c.status BETWEEN 200 AND 299)"


class By(Enum):
    """What the captures of a series have in common."""

    SUBJECT = "the nights of a cited uri"
    URI = "exactly this uri"
    URLKEY = "this key"


@dataclass(frozen=True, slots=True)
class Series:
    """The mementos of an original resource: those `by` a value; of nights only ones read as these outcomes, of other
    captures none that ended a redirected night read otherwise."""

    by: By
    value: str
    outcomes: frozenset[Outcome]


@dataclass(frozen=True, slots=True)
class Around:
    """The timestamps of a series' ends, and of its mementos nearest to a moment: three begun by then, two later ones.

    Of a night that had begun by then the capture may be later.
    """

    first: str
    last: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Mementos(Store):
    """Captures as mementos."""

    def around(self, series: Series, timestamp: str) -> Around | None:
        """What stands around a moment (17 digits) in a series; None where there is nothing in it."""
        source, order = _source(series)
        moment = _night(timestamp) if series.by is By.SUBJECT else timestamp
        ends = f"SELECT * FROM (SELECT {{}}, c.timestamp {source} {{}} ORDER BY {order} {{}} LIMIT {{}})"
        rows = self._tuples(
            " UNION ALL ".join(
                (
                    ends.format(0, "", "ASC", 1),
                    ends.format(1, "", "DESC", 1),
                    ends.format(2, f"AND {order} <= ?2", "DESC", 3),
                    ends.format(3, f"AND {order} > ?2", "ASC", 2),
                )
            ),
            series.value,
            moment,
        )
        parts: tuple[list[str], ...] = ([], [], [], [])
        for part, found in rows:
            parts[part].append(found)
        first, last, before, after = parts
        return Around(first[0], last[0], tuple(before), tuple(after)) if first else None

    def timestamps(self, series: Series, since: str = "", limit: int = -1) -> list[str]:
        """The timestamps of a series from one on, oldest first; so many at most."""
        source, order = _source(series)
        rows = self._tuples(
            f"SELECT c.timestamp {source} AND c.timestamp >= ?2 ORDER BY {order} LIMIT ?3", series.value, since, limit
        )
        return [row[0] for row in rows]

    def capture_at(self, uri: str, timestamp: str) -> Capture | None:
        """The capture of exactly this uri and moment."""
        row = self._one("SELECT * FROM captures WHERE uri = ? AND timestamp = ? LIMIT 1", uri, timestamp)
        return read_capture(row) if row else None

    def end_at(self, subject: str, timestamp: str) -> Capture | None:
        """The capture of that moment on which a night of a subject ended, whatever uri its redirects led to."""
        row = self._one(
            "SELECT c.* FROM readings r JOIN captures c ON c.record_id = r.record_id WHERE r.subject = ?1"
            " AND r.night = (SELECT max(night) FROM readings WHERE subject = ?1 AND night <= ?2) AND c.timestamp = ?3",
            subject,
            _night(timestamp),
            timestamp,
        )
        return read_capture(row) if row else None

    def capture_alike_at(self, urlkey: str, timestamp: str) -> Capture | None:
        """A capture of that moment whose uri shares a key."""
        row = self._one("SELECT * FROM captures WHERE urlkey = ? AND timestamp = ? LIMIT 1", urlkey, timestamp)
        return read_capture(row) if row else None

    def subjects_alike(self, urlkey: str) -> list[str]:
        """The cited uris among those captured last under a key, the newest first."""
        rows = self._tuples("SELECT uri FROM captures WHERE urlkey = ? ORDER BY timestamp DESC LIMIT ?", urlkey, _ALIKE)
        uris = dict.fromkeys(row[0] for row in rows)
        return [uri for uri in uris if self._one("SELECT 1 FROM readings WHERE subject = ? LIMIT 1", uri)]

    def merged_into(self, uri: str) -> str | None:
        """The uri that is fetched in place of a look-alike, or None."""
        row = self._one("SELECT same_as FROM merges WHERE uri = ? ORDER BY number DESC LIMIT 1", uri)
        return row["same_as"] if row else None


def _night(timestamp: str) -> str:
    """The id a night would have that began at that second."""
    return f"{timestamp[:8]}T{timestamp[8:14]}Z"


def _source(series: Series) -> tuple[str, str]:
    """Where a series is read from, by the value ?1, and the column that is its order."""
    outcomes = _listed(series.outcomes)
    if series.by is By.SUBJECT:
        readings = "FROM readings r JOIN captures c ON c.record_id = r.record_id WHERE r.subject = ?1"
        return f"{readings} AND r.outcome IN ({outcomes}) AND {_BODY}", "r.night"
    column = "c.uri" if series.by is By.URI else "c.urlkey"
    # As the index readings_by_end has it.
    bad = (
        "SELECT 1 FROM readings r WHERE r.final_uri = c.uri AND r.record_id = c.record_id"
        f" AND r.final_uri <> r.subject AND r.outcome NOT IN ({outcomes})"
    )
    return f"FROM captures c WHERE {column} = ?1 AND {_BODY} AND NOT EXISTS ({bad})", "c.timestamp"


def _listed(outcomes: Iterable[Outcome]) -> str:
    return ", ".join(f"'{outcome.value}'" for outcome in sorted(outcomes))
