"""The page of one link: what holds and why, all its nights, its hops and captures, what changed, who cites it, what
editors said of it.

Rules:
- Everything is said of the subject that citations share; the citation asked for gives the page its name.
- What grows with the years is shown newest first, and only so much of it at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.judge.rows import GOOD
from crawler.judge.ruling import ends_at
from crawler.ledger.browsing import Cited
from crawler.ledger.differences import GoodCapture
from crawler.model import (
    Capture,
    Citation,
    Completeness,
    Failure,
    Hop,
    Kind,
    NightReading,
    Outcome,
    Override,
    Ruling,
    Standing,
    Verdict,
    Via,
)
from crawler.night.assess import subject_of
from crawler.night.settle import typed_subject
from crawler.replay.lookup import find_copy
from crawler.reports.health import TONE, Tone, mask_mail
from crawler.reports.lookups import find_lookups
from crawler.reports.words import say
from crawler.serve.pages import language_of, page_number, pages_of, render, site_of
from crawler.serve.shown import memento_path, shown_citation
from crawler.serve.site import Site
from crawler.serve.timeline import spells_of_outcomes, spells_of_verdicts, strips
from crawler.urls.redact import redact

# Later than every night's id.
LATEST = "~"
MOST_SPELLS = 20
MOST_CAPTURES = 30
MOST_STATES = 20
# More captures than nights in a century.
ALL = 40_000

COMMANDS = {
    "copy": "archive get {id} -o FILE",
    "explain": "archive get {id} --explain",
    "ok": "verdict set {id} human-ok --why TEXT",
    "dead": "verdict set {id} human-dead --why TEXT",
    "ignore": "verdict set {id} ignored --until DATE --why TEXT",
    "accept": "verdict accept {id}",
    "clear": "verdict clear {id}",
    "target": "target set {id} URI --why TEXT",
    "diff": "diff {id}",
    "cite": "cite --explain {id}",
}
DO = {"web": tuple(COMMANDS), "mail": ("cite",)}


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


@dataclass(frozen=True, slots=True)
class Word:
    """What an editor said of a link, when and why: `kind` is its id among the words; `until` is when it ends."""

    at: datetime
    kind: str
    why: str
    author: str = ""
    verdict: Verdict | None = None
    uri: str = ""
    until: datetime | None = None


def show_link(request: Request) -> Response:
    """`/links/<citation id>`."""
    site = site_of(request)
    citation = find_citation(site, request.path_params["id"])
    subject = subject_of(citation)
    newest = site.ledger.last_standing(subject)
    nights = site.ledger.history_of(subject, newest[0]) if newest else []
    language = language_of(request)
    every = bool(request.query_params.get("all"))
    return render(
        request,
        "link.html.j2",
        **_who(site, citation, subject, language),
        **_judged(site, subject, newest, nights, None if every else MOST_SPELLS),
        **_captures(request, site, subject),
        **_kept(site, citation, subject),
        **_changed(site, subject, nights),
        outcome_words={outcome: say(f"outcome.{outcome}", language) for outcome in Outcome},
    )


def find_citation(site: Site, citation_id: str) -> Citation:
    """A citation by its id; a page that does not exist for any other."""
    citation = site.ledger.citation(citation_id)
    if citation is None:
        raise HTTPException(404)
    return citation


# ---------------------------------------------------------------- what is cited, and where


def _who(site: Site, citation: Citation, subject: str, language: str) -> dict[str, Any]:
    newest = next(iter(site.ledger.ended_nights(1)), "")
    citing = site.ledger.citing(subject)
    return {
        "citation": shown_citation(citation),
        "printed": mask_mail(citation.printed) if citation.kind is Kind.MAIL else citation.printed,
        "subject": redact(subject) if citation.uri else None,
        "citing": [Cited(shown_citation(one.citation), one.last_night) for one in citing],
        "newest_night": newest,
        "words": _words(site, citation, subject),
        "commands": _commands(citation, language),
        "lookups": find_lookups(shown_citation(citation)),
    }


def _words(site: Site, citation: Citation, subject: str) -> list[Word]:
    """What editors said, the newest first."""
    ledger = site.ledger
    words = [
        *map(_ruled, ledger.rulings_of(subject)),
        *(Word(one.made_at, "accepted", one.reason, one.author) for one in ledger.acceptances_of(subject)),
        *map(_typed, ledger.overrides_of(typed_subject(citation))),
    ]
    return sorted(words, key=lambda word: word.at, reverse=True)


def _ruled(one: Ruling) -> Word:
    kind = "ruled" if one.verdict else "taken_back"
    return Word(one.made_at, kind, one.reason, one.author, one.verdict, until=ends_at(one))


def _typed(one: Override) -> Word:
    return Word(one.set_at, "typed" if one.uri else "untyped", one.why, uri=redact(one.uri) if one.uri else "")


def _commands(citation: Citation, language: str) -> list[tuple[str, str]]:
    """What an editor may do, in words, and the command that does it."""
    name = "mail" if citation.kind is Kind.MAIL else "web"
    return [
        (say(f"serve.do_{what}", language), f"evercite {COMMANDS[what]}".format(id=citation.id)) for what in DO[name]
    ]


# ---------------------------------------------------------------- what was judged


def _judged(
    site: Site,
    subject: str,
    newest: tuple[str, Standing] | None,
    nights: Sequence[NightReading],
    most: int | None,
) -> dict[str, Any]:
    outcomes = spells_of_outcomes(nights)
    verdicts = spells_of_verdicts(site.ledger.verdict_course(subject)) if nights else []
    return {
        "standing": newest[1] if newest else None,
        "judged_night": newest[0] if newest else None,
        "reading": site.ledger.reading_of(newest[0], subject) if newest else None,
        "nights": len(nights),
        "years": strips(nights, site.zone),
        "outcomes": outcomes[:most],
        "more_outcomes": len(outcomes) - len(outcomes[:most]),
        "verdicts": verdicts[:most],
        "more_verdicts": len(verdicts) - len(verdicts[:most]),
    }


# ---------------------------------------------------------------- what is kept


def _captures(request: Request, site: Site, subject: str) -> dict[str, Any]:
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


def _kept(site: Site, citation: Citation, subject: str) -> dict[str, Any]:
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


def _changed(site: Site, subject: str, nights: Sequence[NightReading]) -> dict[str, Any]:
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
