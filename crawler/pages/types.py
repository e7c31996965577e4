"""What a claimed media type is read as, and how bodies of it begin.

Rules:
- A type that is not stated, or says only that it is bytes, is told by how the body begins (WHATWG MIME Sniffing §7).
- A body that is plainly a page opens as no other type; one that begins as no body of its type does, does not open.
- A type without a row may hold anything.
"""

from __future__ import annotations

import io
import zipfile
from typing import NamedTuple

from crawler.model import SightKind

HEAD_BYTES = 1024
MOST_PARTS = 100_000  # of a zip file
_UNSTATED = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Type(NamedTuple):
    """A media type (or what it begins or ends with: `x/*`, `*+x`), how it is read, how its bodies begin, the source.

    `signs` are (offset, bytes) of which one must stand; none where there is no such rule."""

    name: str
    kind: SightKind
    signs: tuple[tuple[int, bytes], ...] = ()
    is_zip: bool = False
    source: str = "IANA media types"


def _at(*signs: bytes, offset: int = 0) -> tuple[tuple[int, bytes], ...]:
    return tuple((offset, sign) for sign in signs)


_OFFICE = "application/vnd.openxmlformats-officedocument."
# Looked up 2026-11-22. The old types of Word and Excel have no row: the programs open pages, RTF and XML under them,
# and many sites export just that.
TYPES = (
    Type("text/html", SightKind.HTML),
    Type("application/xhtml+xml", SightKind.HTML),
    Type("application/pdf", SightKind.PDF, source="ISO 32000-1 §7.5.2, the header may stand a little later"),
    Type("application/x-pdf", SightKind.PDF),
    Type("image/svg+xml", SightKind.TEXT, source="SVG is text"),
    Type("image/*", SightKind.IMAGE),
    Type("text/*", SightKind.TEXT),
    Type("audio/*", SightKind.OTHER),
    Type("video/*", SightKind.OTHER),
    Type("font/*", SightKind.OTHER),
    Type("application/json", SightKind.TEXT),
    Type("application/xml", SightKind.TEXT),
    Type("application/javascript", SightKind.TEXT),
    Type("application/x-ndjson", SightKind.TEXT),
    Type("application/yaml", SightKind.TEXT),
    Type("*+json", SightKind.TEXT, source="RFC 6839 §3.1"),
    Type("*+xml", SightKind.TEXT, source="RFC 7303 §4.2"),
    Type("application/zip", SightKind.OTHER, _at(*_ZIP), True, "APPNOTE §4.3"),
    Type("application/x-zip-compressed", SightKind.OTHER, _at(*_ZIP), True, "what Windows says for zip"),
    Type(f"{_OFFICE}*", SightKind.OTHER, _at(*_ZIP, _OLE), True, "ECMA-376-2; encrypted ones are OLE files"),
    Type("application/vnd.oasis.opendocument.*", SightKind.OTHER, _at(*_ZIP), True, "ODF 1.3 part 2 §2.2"),
    Type("application/epub+zip", SightKind.OTHER, _at(*_ZIP), True, "EPUB OCF §4.3"),
    Type("application/vnd.google-earth.kmz", SightKind.OTHER, _at(*_ZIP), True, "KML reference, KMZ files"),
    Type("application/ofd", SightKind.OTHER, _at(*_ZIP), True, "GB/T 33190-2016 §6"),
    Type("application/gzip", SightKind.OTHER, _at(b"\x1f\x8b"), source="RFC 1952 §2.3.1"),
    Type("application/x-gzip", SightKind.OTHER, _at(b"\x1f\x8b"), source="RFC 1952 §2.3.1"),
    Type("application/x-7z-compressed", SightKind.OTHER, _at(b"7z\xbc\xaf\x27\x1c"), source="7-zip, 7zFormat.txt"),
    Type("application/vnd.rar", SightKind.OTHER, _at(b"Rar!\x1a\x07"), source="RAR 5.0 archive format"),
    Type("application/x-rar-compressed", SightKind.OTHER, _at(b"Rar!\x1a\x07"), source="RAR 5.0 archive format"),
    Type("application/x-bzip2", SightKind.OTHER, _at(b"BZh"), source="bzip2 manual"),
    Type("application/x-xz", SightKind.OTHER, _at(b"\xfd7zXZ\x00"), source="The .xz file format §2.1.1.1"),
    Type("application/rtf", SightKind.OTHER, _at(b"{\\rtf"), source="RTF 1.9.1"),
)
_EXACT = {row.name: row for row in TYPES if "*" not in row.name}
_OPEN = tuple(row for row in TYPES if "*" in row.name)
_ANYTHING = Type("*/*", SightKind.OTHER)

# How a body begins that states no type (WHATWG MIME Sniffing §6, §7.1).
_SNIFFED = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script")
_BLANK = b"\xef\xbb\xbf\t\n\x0c\r "


def type_of(media_type: str, content: bytes) -> Type:
    """The row of a claimed type; of an unstated one what the body looks like."""
    name = media_type if media_type not in _UNSTATED else sniff(content)
    if name in _EXACT:
        return _EXACT[name]
    return next((row for row in _OPEN if _covers(row.name, name)), _ANYTHING)


def sniff(content: bytes) -> str:
    """The type of a body by how it begins; "" for what is not known."""
    if begins_as_page(content):
        return "text/html"
    return next((name for sign, name in _SNIFFED if content.startswith(sign)), "")


def opens_as(row: Type, content: bytes, whole: bool) -> bool:
    """Whether a body can be of a type at all, by how it begins; for zip files by their table of parts, too."""
    if row.kind is SightKind.HTML:
        return sniff(content) in ("", "text/html")
    if row is _ANYTHING or row.kind is SightKind.TEXT:
        return True
    if begins_as_page(content):
        return False
    if row.signs and not any(content.startswith(sign, offset) for offset, sign in row.signs):
        return False
    return not (row.is_zip and whole and content[:2] == b"PK") or parts_of(content) is not None


def begins_as_page(content: bytes) -> bool:
    """Whether a body begins as a page of HTML."""
    return content[:HEAD_BYTES].lstrip(_BLANK).lower().startswith(_PAGES)


def parts_of(content: bytes) -> list[tuple[str, int, int]] | None:
    """Name, checksum and size of each part of a zip file; None for one without a table of parts."""
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return [(part.filename, part.CRC, part.file_size) for part in package.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
        return None


def _covers(pattern: str, name: str) -> bool:
    before, _, after = pattern.partition("*")
    return name.startswith(before) and name.endswith(after)
