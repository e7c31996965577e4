"""`evercite archive …`: copies handed out, and what keeps them sound."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cli.options import (
    Commands,
    add_places,
    config_of,
    instant,
    make_ledger,
    number,
    open_ledger,
    plain,
    read_ledger,
    said,
    shown,
)
from crawler.cli.transfer import add_transfer
from crawler.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from crawler.archive.findings import CheckReport
    from crawler.ledger.ledger import Ledger
    from crawler.replay.best import Candidate
    from crawler.replay.lookup import Holdings

NEVER_CAPTURED, BROKEN = 3, 4


def add_archive(commands: Commands) -> None:
    parser = commands.add_parser("archive", help="archived copies: get, list, check, repair, export …")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    getting = actions.add_parser(
        "get",
        help="write the archived copy of a URL or citation to standard output",
        description="Without --at: of a citation the good copy nearest its issue date, of a URL the newest.",
    )
    getting.add_argument("asked", metavar="URL|ID")
    getting.add_argument("--at", metavar="DATE", type=instant, help="the copy nearest this instant")
    getting.add_argument("-o", "--output", metavar="FILE", type=Path)
    getting.add_argument("--headers", action="store_true", help="the response's head before its content")
    getting.add_argument("--raw", action="store_true", help="the payload as sent, still content-coded")
    getting.add_argument("--explain", action="store_true", help="only say which copy it would be, and why not another")
    getting.add_argument("--lang", choices=["zh", "en"], help="of --explain; default: the configured language")
    getting.set_defaults(run=_get)
    listing = actions.add_parser("list", help="the copies held of a URL or citation")
    listing.add_argument("asked", metavar="URL|ID")
    listing.set_defaults(run=_list)
    indexing = actions.add_parser("reindex", help="read every WARC file again: the index and CDXJ as the records say")
    indexing.set_defaults(run=_reindex)
    checking = actions.add_parser("check", help="prove every digest, offset and revisit again; changes nothing")
    part = checking.add_mutually_exclusive_group()
    part.add_argument("--night", metavar="ID", help="only what this night archived, and what it refers to")
    part.add_argument(
        "--sample", metavar="N", type=number, help="only about so many answers, from all over the archive"
    )
    checking.set_defaults(run=_check)
    repairing = actions.add_parser("repair", help="cut torn ends, take lost records out of the index, and say so")
    repairing.add_argument("--dry-run", action="store_true", help="only tell what would be done")
    repairing.set_defaults(run=_repair)
    counting = actions.add_parser("stats", help="what the archive holds, and what unchanged answers saved")
    counting.set_defaults(run=_stats)
    add_transfer(actions)
    for action in (getting, listing, checking, repairing, indexing, counting):
        add_places(action)


def _get(options: argparse.Namespace) -> int:
    from crawler.replay.copy import write_copy
    from crawler.replay.lookup import find_holdings

    ledger = read_ledger(options.archive)
    holdings, zone = find_holdings(ledger, options.asked), _zone_of(options)
    if options.explain:
        return _explain(holdings, options)
    capture = holdings.best(options.at, zone)
    if capture is None:
        why = "captured, but never in a good state (see --explain)" if holdings.captures else "never captured"
        print(f"evercite: {shown(options.asked)}: {why}", file=sys.stderr)
        return NEVER_CAPTURED
    try:
        write_copy(options.archive, ledger, capture, options.output, headers=options.headers, raw=options.raw)
    except ArchiveError as error:
        return said(error, BROKEN)
    return 0


def _explain(holdings: Holdings, options: argparse.Namespace) -> int:
    from crawler.replay.explain import explain

    if options.output:
        raise UsageError("--explain writes no copy; leave out --output, or --explain")
    zone = _zone_of(options)
    language = options.lang or config_of(options).language
    _print("\n".join(map(plain, explain(holdings, holdings.sought(options.at, zone), language))))
    return 0 if holdings.best(options.at, zone) else NEVER_CAPTURED


def _zone_of(options: argparse.Namespace) -> ZoneInfo:
    """The zone that issue dates are counted in."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(config_of(options).timezone)


def _list(options: argparse.Namespace) -> int:
    from crawler.replay.lookup import find_holdings

    ledger = read_ledger(options.archive)
    holdings = find_holdings(ledger, options.asked)
    if not holdings.captures:
        print(f"evercite: {shown(options.asked)}: never captured", file=sys.stderr)
        return NEVER_CAPTURED
    best = holdings.best(zone=_zone_of(options))
    for candidate in holdings.candidates:
        mark = "  ← best copy" if candidate.capture is best else ""
        print(_listed(ledger, candidate) + mark)
    return 0


def _listed(ledger: Ledger, candidate: Candidate) -> str:
    """A capture on a line: when, what came, what a night judged of it, how whole it is."""
    from crawler.archive.completeness import told

    c, outcome = candidate.capture, candidate.outcome
    same = " unchanged" if c.refers_to else ""
    judged = f"  {outcome}{', another text' if candidate.replaced_at else ''}" if outcome else "  not judged"
    found = ledger.completeness_of(c.refers_to or c.record_id, c.uri)
    parts = f"  {plain(told(found))}" if found else ""
    what = f"{c.status}  {plain(c.mime)}  {c.payload_length} bytes{same}"
    return f"{c.timestamp}  {what}  {c.digest[:19]}…  {shown(c.uri)}{judged}{parts}"


def _tell(sentence: str) -> None:
    """Print a sentence, wrapped; when nobody reads any more (`| head`), the work goes on all the same."""
    from crawler.archive.findings import wrapped

    _print("\n".join(wrapped(plain(sentence))))


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 -- until the command ends


def _reindex(options: argparse.Namespace) -> int:
    from crawler.archive.recovery import reindex
    from crawler.night.lock import night_lock
    from crawler.urls.canonical import urlkey

    ledger = make_ledger(options.archive)
    with night_lock(options.archive):
        for sentence in reindex(options.archive, ledger, urlkey):
            _tell(sentence)
    return 0


def _repair(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from crawler.archive.repair import Repair
    from crawler.night.lock import night_lock
    from crawler.urls.canonical import urlkey

    ledger = read_ledger(options.archive) if options.dry_run else open_ledger(options.archive)
    repair = Repair(options.archive, ledger, urlkey, dry_run=options.dry_run)
    with nullcontext() if options.dry_run else night_lock(options.archive):
        done = 0
        for sentence in repair.run():
            _tell(sentence)
            done += 1
    for note in repair.notes:
        _tell(f"Note: {note}")
    if not done:
        _print("Nothing to repair.")
    elif options.dry_run:
        _print("Nothing was changed (--dry-run).")
    return BROKEN if repair.lost else 0


def _stats(options: argparse.Namespace) -> int:
    from crawler.archive.stats import measure, render

    print(render(measure(options.archive, read_ledger(options.archive).all_captures())))
    return 0


def _check(options: argparse.Namespace) -> int:
    from crawler.archive.findings import render

    report = _checked(options, read_ledger(options.archive))
    _print("\n".join(map(plain, render(report).splitlines())))
    return BROKEN if report.problems else 0


def _checked(options: argparse.Namespace, ledger: Ledger) -> CheckReport:
    """What the part of the archive that was asked for holds."""
    from crawler.archive.check import check, check_night
    from crawler.archive.sample import prove_sample

    if options.sample:
        return prove_sample(options.archive, ledger, options.sample)
    with _Meter() as meter:
        if options.night is None:
            return check(options.archive, ledger, meter.show)
        known = [night.id for night in ledger.nights()]
        if options.night not in known:
            newest = ", ".join(known[-3:]) or "none yet"
            raise UsageError(f"there is no night {plain(options.night)}; the newest are: {newest}")
        return check_night(options.archive, ledger, options.night, meter.show)


class _Meter:
    """How far a long reading is, on standard error, where somebody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._shown = ""

    def __enter__(self) -> _Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self._show("")

    def show(self, done: int, everything: int) -> None:
        """So many bytes of so many."""
        self._show(f"{done * 100 // max(everything, 1)} % of {everything / 2**20:,.0f} MiB read")

    def _show(self, words: str) -> None:
        if self._watched and words != self._shown:
            sys.stderr.write("\r" + words.ljust(len(self._shown)) + ("" if words else "\r"))
            sys.stderr.flush()
            self._shown = words
