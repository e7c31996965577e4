"""What was asked beside the targets: evidence like observations, looked up by what it is about.

Rules:
- A kind is asked about a thing once a night; what was asked stands for good.
- What came through another place (the vantage) is told apart: it does not say that a host answers us here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from crawler.errors import LedgerError
from crawler.ledger.store import Store
from crawler.ledger.values import read_json, write_json
from crawler.model import Beside, SideLook

# Sorts behind the id of every night.
FOR_EVER = "~"


class SideLooks(Store):
    """Looks beside the targets, by night, kind and subject; newest first where there are several."""

    def add_side_looks(self, looks: Sequence[SideLook]) -> list[None]:
        """Commit looks in one transaction; a second one of a kind about a thing in a night is an error of ours."""
        rows = [
            (look.seen.night, look.kind.value, look.about, look.seen.seen_at.isoformat(), write_json(look))
            for look in looks
        ]
        with self._writing() as db:
            try:
                db.executemany("INSERT INTO side_looks VALUES (?, ?, ?, ?, ?)", rows)
            except sqlite3.IntegrityError as error:
                raise LedgerError(f"a side look was made twice in night {rows[0][0]} ({error})") from error
        return [None] * len(rows)

    def side_looks(self, night_id: str, kind: Beside | None = None) -> list[SideLook]:
        """A night's looks, of one kind or of all."""
        kinds = [one.value for one in Beside] if kind is None else [kind.value]
        marks = ", ".join("?" * len(kinds))
        rows = self._rows(
            f"SELECT data FROM side_looks WHERE night = ? AND kind IN ({marks}) ORDER BY kind, about", night_id, *kinds
        )
        return _read(rows)

    def side_look(self, kind: Beside, about: str, night_id: str) -> SideLook | None:
        """A night's look of a kind about a thing, or None."""
        row = self._one("SELECT data FROM side_looks WHERE about = ? AND kind = ? AND night = ?", about, kind, night_id)
        return read_json(SideLook, row["data"]) if row else None

    def side_looks_about(
        self, kind: Beside, about: str, upto: str = FOR_EVER, since: datetime | None = None
    ) -> list[SideLook]:
        """The looks of a kind about a thing in the nights up to one (its id; also an instant written as one), not
        older than `since`; newest first."""
        rows = self._rows(
            "SELECT data FROM side_looks WHERE about = ? AND kind = ? AND night <= ? AND seen_at >= ?"
            " ORDER BY night DESC",
            about,
            kind.value,
            upto,
            since.isoformat() if since else "",
        )
        return _read(rows)

    def samples_of(self, uri: str, upto: str = FOR_EVER) -> list[SideLook]:
        """The second looks at a new target: a night's sample is compared with that night's own observation."""
        return self.side_looks_about(Beside.SAMPLE, uri, upto)

    def https_of(self, uri: str, upto: str = FOR_EVER) -> list[SideLook]:
        """What https answered for a target cited with http."""
        return self.side_looks_about(Beside.HTTPS, uri, upto)

    def vantage_of(self, uri: str, upto: str = FOR_EVER) -> list[SideLook]:
        """What another place saw of a target's host, under http and https."""
        return self.side_looks_at_host(Beside.VANTAGE, uri, upto)

    def side_looks_at_host(self, kind: Beside, uri: str, upto: str = FOR_EVER) -> list[SideLook]:
        """The looks of a kind about any target of a uri's host and port."""
        place = urlsplit(uri).netloc
        found = [
            row
            for scheme in ("http", "https")
            for row in self._rows(
                "SELECT data, night FROM side_looks WHERE about >= ? AND about < ? AND kind = ? AND night <= ?",
                f"{scheme}://{place}/",
                f"{scheme}://{place}0",  # the character behind the slash
                kind.value,
                upto,
            )
        ]
        return _read(sorted(found, key=lambda row: str(row["night"]), reverse=True))

    def note_elsewhere(self, record_ids: Sequence[str]) -> list[None]:
        """Remember that records were made from another place than this network."""
        with self._writing() as db:
            db.executemany("INSERT OR IGNORE INTO elsewhere VALUES (?)", [(one,) for one in record_ids])
        return [None] * len(record_ids)


def _read(rows: Sequence[sqlite3.Row]) -> list[SideLook]:
    return [read_json(SideLook, row["data"]) for row in rows]
