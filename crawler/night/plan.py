"""What a night has to fetch: settled citations → targets by host, wrapped links, validators, who cites what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from crawler.fetch.asking import Revalidation
from crawler.judge.due import is_due
from crawler.judge.rows import DEADS, GOOD
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Citation, Evidence, Look, Night, Outcome, Reading, Target, Wrapper
from crawler.night.settling import decoded_once, other_readings
from crawler.seeds import explain
from crawler.urls.canonical import clean, urlkey

# A full answer is asked for again at least every 7th night: a server may forget to change its validators.
FULL_EVERY_NIGHTS = 7
NOT_DUE = Reading(
    Outcome.NOT_CHECKED,
    Evidence(
        "not-due",
        "This link is known to be dead; such links are looked at again more and more seldom, and not tonight.",
        "此链接早已判定失效；对失效链接的复查会逐渐拉长间隔，本轮未轮到它。",
    ),
)


def look_again(ledger: Ledger, citations: Iterable[Citation], night_id: str) -> frozenset[str]:
    """The merged uris that are fetched on their own tonight.

    That is every 7th night, and whenever what stands for one was not good last time or was read otherwise than it
    was itself: no link is called dead, or moved, for what another one answered.
    """
    merged = {c.uri: c.same_as for c in citations if c.uri and c.same_as}
    earlier = [night.id for night in ledger.nights() if night.id < night_id] if merged else []
    looks = {uri: ledger.looks_of(uri, night_id, 1) for pair in merged.items() for uri in pair}
    return frozenset(uri for uri, first in merged.items() if _is_due(looks[uri], looks[first], earlier))


def _is_due(own: Sequence[Look], other: Sequence[Look], earlier: Sequence[str]) -> bool:
    """Whether the last looks at a uri and at what stands for it are not both good and alike, or 6 nights have passed
    since its own."""
    if not own or not other or own[-1].outcome is not other[-1].outcome or other[-1].outcome not in GOOD:
        return True
    return sum(night > own[-1].night for night in earlier) >= FULL_EVERY_NIGHTS - 1


def not_due(ledger: Ledger, night: Night, citations: Iterable[Citation]) -> frozenset[str]:
    """The dead subjects of citations that are not looked at tonight: they are, more and more seldom, for ever."""
    subjects = {citation.same_as or citation.uri for citation in citations}
    dead = {subject: s for subject, s in ledger.standings_before(night.id).items() if subject in subjects}
    return frozenset(
        uri
        for uri, standing in dead.items()
        if standing.verdict in DEADS
        and not is_due(uri, standing.verdict, standing.since, _last_seen_at(ledger, uri, night), night.started_at)
    )


def _last_seen_at(ledger: Ledger, uri: str, night: Night) -> datetime | None:
    """When the last night that counts saw of a uri what can be judged; None where we held back ourselves."""
    looks = [look for look in ledger.looks_of(uri, night.id, 2) if look.night < night.id]
    return looks[-1].seen_at if looks and looks[-1].outcome is not Outcome.NOT_CHECKED else None


def targets_of(
    citations: Sequence[Citation], again: frozenset[str] = frozenset(), later: frozenset[str] = frozenset()
) -> list[Target]:
    """The distinct uris to fetch: those cited, in order of first citation, then other readings of unclear prints.

    `again`: the merged uris that are fetched on their own all the same. `later`: those that are not due tonight.
    """
    cited = [c.uri for c in citations if c.uri and (c.same_as is None or c.uri in again)]
    others = [uri for c in citations for uri in other_readings(c)]
    return [Target(uri, urlkey(uri)) for uri in dict.fromkeys([*cited, *others]) if uri not in later]


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
    """Where a citation stands, for the archive's metadata: the document's digest and the place in it."""
    return f"sha256:{citation.sha256} {explain.place_of(citation)} citation {citation.id}"


def cited_by(citations: Iterable[Citation]) -> dict[str, tuple[str, ...]]:
    """uri → the places that cite it, or may mean it."""
    found: dict[str, tuple[str, ...]] = {}
    for citation in citations:
        for uri in dict.fromkeys([citation.uri, citation.same_as, *other_readings(citation)]):
            if uri:
                found[uri] = (*found.get(uri, ()), place_of(citation))
    return found


def second_looks(targets: Iterable[Target]) -> dict[str, str]:
    """uri → its form with escapes decoded once, which is looked at where the uri is not found."""
    decoded = {target.uri: decoded_once(target.uri) for target in targets}
    return {uri: other for uri, other in decoded.items() if other}


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
