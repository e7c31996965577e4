"""The ledger's index of captures (archive.index.Index): derived from the WARC files."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from crawler.ledger.store import Store
from crawler.model import Capture, RecordType


class Captures(Store):
    """Where records lie, and which of them were read back."""

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

    def proven_stamp(self, record_id: str) -> int:
        """The stamp that its file had when a record was last proven; 0 where it never was."""
        row = self._one("SELECT verified FROM captures WHERE record_id = ?", record_id)
        return int(row["verified"]) if row else 0

    def mark_proven(self, stamps: Mapping[str, int]) -> None:
        """Remember by record id at which stamp of its file a record was proven; 0 takes a proof back."""
        with self._writing() as db:
            rows = [(stamp, record_id) for record_id, stamp in stamps.items()]
            db.executemany("UPDATE captures SET verified = ? WHERE record_id = ?", rows)

    def remove_captures(self, record_ids: Collection[str]) -> None:
        """Forget records whose bytes are gone."""
        self.replace_captures(record_ids, ())

    def replace_captures(self, record_ids: Collection[str], captures: Sequence[Capture]) -> None:
        """Remove the ones and add the others, in one transaction."""
        with self._writing() as db:
            db.executemany("DELETE FROM captures WHERE record_id = ?", [(record_id,) for record_id in record_ids])
            db.executemany(_INSERT_CAPTURE, [_capture_row(capture) for capture in captures])

    def captures_in(self, filename: str) -> list[Capture]:
        """The indexed records of a file, by offset."""
        return list(self.each_capture_in(filename))

    def each_capture_in(self, filename: str) -> Iterator[Capture]:
        """The same one by one."""
        rows = self._each("SELECT * FROM captures WHERE filename = ? ORDER BY start", filename)
        return (read_capture(row) for row in rows)

    def next_place(self, filename: str, offset: int) -> int | None:
        """The offset of the first indexed record of a file behind this one, or None."""
        row = self._one("SELECT min(start) AS start FROM captures WHERE filename = ? AND start > ?", filename, offset)
        return row["start"] if row else None

    def each_revisit(self) -> Iterator[Capture]:
        """Every revisit, one by one."""
        return (read_capture(row) for row in self._each("SELECT * FROM captures WHERE record_type = 'revisit'"))

    def extent(self) -> int:
        """The highest place a capture has in the index; 0 when there is none."""
        row = self._one("SELECT max(rowid) AS extent FROM captures")
        return int(row["extent"] or 0) if row else 0

    def part(self, number: int, of: int) -> Iterator[Capture]:
        """The captures whose place leaves `number` when divided by `of`."""
        for place in range(number % of, self.extent() + 1, of):
            row = self._one("SELECT * FROM captures WHERE rowid = ?", place)
            if row is not None:
                yield read_capture(row)

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
        """Every capture in order of urlkey and time, one by one."""
        return (read_capture(row) for row in self._each("SELECT * FROM captures ORDER BY urlkey, timestamp"))

    def filenames(self) -> list[str]:
        """The names of all indexed WARC files."""
        return [row["filename"] for row in self._rows(_FILENAMES)]

    def filenames_of(self, night: str) -> list[str]:
        """The names of the files that hold records of one night."""
        rows = self._rows("SELECT DISTINCT filename FROM captures WHERE night = ? ORDER BY filename", night)
        return [row["filename"] for row in rows]


# One look-up a file: DISTINCT would read the whole index.
_FILENAMES = """
WITH RECURSIVE found(filename) AS (
    SELECT min(filename) FROM captures
    UNION ALL SELECT (SELECT min(filename) FROM captures WHERE filename > found.filename) FROM found
    WHERE found.filename IS NOT NULL
) SELECT filename FROM found WHERE filename IS NOT NULL
"""
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
