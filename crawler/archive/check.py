"""Fixity: every digest, place and reference of an archive, or of one night, proven again from its bytes.

Rules:
- Nothing is changed, and nothing broken stops the check: each problem becomes a sentence (findings.py).
- Memory grows with what is broken and with the longest file, not with the archive.
- What one file says is filecheck.py's; here is what can only be judged of the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crawler.archive.filecheck import FileCheck, Known
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
from crawler.archive.proof import Prover
from crawler.archive.reader import original_of, verify
from crawler.archive.stored import StoredRecord
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


class _Check:
    """One run over files of an archive; keeps what can only be judged when all of them were read."""

    def __init__(self, archive: Path, index: Index, on_progress: OnProgress) -> None:
        self._archive = archive
        self._index = index
        self._on_progress = on_progress
        self.report = CheckReport()
        self._prover = Prover(archive, index, self.report)
        self._lost_files: set[str] = set()

    def check_files(self, filenames: set[str]) -> None:
        """Prove the records of these files, in order, and the CDXJ beside them."""
        places = [place_of(self._archive, filename) for filename in filenames]
        everything = sum(path.stat().st_size for path in places if path.exists())
        for filename in sorted(filenames):
            self._check_file(filename)
            self._on_progress(self.report.length_bytes, everything)
        for path in foreign_files(self._archive):
            self.report.notes.append(f"{path.name} was not written by Evercite and is left alone.")

    # ------------------------------------------------------------ one file

    def _check_file(self, filename: str) -> None:
        known = Known(self._index.each_capture_in(filename))
        path = place_of(self._archive, filename)
        try:
            with path.open("rb", buffering=0) as file:
                size = path.stat().st_size
                unfinished = path.name.endswith(OPEN)
                FileCheck(filename, known, self._index, self._prover, unfinished=unfinished).prove(file, size)
        except OSError as error:
            self._note_lost_file(filename, error, known)
            return
        self.report.files += 1
        self.report.length_bytes += size
        if unfinished:
            self.report.notes.append(f"{filename} is unfinished: it is being written, or the next night recovers it.")
        else:
            self._check_cdxj(path)

    def _note_lost_file(self, filename: str, error: OSError, known: Known) -> None:
        self._lost_files.add(filename)
        self.report.add_lost_file(filename, error.strerror, sum(1 for _ in known.rest()))

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
