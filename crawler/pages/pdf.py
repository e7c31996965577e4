"""A PDF as its pages read: how many, the text of each, and what it declares of itself.

Rules:
- pdfium opens what browsers open (Chromium shows PDFs with it); what it cannot open does not open.
- One that asks for a password opens, and tells nothing. Bounded in pages and characters; to be read in a process of
  its own, for a damaged file may crash the library or keep it busy for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types

MOST_PAGES = 1_000  # whose text is read; all are counted
MOST_CHARACTERS = 2_000_000
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?(?:(Z)|([+-]\d\d)'?(\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Pdf:
    """What a PDF shows. `pages` are the texts of its first pages; `cut` when there are more."""

    opens: bool
    page_count: int = 0
    pages: tuple[str, ...] = ()
    cut: bool = False
    title: str = ""
    created: str = ""
    modified: str = ""
    document_id: str = ""


def read_pdf(content: bytes) -> Pdf:
    """The pages of a PDF; one that cannot be opened has none."""
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        return Pdf(opens="password" in str(error).lower())
    with closing(document):
        count = len(document)
        pages = tuple(_texts(document, min(count, MOST_PAGES)))
        declared = document.get_metadata_dict(skip_empty=True)
        return Pdf(
            opens=count > 0,
            page_count=count,
            pages=pages,
            cut=len(pages) < count,
            title=" ".join(declared.get("Title", "").split()),
            created=iso_date(declared.get("CreationDate", "")),
            modified=iso_date(declared.get("ModDate", "")),
            document_id=(document.get_identifier() or b"").hex(),
        )


def _texts(document: pdfium.PdfDocument, pages: int) -> Iterator[str]:
    room = MOST_CHARACTERS
    for number in range(pages):
        text = _text(document, number)
        room -= len(text)
        if room < 0:
            return
        yield text


def _text(document: pdfium.PdfDocument, number: int) -> str:
    """A page's text, a line a line; a broken page has none."""
    try:
        page = document[number]
        with closing(page), closing(page.get_textpage()) as text:
            lines = str(text.get_text_bounded()).replace("\x00", "").splitlines()
    except pdfium.PdfiumError:
        return ""
    return "\n".join(squeezed for line in lines if (squeezed := " ".join(line.split())))


def iso_date(stated: str) -> str:
    """A PDF's date (ISO 32000-1 §7.9.4) as ISO 8601; "" for what is none."""
    found = _DATE.match(stated.strip())
    if found is None:
        return ""
    year, month, day, hour, minute, second, zulu, hours, minutes = found.groups()
    text = f"{year}-{month or '01'}-{day or '01'}"
    if hour is None:
        return text
    zone = f"{hours}:{minutes or '00'}" if hours else zulu or ""
    return f"{text}T{hour}:{minute}:{second or '00'}{zone}"
