"""Which capture answers for a citation, and why it is this one.

Rules:
- Handed out is what a night judged good and got whole; where there is none, the part that came of a page that broke
  off. Never a wall, a login page, an error; nor what nobody judged, where somebody judged another.
- What took the place of the cited text after the day of issue is not what was cited, unless an editor accepted it.
- Of these the nearest to the issue date (a day's noon, a month's middle), the earlier of two; without a date the first.
  Who asks for an address, not for a citation, gets the newest, or the nearest to the instant asked for.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from crawler.archive.memento import has_body
from crawler.judge.rows import GOOD
from crawler.model import Capture, Copy, Evidence, Issued, Outcome
from crawler.reports.words import say, tell_date

# What a page that broke off is read as: part of the real thing, where there is nothing better.
CUT_SHORT = frozenset({Outcome.TRUNCATED, Outcome.TIMEOUT, Outcome.RESET})
# A first copy from longer after the issue than this is told to be late.
LATE_DAYS = 31


class Fitness(StrEnum):
    """What a capture is as a copy; only the first two may be handed out."""

    GOOD = "good"
    PART = "part"
    OTHER_TEXT = "other-text"
    NOT_GOOD = "not-good"
    NOT_JUDGED = "not-judged"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A capture that may answer: what a night judged of it (None: no judged chain ended on it), whether all of the body
    came, and since when what it shows stands in the place of the cited text (None: it does not, or that was accepted).
    """

    capture: Capture
    outcome: Outcome | None = None
    whole: bool = True
    replaced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked for: the copy of a citation (`cited`; `issued` is its document's date) or of an address, nearest to
    `at` if that is given. `judged`: nights read it, so that only what they judged counts. Days are those of `zone`."""

    cited: bool = True
    issued: Issued | None = None
    at: datetime | None = None
    judged: bool = True
    zone: tzinfo = UTC

    @property
    def near(self) -> datetime | None:
        """The instant to be near to."""
        if self.at is not None or not self.cited or self.issued is None:
            return self.at
        first, last = issue_days(self.issued)
        return datetime.combine(first, time(12), self.zone) + (last - first) / 2


def best_copy(candidates: Iterable[Candidate], sought: Sought) -> Copy | None:
    """The best of these, and why; None where nothing may be handed out."""
    found = list(candidates)
    fit = {candidate.capture.record_id: fitness(candidate, sought) for candidate in found}
    kinds = [kind for kind in (Fitness.GOOD, Fitness.PART) if kind in fit.values()]
    if not kinds:
        return None
    ranked = sorted((c for c in found if fit[c.capture.record_id] is kinds[0]), key=lambda c: rank(c.capture, sought))
    chosen = ranked[0].capture
    days = days_after(chosen, sought.issued, sought.zone) if sought.cited and sought.issued else None
    return Copy(chosen, _why(ranked, found, kinds[0], sought), days)


def fitness(candidate: Candidate, sought: Sought) -> Fitness:
    """What a capture is as a copy of what is sought."""
    if candidate.outcome is None:
        return Fitness.GOOD if has_body(candidate.capture) and not sought.judged else Fitness.NOT_JUDGED
    if candidate.outcome not in GOOD | CUT_SHORT:
        return Fitness.NOT_GOOD
    if not has_body(candidate.capture):
        return Fitness.EMPTY
    if candidate.outcome in CUT_SHORT:
        return Fitness.PART
    if is_other_text(candidate, sought):
        return Fitness.OTHER_TEXT
    return Fitness.GOOD if candidate.whole else Fitness.PART


def is_other_text(candidate: Candidate, sought: Sought) -> bool:
    """Whether a capture shows what took the place of the cited text since the issue."""
    if not sought.cited or candidate.replaced_at is None:
        return False
    if sought.issued is None:
        return True
    return candidate.replaced_at.astimezone(sought.zone).date() > issue_days(sought.issued)[1]


def rank(capture: Capture, sought: Sought) -> tuple[float, float]:
    """What puts one capture before another, the smaller first."""
    seen = capture.seen_at.timestamp()
    near = sought.near
    if near is not None:
        return abs(seen - near.timestamp()), seen
    return (seen, seen) if sought.cited else (-seen, seen)


def issue_days(issued: Issued) -> tuple[date, date]:
    """The first and the last day of an issue date: the same, or those of a month."""
    year, month, *day = (int(part) for part in issued.date.split("-"))
    if day:
        return date(year, month, day[0]), date(year, month, day[0])
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def days_after(capture: Capture, issued: Issued, zone: tzinfo) -> int:
    """How many days after the issue a capture was made; negative: before; 0: on its day, or in its month."""
    first, last = issue_days(issued)
    seen = capture.seen_at.astimezone(zone).date()
    return (seen - last).days if seen > last else min(0, (seen - first).days)


# ---------------------------------------------------------------- why, in words


def _why(ranked: Sequence[Candidate], found: Sequence[Candidate], kind: Fitness, sought: Sought) -> Evidence:
    why = _preference(ranked, found, sought)
    if kind is Fitness.GOOD:
        return why
    part = _said("only-part")
    return Evidence("only-part", f"{part.en} {why.en}", part.zh + why.zh)


def _preference(ranked: Sequence[Candidate], found: Sequence[Candidate], sought: Sought) -> Evidence:
    """The rule that put the first of these before the others."""
    chosen = ranked[0].capture
    if sought.at is not None:
        return _said("nearest-date", when=tell_away(chosen, sought.at))
    if not sought.cited:
        return _said("newest")
    if sought.issued is None:
        return _said("first-of-undated")
    when = tell_distance(days_after(chosen, sought.issued, sought.zone), sought.issued)
    if later := _replaced_nearer(found, chosen, sought):
        return _said("before-replacement", when=when, date=_dates(later, sought.zone))
    first = chosen is min((c.capture for c in ranked), key=lambda c: c.seen_at)
    days = days_after(chosen, sought.issued, sought.zone)
    if first and days > LATE_DAYS:
        return _said("first-capture-late", span=tell_span(days))
    return _said("nearest-issue", when=when)


def _replaced_nearer(found: Sequence[Candidate], chosen: Capture, sought: Sought) -> datetime | None:
    """Since when another text stands there, where a capture of that would have been nearer."""
    nearer = (
        candidate.replaced_at
        for candidate in found
        if is_other_text(candidate, sought) and rank(candidate.capture, sought) < rank(chosen, sought)
    )
    return min((at for at in nearer if at), default=None)


Words = tuple[str, str]


def tell_distance(days: int, issued: Issued) -> Words:
    """How long before or after the issue, in both languages (en, zh)."""
    if days == 0:
        return _words("issue_day" if len(issued.date) > len("2026-01") else "issue_month")
    return _words("after_issue" if days > 0 else "before_issue", span=tell_span(abs(days)))


def tell_span(days: int) -> Words:
    """So many days as people say it: days, from seven weeks on months, from two years on years."""
    if days < 50:
        return _counted("day", days)
    if days < 2 * 365:
        return _counted("month", round(days / 30.44))
    return _counted("year", round(days / 365.25))


def _counted(unit: str, n: int) -> Words:
    return _words(unit if n == 1 else f"{unit}s", n=n)


def tell_away(capture: Capture, at: datetime) -> Words:
    """How far a capture is from an instant."""
    away = capture.seen_at - at
    if abs(away) < timedelta(days=1):
        return _words("within_day")
    return _words("later" if away > timedelta(0) else "earlier", span=tell_span(abs(away).days))


def _dates(at: datetime, zone: tzinfo) -> Words:
    return tell_date(at, "en", zone), tell_date(at, "zh", zone)


def _words(name: str, **figures: object) -> Words:
    """Words of the catalog; figures that are words themselves are filled in language by language."""
    en, zh = ({key: value[n] if isinstance(value, tuple) else value for key, value in figures.items()} for n in (0, 1))
    return say(f"copy_why.{name}", "en", **en), say(f"copy_why.{name}", "zh", **zh)


def _said(rule: str, **figures: object) -> Evidence:
    return Evidence(rule, *_words(rule, **figures))
