"""Why a copy was chosen, in lines for a terminal: what was sought, every capture with what speaks for it or against it.

Rules:
- Lines are of at most 80 columns, but for addresses and names that are longer by themselves; addresses are redacted.
- Times are told in the zone that the issue date is counted in.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from crawler.replay.best import Candidate, Fitness, Sought, fitness, tell_away
from crawler.replay.lookup import Holdings
from crawler.reports.visible import show
from crawler.reports.words import say, tell_issue
from crawler.urls.redact import redact

# A Chinese character takes two columns.
WIDTH = {"en": 80, "zh": 40}


def explain(holdings: Holdings, sought: Sought, language: str) -> Iterator[str]:
    """The reasoning, line by line, in "zh" or "en"."""
    copy = holdings.copy(sought.at, sought.zone)
    if holdings.uri:
        yield show(redact(holdings.uri))
    yield from _asked(holdings, sought, language)
    if holdings.candidates:
        yield ""
    for candidate in holdings.candidates:
        chosen = copy is not None and candidate.capture is copy.capture
        yield from _line(candidate, sought, holdings.uri, "→" if chosen else " ", language)
    yield ""
    empty = _say("none" if holdings.candidates else "never", language)
    why = (copy.why.zh if language == "zh" else copy.why.en) if copy else empty
    yield from textwrap.wrap(why, WIDTH[language])


def tell_outcome(candidate: Candidate, language: str) -> str:
    """What a night judged of a capture, in a word or two."""
    return say(f"outcome.{candidate.outcome}", language) if candidate.outcome else _say("not-judged", language)


def _asked(holdings: Holdings, sought: Sought, language: str) -> Iterator[str]:
    citation = holdings.citation
    if citation is not None:
        yield _say("citation", language, id=citation.id, document=show(citation.document))
    if sought.issued is not None:
        date = tell_issue(sought.issued.date, language)
        yield _say("issued", language, date=date, source=sought.issued.source)
    elif citation is not None:
        yield _say("undated", language)
    yield _tell_sought(sought, language)


def _tell_sought(sought: Sought, language: str) -> str:
    if sought.at is not None:
        return _say("sought-date", language, date=f"{sought.at.astimezone(sought.zone):%Y-%m-%d %H:%M}")
    return _say("sought-newest" if not sought.cited else "sought-issue" if sought.issued else "sought-first", language)


def _line(candidate: Candidate, sought: Sought, uri: str | None, mark: str, language: str) -> Iterator[str]:
    capture = candidate.capture
    judged = [tell_outcome(candidate, language)] if candidate.outcome else []
    told = ("；" if language == "zh" else "; ").join([*judged, *_tell_fitness(candidate, sought, language)])
    yield f"{mark} {capture.seen_at.astimezone(sought.zone):%Y-%m-%d %H:%M:%S}  {capture.status}  {told}"
    if capture.uri != uri:
        yield f"      {show(redact(capture.uri))}"


def _tell_fitness(candidate: Candidate, sought: Sought, language: str) -> Iterator[str]:
    fit = fitness(candidate, sought)
    if fit is not Fitness.GOOD:
        yield _say(fit, language)
    if fit in (Fitness.GOOD, Fitness.PART) and sought.near is not None:
        yield tell_away(candidate.capture, sought.near)[language == "zh"]


def _say(name: str, language: str, **figures: object) -> str:
    return say(f"copy_fit.{name}", language, **figures)
