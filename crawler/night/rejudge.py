"""All nights judged again from what they saw, by today's rules, and what that changes.

Rules:
- Nothing seen is touched: readings, validity and standings are derived anew, and only rows that differ are written.
- All of it is one transaction: whoever reads meanwhile, or after a crash, sees the old verdicts or the new ones. What
  pages show is read from the archive before it, and is stored under the payload: that changes no verdict by itself.
- Nights are read in order of time, then subjects are judged one by one: memory holds one of each.
- What nights settled beside verdicts (merged look-alikes, chosen readings) was decided once and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from crawler.collecting import seldom_collected
from crawler.config import Config
from crawler.errors import UsageError
from crawler.judge import RULES_VERSION
from crawler.judge.outcome import read_citation
from crawler.judge.run import RunValidity, run_validity
from crawler.judge.verdict import course
from crawler.ledger.judgements import Entry, read_standing, standing_text
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Night, Outcome, Standing, Verdict
from crawler.night.assess import JUDGED, NOT_REACHED, Knowledge, before, subject_of, tracker_answers
from crawler.night.reading import NightRead, Reader
from crawler.night.sights import read_sights, reader_version
from crawler.urls.redact import redact

# Nights make millions of small values and no cycles: looking through them took a quarter of the time.
COLLECTED = (200_000, 50, 50)
# Of the ledger kept at hand meanwhile.
ROOM_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Spell:
    """Nights in a row of a subject whose verdict was one and is another now; `why` is the newest night's."""

    first: str
    last: str
    nights: int
    before: Verdict | None
    after: Verdict
    why: str
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Turned:
    """A subject whose verdicts changed, and the ids of the citations that lead to it."""

    subject: str
    citations: tuple[str, ...]
    spells: tuple[Spell, ...]


@dataclass(slots=True)
class Rejudged:
    """What judging again changed: `readings` counts nights of targets that read otherwise, `standings` those whose
    verdict or its reason is told otherwise; `validity` names nights that count now and did not, or the reverse."""

    nights: int = 0
    readings: int = 0
    standings: int = 0
    validity: list[tuple[str, bool]] = field(default_factory=list)
    turned: list[Turned] = field(default_factory=list)


def rejudge(ledger: Ledger, archive: Path, config: Config, since: str | None = None) -> Rejudged:
    """Judge the nights from one on (its id, or a date) again. Raises UsageError for a `since` that names no night."""
    ended = [night for night in ledger.nights() if night.ended_at is not None]
    nights = ended[_place(ended, since, config) :] if since else ended
    found = Rejudged(len(nights))
    if nights:
        ledger.make_room(ROOM_BYTES)
        for night_id in ledger.nights_without_sights(nights[0].id, reader_version()):
            read_sights(ledger, archive, night_id, config)
        with seldom_collected(*COLLECTED), ledger.whole():
            _read_again(ledger, nights, config, found)
            _judge_again(ledger, nights, config, found)
            ledger.note_rules((night.id for night in nights), RULES_VERSION)
    return found


def _place(nights: Sequence[Night], since: str, config: Config) -> int:
    """The place of the first night that is meant."""
    for place, night in enumerate(nights):
        if night.id == since:
            return place
    try:
        at = datetime.fromisoformat(since)
    except ValueError:
        raise UsageError(f"--since {since!r} is no night's id and no date; write a date like 2026-01-02") from None
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(config.timezone))
    earlier = sum(night.started_at < at for night in nights)
    if earlier == len(nights):
        newest = f"; the newest is {nights[-1].id}" if nights else ""
        raise UsageError(f"there is no night since {since}{newest}")
    return earlier


# ---------------------------------------------------------------- nights


def _read_again(ledger: Ledger, nights: Sequence[Night], config: Config, found: Rejudged) -> None:
    """Derive readings and validity of the nights anew."""
    reader, cited = Reader(ledger, config), _Cited(ledger)
    answered, invalid_running = before(ledger, nights[0])
    few_hosts = ledger.nights_with_few_hosts()
    for night in nights:
        citations = cited.of(night.id)
        read = reader.read(night, citations)
        for subject in cited.subjects - read.subjects:
            _add_uncrawled(ledger, night, cited.citation_of(subject), read)
        ledger.enter(night, read.differing, RULES_VERSION)
        found.readings += len(read.differing)
        validity = run_validity(read.turnout, answered, invalid_running)
        if (validity.valid, validity.few_hosts) != (night.valid, night.id in few_hosts):
            _set_validity(ledger, night, validity, found)
        if night.status in JUDGED:
            answered = frozenset(read.turnout.answered) if validity.valid else answered
            invalid_running = 0 if validity.valid else invalid_running + 1


def _set_validity(ledger: Ledger, night: Night, validity: RunValidity, found: Rejudged) -> None:
    ledger.validate_night(night.id, validity.valid, validity.reason, validity.few_hosts)
    if validity.valid != night.valid:
        found.validity.append((night.id, validity.valid))


class _Cited:
    """The citations of a night after another; they are read only when they are others than the night before."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._numbers: tuple[int, ...] | None = None
        self._citations: list[Citation] = []
        self._by_subject: dict[str, Citation] = {}
        self.subjects: frozenset[str] = frozenset()

    def of(self, night_id: str) -> list[Citation]:
        """A night's citations; the same list where nothing is cited otherwise."""
        numbers = self._ledger.cited_by_number(night_id)
        if numbers != self._numbers:
            self._numbers, self._citations = numbers, self._ledger.citations_of(night_id)
            self._by_subject = {subject_of(citation): citation for citation in reversed(self._citations)}
            self.subjects = frozenset(self._by_subject)
        return self._citations

    def citation_of(self, subject: str) -> Citation:
        """The first citation of a subject."""
        return self._by_subject[subject]


def _add_uncrawled(ledger: Ledger, night: Night, citation: Citation, read: NightRead) -> None:
    """Add what a night without an observation of a citation's subject reads as.

    What was known of a tracking link then, and whether a dead link was due, is told by that night's own entry alone.
    """
    subject = subject_of(citation)
    kept = ledger.entered(night.id, subject)
    reading = read_citation(citation)
    if kept is None:
        reading = read_citation(citation, _answer(ledger, citation)) or NOT_REACHED
    elif reading is None or reading.outcome is Outcome.TARGET_UNKNOWN:
        return
    read.add(Entry(subject, reading), kept)


def _answer(ledger: Ledger, citation: Citation) -> str | None:
    return tracker_answers(ledger).get(citation.wrapper.sha256) if citation.wrapper else None


# ---------------------------------------------------------------- subjects


def _judge_again(ledger: Ledger, nights: Sequence[Night], config: Config, found: Rejudged) -> None:
    """Derive the standings of all subjects anew, from the first of the nights on."""
    knowledge, zone = Knowledge(ledger), ZoneInfo(config.timezone)
    first, last = nights[0].id, nights[-1].id
    citing = _citing(ledger, last)
    for subject in ledger.subjects():
        history = ledger.history_of(subject, last)
        standings = course(history, knowledge.of(subject), zone)
        now = {night.night: one for night, one in zip(history, standings, strict=True) if night.night >= first}
        kept = ledger.standings_over(subject, first)
        differing = dict(_differing(now, kept))
        if differing:
            ledger.set_standings(((night, subject, one) for night, one in differing.items()), RULES_VERSION)
            found.standings += len(differing)
            spells = tuple(_spells(list(now), kept, differing))
            if spells:
                found.turned.append(Turned(subject, tuple(citing.get(subject, ())), spells))


def _differing(now: dict[str, Standing], kept: dict[str, str]) -> Iterator[tuple[str, Standing]]:
    """The nights whose standing is told otherwise than it is kept; most have the very one of the night before."""
    last: Standing | None = None
    text = ""
    for night, standing in now.items():
        if standing is not last:
            last, text = standing, standing_text(standing)
        if kept.get(night) != text:
            yield night, standing


def _citing(ledger: Ledger, night_id: str) -> dict[str, list[str]]:
    """By subject, the ids of the citations that lead to it in a night."""
    found: dict[str, list[str]] = {}
    for citation in ledger.citations_of(night_id):
        found.setdefault(subject_of(citation), []).append(citation.id)
    return found


def _spells(nights: Sequence[str], kept: dict[str, str], differing: dict[str, Standing]) -> Iterator[Spell]:
    """The nights whose verdict is another one, in rows of one kind."""
    rows = [(night, _verdict(kept.get(night)), differing[night]) for night in nights if night in differing]
    others = [row for row in rows if row[1] is not row[2].verdict]
    for (was, now), of in groupby(others, key=lambda row: (row[1], row[2].verdict)):
        spell = list(of)
        last = spell[-1]
        yield Spell(spell[0][0], last[0], len(spell), was, now, last[2].evidence.en, last[0] == nights[-1])


def _verdict(text: str | None) -> Verdict | None:
    return read_standing(text).verdict if text else None


# ---------------------------------------------------------------- telling


MOST_SPELLS = 4


def tell_changes(found: Rejudged) -> Iterator[str]:
    """What judging again changed, in lines; the last one counts."""
    for night, valid in found.validity:
        yield f"night {night} {'counts now' if valid else 'does not count any more: our own network failed'}"
    for turned in found.turned:
        yield f"{', '.join(turned.citations) or 'not cited any more'}  {redact(turned.subject)}"
        left_out = len(turned.spells) - MOST_SPELLS
        if left_out > 0:
            yield f"    … {left_out} earlier {'changes' if left_out > 1 else 'change'}"
        yield from (f"    {_tell(spell)}" for spell in turned.spells[-MOST_SPELLS:])
    yield _count(found)


def _tell(spell: Spell) -> str:
    turn = f"{spell.before or 'not judged'} → {spell.after}"
    if spell.is_newest:
        return f"{turn}  since {_day(spell.first)}: {spell.why}"
    if spell.nights == 1:
        return f"{turn}  on {_day(spell.first)} only"
    return f"{turn}  from {_day(spell.first)} to {_day(spell.last)}, {spell.nights} nights"


def _day(night: str) -> str:
    return f"{night[:4]}-{night[4:6]}-{night[6:8]}"


def _count(found: Rejudged) -> str:
    judged = f"{found.nights} nights judged again by rules {RULES_VERSION}"
    if not (found.readings or found.standings or found.validity):
        return f"{judged}: nothing changed"
    citations = sum(len(turned.citations) or 1 for turned in found.turned)
    others = "1 citation with another verdict" if citations == 1 else f"{citations} citations with other verdicts"
    return f"{judged}: {others}; {found.standings} standings and {found.readings} readings are told otherwise"
