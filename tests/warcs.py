"""Archives as an independent reader sees them: warcio's records, blocks untouched."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # ships no types


@dataclass(frozen=True)
class Stored:
    """One record: its named fields (the last of a repeated one), its block, and where it stands."""

    fields: dict[str, str]
    block: bytes
    filename: str
    offset: int

    @property
    def kind(self) -> str:
        """WARC-Type."""
        return self.fields["WARC-Type"]

    @property
    def uri(self) -> str:
        """WARC-Target-URI; empty where there is none."""
        return self.fields.get("WARC-Target-URI", "")


def files_of(archive: Path) -> list[Path]:
    """The WARC files of an archive in the order they were written."""
    return sorted((archive / "warc").glob("*.warc.gz"))


def records_of(archive: Path) -> Iterator[Stored]:
    """Every record of every WARC file, in order."""
    for path in files_of(archive):
        with path.open("rb") as file:
            records = ArchiveIterator(file, no_record_parse=True)
            for record in records:
                fields = dict(record.rec_headers.headers)
                yield Stored(fields, record.raw_stream.read(), path.name, records.get_record_offset())


def everything_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by name, gzip members unpacked: what a search for secrets has to see."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found[str(path.relative_to(folder))] = gzip.decompress(data) if path.suffix == ".gz" else data
    return found
