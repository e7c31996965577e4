"""Reading back: the record of a capture, and the payload that was seen, through revisits.

Rules:
- What is handed out was proven first: the record at the place is the one indexed, the digest holds.
- A revisit is resolved in one step; an original that is itself a revisit is a broken archive. One whose original
  is lost is answered by another record with the same payload digest, where there is one.
- Anything else raises ArchiveError: what stands in the way, and where.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.cdxj import NO_DIGEST
from crawler.archive.files import place_of
from crawler.archive.index import Index
from crawler.archive.members import PIECE_BYTES
from crawler.archive.stored import StoredRecord, open_record
from crawler.errors import ArchiveError
from crawler.http1 import read_message
from crawler.model import Capture, Head, RecordType
from crawler.urls.redact import redact


@dataclass(frozen=True, slots=True)
class Payload:
    """What was seen by `capture`: the payload of `original` (itself, unless it is a revisit).

    `head` describes the payload: the capture's own, but for a 304 the original's. `pieces` is the
    entity body, de-chunked and still content-coded, `length_bytes` long; it can be read once.
    """

    capture: Capture
    original: Capture
    head: Head
    pieces: Iterator[bytes]
    length_bytes: int


def read_record(archive: Path, capture: Capture) -> StoredRecord:
    """The record of a capture, opened: to be used as a context manager.

    Raises ArchiveError when another record, or none, stands at its place.
    """
    path = place_of(archive, capture.filename)
    if not path.exists():
        path = place_of(archive, capture.filename)  # it was being given its final name just then
    record = open_record(path, capture.offset)
    if (record.record_id, record.record_type) != (capture.record_id, capture.record_type):
        record.close()
        raise ArchiveError(f"{path}: the record at byte {capture.offset} is not {capture.record_id}; run archive check")
    return record


def read_payload(archive: Path, index: Index, capture: Capture) -> Payload:
    """What a capture saw, its digest proven before the first byte is handed out.

    Raises ArchiveError when the record, or the original it refers to, is missing, altered or without a whole head.
    """
    original = original_of(index, capture)
    own_head = read_head_of(archive, capture)
    length = verify(archive, original)
    head = read_head_of(archive, original) if capture.not_modified else own_head
    return Payload(capture, original, head, _pieces(archive, original), length)


def original_of(index: Index, capture: Capture) -> Capture:
    """The capture whose record holds the payload: itself, or what it refers to.

    Raises ArchiveError when that is not indexed or is a revisit, and nothing else holds the same payload.
    """
    if capture.record_type is RecordType.RESPONSE:
        return capture
    original = index.capture_by_record_id(capture.refers_to or "") or index.original_of(capture.digest)
    if original is None or original.record_type is not RecordType.RESPONSE:
        raise ArchiveError(
            f"{_named(capture)} repeats one that is lost ({capture.refers_to}); restore its WARC file from a backup"
            " and run `evercite archive reindex`"
        )
    return original


def verify(archive: Path, capture: Capture) -> int:
    """Read a response back to its end: the length of its payload in bytes.

    Raises ArchiveError unless the record is whole and both its own digest and the indexed one hold.
    """
    if capture.digest == NO_DIGEST:
        raise ArchiveError(f"{_named(capture)} was no well-formed message")
    with read_record(archive, capture) as record:
        _, pieces = read_message(record.block)
        digest, length = hashlib.sha256(), 0
        for piece in pieces:
            digest.update(piece)
            length += len(piece)
        whole = record.finish() == capture.length
        named = {capture.digest, record.value("WARC-Payload-Digest")}
    if named != {f"sha256:{digest.hexdigest()}"} or not whole:
        raise ArchiveError(f"{capture.filename}: the bytes of {capture.record_id} were altered; run archive check")
    return length


@dataclass(frozen=True, slots=True)
class Whole:
    """A response read at once: its head, its payload (de-chunked, still content-coded), and WARC-Truncated if it has
    it."""

    head: Head
    payload: bytes
    truncated: str | None


def read_whole(archive: Path, capture: Capture) -> Whole:
    """A response in one reading, proven: for what fits into memory.

    Raises ArchiveError as `verify` does, or when its head is not whole.
    """
    if capture.digest == NO_DIGEST:
        raise ArchiveError(f"{_named(capture)} was no well-formed message")
    with read_record(archive, capture) as record:
        head, pieces = read_message(record.block)
        payload = b"".join(pieces)
        whole = record.finish() == capture.length
        named = {capture.digest, record.value("WARC-Payload-Digest")}
        truncated = record.value("WARC-Truncated")
    if head is None:
        raise ArchiveError(f"{_named(capture)} broke off inside its head")
    if named != {f"sha256:{hashlib.sha256(payload).hexdigest()}"} or not whole:
        raise ArchiveError(f"{capture.filename}: the bytes of {capture.record_id} were altered; run archive check")
    return Whole(head, payload, truncated)


def verify_block(archive: Path, capture: Capture) -> None:
    """Read a response back to its end, as it stands: quicker than `verify`, and as good where no payload is wanted.

    Raises ArchiveError unless the record is whole, its block digest holds, and it states the indexed payload digest.
    """
    with read_record(archive, capture) as record:
        digest = hashlib.sha256()
        while piece := record.block.read(PIECE_BYTES):
            digest.update(piece)
        whole = record.finish() == capture.length
        stated = (record.value("WARC-Block-Digest"), record.value("WARC-Payload-Digest"))
    if stated != (f"sha256:{digest.hexdigest()}", capture.digest) or not whole:
        raise ArchiveError(f"{capture.filename}: the bytes of {capture.record_id} were altered; run archive check")


def _named(capture: Capture) -> str:
    """An answer as a person knows it: redacted, for a sentence may be mailed."""
    return f"{redact(capture.uri)}: the answer of {capture.seen_at:%Y-%m-%d}"


def read_head_of(archive: Path, capture: Capture) -> Head:
    """The head of a response or a revisit. Raises ArchiveError when there is none."""
    with read_record(archive, capture) as record:
        head, _ = read_message(record.block)
    if head is None:
        raise ArchiveError(f"{_named(capture)} broke off inside its head")
    return head


def _pieces(archive: Path, capture: Capture) -> Iterator[bytes]:
    with read_record(archive, capture) as record:
        _, pieces = read_message(record.block)
        yield from pieces
