"""Documents and pages as pdfium opens them, and the fonts it may use.

Rules:
- No font of the machine is used: what is read is the same everywhere, and ten times as fast where a document does
  not bring its fonts, since pdfium would draw each letter to know its box. Only a page whose text pdfium would
  leave out for that (turned text without height) is opened again with them.
- A page and its text are closed as soon as they are read.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types
import pypdfium2.raw as raw  # type: ignore[import-untyped]  # ships no types

MAX_OBJECTS = 2_000  # of a page that are looked at
MAX_REOPENED = 100  # pages of a document
FLAT = 0.01  # points: pdfium leaves out text that is narrower

PdfiumError: type[Exception] = pdfium.PdfiumError


def _no_fonts() -> Any:
    """A source of fonts that has none (fpdf_sysfontinfo.h)."""
    info = raw.FPDF_SYSFONTINFO(version=1)
    for name, kind in raw.FPDF_SYSFONTINFO._fields_[1:]:
        is_number = getattr(kind, "_restype_", None) in (ctypes.c_int, ctypes.c_ulong)
        setattr(info, name, kind(lambda *_, answer=0 if is_number else None: answer))
    return info


_NO_FONTS = _no_fonts()  # pdfium keeps a pointer to it
raw.FPDF_SetSystemFontInfo(_NO_FONTS)


class Document:
    """A PDF in pdfium. Raises PdfiumError where it cannot be opened."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._document = pdfium.PdfDocument(content)
        self._reopened = 0

    def __len__(self) -> int:
        return len(self._document)

    @property
    def raw(self) -> Any:
        """pdfium's handle."""
        return self._document.raw

    def close(self) -> None:
        """Release it."""
        self._document.close()

    def metadata(self, key: str) -> str:
        """An entry of the document's information dictionary, or nothing."""
        return str(self._document.get_metadata_value(key))

    @contextmanager
    def page(self, number: int) -> Iterator[tuple[Any, Any] | None]:
        """A page, numbered from 0, and its text; None where pdfium cannot read it."""
        with _opened(self._document, number) as opened:
            if opened is None or self._reopened >= MAX_REOPENED or not _leaves_out(*opened):
                yield opened
                return
        self._reopened += 1
        with _machine_fonts(), pdfium.PdfDocument(self._content) as document, _opened(document, number) as opened:
            yield opened


@contextmanager
def _opened(document: Any, number: int) -> Iterator[tuple[Any, Any] | None]:
    page = text = None
    try:
        with suppress(PdfiumError, OSError, MemoryError):
            page = document[number]
            text = page.get_textpage()
        yield None if page is None or text is None else (page, text)
    finally:
        for handle in (text, page):
            if handle is not None:
                handle.close()


def _leaves_out(page: Any, text: Any) -> bool:
    """Whether a page that is turned, or seems to be without text, has text that is flat without its font."""
    if text.count_chars() > 0 and not page.get_rotation():
        return False
    objects = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=2)
    return any(_is_flat(one) for one in islice(objects, MAX_OBJECTS))


def _is_flat(text: Any) -> bool:
    left, _, right, _ = text.get_bounds()
    return bool(right - left < FLAT)


@contextmanager
def _machine_fonts() -> Iterator[None]:
    own = raw.FPDF_GetDefaultSystemFontInfo()
    if own:
        raw.FPDF_SetSystemFontInfo(own)
    try:
        yield
    finally:
        raw.FPDF_SetSystemFontInfo(_NO_FONTS)  # which releases the other


def has_pictures(page: Any) -> bool:
    """Whether a page holds any picture."""
    objects = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    return next(iter(objects), None) is not None
