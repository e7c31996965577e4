"""The page of one link: what holds and why, all its nights, its hops and captures, what changed, who cites it, what
editors said of it.

Rules:
- Everything is said of the subject that citations share; the citation asked for gives the page its name.
- What grows with the years is shown newest first, and only so much of it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crawler.judge.ruling import ends_at
from crawler.ledger.browsing import Cited
from crawler.model import Citation, Kind, NightReading, Outcome, Override, Ruling, Standing, Verdict
from crawler.night.assess import subject_of
from crawler.night.settle import typed_subject
from crawler.reports.lookups import find_lookups
from crawler.reports.rows import mask_mail
from crawler.reports.words import say
from crawler.serve.kept import list_captures, list_hops, list_states
from crawler.serve.pages import language_of, render, site_of
from crawler.serve.shown import shown_citation
from crawler.serve.site import Site
from crawler.serve.timeline import spells_of_outcomes, spells_of_verdicts, strips
from crawler.urls.redact import redact

MOST_SPELLS = 20

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
        **list_captures(request, site, subject),
        **list_hops(site, citation, subject),
        **list_states(site, subject, nights),
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
