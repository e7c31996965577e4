"""From a night's observations to verdicts: everything here can be derived again from the ledger."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.fetch.asking import host_of
from crawler.judge import RULES_VERSION
from crawler.judge.outcome import read_citation
from crawler.judge.rows import Known
from crawler.judge.run import RunValidity, Turnout, run_validity
from crawler.judge.verdict import judge
from crawler.ledger.judgements import Entry
from crawler.ledger.ledger import Ledger
from crawler.model import Choice, Citation, Evidence, Merge, Night, Observation, Outcome, Reading, Standing
from crawler.night.lookalikes import alike, find_merges, find_undone
from crawler.night.plan import NOT_DUE, not_due
from crawler.night.reading import Reader
from crawler.night.settling import choose, other_readings

# Exit statuses of nights that came to their end.
JUDGED = (0, 1, 4)
NOT_REACHED = Reading(
    Outcome.NOT_CHECKED,
    Evidence("not-reached", "The night ended before this link was checked.", "本轮检查在轮到这条链接之前结束。"),
)


def read_night(ledger: Ledger, night: Night) -> RunValidity:
    """Store whether the night counts, and what each of its observations reads as; returns the validity."""
    found = Reader(ledger).read(night, ledger.citations_of(night.id))
    validity = run_validity(found.turnout, *before(ledger, night))
    ledger.validate_night(night.id, validity.valid, validity.reason, validity.few_hosts)
    ledger.enter(night, found.differing, RULES_VERSION)
    return validity


def find_settled(ledger: Ledger, night: Night, citations: Sequence[Citation]) -> list[Evidence]:
    """Record what a night that counts settles beyond itself, and tell it: readings of unclear prints, look-alikes."""
    choices = [choice for citation in citations if (choice := _choice(ledger, night, citation))]
    merges = [*_undone(ledger, night, citations), *_found_merges(ledger, night, citations)]
    ledger.choose(choices)
    ledger.merge(merges)
    return [*(choice.why for choice in choices), *(merge.why for merge in merges)]


def _choice(ledger: Ledger, night: Night, citation: Citation) -> Choice | None:
    others = other_readings(citation)
    if citation.uri is None or not others:
        return None
    found = choose([ledger.looks_of(uri, night.id) for uri in (citation.uri, *others)])
    return Choice(citation.id, found[0], night.id, found[1]) if found else None


def _undone(ledger: Ledger, night: Night, citations: Sequence[Citation]) -> list[Merge]:
    merged = {c.uri: c.same_as for c in citations if c.uri and c.same_as}
    uris = dict.fromkeys([*merged, *merged.values()])
    return find_undone(merged, {uri: ledger.looks_of(uri, night.id, 1) for uri in uris}, night.id)


def _found_merges(ledger: Ledger, night: Night, citations: Sequence[Citation]) -> list[Merge]:
    groups = alike(c.uri for c in citations if c.uri and c.same_as is None)
    looks = {uri: ledger.looks_of(uri, night.id) for group in groups for uri in group}
    return [merge for group in groups for merge in find_merges(group, looks, night.id)]


def assess(ledger: Ledger, night: Night, citations: Sequence[Citation], config: Config) -> None:
    """Store the readings and standings of a night's citations, once `read_night` has read what it saw."""
    found = Reader(ledger, config).read(night, citations)
    observations = ledger.observations_of(night.id)
    later = not_due(ledger, night, citations)
    ledger.enter(night, found.differing, RULES_VERSION)
    ledger.enter(night, uncrawled(citations, observations, tracker_answers(ledger), later), RULES_VERSION)
    ledger.store_standings(night.id, standings_of(ledger, night, config), RULES_VERSION)
    failing, answering = robots_hosts(list(observations.values()))
    still = {host for host in ledger.robots_failing() & answering if not ledger.robots_answered(night.id, host)}
    ledger.note_robots(night, failing | still, answering - still)


def before(ledger: Ledger, night: Night) -> tuple[frozenset[str], int]:
    """The hosts that answered in the last valid run, and how many invalid runs followed it.

    A night that was cut off and closed as it was says too little to be compared with.
    """
    invalid_running = 0
    for other in reversed([n for n in ledger.nights() if n.id < night.id and n.status in JUDGED]):
        if other.valid:
            return frozenset(Turnout.of(ledger.each_observation(other.id)).answered), invalid_running
        invalid_running += 1
    return frozenset(), invalid_running


def robots_hosts(observations: Sequence[Observation]) -> tuple[set[str], set[str]]:
    """The hosts whose robots.txt failed tonight, and those that let us ask or told us not to; among these may be some
    whose robots.txt fails for so long that it counts as absent."""
    failing = {host_of(seen.final.uri) for seen in observations if seen.robots_only and seen.final}
    hops = [hop for seen in observations for hop in seen.hops if not (seen.robots_only and hop is seen.final)]
    return failing, {host_of(hop.uri) for hop in hops} - failing


def tracker_answers(ledger: Ledger) -> dict[str, str]:
    """wrapper's sha256 → what was last recorded of it (see judge/unknown.py)."""
    return {wrapper: str(json.loads(evidence)["answer"]) for wrapper, evidence in ledger.tracker_evidence().items()}


def subject_of(citation: Citation) -> str:
    """What a citation's history is kept under: the uri that is fetched for it, or its own id when there is none."""
    return citation.same_as or citation.uri or citation.id


def uncrawled(
    citations: Sequence[Citation], observed: Collection[str], answers: Mapping[str, str], later: Collection[str]
) -> list[Entry]:
    """One entry per subject that was not observed: `later` are those that were not due."""
    found: dict[str, Entry] = {}
    for citation in citations:
        subject = subject_of(citation)
        if subject not in observed:
            answer = answers.get(citation.wrapper.sha256) if citation.wrapper else None
            reading = read_citation(citation, answer) or (NOT_DUE if subject in later else NOT_REACHED)
            found.setdefault(subject, Entry(subject, reading))
    return list(found.values())


class Knowledge:
    """What is known beside the nights: read once, asked for by subject."""

    def __init__(self, ledger: Ledger) -> None:
        self._heard_since = answered_since(ledger)
        self._capped = ledger.nights_with_few_hosts()
        # A night with two resolvers reports a name as missing only when both say so.
        self._confirming = frozenset(
            night_id for night_id, ran_with in ledger.settings_of().items() if len(ran_with.get("resolvers", ())) > 1
        )
        self._rulings = ledger.rulings()
        self._acceptances = ledger.acceptances()

    def of(self, subject: str) -> Known:
        """What is known of a subject."""
        return Known(
            self._heard_since.get(host_of(subject)),
            self._capped,
            self._confirming,
            tuple(acceptance.made_at for acceptance in self._acceptances.get(subject, ())),
            tuple(self._rulings.get(subject, ())),
        )


def standings_of(ledger: Ledger, night: Night, config: Config) -> dict[str, Standing]:
    """The verdict of every subject that was read this night, over all its nights."""
    knowledge, zone = Knowledge(ledger), ZoneInfo(config.timezone)
    return {
        subject: judge(nights, knowledge.of(subject), zone)
        for subject, nights in ledger.histories(night.id)
        if nights[-1].night == night.id
    }


def answered_since(ledger: Ledger) -> dict[str, datetime]:
    """host → when it first gave us bytes."""
    found: dict[str, datetime] = {}
    for uri, since in ledger.answered_since().items():
        host = host_of(uri)
        found[host] = min(since, found.get(host, since))
    return found
