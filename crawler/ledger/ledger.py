"""The ledger: what was seen, night by night, in one SQLite file. Append-only but for derived tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from crawler.errors import LedgerError
from crawler.ledger.beside import SideLooks
from crawler.ledger.browsing import Browsing
from crawler.ledger.captures import Captures, read_capture
from crawler.ledger.differences import Differences
from crawler.ledger.judged import Judged
from crawler.ledger.judgements import Judgements
from crawler.ledger.mementos import Mementos
from crawler.ledger.messages import Messages
from crawler.ledger.requisites import Requisites
from crawler.ledger.rulings import Rulings
from crawler.ledger.seeds import Seeds
from crawler.ledger.sights import Sights
from crawler.ledger.summaries import Summaries
from crawler.ledger.targets import Targets
from crawler.ledger.values import read_json, write_json
from crawler.model import (
    Capture,
    Coverage,
    Evidence,
    Look,
    Night,
    Observation,
    Outcome,
    Reading,
    captured_at,
)

# Nights that the comparison of two uris looks back, at most.
LOOKED_BACK = 30
OBSERVATIONS_AT_ONCE = 500


class Ledger(
    Browsing,
    Captures,
    Differences,
    Judged,
    Judgements,
    Mementos,
    Messages,
    Requisites,
    Rulings,
    Seeds,
    SideLooks,
    Sights,
    Summaries,
    Targets,
):
    """What the nights saw: documents, targets, observations; readings and standings derived from them."""

    # ------------------------------------------------------------ nights

    def begin_night(self, night: Night, settings: str) -> None:
        """Record that a night begins; `settings` is its configuration as JSON. Raises for a known id."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO nights (id, started_at, simulated, settings) VALUES (?, ?, ?, ?)",
                (night.id, night.started_at.isoformat(), night.simulated, settings),
            )

    def validate_night(self, night_id: str, valid: bool, reason: Evidence | None, few_hosts: bool) -> None:
        """Record whether the run was valid, why not, and whether too few hosts were tried to say much."""
        with self._writing() as db:
            db.execute(
                "UPDATE nights SET valid = ?, invalid_reason = ?, few_hosts = ? WHERE id = ?",
                (valid, write_json(reason) if reason else None, few_hosts, night_id),
            )

    def nights_with_few_hosts(self) -> frozenset[str]:
        """The nights on which too few hosts were tried for more than `unreachable`."""
        return frozenset(row["id"] for row in self._rows("SELECT id FROM nights WHERE few_hosts = 1"))

    def end_night(self, night_id: str, ended_at: datetime, status: int, rules_version: str) -> None:
        """Close a night with its exit status."""
        with self._writing() as db:
            db.execute(
                "UPDATE nights SET ended_at = ?, status = ?, rules_version = ? WHERE id = ?",
                (ended_at.isoformat(), status, rules_version, night_id),
            )

    def settings_of(self) -> dict[str, dict[str, Any]]:
        """By night, the configuration it ran with."""
        return {row["id"]: json.loads(row["settings"]) for row in self._rows("SELECT id, settings FROM nights")}

    def nights(self) -> list[Night]:
        """All nights, oldest first."""
        return [_night(row) for row in self._rows("SELECT * FROM nights ORDER BY started_at, id")]

    def night(self, night_id: str) -> Night:
        """A night by its id, as it is recorded now."""
        return next(night for night in self.nights() if night.id == night_id)

    def unfinished_night(self) -> Night | None:
        """The newest night, if it never ended."""
        row = self._one("SELECT * FROM nights ORDER BY started_at DESC, id DESC LIMIT 1")
        return _night(row) if row and row["ended_at"] is None else None

    def invalid_reason(self, night_id: str) -> Evidence | None:
        """Why a night was invalid, or None."""
        row = self._one("SELECT invalid_reason FROM nights WHERE id = ?", night_id)
        return read_json(Evidence, row["invalid_reason"]) if row and row["invalid_reason"] else None

    # ------------------------------------------------------------ observations

    def add_observations(self, observations: Sequence[Observation]) -> list[None]:
        """Commit what a night saw, in one transaction; a second observation of a target is an error of ours."""
        rows = [(o.night, o.uri, o.seen_at.isoformat(), write_json(o)) for o in observations]
        with self._writing() as db:
            try:
                db.executemany("INSERT INTO observations VALUES (?, ?, ?, ?)", rows)
            except sqlite3.IntegrityError as error:
                raise LedgerError(f"a target was observed twice in night {rows[0][0]} ({error})") from error
        return [None] * len(rows)

    def observations_of(self, night_id: str) -> dict[str, Observation]:
        """A night's observations by uri."""
        rows = self._rows("SELECT uri, data FROM observations WHERE night = ?", night_id)
        return {row["uri"]: read_json(Observation, row["data"]) for row in rows}

    def each_observation(self, night_id: str) -> Iterator[Observation]:
        """A night's observations one by one, by uri; others may write meanwhile."""
        after = ""
        while rows := self._rows(
            "SELECT uri, data FROM observations WHERE night = ? AND uri > ? ORDER BY uri LIMIT ?",
            night_id,
            after,
            OBSERVATIONS_AT_ONCE,
        ):
            yield from (read_json(Observation, row["data"]) for row in rows)
            after = rows[-1]["uri"]

    # ------------------------------------------------------------ readings and standings (derived)

    def readings_of(self, night_id: str) -> dict[str, Reading]:
        """A night's readings by subject."""
        rows = self._rows("SELECT subject, data FROM readings WHERE night = ?", night_id)
        return {row["subject"]: read_json(Reading, row["data"]) for row in rows}

    def looks_of(self, uri: str, upto: str, newest: int = LOOKED_BACK) -> list[Look]:
        """What the newest nights that count saw of a uri, up to and including one; oldest first."""
        rows = self._rows(
            "SELECT r.night, r.data AS reading, o.data AS seen, s.text FROM readings r JOIN nights n ON n.id = r.night"
            " JOIN observations o ON o.night = r.night AND o.uri = r.subject"
            " LEFT JOIN payload_sights p ON p.digest = json_extract(o.data, '$.content.digest')"
            " AND p.mime = json_extract(o.data, '$.content.media_type') LEFT JOIN sights s ON s.key = p.sight"
            " WHERE r.subject = ? AND r.night <= ? AND n.valid = 1 AND n.few_hosts = 0"
            " ORDER BY r.night DESC LIMIT ?",
            uri,
            upto,
            newest,
        )
        return [_look(row) for row in reversed(rows)]

    def captures_read_as(
        self, outcomes: Collection[Outcome], upto: str, subject: str | None = None
    ) -> dict[str, list[Capture]]:
        """By subject, the captures whose reading was one of these outcomes, up to a night; oldest first."""
        marks = ", ".join("?" * len(outcomes))
        one = "AND r.subject = ?" if subject is not None else ""
        rows = self._rows(
            f"SELECT r.subject, c.* FROM readings r JOIN captures c ON c.record_id = r.record_id"
            f" WHERE r.outcome IN ({marks}) AND r.night <= ? {one} ORDER BY c.timestamp",
            *[outcome.value for outcome in outcomes],
            upto,
            *([subject] if subject is not None else []),
        )
        found: dict[str, list[Capture]] = {}
        for row in rows:
            found.setdefault(row["subject"], []).append(read_capture(row))
        return found

    def final_uris(self, subject: str) -> list[str]:
        """Where the chains of a subject ended, in any night."""
        rows = self._rows(
            "SELECT DISTINCT final_uri FROM readings WHERE subject = ? AND final_uri IS NOT NULL", subject
        )
        return [row["final_uri"] for row in rows]

    def is_subject(self, subject: str) -> bool:
        """Whether some night read this subject."""
        return self._one("SELECT 1 FROM readings WHERE subject = ? LIMIT 1", subject) is not None

    def last_readings(self) -> dict[str, Reading]:
        """By subject, its newest reading."""
        rows = self._rows(
            "SELECT r.subject, r.data FROM readings r JOIN (SELECT subject, max(night) AS night FROM readings"
            " GROUP BY subject) newest ON newest.subject = r.subject AND newest.night = r.night"
        )
        return {row["subject"]: read_json(Reading, row["data"]) for row in rows}

    def answered_since(self) -> dict[str, datetime]:
        """By uri, when it first gave bytes here: from which it can be told since when a host answers us."""
        since = "SELECT uri, min(timestamp) FROM captures"
        rows = dict(self._tuples(f"{since} GROUP BY uri"))  # from the index alone
        for (uri,) in self._tuples(
            "SELECT DISTINCT c.uri FROM elsewhere e JOIN captures c ON c.record_id = e.record_id"
        ):
            here = f"{since} WHERE uri = ? AND record_id NOT IN (SELECT record_id FROM elsewhere)"
            rows[uri] = self._tuples(here, uri)[0][1]
        return {uri: captured_at(stamp) for uri, stamp in rows.items() if stamp is not None}

    def note_robots(self, night: Night, failing: Iterable[str], answering: Iterable[str]) -> None:
        """Record the hosts whose robots.txt failed this night, and those where it did not."""
        with self._writing() as db:
            db.executemany("DELETE FROM robots_failing WHERE host = ?", [(host,) for host in answering])
            db.executemany(
                "INSERT INTO robots_failing VALUES (?, ?, ?) ON CONFLICT (host) DO UPDATE SET last_night = ?",
                [(host, night.started_at.isoformat(), night.id, night.id) for host in failing],
            )

    def robots_failing(self) -> frozenset[str]:
        """The hosts whose robots.txt failed when it was asked for last."""
        return frozenset(row["host"] for row in self._rows("SELECT host FROM robots_failing"))

    def robots_answered(self, night_id: str, host: str) -> bool:
        """Whether a host's robots.txt answered that night, be it that there is none."""
        uris = [f"{scheme}://{host}/robots.txt" for scheme in ("http", "https")]
        row = self._one(
            "SELECT 1 FROM captures WHERE uri IN (?, ?) AND night = ?"
            " AND (status BETWEEN 200 AND 299 OR status BETWEEN 400 AND 499) LIMIT 1",
            *uris,
            night_id,
        )
        return row is not None

    def robots_failing_since(self, last_night: str) -> dict[str, datetime]:
        """By host, since when its robots.txt fails; only hosts where it failed on that night, too."""
        rows = self._rows("SELECT host, since FROM robots_failing WHERE last_night = ?", last_night)
        return {row["host"]: datetime.fromisoformat(row["since"]) for row in rows}


def _night(row: sqlite3.Row) -> Night:
    ended = row["ended_at"]
    reason = json.loads(row["invalid_reason"])["rule"] if row["invalid_reason"] else None
    return Night(
        id=row["id"],
        started_at=datetime.fromisoformat(row["started_at"]),
        simulated=bool(row["simulated"]),
        ended_at=datetime.fromisoformat(ended) if ended else None,
        valid=bool(row["valid"]),
        invalid_reason=reason,
        status=row["status"],
    )


def _look(row: sqlite3.Row) -> Look:
    reading, seen = read_json(Reading, row["reading"]), read_json(Observation, row["seen"])
    whole = seen.content if seen.content and seen.content.coverage is Coverage.COMPLETE else None
    digest = whole.digest if whole else None
    text = row["text"] if whole else None
    return Look(seen.uri, row["night"], seen.seen_at, reading.outcome, seen.refusal, digest, text or digest)
