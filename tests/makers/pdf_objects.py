"""PDFs written object by object, for the tests of single pages and of hostile files."""

from __future__ import annotations

from collections.abc import Iterable


def pdf(*objects: bytes) -> bytes:
    """A PDF of numbered objects, the first its catalog."""
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def one_page(content: bytes, annotations: Iterable[bytes] = (), entries: bytes = b"") -> bytes:
    """A PDF of one page."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Annots[%s]>>"
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf(CATALOG, pages, page % b" ".join(annotations), stream(content, entries), FONT)


def written(*lines: tuple[float, float, str], size: float = 10) -> bytes:
    """Page content that prints lines, each at a place."""
    return b"\n".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET".encode("latin-1") for x, y, text in lines)


def link(uri: str, left: float, bottom: float, right: float, top: float) -> bytes:
    """A link annotation."""
    rectangle = f"{left} {bottom} {right} {top}"
    return f"<</Type/Annot/Subtype/Link/Rect[{rectangle}]/A<</S/URI/URI({uri})>>>>".encode()


def paged(*pages: bytes) -> bytes:
    """A PDF of several pages."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects = []
    for number, content in enumerate(pages):
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>"
        objects += [page % (5 + 2 * number), stream(content)]
    return pdf(CATALOG, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)), FONT, *objects)
