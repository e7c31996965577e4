"""After a night: what is new is queued for every channel, sent, and what could not be sent is kept for the next night.

Rules:
- Queued before the night is closed: a night that is cut off in between is taken up, and tells it then.
- Sent after the report stands. A channel that fails changes no status; its message is tried for one more night.
- At least once: a process that is killed between sending and recording leaves a message that is sent again, under
  the same Message-ID and Idempotency-Key.
- SIGTERM ends the sending at once, and nothing else: the night is over and keeps its status.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.errors import LedgerError
from crawler.judge.weather import Weather, find_weather
from crawler.ledger.ledger import Ledger
from crawler.ledger.messages import Fate, Queued
from crawler.model import Standing
from crawler.night.assess import subject_of
from crawler.notify.channels import channels_of
from crawler.notify.digest import Digest, find_digest, write_digest
from crawler.notify.mail import is_open_to_others
from crawler.notify.message import Message, write_message
from crawler.notify.overdue import Overdue, counted, find_overdue, overdue_payload, write_overdue
from crawler.notify.payload import digest_payload
from crawler.notify.sending import Parcel, send_all
from crawler.reports.health import HealthReport, Said

# Nights (or commands) that try to send a message before it is given up.
MOST_ROUNDS = 2


class Speaker(Protocol):
    """Who is told how the sending goes; a night's Voice is one."""

    def say(self, text: str) -> None:
        """Say what went well."""

    def warn(self, text: str) -> None:
        """Say what did not."""


# ---------------------------------------------------------------- what is to be told


def digest_of(ledger: Ledger, report: HealthReport) -> Digest | None:
    """What is new of a night since the last one that counted; None where nothing is."""
    last = _last_counted(ledger, report.night_id)
    return find_digest(report, _told_last(ledger, report, last), _new_weather(ledger, report, last))


def _last_counted(ledger: Ledger, night_id: str) -> str | None:
    return max((night.id for night in ledger.nights() if night.id < night_id and counted(night)), default=None)


def _told_last(ledger: Ledger, report: HealthReport, last: str | None) -> Mapping[str, Standing]:
    """By citation id, the standing after the last night that counted: what a night that was cut off concluded in
    between is still news."""
    if last is None:
        return {}
    following = min(night.id for night in ledger.nights() if night.id > last)
    standings = ledger.standings_before(following)
    citations = ledger.citations_of(report.night_id)
    return {one.id: standings[subject_of(one)] for one in citations if subject_of(one) in standings}


def _new_weather(ledger: Ledger, report: HealthReport, last: str | None) -> list[Said]:
    """The report's lines about whole sites, but for those of hosts that had such weather before."""
    if last is None or not report.weather:
        return list(report.weather)
    before = {one.host for one in _weather_of(ledger, last)}
    old = {one.evidence.en for one in _weather_of(ledger, report.night_id) if one.host in before}
    return [line for line in report.weather if line.en not in old]


def _weather_of(ledger: Ledger, night_id: str) -> Sequence[Weather]:
    readings = ledger.readings_of(night_id)
    subjects = [subject_of(citation) for citation in ledger.citations_of(night_id) if citation.uri]
    return find_weather((subject, readings[subject].outcome) for subject in subjects if subject in readings)


def overdue_of(ledger: Ledger, config: Config, now: datetime) -> Overdue | None:
    """What is overdue, and why the newest night did not count; None where a night counted lately."""
    found = find_overdue(ledger.nights(), now, config.overdue_hours)
    return replace(found, why=ledger.invalid_reason(found.newest.id)) if found else None


def digest_message(digest: Digest, config: Config) -> Message:
    """The digest in the configured language, in every form."""
    letter = write_digest(digest, config.notify_language or config.language)
    return write_message(digest.report.night_id, "digest", letter, digest_payload(digest))


def overdue_message(overdue: Overdue, config: Config) -> Message:
    """The dead man's message of a day."""
    zone = ZoneInfo(config.timezone)
    letter = write_overdue(overdue, config.notify_language or config.language, zone)
    return write_message(_day(overdue.now, config), "overdue", letter, overdue_payload(overdue, zone))


def _day(now: datetime, config: Config) -> str:
    return f"{now.astimezone(ZoneInfo(config.timezone)):%Y-%m-%d}"


# ---------------------------------------------------------------- a night's messages


def queue_night(ledger: Ledger, report: HealthReport, config: Config, now: datetime) -> None:
    """Queue what a night has to tell; to be called once its report is written, before it is closed."""
    if not channels_of(config):
        return
    if report.valid:
        digest = digest_of(ledger, report)
        message = digest_message(digest, config) if digest else None
    else:
        overdue = overdue_of(ledger, config, now)
        message = overdue_message(overdue, config) if overdue else None
    if message is not None:
        queue(ledger, message, config, now)


def queue(ledger: Ledger, message: Message, config: Config, now: datetime) -> None:
    """Queue a message for every channel that has not sent it."""
    data = message.data
    ledger.queue_messages(
        [Queued(message.about, message.kind, channel.name, data, now) for channel in channels_of(config)]
    )


def notify_night(ledger: Ledger, config: Config, now: datetime, speaker: Speaker) -> None:
    """Send everything that waits, this night's and what an earlier one could not send."""
    try:
        waiting = [one for one in ledger.messages() if one.fate in (Fate.WAITING, Fate.SENDING)]
        if waiting:
            send_queued(ledger, waiting, config, now, speaker)
    except LedgerError as error:
        speaker.warn(str(error))  # the night has ended, and its report stands


def send_queued(ledger: Ledger, queued: Sequence[Queued], config: Config, now: datetime, speaker: Speaker) -> None:
    """Send queued messages, each unless somebody else is at it; what becomes of each is recorded and said."""
    if config.mail_user and is_open_to_others(Path(config.mail_password_file)):
        speaker.warn("mail_password_file can be read by others on this machine; take that right away (chmod 600)")
    this = _Round(ledger, config, now, speaker)
    this.claim(queued)
    try:
        with _stopped_politely():
            send_all(list(this.claimed), config, this.settle)
    except _Stopped:
        speaker.warn("told to stop: messages that are not sent yet are left for the next night")
    this.release()


class _Round:
    """One round of sending: the messages that are ours, each as a parcel, until they are settled."""

    def __init__(self, ledger: Ledger, config: Config, now: datetime, speaker: Speaker) -> None:
        self._ledger = ledger
        self._config = config
        self._now = now
        self._speaker = speaker
        self.claimed: dict[Parcel, Queued] = {}

    def claim(self, queued: Sequence[Queued]) -> None:
        """Take what nobody else sends; give up what cannot be sent or is worth nothing any more."""
        channels = {channel.name: channel for channel in channels_of(self._config)}
        for one in queued:
            if not self._ledger.claim_message(one, self._now):
                continue
            if one.channel not in channels:
                self._record(one, Fate.GIVEN_UP, "no such channel is set up any more")
            elif one.kind == "overdue" and one.about != _day(self._now, self._config):
                self._record(one, Fate.GIVEN_UP, "it was true on its day alone")
            else:
                self.claimed[Parcel(channels[one.channel], Message.read(one.data))] = one

    def settle(self, parcel: Parcel) -> None:
        """Record what became of a parcel."""
        queued, trouble = self.claimed.pop(parcel), parcel.trouble
        if trouble is None or trouble.delivered:
            self._record(queued, Fate.SENT, trouble.why if trouble else "")
        elif queued.rounds + 1 < MOST_ROUNDS:
            self._record(queued, Fate.WAITING, trouble.why)
        else:
            self._record(queued, Fate.GIVEN_UP, trouble.why)

    def release(self) -> None:
        """Let go of what was claimed and not settled."""
        for queued in self.claimed.values():
            self._ledger.settle_message(replace(queued, fate=Fate.WAITING))
        self.claimed.clear()

    def _record(self, queued: Queued, fate: Fate, error: str) -> None:
        settled = replace(queued, fate=fate, rounds=queued.rounds + 1, error=error, at=self._now)
        self._ledger.settle_message(settled)
        (self._speaker.warn if error else self._speaker.say)(tell_fate(settled))


def tell_fate(settled: Queued) -> str:
    """What became of a message, in one line."""
    what = f"{settled.channel}: the {settled.kind} message of {settled.about}"
    then = {
        Fate.SENT: "was sent",
        Fate.WAITING: "was not sent, the next night tries again",
        Fate.GIVEN_UP: "is given up",
    }
    return f"{what} {then.get(settled.fate, 'is being sent')}{f' ({settled.error})' if settled.error else ''}"


class _Stopped(BaseException):
    """SIGTERM or SIGINT came while messages were sent."""


@contextmanager
def _stopped_politely() -> Iterator[None]:
    """Raise _Stopped in the main thread when the process is told to end; elsewhere signals are not ours to take."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum: int, frame: object) -> None:
        raise _Stopped

    before = {signum: signal.signal(signum, stop) for signum in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
