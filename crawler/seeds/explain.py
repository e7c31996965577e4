"""Why a citation has its section, its item and its target, in a few lines.

Rules:
- Every id that a reader may give as a reason has its words here, and so has every flag.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.model import Citation, Defect, Flag, Kind
from crawler.seeds.show import shown_document
from crawler.urls.address import NAMES_RECIPIENT
from crawler.urls.redact import redact, redact_text

WHY = {
    "single-item-page": "the only title on its page takes all links of the page",
    "item-of-sub-headings": "the page's title; its other titles are sub-headings that the item's own text announces",
    "paired-in-order": "as many titles as distinct links on the page, paired in order",
    "title-right-above": "the title stands right above the link",
    "named-in-address": "the address names a number or a word that only this title has",
    "heading-above": "the nearest heading above",
    "several-items-on-page": "several titles on the page and no sign which is meant",
    "tracker-among-several-items": "several titles, and a tracking link among the page's links says nothing",
    "own-line": "the words of the link's own line",
    "own-paragraph": "the words of the link's own paragraph",
    "page-opening": "the first words of the page, which has no title",
    "last-item-before": "the last title before the page, which has none",
    "link-text": "the text of the link",
    "title-beside": "the words beside the address on its line",
    "title-column": "the title column of its row",
    "same-row": "the words beside it in its row",
    "list-entry": "the words of the list entry",
    "listed": "named in the document as a candidate",
}
FLAGS = {
    Flag.WRAPPED: "one link in several pieces: broken over lines, or a picture and its caption",
    Flag.SCHEME_INFERRED: "printed without a scheme; http was inferred",
    Flag.REPAIRED: "malformed as printed, and repaired",
    Flag.PERSONAL: "identifies a recipient; redacted",
    Flag.REDACTED_IN_SOURCE: "already redacted in the document",
    Flag.BOUNDARY_AMBIGUOUS: "where it ends is uncertain; the other reading is kept",
    Flag.JOINED_LINES: "joined over a line end; the shorter reading is kept",
    Flag.PRINTED_TARGET_MISMATCH: "the text prints another address than the link opens",
}
DEFECTS = {
    Defect.NOT_A_URI: "no web address, even after repair",
    Defect.UNSUPPORTED_SCHEME: "not http or https: recorded, not checked",
    Defect.NO_HOST: "names no host",
}
_SECTION = "the last heading or running head at that place"
UNCERTAIN = {
    Flag.BOUNDARY_AMBIGUOUS: "where it ends is uncertain",
    Flag.JOINED_LINES: "joined over a line end",
    Flag.PRINTED_TARGET_MISMATCH: "prints another address than it opens",
}


def explain(citation: Citation) -> str:
    """Why a citation reads as it does."""
    return "\n".join(_explained(citation))


def place_of(citation: Citation) -> str:
    """Where in its document a citation stands, in a few words."""
    lines = ", ".join(str(line) for line in citation.lines)
    column = f", column {citation.column}" if citation.column and len(citation.lines) == 1 else ""
    words = (
        f"page {citation.page}" if citation.page else "",
        redact_text(citation.part) if citation.part else "",
        f"paragraph {citation.paragraph}" if citation.paragraph else "",
        f"line{'s' if len(citation.lines) > 1 else ''} {lines}{column}" if lines else "",
    )
    return ", ".join(word for word in words if word) or "no place"


def told_target(citation: Citation) -> str:
    """Where a citation leads, or why that is not known."""
    if citation.uri:
        return redact(citation.uri)
    if citation.defect:
        return f"none: {DEFECTS[citation.defect]}"
    if citation.kind is Kind.MAIL:
        return "a mail address: kept and never crawled"
    if citation.wrapper and citation.wrapper.rule == NAMES_RECIPIENT:
        return "unknown: the address names its reader, so it is neither kept whole nor asked"
    if citation.wrapper and citation.wrapper.redacted_in_source:
        return f"unknown: a tracking link ({citation.wrapper.rule}) already redacted in the document"
    if citation.wrapper:
        return f"unknown until the tracking link ({citation.wrapper.rule}) has been answered once"
    return "unknown"


def _explained(citation: Citation) -> Iterator[str]:
    yield f"{citation.id}  {shown_document(citation.document)}, {place_of(citation)}"
    yield f"printed   {citation.printed}"
    if citation.anchor:
        yield f"anchor    {redact_text(citation.anchor)}"
    if citation.context:
        yield f"context   {redact_text(citation.context)}"
    if citation.issued:
        yield f"issued    {citation.issued.date} ({citation.issued.source})"
    yield f"section   {citation.section or 'none'}: {_SECTION if citation.section else 'no heading above it'}"
    yield f"item      {citation.item or 'not decided'}"
    for candidate in citation.item_candidates:
        yield f"          - {candidate.item}: {WHY.get(candidate.why, candidate.why)}"
    yield f"target    {told_target(citation)}"
    yield from (f"          or {redact(uri)}" for uri in citation.alternatives)
    if citation.same_as:
        yield f"          found to be the same page as {redact(citation.same_as)}"
    yield from (f"note      {FLAGS[flag]}" for flag in citation.flags)
    yield from (f"note      {note.en}" for note in citation.notes)
