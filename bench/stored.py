"""What a program stored, read back: a peer that failed quietly must not be counted as fast."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fastwarc import ArchiveIterator
from fastwarc.warc import WarcRecord, WarcRecordType

from bench import web
from bench.programs import Program


@dataclass(frozen=True, slots=True)
class Stored:
    """The pages for which there is a response or revisit record, the bytes of their blocks; how many revisits,
    and how many metadata records that tell links."""

    pages: frozenset[str]
    block_bytes: int
    revisits: int
    told_links: int


def read_stored(folder: Path) -> Stored:
    """What stands in the WARC files below a folder."""
    pages: set[str] = set()
    length = revisits = told = 0
    for record in _records(folder):
        if record.record_type == WarcRecordType.metadata:
            told += b"\noutlink: " in record.reader.read()
            continue
        uri = (record.headers.get("WARC-Target-URI") or "").strip("<>")
        if not uri.endswith("/robots.txt"):
            pages.add(uri)
            length += record.content_length
            revisits += record.record_type == WarcRecordType.revisit
    return Stored(frozenset(pages), length, revisits, told)


def _records(folder: Path) -> Iterator[WarcRecord]:
    wanted = WarcRecordType.response | WarcRecordType.revisit | WarcRecordType.metadata
    for path in sorted(folder.rglob("*.warc.gz*")):
        with path.open("rb") as file:
            yield from ArchiveIterator(file, record_types=wanted, parse_http=False)


def written_bytes(folder: Path) -> int:
    """The length of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def why_wrong(folder: Path, listed: Sequence[str], program: Program) -> str:
    """What a program that was to store every page of the list got wrong; empty when it did."""
    expected = sum(_length(uri) for uri in listed)
    if not program.archives:
        said = json.loads((folder / "count.json").read_text("ascii"))
        return "" if (said["pages"], said["length"]) == (len(listed), expected) else f"it counted {said}"
    stored = read_stored(folder)
    if missing := set(listed) - stored.pages:
        return f"{len(missing)} of {len(listed)} pages are not in its archive, such as {min(missing)}"
    html = sum(_kind(uri)[0] != "b" for uri in listed)
    if program.tells_links and stored.told_links < html:
        return f"it told the links of {stored.told_links} of {html} pages"
    return "" if stored.block_bytes > expected else f"it stored {stored.block_bytes} of {expected} bytes"


def _length(uri: str) -> int:
    kind, number = _kind(uri)
    return number if kind == "b" else len(web.page(kind, number))


def _kind(uri: str) -> tuple[str, int]:
    _, kind, number = urlsplit(uri).path.split("/")
    return kind, int(number)
