"""What of an archived head is replayed, and how: a table of fields, a table of media types.

Rules:
- An archived field acts on nobody: it is told under X-Archive-Orig-, unless the table says otherwise.
- What is told is redacted, holds no control character, and is bounded: clients stop at a hundred fields.
- The media type decides whether a browser may show content itself; what it might run or open elsewhere is a download.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from urllib.parse import quote, unquote

from crawler.content import media_type
from crawler.model import Head
from crawler.urls.parts import split
from crawler.urls.redact import redact_text

PREFIX = "X-Archive-Orig-"
# http.client and many proxies take a hundred fields; some are ours.
MOST_FIELDS = 64
MOST_VALUE = 4096
MOST_TOGETHER = 16 * 1024
MOST_NAME = 150


class Fate(Enum):
    """What becomes of an archived field."""

    LIVE = "sent as it was"
    OURS = "told, and set by us for what is sent"
    DROPPED = "neither sent nor told"
    TOLD = "told under X-Archive-Orig-"


@dataclass(frozen=True, slots=True)
class Row:
    """A response field, its fate, and why."""

    field: str
    fate: Fate
    why: str


# RFC 9110 (June 2022) unless another source is named; read in November 2026.
ROWS = (
    Row("content-language", Fate.LIVE, "§8.5: it describes the content"),
    Row("content-type", Fate.OURS, "§8.3: one valid value, for servers send several and none"),
    Row("content-encoding", Fate.OURS, "§8.4: as the client takes it"),
    Row("content-length", Fate.OURS, "§8.6: of what is sent"),
    Row("etag", Fate.OURS, "§8.8.3: the payload's digest"),
    Row("date", Fate.OURS, "§6.6.1: Memento-Datetime says when it was seen"),
    Row("last-modified", Fate.TOLD, "§8.8.2: a validator of the original, not of the memento"),
    Row("location", Fate.TOLD, "RFC 7089 §4.5.4: a redirect leads to another memento"),
    Row("set-cookie", Fate.DROPPED, "RFC 6265 §4.1: a session with somebody else, and no editor's business"),
    Row("set-cookie2", Fate.DROPPED, "RFC 2965 §3.2: the same"),
    Row("proxy-authenticate", Fate.DROPPED, "§11.7.1: the operator's own proxy"),
)
_FATES = {row.field: row.fate for row in ROWS}

# Media types that browsers show, and in a sandbox run nothing of (WHATWG HTML §7.11 and MIME Sniffing §4.6, read in
# November 2026). The PDF viewers of browsers need a page that is no sandbox.
SHOWN = frozenset(
    {
        *("text/html", "application/xhtml+xml", "text/plain", "text/css", "text/csv", "text/markdown"),
        *("application/json", "application/xml", "text/xml", "application/rss+xml", "application/atom+xml"),
        *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/svg+xml"),
        *("image/x-icon", "image/vnd.microsoft.icon", "audio/mpeg", "audio/ogg", "audio/wav", "video/mp4"),
        *("video/webm", "video/ogg", "application/pdf"),
    }
)
PDF = "application/pdf"
UNKNOWN = "application/octet-stream"

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MAY_NAME = re.compile(r"[@/=%]")
_TYPE = re.compile(r"[\x20-\x7e]{1,255}")
_UNSAFE_NAME = re.compile(r"[^\w.() -]|[\u202a-\u202e\u2066-\u2069]")

Fields = list[tuple[str, str]]


def replayed_fields(head: Head) -> Fields:
    """The archived fields that are sent along, in their order."""
    found: Fields = []
    room = MOST_TOGETHER
    for name, value in _told(head):
        room -= len(name) + len(value)
        if room < 0 or len(found) >= MOST_FIELDS:
            break
        found.append((name, value))
    return found


def _told(head: Head) -> Iterator[tuple[str, str]]:
    for name, value in head.fields:
        fate = _FATES.get(name.lower(), Fate.TOLD)
        if fate is Fate.DROPPED or len(name) > MOST_NAME or not _NAME.fullmatch(name):
            continue
        if fate is Fate.LIVE:
            yield name, clean(value)
        else:
            yield PREFIX + name, clean(value)


@lru_cache(4096)
def clean(value: str) -> str:
    """A value that may be sent: redacted before it is cut, on one line."""
    shown = redact_text(value) if _MAY_NAME.search(value) else value
    return _CONTROL.sub(" ", shown.encode("latin-1", "replace").decode("latin-1"))[:MOST_VALUE].strip()


def type_of(head: Head) -> str:
    """The Content-Type to send: the last valid value with its parameters, or that of bytes nobody knows."""
    values: Iterable[str] = reversed([part for text in head.values("content-type") for part in text.split(",")])
    declared = media_type(head)
    named = (value.strip() for value in values if value.partition(";")[0].strip().lower() == declared)
    return next((value for value in named if declared and _TYPE.fullmatch(value)), declared or UNKNOWN)


def disposition_of(head: Head, uri: str) -> str | None:
    """The Content-Disposition to send: None where a browser may show the content itself."""
    if media_type(head) in SHOWN:
        return None
    name = file_name(uri)
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def file_name(uri: str) -> str:
    """A name for what is downloaded: the last part of the path, without what a file system or a reader stumbles on."""
    parts = [part for part in split(uri).path.split("/") if part]
    name = _UNSAFE_NAME.sub("_", unquote(parts[-1], errors="replace")) if parts else ""
    return name.strip(". ")[-120:] or "copy"
