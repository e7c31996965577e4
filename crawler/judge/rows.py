"""The verdict table: what counts as evidence for each verdict, on how many nights, over how long.

Rules:
- A row counts only nights of its own evidence: thirteen timeouts and one 404 are not fourteen 404s.
- k nights span at least 20 hours × (k − 1), so that a timer's random delay costs no night and a night run three
  times in one evening is one night.
- A capped night (robots.txt failed, or too few hosts were tried) supports nothing above `unreachable`.
- `counts` decides about one night, `open` about what else is known; both are plain functions of values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from crawler.judge.outcome import FAMILY
from crawler.model import Family, Group, NightReading, Outcome, Verdict

SPAN_PER_NIGHT = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Change:
    """What comparing a good night with the baselines found: the new state's name (any stable text), whether the
    text was replaced altogether, and whether it now comes from another registrable domain."""

    state: str
    replaced: bool = False
    other_domain: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the nights themselves.

    `host_answered`: the host gave a byte from this network by the night judged. `unlike_last_good`: whether what is
    shown now differs from the last good capture, None without one. `said_not_found`: nights whose soft-404 says so
    in title, heading or sentence. `capped_nights`: nights on which too few hosts were tried. `changes`: by night.
    """

    host_answered: bool = True
    second_resolver_confirms: bool = False
    second_vantage_agrees: bool = False
    unlike_last_good: bool | None = None
    said_not_found: frozenset[str] = frozenset()
    capped_nights: frozenset[str] = frozenset()
    changes: Mapping[str, Change] = field(default_factory=dict)

    def is_capped(self, night: NightReading) -> bool:
        """Whether a night may support nothing above `unreachable`."""
        return night.robots_only or night.night in self.capped_nights

    def is_vantage_good(self) -> bool:
        """Whether silence can be held against the host: it answered here once, or another place agrees."""
        return self.host_answered or self.second_vantage_agrees


def _always(known: Known) -> bool:
    return True


def _any_night(night: NightReading, known: Known) -> bool:
    return True


def _uncapped(night: NightReading, known: Known) -> bool:
    return not known.is_capped(night)


@dataclass(frozen=True, slots=True)
class Row:
    """One way to reach a verdict."""

    rule: str
    verdict: Verdict
    evidence: frozenset[Outcome]
    k: int = 1
    counts: Callable[[NightReading, Known], bool] = _any_night
    open: Callable[[Known], bool] = _always

    @property
    def span(self) -> timedelta:
        """The least time between the first and the last night counted."""
        return SPAN_PER_NIGHT * (self.k - 1)


def _family(*families: Family) -> frozenset[Outcome]:
    return frozenset(outcome for outcome, family in FAMILY.items() if family in families)


GOOD = _family(Family.CONTENT)
REFUSAL = _family(Family.REFUSAL)
SIGHT = _family(Family.SIGHT)
OUTAGE = _family(Family.OUTAGE)
CERTIFICATE = _family(Family.CERTIFICATE)
NO_NAME = frozenset({Outcome.DNS_NXDOMAIN})
NETWORK = NO_NAME | {
    Outcome.DNS_FAILURE,
    Outcome.DNS_NODATA,
    Outcome.REFUSED,
    Outcome.RESET,
    Outcome.TIMEOUT,
    Outcome.TLS_PROTOCOL,
}
# Outcomes that may come without a byte from the host itself.
SILENT = NETWORK | _family(Family.OURS)
INFERRED = frozenset({Outcome.REDIRECT_ROOT, Outcome.REDIRECT_SINK, Outcome.SOFT_404})


def _said_dead(night: NightReading, known: Known) -> bool:
    explicit = night.outcome is not Outcome.SOFT_404 or night.night in known.said_not_found
    return explicit and _uncapped(night, known)


def _inferred_dead(night: NightReading, known: Known) -> bool:
    return night.night not in known.said_not_found and _uncapped(night, known)


def _for_eyes(night: NightReading, known: Known) -> bool:
    if night.outcome is Outcome.SOFT_404_SUSPECTED:
        return _uncapped(night, known)
    return known.unlike_last_good is not True and _inferred_dead(night, known)


def _outage_or_capped_name(night: NightReading, known: Known) -> bool:
    return night.outcome not in NO_NAME or known.is_capped(night)


def _from_here_only(known: Known) -> bool:
    return not known.is_vantage_good()


def _unconfirmed_name(known: Known) -> bool:
    return not _name_known_gone(known)


def _name_known_gone(known: Known) -> bool:
    return known.is_vantage_good() or known.second_resolver_confirms


# Met rows that beat tonight's refusal, in order.
GRAVE: tuple[Row, ...] = (
    Row("hijacked-parked", Verdict.HIJACKED, frozenset({Outcome.PARKED}), 2, _uncapped),
    Row("gone", Verdict.GONE, frozenset({Outcome.GONE}), 2, _uncapped),
    Row(
        "dead",
        Verdict.DEAD,
        frozenset({Outcome.NOT_FOUND, Outcome.REDIRECT_ERROR, Outcome.SOFT_404}),
        3,
        _said_dead,
    ),
    Row("host-gone", Verdict.HOST_GONE, NO_NAME, 7, _uncapped, _name_known_gone),
    Row(
        "dead-inferred",
        Verdict.DEAD_INFERRED,
        INFERRED,
        5,
        _inferred_dead,
        lambda known: known.unlike_last_good is True,
    ),
    Row("dead-unreachable", Verdict.DEAD_UNREACHABLE, OUTAGE, 14, _uncapped, Known.is_vantage_good),
    Row("needs-eyes", Verdict.NEEDS_EYES, INFERRED | {Outcome.SOFT_404_SUSPECTED}, 2, _for_eyes),
    Row("needs-eyes-name", Verdict.NEEDS_EYES, NO_NAME, 7, _uncapped, _unconfirmed_name),
)
# What tonight says at once.
TONIGHT: tuple[Row, ...] = (
    Row("blocked", Verdict.BLOCKED, REFUSAL),
    Row("not-checkable", Verdict.NOT_CHECKABLE, SIGHT),
)
# Met rows that tonight's refusal beats, in order.
MILD: tuple[Row, ...] = (
    Row("certificate", Verdict.CERTIFICATE, CERTIFICATE, 3),
    Row("unreachable-from-here", Verdict.UNREACHABLE_FROM_HERE, NETWORK, 3, open=_from_here_only),
    Row("unreachable", Verdict.UNREACHABLE, OUTAGE | NO_NAME, 3, _outage_or_capped_name, Known.is_vantage_good),
)
OURS: tuple[Row, ...] = (
    Row("malformed", Verdict.MALFORMED, frozenset({Outcome.MALFORMED})),
    Row("target-unknown", Verdict.TARGET_UNKNOWN, frozenset({Outcome.TARGET_UNKNOWN})),
    Row("not-crawled", Verdict.NOT_CRAWLED, frozenset({Outcome.NOT_CRAWLED})),
)
# What a good night may say, in order; k counts good nights in a row here.
FINE: tuple[Row, ...] = (
    Row("recovered", Verdict.RECOVERED, GOOD, 2),
    Row("hijacked-replaced", Verdict.HIJACKED, GOOD, 2),
    Row("replaced", Verdict.REPLACED, GOOD, 2),
    Row("changed", Verdict.CHANGED, GOOD, 2),
    Row("ok-https", Verdict.OK_HTTPS, frozenset({Outcome.OK_HTTPS}), 2),
    Row("ok-moved", Verdict.OK_MOVED, frozenset({Outcome.OK_MOVED}), 3),
    Row("ok", Verdict.OK, GOOD),
)
# An editor's word, and the two that say there is nothing to go by.
OVERRIDES: tuple[Row, ...] = (
    Row("human-ok", Verdict.HUMAN_OK, frozenset()),
    Row("human-dead", Verdict.HUMAN_DEAD, frozenset()),
    Row("ignored", Verdict.IGNORED, frozenset()),
)
SUSPECT = Row("suspect", Verdict.SUSPECT, frozenset().union(*(row.evidence for row in GRAVE + MILD)))
NOT_CHECKED = Row("not-checked", Verdict.NOT_CHECKED, frozenset({Outcome.NOT_CHECKED}))

TABLE: tuple[Row, ...] = (*OVERRIDES, *OURS, *FINE, *GRAVE, *TONIGHT, *MILD, SUSPECT, NOT_CHECKED)
COUNTED: tuple[Row, ...] = GRAVE + MILD
DEADS = frozenset({Verdict.GONE, Verdict.DEAD, Verdict.DEAD_INFERRED, Verdict.HOST_GONE, Verdict.DEAD_UNREACHABLE})

# target-unknown asks for an editor on its first night only: see verdict.group_of.
GROUP: dict[Verdict, Group] = {
    Verdict.GONE: Group.NEEDS_YOU,
    Verdict.DEAD: Group.NEEDS_YOU,
    Verdict.DEAD_INFERRED: Group.NEEDS_YOU,
    Verdict.DEAD_UNREACHABLE: Group.NEEDS_YOU,
    Verdict.HOST_GONE: Group.NEEDS_YOU,
    Verdict.HIJACKED: Group.NEEDS_YOU,
    Verdict.NEEDS_EYES: Group.NEEDS_YOU,
    Verdict.OK_MOVED: Group.NEEDS_YOU,
    Verdict.REPLACED: Group.NEEDS_YOU,
    Verdict.MALFORMED: Group.NEEDS_YOU,
    Verdict.TARGET_UNKNOWN: Group.CANNOT_JUDGE,
    Verdict.SUSPECT: Group.WATCHING,
    Verdict.UNREACHABLE: Group.WATCHING,
    Verdict.UNREACHABLE_FROM_HERE: Group.WATCHING,
    Verdict.BLOCKED: Group.CANNOT_JUDGE,
    Verdict.NOT_CHECKABLE: Group.CANNOT_JUDGE,
    Verdict.CERTIFICATE: Group.CANNOT_JUDGE,
    Verdict.CHANGED: Group.CHANGED,
    Verdict.OK: Group.FINE,
    Verdict.OK_HTTPS: Group.FINE,
    Verdict.RECOVERED: Group.FINE,
    Verdict.NOT_CRAWLED: Group.FINE,
    Verdict.HUMAN_OK: Group.HANDLED,
    Verdict.HUMAN_DEAD: Group.HANDLED,
    Verdict.IGNORED: Group.HANDLED,
    Verdict.NOT_CHECKED: Group.NOT_CHECKED,
}
