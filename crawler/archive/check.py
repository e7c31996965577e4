"""Fixity: every digest, place and reference of an archive, or of one night, proven again from its bytes.

Rules:
- Nothing is changed, and nothing broken stops the check: each problem becomes a sentence (findings.py).
- Memory grows with what is broken and with the longest file, not with the archive.
- A file that is being written is held to what is indexed of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from crawler.archive.files import (
    OPEN,
    cdxj_of,
    finished_files,
    foreign_files,
    place_of,
    unfinished_files,
)
from crawler.archive.findings import CheckReport, Remedy
from crawler.archive.index import Index
from crawler.archive.merge import is_listed_right, is_merged
from crawler.archive.proof import Prover, lost_with
from crawler.archive.reader import original_of, verify
from crawler.archive.resync import Resync
from crawler.archive.stored import Damage, StoredRecord, walk
from crawler.archive.survey import night_of
from crawler.errors import ArchiveError
from crawler.model import Capture, RecordType

THE_ARCHIVE = "the archive"

# Told how many bytes of how many are read.
OnProgress = Callable[[int, int], None]


def check(archive: Path, index: Index, on_progress: OnProgress = lambda done, all_of_them: None) -> CheckReport:
    """Prove an archive. Raises nothing for what is broken in it; LedgerError when the index cannot be read."""
    found = _Check(archive, index, on_progress)
    found.check_files(names_of(archive) | set(index.filenames()))
    found.check_originals()
    found.check_whole_index()
    return found.report


def check_night(
    archive: Path, index: Index, night: str, on_progress: OnProgress = lambda done, all_of_them: None
) -> CheckReport:
    """Prove the files of one night, and the originals that its revisits refer to."""
    found = _Check(archive, index, on_progress)
    indexed = set(index.filenames_of(night))
    names = indexed | {name for name in names_of(archive) - indexed if _night_of_file(archive, name) == night}
    found.check_files(names)
    found.check_originals_of(names)
    found.report.left_out = "the files of other nights, but for the originals that this one refers to"
    return found.report


def names_of(archive: Path) -> set[str]:
    """The final names of our WARC files."""
    return {path.name.removesuffix(OPEN) for path in [*finished_files(archive), *unfinished_files(archive)]}


def _night_of_file(archive: Path, filename: str) -> str | None:
    try:
        with place_of(archive, filename).open("rb") as file:
            return night_of(StoredRecord(file, 0))
    except (OSError, ArchiveError):
        return None


class _Known:
    """The indexed answers of a file in order, as a walk comes to their places."""

    def __init__(self, captures: Iterator[Capture]) -> None:
        self._captures = captures
        self._next = next(captures, None)

    def before(self, offset: float) -> Iterator[Capture]:
        """Those that should have begun before this offset: no record does there."""
        while self._next is not None and self._next.offset < offset:
            yield self._next
            self._next = next(self._captures, None)

    def at(self, offset: int) -> Capture | None:
        """The one that begins here, once."""
        if self._next is None or self._next.offset != offset:
            return None
        capture, self._next = self._next, next(self._captures, None)
        return capture


class _Check:
    """One run over files of an archive; keeps what can only be judged when all of them were read."""

    def __init__(self, archive: Path, index: Index, on_progress: OnProgress) -> None:
        self._archive = archive
        self._index = index
        self._on_progress = on_progress
        self.report = CheckReport()
        self._prover = Prover(index, self.report)
        self._lost_files: set[str] = set()

    def check_files(self, filenames: set[str]) -> None:
        """Prove the records of these files, in order, and the CDXJ beside them."""
        paths = [place_of(self._archive, filename) for filename in sorted(filenames)]
        everything = sum(path.stat().st_size for path in paths if path.exists())
        for path in paths:
            self._check_file(path.name.removesuffix(OPEN), path)
            self._on_progress(self.report.length_bytes, everything)
        for path in foreign_files(self._archive):
            self.report.notes.append(f"{path.name} was not written by Evercite and is left alone.")

    # ------------------------------------------------------------ one file

    def _check_file(self, filename: str, path: Path) -> None:
        known = _Known(self._index.each_capture_in(filename))
        try:
            with path.open("rb", buffering=0) as file:
                size = path.stat().st_size
                self._check_records(filename, file, size, known, path.name.endswith(OPEN))
        except OSError as error:
            self._note_lost_file(filename, error, known)
            return
        self.report.files += 1
        self.report.length_bytes += size
        if path.name.endswith(OPEN):
            self.report.notes.append(f"{filename} is unfinished: it is being written, or the next night recovers it.")
        else:
            self._check_cdxj(path)

    def _check_records(self, filename: str, file: BinaryIO, size: int, known: _Known, unfinished: bool) -> None:
        resync = Resync(file, size, lambda offset: self._index.next_place(filename, offset))
        warcinfo, broken_off = "", None
        for record in walk(file, size, resync.after):
            if isinstance(record, Damage):
                self._note_damage(filename, record, broken_off or known.at(record.offset), unfinished)
                continue
            resync.learn(record)
            self._note_absent(filename, known.before(record.offset))
            broken_off = capture = known.at(record.offset)
            warcinfo = record.record_id if record.record_type == RecordType.WARCINFO else warcinfo
            if warcinfo and warcinfo not in (record.record_id, record.value("WARC-Warcinfo-ID")):
                what = f"The record at byte {record.offset:,} names another warcinfo than the one before it."
                self.report.add(filename, what, Remedy.RESTORE)
            try:
                self._prover.prove(filename, record, capture, indexed=not unfinished)
            except ArchiveError:
                continue  # the walk tells it as Damage
            broken_off = None
        self._note_absent(filename, known.before(float("inf")))
        if not warcinfo and not unfinished and filename not in self.report.problems:
            self.report.add(filename, "No whole warcinfo record stands in it.", Remedy.RESTORE)

    def _note_damage(self, filename: str, damage: Damage, capture: Capture | None, unfinished: bool) -> None:
        if capture is None and unfinished:
            return  # the record that is being written
        if capture is not None:
            self._prover.note_broken(capture)
        lost = lost_with(capture) or "; nothing in the index leads there"
        what = f"{damage.why[:1].upper()}{damage.why[1:]}{lost}."
        self.report.add(filename, what, Remedy.LOST if capture is None else Remedy.RESTORE)

    def _note_absent(self, filename: str, captures: Iterator[Capture]) -> None:
        for capture in captures:
            self._prover.note_broken(capture)
            what = f"No record begins at byte {capture.offset:,}{lost_with(capture)}."
            self.report.add(filename, what, Remedy.RESTORE)

    def _note_lost_file(self, filename: str, error: OSError, known: _Known) -> None:
        self._lost_files.add(filename)
        count = sum(1 for _ in known.before(float("inf")))
        what = f"The file cannot be read ({error.strerror}): {count:,} indexed answers are lost."
        self.report.add(filename, what, Remedy.RESTORE)

    def _check_cdxj(self, path: Path) -> None:
        self.report.indexes += 1
        if not is_listed_right(path, self._index):
            wrong = "says something else than the index" if cdxj_of(path).exists() else "is missing"
            self.report.add(path.name, f"The CDXJ beside it {wrong}.", Remedy.REINDEX)

    # ------------------------------------------------------------ the whole

    def check_originals(self) -> None:
        """Hold the revisits against the originals that were found broken or lost, when there are any."""
        if not self._prover.broken and not self._lost_files:
            return
        for revisit in self._index.each_revisit():
            original = self._index.capture_by_record_id(revisit.refers_to or "")
            if original is not None and self._is_broken(original):
                self._prover.check_original(revisit, original)

    def _is_broken(self, capture: Capture) -> bool:
        return capture.filename in self._lost_files or capture.offset in self._prover.broken.get(capture.filename, ())

    def check_originals_of(self, filenames: set[str]) -> None:
        """Prove the originals that the revisits of these files refer to, each once."""
        proven: dict[str, bool] = {}
        for revisit in (one for name in filenames for one in self._index.each_capture_in(name)):
            if revisit.record_type is RecordType.REVISIT:
                prove_original(self._archive, self._index, self._prover, revisit, proven)

    def check_whole_index(self) -> None:
        """Hold index.cdxj against the CDXJ files; while a night writes, it is behind them."""
        if unfinished_files(self._archive):
            return
        whole = self._archive / "index.cdxj"
        self.report.indexes += whole.exists()
        if not is_merged(self._archive):
            wrong = "is not what the CDXJ files beside the WARC files say" if whole.exists() else "is missing"
            self.report.add(THE_ARCHIVE, f"index.cdxj {wrong}.", Remedy.REINDEX)


def prove_original(archive: Path, index: Index, prover: Prover, revisit: Capture, proven: dict[str, bool]) -> None:
    """Prove the answer that a revisit refers to; `proven` remembers which held. A missing one is told elsewhere."""
    try:
        original = original_of(index, revisit)
    except ArchiveError:
        return
    if original.record_id not in proven:
        proven[original.record_id] = _holds(archive, original)
    if not proven[original.record_id]:
        prover.check_original(revisit, original)


def _holds(archive: Path, capture: Capture) -> bool:
    try:
        verify(archive, capture)
    except ArchiveError:
        return False
    return True
