"""`evercite target …`: what a citation leads to, as an editor knows it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from crawler.cli.options import Commands, add_places, config_of, open_ledger, plain, shown

STILL_UNKNOWN = 1


def add_target(commands: Commands) -> None:
    parser = commands.add_parser("target", help="what a citation leads to: set, unset, resolve, show")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    setting = actions.add_parser("set", help="type a citation's target; for a tracking link, that of all its citations")
    setting.add_argument("id", metavar="ID")
    setting.add_argument("uri", metavar="URI", help="a web address that anybody may open")
    setting.set_defaults(run=_set)
    unsetting = actions.add_parser("unset", help="take a typed target back")
    unsetting.add_argument("id", metavar="ID")
    unsetting.set_defaults(run=_unset)
    resolving = actions.add_parser("resolve", help="ask a tracking link now, even where robots.txt forbids it")
    resolving.add_argument("id", metavar="ID")
    resolving.add_argument("--seeds", metavar="PATH", type=Path, action="append", help="may repeat (default: seeds/)")
    resolving.set_defaults(run=_resolve)
    showing = actions.add_parser("show", help="what is known of a citation's target")
    showing.add_argument("id", metavar="ID")
    showing.set_defaults(run=_show)
    for action in (setting, unsetting):
        action.add_argument(
            "--why", metavar="TEXT", required=True, help="kept with it and shown in the report of the next night"
        )
    for action in (setting, unsetting, resolving, showing):
        add_places(action)


def _set(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.lock import night_lock
    from crawler.night.targets import type_target

    ledger = open_ledger(options.archive)
    with night_lock(options.archive):
        uri = type_target(ledger, options.id, options.uri, options.why, Clock(), config_of(options))
    print(f"{options.id} leads to {shown(uri)} from the next night on")
    return 0


def _unset(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.lock import night_lock
    from crawler.night.targets import take_back

    ledger = open_ledger(options.archive)
    with night_lock(options.archive):
        take_back(ledger, options.id, options.why, Clock())
    print(f"{options.id}: the typed target is taken back; the next night goes by what was known before")
    return 0


def _resolve(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.lock import night_lock
    from crawler.night.targets import resolve_now

    ledger, paths = open_ledger(options.archive), options.seeds or [Path("seeds")]
    with night_lock(options.archive):
        uri, how = resolve_now(ledger, config_of(options), Clock(), options.id, paths)
    if uri is None:
        print(f"evercite: {options.id}: {plain(how)}", file=sys.stderr)
        return STILL_UNKNOWN
    print(f"{options.id} leads to {shown(uri)}; {plain(how)}")
    return 0


def _show(options: argparse.Namespace) -> int:
    from crawler.night.showing import show_target
    from crawler.night.targets import find_citation

    ledger = open_ledger(options.archive)
    for line in show_target(ledger, config_of(options), find_citation(ledger, options.id)).splitlines():
        print(plain(line))
    return 0
