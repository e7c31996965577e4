"""What the nights so far say of a target: the verdict table applied night by night.

Rules:
- Order, first match: an editor's word; ours; a good night's rows; met grave rows; tonight's refusal or blind spot;
  met mild rows; suspect.
- Counts begin anew after a good night. Refusals, blind spots, unchecked and invalid nights neither count nor reset.
- On an unchecked or invalid night the standing stays as it was; with none yet it is `not-checked`.
- The same nights in any order give the same standing: they are sorted by the time they were seen.
- A standing depends on its own night and earlier ones alone, so that judging anew finds what the night found. An
  editor's word reaches back to the night it was said after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from crawler.judge.rows import (
    COUNTED,
    DEADS,
    FINE,
    GOOD,
    GRAVE,
    GROUP,
    MILD,
    NOT_CHECKED,
    OK,
    OK_HTTPS,
    OK_MOVED,
    OURS,
    RECOVERED,
    ROWS_OF,
    SILENT,
    SUSPECT,
    TONIGHT,
    Hearing,
    Known,
    Row,
    row_of,
    said_nothing,
)
from crawler.judge.ruling import Desk, after_nights
from crawler.judge.sentences import Figures, explain
from crawler.judge.tally import Failures, Goods, Recovery, States, Tally
from crawler.model import Group, NightReading, Outcome, Standing, Verdict

_OURS_OF: dict[Outcome, Row] = {outcome: row for row in OURS for outcome in row.evidence}
_TONIGHT_OF: dict[Outcome, Row] = {outcome: row for row in TONIGHT for outcome in row.evidence}
_COUNTED = frozenset(COUNTED)


@dataclass(slots=True)
class _Course:
    """The state carried from night to night."""

    known: Known
    zone: tzinfo
    hearing: Hearing = field(default_factory=Hearing)
    failures: Failures = field(default_factory=Failures)
    goods: Goods = field(default_factory=Goods)
    states: States = field(default_factory=States)
    recovery: Recovery = field(default_factory=Recovery)
    standing: Standing | None = None
    said: tuple[object, ...] = ()


def judge(nights: Sequence[NightReading], known: Known = Known(), zone: tzinfo = UTC) -> Standing:  # noqa: B008 -- frozen
    """The standing of a target after the last of its nights (at least one; any order).

    `zone` is where the dates in the evidence are told. Raises ValueError without nights.
    """
    standings = list(course(nights, known, zone))
    if not standings:
        raise ValueError("a target is judged after its first night; give at least one")
    return standings[-1]


def course(nights: Sequence[NightReading], known: Known = Known(), zone: tzinfo = UTC) -> Iterator[Standing]:  # noqa: B008 -- frozen
    """The standing after each night, in order of time."""
    in_time = sorted(nights, key=_in_time)
    ends = [night.seen_at for night in in_time[1:]]
    accepted = after_nights(known.accepted_at, ends)
    desk = Desk(known.rulings, ends, zone) if known.rulings else None
    state = _Course(known, zone)
    for place, night in enumerate(in_time):
        if place in accepted:
            state.states.clear()
        state.standing = _step(state, night._replace(change=None, compared=True) if place in accepted else night)
        yield desk.ruled(place, night, state.standing) if desk else state.standing


def _in_time(night: NightReading) -> tuple[datetime, str, str]:
    return night.seen_at, night.night, night.outcome


def _step(state: _Course, night: NightReading) -> Standing:
    _hear(state, night)
    if said_nothing(night):
        return _stay(state, night)
    return _stand(state, _good(state, night) if night.outcome in GOOD else _failing(state, night), night)


def _hear(state: _Course, night: NightReading) -> None:
    hearing, since = state.hearing, state.known.heard_since
    if not hearing.heard:
        hearing.heard = night.outcome not in SILENT or (since is not None and since <= night.seen_at)
    if night.elsewhere is not None and not said_nothing(night):
        hearing.elsewhere = night.elsewhere


def _stay(state: _Course, night: NightReading) -> Standing:
    if state.standing is not None:
        group = group_of(state.standing.verdict, state.standing.since, night.seen_at)
        return state.standing if group is state.standing.group else replace(state.standing, group=group)
    rule = "not-checked-invalid" if night.invalid else NOT_CHECKED.rule
    evidence = explain(rule, Figures(since=night.seen_at, zone=state.zone))
    return Standing(Verdict.NOT_CHECKED, Group.NOT_CHECKED, night.seen_at, 0, evidence)


def _good(state: _Course, night: NightReading) -> Row:
    """Enter a good night; what it says."""
    state.failures = Failures() if state.failures.tallies else state.failures
    state.hearing.elsewhere = None
    state.goods.add(night)
    state.states.add(night)
    state.recovery.add(night.seen_at)
    if state.recovery.tally.met:
        return RECOVERED
    if state.states.told is not None:
        return row_of(state.states.told)
    if state.goods.secure.met:
        return OK_HTTPS
    return OK_MOVED if state.goods.moved.met else OK


def _failing(state: _Course, night: NightReading) -> Row:
    """Enter a night that is not good; what it says."""
    ours = _OURS_OF.get(night.outcome)
    if ours is not None:
        return ours
    state.failures.add(night, state.known)
    if any(row in _COUNTED for row in ROWS_OF[night.outcome]):
        state.recovery.restart()
    return _met(GRAVE, state) or _TONIGHT_OF.get(night.outcome) or _met(MILD, state) or SUSPECT


def _met(rows: Sequence[Row], state: _Course) -> Row | None:
    return next((row for row in rows if state.failures.has_met(row) and row.open(state.hearing)), None)


def _nearest(state: _Course, night: NightReading) -> Row:
    """The row that a suspect's night brings nearest: of those it counts for, the one with the least k."""
    rows = [row for row in ROWS_OF[night.outcome] if row.counts(night, state.known) and row.open(state.hearing)]
    return min(rows, key=lambda row: row.k, default=SUSPECT)


def _stand(state: _Course, row: Row, night: NightReading) -> Standing:
    if row.verdict in DEADS:
        state.recovery.owed = True
    standing = _said(state, row, night) if row in _STATIC else _counted(state, row, night)
    if row is RECOVERED:
        state.recovery = Recovery()
    return standing


_STATIC = frozenset((*FINE, *OURS))


def _said(state: _Course, row: Row, night: NightReading) -> Standing:
    """The standing of a row that counts nothing aloud; the one before, where it says the same."""
    says = (row, night.outcome, night.final_uri, state.recovery.owed)
    before = state.standing
    group = group_of(row.verdict, _since(state, row, night), night.seen_at)
    if before is not None and says == state.said and before.group is group:
        return before
    state.said = says
    was_dead = state.recovery.owed and row is OK
    target = night.final_uri or ""
    since = _since(state, row, night)
    figures = Figures(since=since, target=target, note=night.outcome, was_dead=was_dead, zone=state.zone)
    return Standing(row.verdict, group, since, 0, explain(row.rule, figures))


def _counted(state: _Course, row: Row, night: NightReading) -> Standing:
    """The standing of a row whose nights are told."""
    state.said = ()
    counted = _nearest(state, night) if row is SUSPECT else row
    tally = state.failures.tallies.get(counted) or Tally(counted)
    since = _since(state, row, night)
    figures = Figures(
        since=since,
        first=tally.first_at or since,
        nights=tally.nights,
        k=counted.k,
        note=night.outcome,
        zone=state.zone,
    )
    failing = tally.nights if counted in _COUNTED else 0
    return Standing(row.verdict, GROUP[row.verdict], since, failing, explain(row.rule, figures))


def _since(state: _Course, row: Row, night: NightReading) -> datetime:
    before = state.standing
    return before.since if before is not None and before.verdict is row.verdict else night.seen_at


def group_of(verdict: Verdict, since: datetime, seen_at: datetime) -> Group:
    """The group of a verdict; an unknown target asks for an editor on its first night only."""
    if verdict is Verdict.TARGET_UNKNOWN and since == seen_at:
        return Group.NEEDS_YOU
    return GROUP[verdict]
