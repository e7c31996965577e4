"""The way past a damaged place of a WARC file: where the next record behind it begins.

Rules:
- Never at what merely looks like a record: an archived file may hold records of its own, byte for byte.
  A record is taken for one of this file's only when it names this file's warcinfo, whose id nobody could know
  before the file was begun; or when the index or the CDXJ says that one begins there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from crawler.archive.stored import StoredRecord
from crawler.errors import ArchiveError
from crawler.model import RecordType

# A gzip member without optional fields (RFC 1952 §2.3.1), as each of our records is one.
_MAGIC = b"\x1f\x8b\x08\x00"
_PIECE_BYTES = 1024 * 1024


class Resync:
    """Finds records behind damage in one file; `known` gives the next place that an index names behind an offset."""

    def __init__(self, file: BinaryIO, size: int, known: Callable[[int], int | None]) -> None:
        self._file = file
        self._size = size
        self._known = known
        self._warcinfo_id = ""

    def learn(self, record: StoredRecord) -> None:
        """Note which warcinfo the records of this file name."""
        if not self._warcinfo_id:
            own = record.record_type == RecordType.WARCINFO
            self._warcinfo_id = record.record_id if own else record.value("WARC-Warcinfo-ID") or ""

    def after(self, offset: int) -> int | None:
        """Where the first record behind this offset begins, or None when none is known or found."""
        known = self._known(offset)
        if known is not None and not self._warcinfo_id and (record := self._open(known)):
            self.learn(record)
        return next(self._own_records(offset + 1, known or self._size), known)

    def _own_records(self, start: int, end: int) -> Iterator[int]:
        for offset in self._magic_places(start, end) if self._warcinfo_id else ():
            record = self._open(offset)
            if record is not None and record.value("WARC-Warcinfo-ID") == self._warcinfo_id:
                yield offset

    def _magic_places(self, start: int, end: int) -> Iterator[int]:
        while start < end:
            self._file.seek(start)
            piece = self._file.read(min(_PIECE_BYTES, end - start) + len(_MAGIC) - 1)
            found = piece.find(_MAGIC)
            while found >= 0:
                yield start + found
                found = piece.find(_MAGIC, found + 1)
            start += _PIECE_BYTES

    def _open(self, offset: int) -> StoredRecord | None:
        try:
            return StoredRecord(self._file, offset)
        except ArchiveError:
            return None
