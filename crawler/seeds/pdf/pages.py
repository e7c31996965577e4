"""A PDF page by page: its lines by pdfium, its links by pypdf, and what of either could not be read.

Rules:
- Where one of the two fails the other's part is kept, and said so.
- One page is in memory at a time; no more pages than MAX_PAGES are opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import pypdfium2.raw as raw  # type: ignore[import-untyped]  # ships no types
from pypdf import PdfReader

from crawler.seeds.pdf import whys
from crawler.seeds.pdf.annotations import PageLinks, open_reader, read_links
from crawler.seeds.pdf.lines import Lines, read_lines
from crawler.seeds.pdf.objects import tried
from crawler.seeds.pdf.page import PageText, read_text
from crawler.seeds.pdf.pdfium import Document, PdfiumError
from crawler.seeds.pdf.rescue import rescue_links
from crawler.seeds.pdf.shapes import Box
from crawler.seeds.reading import Why

MAX_PAGES = 5_000
MAX_METADATA = 256 * 1024  # characters

_DATE = re.compile(r"(?:D:)?\s*(\d{4})-?(\d\d)?-?(\d\d)?")
_CREATED = re.compile(rb"xmp:CreateDate\s*(?:=\s*[\"']|>)\s*([0-9T:+Z.-]{4,40})")


@dataclass(frozen=True, slots=True)
class Page:
    """A page while it is open, numbered from 1: its lines and its links. `is_read`: whether its text could be read;
    `quarters`: how it is turned; `box`: the page itself, in reading space."""

    number: int
    lines: Lines
    links: PageLinks
    is_read: bool
    quarters: int
    box: Box


@dataclass(slots=True)
class Troubles:
    """The pages that could not be read, or not wholly."""

    pictures: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    large: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    others: list[Why] = field(default_factory=list)

    @property
    def unread(self) -> list[int]:
        """The pages that may have headings nobody read."""
        return sorted({*self.pictures, *self.unreadable, *self.large})

    @property
    def whys(self) -> tuple[Why, ...]:
        """Each as one sentence."""
        told = (
            (whys.no_text, self.pictures),
            (whys.unreadable_text, self.unreadable),
            (whys.too_large, self.large),
            (whys.broken_links, self.broken),
        )
        return (*self.others, *(tell(pages) for tell, pages in told if pages))


@dataclass(slots=True)
class Pdf:
    """An open PDF, by pdfium and by pypdf; either may be missing."""

    document: Document | None
    reader: PdfReader | None
    count: int
    troubles: Troubles = field(default_factory=Troubles)

    def close(self) -> None:
        """Release what pdfium holds."""
        if self.document is not None:
            self.document.close()

    def pages(self) -> Iterator[Page]:
        """Its pages in order."""
        links = read_links(self.reader, MAX_PAGES) if self.reader else iter(())
        for number in range(1, min(self.count, MAX_PAGES) + 1):
            of_page = self._links(number, next(links, None))
            with self._open(number, of_page) as text:
                yield _page(number, of_page, text)
        if self.count > MAX_PAGES:
            self.troubles.others.append(whys.too_many_pages(MAX_PAGES, self.count))

    def _links(self, number: int, links: PageLinks | None) -> PageLinks:
        if links is None:
            links = self._rescued(number)
            self._note(whys.LINKS_RESCUED)
        if links.broken:
            self.troubles.broken.append(number)
        return links

    def _rescued(self, number: int) -> PageLinks:
        found = tried(partial(rescue_links, self.document, number - 1)) if self.document else None
        return found or PageLinks(broken=1)

    @contextmanager
    def _open(self, number: int, links: PageLinks) -> Iterator[PageText | None]:
        """The text of a page; None where it is unfit to be opened or cannot be."""
        if self.document is None or not links.is_fit:
            self._note(whys.TEXT_LOST) if self.document is None else self.troubles.large.append(number)
            yield None
            return
        with self.document.page(number - 1) as opened:
            text = opened and read_text(*opened)
            if text is None:
                self.troubles.unreadable.append(number)
            elif text.is_cut:
                self.troubles.large.append(number)
            elif text.has_pictures:
                self.troubles.pictures.append(number)
            yield text

    def _note(self, why: Why) -> None:
        if why not in self.troubles.others:
            self.troubles.others.append(why)

    def dated(self) -> str | None:
        """When it was created, as it says itself: /CreationDate, else XMP (ISO 32000-1 §14.3)."""
        stated = tried(partial(self.document.metadata, "CreationDate")) if self.document else None
        return _iso_date(stated or "") or _iso_date(tried(self._created) or "")

    def _created(self) -> str:
        metadata = self.reader.root_object["/Metadata"].get_object() if self.reader else None
        found = _CREATED.search(metadata.get_data()[:MAX_METADATA]) if metadata is not None else None  # type: ignore[attr-defined]
        return found[1].decode("ascii") if found else ""


def _page(number: int, links: PageLinks, text: PageText | None) -> Page:
    shown = text or PageText()
    return Page(number, read_lines(shown.pieces), links, text is not None, shown.quarters, shown.box)


def open_pdf(content: bytes) -> Pdf | Why:
    """The document, by whichever of the two can open it; why not, where neither can."""
    reader, found = open_reader(content), _document(content)
    if isinstance(found, Why):
        return Pdf(None, reader, count) if reader and (count := _count(reader)) else found
    if not len(found):
        found.close()
        return whys.NO_PAGES
    return Pdf(found, reader, len(found))


def _document(content: bytes) -> Document | Why:
    try:
        return Document(content)
    except PdfiumError as error:
        return whys.ENCRYPTED if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD else whys.BROKEN


def _count(reader: PdfReader) -> int:
    return sum(1 for _ in read_links(reader, MAX_PAGES))


def _iso_date(stated: str) -> str | None:
    """`D:20250601093000+08'00'` or `2025-06-01T09:30` as 2025-06-01; None where it is no date (§7.9.4)."""
    found = _DATE.match(stated)
    with suppress(ValueError):
        if found and found[2]:
            return date(int(found[1]), int(found[2]), int(found[3] or 1)).isoformat()
    return None
