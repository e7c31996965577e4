"""Making an archive whole again after a crash: before a night writes, what the last one left is taken up.

Rules:
- An unfinished file is cut after its last whole record, and never before one that is indexed and there.
- Whole answers that the index does not know are indexed: nothing that reached the disk is lost. What it knows
  and the disk has not is taken out of it.
- A finished file without its CDXJ, or one that the index knows nothing of (a lost or an older ledger), is read
  again in the same way. Others are left alone: start-up stays quick.
- Each step can be cut off by a crash: the next start finds what is left to do. Whatever was done is said.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from crawler.archive.aside import hold_the_same, set_aside
from crawler.archive.copies import advised
from crawler.archive.files import (
    CDXJ,
    OPEN,
    TORN,
    cdxj_of,
    finished_files,
    foreign_files,
    sync_folder,
    told_plainly,
    unfinished_files,
    warc_folder,
)
from crawler.archive.findings import many
from crawler.archive.index import Index
from crawler.archive.merge import is_behind, merge_index, write_beside
from crawler.archive.survey import Survey, UrlkeyOf, differences, survey_file
from crawler.model import Capture
from crawler.urls.redact import redact

# Addresses that a sentence names.
_NAMED = 3


def recover(archive: Path, index: Index, urlkey_of: UrlkeyOf) -> list[str]:
    """Take up what a crash left in an archive nobody is writing to: what was done, nothing when all was well.

    Raises ArchiveError when the disk does not let it.
    """
    folder = warc_folder(archive)
    if not folder.is_dir():
        return []
    with told_plainly(archive):
        for half in [*folder.glob(f"*{CDXJ}{OPEN}"), *folder.glob(f"*{TORN}{OPEN}"), *archive.glob(f"*{CDXJ}{OPEN}")]:
            half.unlink()
        said = [_take_up(path, index, urlkey_of) for path in unfinished_files(archive)]
        said += _read_unknown(archive, index, urlkey_of)
    if said or is_behind(archive):
        merge_index(archive)
    return said


def reindex(archive: Path, index: Index, urlkey_of: UrlkeyOf) -> Iterator[str]:
    """Read every finished file again: index and CDXJ as the records say. One sentence a file, as it is done."""
    again = Reindexing(index, urlkey_of)
    with told_plainly(archive):
        for path in finished_files(archive):
            yield f"{path.name}: {again.read(path)[0]}."
        again.read_early_ones()
        for path in foreign_files(archive):
            yield f"{path.name}: was not written by Evercite and is left alone."
    merge_index(archive)


def _read_unknown(archive: Path, index: Index, urlkey_of: UrlkeyOf) -> Iterator[str]:
    indexed = set(index.filenames())
    again = Reindexing(index, urlkey_of)
    for path in finished_files(archive):
        if not cdxj_of(path).exists():
            yield f"{path.name} had no CDXJ: {again.read(path)[0]}."
        elif path.name not in indexed:
            done, changed = again.read(path)
            if changed:
                yield f"{path.name} was not in the index: {done}."
    again.read_early_ones()


def _take_up(path: Path, index: Index, urlkey_of: UrlkeyOf) -> str:
    """Cut, index, rename: the sentence about one unfinished file."""
    final = path.with_name(path.name.removesuffix(OPEN))
    if final.exists() and (settled := _settle_twins(path, final)):
        return settled
    known = index.captures_in(final.name)
    survey = survey_file(path, known, index, urlkey_of)
    there = [capture for capture in known if capture.offset + capture.length <= survey.size]
    gone = [capture for capture in known if capture.offset + capture.length > survey.size]
    end = max([survey.end, *(capture.offset + capture.length for capture in there)])
    if survey.records <= 1 and not there:  # at most a warcinfo: nothing was archived in it
        index.remove_captures([capture.record_id for capture in gone])
        _remove(path)
        return f"{final.name} was unfinished and held nothing; it is removed{_told_gone(gone)}."
    if end < survey.size:
        _cut(path, end)
    added = _add_missing(survey, there, gone, index)
    index.note_completeness(survey.accounts)
    path.rename(final)
    sync_folder(path.parent)
    write_beside(final, index)
    done = f"{many(survey.records, 'record')} kept, {many(survey.size - end, 'byte')} of a torn record cut off"
    said = f"{done}, {many(added, 'answer')} indexed again{_told_broken(survey, end)}{_told_copies(survey)}"
    return f"{final.name} was unfinished: {said}{_told_gone(gone)}."


def _settle_twins(path: Path, final: Path) -> str:
    """An unfinished file beside a finished one of its name, as a backup may bring back: neither loses a byte.

    Nothing is said when the unfinished one holds more of the same: it then stands alone, to be taken up.
    """
    if not hold_the_same(path, final):
        kept = set_aside(path, 0)
        _remove(path)
        return f"{final.name} was there finished and, with other records, unfinished; that one is now {kept.name}."
    if path.stat().st_size > final.stat().st_size:
        _remove(final)
        return ""
    _remove(path)
    return f"{final.name} was there finished and unfinished, with the same records; the finished one is kept."


class Reindexing:
    """Reads finished files into the index and the CDXJ beside them, as their records say."""

    def __init__(self, index: Index, urlkey_of: UrlkeyOf) -> None:
        self._index = index
        self._urlkey_of = urlkey_of
        self._early: dict[Path, set[str]] = {}

    def read(self, path: Path) -> tuple[str, bool]:
        """Read one file: what was done, and whether the index changed."""
        known = self._index.captures_in(path.name)
        survey = survey_file(path, known, self._index, self._urlkey_of)
        _, missing = differences(survey.captures, known)
        self._index.replace_captures([one.record_id for one in missing], missing)
        self._index.note_completeness(survey.accounts)
        write_beside(path, self._index)
        if survey.unresolved:
            self._early[path] = survey.unresolved
        done = f"{many(survey.records, 'record')} read, {many(len(missing), 'answer')} indexed again"
        return f"{done}{_told_broken(survey, survey.size)}{_told_copies(survey)}", bool(missing)

    def read_early_ones(self) -> None:
        """Read once more what came before its originals: the names of files follow a clock, which may be set back."""
        for path, originals in self._early.items():
            if any(self._index.capture_by_record_id(original) for original in originals):
                self.read(path)


def _add_missing(survey: Survey, there: Sequence[Capture], gone: Sequence[Capture], index: Index) -> int:
    indexed = {capture.record_id for capture in there}
    missing = [capture for capture in survey.captures if capture.record_id not in indexed]
    if missing or gone:
        index.replace_captures([capture.record_id for capture in [*gone, *missing]], missing)
    return len(missing)


def _cut(path: Path, end: int) -> None:
    with path.open("r+b") as file:
        file.truncate(end)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    path.unlink()
    sync_folder(path.parent)


def _told_broken(survey: Survey, end: int) -> str:
    """What is damaged and stays in the file; a torn end that was cut off is not among it."""
    stays = sum(damage.offset < end for damage in survey.damages)
    return f"; {many(stays, 'broken place')} inside it (run `evercite archive check`)" if stays else ""


def _told_copies(survey: Survey) -> str:
    return f"; it {advised(survey.copies, is_alone=not survey.captures)}" if survey.copies else ""


def _told_gone(gone: Sequence[Capture]) -> str:
    """Which answers the disk had confirmed, and lost."""
    if not gone:
        return ""
    named = ", ".join(sorted({redact(capture.uri) for capture in gone})[:_NAMED])
    are = "is" if len(gone) == 1 else "are"
    return f"; {many(len(gone), 'indexed answer')} {are} gone, the disk lost what it had confirmed ({named})"
