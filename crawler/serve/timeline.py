"""A link's nights as people overlook years of them: strips by month, and the same in words, run by run.

Rules:
- A cell is one day of the reader's calendar; of several nights on a day the last one is shown.
- Nights running that read the same are one run; a run is never longer than a strip of one month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import groupby

from crawler.model import NightReading, Outcome, Verdict
from crawler.reports.rows import Cell, Tone

CELL, WIDTH, HEIGHT = 9, 7, 16


@dataclass(frozen=True, slots=True)
class Day:
    """What one day's night read, and whether it counted."""

    day: date
    outcome: Outcome
    counted: bool

    @property
    def tone(self) -> Tone:
        """How the day is shown."""
        return Cell("", self.outcome, self.counted).tone


@dataclass(frozen=True, slots=True)
class Run:
    """Days on which nights running read the same, oldest first."""

    days: tuple[Day, ...]

    @property
    def outcome(self) -> Outcome:
        """What they all read."""
        return self.days[0].outcome

    @property
    def counted(self) -> bool:
        """Whether these nights counted."""
        return self.days[0].counted

    @property
    def tone(self) -> Tone:
        """How they are shown."""
        return self.days[0].tone

    @property
    def left(self) -> int:
        """Where the run begins in its month's strip, and how wide it is there."""
        return (self.days[0].day.day - 1) * CELL

    @property
    def width(self) -> int:
        """How wide the run is in its month's strip."""
        return (self.days[-1].day.day - self.days[0].day.day + 1) * CELL

    @property
    def path(self) -> str:
        """The run's marks as an SVG path."""
        return "".join(_MARKS[self.tone].format(x=(day.day.day - 1) * CELL + 1) for day in self.days)


# A full bar, half a bar, a cross, a dash: told apart by shape, coloured besides.
_MARKS = {
    Tone.GOOD: f"M{{x}} 3h{WIDTH}v12h-{WIDTH}z",
    Tone.WARN: f"M{{x}} 9h{WIDTH}v6h-{WIDTH}z",
    Tone.BAD: f"M{{x}} 5l{WIDTH} 9m0-9l-{WIDTH} 9",
    Tone.GREY: f"M{{x}} 13h{WIDTH}",
}


@dataclass(frozen=True, slots=True)
class MonthStrip:
    """A month's runs; `month` is its first day."""

    month: date
    runs: tuple[Run, ...]

    @property
    def nights(self) -> int:
        """How many days have a night."""
        return sum(len(run.days) for run in self.runs)


@dataclass(frozen=True, slots=True)
class Spell:
    """Nights running on which the same was said: the ids of the first and the last, and how many."""

    said: Outcome | Verdict
    first: str
    last: str
    nights: int
    counted: bool = True

    @property
    def tone(self) -> Tone:
        """How it is shown, where outcomes were said."""
        return Cell("", Outcome(self.said), self.counted).tone


def strips(nights: Sequence[NightReading], zone: tzinfo) -> dict[int, list[MonthStrip]]:
    """By year, the newest first, its months that have nights, in order."""
    months = [MonthStrip(month, tuple(_runs(days))) for month, days in groupby(_days(nights, zone), _month)]
    years = sorted({strip.month.year for strip in months}, reverse=True)
    return {year: [strip for strip in months if strip.month.year == year] for year in years}


def _days(nights: Sequence[NightReading], zone: tzinfo) -> list[Day]:
    """One day after the other, the last night of each."""
    found: dict[date, Day] = {}
    for night in nights:
        day = night.seen_at.astimezone(zone).date()
        found[day] = Day(day, night.outcome, not night.invalid)
    return [found[day] for day in sorted(found)]


def _month(day: Day) -> date:
    return day.day.replace(day=1)


def _runs(days: Iterator[Day]) -> Iterator[Run]:
    for _, run in groupby(days, key=lambda day: (day.outcome, day.counted)):
        yield Run(tuple(run))


def spells_of_outcomes(nights: Sequence[NightReading]) -> list[Spell]:
    """What night after night read, the newest first."""
    runs = [list(run) for _, run in groupby(nights, key=lambda night: (night.outcome, night.invalid))]
    return [Spell(run[0].outcome, run[0].night, run[-1].night, len(run), not run[0].invalid) for run in reversed(runs)]


def spells_of_verdicts(verdicts: Sequence[tuple[str, Verdict]]) -> list[Spell]:
    """What was concluded night after night, the newest first."""
    runs = [list(run) for _, run in groupby(verdicts, key=lambda one: one[1])]
    return [Spell(run[0][1], run[0][0], run[-1][0], len(run)) for run in reversed(runs)]
