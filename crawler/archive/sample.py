"""A part of an archive proven again: each night another one, so that in a row of nights all of it is.

Rules:
- Nothing has to be remembered: the night's number alone says which part it proves. The number of parts is a power
  of two, chosen so that one part keeps within the bounds; while it stays the same, each answer is proven once in
  that many nights, and it doubles only when the archive has.
- An answer is proven with the records that stand beside it (request, metadata, certificate), a revisit with its
  original. What is nobody's (warcinfo, the night's own log and report) is left to the check of the whole.
- A file that is not there is one problem, however many answers it held.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from errno import ENOENT
from pathlib import Path
from random import randrange

from crawler.archive.check import prove_original
from crawler.archive.files import finished_files, place_of
from crawler.archive.findings import CheckReport, Remedy
from crawler.archive.index import Index
from crawler.archive.proof import Prover, lost_with
from crawler.archive.stored import Damage, walk
from crawler.errors import ArchiveError
from crawler.model import Capture, RecordType

# Of one night: about a second's work.
ANSWERS = 1000
LENGTH_BYTES = 128 * 1024 * 1024


def parts_of(archive: Path, index: Index, answers: int = ANSWERS, length_bytes: int = LENGTH_BYTES) -> int:
    """Into how many parts an archive falls of which each holds about so many answers and bytes, or fewer."""
    stored = sum(path.stat().st_size for path in finished_files(archive))
    wanted = max(-(-index.extent() // answers), -(-stored // length_bytes), 1)
    return 1 << (wanted - 1).bit_length()


def prove_sample(archive: Path, index: Index, answers: int) -> CheckReport:
    """Prove about so many answers from all over an archive; each time others."""
    of = max(index.extent() // answers, 1)
    report, _ = prove_part(archive, index, randrange(of), of)
    report.left_out = "" if of == 1 else f"{of - 1:,} of each {of:,} answers, the nights' own records, and the CDXJ"
    return report


def prove_part(
    archive: Path, index: Index, number: int, of: int, is_over: Callable[[], bool] = lambda: False
) -> tuple[CheckReport, Collection[str]]:
    """Prove one of `of` parts, until `is_over`: what was found, and the record ids whose bytes do not hold."""
    report = CheckReport()
    part = _Part(archive, index, Prover(archive, index, report))
    files: set[str] = set()
    for capture in index.part(number, of):
        if is_over():
            report.left_out = "the rest of this part: time was over"
            break
        files.add(capture.filename)
        part.prove(capture)
    report.files = len(files)
    return report, [*part.broken, *(record_id for record_id, holds in part.originals.items() if not holds)]


class _Part:
    def __init__(self, archive: Path, index: Index, prover: Prover) -> None:
        self._archive = archive
        self._index = index
        self._prover = prover
        self.originals: dict[str, bool] = {}
        self.broken: list[str] = []

    def prove(self, capture: Capture) -> None:
        """Prove an answer, the records about it, and its original if it is a revisit."""
        path = place_of(self._archive, capture.filename)
        before = self._prover.report.count
        try:
            self._prove_records(path, capture)
        except OSError as error:
            self._note_lost_file(capture.filename, error.strerror)
            self.broken.append(capture.record_id)
        if self._prover.report.count > before:
            self.broken.append(capture.record_id)
        if capture.record_type is RecordType.REVISIT:
            self._prove_original(capture)

    def _prove_original(self, revisit: Capture) -> None:
        original = self._index.capture_by_record_id(revisit.refers_to or "")
        if original is not None and not place_of(self._archive, original.filename).exists():
            self._note_lost_file(original.filename, os.strerror(ENOENT))
            self.originals[original.record_id] = False
            return
        prove_original(self._archive, self._index, self._prover, revisit, self.originals)

    def _note_lost_file(self, filename: str, why: str | None) -> None:
        if filename not in self._prover.report.lost_files:
            answers = sum(1 for _ in self._index.each_capture_in(filename))
            self._prover.report.add_lost_file(filename, why, answers)

    def _prove_records(self, path: Path, capture: Capture) -> None:
        with path.open("rb", buffering=0) as file:
            for record in walk(file, path.stat().st_size, start=capture.offset):
                if isinstance(record, Damage):
                    what = f"{record.why[:1].upper()}{record.why[1:]}{lost_with(capture)}."
                    return self._prover.report.add(capture.filename, what, Remedy.RESTORE)
                is_first = record.offset == capture.offset
                if not is_first and record.value("WARC-Concurrent-To") != capture.record_id:
                    return None
                try:
                    self._prover.prove(capture.filename, record, capture if is_first else None)
                    self._prover.report.length_bytes += record.finish()
                except ArchiveError:
                    continue  # the walk tells it as Damage
        return None
