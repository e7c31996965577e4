"""What is looked for in the box: a citation's id, an address in any of its forms, or words of an item.

Rules:
- What is looked for is shown redacted, and never written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Standing
from crawler.night.assess import subject_of
from crawler.serve.shown import shown_citation
from crawler.urls.address import read_address
from crawler.urls.redact import redact_text

MOST_FOUND = 50
MOST_WORDS = 8
# Longer than any address that is kept.
MOST_CHARACTERS = 8000


@dataclass(frozen=True, slots=True)
class Match:
    """A citation that was found, and the newest verdict on it, if any night judged it."""

    citation: Citation
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was asked, as it may be shown, and what was found; `more` where there may be more."""

    asked: str
    matches: tuple[Match, ...]
    more: bool = False


def search(ledger: Ledger, asked: str) -> Found:
    """The citations that an id, an address or words lead to; those of the address first."""
    words = asked[:MOST_CHARACTERS].replace("\0", " ")  # where SQLite would end a pattern
    ids = list(dict.fromkeys([*_of_address(ledger, words), *_of_words(ledger, words)]))
    matches = [_match(ledger, one) for one in ids[:MOST_FOUND]]
    return Found(redact_text(words), tuple(match for match in matches if match), len(ids) > MOST_FOUND)


def _of_address(ledger: Ledger, asked: str) -> Iterator[str]:
    """The citations of an address: as printed, cleaned, unwrapped, answered by a tracker, or where its
    chain ends."""
    address = read_address(asked)
    uris = [address.uri] if address.uri else []
    if address.hidden is not None:
        answered = ledger.tracker_targets().get(sha256(address.hidden.encode("utf-8", "surrogatepass")).hexdigest())
        uris += [answered] if answered else []
    for uri in uris:
        for subject in (uri, *ledger.subjects_ending_on(uri)):
            yield from (one.citation.id for one in ledger.citing(subject))


def _of_words(ledger: Ledger, asked: str) -> list[str]:
    return ledger.search_citations(redact_text(asked).split()[:MOST_WORDS], MOST_FOUND + 1)


def _match(ledger: Ledger, citation_id: str) -> Match | None:
    citation = ledger.citation(citation_id)
    if citation is None:
        return None
    standing = ledger.last_standing(subject_of(citation))
    return Match(shown_citation(citation), standing[1] if standing else None)
