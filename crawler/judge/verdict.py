"""What the nights so far say of a target: the verdict table applied night by night.

Rules:
- Order, first match: an editor's override; ours; a good night's rows; met grave rows; tonight's refusal or blind
  spot; met mild rows; suspect.
- Counts begin anew after a good night. Refusals, blind spots, unchecked and invalid nights neither count nor reset.
- On an unchecked or invalid night the standing stays as it was; with none yet it is `not-checked`.
- The same nights in any order give the same standing: they are sorted by the time they were seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from crawler.judge.outcome import FAMILY
from crawler.judge.rows import (
    COUNTED,
    DEADS,
    FINE,
    GOOD,
    GRAVE,
    GROUP,
    MILD,
    NOT_CHECKED,
    OURS,
    SILENT,
    SUSPECT,
    TONIGHT,
    Change,
    Known,
    Row,
)
from crawler.judge.sentences import Figures, explain
from crawler.model import Family, Group, NightReading, Outcome, Standing, Verdict

HUMAN_ANSWER_LASTS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Override:
    """An editor's word on a target: `verdict` is human-ok, human-dead or ignored.

    It holds until `expires_at` (without one: 90 days where robots are refused, else for good), and only while the
    outcome stays in `family`, the one the editor saw (None: whatever comes).
    """

    verdict: Verdict
    author: str
    made_at: datetime
    reason: str = ""
    expires_at: datetime | None = None
    family: Family | None = None

    def holds(self, night: NightReading) -> bool:
        """Whether the word still stands on this night."""
        end = self.expires_at
        if end is None and self.family is Family.REFUSAL:
            end = self.made_at + HUMAN_ANSWER_LASTS
        in_time = end is None or night.seen_at < end
        return in_time and (self.family is None or _stays(night) or FAMILY[night.outcome] is self.family)


@dataclass(slots=True)
class Tally:
    """Nights counted towards one row: how many, and when the first and the last were seen."""

    key: str = ""
    nights: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    def add(self, seen_at: datetime) -> None:
        """Count a night."""
        self.first_at = self.first_at or seen_at
        self.last_at, self.nights = seen_at, self.nights + 1

    def meets(self, row: Row) -> bool:
        """Whether the row's k and span are reached."""
        if self.first_at is None or self.last_at is None:
            return False
        return self.nights >= row.k and self.last_at - self.first_at >= row.span


@dataclass(slots=True)
class _Course:
    """The state carried from night to night."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    owes_recovery: bool = False
    answered: bool = False
    standing: Standing | None = None

    def tally(self, row: Row) -> Tally:
        return self.tallies.setdefault(row.rule, Tally())

    def count(self, row: Row, key: str | None, seen_at: datetime) -> None:
        """Count a night whose state is `key`: another key begins anew, None empties."""
        if key is None or self.tally(row).key != key:
            self.tallies[row.rule] = Tally(key or "")
        if key is not None:
            self.tally(row).add(seen_at)

    def forget(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.tallies.pop(row.rule, None)


def judge(
    nights: Sequence[NightReading],
    *,
    override: Override | None = None,
    host_answered: bool,
    host_answered_since: datetime | None = None,
    second_resolver_confirms: bool = False,
    second_vantage_agrees: bool = False,
    unlike_last_good: bool | None = None,
    said_not_found: frozenset[str] = frozenset(),
    capped_nights: frozenset[str] = frozenset(),
    changes: Mapping[str, Change] | None = None,
    zone: tzinfo = UTC,
) -> Standing:
    """The standing of a target after the last of its nights (at least one; any order).

    `host_answered`: the host has given a byte from here; `host_answered_since` dates the first one, so that nights
    before it are judged as they were. `capped_nights` are night ids on which too few hosts were tried (run.few_hosts).
    `zone` is where the dates in the evidence are told. The rest: see rows.Known. Raises ValueError without nights.
    """
    known = Known(
        host_answered,
        second_resolver_confirms,
        second_vantage_agrees,
        unlike_last_good,
        said_not_found,
        capped_nights,
        changes or {},
    )
    standings = list(course(nights, known, host_answered_since, zone))
    if not standings:
        raise ValueError("a target is judged after its first night; give at least one")
    last = max(nights, key=_in_time)
    return overridden(standings[-1], override, last, zone) if override else standings[-1]


def course(
    nights: Sequence[NightReading], known: Known, host_answered_since: datetime | None = None, zone: tzinfo = UTC
) -> Iterator[Standing]:
    """The standing after each night, in order of time; overrides are left out."""
    state = _Course()
    for night in sorted(nights, key=_in_time):
        told = known.host_answered and (host_answered_since is None or host_answered_since <= night.seen_at)
        state.answered |= night.outcome not in SILENT
        state.standing = _step(state, night, replace(known, host_answered=told or state.answered), zone)
        yield state.standing


def overridden(standing: Standing, override: Override, night: NightReading, zone: tzinfo = UTC) -> Standing:
    """The standing under an editor's word, while that holds."""
    if not override.holds(night):
        return standing
    figures = Figures(since=override.made_at, author=override.author, reason=override.reason, zone=zone)
    verdict = override.verdict
    evidence = explain(str(verdict), figures)
    return Standing(verdict, GROUP[verdict], override.made_at, standing.failing_nights, evidence)


def _in_time(night: NightReading) -> tuple[datetime, str, str]:
    return night.seen_at, night.night, night.outcome


def _stays(night: NightReading) -> bool:
    """Whether a night says nothing: not checked, or a negative reading of an invalid run."""
    told_anyway = night.outcome in GOOD or night.outcome in (Outcome.MALFORMED, Outcome.NOT_CRAWLED)
    return night.outcome is Outcome.NOT_CHECKED or (night.invalid and not told_anyway)


def _step(state: _Course, night: NightReading, known: Known, zone: tzinfo) -> Standing:
    if _stays(night):
        return _stay(state, night, zone)
    _count(state, night, known)
    row = _match(state, night, known)
    standing = _stand(state, row, night, known, zone)
    if row.verdict in DEADS:
        state.owes_recovery = True
    if row.verdict is Verdict.RECOVERED:
        state.owes_recovery = False
    return standing


def _stay(state: _Course, night: NightReading, zone: tzinfo) -> Standing:
    if state.standing is not None:
        return replace(state.standing, group=group_of(state.standing.verdict, state.standing.since, night.seen_at))
    rule = "not-checked-invalid" if night.invalid else NOT_CHECKED.rule
    evidence = explain(rule, Figures(since=night.seen_at, zone=zone))
    return Standing(Verdict.NOT_CHECKED, Group.NOT_CHECKED, night.seen_at, 0, evidence)


def _count(state: _Course, night: NightReading, known: Known) -> None:
    """Enter a night into the tallies it belongs to."""
    if night.outcome in GOOD:
        state.forget((*COUNTED, *TONIGHT))
        for row in FINE:
            state.count(row, _fine_key(row, night, known), night.seen_at)
        return
    for row in COUNTED:
        if night.outcome in row.evidence and row.counts(night, known):
            state.tally(row).add(night.seen_at)
            state.forget(FINE[:1])  # a failure in between: recovery begins anew
    for row in TONIGHT:
        if night.outcome in row.evidence:
            state.tally(row).add(night.seen_at)


def _fine_key(row: Row, night: NightReading, known: Known) -> str | None:
    """What must stay the same for a good night to count towards a row; None: it does not count."""
    change = known.changes.get(night.night)
    match row.verdict:
        case Verdict.HIJACKED:
            return change.state if change and change.replaced and change.other_domain else None
        case Verdict.REPLACED:
            return change.state if change and change.replaced else None
        case Verdict.CHANGED:
            return change.state if change and not change.replaced else None
        case Verdict.OK_MOVED | Verdict.OK_HTTPS:
            return (night.final_uri or "") if night.outcome in row.evidence else None
    return ""


def _match(state: _Course, night: NightReading, known: Known) -> Row:
    return (
        _of_tonight(OURS, night)
        or _of_good_night(state, night)
        or _met(GRAVE, state, known)
        or _of_tonight(TONIGHT, night)
        or _met(MILD, state, known)
        or SUSPECT
    )


def _of_tonight(rows: Sequence[Row], night: NightReading) -> Row | None:
    return next((row for row in rows if night.outcome in row.evidence), None)


def _of_good_night(state: _Course, night: NightReading) -> Row | None:
    if night.outcome not in GOOD:
        return None
    rows = FINE if state.owes_recovery else FINE[1:]
    return next(row for row in rows if state.tally(row).meets(row))


def _met(rows: Sequence[Row], state: _Course, known: Known) -> Row | None:
    return next((row for row in rows if row.open(known) and state.tally(row).meets(row)), None)


def _nearest(state: _Course, night: NightReading, known: Known) -> Row:
    """The row that a suspect's night brings nearest: of those it counts for, the one with the least k."""
    rows = [row for row in COUNTED if night.outcome in row.evidence and row.counts(night, known) and row.open(known)]
    return min(rows, key=lambda row: row.k, default=SUSPECT)


def _stand(state: _Course, row: Row, night: NightReading, known: Known, zone: tzinfo) -> Standing:
    counted = _nearest(state, night, known) if row is SUSPECT else row
    tally = state.tally(counted) if counted in COUNTED or counted in TONIGHT else Tally()
    before = state.standing
    same = before is not None and before.verdict is row.verdict
    since = before.since if before is not None and same else night.seen_at
    figures = Figures(
        since=since,
        first=tally.first_at or since,
        nights=tally.nights,
        k=counted.k,
        target=night.final_uri or "",
        note=night.outcome,
        was_dead=state.owes_recovery and row.verdict is Verdict.OK,
        zone=zone,
    )
    failing = tally.nights if counted in COUNTED else 0
    group = group_of(row.verdict, since, night.seen_at)
    return Standing(row.verdict, group, since, failing, explain(row.rule, figures))


def group_of(verdict: Verdict, since: datetime, seen_at: datetime) -> Group:
    """The group of a verdict; an unknown target asks for an editor on its first night only."""
    if verdict is Verdict.TARGET_UNKNOWN and since == seen_at:
        return Group.NEEDS_YOU
    return GROUP[verdict]
