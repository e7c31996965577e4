"""A row in plain text, as every format but the page tells it: where it stands, what it is called, why it is so.

Rules:
- What a tracking link shows is only where it leads: its own print is of no use to anyone else.
"""

from __future__ import annotations

from crawler.model import Citation, Evidence, Kind
from crawler.reports.cells import legal
from crawler.reports.rows import Row
from crawler.reports.visible import is_web
from crawler.reports.words import say, tell_issue, tell_part

LONGEST = 160  # characters of a title in a line


def place_of(citation: Citation, language: str) -> str:
    """Where a citation stands in its document, as far as its format says: page, part, line or paragraph."""
    parts = [
        say("ui.page", language, n=citation.page) if citation.page else "",
        tell_part(citation.part, language) if citation.part else "",
        say("ui.line", language, n=citation.lines[0]) if citation.lines else "",
        say("ui.paragraph", language, n=citation.paragraph) if citation.paragraph and not citation.lines else "",
    ]
    return ("，" if language == "zh" else ", ").join(part for part in parts if part)


def issue_of(citation: Citation, language: str) -> str:
    """When the citation's document was issued, '' where nobody knows."""
    return tell_issue(citation.issued.date, language) if citation.issued else ""


def title_of(citation: Citation) -> str:
    """What a citation is called in its document: the item's heading, else the linked words; '' for neither."""
    named = (text.strip() for text in (citation.item or "", citation.anchor or "") if not _is_address(text, citation))
    return shorten(legal(next(filter(None, named), "")))


def _is_address(text: str, citation: Citation) -> bool:
    """Whether a heading or linked words are but an address again."""
    return text.strip() in (citation.printed, citation.uri) or is_web(text.strip()) or "[redacted]" in text


def address_of(row: Row) -> str:
    """The address a reader of the document has before him; a tracking link's target, where that is known."""
    citation = row.citation
    return legal(citation.uri if citation.kind is Kind.TRACKER and citation.uri else row.printed)


def told(evidence: Evidence, language: str) -> str:
    """The words of a piece of evidence."""
    return evidence.zh if language == "zh" else evidence.en


def shorten(text: str, most: int = LONGEST) -> str:
    """The text, its end left out where it is longer than a line can be."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
