"""The digest of a night: what is new in it, told once, as a letter in either language; nothing new, no digest.

Rules:
- Every number is counted from the rows it heads; at most MOST_TOLD of them are told one by one, and how many are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from crawler.model import Standing
from crawler.notify.letter import Entry, Letter, Section, clean
from crawler.notify.transitions import Kind, Transition, find_transitions
from crawler.reports.health import HealthReport, Said
from crawler.reports.rows import Row
from crawler.reports.words import say, tell_date

MOST_TOLD = 40
MOST_FACTS = 3


@dataclass(frozen=True, slots=True)
class Digest:
    """What a night has to tell: transitions, the most urgent first, and lines about whole sites that are new."""

    report: HealthReport
    transitions: tuple[Transition, ...]
    weather: tuple[Said, ...]

    def of(self, kind: Kind) -> tuple[Transition, ...]:
        """The transitions of a kind."""
        return tuple(one for one in self.transitions if one.kind is kind)

    @property
    def told(self) -> tuple[Transition, ...]:
        """Those that are told one by one."""
        return self.transitions[:MOST_TOLD]

    @property
    def report_url(self) -> str:
        """Where a running server shows the night's report, '' where none does."""
        served = self.report.copies_url.rstrip("/")
        return f"{served}/reports/{self.report.night_id}/" if served else ""

    def link_of(self, transition: Transition) -> str:
        """Where a running server shows the link's own page, '' where none does."""
        served = self.report.copies_url.rstrip("/")
        return f"{served}/links/{transition.row.citation.id}" if served else ""


def find_digest(report: HealthReport, earlier: Mapping[str, Standing], weather: Sequence[Said]) -> Digest | None:
    """The digest of a night, or None where nothing is new.

    `earlier`: by citation id, the standing that editors were told last; `weather`: the report's lines about whole
    sites that were not there before.
    """
    transitions = find_transitions(report, earlier)
    lines = tuple(weather) if report.valid else ()
    return Digest(report, transitions, lines) if transitions or lines else None


def tell_news(digest: Digest, language: str) -> str:
    """What is new, in one line: `2 newly need you, 1 recovered`."""
    numbers = {kind.value: len(digest.of(kind)) for kind in Kind} | {"weather": len(digest.weather)}
    return ("，" if language == "zh" else ", ").join(_tell_number(key, n, language) for key, n in numbers.items() if n)


def _tell_number(key: str, n: int, language: str) -> str:
    return say(f"notify.{key}_{'one' if n == 1 else 'many'}", language, n=n)


def write_digest(digest: Digest, language: str) -> Letter:
    """The digest as a letter in a language."""
    report = digest.report
    zone = report.zone
    date = tell_date(report.now, language, zone) if language == "zh" else f"{report.now.astimezone(zone):%Y-%m-%d}"
    return Letter(
        language=language,
        subject=f"{tell_news(digest, language)} · {date}",
        opening=(
            clean(report.lead.told(language)),
            *((say("notify.simulated", language),) if report.simulated else ()),
        ),
        sections=tuple(_sections(digest, language)),
        closing=(
            *(() if digest.report_url else (say("notify.report_folder", language, night=report.night_id),)),
            say("notify.footer", language),
        ),
        report_label=say("notify.report", language),
        report=digest.report_url,
    )


def _sections(digest: Digest, language: str) -> Iterator[Section]:
    for kind in Kind:
        if found := digest.of(kind):
            entries = tuple(_entry(digest, one, language) for one in digest.told if one.kind is kind)
            heading = say(f"notify.heading_{kind}", language, n=len(found))
            yield Section(heading, entries, left_out=len(found) - len(entries))
    if digest.weather:
        lines = tuple(clean(line.told(language)) for line in digest.weather[:MOST_TOLD])
        heading = say("notify.heading_weather", language, n=len(digest.weather))
        yield Section(heading, lines=lines, left_out=len(digest.weather) - len(lines))


def _entry(digest: Digest, one: Transition, language: str) -> Entry:
    row = one.row
    verdict = say(f"verdict.{row.standing.verdict}", language)
    before = say(f"verdict.{one.before}", language) if one.before else ""
    place = say("notify.place", language, document=clean(row.citation.document), n=row.citation.ordinal)
    item = row.citation.item or row.citation.section
    head = say("notify.was", language, verdict=verdict, before=before) if before else verdict
    return Entry(
        head=head[:1].upper() + head[1:],
        place=f"{place} · {clean(item)}" if item else place,
        address=clean(row.printed),
        why=_why(row, digest.report.zone, language),
        link=digest.link_of(one),
    )


def _why(row: Row, zone: tzinfo, language: str) -> str:
    """Why the verdict; of what changed, what it is and the first facts that are other ones now."""
    why = clean(row.standing.evidence.zh if language == "zh" else row.standing.evidence.en)
    if row.changed is None:
        return why
    nothing = say("fact.none", language)
    facts = [f"{what} {a or nothing} → {b or nothing}" for what, a, b in row.changed.facts(language)[:MOST_FACTS]]
    told = ("；" if language == "zh" else "; ").join([row.changed.told(language), *facts])
    date = tell_date(row.changed.baseline_at, language, zone)
    return f"{why}{'' if language == 'zh' else ' '}{clean(say('notify.compared', language, date=date, what=told))}"
