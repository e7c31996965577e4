"""What floats above the cells of a worksheet: comments, pictures, shapes and their text.

Rules:
- A threaded comment also leaves an old one for programs that know no threads; that one is not read twice.
- A comment belongs to its cell, a picture or shape to the cell it is anchored in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from crawler.seeds.excel.formula import Place, place_of
from crawler.seeds.excel.sheet import read_string
from crawler.seeds.html.hrefs import read_href
from crawler.seeds.package.names import q
from crawler.seeds.package.opening import Package, Relation
from crawler.seeds.reading import Why

_THREADED_AUTHOR = "tc="  # [MS-XLSX] 2.6.203: the author of the comment that stands in for a thread
_SHAPES = tuple(q(f"xdr:{name}") for name in ("sp", "pic", "cxnSp", "graphicFrame"))


@dataclass(frozen=True, slots=True)
class Note:
    """Text above a cell, under a link (`uri`) or with printed URLs in it; `kind` says what it is."""

    place: Place
    kind: str
    text: str
    uri: str | None = None


def read_notes(package: Package, relations: Mapping[str, Relation]) -> Iterator[Note | Why]:
    """The comments and drawings of the sheet that has these relations; a Why for each part that is damaged."""
    threaded = any(one.kind == "threadedComment" for one in relations.values())
    for relation in relations.values():
        root = package.tree(relation.target) if relation.kind in ("comments", "threadedComment", "drawing") else None
        if isinstance(root, Why):
            yield root
        elif root is not None and relation.kind == "comments":
            yield from _comments(root, without_threads=threaded)
        elif root is not None and relation.kind == "threadedComment":
            yield from _threads(root)
        elif root is not None:
            yield from _drawings(root, package.relations(relation.target))


def _comments(root: etree._Element, without_threads: bool) -> Iterator[Note]:
    authors = [one.text or "" for one in root.iterfind(f"{q('s:authors')}/{q('s:author')}")]
    threads = {str(number) for number, author in enumerate(authors) if author.startswith(_THREADED_AUTHOR)}
    for comment in root.iterfind(f"{q('s:commentList')}/{q('s:comment')}"):
        place = place_of(comment.get("ref", ""))
        if place and not (without_threads and comment.get("authorId") in threads):
            yield Note(place, "comment", read_string(comment.find(q("s:text"))))


def _threads(root: etree._Element) -> Iterator[Note]:
    for comment in root.iterchildren(q("xtc:threadedComment")):
        place = place_of(comment.get("ref", ""))
        if place:
            yield Note(place, "comment", comment.findtext(q("xtc:text")) or "")


def _drawings(root: etree._Element, relations: Mapping[str, Relation]) -> Iterator[Note]:
    """Shapes and pictures with links, and the text of shapes (ECMA-376-1 §20.5)."""
    for anchor in root.iterchildren():
        start = anchor.find(q("xdr:from"))
        row, column = (_number(start, name) + 1 for name in ("xdr:row", "xdr:col"))
        for shape in anchor.iter(*_SHAPES):
            yield from _shape((row, column), shape, relations)


def _shape(place: Place, shape: etree._Element, relations: Mapping[str, Relation]) -> Iterator[Note]:
    properties = next(shape.iter(q("xdr:cNvPr")), None)
    uri = None if properties is None else _target(properties.find(q("a:hlinkClick")), relations)
    words = " ".join(_texts(shape)) or _alternative(properties)
    if uri:
        kind = "picture" if shape.tag == q("xdr:pic") else "shape"
        yield Note(place, kind, words, uri)
        return
    for paragraph in shape.iter(q("a:p")):
        yield from _paragraph(place, paragraph, relations)


def _paragraph(place: Place, paragraph: etree._Element, relations: Mapping[str, Relation]) -> Iterator[Note]:
    """The linked runs of a paragraph in a shape, and the text between them."""
    plain = ""
    for run in paragraph.iter(q("a:r")):
        words = run.findtext(q("a:t")) or ""
        uri = _target(run.find(f"{q('a:rPr')}/{q('a:hlinkClick')}"), relations)
        if uri:
            yield Note(place, "shape", words, uri)
        plain += " " if uri else words
    yield Note(place, "shape", plain)


def _alternative(properties: etree._Element | None) -> str:
    words = "" if properties is None else " ".join(properties.get("descr", "").split())
    return f"[image: {words}]" if words else "[image]"


def _texts(shape: etree._Element) -> Iterator[str]:
    for paragraph in shape.iter(q("a:p")):
        words = "".join(text.text or "" for text in paragraph.iter(q("a:t")))
        yield from [words] if words.strip() else []


def _target(click: etree._Element | None, relations: Mapping[str, Relation]) -> str | None:
    relation = None if click is None else relations.get(click.get(q("r:id"), ""))
    return read_href(relation.target) if relation and relation.is_external else None


def _number(start: etree._Element | None, name: str) -> int:
    words = "" if start is None else (start.findtext(q(name)) or "")
    return int(words) if words.isascii() and words.isdigit() and len(words) < 8 else 0
