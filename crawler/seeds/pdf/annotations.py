"""What pypdf reads of a PDF: each page's link annotations, and whether the page's content is fit to be opened.

Rules:
- Only link annotations with a URI action are links to the web (ISO 32000-1 §12.5.6.5, §12.6.4.7); GoTo, Launch,
  JavaScript and form fields are not.
- A broken annotation costs itself, a broken page its own annotations; both are counted, none raises.
- The page tree is walked here, each node once: a loop ends, and no page after the last one wanted is touched.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from urllib.parse import urljoin

from pypdf import PdfReader
from pypdf.generic import (
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    PdfObject,
    TextStringObject,
)

from crawler.seeds.pdf.objects import array_of, dictionary_of, is_fit, tried
from crawler.seeds.pdf.shapes import Box, union
from crawler.urls.redact import MAIL
from crawler.urls.repair import looks_like_host

MAX_ANNOTATIONS = 5_000  # of one page
MAX_NODES = 100_000  # of the page tree
FARTHEST = 1e6  # points
MAX_CORNERS = 8 * 200  # of one annotation
FORGET_PAGES = 50  # pypdf keeps every object it ever read

_INSIDE = ("javascript:", "cid:", "data:", "file:", "about:", "#")
_UNREADABLE = dict.fromkeys([*range(32), 127])

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a document is told as a Why, not logged


@dataclass(frozen=True, slots=True)
class Link:
    """A link annotation: its target, and its rectangles in the page's user space (one a line where it has quads)."""

    uri: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class PageLinks:
    """A page's links in their stored order; how many annotations were broken; whether it unpacks to a sane size."""

    links: tuple[Link, ...] = ()
    broken: int = 0
    is_fit: bool = True


def open_reader(content: bytes) -> PdfReader | None:
    """The document as pypdf sees it, opened with the empty password; None where it cannot."""
    return tried(partial(_opened, content))


def _opened(content: bytes) -> PdfReader | None:
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        return None
    return reader if isinstance(reader.root_object, DictionaryObject) else None


def read_links(reader: PdfReader, pages: int) -> Iterator[PageLinks]:
    """The links of the first so many pages, in order. Ends early where the page tree does."""
    base = tried(partial(_base, reader)) or ""
    for number, page in enumerate(islice(_pages(reader), pages), 1):
        yield tried(partial(_page_links, page, base)) or PageLinks(broken=1, is_fit=is_fit(page))
        if number % FORGET_PAGES == 0:
            reader.resolved_objects.clear()


def _base(reader: PdfReader) -> str:
    """The address that relative URIs are relative to (ISO 32000-1 §12.6.4.7, table 207)."""
    uri = dictionary_of(reader.root_object.get("/URI"))
    return _text(uri.get("/Base")) if uri else ""


def _pages(reader: PdfReader) -> Iterator[DictionaryObject]:
    """The leaves of the page tree in order, without recursion."""
    waiting: list[PdfObject | None] = [reader.root_object.get("/Pages")]
    seen: set[tuple[int, int]] = set()
    for _ in range(MAX_NODES):
        if not waiting:
            return
        place = waiting.pop()
        node = tried(partial(dictionary_of, place))
        key = (place.idnum, place.generation) if isinstance(place, IndirectObject) else (0, id(place))
        if node is None or ("/Kids" in node and key in seen):
            continue
        seen.add(key)
        kids = array_of(node.get("/Kids")) if "/Kids" in node else None
        if kids is None:
            yield node
        else:
            waiting += [kids[place] for place in range(min(len(kids), MAX_NODES) - 1, -1, -1)]


def _page_links(page: DictionaryObject, base: str) -> PageLinks:
    annotations = array_of(page.get("/Annots")) or ()
    links: list[Link] = []
    broken = max(0, len(annotations) - MAX_ANNOTATIONS)
    for place in islice(annotations, MAX_ANNOTATIONS):
        found = tried(partial(_link, place, base))
        if found is None:
            broken += 1
        links += found or []
    return PageLinks(tuple(links), broken, is_fit(page))


def _link(place: PdfObject, base: str) -> list[Link]:
    """A link to the web, or nothing for any other annotation. Raises for a broken one."""
    annotation = place.get_object()
    if annotation is None or not isinstance(annotation, DictionaryObject) or annotation.get("/Subtype") != "/Link":
        return []
    action = dictionary_of(annotation.get("/A"))
    if action is None or action.get("/S") != "/URI":
        return []
    uri = resolve_uri(_text(action["/URI"]), base)
    return [Link(uri, _boxes(annotation))] if uri else []


def resolve_uri(text: str, base: str) -> str:
    """The address of a URI action, or nothing where it leads nowhere outside the document."""
    uri = text.translate(_UNREADABLE).strip()
    if not uri or uri.lower().startswith(_INSIDE):
        return ""
    if _is_absolute(uri):
        return uri
    return urljoin(base, uri) if _is_absolute(base) else ""


def _is_absolute(uri: str) -> bool:
    scheme, colon, _ = uri.replace("：", ":", 1).partition(":")
    is_scheme = bool(colon) and scheme[:1].isalpha() and scheme.replace("+", "").replace("-", "").isalnum()
    return is_scheme or looks_like_host(uri) or bool(MAIL.fullmatch(uri))


def _text(value: PdfObject | None) -> str:
    """A string object's text: UTF-16 or UTF-8 by its mark, UTF-8 where it reads so, else PDFDocEncoding (§7.9.2)."""
    string = value.get_object() if value is not None else None
    if not isinstance(string, (TextStringObject, ByteStringObject)):
        raise TypeError("no string where a URI is expected")
    raw = string.original_bytes
    if raw[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return raw.decode("utf-16", "replace")
    if raw[:1] == b"\0" and len(raw) % 2 == 0:  # UTF-16 that lost its mark: an address begins with ASCII
        return raw.decode("utf-16-be", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return str(string) if isinstance(string, TextStringObject) else raw.decode("latin-1")


def _boxes(annotation: DictionaryObject) -> tuple[Box, ...]:
    """The quads of an annotation, else its rectangle; corners may come in any order (§12.5.6.5, table 173)."""
    quads = tried(lambda: _numbers(annotation.get("/QuadPoints"))) or []
    if len(quads) >= 8:
        return tuple(_around(quads[start : start + 8]) for start in range(0, len(quads) - 7, 8))
    return (_around(_numbers(annotation["/Rect"])),)


def _around(corners: list[float]) -> Box:
    if len(corners) < 4:
        raise ValueError("a rectangle has four numbers")
    if not all(abs(number) < FARTHEST for number in corners):
        raise ValueError("a rectangle lies on its page")
    return union([(x, y, x, y) for x, y in zip(corners[::2], corners[1::2], strict=False)])


def _numbers(value: PdfObject | None) -> list[float]:
    return [float(number.get_object()) for number in islice(array_of(value) or (), MAX_CORNERS)]
