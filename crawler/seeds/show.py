"""Citations for people and for scripts: the JSON object, the terminal table, and why a citation reads as it does.

Rules:
- Everything here is redacted; a field of the contract is never renamed, further fields follow after.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from crawler.model import Citation, Flag, Kind
from crawler.urls.redact import redact, redact_fragment, redact_text

COLUMNS = 80
_WIDTHS = (12, 7, 2, 24, 31)  # id, kind, fragments, item, target: 76 and four spaces

_WHY = {
    "single-item-page": "the only title on its page takes all links of the page",
    "paired-in-order": "as many titles as distinct links on the page, paired in order",
    "title-right-above": "the title stands right above the link",
    "several-items-on-page": "several titles on the page and no sign which is meant",
    "tracker-among-several-items": "several titles, and a tracking link among the page's links says nothing",
    "own-line": "the words of the link's own line",
    "page-opening": "the first words of the page, which has no title",
    "last-item-before": "the last title before the page, which has none",
    "link-text": "the text of the link",
    "list-entry": "the words of the list entry",
    "listed": "named in the document as a candidate",
}
_FLAGS = {
    Flag.WRAPPED: "one anchor broken over several lines",
    Flag.SCHEME_INFERRED: "printed without a scheme; http was inferred",
    Flag.REPAIRED: "malformed as printed, and repaired",
    Flag.PERSONAL: "identifies a recipient; redacted",
    Flag.REDACTED_IN_SOURCE: "already redacted in the document",
    Flag.BOUNDARY_AMBIGUOUS: "where it ends is uncertain; the other reading is kept",
    Flag.JOINED_LINES: "joined over a line end; the shorter reading is kept",
    Flag.PRINTED_TARGET_MISMATCH: "the text prints another address than the link opens",
}


_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control and format characters: a terminal would obey them


def shown_document(path: str) -> str:
    """A document's path for people: redacted, control characters escaped."""
    return "".join(
        one.encode("unicode_escape").decode() if unicodedata.category(one) in _UNSHOWN else one
        for one in redact_text(path)
    )


def citation_json(citation: Citation) -> dict[str, Any]:
    """The object of `cite --format jsonl`, in the contract's order."""
    return {
        "id": citation.id,
        "document": redact_text(citation.document),
        "sha256": citation.sha256,
        "ordinal": citation.ordinal,
        "fragments": citation.fragments,
        "page": citation.page,
        "lines": list(citation.lines),
        "start": citation.start,
        "end": citation.end,
        "printed": citation.printed,
        "anchor": citation.anchor,
        "context": citation.context,
        "kind": citation.kind.value,
        "uri": _redacted(citation.uri),
        "urlkey": citation.urlkey,
        "section": citation.section,
        "item": citation.item,
        "item_candidates": [{"item": one.item, "why": one.why} for one in citation.item_candidates],
        "flags": [flag.value for flag in citation.flags],
        "defect": citation.defect and citation.defect.value,
        "text_fragment": _redacted(citation.text_fragment),
        "uri_fragment": citation.uri_fragment and redact_fragment(citation.uri_fragment),
        "alternatives": [redact(uri) for uri in citation.alternatives],
    }


def _redacted(uri: str | None) -> str | None:
    return None if uri is None else redact(uri)


def citations_table(citations: Iterable[Citation]) -> str:
    """The citations of each document as a table of at most 80 columns; Chinese counts two a character."""
    return "\n\n".join("\n".join(_rows(name, rows)) for name, rows in groupby(citations, key=lambda one: one.document))


def _rows(document: str, citations: Iterable[Citation]) -> Iterator[str]:
    yield clipped(shown_document(document), COLUMNS)
    yield _row(("id", "kind", "×", "item", "target"))
    section = None
    for citation in citations:
        if citation.section != section:
            section = citation.section
            yield clipped(f"— {section}", COLUMNS) if section else "—"
        yield _row((citation.id, citation.kind.value, str(citation.fragments), _item(citation), _target(citation)))


def _row(cells: tuple[str, ...]) -> str:
    return " ".join(padded(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _item(citation: Citation) -> str:
    if citation.item is not None:
        return citation.item
    count = len(citation.item_candidates)
    return f"? one of {count}" if count else ""


def _target(citation: Citation) -> str:
    return (_redacted(citation.uri) or citation.printed).removeprefix("https://").removeprefix("http://")


def clipped(text: str, columns: int) -> str:
    """The text in at most that many columns, ending in … where it was cut."""
    text = "".join(character for character in text if character.isprintable())
    if _columns(text) <= columns:
        return text
    kept, room = "", columns - _columns("…")
    for character in text:
        room -= _column(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def padded(text: str, columns: int) -> str:
    """The text in exactly that many columns."""
    text = clipped(text, columns)
    return text + " " * (columns - _columns(text))


def _columns(text: str) -> int:
    return sum(_column(character) for character in text)


def _column(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def explain(citation: Citation) -> str:
    """Why a citation has its section, item and target, in a few lines."""
    return "\n".join(line for line in _explained(citation) if line)


def _explained(citation: Citation) -> Iterator[str]:
    page = f", page {citation.page}" if citation.page else ""
    lines = ", ".join(str(line) for line in citation.lines)
    yield f"{citation.id}  {shown_document(citation.document)}{page}, line {lines}"
    yield f"printed   {citation.printed}"
    yield f"section   {citation.section or 'none'}: the last heading or running head at that place"
    yield f"item      {citation.item or 'not decided'}"
    for candidate in citation.item_candidates:
        yield f"          - {candidate.item}: {_WHY.get(candidate.why, candidate.why)}"
    yield f"target    {_told_target(citation)}"
    yield from (f"          or {redact(uri)}" for uri in citation.alternatives)
    yield from (f"note      {_FLAGS[flag]}" for flag in citation.flags)


def _told_target(citation: Citation) -> str:
    if citation.defect:
        return f"none: {citation.defect.value}"
    if citation.kind is Kind.MAIL:
        return "none: a mail address is kept and never crawled"
    if citation.wrapper:
        return f"unknown until the tracking link ({citation.wrapper.rule}) has been answered once"
    return str(_redacted(citation.uri))
