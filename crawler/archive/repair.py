"""Repair of finished files that were torn, altered or deleted: what is whole stays and is found, what is lost is said.

Rules:
- Only a torn end is cut, after the last whole record; the bytes that go are kept beside the file (aside.py), and so
  are the index lines that go. Damage inside a file is left where it is: only the index stops leading there.
- A record counts as whole when its member, its length and its digests hold.
- Each step is told before it is done and can be cut off by a crash: the next run finds what is left to do, and
  a run that finds nothing changes nothing.
- WARC files that are not ours are left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from crawler.archive.aside import keep_lines, name_aside, set_aside
from crawler.archive.files import (
    CDXJ,
    OPEN,
    WARC,
    finished_files,
    foreign_files,
    is_ours,
    place_of,
    sync_folder,
    told_plainly,
    unfinished_files,
    warc_folder,
)
from crawler.archive.index import Index
from crawler.archive.merge import is_listed_right, is_merged, merge_index, write_beside
from crawler.archive.plan import Plan, lines_of, noted, told
from crawler.archive.recovery import recover
from crawler.archive.survey import Survey, UrlkeyOf, differences, survey_file
from crawler.errors import ArchiveError
from crawler.model import Capture


class Repair:
    """One repair of an archive that nobody is writing to; with `dry_run` it only tells what it would do.

    `lost` counts the answers that are gone.
    """

    def __init__(self, archive: Path, index: Index, urlkey_of: UrlkeyOf, *, dry_run: bool = False) -> None:
        self._archive = archive
        self._index = index
        self._urlkey_of = urlkey_of
        self._dry_run = dry_run
        self._left: dict[Path, list[str]] = {}  # what stays as it is, in sentences
        self._with_copies: set[Path] = set()
        self._early: dict[Path, set[str]] = {}  # files whose revisits came before their originals
        self.lost = 0

    @property
    def notes(self) -> list[str]:
        """What was left as it is, and what to do about it."""
        foreign = [
            f"{path.name} was not written by Evercite and is left alone." for path in foreign_files(self._archive)
        ]
        return [*foreign, *(note for _, notes in sorted(self._left.items()) for note in notes)]

    def run(self) -> Iterator[str]:
        """Do it: each thing in a sentence before it is done; nothing when all is well.

        Raises ArchiveError when the disk does not let it, or when the WARC files as a whole are not there.
        """
        with told_plainly(self._archive):
            self._refuse_an_empty_folder()
            was_merged = is_merged(self._archive)
            yield from self._take_up_unfinished()
            present = {path.name for path in finished_files(self._archive)}
            unfinished = {path.name.removesuffix(OPEN) for path in unfinished_files(self._archive)}
            absent = set(self._index.filenames()) - present - unfinished
            # What is there comes first: an answer that stands in another file by now is not lost.
            for filename in [*sorted(present), *sorted(absent)]:
                yield from self._repair_file(warc_folder(self._archive) / filename)
            yield from self._index_copies()
            for path, originals in list(self._early.items()):
                if any(self._index.capture_by_record_id(original) for original in originals):
                    yield from self._repair_file(path)
            yield from self._clear_orphans()
            if not (was_merged and is_merged(self._archive)):
                yield "index.cdxj is merged anew."
                if not self._dry_run:
                    merge_index(self._archive)

    def _refuse_an_empty_folder(self) -> None:
        """An archive whose files are all gone is a disk that is not mounted, not a loss to be written down."""
        known = self._index.filenames()
        if known and not any(place_of(self._archive, filename).exists() for filename in known):
            raise ArchiveError(
                f"{warc_folder(self._archive)}: none of the {len(known)} WARC files that the index knows is there;"
                " mount the disk or restore the files, then run again"
            )

    def _take_up_unfinished(self) -> Iterator[str]:
        if not self._dry_run:
            yield from recover(self._archive, self._index, self._urlkey_of)
            return
        for path in unfinished_files(self._archive):
            yield f"{path.name.removesuffix(OPEN)} is unfinished; it is cut after its last whole record and indexed."

    def _index_copies(self) -> Iterator[str]:
        """Read files with copies once more, when something was lost that they may hold."""
        for path in sorted(self._with_copies) if self.lost and not self._dry_run else ():
            yield from self._repair_file(path)

    # ------------------------------------------------------------ one file

    def _repair_file(self, path: Path) -> Iterator[str]:
        try:
            plan = self._plan(path)
        except OSError as error:
            yield f"{path.name} cannot be read ({error.strerror}) and is left alone; restore it from a backup."
            return
        if not plan.is_needed:
            return
        self.lost += len(plan.lost)
        yield from told(plan, self._orphaned_by(plan.lost))
        if not self._dry_run:
            self._carry_out(plan)

    def _plan(self, path: Path) -> Plan:
        known = self._index.captures_in(path.name)
        if not path.exists():
            return Plan(path, wrong=known, lost=known)
        survey = survey_file(path, known, self._index, self._urlkey_of, prove=True)
        self._left[path] = list(noted(path, survey))
        if survey.copies:
            self._with_copies.add(path)
        if survey.unresolved:
            self._early[path] = survey.unresolved
        return self._plan_by(survey, path, known)

    def _plan_by(self, survey: Survey, path: Path, known: Sequence[Capture]) -> Plan:
        wrong, found = differences(survey.captures, known)
        whole = {capture.record_id for capture in survey.captures}
        torn = survey.size - survey.end
        return Plan(
            path,
            keep_until=survey.end if torn or not survey.end else None,
            torn_bytes=torn,
            wrong=wrong,
            lost=[capture for capture in wrong if capture.record_id not in whole],
            found=found,
            relist=survey.end > 0 and not is_listed_right(path, self._index),
        )

    def _carry_out(self, plan: Plan) -> None:
        """Bytes first, then the index, then the CDXJ: what a crash leaves out is still seen by the next run."""
        if plan.lost:
            keep_lines(plan.path, lines_of(plan.lost))
        if plan.keep_until is not None:
            _cut(plan.path, plan.keep_until)
        if plan.wrong or plan.found:
            self._index.replace_captures([capture.record_id for capture in [*plan.wrong, *plan.found]], plan.found)
        if plan.path.exists():
            write_beside(plan.path, self._index)

    # ------------------------------------------------------------ the whole

    def _orphaned_by(self, lost: Sequence[Capture]) -> list[Capture]:
        """The revisits whose original is among the lost."""
        gone = {capture.record_id for capture in lost}
        if not gone:
            return []
        return [one for one in self._index.each_revisit() if one.refers_to in gone and one.record_id not in gone]

    def _clear_orphans(self) -> Iterator[str]:
        """Set aside each CDXJ whose WARC file is not there: it leads nowhere."""
        for path in sorted(warc_folder(self._archive).glob(f"*{CDXJ}")):
            warc = path.name.removesuffix(CDXJ) + WARC
            if is_ours(warc) and not place_of(self._archive, warc).exists():
                yield f"{path.name} belongs to no WARC file; it is moved to {name_aside(path, 0).name}."
                if not self._dry_run:
                    _move_aside(path)


def _cut(path: Path, end: int) -> None:
    """Take the bytes from `end` on out of a file; all of them take the file with them."""
    if end == 0:
        _move_aside(path)
        return
    set_aside(path, end)
    with path.open("r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())


def _move_aside(path: Path) -> None:
    path.rename(name_aside(path, 0))
    sync_folder(path.parent)
