"""What is kept of a link: its captures, the hops to them as last seen, and the states that its page showed.

Rules:
- The newest come first; what grows with the years is shown page by page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from starlette.requests import Request

from crawler.judge.rows import GOOD
from crawler.ledger.differences import GoodCapture
from crawler.model import Capture, Citation, Completeness, Failure, Hop, NightReading, Outcome, Via
from crawler.replay.lookup import find_copy
from crawler.reports.rows import TONE, Tone
from crawler.serve.pages import page_number, pages_of
from crawler.serve.shown import memento_path
from crawler.serve.site import Site
from crawler.urls.redact import redact

# Later than every night's id.
LATEST = "~"
MOST_CAPTURES = 30
MOST_STATES = 20
# More captures than nights in a century.
ALL = 40_000


@dataclass(frozen=True, slots=True)
class ShownCapture:
    """A capture with what its night read it as, where it is opened, how many of the page's parts are held, and whether
    it brought the very same bytes as the capture before it."""

    capture: Capture
    outcome: Outcome
    path: str | None
    completeness: Completeness | None
    again: bool

    @property
    def tone(self) -> Tone:
        """How it is shown."""
        return TONE[self.outcome]


@dataclass(frozen=True, slots=True)
class State:
    """What good captures running showed: the first and the last of them and how many; `before` is the last capture of
    the state before it. `said` is what the first of its nights said of it (an id among the words)."""

    first: GoodCapture
    last: GoodCapture
    captures: int
    before: GoodCapture | None
    said: str = "uncompared"

    @property
    def diff(self) -> dict[str, str]:
        """The query that compares it with the state before."""
        return {"from": named(self.before), "to": named(self.first)} if self.before else {}


# ---------------------------------------------------------------- what is kept


def list_captures(request: Request, site: Site, subject: str) -> dict[str, Any]:
    """One page of the captures that a link's nights ended on."""
    total = site.ledger.count_captures(subject)
    page = page_number(request, "captures", pages_of(total, MOST_CAPTURES))
    found = site.ledger.captures_judged(subject, MOST_CAPTURES + 1, (page - 1) * MOST_CAPTURES)
    befores = [*(capture.digest for capture, _ in found[1:]), None]
    return {
        "captures": [
            _shown_capture(site, capture, outcome, before)
            for (capture, outcome), before in zip(found[:MOST_CAPTURES], befores, strict=False)
        ],
        "all_captures": total,
        "page": page,
        "pages": pages_of(total, MOST_CAPTURES),
    }


def list_hops(site: Site, citation: Citation, subject: str) -> dict[str, Any]:
    """The copy that answers for a citation, and the way to its target as it was seen last."""
    copy, seen = find_copy(site.ledger, citation, LATEST, site.zone), site.ledger.last_observation(subject)
    return {
        "copy": copy,
        "copy_path": memento_path(copy.capture.timestamp, copy.capture.uri) if copy else None,
        "seen_at": seen.seen_at if seen else None,
        "hops": [*_tracker_hops(site, citation), *_own_hops(citation, seen.hops if seen else ())],
    }


def _shown_capture(site: Site, capture: Capture, outcome: Outcome, before: str | None) -> ShownCapture:
    completeness = site.ledger.completeness_of(capture.refers_to or capture.record_id, capture.uri)
    path = memento_path(capture.timestamp, capture.uri)
    return ShownCapture(capture, outcome, path, completeness, capture.digest == before)


def _tracker_hops(site: Site, citation: Citation) -> list[Hop]:
    """A tracking link's own hops, as they were answered once, if they led to the citation's target."""
    text = site.ledger.tracker_evidence().get(citation.wrapper.sha256) if citation.wrapper else None
    told = json.loads(text) if text else None
    if told is None or told.get("to") != (citation.uri and redact(citation.uri)):
        return []
    return [
        Hop(redact(hop["uri"]), hop["status"], Failure(hop["failure"]) if hop["failure"] else None)
        for hop in told["hops"]
    ]


def _own_hops(citation: Citation, hops: Sequence[Hop]) -> list[Hop]:
    first = Via.TRACKER if citation.wrapper else None
    return [
        Hop(redact(hop.uri), hop.status, hop.failure, hop.via if place else first) for place, hop in enumerate(hops)
    ]


# ---------------------------------------------------------------- what changed


def named(capture: GoodCapture) -> str:
    """A capture in a query: its instant, as `diff` reads it."""
    return f"{capture.seen_at:%Y%m%dT%H%M%S.%fZ}"


def list_states(site: Site, subject: str, nights: Sequence[NightReading]) -> dict[str, Any]:
    """What a link's page showed, state by state."""
    found = states(site.ledger.good_captures(subject, GOOD, newest=ALL))
    read = {night.night: night for night in nights}
    shown = [replace(state, said=_said(read.get(state.first.night))) for state in found[:MOST_STATES]]
    return {"states": shown, "all_states": len(found)}


def _said(night: NightReading | None) -> str:
    """What the night that saw a state first said of it, as an id among the words."""
    if night is None or not night.compared:
        return "uncompared"
    if night.change is None:
        return "nothing_to_tell"
    return "replaced" if night.change.replaced else "changed"


def states(captures: Sequence[GoodCapture]) -> list[State]:
    """What good captures showed one after the other, the newest first."""
    found: list[State] = []
    for _, run in groupby(captures, key=lambda capture: capture.key):
        same = list(run)
        found.append(State(same[0], same[-1], len(same), found[-1].last if found else None))
    return found[::-1]
