"""What an archive holds in figures, and what its revisit records saved (WARC 1.1 §6.7).

Rules:
- Counted from the index; the bytes on disk are those of the files. A payload's length is that of the answer's body,
  de-chunked and still content-coded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.files import finished_files, unfinished_files
from crawler.archive.findings import size_of
from crawler.model import Capture, RecordType


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of an archive; lengths in bytes.

    `repeated` answers had a payload that was held already, `not_modified` ones were 304: neither is stored again.
    """

    files: int = 0
    stored_bytes: int = 0
    nights: int = 0
    uris: int = 0
    answers: int = 0
    repeated: int = 0
    not_modified: int = 0
    payload_bytes: int = 0
    repeated_bytes: int = 0
    not_modified_bytes: int = 0


def measure(archive: Path, captures: Iterable[Capture]) -> Stats:
    """The figures of an archive whose index holds these captures, in any order."""
    held = {capture.record_id: capture for capture in captures}
    originals = [one for one in held.values() if one.record_type is RecordType.RESPONSE]
    not_modified = [one for one in held.values() if one.not_modified]
    repeated = [one for one in held.values() if one.record_type is RecordType.REVISIT and not one.not_modified]
    files = [*finished_files(archive), *unfinished_files(archive)]
    return Stats(
        files=len(files),
        stored_bytes=sum(path.stat().st_size for path in files),
        nights=len({one.night for one in held.values()}),
        uris=len({one.uri for one in held.values()}),
        answers=len(held),
        repeated=len(repeated),
        not_modified=len(not_modified),
        payload_bytes=sum(one.payload_length for one in originals),
        repeated_bytes=sum(one.payload_length for one in repeated),
        not_modified_bytes=sum(_length_of(held.get(one.refers_to or "")) for one in not_modified),
    )


def _length_of(original: Capture | None) -> int:
    return original.payload_length if original else 0


def render(stats: Stats) -> str:
    """The figures for a person, in a few lines."""
    seen = stats.payload_bytes + stats.repeated_bytes + stats.not_modified_bytes
    saved = stats.repeated_bytes + stats.not_modified_bytes
    lines = (
        ("files", f"{_count(stats.files)}, {size_of(stats.stored_bytes)} on disk"),
        ("answers", f"{_count(stats.answers)} of {_count(stats.uris)} addresses on {_count(stats.nights)} nights"),
        ("payloads", f"{size_of(stats.payload_bytes)} held, each once"),
        (
            "repeated",
            f"{_count(stats.repeated)} answers with a payload held already: {size_of(stats.repeated_bytes)} saved",
        ),
        (
            "unchanged",
            f"{_count(stats.not_modified)} answers of 304: {size_of(stats.not_modified_bytes)} not even sent",
        ),
        ("saved", f"{size_of(saved)} of {size_of(seen)}" + (f" ({saved / seen:.0%})" if seen else "")),
    )
    return "\n".join(f"{name:<10}{words}" for name, words in lines)


def _count(number: int) -> str:
    return f"{number:,}"
