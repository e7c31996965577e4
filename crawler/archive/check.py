"""Fixity: every digest, place and reference of an archive proven again, from its bytes.

Rules:
- Nothing is changed, and nothing broken stops the check: each problem becomes a sentence.
- The files are the truth: the index and the CDXJ are held against them, not the other way round.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from crawler.archive.captures import NO_DIGEST
from crawler.archive.cdxj import write_lines
from crawler.archive.files import CDXJ, OPEN, WARC, cdxj_of, place_of, warc_folder
from crawler.archive.index import Index
from crawler.archive.members import PIECE_BYTES
from crawler.archive.merge import merged_lines
from crawler.archive.stored import Damage, StoredRecord, walk
from crawler.archive.warcfields import warc_date
from crawler.errors import ArchiveError
from crawler.http1 import read_message
from crawler.model import Capture, RecordType


@dataclass(slots=True)
class CheckReport:
    """What a check found. `problems` and `notes` are sentences; an archive without problems is whole."""

    files: int = 0
    records: int = 0
    answers: int = 0
    revisits: int = 0
    length_bytes: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Reference:
    """A revisit's pointer, as its record states it."""

    filename: str
    record_id: str
    refers_to: str
    uri: str
    date: str
    digest: str


def check(archive: Path, index: Index) -> CheckReport:
    """Prove an archive. Raises nothing for what is broken in it; LedgerError when the index cannot be read."""
    return _Check(archive, index).run()


def render(report: CheckReport) -> str:
    """The report as a text for a person."""
    counts = (
        f"{report.files} files, {report.records} records, {report.answers} answers, "
        f"{report.revisits} revisits, {report.length_bytes} bytes read."
    )
    verdict = f"{len(report.problems)} problems:" if report.problems else "Every digest, place and reference holds."
    lines = [counts, verdict, *[f"- {problem}" for problem in report.problems], *report.notes]
    return "\n".join(lines) + "\n"


class _Check:
    """One run over an archive; keeps what can only be judged when all files were read."""

    def __init__(self, archive: Path, index: Index) -> None:
        self._archive = archive
        self._index = index
        self._report = CheckReport()
        self._proven: set[str] = set()
        self._references: list[_Reference] = []

    def run(self) -> CheckReport:
        folder = warc_folder(self._archive)
        on_disk = {path.name.removesuffix(OPEN) for path in folder.glob(f"*{WARC}*")}
        for filename in sorted(on_disk | set(self._index.filenames())):
            self._check_file(filename, place_of(self._archive, filename))
        for reference in self._references:
            self._check_reference(reference)
        self._check_whole_index()
        return self._report

    def _problem(self, text: str) -> None:
        self._report.problems.append(text)

    # ------------------------------------------------------------ one file

    def _check_file(self, filename: str, path: Path) -> None:
        known = self._index.captures_in(filename)
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                seen = self._check_records(filename, walk(file, size, [c.offset for c in known]), known)
        except OSError as error:
            self._problem(f"{filename}: {len(known)} indexed answers are lost: the file cannot be read ({error}).")
            return
        self._report.files += 1
        self._report.length_bytes += size
        for capture in known:
            if capture.offset not in seen:
                self._problem(f"{filename}: no record begins at byte {capture.offset}, where {capture.record_id} was.")
        if path.name.endswith(OPEN):
            self._report.notes.append(f"{filename} is unfinished: it is being written, or the next night recovers it.")
        else:
            self._check_cdxj(path, known)

    def _check_records(
        self, filename: str, walked: Iterator[StoredRecord | Damage], known: list[Capture]
    ) -> dict[int, str]:
        """Prove each record: record ids by offset."""
        by_offset = {capture.offset: capture for capture in known}
        seen: dict[int, str] = {}
        warcinfo = ""
        for record in walked:
            if isinstance(record, Damage):
                self._problem(f"{filename}: {record.why}.")
                continue
            self._report.records += 1
            seen[record.offset] = record.record_id
            warcinfo = record.record_id if record.record_type == RecordType.WARCINFO else warcinfo
            if warcinfo and warcinfo not in (record.record_id, record.value("WARC-Warcinfo-ID")):
                self._problem(f"{filename}: {record.record_id} names another warcinfo than the one before it.")
            try:
                self._check_record(filename, record, by_offset.get(record.offset))
            except ArchiveError:
                continue  # the walk tells it as Damage
        if not warcinfo:
            self._problem(f"{filename}: holds no whole warcinfo record.")
        return seen

    def _check_record(self, filename: str, record: StoredRecord, capture: Capture | None) -> None:
        wrong = [*_wrong_digests(record), *_index_faults(record, capture)]
        length = record.finish()
        if capture is not None and capture.length != length:
            wrong.append(f"is {length} bytes long, the index says {capture.length}")
        for what in wrong:
            self._problem(f"{filename}: {record.record_id} at byte {record.offset} {what}.")
        if record.record_type == RecordType.RESPONSE:
            self._report.answers += 1
            if not wrong:
                self._proven.add(record.record_id)
        elif record.record_type == RecordType.REVISIT:
            self._report.revisits += 1
            self._references.append(_reference_of(filename, record))

    def _check_cdxj(self, path: Path, known: list[Capture]) -> None:
        beside = cdxj_of(path)
        try:
            lines = beside.read_bytes().splitlines(keepends=True)
        except OSError:
            self._problem(f"{path.name} has no CDXJ beside it; run archive reindex.")
            return
        if lines != write_lines(known):
            self._problem(f"{beside.name} says something else than the index; run archive reindex.")

    # ------------------------------------------------------------ the whole

    def _check_reference(self, reference: _Reference) -> None:
        original = self._index.capture_by_record_id(reference.refers_to)
        where = f"{reference.filename}: the revisit {reference.record_id}"
        if original is None or original.record_type is not RecordType.RESPONSE:
            self._problem(f"{where} refers to {reference.refers_to}, which is no archived answer.")
        elif reference.refers_to not in self._proven:
            self._problem(f"{where} refers to {reference.refers_to}, whose bytes do not hold.")
        elif (reference.uri, reference.date, reference.digest) != (
            original.uri,
            warc_date(original.seen_at),
            original.digest,
        ):
            self._problem(f"{where} names another uri, date or digest than its original {reference.refers_to} has.")

    def _check_whole_index(self) -> None:
        beside = sorted(warc_folder(self._archive).glob(f"*{CDXJ}"))
        whole = self._archive / "index.cdxj"
        if not whole.exists():
            if beside:
                self._problem("index.cdxj is missing; run archive reindex.")
            return
        with whole.open("rb") as file:
            if any(line != merged for line, merged in zip_longest(file, merged_lines(beside))):
                self._problem("index.cdxj is not what the CDXJ files beside the WARC files say; run archive reindex.")


def _wrong_digests(record: StoredRecord) -> list[str]:
    """Which of a record's own digests its bytes do not give; reads the block."""
    block_digest = hashlib.sha256()
    pieces = _hashed(iter(lambda: record.block.read(PIECE_BYTES), b""), block_digest)
    payload_digest = hashlib.sha256()
    if record.record_type == RecordType.RESPONSE:
        _, payload = read_message(pieces)
        for piece in payload:
            payload_digest.update(piece)
    else:
        for piece in pieces:
            payload_digest.update(piece)
    wrong = []
    if record.value("WARC-Block-Digest") != f"sha256:{block_digest.hexdigest()}":
        wrong.append("was altered: its block digest does not hold")
    stated = record.value("WARC-Payload-Digest")
    # A revisit states its original's digest (WARC 1.1 §6.7): held against that one.
    if stated and record.record_type != RecordType.REVISIT and stated != f"sha256:{payload_digest.hexdigest()}":
        wrong.append("was altered: its payload digest does not hold")
    return wrong


def _hashed(pieces: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _index_faults(record: StoredRecord, capture: Capture | None) -> list[str]:
    """Where an answer and its entry in the index differ."""
    if record.record_type not in (RecordType.RESPONSE, RecordType.REVISIT):
        return []
    if capture is None:
        return ["is not indexed; run archive reindex"]
    stated = {
        "record id": (record.record_id, capture.record_id),
        "type": (record.record_type, capture.record_type),
        "uri": (record.value("WARC-Target-URI"), capture.uri),
        "date": (record.value("WARC-Date"), warc_date(capture.seen_at)),
        "digest": (record.value("WARC-Payload-Digest") or NO_DIGEST, capture.digest),
        "original": (record.value("WARC-Refers-To"), capture.refers_to),
    }
    return [f"has the {name} {own}, the index says {said}" for name, (own, said) in stated.items() if own != said]


def _reference_of(filename: str, record: StoredRecord) -> _Reference:
    return _Reference(
        filename=filename,
        record_id=record.record_id,
        refers_to=record.value("WARC-Refers-To") or "",
        uri=record.value("WARC-Refers-To-Target-URI") or "",
        date=record.value("WARC-Refers-To-Date") or "",
        digest=record.value("WARC-Payload-Digest") or "",
    )
