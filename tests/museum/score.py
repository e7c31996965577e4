"""What was told, held against the truth: false deaths, violations, precision and recall per verdict, delays.

Rules:
- A link-night is one target on one night that was run; of two runs in one evening the later one stands, and both
  are held against the truth.
- A verdict is due where nothing else may stand; it is right where it may stand.
- On a night without network what could be told the night before still holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from crawler.judge.rows import DEADS
from crawler.model import Outcome, Verdict
from tests.museum.nights import Told
from tests.museum.truth import MAY_BE_DEAD, Museum, Target, Truth

NIGHTLY = 30  # nights on which a dead link is looked at again every night


@dataclass(frozen=True, slots=True)
class Violation:
    """A stretch of nights on which something was told (or seen) that may not be."""

    target: str
    first: int
    last: int
    told: str
    admissible: tuple[str, ...]
    said: str
    is_false_death: bool = False

    def __str__(self) -> str:
        nights = str(self.first) if self.first == self.last else f"{self.first}–{self.last}"
        return f"{self.target}, night {nights}: {self.told} instead of {' or '.join(self.admissible)}. {self.said}"


@dataclass(frozen=True, slots=True)
class Delay:
    """When a stretch of truth was to be told at the latest, and when it was (None: never), in nights after it began."""

    target: str
    truth: Truth
    verdicts: frozenset[Verdict]
    began: int
    due: int
    told: int | None

    @property
    def is_late(self) -> bool:
        """Whether it was told too late, or not at all."""
        return self.told is None or self.told > self.due


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one verdict: link-nights on which it was due, was told, was told rightly, and was due and told."""

    due: int = 0
    told: int = 0
    right: int = 0
    met: int = 0

    @property
    def precision(self) -> float:
        """Of those told, the share that was right."""
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        """Of those due, the share that was told."""
        return self.met / self.due if self.due else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """A museum's whole score."""

    link_nights: int
    figures: dict[Verdict, Figures]
    delays: tuple[Delay, ...]
    violations: tuple[Violation, ...]
    misread: tuple[Violation, ...]

    @property
    def false_deaths(self) -> tuple[Violation, ...]:
        """What was called dead and is not."""
        return tuple(found for found in self.violations if found.is_false_death)

    @property
    def false_death_nights(self) -> int:
        """On how many link-nights."""
        return sum(found.last - found.first + 1 for found in self.false_deaths)

    @property
    def late(self) -> tuple[Delay, ...]:
        """What was told too late, or never."""
        return tuple(delay for delay in self.delays if delay.is_late)

    @property
    def cited(self) -> tuple[Delay, ...]:
        """Changes of what a citation relies on."""
        return tuple(delay for delay in self.delays if delay.truth is Truth.CITED)


def admissible(target: Target, night: int, down: frozenset[int]) -> frozenset[Verdict]:
    """Which verdicts may stand on a night."""
    while night in down:
        night -= 1
    return target.told[night]


def score(museum: Museum, told: Sequence[Told]) -> Score:
    """The score of what was told over one museum's nights, in order."""
    last: dict[tuple[str, int], Told] = {(one.target, one.night): one for one in told}
    found = [(target, _of(target, told)) for target in museum.targets]
    return Score(
        link_nights=len(last),
        figures=_figures(museum, list(last.values())),
        delays=tuple(delay for target, runs in found for delay in _delays(target, runs, museum.down)),
        violations=tuple(one for target, runs in found for one in _violations(target, runs, museum.down)),
        misread=tuple(one for target, runs in found for one in _misread(target, runs, museum.down)),
    )


def merge(scores: Sequence[Score]) -> Score:
    """The score of several museums together."""
    verdicts = {verdict for one in scores for verdict in one.figures}
    return Score(
        link_nights=sum(one.link_nights for one in scores),
        figures={verdict: _sum([one.figures.get(verdict, Figures()) for one in scores]) for verdict in verdicts},
        delays=tuple(delay for one in scores for delay in one.delays),
        violations=tuple(found for one in scores for found in one.violations),
        misread=tuple(found for one in scores for found in one.misread),
    )


def _sum(rows: Sequence[Figures]) -> Figures:
    return Figures(*(sum(getattr(row, name) for row in rows) for name in ("due", "told", "right", "met")))


def _of(target: Target, told: Sequence[Told]) -> list[Told]:
    return [one for one in told if one.target == target.id]


def _figures(museum: Museum, told: Sequence[Told]) -> dict[Verdict, Figures]:
    targets = {target.id: target for target in museum.targets}
    due: Counter[Verdict] = Counter()
    right: Counter[Verdict] = Counter()
    met: Counter[Verdict] = Counter()
    for one in told:
        may = admissible(targets[one.target], one.night, museum.down)
        if len(may) == 1:
            due.update(may)
            met.update(may & {one.verdict})
        right.update(may & {one.verdict})
    said = Counter(one.verdict for one in told)
    return {verdict: Figures(due[verdict], said[verdict], right[verdict], met[verdict]) for verdict in {*due, *said}}


def _violations(target: Target, runs: Sequence[Told], down: frozenset[int]) -> Iterator[Violation]:
    """Stretches on which one wrong verdict stood."""

    def wrong(one: Told) -> tuple[Verdict, tuple[Verdict, ...]] | None:
        may = admissible(target, one.night, down)
        return None if one.verdict in may else (one.verdict, tuple(sorted(may)))

    for key, nights in groupby(runs, wrong):
        if key is not None:
            stretch = list(nights)
            first, last = stretch[0], stretch[-1]
            false = first.verdict in DEADS and any(target.truth[one.night] not in MAY_BE_DEAD for one in stretch)
            yield Violation(target.id, first.night, last.night, key[0], key[1], first.said, false)


def _misread(target: Target, runs: Sequence[Told], down: frozenset[int]) -> Iterator[Violation]:
    """Stretches on which one wrong outcome was found by a look."""

    def wrong(one: Told) -> tuple[Outcome, tuple[Outcome, ...]] | None:
        may = target.outcomes[one.night]
        unseen = one.night in down or target.truth[one.night] is Truth.RETURNED or _is_rest(target, one)
        return None if unseen or one.outcome in may else (one.outcome, tuple(sorted(may)))

    for key, nights in groupby(runs, wrong):
        if key is not None:
            stretch = list(nights)
            yield Violation(target.id, stretch[0].night, stretch[-1].night, key[0], key[1], stretch[0].said)


def _is_rest(target: Target, one: Told) -> bool:
    """Whether a link was left alone, as those may be that were known to be dead for a month."""
    month = target.told[max(0, one.night - NIGHTLY) : one.night + 1]
    return one.outcome is Outcome.NOT_CHECKED and len(month) > NIGHTLY and all(may <= DEADS for may in month)


def _delays(target: Target, runs: Sequence[Told], down: frozenset[int]) -> Iterator[Delay]:
    """One row for each stretch of truth: what stands at its end, when it had to stand, when it stood."""
    told = {one.night: one.verdict for one in runs}
    nights = [night for night in range(len(target.truth)) if night in told]
    for truth, stretch in groupby(nights, lambda night: target.truth[night]):
        places = list(stretch)
        final = admissible(target, places[-1], down)
        due = next(night for night in places if admissible(target, night, down) <= final)
        met = next((night for night in places if told[night] in final), None)
        began = places[0]
        yield Delay(target.id, truth, final, began, due - began, None if met is None else met - began)
