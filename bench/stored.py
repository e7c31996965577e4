"""What a program stored, read back: a peer that failed quietly must not be counted as fast."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fastwarc import ArchiveIterator
from fastwarc.warc import WarcRecordType

from bench import web


@dataclass(frozen=True, slots=True)
class Stored:
    """The pages for which there is a response or revisit record, the bytes of their blocks, and all bytes written."""

    pages: frozenset[str]
    block_bytes: int
    written_bytes: int


def read_stored(folder: Path) -> Stored:
    """What stands in the WARC files below a folder."""
    pages: set[str] = set()
    length = 0
    for path in sorted(folder.rglob("*.warc.gz*")):
        with path.open("rb") as file:
            wanted = WarcRecordType.response | WarcRecordType.revisit
            for record in ArchiveIterator(file, record_types=wanted, parse_http=False):
                uri = (record.headers.get("WARC-Target-URI") or "").strip("<>")
                if not uri.endswith("/robots.txt"):
                    pages.add(uri)
                    length += record.content_length
    return Stored(frozenset(pages), length, written_bytes(folder))


def written_bytes(folder: Path) -> int:
    """The length of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def why_wrong(folder: Path, listed: Sequence[str], archives: bool) -> str:
    """What a program that was to store every page of the list got wrong; empty when it did."""
    expected = sum(_length(uri) for uri in listed)
    if not archives:
        said = json.loads((folder / "count.json").read_text("ascii"))
        return "" if (said["pages"], said["length"]) == (len(listed), expected) else f"it counted {said}"
    stored = read_stored(folder)
    if missing := set(listed) - stored.pages:
        return f"{len(missing)} of {len(listed)} pages are not in its archive, such as {min(missing)}"
    return "" if stored.block_bytes > expected else f"it stored {stored.block_bytes} of {expected} bytes"


def _length(uri: str) -> int:
    _, kind, number = urlsplit(uri).path.split("/")
    return int(number) if kind == "b" else len(web.page(kind, int(number)))
