"""HTML documents → a reading.

Rules:
- The issue date is what the page's own metadata states, the surest name first, else its first `time`.
- What only the reader of a newsletter may open (leaving the list, their copy in a browser) is no citation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from crawler.seeds.html.optout import leave_out_opt_outs, warn_of
from crawler.seeds.html.page import Page, read_page, warn_of_cut
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why
from crawler.seeds.text.charset import decode_html

# Names under which pages state when they were published, the surest first (name, who writes it)
DATES = (
    ("article:published_time", "Open Graph"),
    ("datepublished", "schema.org"),
    ("dcterms.issued", "DCMI"),
    ("dc.date.issued", "DCMI"),
    ("dcterms.date", "DCMI"),
    ("dc.date", "DCMI"),
    ("pubdate", "Chinese government sites"),
    ("publishdate", "content systems"),
    ("date", "content systems"),
    ("time", "the element"),
    ("dcterms.created", "DCMI"),
    ("created", "LibreOffice"),
)

_DATE = re.compile(r"\s*(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})(?!\d)")
_MARKUP = re.compile(r"<\s*[a-z!/?]", re.IGNORECASE)


def read_html(content: bytes) -> Reading | Why:
    """The reading of an HTML document."""
    text = decode_html(content)
    if not _MARKUP.search(text):
        return Why(
            "holds no HTML; if it is plain text, rename it to .txt",
            "其中没有 HTML 内容；如果是纯文本，请将扩展名改为 .txt",
        )
    page = read_page(text)
    mentions, left_out = leave_out_opt_outs(page.text, page.mentions)
    return Reading(tuple(mentions), opening(page), dated(page.dates), warn_of(left_out) + warn_of_cut(page))


def html_text(content: bytes) -> str:
    """The linear text that the offsets of read_html count in."""
    return read_page(decode_html(content)).text


def opening(page: Page) -> str:
    """The beginning of a page, its title first."""
    return f"{page.title}\n\n{page.text[:OPENING_CHARACTERS]}"[:OPENING_CHARACTERS].strip()


def dated(dates: Iterable[tuple[str, str]]) -> str | None:
    """The ISO date by the surest of the names."""
    told: dict[str, str] = {}
    for name, value in dates:
        told.setdefault(name, value)
    found = (_iso(told[name]) for name, _ in DATES if name in told)
    return next((day for day in found if day), None)


def _iso(value: str) -> str | None:
    found = _DATE.match(value)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat() if found else None
    except ValueError:
        return None
