"""What names a recipient in a document's links, blanked wherever else the document's words show it.

Rules:
- A personal link's hidden values are looked for in all words kept from its document, also beside other
  links: a link broken over lines leaves its tail in the text, and what is kept may be cut anywhere.
- Values are compared without case in pieces of GRAM characters, so a half is found as well, in linear time.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.seeds.mention import Mention
from crawler.urls.address import Address, conceal
from crawler.urls.redact import REDACTED

GRAM = 8
LONG = 16
MAX_LINES = 6  # of a link broken over lines

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_QUOTED = r"(?:[>|*][^\S\n]*)*"  # a mail's marks before a quoted line
_TAIL = re.compile(
    rf"(?:[^\S\n]*\r?\n[^\S\n]*{_QUOTED}(?!https?:|www\.)[!-~]{{1,400}}){{1,{MAX_LINES}}}", re.IGNORECASE
)
_RUN = re.compile(rf"[A-Za-z0-9]{{{GRAM},}}")
_MIXED = re.compile(r"\d[A-Za-z]+\d|[A-Za-z]\d+[A-Za-z]|^[\da-f]+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recipients:
    """The pieces of all values in a document that name somebody, in lower case."""

    grams: frozenset[str]

    def blank(self, words: str) -> str:
        """The words with every run of such pieces replaced by `[redacted]`."""
        shown, end = "", 0
        for start, stop in self._runs(words.translate(_LOWER)):
            shown += words[end:start] + REDACTED
            end = stop
        return shown + words[end:]

    def hide(self, address: Address) -> Address:
        """The address as it may be kept: one that shows what another link of the document hides is opaque, too."""
        if address.is_tracker or address.uri is None or not self._runs(address.uri.translate(_LOWER)):
            return address
        return conceal(address, self.blank(address.printed))

    def _runs(self, words: str) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        places = range(len(words) - GRAM + 1 if self.grams else 0)
        for place in (place for place in places if words[place : place + GRAM] in self.grams):
            start = runs.pop()[0] if runs and place <= runs[-1][1] else place
            runs.append((start, place + GRAM))
        return runs


def tail(text: str, end: int) -> str:
    """The first words of the lines after a URL: its rest, if it is broken there. `end` is where the URL ends."""
    found = _TAIL.match(text, end)
    return found[0] if found else ""


def find_recipients(links: Iterable[tuple[Mention, Address]]) -> Recipients:
    """Who the personal links of a document name."""
    grams: set[str] = set()
    for mention, address in links:
        hidden = mention.url if address.is_personal else ""
        rest = mention.tail if address.is_tracker or address.is_personal else ""
        for value in _values(hidden + "\n" + rest):
            if value not in address.printed.lower():
                grams.update(value[place : place + GRAM] for place in range(len(value) - GRAM + 1))
    return Recipients(frozenset(grams))


def _values(text: str) -> Iterable[str]:
    """The runs of a text that are no words."""
    runs = (found[0].lower() for found in _RUN.finditer(text))
    return [run for run in runs if len(run) >= LONG or _MIXED.search(run)]
