"""Files that somebody copied within the archive: answers that the index has in another file which is there.

Rules:
- An answer is indexed once. Where its file is gone, or what stood there does not hold, the copy takes its place.
- A file of nothing but copies is to be moved away; beside answers of its own, copies do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crawler.archive.files import place_of
from crawler.archive.findings import many
from crawler.archive.index import Index


def holder_of(archive: Path, index: Index, filename: str, record_id: str) -> str | None:
    """The other file that is there and has this record by the index; None where `filename` may have it."""
    held = index.capture_by_record_id(record_id)
    if held is None or held.filename == filename or not place_of(archive, held.filename).exists():
        return None
    return held.filename


def told(copies: Mapping[str, int]) -> str:
    """What a file holds of others, by their names, as a sentence without its subject."""
    return "holds copies of " + " and ".join(f"{many(n, 'record')} of {name}" for name, n in sorted(copies.items()))


def advised(copies: Mapping[str, int], *, is_alone: bool) -> str:
    """The same with what to do; `is_alone` when the file holds no answer of its own."""
    return f"{told(copies)}; {'move it away' if is_alone else 'they may stay'}"
