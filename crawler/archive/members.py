"""Gzip members: each record is one, so that it can be found, read and cut off alone (WARC 1.1, compression).

Rules:
- Memory stays bounded however long a member is or claims to be.
- A member counts as whole only when its checksum and its length were seen and held (RFC 1952 §2.3.1).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from isal import isal_zlib

from crawler.errors import ArchiveError

PIECE_BYTES = 256 * 1024
# What is read of a member first; most records end within it, and what lies behind them is read in vain.
_FIRST_BYTES = 16 * 1024
_GZIP = 31
# isal's level 2 packs a page as well as zlib's 6 in a tenth of the time.
_LEVEL = 2
_UnpackError: type[Exception] = isal_zlib.error  # type: ignore[assignment] # the stubs call the class an instance


def compress_member(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """These bytes as one gzip member, in pieces."""
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


class Member(io.RawIOBase):
    """The unpacked bytes of the gzip member at `offset` of a file, which stays the caller's.

    At its end `length` is the member's length in the file. Reading raises ArchiveError where it is not whole;
    once raised, every later read raises again.
    """

    def __init__(self, file: BinaryIO, offset: int) -> None:
        self.offset = offset
        self.length: int | None = None
        self._file = file
        self._position = offset
        self._room = _FIRST_BYTES
        self._packed = b""
        self._unpacker = isal_zlib.decompressobj(_GZIP)
        self._broken = ""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with unpacked bytes; 0 at the member's end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type] # any writable buffer
        while view.nbytes and self.length is None:
            if unpacked := self._unpack(view.nbytes):
                view[: len(unpacked)] = unpacked
                return len(unpacked)
        return 0

    def _unpack(self, most: int) -> bytes:
        if self._broken:
            raise ArchiveError(self._broken)
        packed = self._packed or self._read()
        try:
            unpacked = self._unpacker.decompress(packed, most)
        except _UnpackError as error:
            raise self._fail(f"damaged ({error})") from error
        self._packed = self._unpacker.unconsumed_tail
        if self._unpacker.eof:
            self.length = self._position - len(self._unpacker.unused_data) - self.offset
        elif not packed and not unpacked:
            raise self._fail("cut short" if self._position > self.offset else "missing")
        return unpacked

    def _read(self) -> bytes:
        self._file.seek(self._position)
        piece = self._file.read(self._room)
        self._position += len(piece)
        self._room = min(2 * self._room, PIECE_BYTES)
        return piece

    def _fail(self, what: str) -> ArchiveError:
        self._broken = f"the gzip member at byte {self.offset} is {what}"
        return ArchiveError(self._broken)
