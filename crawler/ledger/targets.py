"""The ledger's part about targets: what trackers answered, what editors typed, which readings and look-alikes hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from crawler.ledger.store import Store
from crawler.ledger.values import read_json, write_json
from crawler.model import Attempt, Choice, Evidence, Merge, Override


class Targets(Store):
    """Trackers with their attempts, and what overrides or settles a target. All but trackers is append-only."""

    def tracker_targets(self) -> dict[str, str]:
        """sha256 of the wrapper → the cleaned target it was answered with, or that an editor typed."""
        rows = self._rows("SELECT wrapper, uri FROM trackers WHERE uri IS NOT NULL")
        answered = {row["wrapper"]: row["uri"] for row in rows}
        return answered | {wrapper: typed.uri for wrapper, typed in self.overrides().items() if typed.uri}

    def tracker_evidence(self) -> dict[str, str]:
        """sha256 of the wrapper → what its last attempt was answered with, as JSON."""
        rows = self._rows("SELECT wrapper, evidence FROM trackers WHERE evidence IS NOT NULL")
        return {row["wrapper"]: row["evidence"] for row in rows}

    def tracker_answer(self, wrapper: str) -> str | None:
        """The cleaned target a wrapper was answered with, or None."""
        row = self._one("SELECT uri FROM trackers WHERE wrapper = ?", wrapper)
        return row["uri"] if row else None

    def tracker_attempts(self, wrapper: str) -> int:
        """How often a wrapper was asked: intents without an answer count, attempts that sent nothing do not."""
        return sum(attempt.sent is not False for attempt in self.attempts_of(wrapper))

    def attempts_of(self, wrapper: str) -> list[Attempt]:
        """Every time a wrapper was asked, or was about to be, oldest first."""
        rows = self._rows("SELECT * FROM tracker_attempts WHERE wrapper = ? ORDER BY rowid", wrapper)
        return [_attempt(row) for row in rows]

    def intend_tracker(self, wrapper: str, redacted: str, night_id: str | None, at: datetime) -> None:
        """Commit the intent to ask a wrapper, before anything is sent; no night for an editor's own asking."""
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO trackers (wrapper, redacted) VALUES (?, ?)", (wrapper, redacted))
            db.execute(
                "INSERT INTO tracker_attempts (wrapper, night, intended_at) VALUES (?, ?, ?)",
                (wrapper, night_id, at.isoformat()),
            )

    def settle_tracker(self, wrapper: str, at: datetime, answer: str, uri: str | None, sent: bool) -> None:
        """Record what the last attempt was answered with, and whether anything was sent at all.

        With a uri the wrapper is never asked again.
        """
        with self._writing() as db:
            db.execute(
                "UPDATE tracker_attempts SET answer = ?, sent = ? WHERE rowid ="
                " (SELECT max(rowid) FROM tracker_attempts WHERE wrapper = ?)",
                (answer, sent, wrapper),
            )
            db.execute(
                "UPDATE trackers SET uri = coalesce(uri, ?), settled_at = ?, evidence = ? WHERE wrapper = ?",
                (uri, at.isoformat(), answer, wrapper),
            )

    def note_tracker(self, wrapper: str, redacted: str, evidence: str) -> None:
        """Record why a wrapper was not asked."""
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO trackers (wrapper, redacted) VALUES (?, ?)", (wrapper, redacted))
            db.execute("UPDATE trackers SET evidence = ? WHERE wrapper = ? AND uri IS NULL", (evidence, wrapper))

    # ------------------------------------------------------------ what an editor typed

    def type_target(self, typed: Override) -> None:
        """Record a target as an editor typed it, or that one is taken back."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO overrides (subject, citation, uri, why, set_at) VALUES (?, ?, ?, ?, ?)",
                (typed.subject, typed.citation, typed.uri, typed.why, typed.set_at.isoformat()),
            )

    def overrides(self) -> dict[str, Override]:
        """By subject, the typed target that counts now."""
        newest = {row["subject"]: _override(row) for row in self._rows("SELECT * FROM overrides ORDER BY number")}
        return {subject: typed for subject, typed in newest.items() if typed.uri}

    def overrides_of(self, subject: str) -> list[Override]:
        """Everything typed for a subject, oldest first."""
        rows = self._rows("SELECT * FROM overrides WHERE subject = ? ORDER BY number", subject)
        return [_override(row) for row in rows]

    # ------------------------------------------------------------ which reading holds

    def choose(self, choices: Iterable[Choice]) -> None:
        """Record which readings hold; what was found once stands."""
        with self._writing() as db:
            db.executemany(
                "INSERT OR IGNORE INTO choices VALUES (?, ?, ?, ?)",
                [(one.citation, one.uri, one.night, write_json(one.why)) for one in choices],
            )

    def choices(self) -> dict[str, Choice]:
        """By citation id, the reading that holds."""
        rows = self._rows("SELECT * FROM choices")
        return {
            row["citation"]: Choice(row["citation"], row["uri"], row["night"], read_json(Evidence, row["why"]))
            for row in rows
        }

    # ------------------------------------------------------------ look-alikes

    def merge(self, merges: Iterable[Merge]) -> None:
        """Record that uris are one page, or are no longer."""
        with self._writing() as db:
            db.executemany(
                "INSERT INTO merges (uri, same_as, night, why) VALUES (?, ?, ?, ?)",
                [(one.uri, one.same_as, one.night, write_json(one.why)) for one in merges],
            )

    def merges(self) -> dict[str, Merge]:
        """By uri, the merge that counts now."""
        newest = {row["uri"]: _merge(row) for row in self._rows("SELECT * FROM merges ORDER BY number")}
        return {uri: one for uri, one in newest.items() if one.same_as}

    def merges_of(self, uri: str) -> list[Merge]:
        """Every merge of a uri and its undoing, oldest first."""
        return [_merge(row) for row in self._rows("SELECT * FROM merges WHERE uri = ? ORDER BY number", uri)]


def _attempt(row: sqlite3.Row) -> Attempt:
    sent = None if row["sent"] is None else bool(row["sent"])
    return Attempt(datetime.fromisoformat(row["intended_at"]), row["night"], row["answer"], sent)


def _override(row: sqlite3.Row) -> Override:
    return Override(row["subject"], row["citation"], row["uri"], row["why"], datetime.fromisoformat(row["set_at"]))


def _merge(row: sqlite3.Row) -> Merge:
    return Merge(row["uri"], row["same_as"], row["night"], read_json(Evidence, row["why"]))
