"""From a night's observations to verdicts: everything here can be derived again from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.fetch.asking import host_of
from crawler.judge import RULES_VERSION
from crawler.judge.outcome import read, read_citation
from crawler.judge.run import RunValidity, answered_hosts, run_validity
from crawler.judge.verdict import judge
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Evidence, Night, Observation, Outcome, Reading, Standing

NOT_REACHED = Reading(
    Outcome.NOT_CHECKED,
    Evidence("not-reached", "The night ended before this link was checked.", "本轮检查在轮到这条链接之前结束。"),
)


def assess(ledger: Ledger, night: Night, citations: Sequence[Citation], config: Config) -> RunValidity:
    """Store the night's validity, readings and standings; returns the validity."""
    observations = ledger.observations_of(night.id)
    validity = check_run(ledger, night, list(observations.values()))
    ledger.validate_night(night.id, validity.valid, validity.reason, validity.few_hosts)
    ledger.store_readings(night, readings_of(citations, observations), RULES_VERSION)
    ledger.store_standings(night.id, standings_of(ledger, night, config), RULES_VERSION)
    return validity


def check_run(ledger: Ledger, night: Night, observations: Sequence[Observation]) -> RunValidity:
    """Whether this run can be believed, seen against the runs before it."""
    answered, invalid_running = before(ledger, night)
    return run_validity(observations, answered, invalid_running)


def before(ledger: Ledger, night: Night) -> tuple[frozenset[str], int]:
    """The hosts that answered in the last valid run, and how many invalid runs followed it."""
    earlier = [n for n in ledger.nights() if n.id < night.id and n.ended_at is not None]
    invalid_running = 0
    for other in reversed(earlier):
        if other.valid:
            return answered_hosts(list(ledger.observations_of(other.id).values())), invalid_running
        invalid_running += 1
    return frozenset(), invalid_running


def subject_of(citation: Citation) -> str:
    """What a citation's history is kept under: its fetch uri, or its own id when it has none."""
    return citation.uri or citation.id


def readings_of(
    citations: Sequence[Citation], observations: dict[str, Observation]
) -> list[tuple[str, Reading, Observation | None]]:
    """One reading per subject: of its observation, or of the citation itself."""
    found: dict[str, tuple[str, Reading, Observation | None]] = {}
    for citation in citations:
        subject = subject_of(citation)
        seen = observations.get(citation.uri) if citation.uri else None
        reading = read_citation(citation) or (read(seen, seen.uri) if seen else NOT_REACHED)
        found.setdefault(subject, (subject, reading, seen))
    return list(found.values())


def standings_of(ledger: Ledger, night: Night, config: Config) -> dict[str, Standing]:
    """The verdict of every subject that was read this night, over all its nights."""
    answering = {host_of(uri) for uri in ledger.answered_uris()}
    few_hosts = ledger.nights_with_few_hosts()
    return {
        subject: judge(
            nights,
            host_answered=host_of(subject) in answering,
            # The resolver reports a name as missing only when the second one says so, too.
            second_resolver_confirms=len(config.resolvers) > 1,
            capped_nights=few_hosts,
            zone=ZoneInfo(config.timezone),
        )
        for subject, nights in ledger.histories(night.id).items()
        if nights[-1].night == night.id
    }
