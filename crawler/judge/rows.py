"""The verdict table: what counts as evidence for each verdict, on how many nights, over how long.

Rules:
- A row counts only nights of its own evidence: thirteen timeouts and one 404 are not fourteen 404s.
- k nights span at least 20 hours × (k − 1), so that a timer's random delay costs no night and a night run three
  times in one evening is one night.
- A capped night (robots.txt failed, or too few hosts were tried) supports nothing above `unreachable`.
- What is inferred kills only where something else is shown than was last time: alike, or with nothing to compare it
  with, a person looks.
- Silence is held against a host that answered here once, unless another place sees it open; else where that agrees.
- `counts` decides about one night, `open` about what is known by then; both are plain functions of values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.judge.outcome import FAMILY
from crawler.model import Change, Family, Group, NightReading, Outcome, Ruling, Verdict

SPAN_PER_NIGHT = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a target beside its nights.

    `heard_since`: when its host first gave a byte to this network, None: never. `capped`: ids of nights on which too
    few hosts were tried. `confirming`: ids of nights on which a second resolver was asked for names that are missing.
    `accepted_at`: when an editor accepted what is shown. `rulings`: what editors said of it, oldest first.
    """

    heard_since: datetime | None = None
    capped: frozenset[str] = frozenset()
    confirming: frozenset[str] = frozenset()
    accepted_at: tuple[datetime, ...] = ()
    rulings: tuple[Ruling, ...] = ()

    def is_capped(self, night: NightReading) -> bool:
        """Whether a night may support nothing above `unreachable`."""
        return night.robots_only or night.night in self.capped


@dataclass(slots=True)
class Hearing:
    """What is known by the night judged of whether a target's host can be heard: `heard`, it gave a byte here once;
    `elsewhere`, since the last good night another place found it failing, too (None: not asked)."""

    heard: bool = False
    elsewhere: bool | None = None

    @property
    def tells(self) -> bool:
        """Whether silence can be held against the host."""
        return self.elsewhere is True or (self.heard and self.elsewhere is None)


def _always(hearing: Hearing) -> bool:
    return True


def _any_night(night: NightReading, known: Known) -> bool:
    return True


def _uncapped(night: NightReading, known: Known) -> bool:
    return not known.is_capped(night)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One way to reach a verdict."""

    rule: str
    verdict: Verdict
    evidence: frozenset[Outcome]
    k: int = 1
    counts: Callable[[NightReading, Known], bool] = _any_night
    open: Callable[[Hearing], bool] = _always

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
# Evidence of rows that need no answer at all.
SILENCE = OUTAGE | NO_NAME
# Answers that leave open whether the page is there. They neither count nor reset, but may make a count stale (see
# tally.py): a site that refuses programs for a year and is silent on fourteen nights of it is not dead.
UNTELLING = REFUSAL | SIGHT | CERTIFICATE
SAID = frozenset({Outcome.NOT_FOUND, Outcome.REDIRECT_ERROR})
INFERRED = frozenset({Outcome.REDIRECT_ROOT, Outcome.REDIRECT_SINK, Outcome.SOFT_404})
# The sub-class of a soft 404 whose title, heading or sentence says so.
SAYS_SO = "said"


def _says_so(night: NightReading) -> bool:
    return night.outcome in SAID or (night.outcome is Outcome.SOFT_404 and night.sub == SAYS_SO)


def _said_dead(night: NightReading, known: Known) -> bool:
    return _says_so(night) and night.unlike_last_good is not False and _uncapped(night, known)


def _inferred_dead(night: NightReading, known: Known) -> bool:
    return not _says_so(night) and night.unlike_last_good is True and _uncapped(night, known)


def _for_eyes(night: NightReading, known: Known) -> bool:
    """Suspected only; inferred with nothing to compare it with; called gone while it looks like the last good one."""
    inferred = night.outcome in INFERRED and not _says_so(night) and night.unlike_last_good is None
    conflict = night.outcome in SAID | INFERRED and night.unlike_last_good is False
    return (inferred or conflict or night.outcome is Outcome.SOFT_404_SUSPECTED) and _uncapped(night, known)


def _outage_or_capped_name(night: NightReading, known: Known) -> bool:
    return night.outcome not in NO_NAME or known.is_capped(night)


def _confirmed_name(night: NightReading, known: Known) -> bool:
    return night.night in known.confirming and _uncapped(night, known)


def _tells(hearing: Hearing) -> bool:
    return hearing.tells


def _never_heard(hearing: Hearing) -> bool:
    return not hearing.heard and hearing.elsewhere is None


def _open_elsewhere(hearing: Hearing) -> bool:
    return hearing.elsewhere is False


# Met rows that beat tonight's refusal, in order.
GRAVE: tuple[Row, ...] = (
    Row("hijacked-parked", Verdict.HIJACKED, frozenset({Outcome.PARKED}), 2, _uncapped),
    Row("gone", Verdict.GONE, frozenset({Outcome.GONE}), 2, _uncapped),
    Row("dead", Verdict.DEAD, SAID | {Outcome.SOFT_404}, 3, _said_dead),
    Row("host-gone", Verdict.HOST_GONE, NO_NAME, 7, _uncapped, _tells),
    Row("host-gone-confirmed", Verdict.HOST_GONE, NO_NAME, 7, _confirmed_name, _never_heard),
    Row("dead-inferred", Verdict.DEAD_INFERRED, INFERRED, 5, _inferred_dead),
    Row("dead-unreachable", Verdict.DEAD_UNREACHABLE, OUTAGE, 14, _uncapped, _tells),
    Row("needs-eyes", Verdict.NEEDS_EYES, SAID | INFERRED | {Outcome.SOFT_404_SUSPECTED}, 2, _for_eyes),
    Row("needs-eyes-name", Verdict.NEEDS_EYES, NO_NAME, 7, _uncapped, _never_heard),
)
# What tonight says at once.
TONIGHT: tuple[Row, ...] = (
    Row("blocked", Verdict.BLOCKED, REFUSAL),
    Row("not-checkable", Verdict.NOT_CHECKABLE, SIGHT),
)
# Met rows that tonight's refusal beats, in order.
MILD: tuple[Row, ...] = (
    Row("certificate", Verdict.CERTIFICATE, CERTIFICATE, 3),
    Row("unreachable-from-here", Verdict.UNREACHABLE_FROM_HERE, NETWORK, 3, open=_never_heard),
    Row("unreachable-only-here", Verdict.UNREACHABLE_FROM_HERE, OUTAGE | NO_NAME, 3, open=_open_elsewhere),
    Row("unreachable", Verdict.UNREACHABLE, OUTAGE | NO_NAME, 3, _outage_or_capped_name, _tells),
)
OURS: tuple[Row, ...] = (
    Row("malformed", Verdict.MALFORMED, frozenset({Outcome.MALFORMED})),
    Row("target-unknown", Verdict.TARGET_UNKNOWN, frozenset({Outcome.TARGET_UNKNOWN})),
    Row("not-crawled", Verdict.NOT_CRAWLED, frozenset({Outcome.NOT_CRAWLED})),
)
# What a good night may say, in order; k counts good nights here, of one state or one target each.
RECOVERED = Row("recovered", Verdict.RECOVERED, GOOD, 2)
HIJACKED, REPLACED, CHANGED = CHANGES = (
    Row("hijacked-replaced", Verdict.HIJACKED, GOOD, 2),
    Row("replaced", Verdict.REPLACED, GOOD, 2),
    Row("changed", Verdict.CHANGED, GOOD, 2),
)
OK_HTTPS = Row("ok-https", Verdict.OK_HTTPS, GOOD, 2)
OK_MOVED = Row("ok-moved", Verdict.OK_MOVED, frozenset({Outcome.OK_MOVED}), 3)
OK = Row("ok", Verdict.OK, GOOD)
FINE: tuple[Row, ...] = (RECOVERED, *CHANGES, OK_HTTPS, OK_MOVED, OK)
# An editor's word, and the two that say there is nothing to go by.
RULED: tuple[Row, ...] = (
    Row("human-ok", Verdict.HUMAN_OK, frozenset()),
    Row("human-dead", Verdict.HUMAN_DEAD, frozenset()),
    Row("ignored", Verdict.IGNORED, frozenset()),
)
SUSPECT = Row("suspect", Verdict.SUSPECT, frozenset().union(*(row.evidence for row in GRAVE + MILD)))
NOT_CHECKED = Row("not-checked", Verdict.NOT_CHECKED, frozenset({Outcome.NOT_CHECKED}))

TABLE: tuple[Row, ...] = (*RULED, *OURS, *FINE, *GRAVE, *TONIGHT, *MILD, SUSPECT, NOT_CHECKED)
COUNTED: tuple[Row, ...] = GRAVE + MILD
DEADS = frozenset({Verdict.GONE, Verdict.DEAD, Verdict.DEAD_INFERRED, Verdict.HOST_GONE, Verdict.DEAD_UNREACHABLE})
# The rows that a failing night may count towards, by its outcome.
ROWS_OF: dict[Outcome, tuple[Row, ...]] = {
    outcome: tuple(row for row in COUNTED + TONIGHT if outcome in row.evidence) for outcome in Outcome
}


def said_nothing(night: NightReading) -> bool:
    """Whether a night tells nothing: not checked, or a negative reading of an invalid run."""
    if night.outcome is Outcome.NOT_CHECKED:
        return True
    told_anyway = night.outcome in GOOD or night.outcome in (Outcome.MALFORMED, Outcome.NOT_CRAWLED)
    return night.invalid and not told_anyway


def row_of(change: Change) -> Row:
    """What a change is called once it is confirmed."""
    if not change.replaced:
        return CHANGED
    return HIJACKED if change.other_domain else REPLACED


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
