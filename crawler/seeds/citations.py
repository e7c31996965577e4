"""Document text → citations: what is cited, where, under which heading, and what its address says.

Rules:
- Pure: the same text gives the same citations. Nothing raw leaves but Wrapper.raw, in memory.
- An id is 12 hex of sha256(name NUL address NUL n): the document's path without suffix as first
  recorded; the fetch uri (redacted), for a tracker, mail or defect the redacted printed text (mail
  without `mailto:`); and the how-manieth such it is in documents of that name, from 1. UTF-8.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.model import Citation, Defect, Document, Flag, ItemCandidate, Kind, Wrapper
from crawler.seeds.mention import Mention
from crawler.seeds.recipients import Recipients, find_recipients
from crawler.urls.address import Address, read_address
from crawler.urls.redact import redact, redact_text

_FILES = "pdf doc docx xls xlsx ppt pptx odt ods odp rtf csv tsv epub zip rar 7z gz tgz tar mp3 mp4 avi mov wav webm"
_IMAGES = "jpg jpeg png gif webp svg bmp tif tiff avif heic ico"
EXTENSIONS = dict.fromkeys(_FILES.split(), Kind.FILE) | dict.fromkeys(_IMAGES.split(), Kind.IMAGE)
_FLAG_ORDER = tuple(Flag)

Seen = Counter[tuple[str, str]]


def cite(document: Document, mentions: Iterable[Mention]) -> tuple[Citation, ...]:
    """The citations of a document, in order."""
    return cite_all(document, mentions)[0]


def cite_all(document: Document, mentions: Iterable[Mention]) -> tuple[tuple[Citation, ...], Recipients]:
    """The citations of a document, in order, and who its personal links name."""
    seen: Seen = Counter()
    links = [(mention, read_address(mention.url)) for mention in mentions]
    recipients = find_recipients(links)
    told = [(mention, recipients.hide(address)) for mention, address in links]
    citations = (_citation(document, *link, ordinal, seen) for ordinal, link in enumerate(told, 1))
    return tuple(_blanked(citation, recipients) for citation in citations), recipients


def citation_id(name: str, address: str, number: int) -> str:
    """The id of the nth citation of an address in the document of that name."""
    return hashlib.sha256("\0".join((name, address, str(number))).encode()).hexdigest()[:12]


def _blanked(citation: Citation, recipients: Recipients) -> Citation:
    """The citation without what names a recipient anywhere in its words; candidates are blanked with the item."""

    def blank(words: str | None) -> str | None:
        return words and recipients.blank(words)

    return replace(
        citation,
        anchor=blank(citation.anchor),
        context=recipients.blank(citation.context),
        section=blank(citation.section),
        item=blank(citation.item),
        item_candidates=tuple(
            ItemCandidate(recipients.blank(one.item), recipients.blank(one.why)) for one in citation.item_candidates
        ),
    )


def _citation(document: Document, mention: Mention, address: Address, ordinal: int, seen: Seen) -> Citation:
    identity = _identity(address)
    seen[document.name, identity] += 1
    return Citation(
        id=citation_id(document.name, identity, seen[document.name, identity]),
        document=document.path,
        sha256=document.sha256,
        ordinal=ordinal,
        fragments=mention.fragments,
        page=mention.page,
        lines=mention.lines,
        start=mention.start,
        end=mention.end,
        printed=address.printed,
        anchor=mention.anchor and redact_text(mention.anchor),
        context=redact_text(mention.context),
        kind=_kind(address, mention),
        uri=address.uri,
        urlkey=address.urlkey,
        section=mention.section and redact_text(mention.section),
        item=_item(mention.candidates),
        item_candidates=_redacted(mention.candidates),
        flags=_flags(mention.flags + address.flags),
        defect=address.defect,
        text_fragment=address.text_fragment and redact(address.text_fragment),
        uri_fragment=address.uri_fragment,
        wrapper=_wrapper(address),
        alternatives=_alternatives(address, mention.alternatives),
        column=mention.column,
        part=mention.part,
        paragraph=mention.paragraph,
        rectangles=mention.rectangles,
        issued=document.issued,
    )


def _identity(address: Address) -> str:
    return address.mail or redact(address.uri or "") or address.printed


def _item(candidates: Sequence[ItemCandidate]) -> str | None:
    return redact_text(candidates[0].item) if len(candidates) == 1 else None


def _redacted(candidates: Sequence[ItemCandidate]) -> tuple[ItemCandidate, ...]:
    return tuple(ItemCandidate(redact_text(candidate.item), redact_text(candidate.why)) for candidate in candidates)


def _kind(address: Address, mention: Mention) -> Kind:
    if address.mail:
        return Kind.MAIL
    if address.is_tracker:
        return Kind.TRACKER
    if mention.is_code or address.defect is Defect.UNSUPPORTED_SCHEME:
        return Kind.OTHER
    return kind_of(address.uri or "")


def kind_of(uri: str) -> Kind:
    """Page, file or image, by the extension of the path."""
    name = urlsplit(uri).path.rpartition("/")[2].lower()
    extension = name.rpartition(".")[2] if "." in name else ""
    return EXTENSIONS.get(extension, Kind.PAGE)


def _flags(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    return tuple(sorted(set(flags), key=_FLAG_ORDER.index))


def _wrapper(address: Address) -> Wrapper | None:
    if address.hidden is None or address.rule is None:
        return None
    return Wrapper(
        sha256=hashlib.sha256(address.hidden.encode()).hexdigest(),
        redacted=address.display,
        rule=address.rule,
        personal=address.personal_rule,
        raw=address.hidden,
        redacted_in_source=address.redacted_in_source,
    )


def _alternatives(address: Address, readings: Iterable[str]) -> tuple[str, ...]:
    """Other fetch uris of the same print: where its end is uncertain, and with its session parts."""
    uris = [read_address(reading).uri for reading in readings]
    wanted = [uri for uri in [*uris, *address.fallbacks] if uri and uri != address.uri]
    return tuple(dict.fromkeys(wanted))
