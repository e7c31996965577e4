"""Formulas in the cells of a CSV file, as spreadsheets save them: what they open, what they show, what is unknown.

Rules:
- `=HYPERLINK("…","…")` with written-out texts is a link with words, also behind the `'` that shows a formula as text.
- A function that takes an address as it is (`=IMAGE("…")`), and `="…"`, are read for the URLs in them.
- What would have to be calculated is neither cited nor shown; the reader names its cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.seeds.html.hrefs import read_href

MAX_CHARACTERS = 8192  # of a formula (Excel's own limit)

_TEXT = r'[^"]*+(?:""[^"]*+)*+'
_LITERAL = rf'\s*+(?:"{_TEXT}"|[\w.+%-]*+)\s*+'
_START = r"\s*'?\s*"
_FORMULA = re.compile(
    rf'{_START}(?:=\s*(?:[A-Za-z][\w.]*\s*\(|[^"]{{0,80}}")|[+@-]\s*(?:HYPERLINK|IMAGE)\s*\()', re.IGNORECASE
)
_LINK = re.compile(
    rf'{_START}[=+@-]\s*HYPERLINK\s*\(\s*"(?P<url>{_TEXT})"\s*'
    rf'(?:[,;，]\s*(?:"(?P<words>{_TEXT})"\s*\)\s*|.*\)\s*)|\)\s*|\Z)',
    re.IGNORECASE | re.DOTALL,
)
_WHOLE = r"IMAGE|IMPORT(?:DATA|FEED|HTML|RANGE|XML)|WEBSERVICE"  # Excel, Google Sheets
_LITERAL_CALL = re.compile(
    rf"{_START}[=+@-]\s*(?:(?:{_WHOLE})\s*\({_LITERAL}(?:[,;，]{_LITERAL})*+\)?|{_LITERAL})\s*", re.IGNORECASE
)
_OPENS = re.compile(r"HYPERLINK\s*\(|https?:|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: the link it is, with the spans of its address and words in the cell; `is_unknown` where it opens
    what only a calculation tells."""

    url: str | None = None
    url_span: tuple[int, int] = (0, 0)
    words: str = ""
    words_span: tuple[int, int] = (0, 0)
    is_unknown: bool = False


def read_formula(cell: str) -> Formula | None:
    """What the formula of a cell says; None for a cell that is none."""
    if not _FORMULA.match(cell):
        return None
    if len(cell) > MAX_CHARACTERS:
        return Formula(is_unknown=bool(_OPENS.search(cell)))
    link = _LINK.fullmatch(cell)
    if link:
        return _linked(link)
    return Formula(is_unknown=not _LITERAL_CALL.fullmatch(cell) and bool(_OPENS.search(cell)))


def _linked(link: re.Match[str]) -> Formula:
    url = read_href(_plain(link["url"]))
    words = _plain(link["words"] or "")
    return Formula(url, link.span("url"), words if words.strip() else "", link.span("words"))


def _plain(text: str) -> str:
    return text.replace('""', '"')
