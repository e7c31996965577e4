"""The links of a PDF that pypdf cannot open, by pdfium: fewer than pypdf finds, better than none."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as raw  # type: ignore[import-untyped]  # ships no types

from crawler.seeds.pdf.annotations import MAX_ANNOTATIONS, Link, PageLinks, resolve_uri
from crawler.seeds.pdf.pdfium import Document
from crawler.seeds.pdf.shapes import Box, union

MAX_URI_BYTES = 64 * 1024


def rescue_links(document: Document, number: int) -> PageLinks | None:
    """The links of a page, numbered from 0; None where pdfium cannot read it either."""
    with document.page(number) as opened:
        return PageLinks(tuple(_links(document.raw, opened[0].raw))) if opened else None


def _links(document: Any, page: Any) -> Iterator[Link]:
    place, link = ctypes.c_int(0), raw.FPDF_LINK()
    for _ in range(MAX_ANNOTATIONS):
        if not raw.FPDFLink_Enumerate(page, place, link):
            return
        action, box = raw.FPDFLink_GetAction(link), _box(link)
        if box and raw.FPDFAction_GetType(action) == raw.PDFACTION_URI:
            uri = resolve_uri(_uri(document, action), "")
            yield from [Link(uri, _quads(link) or (box,))] if uri else []


def _uri(document: Any, action: Any) -> str:
    length = min(raw.FPDFAction_GetURIPath(document, action, None, 0), MAX_URI_BYTES)
    content = ctypes.create_string_buffer(length + 1)
    raw.FPDFAction_GetURIPath(document, action, content, length)
    return content.value.decode("utf-8", "replace")


def _box(link: Any) -> Box | None:
    box = raw.FS_RECTF()
    if not raw.FPDFLink_GetAnnotRect(link, box):
        return None
    return union([(box.left, box.bottom, box.left, box.bottom), (box.right, box.top, box.right, box.top)])


def _quads(link: Any) -> tuple[Box, ...]:
    quad = raw.FS_QUADPOINTSF()
    count = min(raw.FPDFLink_CountQuadPoints(link), MAX_ANNOTATIONS)
    found = [_around(quad) for number in range(count) if raw.FPDFLink_GetQuadPoints(link, number, quad)]
    return tuple(found)


def _around(quad: Any) -> Box:
    corners = [(quad.x1, quad.y1), (quad.x2, quad.y2), (quad.x3, quad.y3), (quad.x4, quad.y4)]
    return union([(x, y, x, y) for x, y in corners])
