"""From the ledger to a night's report: every row, its history and its copies, and the files an editor opens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crawler.config import Config
from crawler.errors import EverciteError, UsageError
from crawler.judge import RULES_VERSION
from crawler.judge.rows import GOOD
from crawler.judge.weather import Weather, find_weather
from crawler.ledger.ledger import Ledger
from crawler.model import (
    Capture,
    Citation,
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
from crawler.night.settling import BETTER_ESCAPED, NOT_THERE, decoded_once
from crawler.reports.changed import Changed
from crawler.reports.health import STRIP_NIGHTS, Cell, HealthReport, Offer, Row, build_report
from crawler.reports.render_html import render_pages
from crawler.reports.render_json import render_json
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


def told_of(ledger: Ledger, night: Night, config: Config) -> HealthReport:
    """The report of a night that was judged, as a value."""
    citations = ledger.citations_of(night.id)
    readings, standings = ledger.readings_of(night.id), ledger.standings_of(night.id)
    known = _Known(
        readings,
        standings,
        ledger.standings_before(night.id),
        ledger.observations_of(night.id),
        dict(ledger.histories(night.id, STRIP_NIGHTS)),
        ledger.captures_read_as(GOOD, night.id),
        ledger.tracker_evidence(),
        changes_of(ledger, config, night, citations, standings),
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
    )


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
        copies=tuple(pick_copies(known.copies.get(subject, ()))),
        strip=tuple(Cell(night.night, night.outcome, not night.invalid) for night in history),
        changed_since_last_night=previous is not None and previous.verdict is not standing.verdict,
        previous=previous.verdict if previous else None,
        offer=_offer(citation, reading, known.readings),
        changed=known.changes.get(subject),
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


def pick_copies(captures: Sequence[Capture]) -> list[Capture]:
    """The copies worth listing, newest first: each payload where it was first seen, and the newest capture of all."""
    first_of = {capture.digest: capture for capture in reversed(captures)}
    chosen = [*first_of.values(), *captures[-1:]]
    return sorted({capture.record_id: capture for capture in chosen}.values(), key=lambda c: c.timestamp, reverse=True)


def tell(report: HealthReport, folder: Path, language: str, formats: Sequence[str] = ("html", "json")) -> None:
    """Write a report's files into a folder. Raises EverciteError when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in formats:
            _WRITERS[name](report, folder, language)
    except OSError as error:
        raise EverciteError(f"{folder}: the report cannot be written ({error.strerror}); free the disk") from error


def _write_html(report: HealthReport, folder: Path, language: str) -> None:
    for name, page in render_pages(report, language).items():
        (folder / name).write_text(page, "utf-8")


def _write_json(report: HealthReport, folder: Path, language: str) -> None:
    (folder / "report.json").write_text(render_json(report), "utf-8")


_WRITERS: dict[str, Callable[[HealthReport, Path, str], None]] = {"html": _write_html, "json": _write_json}


def write_report_again(
    ledger: Ledger, config: Config, night_id: str, formats: Sequence[str], language: str | None, out: Path | None
) -> Path:
    """Write a night's report again from the ledger; returns the folder."""
    report = told_of(ledger, find_night(ledger, night_id), config)
    folder = out or Path("reports") / report.night_id
    tell(report, folder, language or config.language, formats)
    return folder
