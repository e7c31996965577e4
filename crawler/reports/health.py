"""The report of a night as one value: rows in document order, and every count and sentence computed from them.

Rules:
- Each number is counted from the rows it heads; nothing is counted twice or passed in.
- What was not checked is said before what was found.
- An invalid night judges nothing and says that the fault was ours; it has no weather either.
- Nor has a night on which too few hosts were tried and none answered: nobody can tell whose fault that was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from crawler.model import (
    Evidence,
    Group,
    Outcome,
    Retired,
    Unreadable,
    Verdict,
    night_at,
)
from crawler.reports.rows import OURS, Row
from crawler.reports.trend import Month
from crawler.reports.words import CATALOG, say

# More documents than this that are gone are counted, not named.
MOST_NAMED = 5


# How a need is named in the opening sentence: the most urgent first.
URGENCY = (
    Verdict.HIJACKED,
    Verdict.DEAD,
    Verdict.GONE,
    Verdict.HOST_GONE,
    Verdict.DEAD_UNREACHABLE,
    Verdict.DEAD_INFERRED,
    Verdict.REPLACED,
    Verdict.NEEDS_EYES,
    Verdict.OK_MOVED,
    Verdict.MALFORMED,
    Verdict.TARGET_UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One line in both languages."""

    en: str
    zh: str

    def told(self, language: str) -> str:
        """The line in a language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class HealthReport:
    """What a night found, ready to be rendered. Without slots: what is counted from the rows is counted once."""

    night_id: str
    now: datetime
    simulated: bool
    valid: bool
    invalid_reason: Evidence | None
    unreadable: tuple[Unreadable, ...]
    rules_version: str
    timezone: str
    rows: tuple[Row, ...]
    lead: Said
    unchecked: tuple[Said, ...]
    weather: tuple[Said, ...]
    few_hosts: bool = False
    retired: tuple[Retired, ...] = ()
    archive_problems: tuple[Said, ...] = ()
    trend: tuple[Month, ...] = ()
    copies_url: str = ""

    @property
    def telling(self) -> bool:
        """Whether what failed on this night says anything about the sites."""
        return self.valid and not self.few_hosts

    @property
    def zone(self) -> tzinfo:
        """The zone that dates are told in."""
        return ZoneInfo(self.timezone)

    @property
    def counts(self) -> dict[Group, int]:
        """Rows per group, every group named, in the order an editor reads them."""
        return {group: len(self.of(group)) for group in Group}

    @cached_property
    def changed(self) -> tuple[Row, ...]:
        """The rows whose verdict is another than after the night before, those that need an editor first."""
        order = {group: place for place, group in enumerate(Group)}
        found = [row for row in self.rows if row.changed_since_last_night]
        return tuple(sorted(found, key=lambda row: order[row.standing.group]))

    @cached_property
    def documents(self) -> dict[str, tuple[Row, ...]]:
        """Rows by document, in document order."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.citation.document, []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    def of(self, group: Group) -> tuple[Row, ...]:
        """The rows of a group, in document order; changed ones with the most telling change first."""
        return self._by_group[group]

    @cached_property
    def _by_group(self) -> dict[Group, tuple[Row, ...]]:
        found: dict[Group, list[Row]] = {group: [] for group in Group}
        for row in self.rows:
            found[row.standing.group].append(row)
        found[Group.CHANGED].sort(key=_importance, reverse=True)
        return {group: tuple(rows) for group, rows in found.items()}


def _importance(row: Row) -> int:
    return row.changed.difference.importance if row.changed else 0


def build_report(
    *,
    night_id: str,
    now: datetime,
    simulated: bool,
    valid: bool,
    invalid_reason: Evidence | None,
    unreadable: Sequence[Unreadable],
    rules_version: str,
    timezone: str,
    rows: Iterable[Row],
    few_hosts: bool = False,
    retired: Sequence[Retired] = (),
    weather: Sequence[Evidence] = (),
    site_wide: Sequence[tuple[str, int]] = (),
    archive_problems: Sequence[Evidence] = (),
    trend: Sequence[Month] = (),
    copies_url: str = "",
) -> HealthReport:
    """The report of a night. Rows may come in any order; they are put into that of the documents.

    `few_hosts`: the night is valid, but fewer than 3 hosts were tried and none answered. `weather` are lines about
    hosts that refuse or fail everything; `site_wide` are hosts of which several cited pages changed alike since this
    night, and how many. `archive_problems` are copies that do not hold; `trend` is what each month's last night said;
    `copies_url` is where a running server hands copies out, '' where none does.
    """
    ordered = tuple(sorted(rows, key=lambda row: (row.citation.document, row.citation.ordinal)))
    silent = valid and few_hosts and any(row.outcome not in OURS for row in ordered)
    return HealthReport(
        night_id,
        now,
        simulated,
        valid,
        invalid_reason,
        tuple(unreadable),
        rules_version,
        timezone,
        ordered,
        lead=_both(lambda language: tell_lead(ordered, valid, language, few_hosts=silent)),
        unchecked=(
            *find_unchecked(ordered, unreadable, valid, few_hosts=silent),
            *tell_retired(retired, ZoneInfo(timezone)),
        ),
        weather=(*_spoken(weather), *tell_site_wide(site_wide)) if valid and not silent else (),
        few_hosts=silent,
        retired=tuple(retired),
        archive_problems=_spoken(archive_problems),
        trend=tuple(trend),
        copies_url=copies_url,
    )


def _both(tell: Callable[[str], str]) -> Said:
    return Said(en=tell("en"), zh=tell("zh"))


def _said(key: str, **figures: object) -> Said:
    return _both(lambda language: say(key, language, **figures))


# ---------------------------------------------------------------- the opening sentence


def tell_lead(rows: Sequence[Row], valid: bool, language: str, *, few_hosts: bool = False) -> str:
    """The report in one sentence."""
    stop, pause = ("。", "；") if language == "zh" else (".", "; ")
    if not rows:
        return say("lead.empty", language) + stop
    archived = sum(bool(row.copies) for row in rows)
    parts = (
        *_tell_found(rows, valid, few_hosts, language),
        _tell_checked(rows, valid, few_hosts, language),
        say("lead.archived", language, n=archived),
    )
    return pause.join(parts) + stop


def _tell_found(rows: Sequence[Row], valid: bool, few_hosts: bool, language: str) -> tuple[str, ...]:
    if not valid:
        return (say("lead.invalid", language),)
    needing = [row for row in rows if row.standing.group is Group.NEEDS_YOU]
    if few_hosts:
        return (say("lead.few_hosts", language), *([_tell_needs(needing, language)] if needing else []))
    return (_tell_needs(needing, language),)


def _tell_checked(rows: Sequence[Row], valid: bool, few_hosts: bool, language: str) -> str:
    asked = sum(row.outcome not in OURS for row in rows) if valid else 0
    return say("lead.tried" if few_hosts else "lead.checked", language, n=asked, all=len(rows))


def _tell_needs(rows: Sequence[Row], language: str) -> str:
    if not rows:
        return say("lead.need_none", language)
    by_verdict = {
        verdict: [row for row in rows if row.standing.verdict is verdict]
        for verdict in dict.fromkeys((*URGENCY, *Verdict))
    }
    parts = [_tell_part(verdict, found, language) for verdict, found in by_verdict.items() if found]
    joined = ("、" if language == "zh" else ", ").join(parts)
    return say("lead.need_one" if len(rows) == 1 else "lead.need_many", language, n=len(rows), parts=joined)


def _tell_part(verdict: Verdict, rows: Sequence[Row], language: str) -> str:
    nights = [row.standing.failing_nights for row in rows]
    section = "lead_verdict" if verdict in CATALOG["lead_verdict"] else "verdict"
    word = say(f"{section}.{verdict}", language)
    if min(nights) < 2:
        return say("lead.part", language, n=len(rows), verdict=word)
    told = str(min(nights)) if min(nights) == max(nights) else f"{min(nights)}–{max(nights)}"
    return say("lead.part_nights", language, n=len(rows), verdict=word, nights=told)


# ---------------------------------------------------------------- what was not checked


def find_unchecked(
    rows: Sequence[Row], unreadable: Sequence[Unreadable], valid: bool, *, few_hosts: bool = False
) -> tuple[Said, ...]:
    """A line for everything that was not checked, and why."""
    lines = [_tell_unreadable(item) for item in unreadable]
    if not valid:
        return (*lines, *([_said("unchecked.invalid", n=len(rows))] if rows else []))
    if few_hosts:
        lines.append(_said("unchecked.few_hosts", n=sum(row.outcome not in OURS for row in rows)))
    whys = Counter(row.evidence for row in rows if _has_reason(row))
    for why, n in whys.items():
        lines.append(_of_both("unchecked.not-checked", why.en, why.zh, n=n))
    outcomes = Counter(row.outcome for row in rows if not _has_reason(row))
    for outcome in (Outcome.TARGET_UNKNOWN, Outcome.MALFORMED, Outcome.NOT_CRAWLED):
        if n := outcomes[outcome]:
            lines.append(_said(f"unchecked.{outcome}{'_one' if n == 1 else ''}", n=n))
    return tuple(lines)


def _has_reason(row: Row) -> bool:
    """Whether a row was left out for a reason of our own that its evidence states: it is told in those words."""
    return row.outcome is Outcome.NOT_CHECKED or row.evidence.rule == "tracker-excluded"


def _tell_unreadable(item: Unreadable) -> Said:
    key = "unchecked.partly" if item.partly else "unchecked.unreadable"
    return _of_both(key, item.why, item.why_zh or item.why, document=item.document)


def tell_retired(retired: Sequence[Retired], zone: tzinfo) -> tuple[Said, ...]:
    """One line for the documents that are no longer among the seeds, those gone last first; none where all are."""
    newest = sorted(retired, key=lambda one: one.last_night, reverse=True)
    if not newest:
        return ()
    key = "unchecked.retired" if len(newest) > 1 else "unchecked.retired_one"
    return (_both(lambda language: say(key, language, documents=_tell_documents(newest, zone, language))),)


def _tell_documents(retired: Sequence[Retired], zone: tzinfo, language: str) -> str:
    named = [
        say("unchecked.retired_at", language, document=one.path, date=f"{night_at(one.last_night).astimezone(zone):%F}")
        for one in retired[:MOST_NAMED]
    ]
    more = len(retired) - len(named)
    names = ("、" if language == "zh" else ", ").join(named)
    return names + (say("unchecked.retired_more", language, n=more) if more else "")


def _of_both(key: str, en: str, zh: str, **figures: object) -> Said:
    """A line whose reason is itself told in both languages."""
    return Said(en=say(key, "en", why=en, **figures), zh=say(key, "zh", why=zh, **figures))


# ---------------------------------------------------------------- whole sites


def _spoken(evidence: Sequence[Evidence]) -> tuple[Said, ...]:
    return tuple(Said(one.en, one.zh) for one in evidence)


def tell_site_wide(changes: Sequence[tuple[str, int]]) -> tuple[Said, ...]:
    """One line for every host of which several cited pages changed alike."""
    return tuple(_said("weather.site_wide", host=host, n=n) for host, n in changes)
