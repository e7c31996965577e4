"""One WARC file proven, record by record, against its bytes and against what the index says of it.

Rules:
- A file that is being written is held to what is indexed of it: what stands behind may be half a record.
- What a damaged place means is known only when it is seen what follows: damage inside, or a torn end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from crawler.archive.copies import advised, told
from crawler.archive.findings import Remedy
from crawler.archive.index import Index
from crawler.archive.proof import Prover, lost_with
from crawler.archive.resync import Resync
from crawler.archive.stored import Damage, StoredRecord, walk
from crawler.errors import ArchiveError
from crawler.model import Capture, RecordType


class Known:
    """The indexed answers of a file in order, as a walk comes to their places."""

    def __init__(self, captures: Iterator[Capture]) -> None:
        self._captures = captures
        self._next = next(captures, None)

    def before(self, offset: float) -> Iterator[Capture]:
        """Those that should have begun before this offset: no record does there."""
        while self._next is not None and self._next.offset < offset:
            yield self._next
            self._next = next(self._captures, None)

    def rest(self) -> Iterator[Capture]:
        """All that are left."""
        return self.before(float("inf"))

    def at(self, offset: int) -> Capture | None:
        """The one that begins here, once."""
        if self._next is None or self._next.offset != offset:
            return None
        capture, self._next = self._next, next(self._captures, None)
        return capture


class FileCheck:
    """The proof of one file; `known` are the answers the index has in it."""

    def __init__(self, filename: str, known: Known, index: Index, prover: Prover, *, unfinished: bool) -> None:
        self._filename = filename
        self._known = known
        self._index = index
        self._prover = prover
        self._unfinished = unfinished
        self._warcinfo = ""
        self._has_own = False  # answers that the index has in this file
        self._begun: Capture | None = None  # what the index has at the record that is being read
        self._damaged: tuple[Damage, Capture | None] | None = None  # the last damage, not told yet

    def prove(self, file: BinaryIO, size: int) -> None:
        """Prove all its records."""
        resync = Resync(file, size, lambda offset: self._index.next_place(self._filename, offset))
        for record in walk(file, size, resync.after):
            self._tell_damage(inside=True)
            if isinstance(record, Damage):
                self._damaged = (record, self._begun or self._known.at(record.offset))
                self._begun = None
            else:
                resync.learn(record)
                self._prove_record(record)
        self._tell_damage(inside=False)
        self._tell_absent(self._known.rest())
        self._tell_copies()
        if not self._warcinfo and not self._unfinished and self._filename not in self._prover.report.problems:
            self._problem("No whole warcinfo record stands in it.", Remedy.RESTORE)

    def _problem(self, what: str, remedy: Remedy) -> None:
        self._prover.report.add(self._filename, what, remedy)

    def _prove_record(self, record: StoredRecord) -> None:
        self._tell_absent(self._known.before(record.offset))
        self._begun = self._known.at(record.offset)
        self._has_own |= self._begun is not None
        if record.record_type == RecordType.WARCINFO:
            self._warcinfo = record.record_id
        elif self._warcinfo and record.value("WARC-Warcinfo-ID") != self._warcinfo:
            what = f"The record at byte {record.offset} names another warcinfo than the one before it."
            self._problem(what, Remedy.RESTORE)
        try:
            self._prover.prove(self._filename, record, self._begun, indexed=not self._unfinished)
        except ArchiveError:
            return  # the walk tells it as Damage
        self._begun = None

    def _tell_damage(self, *, inside: bool) -> None:
        """Tell the last damage; `inside` the file when a record follows it."""
        if self._damaged is None:
            return
        (damage, capture), self._damaged = self._damaged, None
        if capture is None and self._unfinished:
            return  # the record that is being written
        if capture is not None:
            self._prover.note_broken(capture)
        lost = lost_with(capture) or "; nothing in the index leads there"
        remedy = Remedy.RESTORE if capture else Remedy.LOST if inside else Remedy.REPAIR
        self._problem(f"{damage.why[:1].upper()}{damage.why[1:]}{lost}.", remedy)

    def _tell_copies(self) -> None:
        """A file of copies alone is a problem; beside answers of its own they do no harm."""
        copies = self._prover.copies.get(self._filename)
        if copies and self._has_own:
            self._prover.report.notes.append(f"{self._filename} {advised(copies, is_alone=False)}.")
        elif copies:
            self._problem(f"It {told(copies)}.", Remedy.MOVE)

    def _tell_absent(self, captures: Iterator[Capture]) -> None:
        for capture in captures:
            self._prover.note_broken(capture)
            self._problem(f"No record begins at byte {capture.offset}{lost_with(capture)}.", Remedy.RESTORE)
