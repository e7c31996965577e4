"""The ledger's part about messages: what was to be told by which channel, and whether it got there.

Rules:
- A message is known by what it is about (a night's id, or a day), its kind, and the channel's name (never its address).
- What was sent stays sent. What is being sent is nobody else's for `CLAIMED`; after that its sender was cut off.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.ledger.store import Store

# Longer than one round of sending may last (notify/sending.py).
CLAIMED = timedelta(hours=1)


class Fate(StrEnum):
    """How far a message got."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class Queued:
    """A message for one channel. `data` is its text as the sender wrote it; `rounds` are the nights (or commands) that
    tried to send it, `error` what the last of them met; `at` is when that was. No text is kept of what is settled."""

    about: str
    kind: str
    channel: str
    data: str
    queued_at: datetime
    fate: Fate = Fate.WAITING
    rounds: int = 0
    error: str = ""
    at: datetime | None = None


class Messages(Store):
    """Messages by what they are about, kind and channel."""

    def queue_messages(self, queued: Sequence[Queued]) -> None:
        """Have messages sent; one that waits, or was given up, is written anew, one that was sent is left alone."""
        rows = [(one.about, one.kind, one.channel, one.data, one.queued_at.isoformat()) for one in queued]
        with self._writing() as db:
            db.executemany(
                "INSERT INTO messages (about, kind, channel, data, queued_at, fate) VALUES (?, ?, ?, ?, ?, 'waiting')"
                " ON CONFLICT (about, kind, channel) DO UPDATE SET data = excluded.data,"
                " rounds = CASE fate WHEN 'given-up' THEN 0 ELSE rounds END, fate = 'waiting'"
                " WHERE fate IN ('waiting', 'given-up')",
                rows,
            )

    def messages(self) -> list[Queued]:
        """Every message, oldest first."""
        return [_read(row) for row in self._rows("SELECT * FROM messages ORDER BY queued_at, rowid")]

    def claim_message(self, message: Queued, now: datetime) -> bool:
        """Take a message for sending, unless somebody else sends it or has sent it; whether it is ours now."""
        with self._writing() as db:
            claimed = db.execute(
                "UPDATE messages SET fate = 'sending', at = ? WHERE about = ? AND kind = ? AND channel = ?"
                " AND (fate = 'waiting' OR (fate = 'sending' AND at < ?))",
                (now.isoformat(), message.about, message.kind, message.channel, (now - CLAIMED).isoformat()),
            )
            return claimed.rowcount == 1

    def settle_message(self, message: Queued) -> None:
        """Record how far a message got."""
        at = message.at.isoformat() if message.at else None
        data = message.data if message.fate in (Fate.WAITING, Fate.SENDING) else ""
        key = (message.about, message.kind, message.channel)
        with self._writing() as db:
            db.execute(
                "UPDATE messages SET fate = ?, rounds = ?, error = ?, at = ?, data = ?"
                " WHERE about = ? AND kind = ? AND channel = ?",
                (message.fate, message.rounds, message.error, at, data, *key),
            )


def _read(row: sqlite3.Row) -> Queued:
    return Queued(
        about=row["about"],
        kind=row["kind"],
        channel=row["channel"],
        data=row["data"],
        queued_at=datetime.fromisoformat(row["queued_at"]),
        fate=Fate(row["fate"]),
        rounds=row["rounds"],
        error=row["error"],
        at=datetime.fromisoformat(row["at"]) if row["at"] else None,
    )
