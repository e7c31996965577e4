"""What the archive needs of an index of captures; `ledger.Ledger` is one.

Rules:
- A capture is added only when its bytes are durable, under the final name of its file.
- An index can be lost: everything in it can be read again from the WARC files (recovery.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from crawler.model import Capture, Completeness


class Index(Protocol):
    """Where records lie, and which of them were read back."""

    def add_captures(self, captures: Sequence[Capture]) -> None:
        """Add all in one transaction, committed on return; known record ids stay as they are."""

    def original_of(self, digest: str) -> Capture | None:
        """The earliest response record with this payload digest, never a revisit."""

    def proven_stamp(self, record_id: str) -> int:
        """The stamp (files.stamp_of) that its file had when this record was last proven; 0 where it never was."""

    def mark_proven(self, stamps: Mapping[str, int]) -> None:
        """Remember by record id at which stamp a record was proven; 0 takes a proof back."""

    def remove_captures(self, record_ids: Collection[str]) -> None:
        """Forget records whose bytes are gone, in one transaction."""

    def replace_captures(self, record_ids: Collection[str], captures: Sequence[Capture]) -> None:
        """Remove the ones and add the others, in one transaction."""

    def captures_in(self, filename: str) -> list[Capture]:
        """The captures of one WARC file, by offset."""

    def each_capture_in(self, filename: str) -> Iterator[Capture]:
        """The same one by one, for files that hold very many."""

    def next_place(self, filename: str, offset: int) -> int | None:
        """The offset of the first capture of a file behind this one."""

    def each_revisit(self) -> Iterator[Capture]:
        """Every revisit, one by one."""

    def extent(self) -> int:
        """A number that no capture's place in the index exceeds; places are given in the order of adding."""

    def part(self, number: int, of: int) -> Iterator[Capture]:
        """The captures whose place leaves `number` when divided by `of`: the `of` parts are all of them."""

    def captures_of(self, uri: str, urlkey: str) -> list[Capture]:
        """Captures of exactly this uri, then those of the same urlkey; each oldest first."""

    def capture_by_record_id(self, record_id: str) -> Capture | None:
        """The capture with this WARC-Record-ID."""

    def all_captures(self) -> Iterator[Capture]:
        """Every capture."""

    def filenames(self) -> list[str]:
        """The names of all indexed WARC files."""

    def filenames_of(self, night: str) -> list[str]:
        """The names of the files that hold captures of one night."""

    def note_completeness(self, rows: Sequence[Completeness]) -> object:
        """Record how much of pages is held; what the same night said before is replaced."""
