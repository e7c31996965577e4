"""The payload of a capture, opened for somebody who waits: proven before its first byte, in memory when it is small.

Rules:
- What fits is read once, proven, and handed on without a file held open, however slowly it is taken.
- What is larger is proven once for each stamp of its file (files.stamp_of), and again while it is handed out.
- A revisit is answered with the payload it refers to; the head of a 304 is that of its original (RFC 9110 §15.4.5).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.files import place_of, stamp_of
from crawler.archive.reader import Whole, original_of, read_head_of, read_record, read_whole, verify
from crawler.content import PIECE_BYTES
from crawler.errors import ArchiveError
from crawler.http1 import read_message
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Head

IN_MEMORY_BYTES = 1024 * 1024
PROOFS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """What a capture saw: the head that describes it, and `length_bytes` of payload, still content-coded.

    `original` holds the payload: the capture itself, or what it repeats. `payload` is None for what is too large to be
    held; `truncated` says why a stored answer is shorter than it was (WARC 1.1 §5.13).
    """

    capture: Capture
    original: Capture
    head: Head
    length_bytes: int
    archive: Path
    payload: bytes | None = None
    truncated: str | None = None

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Bytes of the payload in pieces; raises ArchiveError behind the last one if it was altered meanwhile."""
        stop = self.length_bytes if stop is None else stop
        if self.payload is not None:
            return iter((self.payload[start:stop],))
        return _cut(_pieces(self.archive, self.original), start, stop)


class Payloads:
    """Opens payloads of an archive; remembers which it proved at which stamp of their file."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._proven: dict[str, int] = {}

    def open(self, ledger: Ledger, capture: Capture) -> Opened:
        """What a capture saw. Raises ArchiveError when it, or its original, is missing, altered or without a head."""
        original = original_of(ledger, capture)
        if original.payload_length > IN_MEMORY_BYTES or original.length > IN_MEMORY_BYTES:
            return self._open_large(ledger, capture, original)
        whole = read_whole(self._archive, original)
        head = self._head(capture, original, whole)
        return Opened(capture, original, head, len(whole.payload), self._archive, whole.payload, whole.truncated)

    def _head(self, capture: Capture, original: Capture, whole: Whole) -> Head:
        its_own = original is capture or capture.not_modified
        return whole.head if its_own else read_head_of(self._archive, capture)

    def _open_large(self, ledger: Ledger, capture: Capture, original: Capture) -> Opened:
        self._prove(ledger, original)
        head = read_head_of(self._archive, original if capture.not_modified else capture)
        with read_record(self._archive, original) as record:
            truncated = record.value("WARC-Truncated")
        return Opened(capture, original, head, original.payload_length, self._archive, None, truncated)

    def _prove(self, ledger: Ledger, original: Capture) -> None:
        """Read a response back unless that was done since its file last changed."""
        path = place_of(self._archive, original.filename)
        stamp = stamp_of(path) if path.exists() else 0
        known = {self._proven.get(original.record_id, 0), ledger.proven_stamp(original.record_id)}
        if stamp and stamp in known:
            return
        verify(self._archive, original)
        if len(self._proven) >= PROOFS_KEPT:
            self._proven.clear()
        self._proven[original.record_id] = stamp


def _pieces(archive: Path, original: Capture) -> Iterator[bytes]:
    digest = hashlib.sha256()
    with read_record(archive, original) as record:
        for piece in read_message(record.block)[1]:
            digest.update(piece)
            for at in range(0, len(piece), PIECE_BYTES):
                yield piece[at : at + PIECE_BYTES]
    if f"sha256:{digest.hexdigest()}" != original.digest:
        raise ArchiveError(f"{original.filename}: the bytes of {original.record_id} were altered; run archive check")


def _cut(pieces: Iterator[bytes], start: int, stop: int) -> Iterator[bytes]:
    """The bytes from one to another; to the very end, the pieces are read to their end, so that they are proven."""
    at = 0
    for piece in pieces:
        part = piece[max(0, start - at) : max(0, stop - at)]
        at += len(piece)
        if part:
            yield part
        if at > stop:
            break
