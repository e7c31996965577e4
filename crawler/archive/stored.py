"""Records as they stand in a WARC file: one opened at its offset, or all of a file in order.

Rules:
- Nothing is trusted: a record is whole only when its header, its block, the two line ends after it and
  the end of its gzip member all stand where they should.
- What is not whole raises ArchiveError (one record) or is told as Damage (a walk over a file).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from crawler.archive.members import PIECE_BYTES, Member
from crawler.archive.warcfields import Fields, parse_fields, value_of
from crawler.errors import ArchiveError

# A target uri may be as long as a browser's longest (2 MiB); anything longer is no header of ours.
MAX_HEADER_BYTES = 8 * 1024 * 1024


class Block(io.RawIOBase):
    """The `left` next bytes of a stream: a record's block."""

    def __init__(self, stream: io.BufferedReader[Member], left: int) -> None:
        self._stream = stream
        self.left = left

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with bytes of the block; 0 at its end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type] # any writable buffer
        got = self._stream.readinto(view[: self.left]) if self.left else 0
        self.left -= got
        return got


class StoredRecord:
    """One record opened for reading; a context manager. `block` is read forward, once.

    `file` is closed with the record when `owned`.
    """

    def __init__(self, file: BinaryIO, offset: int, owned: bool = False) -> None:
        self.offset = offset
        self._file = file if owned else None
        self._member = Member(file, offset)
        self._stream = io.BufferedReader(self._member, PIECE_BYTES)
        self._length: int | None = None
        self.fields = self._read_fields()
        self._block = Block(self._stream, self._read_length())
        self.block: BinaryIO = io.BufferedReader(self._block, PIECE_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def value(self, name: str) -> str | None:
        """The first value of a named field, or None."""
        return value_of(self.fields, name)

    @property
    def record_id(self) -> str:
        """WARC-Record-ID, in its brackets."""
        return self.value("WARC-Record-ID") or ""

    @property
    def record_type(self) -> str:
        """WARC-Type; may be one we never write."""
        return self.value("WARC-Type") or ""

    def finish(self) -> int:
        """Read to the end of the record: the length in bytes of its gzip member.

        Raises ArchiveError when the record is not whole.
        """
        if self._length is None:
            self._length = self._read_to_end()
        return self._length

    def _read_to_end(self) -> int:
        while self.block.read(PIECE_BYTES):
            pass
        if self._block.left:
            raise self._damaged("its block is shorter than Content-Length says")
        if self._stream.read(5) != b"\r\n\r\n" or self._member.length is None:
            raise self._damaged("it does not end where Content-Length says")
        return self._member.length

    def close(self) -> None:
        """Release the file, when it is this record's own."""
        if self._file is not None:
            self._file.close()

    def _read_fields(self) -> Fields:
        lines: list[bytes] = []
        room = MAX_HEADER_BYTES
        while (line := self._stream.readline(room)) not in (b"\r\n", b"\n"):
            room -= len(line)
            if not line.endswith(b"\n") or room <= 0:
                raise self._damaged("its header has no end")
            lines.append(line)
        if not lines or not lines[0].startswith(b"WARC/1."):
            raise self._damaged("it does not begin with WARC/1.x")
        return parse_fields(b"".join(lines[1:]))

    def _read_length(self) -> int:
        length = self.value("Content-Length") or ""
        if not (length.isascii() and length.isdigit()):
            raise self._damaged("it has no Content-Length")
        return int(length)

    def _damaged(self, why: str) -> ArchiveError:
        return ArchiveError(f"the record at byte {self.offset} is damaged: {why}")


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a file where no whole record stands, and why."""

    offset: int
    why: str


def open_record(path: Path, offset: int) -> StoredRecord:
    """The record at a byte of a file. Raises ArchiveError naming the file when there is none."""
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be opened ({error.strerror}); restore it from a backup") from error
    try:
        return StoredRecord(file, offset, owned=True)
    except BaseException as error:
        file.close()
        if isinstance(error, ArchiveError):
            raise ArchiveError(f"{path}: {error}") from error
        raise


def walk(
    file: BinaryIO, size: int, resume: Callable[[int], int | None] = lambda _: None, start: int = 0
) -> Iterator[StoredRecord | Damage]:
    """Each record of a file in order, read to its end once the next is asked for.

    After a Damage the walk goes on where `resume` says that the next record behind it begins, if it knows one.
    A record whose end proves damaged is followed by its Damage.
    """
    offset: int | None = start
    while offset is not None and offset < size:
        try:
            record = StoredRecord(file, offset)
            yield record
            offset += record.finish()
        except ArchiveError as error:
            yield Damage(offset, str(error))
            offset = resume(offset)
