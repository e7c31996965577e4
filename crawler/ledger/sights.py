"""The ledger's sights: what payloads show, and their main text, each kept once however many payloads show it.

Rules:
- A payload is read under the type that it came with: the same bytes are another thing as another type.
- An answer's payload counts as seen when all of it came; what was cut short shows nothing.
"""

from __future__ import annotations

import sqlite3

from crawler.ledger.store import Store
from crawler.ledger.values import read_json, write_json
from crawler.model import Capture, Coverage, Observation, Page, Sight

# A payload: the digest of its bytes, and the media type it came with ("" for none).
PayloadName = tuple[str, str]
_UNSTATED = "unk"  # as CDXJ has it
_NO_DIGEST = "-"


class Sights(Store):
    """What answers showed."""

    def payload_of(self, seen: Observation) -> PayloadName | None:
        """The payload that a chain ended on; None where none came whole."""
        final = seen.final
        if final is None or final.failure is not None or seen.robots_only:
            return None
        if seen.content is not None:
            whole = seen.content.coverage is Coverage.COMPLETE and seen.content.length_bytes > 0
            return _named(seen.content.digest, seen.content.media_type) if whole else None
        row = self._one("SELECT digest, mime, payload_length FROM captures WHERE record_id = ?", final.record_id or "")
        return _named(row["digest"], row["mime"]) if row and row["payload_length"] else None

    def page_of(self, seen: Observation) -> Page | None:
        """What an observation's last answer showed, of whatever status; None where it was not read."""
        row = self._shown(self.payload_of(seen), "s.data, s.text")
        return _page(row, seen.final.status if seen.final else None) if row else None

    def sight_key_of(self, seen: Observation) -> str | None:
        """The key of what an observation's last answer showed: equal keys, equal sights."""
        row = self._shown(self.payload_of(seen), "s.key")
        return str(row["key"]) if row else None

    def sight_key_of_record(self, record_id: str) -> str | None:
        """The key of what a record's payload shows: that of an answer without content is found by its record alone."""
        row = self._one(
            "SELECT s.key FROM captures c JOIN payload_sights p ON p.digest = c.digest"
            " AND p.mime = CASE c.mime WHEN ? THEN '' ELSE c.mime END JOIN sights s ON s.key = p.sight"
            " WHERE c.record_id = ? AND c.payload_length > 0 AND c.digest <> ?",
            _UNSTATED,
            record_id,
            _NO_DIGEST,
        )
        return str(row["key"]) if row else None

    def page_of_capture(self, capture: Capture) -> Page | None:
        """What a capture's payload shows; None where it was not read."""
        row = self._shown(_named(capture.digest, capture.mime), "s.data, s.text")
        return _page(row, capture.status) if row else None

    # ------------------------------------------------------------ reading payloads

    def sight_key(self, payload: PayloadName, reader: str) -> str | None:
        """The key of the sight that a payload has, as this reader read it."""
        row = self._shown(payload, "s.key, p.reader AS read_by, s.reader")
        return str(row["key"]) if row and row["read_by"] == row["reader"] == reader else None

    def has_sight(self, key: str, reader: str) -> bool:
        """Whether a sight is stored as this reader reads it."""
        return self._one("SELECT 1 FROM sights WHERE key = ? AND reader = ?", key, reader) is not None

    def link_payload(self, payload: PayloadName, key: str, reader: str) -> None:
        """Keep which sight a payload has; the sight itself may be stored later."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO payload_sights VALUES (?, ?, ?, ?)", (*payload, key, reader))

    def store_sight(self, sight: Sight, text: str, reader: str) -> None:
        """Store what is shown, in place of what an older reader made of it."""
        with self._writing() as db:
            row = (sight.key, write_json(sight), text, reader)
            db.execute("INSERT OR REPLACE INTO sights VALUES (?, ?, ?, ?)", row)

    def _shown(self, payload: PayloadName | None, columns: str) -> sqlite3.Row | None:
        if payload is None:
            return None
        return self._one(
            f"SELECT {columns} FROM payload_sights p JOIN sights s ON s.key = p.sight"
            " WHERE p.digest = ? AND p.mime = ?",
            *payload,
        )


def _named(digest: str, mime: str) -> PayloadName | None:
    return None if digest == _NO_DIGEST else (digest, "" if mime == _UNSTATED else mime)


def _page(row: sqlite3.Row, status: int | None) -> Page:
    return Page(read_json(Sight, row["data"]), row["text"], status)
