"""The proof of one stored record: its digests against its bytes, its place against the index, its original.

Rules:
- The record is the truth: what the index says is held against it, not the other way round.
- What does not hold is counted in the report, in a sentence; a record that is not whole raises ArchiveError.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from crawler.archive.cdxj import NO_DIGEST
from crawler.archive.copies import holder_of
from crawler.archive.findings import CheckReport, Remedy
from crawler.archive.index import Index
from crawler.archive.members import PIECE_BYTES
from crawler.archive.stored import StoredRecord
from crawler.archive.warcfields import warc_date
from crawler.http1 import read_message
from crawler.model import Capture, RecordType
from crawler.urls.redact import redact

ANSWERS = (RecordType.RESPONSE, RecordType.REVISIT)


class Prover:
    """Proves records for one report; remembers which originals it found wanting."""

    def __init__(self, archive: Path, index: Index, report: CheckReport) -> None:
        self._archive = archive
        self._index = index
        self.report = report
        # By file, the offsets of answers whose own bytes do not hold.
        self.broken: dict[str, set[int]] = {}
        # By file, how many answers are copies of which other file's.
        self.copies: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def prove(self, filename: str, record: StoredRecord, capture: Capture | None, *, indexed: bool = True) -> None:
        """Prove a record and what the index says of it; `indexed` unless its index entry may still come.

        Raises ArchiveError when it is not whole.
        """
        altered, digests = wrong_digests(record)
        length = record.finish()
        self._count(record, digests, capture)
        for name in altered:
            what = f"The record at byte {record.offset} was altered: its {name} digest does not hold"
            self.report.add(filename, f"{what}{lost_with(capture)}.", Remedy.RESTORE if capture else Remedy.LOST)
        if altered and capture is not None:
            self.note_broken(capture)
        if capture is None and (altered or (indexed and self._is_copy(filename, record))):
            return  # nothing leads there, and nothing should
        for what in _index_faults(record, length, capture, indexed):
            self.report.add(filename, f"The record at byte {record.offset} {what}.", Remedy.REINDEX)
        if record.record_type == RecordType.REVISIT:
            self._check_reference(filename, record)

    def _is_copy(self, filename: str, record: StoredRecord) -> bool:
        """Whether the index has an answer in another file; if so, it is counted."""
        if record.record_type not in ANSWERS:
            return False
        holder = holder_of(self._archive, self._index, filename, record.record_id)
        self.copies[filename].update([holder] if holder else [])
        return holder is not None

    def note_broken(self, capture: Capture) -> None:
        """Remember that the bytes of an answer do not hold."""
        self.broken.setdefault(capture.filename, set()).add(capture.offset)

    def _count(self, record: StoredRecord, digests: int, capture: Capture | None) -> None:
        self.report.records += 1
        self.report.digests += digests
        self.report.places += capture is not None
        self.report.answers += record.record_type in ANSWERS
        self.report.revisits += record.record_type == RecordType.REVISIT

    def _check_reference(self, filename: str, record: StoredRecord) -> None:
        """Whether a revisit names its original as the index has it; whether that one holds is proven elsewhere."""
        refers_to = record.value("WARC-Refers-To") or ""
        original = self._index.capture_by_record_id(refers_to)
        stated = tuple(record.value(name) for name in _REFERENCE)
        if original is None and self._index.original_of(record.value("WARC-Payload-Digest") or "") is not None:
            self.report.held_elsewhere += 1
        elif original is None or original.record_type is not RecordType.RESPONSE:
            uri = redact(record.value("WARC-Target-URI") or "")
            what = f"The revisit at byte {record.offset} of {uri} refers to {refers_to}, which is no archived answer."
            self.report.add(filename, what, Remedy.LOST)
        elif stated != (original.uri, warc_date(original.seen_at), original.digest):
            what = f"The revisit at byte {record.offset} names another uri, date or digest than its original has."
            self.report.add(filename, what, Remedy.RESTORE)
        else:
            self.report.references += 1

    def check_original(self, revisit: Capture, original: Capture) -> None:
        """Count a revisit whose original's bytes do not hold."""
        what = f"The revisit at byte {revisit.offset} of {redact(revisit.uri)} refers to a record that does not hold"
        self.report.add(revisit.filename, f"{what} ({original.filename}, byte {original.offset}).", Remedy.LOST)


_REFERENCE = ("WARC-Refers-To-Target-URI", "WARC-Refers-To-Date", "WARC-Payload-Digest")


def lost_with(capture: Capture | None) -> str:
    """What is lost with a record, as the end of a sentence; nothing when the index does not lead there."""
    if capture is None:
        return ""
    return f"; what it keeps of {redact(capture.uri)} of {capture.seen_at:%Y-%m-%d} is lost"


def wrong_digests(record: StoredRecord) -> tuple[list[str], int]:
    """Which of a record's own digests its bytes do not give, and how many it has; reads the block."""
    digests = {"block": hashlib.sha256(), "payload": hashlib.sha256()}
    pieces = _hashed(iter(lambda: record.block.read(PIECE_BYTES), b""), digests["block"])
    is_answer = record.record_type == RecordType.RESPONSE
    for piece in read_message(pieces)[1] if is_answer else pieces:
        digests["payload"].update(piece)
    for _ in pieces:
        pass  # what stands behind a message belongs to the block
    stated = {"block": record.value("WARC-Block-Digest") or "", "payload": record.value("WARC-Payload-Digest")}
    if record.record_type == RecordType.REVISIT:
        stated["payload"] = None  # its original's (WARC 1.1 §6.7): held against that one
    held = {name: value for name, value in stated.items() if value is not None}
    return [name for name, value in held.items() if value != f"sha256:{digests[name].hexdigest()}"], len(held)


def _hashed(pieces: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _index_faults(record: StoredRecord, length: int, capture: Capture | None, indexed: bool) -> list[str]:
    """Where an answer and its entry in the index differ."""
    if record.record_type not in ANSWERS:
        return [f"is no answer, the index calls it {capture.record_id}"] if capture else []
    if capture is None:
        return ["is not indexed"] if indexed else []
    stated = {
        "record id": (record.record_id, capture.record_id),
        "type": (record.record_type, capture.record_type),
        "uri": (record.value("WARC-Target-URI"), capture.uri),
        "date": (record.value("WARC-Date"), warc_date(capture.seen_at)),
        "digest": (record.value("WARC-Payload-Digest") or NO_DIGEST, capture.digest),
        "original": (record.value("WARC-Refers-To"), capture.refers_to),
        "length": (str(length), str(capture.length)),
    }
    return [
        f"has the {name} {redact(own or 'none')}, the index says {redact(said or 'none')}"
        for name, (own, said) in stated.items()
        if own != said
    ]
