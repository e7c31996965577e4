"""CDXJ lines: `surt timestamp17 {json}`, the index that other tools read beside a WARC file.

Rules:
- Values are texts, named and ordered as pywb and its indexer do; a revisit's mime is `warc/revisit`.
- The key is the one those tools look an address up by, not our urlkey: they would find no upper-case path by ours.
- Left out: 304 revisits (players show them blank) and answers that are no well-formed message (nothing to show).
- Lines are sorted by their bytes, so that files merge and a lookup can bisect.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.archive.surt import surt
from crawler.archive.warcfields import target_uri
from crawler.model import Capture, RecordType

REVISIT = "warc/revisit"
UNKNOWN = "unk"
# CDX's word for a value there is none of: an answer that is no well-formed message has no payload to digest.
NO_DIGEST = "-"


@dataclass(frozen=True, slots=True)
class CdxjLine:
    """One parsed line; `fields` holds its JSON object."""

    key: str
    timestamp: str
    fields: dict[str, str]


def is_listed(capture: Capture) -> bool:
    """Whether a capture belongs into CDXJ."""
    return capture.digest != NO_DIGEST and not capture.not_modified


def format_line(capture: Capture) -> str:
    """The line of a capture, without a line end."""
    fields = {
        "url": capture.uri,
        "mime": REVISIT if capture.record_type is RecordType.REVISIT else capture.mime,
        "status": str(capture.status),
        "digest": capture.digest,
        "length": str(capture.length),
        "offset": str(capture.offset),
        "filename": capture.filename,
    }
    # A key with a space, as only a foreign record's uri could give it, would shift the columns of its line.
    return f"{surt(target_uri(capture.uri))} {capture.timestamp} {json.dumps(fields)}"


def parse_line(line: str) -> CdxjLine:
    """A line taken apart. Raises ValueError for what is none."""
    key, timestamp, fields = line.rstrip("\r\n").split(" ", 2)
    table = json.loads(fields)
    if not timestamp.isdigit() or not isinstance(table, dict):
        raise ValueError(f"no CDXJ line: {line[:80]!r}")
    return CdxjLine(key, timestamp, {str(name): str(value) for name, value in table.items()})


def write_lines(captures: Iterable[Capture]) -> list[bytes]:
    """The sorted lines of the captures that are listed, each ended by a line feed."""
    return sorted(f"{format_line(capture)}\n".encode() for capture in captures if is_listed(capture))
