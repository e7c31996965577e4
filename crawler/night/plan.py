"""What a night has to fetch: citations → targets by host, wrapped links, validators, who cites what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crawler.fetch.asking import Revalidation
from crawler.judge.rows import GOOD
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Citation, Reading, Target, Wrapper
from crawler.urls.canonical import clean, urlkey

# A full answer is asked for again at least every 7th night: a server may forget to change its validators.
FULL_EVERY_NIGHTS = 7


def settle(citations: Iterable[Citation], targets: Mapping[str, str]) -> list[Citation]:
    """The citations with the targets that earlier nights found behind their wrappers (sha256 → uri)."""
    return [_settled(citation, targets) for citation in citations]


def _settled(citation: Citation, targets: Mapping[str, str]) -> Citation:
    uri = targets.get(citation.wrapper.sha256) if citation.wrapper else None
    return replace(citation, uri=uri, urlkey=urlkey(uri)) if uri else citation


def targets_of(citations: Iterable[Citation]) -> list[Target]:
    """The distinct fetch uris that are cited, in order of first citation."""
    found = {c.uri: Target(c.uri, c.urlkey or urlkey(c.uri)) for c in citations if c.uri}
    return list(found.values())


def wrappers_of(citations: Iterable[Citation]) -> list[Wrapper]:
    """The distinct wrappers whose target nobody knows yet."""
    found = {c.wrapper.sha256: c.wrapper for c in citations if c.wrapper and c.uri is None}
    return list(found.values())


def with_session(citations: Iterable[Citation]) -> dict[str, str]:
    """uri → the same uri with the session part it was printed with."""
    found: dict[str, str] = {}
    for citation in citations:
        for other in citation.alternatives:
            if citation.uri and clean(other).uri == citation.uri:
                found.setdefault(citation.uri, other)
    return found


def place_of(citation: Citation) -> str:
    """Where a citation stands, for the archive's metadata: the document's digest and its lines."""
    lines = ",".join(str(line) for line in citation.lines)
    return f"sha256:{citation.sha256} line {lines} citation {citation.id}"


def cited_by(citations: Iterable[Citation]) -> dict[str, tuple[str, ...]]:
    """uri → the places that cite it."""
    found: dict[str, tuple[str, ...]] = {}
    for citation in citations:
        if citation.uri:
            found[citation.uri] = (*found.get(citation.uri, ()), place_of(citation))
    return found


def wrapper_cited_by(citations: Iterable[Citation]) -> dict[str, tuple[str, ...]]:
    """wrapper's sha256 → the places that cite it."""
    found: dict[str, tuple[str, ...]] = {}
    for citation in citations:
        if citation.wrapper:
            key = citation.wrapper.sha256
            found[key] = (*found.get(key, ()), place_of(citation))
    return found


def revalidations(ledger: Ledger, night_id: str) -> dict[str, Revalidation]:
    """uri → the validators of its last body, if that was judged good, came whole, and not too long ago in full."""
    last = {subject for subject, reading in ledger.last_readings().items() if _is_sound(reading)}
    found: dict[str, Revalidation] = {}
    for subject, captures in ledger.captures_read_as(GOOD, night_id).items():
        revalidation = _revalidation(ledger, captures) if subject in last else None
        if revalidation:
            found[captures[-1].uri] = revalidation
    return found


def _is_sound(reading: Reading) -> bool:
    """Good, and of a body that no limit of ours cut short."""
    return reading.outcome in GOOD and not reading.evidence.rule.endswith("-cut")


def _revalidation(ledger: Ledger, captures: Sequence[Capture]) -> Revalidation | None:
    full = [capture for capture in captures if not capture.not_modified and 200 <= capture.status < 300]
    if not full or len(captures) - captures.index(full[-1]) >= FULL_EVERY_NIGHTS:
        return None
    newest = full[-1]
    original = ledger.capture_by_record_id(newest.refers_to) if newest.refers_to else newest
    if original is None or not (newest.etag or newest.last_modified):
        return None
    return Revalidation(newest.etag, newest.last_modified, original)


def robots_failing_since(ledger: Ledger, night_id: str) -> dict[str, datetime]:
    """host → since when its robots.txt fails, the last night included."""
    earlier = [night.id for night in ledger.nights() if night.id < night_id]
    return ledger.robots_failing_since(earlier[-1]) if earlier else {}
