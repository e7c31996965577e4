"""What a page declares of itself in meta elements, links and structured data: dates, generator, robots, canonical.

Rules:
- Of several rows that tell the same, the first in rank counts; of equals the first in the page.
- A date is given as ISO 8601 where it can be read so, else as it is written; nothing is guessed from the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

PUBLISHED, MODIFIED = "published", "modified"
LONGEST_DATE = 40


class DateRow(NamedTuple):
    """A name under which pages declare a date, what it is of, how far it is believed (0 first), and who says so."""

    name: str
    of: str
    rank: int
    source: str


# Looked up 2026-11-22.
DATES = (
    DateRow("article:published_time", PUBLISHED, 0, "Open Graph protocol, article"),
    DateRow("og:published_time", PUBLISHED, 1, "as some systems shorten it"),
    DateRow("datepublished", PUBLISHED, 1, "schema.org, microdata and JSON-LD"),
    DateRow("pubdate", PUBLISHED, 1, "China, website standard of government sites: PubDate"),
    DateRow("citation_publication_date", PUBLISHED, 1, "Google Scholar, inclusion guidelines"),
    DateRow("citation_online_date", PUBLISHED, 2, "Google Scholar, inclusion guidelines"),
    DateRow("dcterms.issued", PUBLISHED, 2, "Dublin Core terms"),
    DateRow("dcterms.date", PUBLISHED, 3, "Dublin Core terms"),
    DateRow("dcterms.created", PUBLISHED, 4, "Dublin Core terms"),
    DateRow("dc.date.issued", PUBLISHED, 2, "Dublin Core in HTML"),
    DateRow("dc.date", PUBLISHED, 3, "Dublin Core in HTML"),
    DateRow("date", PUBLISHED, 4, "meta name of many systems"),
    DateRow("publishdate", PUBLISHED, 4, "meta name of many systems"),
    DateRow("publish_date", PUBLISHED, 4, "meta name of many systems"),
    DateRow("datecreated", PUBLISHED, 5, "schema.org"),
    DateRow("time", PUBLISHED, 9, "the page's first time element with a datetime"),
    DateRow("article:modified_time", MODIFIED, 0, "Open Graph protocol, article"),
    DateRow("og:updated_time", MODIFIED, 1, "Open Graph, as Facebook read it"),
    DateRow("datemodified", MODIFIED, 1, "schema.org, microdata and JSON-LD"),
    DateRow("dcterms.modified", MODIFIED, 2, "Dublin Core terms"),
    DateRow("dc.date.modified", MODIFIED, 2, "Dublin Core in HTML"),
    DateRow("last-modified", MODIFIED, 3, "meta http-equiv and name of many systems"),
    DateRow("lastmod", MODIFIED, 4, "meta name of many systems"),
    DateRow("revised", MODIFIED, 4, "meta name of many systems"),
)
_DATES = {row.name: row for row in DATES}

_LINKED_DATA = re.compile(r'"(datePublished|dateModified|dateCreated)"\s*+:\s*+"([^"\\]{4,40})"')
_DATE = re.compile(
    r"\s*(\d{4})\s?(?:[-/.]|年)\s?(\d{1,2})\s?(?:[-/.]|月)\s?(\d{1,2})日?"
    r"(?:(?:[T\s]+)(\d{1,2}:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)


class Declared:
    """Gathers what a page declares, row by row."""

    def __init__(self) -> None:
        self.generator = ""
        self.noindex = False
        self.language = ""
        self.og_uri = ""
        self._dates: dict[str, tuple[int, str]] = {}

    def date(self, of: str) -> str:
        """The page's date of that kind; "" where it declares none."""
        return self._dates.get(of, (0, ""))[1]

    def meta(self, name: str, content: str) -> None:
        """Take a meta element: `name` is its name, property, itemprop or http-equiv."""
        name = name.strip().lower()
        if name in _DATES:
            self.add_date(name, content)
        elif name == "generator":
            self.generator = self.generator or " ".join(content.split())
        elif name in ("robots", "googlebot", "baiduspider", "bingbot"):
            self.noindex |= not {"noindex", "none"}.isdisjoint(re.split(r"[\s,]+", content.lower()))
        elif name == "content-language":
            self.language = self.language or content.partition(",")[0].strip()
        elif name == "og:url":
            self.og_uri = self.og_uri or content

    def linked_data(self, script: str) -> None:
        """Take a script of JSON-LD; only its dates are looked for, so that a broken one tells them, too."""
        for name, text in _LINKED_DATA.findall(script):
            self.add_date(name.lower(), text)

    def add_date(self, name: str, text: str) -> None:
        """Take a date under a name of the rows; other names are passed over."""
        row, stated = _DATES.get(name.lower()), text.strip()
        if row is not None and stated and row.rank < self._dates.get(row.of, (99, ""))[0]:
            self._dates[row.of] = (row.rank, _iso(stated))


def _iso(text: str) -> str:
    found = _DATE.match(text)
    if found is None:
        return " ".join(text.split())[:LONGEST_DATE]
    year, month, day, clock, zone = found.groups()
    stated = f"{year}-{int(month):02}-{int(day):02}"
    if not clock:
        return stated
    hour, minutes = clock.split(":", 1)
    return f"{stated}T{int(hour):02}:{minutes}{zone or ''}"
