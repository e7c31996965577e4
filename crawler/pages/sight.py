"""Payload → Sight: what a whole body shows, and the key that bodies share which show the same.

Rules:
- The key is a digest over what is shown, volatile parts masked. What a page merely carries (nonces, scripts, ids that
  were made for one look) is not in it; what it declares and rules look at is.
- A page's main text is not read here: it costs twenty times as much, and is the same where the key is.
- Nothing is redacted or cut here: `opening` is longer than what is kept, so that it can be redacted before it is cut.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from crawler.model import Sight, SightKind
from crawler.pages.charset import text_of
from crawler.pages.elements import PASSING_PARAMETERS
from crawler.pages.glance import Glance, glance
from crawler.pages.types import Type, opens_as, parts_of, type_of
from crawler.volatile import mask

VERSION = "1"  # of everything that a sight depends on
MOST_OPENING = 4_000
MOST_TEXT = 1_000_000  # characters of a text file
READ_BYTES = 8 * 1024 * 1024  # of a page; what is longer is a dump of data
MOST_EXTRACTED = 4 * 1024 * 1024  # beyond that, a main text would cost minutes and tell an editor nothing
_GENERATED = re.compile(
    r"\d{5}|[0-9a-f]{8}|^:r|^(?:ember|yui|ext-gen|react|radix|headlessui|mui|uid|ui-id)[-_:]?", re.I
)


@dataclass(frozen=True, slots=True)
class Body:
    """A decoded body: its claimed media type and charset ("" where unknown), where and on which UTC day it was seen.
    `whole` is False where a limit of ours cut it, `decodes` where its content coding is broken."""

    content: bytes
    media_type: str
    charset: str
    uri: str
    seen_on: date
    whole: bool = True
    decodes: bool = True


class Shown(NamedTuple):
    """What a body shows; `text` is its text where the reader of its kind gives it, None for a page: read it apart."""

    sight: Sight
    text: str | None = None


def kind_of(body: Body) -> SightKind:
    """How a body will be read."""
    return type_of(body.media_type, body.content).kind


def read_sight(body: Body) -> Shown:
    """What a body shows. Never raises on one; PDFs and pictures are to be read in a process of their own."""
    row = type_of(body.media_type, body.content)
    if not body.decodes or not opens_as(row, body.content, body.whole):
        return Shown(Sight(_digest(row.kind, [_hash(body.content)]), row.kind, opens=False), "")
    if row.kind in (SightKind.PDF, SightKind.IMAGE) and not body.whole:
        return unread(body)
    return _READERS[row.kind](body, row)


def unread(body: Body) -> Shown:
    """The sight of a body that was not read: it took too long, or is longer than what is kept of one."""
    row = type_of(body.media_type, body.content)
    return Shown(Sight(_digest(row.kind, [_hash(body.content)]), row.kind), "")


def read_text(body: Body) -> str:
    """The main text of a page; of a very long one that of its beginning."""
    from crawler.pages.text import main_text  # half a second of loading, for those nights only that need it

    return main_text(text_of(body.content[:MOST_EXTRACTED], body.charset)[0], body.uri)


# ---------------------------------------------------------------- a reader a kind


def _read_page(body: Body, _: Type) -> Shown:
    markup, charset = text_of(body.content[:READ_BYTES], body.charset)
    seen = glance(markup, body.uri, charset)
    sight = Sight(
        key=_page_key(seen, body),
        kind=SightKind.HTML,
        title=seen.title,
        headings=seen.headings,
        language=seen.language,
        published=seen.published,
        modified=seen.modified,
        chars=len(seen.text),
        opening=seen.text[:MOST_OPENING],
        scripts=seen.scripts,
        marks=seen.marks,
        generator=seen.generator,
        canonical=seen.canonical,
        og_uri=seen.og_uri,
        noindex=seen.noindex,
        password_fields=seen.password_fields,
        anchors=seen.anchors,
        anchors_cut=seen.anchors_cut,
        downloads=seen.downloads,
    )
    return Shown(sight)


def _page_key(seen: Glance, body: Body) -> str:
    stated = (seen.title, *seen.headings, seen.language, seen.published, seen.modified)
    downloads = (part for text, uri in seen.downloads for part in (mask(text, body.seen_on), _lasting(uri)))
    return _digest(
        SightKind.HTML,
        [
            mask(seen.text, body.seen_on),
            *(mask(text, body.seen_on) for text in stated),
            f"{bool(seen.scripts)} {seen.noindex} {seen.password_fields}",
            *map(_lasting, (seen.canonical, seen.og_uri)),
            *downloads,
            *sorted(_own(seen.anchors)),
            *sorted(_own(seen.marks)),
            _hash((seen.unread.encode("utf-8", "replace")) + body.content[READ_BYTES:]),
        ],
    )


def _own(names: Iterable[str]) -> set[str]:
    """Names that somebody gave, and no program for one look."""
    return {name for name in names if not _GENERATED.search(name)}


def _lasting(uri: str) -> str:
    """A uri without cache-busters and sessions."""
    base, mark, query = uri.partition("?")
    if not mark:
        return uri
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None)
    return f"{base}?{urlencode([pair for pair in pairs if pair[0].lower() not in PASSING_PARAMETERS])}"


def _read_pdf(body: Body, _: Type) -> Shown:
    from crawler.pages.pdf import read_pdf  # a library that takes its time to load, for a process of its own

    pdf = read_pdf(body.content)
    masked = [mask(page, body.seen_on) for page in pdf.pages]
    says_all = pdf.pages and all(page.strip() for page in pdf.pages) and not pdf.cut
    sight = Sight(
        key=_digest(SightKind.PDF, [*masked, mask(pdf.title, body.seen_on), "" if says_all else _hash(body.content)]),
        kind=SightKind.PDF,
        opens=pdf.opens,
        title=pdf.title,
        published=pdf.created,
        modified=pdf.modified,
        chars=sum(map(len, pdf.pages)),
        opening="\n".join(pdf.pages[:20])[:MOST_OPENING],
        page_count=pdf.page_count,
        part_digests=tuple(_hash(page.encode("utf-8", "replace"))[:16] for page in masked),
        document_id=pdf.document_id,
    )
    return Shown(sight, "\f".join(pdf.pages))


def _read_image(body: Body, _: Type) -> Shown:
    from crawler.pages.image import read_picture  # the same

    picture = read_picture(body.content)
    sight = Sight(
        key=_digest(SightKind.IMAGE, [picture.pixels or _hash(body.content)]),
        kind=SightKind.IMAGE,
        opens=picture.opens,
        perceptual_hash=picture.perceptual_hash,
        width=picture.width,
        height=picture.height,
    )
    return Shown(sight, "")


def _read_text(body: Body, _: Type) -> Shown:
    text = text_of(body.content[: 4 * MOST_TEXT], body.charset)[0][:MOST_TEXT].removeprefix("\ufeff")
    rest = body.content[4 * MOST_TEXT :]
    key = _digest(SightKind.TEXT, [mask(text, body.seen_on), _hash(rest)])
    return Shown(Sight(key, SightKind.TEXT, chars=len(text.strip()), opening=text[:MOST_OPENING]), text)


def _read_other(body: Body, row: Type) -> Shown:
    parts = parts_of(body.content) if row.is_zip and body.whole else None
    # What an office program notes of itself on saving differs every time; the parts are what is shown.
    lasting = [str(part) for part in sorted(parts or ()) if not part[0].startswith("docProps/")]
    return Shown(Sight(_digest(SightKind.OTHER, lasting or [_hash(body.content)]), SightKind.OTHER), "")


_READERS = {
    SightKind.HTML: _read_page,
    SightKind.PDF: _read_pdf,
    SightKind.IMAGE: _read_image,
    SightKind.TEXT: _read_text,
    SightKind.OTHER: _read_other,
}


def _hash(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def _digest(kind: SightKind, parts: Iterable[str]) -> str:
    """A digest over texts, each with its length, so that no two lists give the same bytes."""
    digest = hashlib.sha256(kind.value.encode())
    for part in parts:
        octets = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(octets) + octets)
    return f"{kind.value}:{digest.hexdigest()}"
