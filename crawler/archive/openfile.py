"""One WARC file while it is written: members are appended, made durable, or cut back.

Rules:
- Bytes before `committed` are durable and never touched again.
- Raises OSError as the system does; the writer turns it into words.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crawler.archive.files import OPEN, sync_folder, warc_folder
from crawler.archive.members import PIECE_BYTES, compress_member
from crawler.archive.records import WarcRecord
from crawler.errors import ArchiveError


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
        sync_folder(folder)

    def append(self, record: WarcRecord) -> tuple[int, int]:
        """Add a record as one gzip member: its offset and length in bytes. Not durable before `commit`."""
        start = self.size
        for packed in compress_member(_bytes_of(record)):
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


def _bytes_of(record: WarcRecord) -> Iterator[bytes]:
    yield record.header
    if isinstance(record.block, bytes):
        yield record.block
    else:
        yield from _stream(record.block, record.length)
    yield b"\r\n\r\n"


def _stream(block: IO[bytes], length: int) -> Iterator[bytes]:
    """Exactly `length` bytes of a spooled block: a record may not promise more or fewer."""
    block.seek(0)
    while piece := block.read(PIECE_BYTES):
        length -= len(piece)
        yield piece
    if length:
        raise ArchiveError(f"a recorded answer is {abs(length)} bytes {'short' if length > 0 else 'long'}; run again")
