"""Which captures answer for a citation: found by its id, or by any form of its URL – as printed, unwrapped, final."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from hashlib import sha256

from crawler.archive.memento import has_body
from crawler.errors import UsageError
from crawler.judge.rows import GOOD
from crawler.ledger.judged import JudgedCapture
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Citation, Copy
from crawler.replay.best import CUT_SHORT, Candidate, Sought, best_copy
from crawler.urls.address import read_address

_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds of one thing asked for, oldest first. `uri` is None when nobody knows the target.

    `candidates` is everything that was seen of it, each with what was judged of it; `citation` is set where an id was
    asked for; `judged` says that nights read it, so that what nobody judged is no copy.
    """

    uri: str | None
    candidates: tuple[Candidate, ...] = ()
    citation: Citation | None = None
    judged: bool = False

    @property
    def captures(self) -> tuple[Capture, ...]:
        """Everything that was seen of it."""
        return tuple(candidate.capture for candidate in self.candidates)

    def sought(self, at: datetime | None, zone: tzinfo = UTC) -> Sought:
        """What is looked for: of a citation the cited text, by its issue date; of an address the newest, or `at`."""
        issued = self.citation.issued if self.citation else None
        return Sought(self.citation is not None, issued, at, self.judged, zone)

    def copy(self, at: datetime | None = None, zone: tzinfo = UTC) -> Copy | None:
        """The copy to hand out, and why."""
        return best_copy(self._exact(), self.sought(at, zone))

    def best(self, at: datetime | None = None, zone: tzinfo = UTC) -> Capture | None:
        """The capture to hand out."""
        copy = self.copy(at, zone)
        return copy.capture if copy else None

    def _exact(self) -> Sequence[Candidate]:
        """Where nothing was judged, one of exactly this uri comes first: a key may stand for several."""
        exact = [one for one in self.candidates if one.capture.uri == self.uri and has_body(one.capture)]
        return exact if exact and not self.judged else self.candidates


def find_holdings(ledger: Ledger, asked: str) -> Holdings:
    """The captures of a citation id or of a URL in any of its forms.

    Raises UsageError for what looks like a citation id and is none, and for what is no text.
    """
    if any("\ud800" <= one <= "\udfff" for one in asked):  # bytes of a command line that are no UTF-8
        raise UsageError("what is asked for is not UTF-8; give a URL, or a citation's id from the report")
    if _ID.fullmatch(asked):
        citation = _known_citation(ledger, asked)
        uri = _cited_uri(ledger, citation)
        return _held(ledger, uri, citation) if uri else Holdings(None, citation=citation)
    uri = _read_uri(ledger, asked)
    found = _held(ledger, uri) if uri else Holdings(None)
    return found if found.candidates else _held_as_cited(ledger, asked, found)


def _held_as_cited(ledger: Ledger, printed: str, nothing: Holdings) -> Holdings:
    """What is held of a text that some document prints: the crawl, a merge or an editor may have settled its target."""
    citation = ledger.citation_printed(read_address(printed).printed, nothing.uri)
    uri = _cited_uri(ledger, citation) if citation else None
    return _held(ledger, uri) if uri else nothing


def _held(ledger: Ledger, uri: str, citation: Citation | None = None) -> Holdings:
    urlkey = read_address(uri).urlkey or ""
    seen = {c.record_id: c for other in [uri, *ledger.final_uris(uri)] for c in ledger.captures_of(other, urlkey)}
    judged = _judged(ledger, uri, urlkey)
    read = candidates_of(judged, accepted_states(ledger, uri, judged))
    ordered = sorted({**{key: Candidate(c) for key, c in seen.items()}, **read}.values(), key=_timestamp)
    return Holdings(uri, tuple(ordered), citation, bool(judged) or ledger.is_subject(uri))


def _judged(ledger: Ledger, uri: str, urlkey: str) -> list[JudgedCapture]:
    """What nights judged of a uri, as a target or where others led; else of cited ones that share its key: with http
    for https, with or without www."""
    own = [*ledger.captures_ending_on(uri), *ledger.judged_captures(uri)]
    if own or ledger.is_subject(uri):
        return own
    return [one for other in ledger.subjects_alike(urlkey) for one in ledger.judged_captures(other)]


def _timestamp(candidate: Candidate) -> str:
    return candidate.capture.timestamp


def candidates_of(judged: Iterable[JudgedCapture], accepted: Collection[str] = ()) -> dict[str, Candidate]:
    """By record id, captures as candidates; a text that took another's place counts from its first night on."""
    since: dict[str, datetime] = {}
    found: dict[str, Candidate] = {}
    for one in judged:
        change, capture = one.change, one.capture
        candidate = Candidate(capture, one.outcome, one.whole)
        if change and change.replaced and change.state not in accepted:
            candidate = replace(candidate, replaced_at=since.setdefault(change.state, capture.seen_at))
        found[capture.record_id] = candidate
    return found


def accepted_states(ledger: Ledger, subject: str, judged: Iterable[JudgedCapture]) -> frozenset[str]:
    """The states of a subject that editors accepted, by the captures that they accepted."""
    records = {acceptance.record_id for acceptance in ledger.acceptances_of(subject)}
    return frozenset(one.change.state for one in judged if one.change and one.capture.record_id in records)


# ---------------------------------------------------------------- for a night's report


def find_copy(ledger: Ledger, citation: Citation, upto: str, zone: tzinfo = UTC) -> Copy | None:
    """The copy of a settled citation as of a night (its id): by a few look-ups, however many nights there are."""
    uri = citation.same_as or citation.uri
    if uri is None:
        return None
    sought = Sought(issued=citation.issued, zone=zone)
    around = _around(ledger, uri, sought, upto)
    if not any(map(_is_unclear, around)):
        return best_copy(candidates_of(around).values(), sought)
    judged = [one for one in ledger.judged_captures(uri) if one.capture.night <= upto]
    return best_copy(candidates_of(judged, accepted_states(ledger, uri, judged)).values(), sought)


def _around(ledger: Ledger, uri: str, sought: Sought, upto: str) -> list[JudgedCapture]:
    """The good captures around what is sought, or else those that broke off."""
    near = _night_near(sought)
    return ledger.judged_around(uri, GOOD, near, upto) or ledger.judged_around(uri, CUT_SHORT, near, upto)


def _is_unclear(one: JudgedCapture) -> bool:
    """Whether the captures around a date do not decide alone: a good one shows another text, or is a part."""
    return one.outcome in GOOD and (bool(one.change and one.change.replaced) or not one.whole)


def _night_near(sought: Sought) -> str:
    """The newest night that an instant can belong to; before all nights, where the first copy is sought."""
    near = sought.near
    return f"{near.astimezone(UTC):%Y%m%dT%H%M%SZ}" if near else ""


# ---------------------------------------------------------------- what is asked for


def _known_citation(ledger: Ledger, citation_id: str) -> Citation:
    citation = ledger.citation(citation_id)
    if citation is None:
        raise UsageError(f"this archive knows no citation {citation_id}; name the archive's folder with --archive")
    return citation


def _cited_uri(ledger: Ledger, citation: Citation) -> str | None:
    if citation.uri or citation.wrapper is None:
        return citation.same_as or citation.uri  # the copies of a merged uri are those of the one that is fetched
    return ledger.tracker_targets().get(citation.wrapper.sha256)


def _read_uri(ledger: Ledger, printed: str) -> str | None:
    address = read_address(printed)
    if address.hidden is None:
        return address.uri
    return ledger.tracker_targets().get(sha256(address.hidden.encode()).hexdigest())
