"""Which captures answer for a citation: found by its id, or by any form of its URL – as printed, unwrapped, final."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from crawler.archive.memento import best_capture, has_body
from crawler.errors import UsageError
from crawler.judge.rows import GOOD
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Outcome
from crawler.urls.address import read_address

# What a page that broke off is read as: part of the real thing, where there is nothing better.
CUT_SHORT = frozenset({Outcome.TRUNCATED, Outcome.TIMEOUT, Outcome.RESET})
# Later than every night's id.
LATEST = "9"
_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds of one thing asked for, oldest first. `uri` is None when nobody knows the target.

    `captures` is everything that was seen of it; `copies` is what may be handed out: of a cited target only
    what was judged good, or else what broke off half-way – never a challenge, a login page or an error; of any
    other uri what has a body.
    """

    uri: str | None
    captures: tuple[Capture, ...] = ()
    copies: tuple[Capture, ...] = ()

    def best(self, at: datetime | None) -> Capture | None:
        """The copy nearest `at`, else the newest."""
        return best_capture(self.copies, self.uri or "", at)


def find_holdings(ledger: Ledger, asked: str) -> Holdings:
    """The captures of a citation id or of a URL in any of its forms.

    Raises UsageError for what looks like a citation id and is none.
    """
    uri, urlkey = _target(ledger, asked)
    if uri is None:
        return Holdings(None)
    captures = {c.record_id: c for other in [uri, *ledger.final_uris(uri)] for c in ledger.captures_of(other, urlkey)}
    seen = tuple(sorted(captures.values(), key=lambda c: c.timestamp))
    if ledger.is_subject(uri):
        good = ledger.captures_read_as(GOOD, LATEST, uri).get(uri)
        cut = ledger.captures_read_as(CUT_SHORT, LATEST, uri).get(uri, [])
        return Holdings(uri, seen, tuple(good or [c for c in cut if has_body(c)]))
    return Holdings(uri, seen, tuple(c for c in seen if has_body(c)))


def _target(ledger: Ledger, asked: str) -> tuple[str | None, str]:
    """The fetch uri of what is asked for, and its urlkey; a wrapper's is what it was once answered with."""
    uri = _cited_uri(ledger, asked) if _ID.fullmatch(asked) else _read_uri(ledger, asked)
    return uri, (read_address(uri).urlkey or "") if uri else ""


def _cited_uri(ledger: Ledger, citation_id: str) -> str | None:
    citation = ledger.citation(citation_id)
    if citation is None:
        raise UsageError(f"this archive knows no citation {citation_id}; name the archive's folder with --archive")
    if citation.uri or citation.wrapper is None:
        return citation.same_as or citation.uri  # the copies of a merged uri are those of the one that is fetched
    return ledger.tracker_targets().get(citation.wrapper.sha256)


def _read_uri(ledger: Ledger, printed: str) -> str | None:
    address = read_address(printed)
    if address.hidden is None:
        return address.uri
    return ledger.tracker_targets().get(sha256(address.hidden.encode()).hexdigest())
