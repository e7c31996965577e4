"""The dead man's message: when no night has counted for too long, somebody must hear of it, for no report says so.

Rules:
- A night counts that came to its end and was valid. One that was cut off does not, nor one that is still running.
- It is told once a day, as long as it lasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from crawler.model import Evidence, Night
from crawler.notify.letter import Letter, clean
from crawler.notify.payload import SCHEMA
from crawler.reports.words import LANGUAGES, say, tell_date, tell_time

# Exit statuses of nights that counted: quiet, and with news (night/order.py).
COUNTED = (0, 1)


@dataclass(frozen=True, slots=True)
class Overdue:
    """How long no night has counted: `since` the last one that did began, or the very first where none ever did.

    `newest` is the newest night of all, `why` the reason for which it was invalid.
    """

    since: datetime
    now: datetime
    newest: Night
    ever: bool
    why: Evidence | None = None

    @property
    def hours(self) -> int:
        """Whole hours."""
        return int((self.now - self.since).total_seconds() // 3600)


def counted(night: Night) -> bool:
    """Whether a night came to its end and was valid."""
    return night.valid and night.status in COUNTED


def find_overdue(nights: Sequence[Night], now: datetime, overdue_hours: float) -> Overdue | None:
    """What is overdue, given all nights, oldest first; None where a night counted lately, or there is none at all."""
    if not nights:
        return None
    last = next((night for night in reversed(nights) if counted(night)), None)
    since = (last or nights[0]).started_at
    late = now - since >= timedelta(hours=overdue_hours)
    return Overdue(since, now, nights[-1], ever=last is not None) if late else None


def write_overdue(overdue: Overdue, language: str, zone: tzinfo) -> Letter:
    """The message as a letter in a language."""
    return Letter(
        language=language,
        subject=_subject(overdue, language, zone),
        opening=(
            say(
                "notify.overdue" if overdue.ever else "notify.overdue_never",
                language,
                since=tell_time(overdue.since, language, zone),
                hours=overdue.hours,
            ),
            _tell_newest(overdue, language),
            say("notify.overdue_advice", language),
        ),
    )


def _subject(overdue: Overdue, language: str, zone: tzinfo) -> str:
    return say("notify.overdue_subject", language, since=tell_date(overdue.since, language, zone))


def _tell_newest(overdue: Overdue, language: str) -> str:
    night, why = overdue.newest, overdue.why
    if counted(night):
        return say("notify.overdue_silent", language)
    if night.ended_at is None:
        return say("notify.overdue_open", language, night=night.id)
    if why is None:
        return say("notify.overdue_cut", language, night=night.id)
    return say("notify.overdue_invalid", language, night=night.id, why=clean(why.zh if language == "zh" else why.en))


def overdue_payload(overdue: Overdue, zone: tzinfo) -> dict[str, Any]:
    """The object that a program is told (see payload.py)."""
    return {
        "schema": SCHEMA,
        "kind": "overdue",
        "night": overdue.newest.id,
        "since": f"{overdue.since:%Y-%m-%dT%H:%M:%SZ}",
        "hours": overdue.hours,
        "sentence": {language: _subject(overdue, language, zone) for language in LANGUAGES},
        "report": None,
    }
