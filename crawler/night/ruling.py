"""What an editor says of a verdict: ruled, taken back, a new state accepted; each counts at once.

Rules:
- Nothing is overwritten: each word of an editor is a row of its own, and the newest counts.
- A word is kept with its author and reason, names of recipients blacked out, and with the family of outcomes that the
  editor saw: another one reopens the matter (see judge/ruling.py).
- It is dated by the archive's own time: where the newest night was simulated, by that night's end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.clock import Clock
from crawler.config import Config
from crawler.errors import UsageError
from crawler.judge import RULES_VERSION
from crawler.judge.outcome import FAMILY
from crawler.judge.rows import GOOD, said_nothing
from crawler.judge.verdict import judge
from crawler.ledger.ledger import Ledger
from crawler.model import Acceptance, Citation, Family, Kind, Night, NightReading, Ruling, Standing, Verdict
from crawler.night.assess import Knowledge, subject_of
from crawler.night.targets import find_citation, words_of
from crawler.urls.address import read_address
from crawler.urls.redact import redact_text

RULED = (Verdict.HUMAN_OK, Verdict.HUMAN_DEAD, Verdict.IGNORED)
_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Word:
    """Who says something, why, and by which clock."""

    author: str
    why: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Judged:
    """A citation as the newest night that judged it has it: its subject, and that subject's nights, oldest first."""

    citation: Citation
    subject: str
    night: Night
    nights: tuple[NightReading, ...]

    @property
    def family(self) -> Family | None:
        """The family of the newest outcome that said anything."""
        return next((FAMILY[night.outcome] for night in reversed(self.nights) if not said_nothing(night)), None)


def find_judged(ledger: Ledger, asked: str) -> Judged:
    """What was judged of a citation id, or of the url that one cites. Raises UsageError naming what to do."""
    citation = find_citation(ledger, asked) if _ID.fullmatch(asked) else _citation_of(ledger, asked)
    subject = subject_of(citation)
    ended = [night for night in ledger.nights() if night.ended_at is not None]
    nights = ledger.history_of(subject, ended[-1].id) if ended else []
    if not nights:
        raise UsageError(f"{citation.id} was judged on no night yet; run `evercite night` first")
    return Judged(citation, subject, ended[-1], tuple(nights))


def _citation_of(ledger: Ledger, asked: str) -> Citation:
    address = read_address(asked)
    found = ledger.citation_of_uri(address.uri) if address.uri else None
    if found is None:
        raise UsageError(
            f"no night has read a citation of {redact_text(asked)}; `evercite cite` lists the ids of the seeds,"
            " and --archive names another archive"
        )
    return found


def rule(
    ledger: Ledger, judged: Judged, verdict: Verdict, word: Word, config: Config, until: datetime | None
) -> Ruling:
    """Record an editor's verdict; the newest night's follows. Raises UsageError saying what is wrong with it."""
    if judged.citation.kind is Kind.MAIL:
        raise UsageError(f"{judged.citation.id} is an e-mail address: kept and never opened, so not judged")
    made_at = _moment(judged.night, word.clock)
    if until is not None and until <= made_at:
        raise UsageError(f"--until {until:%F %H:%M} is over already; give a date that is still to come")
    ruling = Ruling(
        judged.subject,
        judged.citation.id,
        verdict,
        words_of(word.author, "--by"),
        made_at,
        words_of(word.why, "--why"),
        until,
        judged.family,
    )
    _record(ledger, judged, ruling, config)
    return ruling


def take_back(ledger: Ledger, judged: Judged, word: Word, config: Config) -> None:
    """Record that an editor's verdict is taken back. Raises UsageError when there is none."""
    newest = ledger.rulings_of(judged.subject)[-1:]
    if not newest or newest[0].verdict is None:
        raise UsageError(f"{judged.citation.id} has no ruling to take back; `evercite verdict show` tells what it has")
    author, why = words_of(word.author, "--by"), words_of(word.why, "--why") if word.why else ""
    made_at = _moment(judged.night, word.clock)
    _record(ledger, judged, Ruling(judged.subject, judged.citation.id, None, author, made_at, why), config)


def accept(ledger: Ledger, judged: Judged, word: Word, config: Config) -> Acceptance:
    """Record that what was shown last good is the new baseline. Raises UsageError where nothing good is held."""
    good = ledger.captures_read_as(GOOD, judged.night.id, judged.subject).get(judged.subject)
    if not good:
        raise UsageError(f"{judged.citation.id}: no good copy is held yet, so there is nothing to accept")
    why = words_of(word.why, "--why") if word.why else ""
    made_at = _moment(judged.night, word.clock)
    acceptance = Acceptance(
        judged.subject, judged.citation.id, good[-1].record_id, words_of(word.author, "--by"), made_at, why
    )
    with ledger.whole():
        ledger.accept(acceptance)
        judge_again(ledger, judged, config)
    return acceptance


def _record(ledger: Ledger, judged: Judged, ruling: Ruling, config: Config) -> None:
    with ledger.whole():
        ledger.rule(ruling)
        judge_again(ledger, judged, config)


def judge_again(ledger: Ledger, judged: Judged, config: Config) -> Standing:
    """The standing of a subject's newest night, stored anew."""
    standing = judge(judged.nights, Knowledge(ledger).of(judged.subject), ZoneInfo(config.timezone))
    ledger.set_standings([(judged.nights[-1].night, judged.subject, standing)], RULES_VERSION)
    return standing


def _moment(night: Night, clock: Clock) -> datetime:
    """When an editor speaks, by the archive's own time, and never before the newest night."""
    simulated = night.simulated and not clock.simulated
    now = night.ended_at if simulated and night.ended_at else clock.now()
    return max(now, night.started_at)
