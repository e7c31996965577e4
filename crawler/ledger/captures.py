"""The ledger's index of captures (archive.index.Index) and the main texts of payloads: derived from the WARC files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from crawler.ledger.store import Store
from crawler.model import Capture, RecordType


class Captures(Store):
    """Where records lie, which of them were read back, and what their pages say."""

    def add_captures(self, captures: Sequence[Capture]) -> None:
        """Index records whose bytes are already durable; known record ids are left as they are."""
        with self._writing() as db:
            db.executemany(_INSERT_CAPTURE, [_capture_row(capture) for capture in captures])

    def original_of(self, digest: str) -> Capture | None:
        """The earliest response record (never a revisit) with this payload digest, or None."""
        row = self._one(
            "SELECT * FROM captures WHERE digest = ? AND record_type = 'response' ORDER BY timestamp LIMIT 1", digest
        )
        return read_capture(row) if row else None

    def is_verified(self, record_id: str) -> bool:
        """Whether a record was once read back and its digest held."""
        row = self._one("SELECT verified FROM captures WHERE record_id = ?", record_id)
        return bool(row and row["verified"])

    def mark_verified(self, record_id: str) -> None:
        """Remember that a record was read back and its digest held."""
        with self._writing() as db:
            db.execute("UPDATE captures SET verified = 1 WHERE record_id = ?", (record_id,))

    def captures_in(self, filename: str) -> list[Capture]:
        """The indexed records of a file, by offset."""
        return [
            read_capture(row)
            for row in self._rows("SELECT * FROM captures WHERE filename = ? ORDER BY start", filename)
        ]

    def captures_of(self, uri: str, urlkey: str) -> list[Capture]:
        """Captures of exactly this uri, oldest first; then those that only share its urlkey."""
        rows = self._rows(
            "SELECT * FROM captures WHERE urlkey = ? OR uri = ? ORDER BY uri <> ?, timestamp", urlkey, uri, uri
        )
        return [read_capture(row) for row in rows]

    def capture_by_record_id(self, record_id: str) -> Capture | None:
        """The capture of a record id, or None."""
        row = self._one("SELECT * FROM captures WHERE record_id = ?", record_id)
        return read_capture(row) if row else None

    def all_captures(self) -> Iterator[Capture]:
        """Every capture in order of urlkey and time."""
        for row in self._rows("SELECT * FROM captures ORDER BY urlkey, timestamp"):
            yield read_capture(row)

    def filenames(self) -> list[str]:
        """The names of all indexed WARC files."""
        return [row["filename"] for row in self._rows("SELECT DISTINCT filename FROM captures ORDER BY filename")]

    # ------------------------------------------------------------ texts (derived)

    def without_text(self, digests: Iterable[str]) -> list[Capture]:
        """The originals of those payloads whose main text is not stored yet."""
        missing = [d for d in digests if self._one("SELECT 1 FROM texts WHERE digest = ?", d) is None]
        return [original for original in map(self.original_of, missing) if original is not None]

    def store_text(self, digest: str, title: str | None, language: str | None, text: str, extractor: str) -> None:
        """Store the main text of a payload."""
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO texts VALUES (?, ?, ?, ?, ?)", (digest, title, language, text, extractor))


_CAPTURE_COLUMNS = (
    "record_id",
    "urlkey",
    "timestamp",
    "uri",
    "mime",
    "status",
    "digest",
    "filename",
    "start",
    "length",
    "record_type",
    "seen_at",
    "night",
    "payload_length",
    "refers_to",
    "not_modified",
    "etag",
    "last_modified",
)
_INSERT_CAPTURE = (
    f"INSERT OR IGNORE INTO captures ({', '.join(_CAPTURE_COLUMNS)}) VALUES ({', '.join('?' * len(_CAPTURE_COLUMNS))})"
)


def _capture_row(capture: Capture) -> tuple[Any, ...]:
    values = {name: getattr(capture, name) for name in _CAPTURE_COLUMNS if name != "start"}
    values |= {
        "start": capture.offset,
        "record_type": capture.record_type.value,
        "seen_at": capture.seen_at.isoformat(),
    }
    return tuple(values[name] for name in _CAPTURE_COLUMNS)


def read_capture(row: sqlite3.Row) -> Capture:
    """The capture of a row of its table."""
    values = {name: row[name] for name in _CAPTURE_COLUMNS if name != "start"}
    return Capture(
        **values
        | {
            "offset": row["start"],
            "record_type": RecordType(row["record_type"]),
            "seen_at": datetime.fromisoformat(row["seen_at"]),
            "not_modified": bool(row["not_modified"]),
        }
    )
