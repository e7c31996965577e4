"""One WARC file while it is written: members are appended, made durable, or cut back.

Rules:
- Bytes before `committed` are durable and never touched again.
- Raises OSError as the system does; the writer turns it into words.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crawler.archive.files import OPEN, sync_folder, warc_folder
from crawler.archive.members import PIECE_BYTES, compress_member
from crawler.archive.records import WarcRecord
from crawler.errors import ArchiveError

# What stands after every block (WARC 1.1 §4).
END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Ready:
    """A record ready to be appended, its header as it will stand."""

    record: WarcRecord
    header: bytes

    @property
    def most_bytes(self) -> int:
        """What its gzip member comes to at most: deflate stores what it cannot pack (RFC 1951 §3.2.4)."""
        unpacked = len(self.header) + self.record.length + len(END)
        return unpacked + unpacked // 512 + 64


class OpenFile:
    """The file `filename` (its final name), created now under `.open`."""

    def __init__(self, archive: Path, filename: str) -> None:
        folder = warc_folder(archive)
        folder.mkdir(exist_ok=True)
        self.filename = filename
        self.final = folder / filename
        self.path = folder / (filename + OPEN)
        self._file = self.path.open("xb", buffering=0)
        self.size = 0
        self.committed = 0
        self.warcinfo_id = ""
        self._start = 0
        sync_folder(folder)

    def begin(self, warcinfo: WarcRecord) -> None:
        """Append the record that stands first."""
        self.warcinfo_id = warcinfo.record_id
        self.append(ready(warcinfo))
        self._start = self.size

    def has_room(self, records: Sequence[Ready], most_bytes: int) -> bool:
        """Whether these leave the file at its size or below; one that holds nothing yet takes whatever comes."""
        return self.size == self._start or self.size + sum(one.most_bytes for one in records) <= most_bytes

    def append(self, one: Ready) -> tuple[int, int]:
        """Add a record as one gzip member: its offset and length in bytes. Not durable before `commit`."""
        start = self.size
        for packed in compress_member(_bytes_of(one)):
            self._write(packed)
        return start, self.size - start

    def commit(self) -> None:
        """Make all that was appended durable. Raises ArchiveError when the file was removed meanwhile."""
        os.fsync(self._file.fileno())
        if not os.fstat(self._file.fileno()).st_nlink:
            raise ArchiveError(f"{self.path} was removed while the night wrote it; run again, and leave it alone")
        self.committed = self.size

    def cut_back(self) -> None:
        """Forget what was appended since the last commit."""
        os.ftruncate(self._file.fileno(), self.committed)
        self._file.seek(self.committed)
        self.size = self.committed
        os.fsync(self._file.fileno())

    def abandon(self) -> None:
        """Let go of the file as it is, still `.open`: recovery takes it up."""
        self._file.close()

    def finish(self) -> bool:
        """Give the file its final name, durably; False when nothing was committed, and it is gone."""
        self._file.close()
        if self.committed:
            self.path.rename(self.final)
        else:
            self.path.unlink(missing_ok=True)
        sync_folder(self.path.parent)
        return self.committed > 0

    def _write(self, octets: bytes) -> None:
        left = memoryview(octets)
        while left:
            written = self._file.write(left)
            left = left[written:]
            self.size += written


def ready(record: WarcRecord) -> Ready:
    """A record with its header written out, once."""
    return Ready(record, record.header)


def _bytes_of(one: Ready) -> Iterator[bytes]:
    yield one.header
    if isinstance(one.record.block, bytes):
        yield one.record.block
    else:
        yield from _stream(one.record.block, one.record.length)
    yield END


def _stream(block: IO[bytes], length: int) -> Iterator[bytes]:
    """Exactly `length` bytes of a spooled block: a record may not promise more or fewer."""
    block.seek(0)
    while piece := block.read(PIECE_BYTES):
        length -= len(piece)
        yield piece
    if length:
        raise ArchiveError(f"a recorded answer is {abs(length)} bytes {'short' if length > 0 else 'long'}; run again")
