"""What is known of one citation's verdict, in lines for an editor: what holds, why, its nights, what editors said.

Rules:
- Everything is redacted; times are told in the configured zone; no line is wider than 80 columns of a terminal.
- A double-width character (CJK) takes two columns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.judge.ruling import ends_at
from crawler.ledger.ledger import Ledger
from crawler.model import Acceptance, NightReading, Ruling, Standing
from crawler.night.ruling import Judged
from crawler.reports.rows import Cell, Tone
from crawler.urls.redact import redact, redact_text

WIDTH = 80
LABEL = 10
STRIP_NIGHTS = 56
MOST_SPELLS = 12
MARKS = {Tone.GOOD: "+", Tone.BAD: "x", Tone.WARN: "!", Tone.GREY: "."}
LEGEND = "+ opened  x gone  ! in trouble  . refused, or not looked at"


def show_verdict(ledger: Ledger, config: Config, judged: Judged) -> str:
    """Everything known of a citation's verdict, a line each."""
    return "\n".join(line for label, words in _parts(ledger, config, judged) for line in _wrap(label, words))


def _parts(ledger: Ledger, config: Config, judged: Judged) -> Iterator[tuple[str, str]]:
    zone = ZoneInfo(config.timezone)
    standings = ledger.standings_of_subject(judged.subject)
    yield judged.citation.id, redact_text(judged.citation.document)
    yield "cited", redact(judged.citation.uri) if judged.citation.uri else judged.citation.printed
    if judged.citation.same_as:
        yield "as", f"{redact(judged.citation.same_as)} (checked together)"
    if standings:
        yield from _told(list(standings.values())[-1], zone)
    last = judged.nights[-1]
    reading = ledger.reading_of(last.night, judged.subject)
    if reading is not None:
        yield "newest", f"{_day(last.seen_at, zone)} {reading.outcome}: {redact_text(reading.evidence.en)}"
    yield from _strip(judged.nights[-STRIP_NIGHTS:], zone)
    yield from _history(standings, zone, {night.night: night.seen_at for night in judged.nights})
    words: list[Ruling | Acceptance] = [*ledger.rulings_of(judged.subject), *ledger.acceptances_of(judged.subject)]
    yield from (_word(one, zone) for one in sorted(words, key=lambda one: one.made_at))


def _told(standing: Standing, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    nights = f", {standing.failing_nights} nights" if standing.failing_nights > 1 else ""
    yield "verdict", f"{standing.verdict} ({standing.group}) since {_day(standing.since, zone)}{nights}"
    yield "why", redact_text(standing.evidence.en)


def _strip(nights: tuple[NightReading, ...], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    cells = (Cell(night.night, night.outcome, not night.invalid) for night in nights)
    yield "nights", f"{''.join(MARKS[cell.tone] for cell in cells)}"
    yield "", f"{_day(nights[0].seen_at, zone)} to {_day(nights[-1].seen_at, zone)}, {len(nights)} nights"
    yield "", LEGEND


def _history(standings: dict[str, Standing], zone: ZoneInfo, times: dict[str, datetime]) -> Iterator[tuple[str, str]]:
    rows = [(standing.verdict, night) for night, standing in standings.items() if night in times]
    spells = [(verdict, [night for _, night in of]) for verdict, of in groupby(rows, key=lambda row: row[0])]
    if len(spells) > MOST_SPELLS:
        yield "history", f"… {len(spells) - MOST_SPELLS} earlier ones"
    for place, (verdict, nights) in enumerate(spells[-MOST_SPELLS:]):
        label = "" if place or len(spells) > MOST_SPELLS else "history"
        count = f"{len(nights)} nights" if len(nights) > 1 else "1 night"
        yield label, f"{_day(times[nights[0]], zone)}  {verdict}, {count}"


def _word(word: Ruling | Acceptance, zone: ZoneInfo) -> tuple[str, str]:
    why = f": {word.reason}" if word.reason else ""
    at = _day(word.made_at, zone)
    if isinstance(word, Acceptance):
        return "accepted", f"{at} by {word.author}{why}"
    if word.verdict is None:
        return "ruled", f"{at} by {word.author}: taken back{why}"
    return "ruled", f"{at} {word.verdict} by {word.author}, {tell_end(word, zone)}{why}"


def tell_end(ruling: Ruling, zone: ZoneInfo) -> str:
    """How long a ruling holds, in words."""
    end = ends_at(ruling)
    until = f"until {end.astimezone(zone):%Y-%m-%d %H:%M}" if end else "for good"
    return f"{until}, or until the outcome is of another kind" if ruling.family else until


def _day(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d}"


# ---------------------------------------------------------------- columns


def _wrap(label: str, words: str) -> Iterator[str]:
    """A label and its words in lines that fit, broken at spaces or, where there are none, anywhere."""
    head = f"{label:<{LABEL}}" if columns(label) < LABEL else f"{label}  "
    for line in _broken(words, WIDTH - columns(head)):
        yield f"{head}{line}".rstrip()
        head = " " * columns(head)


def _broken(words: str, width: int) -> Iterator[str]:
    line = ""
    for one in words:
        if columns(line) + columns(one) > width:
            before, space, rest = line.rpartition(" ")
            cut = before if space and columns(before) > width // 2 else line
            yield cut.rstrip()
            line = rest if cut is before else ""
        line += one
    yield line


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
