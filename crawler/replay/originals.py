"""Which original resource is asked for, and which of its captures are its mementos.

Rules:
- What is asked for is read as it stands in the request, never decoded; what would show a recipient has no memento.
- A TimeGate offers copies fit to hand out, never a challenge, a login page or an error (docs/decisions/013-memento.md);
  by its exact moment every capture is reachable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import unquote

from crawler.judge.rows import GOOD
from crawler.ledger.ledger import Ledger
from crawler.ledger.mementos import Around, By, Series
from crawler.model import Capture
from crawler.replay.best import CUT_SHORT
from crawler.urls.address import Address, read_address
from crawler.urls.redact import is_plain

# Servers and proxies in between make one slash of several; some clients escape all of the uri.
_SLASHES = re.compile(r"(https?):/+", re.IGNORECASE)
_ESCAPED = re.compile(r"https?%3a", re.IGNORECASE)


def read_asked(raw: str) -> str:
    """The uri in the rest of a request target, as it was meant."""
    text = unquote(raw, errors="replace") if _ESCAPED.match(raw) else raw
    return _SLASHES.sub(lambda found: f"{found[1]}://", text, count=1) if _SLASHES.match(text) else text


def find_original(ledger: Ledger, asked: str) -> str | None:
    """The fetch uri of what is asked for – as printed, wrapped, or a tracker that was answered once –, or None."""
    if is_plain(asked) and ledger.is_subject(asked):  # most are; reading an address takes longer
        return asked
    address = read_address(asked)
    return address.uri if address.hidden is None else _answered(ledger, address)


def _answered(ledger: Ledger, tracker: Address) -> str | None:
    wrapper = sha256((tracker.hidden or "").encode()).hexdigest()
    typed = ledger.overrides_of(wrapper)[-1:]
    return typed[0].uri if typed and typed[0].uri else ledger.tracker_answer(wrapper)


def find_mementos(ledger: Ledger, uri: str, moment: str) -> tuple[Series, Around] | None:
    """The series that answers for an original, and what stands around a moment in it; None where nothing does."""
    for series in _candidates(ledger, uri):
        around = ledger.around(series, moment)
        if around is not None:
            return series, around
    return None


def _candidates(ledger: Ledger, uri: str) -> Iterator[Series]:
    """The series that may answer, the best first; each is looked for only when those before it are empty."""
    yield Series(By.SUBJECT, uri, GOOD)
    merged = ledger.merged_into(uri)
    if merged is not None:
        yield Series(By.SUBJECT, merged, GOOD)
    if ledger.is_subject(uri):
        yield Series(By.SUBJECT, uri, CUT_SHORT)
        return
    yield Series(By.URI, uri, GOOD)
    urlkey = read_address(uri).urlkey or ""
    alike = ledger.subjects_alike(urlkey)
    yield from (Series(By.SUBJECT, subject, outcomes) for outcomes in (GOOD, CUT_SHORT) for subject in alike)
    if not alike:
        yield Series(By.URLKEY, urlkey, GOOD)


def find_capture(ledger: Ledger, uri: str, timestamp: str) -> Capture | None:
    """The capture of an original at a moment: of itself, of what it was redirected to that night, or of a uri alike."""
    found = ledger.capture_at(uri, timestamp) or ledger.end_at(uri, timestamp)
    if found is not None:
        return found
    merged, urlkey = ledger.merged_into(uri), read_address(uri).urlkey or ""
    found = (ledger.end_at(merged, timestamp) if merged else None) or ledger.capture_alike_at(urlkey, timestamp)
    ends = (ledger.end_at(subject, timestamp) for subject in ledger.subjects_alike(urlkey))
    return found or next((end for end in ends if end), None)
