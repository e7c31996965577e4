"""Which captures answer for a citation: found by its id, or by any form of its URL – as printed, unwrapped, final."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from crawler.archive.memento import best_capture, has_body
from crawler.judge.rows import GOOD
from crawler.ledger.ledger import Ledger
from crawler.model import Capture
from crawler.urls.address import read_address

# Later than every night's id.
LATEST = "9"
_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds of one thing asked for: its uri (None when unknown) and captures, oldest first."""

    uri: str | None
    captures: tuple[Capture, ...]

    def best(self, at: datetime | None) -> Capture | None:
        """The capture to hand out: with a body, nearest `at`, else the newest."""
        return best_capture(self.captures, self.uri or "", at) if self.captures else None


def find_holdings(ledger: Ledger, asked: str) -> Holdings:
    """The captures of a citation id or of a URL in any of its forms.

    Of a cited target those that were judged good, never a challenge or a login page, as long as there are any.
    """
    uri, urlkey = _target(ledger, asked)
    if uri is None:
        return Holdings(None, ())
    final = set(ledger.final_uris(uri)) - {uri}
    good = ledger.captures_read_as(GOOD, LATEST, uri).get(uri)
    if good:
        return Holdings(uri, tuple(good))
    captures = list(ledger.captures_of(uri, urlkey))
    for other in sorted(final):
        captures.extend(c for c in ledger.captures_of(other, "") if c not in captures)
    with_body = [c for c in captures if has_body(c)] or captures
    return Holdings(uri, tuple(sorted(with_body, key=lambda c: c.timestamp)))


def _target(ledger: Ledger, asked: str) -> tuple[str | None, str]:
    """The fetch uri of what is asked for, and its urlkey; a wrapper's is what it was once answered with."""
    uri = _cited_uri(ledger, asked) if _ID.fullmatch(asked) else _read_uri(ledger, asked)
    return uri, (read_address(uri).urlkey or "") if uri else ""


def _cited_uri(ledger: Ledger, citation_id: str) -> str | None:
    citation = ledger.citation(citation_id)
    if citation is None or citation.uri or citation.wrapper is None:
        return citation.uri if citation else None
    return ledger.tracker_targets().get(citation.wrapper.sha256)


def _read_uri(ledger: Ledger, printed: str) -> str | None:
    address = read_address(printed)
    if address.hidden is None:
        return address.uri
    return ledger.tracker_targets().get(sha256(address.hidden.encode()).hexdigest())
