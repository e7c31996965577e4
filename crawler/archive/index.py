"""What the archive needs of an index of captures; `ledger.Ledger` is one.

Rules:
- A capture is added only when its bytes are durable, under the final name of its file.
- An index can be lost: everything in it can be read again from the WARC files (recovery.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from crawler.model import Capture


class Index(Protocol):
    """Where records lie, and which of them were read back."""

    def add_captures(self, captures: Sequence[Capture]) -> None:
        """Add all in one transaction, committed on return; known record ids stay as they are."""

    def original_of(self, digest: str) -> Capture | None:
        """The earliest response record with this payload digest, never a revisit."""

    def is_verified(self, record_id: str) -> bool:
        """Whether this record was once read back and its digest held."""

    def mark_verified(self, record_id: str) -> None:
        """Remember that this record was read back and its digest held."""

    def captures_in(self, filename: str) -> list[Capture]:
        """The captures of one WARC file, by offset."""

    def captures_of(self, uri: str, urlkey: str) -> list[Capture]:
        """Captures of exactly this uri, then those of the same urlkey; each oldest first."""

    def capture_by_record_id(self, record_id: str) -> Capture | None:
        """The capture with this WARC-Record-ID."""

    def all_captures(self) -> Iterator[Capture]:
        """Every capture."""

    def filenames(self) -> list[str]:
        """The names of all indexed WARC files."""
