"""`evercite verdict …` and `evercite rejudge`: what is concluded, as an editor rules or as today's rules do."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from crawler.cli.options import Commands, add_places, config_of, instant, open_ledger, plain

if TYPE_CHECKING:
    from crawler.ledger.ledger import Ledger
    from crawler.night.ruling import Word

RULINGS = ("human-ok", "human-dead", "ignored")


def add_verdict(commands: Commands) -> None:
    parser = commands.add_parser("verdict", help="what is concluded of a citation: set, accept, clear, show")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    setting = actions.add_parser("set", help="rule on a citation yourself; another kind of outcome reopens it")
    setting.add_argument("id", metavar="ID", help="a citation's id, or the url it cites")
    setting.add_argument("verdict", choices=RULINGS)
    setting.add_argument("--until", metavar="DATE", help="when the ruling ends, like 2026-04-01")
    setting.set_defaults(run=_set)
    accepting = actions.add_parser("accept", help="take what is shown now as the new state to compare with")
    accepting.set_defaults(run=_accept)
    clearing = actions.add_parser("clear", help="take a ruling back")
    clearing.set_defaults(run=_clear)
    showing = actions.add_parser("show", help="a citation's verdicts, nights and rulings")
    showing.set_defaults(run=_show)
    for action in (accepting, clearing, showing):
        action.add_argument("id", metavar="ID", help="a citation's id, or the url it cites")
    for action in (setting, accepting, clearing):
        action.add_argument("--why", metavar="TEXT", required=action is setting, default="", help="kept with it")
        action.add_argument("--by", metavar="NAME", help="who says so (default: the login name)")
        action.add_argument("--now", metavar="ISO8601", type=instant, help="a simulated clock, as in `evercite night`")
    for action in (setting, accepting, clearing, showing):
        add_places(action)


def add_rejudge(commands: Commands) -> None:
    parser = commands.add_parser("rejudge", help="judge all nights again by today's rules, and tell what changes")
    parser.add_argument("--since", metavar="DATE|NIGHT", help="from this night on (default: all nights)")
    add_places(parser)
    parser.set_defaults(run=_rejudge)


def _set(options: argparse.Namespace) -> int:
    from zoneinfo import ZoneInfo

    from crawler.model import Verdict
    from crawler.night.ruling import find_judged, rule
    from crawler.night.verdicts import tell_end

    config = config_of(options)
    until = _end_of(options.until, ZoneInfo(config.timezone)) if options.until else None
    with _locked(options) as ledger:
        judged = find_judged(ledger, options.id)
        ruling = rule(ledger, judged, Verdict(options.verdict), _word(options), config, until)
    print(f"{judged.citation.id} is {ruling.verdict} from now on, {tell_end(ruling, ZoneInfo(config.timezone))}")
    return 0


def _accept(options: argparse.Namespace) -> int:
    from crawler.night.ruling import accept, find_judged

    with _locked(options) as ledger:
        judged = find_judged(ledger, options.id)
        acceptance = accept(ledger, judged, _word(options), config_of(options))
    print(
        f"{judged.citation.id}: accepted as it was shown last ({acceptance.record_id}); later nights compare with that"
    )
    return 0


def _clear(options: argparse.Namespace) -> int:
    from crawler.night.ruling import find_judged, take_back

    with _locked(options) as ledger:
        judged = find_judged(ledger, options.id)
        take_back(ledger, judged, _word(options), config_of(options))
    print(f"{judged.citation.id}: the ruling is taken back; what the nights say counts again")
    return 0


def _show(options: argparse.Namespace) -> int:
    from crawler.night.ruling import find_judged
    from crawler.night.verdicts import show_verdict

    ledger = open_ledger(options.archive)
    for line in show_verdict(ledger, config_of(options), find_judged(ledger, options.id)).splitlines():
        print(plain(line))
    return 0


def _rejudge(options: argparse.Namespace) -> int:
    from crawler.night.rejudge import rejudge, tell_changes

    with _locked(options) as ledger:
        changes = rejudge(ledger, options.archive, config_of(options), options.since)
    for line in tell_changes(changes):
        print(plain(line))
    return 0


@contextmanager
def _locked(options: argparse.Namespace) -> Iterator[Ledger]:
    from crawler.night.lock import night_lock

    ledger = open_ledger(options.archive)
    with night_lock(options.archive):
        yield ledger


def _word(options: argparse.Namespace) -> Word:
    from crawler.clock import Clock
    from crawler.night.ruling import Word

    return Word(options.by or _login(), options.why, Clock(options.now))


def _login() -> str:
    """The name of whoever is logged in; an account without a name is told by its number."""
    import os

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"


def _end_of(text: str, zone: tzinfo) -> datetime:
    """The instant that a date names: its beginning in the archive's zone. Raises UsageError for anything else."""
    from crawler.errors import UsageError

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until {text!r} is no date; write one like 2026-04-01") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)
