"""`evercite notify`: a night's message again, a test of every channel, and the dead man's look at the clock."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from crawler.cli.options import Commands, add_places, config_of, instant, open_ledger, plain
from crawler.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.config import Config
    from crawler.ledger.ledger import Ledger
    from crawler.ledger.messages import Queued
    from crawler.notify.message import Message
    from crawler.notify.sending import Parcel

SENT, TOLD, NOT_SENT = 0, 1, 2


def add_notify(commands: Commands) -> None:
    parser = commands.add_parser("notify", help="send what a night has to tell, test the channels, watch the clock")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--night", metavar="ID", default="latest", help="the digest of this night (default: latest)")
    what.add_argument("--test", action="store_true", help="a test message by every channel")
    what.add_argument("--overdue", action="store_true", help="tell it if no night has counted for overdue_hours")
    parser.add_argument("--dry-run", action="store_true", help="print the message and send nothing")
    parser.add_argument("--now", metavar="ISO8601", type=instant, help="a simulated clock, as in `evercite night`")
    add_places(parser)
    parser.set_defaults(run=_notify)


def _notify(options: argparse.Namespace) -> int:
    from crawler.clock import Clock

    config, now = config_of(options), Clock(options.now).now()
    if options.test:
        return _test(config, now, dry_run=options.dry_run)
    ledger = open_ledger(options.archive)
    if options.overdue:
        return _overdue(ledger, config, now, dry_run=options.dry_run)
    return _digest(ledger, config, now, options.night, dry_run=options.dry_run)


def _digest(ledger: Ledger, config: Config, now: datetime, night_id: str, *, dry_run: bool) -> int:
    from crawler.night.notifying import digest_message, digest_of
    from crawler.night.telling import find_night, told_of

    night = find_night(ledger, night_id)
    digest = digest_of(ledger, told_of(ledger, night, config))
    if digest is None:
        print(f"night {night.id} has nothing new to tell")
        return SENT
    message = digest_message(digest, config)
    if dry_run:
        return _show(message, SENT)
    _need_channels(config)
    return SENT if _send(ledger, message, config, now) else NOT_SENT


def _overdue(ledger: Ledger, config: Config, now: datetime, *, dry_run: bool) -> int:
    from crawler.night.notifying import overdue_message, overdue_of
    from crawler.notify.channels import channels_of

    overdue = overdue_of(ledger, config, now)
    if overdue is None:
        print(f"a night has counted within the last {config.overdue_hours:g} hours")
        return SENT
    message = overdue_message(overdue, config)
    if dry_run or not channels_of(config):
        return _show(message, NOT_SENT)
    return TOLD if _send(ledger, message, config, now, by_any=True) else NOT_SENT


def _test(config: Config, now: datetime, *, dry_run: bool) -> int:
    from dataclasses import replace

    from crawler.notify.channels import channels_of
    from crawler.notify.message import trial_message
    from crawler.notify.sending import Parcel, send_all

    message = trial_message(f"{now:%Y%m%dT%H%M%SZ}", config.notify_language or config.language)
    if dry_run:
        return _show(message, SENT)
    _need_channels(config)
    parcels = [Parcel(channel, message) for channel in channels_of(config)]
    send_all(parcels, replace(config, retry_waits_s=()), _tell)
    return SENT if all(parcel.trouble is None for parcel in parcels) else NOT_SENT


def _tell(parcel: Parcel) -> None:
    print(plain(f"{parcel.channel.name}: {parcel.trouble.why if parcel.trouble else 'sent'}"))


def _show(message: Message, status: int) -> int:
    print(message.subject, message.text, sep="\n\n", end="")
    return status


def _send(ledger: Ledger, message: Message, config: Config, now: datetime, *, by_any: bool = False) -> bool:
    """Send a message by every channel that has not sent it yet; whether all (or any) of them have by now."""
    from crawler.ledger.messages import Fate
    from crawler.night.notifying import queue, send_queued, tell_fate

    def queued() -> list[Queued]:
        return [one for one in ledger.messages() if (one.about, one.kind) == (message.about, message.kind)]

    queue(ledger, message, config, now)
    for one in queued():
        if one.fate is not Fate.WAITING:
            print(plain(tell_fate(one)))
    send_queued(ledger, queued(), config, now, _Terminal())
    return (any if by_any else all)(one.fate is Fate.SENT for one in queued())


class _Terminal:
    """Tells a person what was sent, and what was not."""

    def say(self, text: str) -> None:
        print(plain(text))

    def warn(self, text: str) -> None:
        print(f"evercite: {plain(text)}", file=sys.stderr)


def _need_channels(config: Config) -> None:
    from crawler.notify.channels import channels_of

    if not channels_of(config):
        raise UsageError("no channel is set up; give mail_server, webhook_url or apprise_urls in evercite.toml")
