"""Copies beside the reports: of each cited page one file that opens with a click, without a server.

Rules:
- A file is named by its payload's digest, shared by all nights, written once and never again: what it costs is the
  size of the cited PDFs and pictures, and a few KiB for each page.
- PDFs and pictures are laid as they are, under the extension of what they are, whatever the web called them; pages and
  texts as a page of ours with their text alone. Anything else (SVG, office files, archives) can act once it is opened
  from a disk: the command takes it out.
- What cannot be laid costs nobody the report: it is told in it, or in the night's log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from errno import ENOSPC
from os import strerror
from pathlib import Path
from shutil import disk_usage

from crawler.archive.reader import original_of, read_payload
from crawler.content import codings_of, decode
from crawler.errors import ArchiveError
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Page, SightKind
from crawler.reports.health import HealthReport, Said
from crawler.reports.render_copy import render_copy, text_of
from crawler.reports.rows import Row
from crawler.reports.words import say
from crawler.urls.redact import redact

MOST_BYTES = 64 * 1024 * 1024
# Left free for the report itself, in `latest/` once more: no copy is worth a report (measured: 34 KB a row).
ROOM_BYTES_A_ROW = 40 * 1024
# (how a body begins, and where), extension, source: what a browser shows from a disk and nothing else.
SAFE: tuple[tuple[tuple[tuple[int, bytes], ...], str, str], ...] = (
    (((0, b"%PDF-"),), "pdf", "ISO 32000-1 §7.5.2"),
    (((0, b"\x89PNG\r\n\x1a\n"),), "png", "PNG third edition §5.2"),
    (((0, b"\xff\xd8\xff"),), "jpg", "ITU-T T.81 Annex B; WHATWG MIME Sniffing §6.1"),
    (((0, b"GIF87a"),), "gif", "GIF89a specification §17"),
    (((0, b"GIF89a"),), "gif", "GIF89a specification §17"),
    (((0, b"RIFF"), (8, b"WEBP")), "webp", "RFC 9649 §2.4"),
    (((4, b"ftypavif"),), "avif", "AV1 Image File Format §6.3"),
)
_AS_TEXT = frozenset({SightKind.HTML, SightKind.TEXT})
_AS_IS = frozenset({SightKind.PDF, SightKind.IMAGE})


@dataclass(slots=True)
class _Shelf:
    """The folder being filled: file names by digest, and what went wrong."""

    folder: Path
    room_bytes: int
    names: dict[str, str | None]
    broken: dict[str, str] = field(default_factory=dict)
    unwritten: str = ""
    large: int = 0


def lay_copies(
    report: HealthReport, ledger: Ledger, archive: Path, folder: Path, prefix: str, tell: Callable[[str], None]
) -> HealthReport:
    """The report with a link to each row's copy: at a running server, or to files of a folder, which are written.

    `prefix` is that folder as the report's pages see it. What is left out is told.
    """
    if report.copies_url:
        return replace(report, rows=tuple(_served(row, report.copies_url) for row in report.rows))
    room = ROOM_BYTES_A_ROW * len(report.rows)
    shelf = _Shelf(folder, room, {path.stem: path.name for path in folder.glob("*.*") if path.suffix != ".part"})
    rows = tuple(_laid(row, shelf, ledger, archive, report.timezone, prefix) for row in report.rows)
    if shelf.large:
        tell(f"copies: {shelf.large} of more than {MOST_BYTES // 2**20} MiB are not laid beside the report")
    return replace(report, rows=rows, archive_problems=(*report.archive_problems, *_problems(shelf)))


def _served(row: Row, copies_url: str) -> Row:
    """A row whose copy a server hands out; not where its address names a reader, for then nothing answers to it."""
    if row.copy is None or redact(row.copy.capture.uri) != row.copy.capture.uri:
        return row
    capture = row.copy.capture
    return replace(row, copy_href=f"{copies_url.rstrip('/')}/memento/{capture.timestamp}/{capture.uri}")


def _laid(row: Row, shelf: _Shelf, ledger: Ledger, archive: Path, timezone: str, prefix: str) -> Row:
    if row.copy is None:
        return row
    capture = row.copy.capture
    stem = capture.digest.partition(":")[2]
    if stem not in shelf.names:
        shelf.names[stem] = _lay(capture, stem, shelf, ledger, archive, timezone)
    name = shelf.names[stem]
    return replace(row, copy_href=f"{prefix}{name}") if name else row


def _lay(capture: Capture, stem: str, shelf: _Shelf, ledger: Ledger, archive: Path, timezone: str) -> str | None:
    """Write the file of a payload; its name, None where there is to be none."""
    if shelf.unwritten:
        return None
    try:
        original = original_of(ledger, capture)
        page = ledger.page_of_capture(original)
        found = _file_of(original, page, shelf, ledger, archive, timezone) if page else None
        return _write(shelf, f"{stem}.{found[0]}", found[1]) if found else None
    except ArchiveError:
        shelf.broken[stem] = redact(capture.uri)
    except OSError as error:
        shelf.unwritten = error.strerror or str(error)
    return None


def _file_of(
    original: Capture, page: Page, shelf: _Shelf, ledger: Ledger, archive: Path, timezone: str
) -> tuple[str, bytes] | None:
    """Extension and content of the file that stands for a payload."""
    kind = page.sight.kind
    if not page.sight.opens or original.mime == "image/svg+xml":
        return None
    if kind in _AS_TEXT:
        shown = render_copy(page, redact(original.uri), original.seen_at, timezone) if text_of(page) else ""
        return ("html", shown.encode()) if shown else None
    if kind not in _AS_IS:
        return None
    content = _content(original, ledger, archive)
    if content is None:
        shelf.large += 1
        return None
    extension = extension_of(content)
    return (extension, content) if extension else None


def _content(original: Capture, ledger: Ledger, archive: Path) -> bytes | None:
    """A payload, decoded; None where it is too large."""
    if original.payload_length > MOST_BYTES:
        return None
    payload = read_payload(archive, ledger, original)
    decoded = decode(payload.pieces, codings_of(payload.head), MOST_BYTES)
    return decoded.content if decoded.complete else None


def extension_of(content: bytes) -> str:
    """The extension of what a body is, '' for what is not laid. A PDF's header may stand a little later."""
    for signs, extension, _ in SAFE:
        if all(content.startswith(sign, offset) for offset, sign in signs):
            return extension
    return "pdf" if b"%PDF-" in content[:1024] else ""


def _write(shelf: _Shelf, name: str, content: bytes) -> str:
    shelf.folder.mkdir(parents=True, exist_ok=True)
    if disk_usage(shelf.folder).free < len(content) + shelf.room_bytes:
        raise OSError(ENOSPC, strerror(ENOSPC))
    part = shelf.folder / f"{name}.part"
    try:
        part.write_bytes(content)
        part.replace(shelf.folder / name)
    finally:
        part.unlink(missing_ok=True)
    return name


def _problems(shelf: _Shelf) -> tuple[Said, ...]:
    found = []
    if shelf.broken:
        first = next(iter(shelf.broken.values()))
        found.append(_said("broken", n=len(shelf.broken), uri=first))
    if shelf.unwritten:
        found.append(_said("unwritten", why=shelf.unwritten))
    return tuple(found)


def _said(name: str, **figures: object) -> Said:
    return Said(say(f"copy_page.{name}", "en", **figures), say(f"copy_page.{name}", "zh", **figures))
