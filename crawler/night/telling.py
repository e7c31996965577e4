"""From the ledger to a night's report as a value: every row, its history and its copies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.errors import UsageError
from crawler.judge import RULES_VERSION
from crawler.judge.rows import GOOD
from crawler.judge.weather import Weather, find_weather
from crawler.ledger.ledger import Ledger
from crawler.model import (
    Capture,
    Citation,
    Copy,
    Evidence,
    Failure,
    Hop,
    Night,
    NightReading,
    Observation,
    Outcome,
    Reading,
    Standing,
    Via,
)
from crawler.night.assess import subject_of
from crawler.night.changed import changes_of, changes_of_sites
from crawler.night.months import months_of
from crawler.night.settling import BETTER_ESCAPED, NOT_THERE, decoded_once
from crawler.replay.lookup import find_copy
from crawler.reports.changed import Changed
from crawler.reports.health import HealthReport, build_report
from crawler.reports.rows import STRIP_NIGHTS, Cell, Offer, Row
from crawler.seeds.show import shown_document
from crawler.urls.redact import redact


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger knows by subject, as of one night."""

    readings: Mapping[str, Reading]
    standings: Mapping[str, Standing]
    previous: Mapping[str, Standing]
    observations: Mapping[str, Observation]
    histories: Mapping[str, Sequence[NightReading]]
    copies: Mapping[str, Sequence[Capture]]
    trackers: Mapping[str, str]
    changes: Mapping[str, Changed]
    best: Mapping[str, Copy]


def told_of(ledger: Ledger, night: Night, config: Config, archive_problems: Sequence[Evidence] = ()) -> HealthReport:
    """The report of a night that was judged, as a value; `archive_problems` is what it found not to hold in the
    archive."""
    citations = ledger.citations_of(night.id)
    readings, standings = ledger.readings_of(night.id), ledger.standings_of(night.id)
    known = _Known(
        readings,
        standings,
        ledger.standings_before(night.id),
        ledger.observations_of(night.id),
        dict(ledger.histories(night.id, STRIP_NIGHTS)),
        ledger.payloads_read_as(GOOD, night.id),
        ledger.tracker_evidence(),
        changes_of(ledger, config, night, citations, standings),
        _copies(ledger, night, citations, config),
    )
    return build_report(
        night_id=night.id,
        now=night.started_at,
        simulated=night.simulated,
        valid=night.valid,
        invalid_reason=ledger.invalid_reason(night.id),
        unreadable=ledger.unreadable_of(night.id),
        retired=[replace(one, path=shown_document(one.path)) for one in ledger.retired(night.id)],
        few_hosts=night.id in ledger.nights_with_few_hosts(),
        rules_version=RULES_VERSION,
        timezone=config.timezone,
        rows=[_row(citation, known) for citation in citations if subject_of(citation) in known.readings],
        weather=[one.evidence for one in _weather(citations, readings)],
        site_wide=[
            (found.host, len(found.subjects)) for found in changes_of_sites(ledger, config, night, citations, readings)
        ],
        archive_problems=archive_problems,
        trend=months_of(ledger, night, config),
        copies_url=config.copies_url,
    )


def _copies(ledger: Ledger, night: Night, citations: Sequence[Citation], config: Config) -> dict[str, Copy]:
    """By citation, the copy that answers for it as of that night."""
    zone = ZoneInfo(config.timezone)
    found = ((citation.id, find_copy(ledger, citation, night.id, zone)) for citation in citations)
    return {citation_id: copy for citation_id, copy in found if copy}


def _weather(citations: Sequence[Citation], readings: Mapping[str, Reading]) -> tuple[Weather, ...]:
    """The hosts that refuse or fail everything; a merged uri has the outcome of the one that stands for it."""
    subjects = [subject_of(citation) for citation in citations if citation.uri]
    return find_weather((subject, readings[subject].outcome) for subject in subjects if subject in readings)


def find_night(ledger: Ledger, night_id: str) -> Night:
    """A night that ended, by its id or the newest for `latest`. Raises UsageError naming what there is."""
    ended = [night for night in ledger.nights() if night.ended_at is not None]
    if night_id == "latest" and ended:
        return ended[-1]
    for night in ended:
        if night.id == night_id:
            return night
    known = ", ".join(night.id for night in ended[-3:]) or "none yet"
    raise UsageError(f"there is no night {night_id}; the newest are: {known}")


def _row(citation: Citation, known: _Known) -> Row:
    subject = subject_of(citation)
    reading, standing = known.readings[subject], known.standings[subject]
    previous = known.previous.get(subject)
    seen = known.observations.get(subject)
    history = known.histories.get(subject, ())
    return Row(
        citation=replace(
            citation, uri=citation.uri and redact(citation.uri), same_as=citation.same_as and redact(citation.same_as)
        ),
        outcome=reading.outcome,
        standing=standing,
        evidence=reading.evidence,
        final_uri=final_uri_of(seen) if _is_counted(history) else _last_known(history),
        hops=_hops(citation, seen, known.trackers),
        copies=tuple(reversed(known.copies.get(subject, ()))),
        strip=tuple(Cell(night.night, night.outcome, not night.invalid) for night in history),
        changed_since_last_night=previous is not None and previous.verdict is not standing.verdict,
        previous=previous.verdict if previous else None,
        offer=_offer(citation, reading, known.readings),
        changed=known.changes.get(subject),
        copy=known.best.get(citation.id),
    )


def _offer(citation: Citation, reading: Reading, readings: Mapping[str, Reading]) -> Offer | None:
    """The form of a link that was not found tonight which answers instead, as far as the night looked at one."""
    other = decoded_once(citation.uri) if citation.uri and reading.outcome in NOT_THERE else None
    if other is None or other not in readings or readings[other].outcome not in GOOD:
        return None
    return Offer(redact(other), BETTER_ESCAPED)


def _is_counted(history: Sequence[NightReading]) -> bool:
    """Whether tonight says anything of the target: not on an invalid night, nor when it was not checked."""
    return bool(history) and not history[-1].invalid and history[-1].outcome is not Outcome.NOT_CHECKED


def _last_known(history: Sequence[NightReading]) -> str | None:
    """Where the chain ended on the last night that counted."""
    return next((night.final_uri for night in reversed(history) if not night.invalid and night.final_uri), None)


def final_uri_of(seen: Observation | None) -> str | None:
    """Where a target's chain ended; None when nothing was asked, or only robots.txt."""
    if seen is None or seen.final is None:
        return None
    if seen.robots_only:
        return seen.hops[-2].uri if len(seen.hops) > 1 else None
    return seen.final.uri


def _hops(citation: Citation, seen: Observation | None, trackers: Mapping[str, str]) -> tuple[Hop, ...]:
    """The chain of a citation: the tracker's own hops first, as they were once answered, if they led to its target."""
    hops = seen.hops if seen else ()
    evidence = json.loads(trackers.get(citation.wrapper.sha256, "null")) if citation.wrapper else None
    if evidence is None or evidence["to"] != (citation.uri and redact(citation.uri)):
        return hops
    before = tuple(_tracker_hop(row, place) for place, row in enumerate(evidence["hops"]))
    return before + tuple(replace(hop, via=Via.TRACKER) if place == 0 else hop for place, hop in enumerate(hops))


def _tracker_hop(row: dict[str, Any], place: int) -> Hop:
    failure = Failure(row["failure"]) if row["failure"] else None
    return Hop(row["uri"], row["status"], failure, Via.TRACKER if place else None)
