"""The command line: one command per step; our failures become exit codes here, and only here.

Rules:
- Heavy imports stand inside the commands: `evercite --version` must not wait for Scrapy.
- What a program reads goes to standard output; what a person reads meanwhile, to standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import AnotherNight, ArchiveError, EverciteError, UsageError
from crawler.version import VERSION

if TYPE_CHECKING:
    from crawler.archive.findings import CheckReport
    from crawler.config import Config
    from crawler.ledger.ledger import Ledger
    from crawler.seeds.documents import Seeds

FAILED, USAGE, ANOTHER_NIGHT = 2, 3, 75
NEVER_CAPTURED, BROKEN = 3, 4
STILL_UNKNOWN = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    try:
        options = _parser().parse_args(arguments)
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except _Usage as usage:
        return int(usage.code or 0)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing to say, and nobody to say it to.
        sys.stderr.close()
        return 0
    except AnotherNight as error:
        return _said(error, ANOTHER_NIGHT)
    except UsageError as error:
        return _said(error, USAGE)
    except EverciteError as error:
        return _said(error, FAILED)
    except Exception:  # noqa: BLE001 -- a fault of ours must not look like the status of a night
        return _failed()


def _said(error: EverciteError, status: int) -> int:
    print(f"evercite: {error}", file=sys.stderr)
    return status


def _failed() -> int:
    """Show a fault of ours, every address in it redacted."""
    import traceback

    from crawler.urls.redact import redact_text

    print(redact_text(traceback.format_exc()), end="", file=sys.stderr)
    print("evercite: a fault of ours; please report the lines above", file=sys.stderr)
    return FAILED


class _Usage(SystemExit):
    """argparse's way out, with our exit code for a bad command line."""


class _Parser(argparse.ArgumentParser):
    def exit(self, status: int = 0, message: str | None = None) -> None:  # type: ignore[override]
        if message:
            print(message, end="", file=sys.stderr)
        raise _Usage(USAGE if status else 0)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="evercite", description="Keeps the links of a briefing alive, night by night.")
    parser.add_argument("--version", action="version", version=f"evercite {VERSION}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_cite(commands)
    _add_url(commands)
    _add_night(commands)
    _add_report(commands)
    _add_archive(commands)
    _add_target(commands)
    return parser


def _add_cite(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("cite", help="list the citations of documents")
    parser.add_argument("paths", nargs="*", metavar="PATH", type=Path, help="files or folders (default: seeds/)")
    parser.add_argument("--format", choices=["table", "jsonl"], default="table")
    parser.add_argument("--explain", metavar="ID", help="why this section, this item, this target")
    _add_places(parser)
    parser.set_defaults(run=_cite)


def _add_url(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("url", help="how a printed URL is read; never uses the network")
    parser.add_argument("urls", nargs="+", metavar="URL")
    parser.set_defaults(run=_url)


def _add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--archive", metavar="DIR", type=Path, default=Path("archive"))
    parser.add_argument("--config", metavar="FILE", type=Path, help="default: evercite.toml, if it is there")


def _add_night(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("night", help="the nightly job: cite, fetch, archive, judge, report")
    parser.add_argument("--seeds", metavar="PATH", type=Path, action="append", help="may repeat (default: seeds/)")
    _add_places(parser)
    parser.add_argument("--reports", metavar="DIR", type=Path, default=Path("reports"))
    parser.add_argument("--now", metavar="ISO8601", type=_instant, help="a simulated clock that starts at this instant")
    parser.add_argument("-v", "--verbose", action="store_true", help="a log line per observation")
    parser.add_argument("-q", "--quiet", action="store_true", help="nothing but the closing sentence")
    parser.set_defaults(run=_night)


def _add_report(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("report", help="a night's report again, from the ledger")
    parser.add_argument("--night", metavar="ID", default="latest")
    parser.add_argument("--format", choices=["html", "json"], action="append", help="may repeat (default: both)")
    parser.add_argument("--lang", choices=["zh", "en"], help="the language of index.html")
    parser.add_argument("--out", metavar="DIR", type=Path, help="default: reports/<night>")
    _add_places(parser)
    parser.set_defaults(run=_report)


def _add_archive(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("archive", help="archived copies: get, list, check, repair, reindex, stats")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    getting = actions.add_parser("get", help="write the archived copy of a URL or citation to standard output")
    getting.add_argument("asked", metavar="URL|ID")
    getting.add_argument("--at", metavar="DATE", type=_instant, help="the copy nearest this instant (default: newest)")
    getting.add_argument("-o", "--output", metavar="FILE", type=Path)
    getting.add_argument("--headers", action="store_true", help="the response's head before its content")
    getting.add_argument("--raw", action="store_true", help="the payload as sent, still content-coded")
    getting.set_defaults(run=_archive_get)
    listing = actions.add_parser("list", help="the copies held of a URL or citation")
    listing.add_argument("asked", metavar="URL|ID")
    listing.set_defaults(run=_archive_list)
    indexing = actions.add_parser("reindex", help="read every WARC file again: the index and CDXJ as the records say")
    indexing.set_defaults(run=_archive_reindex)
    checking = actions.add_parser("check", help="prove every digest, offset and revisit again; changes nothing")
    part = checking.add_mutually_exclusive_group()
    part.add_argument("--night", metavar="ID", help="only what this night archived, and what it refers to")
    part.add_argument(
        "--sample", metavar="N", type=_number, help="only about so many answers, from all over the archive"
    )
    checking.set_defaults(run=_archive_check)
    repairing = actions.add_parser("repair", help="cut torn ends, take lost records out of the index, and say so")
    repairing.add_argument("--dry-run", action="store_true", help="only tell what would be done")
    repairing.set_defaults(run=_archive_repair)
    counting = actions.add_parser("stats", help="what the archive holds, and what unchanged answers saved")
    counting.set_defaults(run=_archive_stats)
    for action in (getting, listing, checking, repairing, indexing, counting):
        _add_places(action)


def _add_target(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("target", help="what a citation leads to: set, unset, resolve, show")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    setting = actions.add_parser("set", help="type a citation's target; for a tracking link, that of all its citations")
    setting.add_argument("id", metavar="ID")
    setting.add_argument("uri", metavar="URI", help="a web address that anybody may open")
    setting.set_defaults(run=_target_set)
    unsetting = actions.add_parser("unset", help="take a typed target back")
    unsetting.add_argument("id", metavar="ID")
    unsetting.set_defaults(run=_target_unset)
    resolving = actions.add_parser("resolve", help="ask a tracking link now, even where robots.txt forbids it")
    resolving.add_argument("id", metavar="ID")
    resolving.add_argument("--seeds", metavar="PATH", type=Path, action="append", help="may repeat (default: seeds/)")
    resolving.set_defaults(run=_target_resolve)
    showing = actions.add_parser("show", help="what is known of a citation's target")
    showing.add_argument("id", metavar="ID")
    showing.set_defaults(run=_target_show)
    for action in (setting, unsetting):
        action.add_argument(
            "--why", metavar="TEXT", required=True, help="kept with it and shown in the report of the next night"
        )
    for action in (setting, unsetting, resolving, showing):
        _add_places(action)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write one like 2026-01-02T02:00:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def _config(options: argparse.Namespace) -> Config:
    from crawler.config import Config, read_config

    if options.config:
        return read_config(options.config)
    default = Path("evercite.toml")
    return read_config(default) if default.exists() else Config()


def _open_ledger(archive: Path) -> Ledger:
    from crawler.ledger.ledger import Ledger

    return Ledger.open(_ledger_of(archive))


def _read_ledger(archive: Path) -> Ledger:
    """The ledger for a command that only reads: on a full disk or in a read-only folder, too."""
    from crawler.ledger.ledger import Ledger

    return Ledger.open_to_read(_ledger_of(archive))


def _ledger_of(archive: Path) -> Path:
    path = archive / "ledger.sqlite3"
    if archive.exists() and not archive.is_dir():
        raise UsageError(f"{archive}: is a file, not an archive's folder; move it away or name another with --archive")
    if not path.exists():
        raise UsageError(
            f"{path}: there is no ledger yet; run `evercite night` first or name the folder with --archive"
        )
    return path


def _cite(options: argparse.Namespace) -> int:
    from crawler.night.citing import each_cited

    readable, unread = False, 0
    paths = options.paths or [Path("seeds")]
    for number, seeds in enumerate(each_cited(paths, options.archive, _config(options))):
        for row in seeds.unreadable:
            print(f"evercite: {_plain(row.document)}: {_plain(row.why)}", file=sys.stderr)
            unread += not row.partly
        readable = readable or bool(seeds.documents)
        if _told(seeds, options, number) and options.explain:
            return 0
    if not readable:
        found = f"none of the {unread} files there could be read" if unread > 1 else "nothing there could be read"
        raise UsageError(f"{found}; name a folder with documents")
    if options.explain:
        raise UsageError(
            f"no citation {_plain(options.explain)} in these documents; ids are those that `evercite cite` lists for"
            " the same PATH"
        )
    return 0


def _told(seeds: Seeds, options: argparse.Namespace, number: int) -> bool:
    """Print a document's citations in the form that is wanted; whether anything was printed."""
    from crawler.seeds.explain import explain
    from crawler.seeds.show import citation_json
    from crawler.seeds.table import document_table

    if options.explain:
        chosen = [explain(c) for c in seeds.citations if c.id == options.explain][:1]
    elif options.format == "jsonl":
        chosen = [json.dumps(citation_json(citation), ensure_ascii=False) for citation in seeds.citations]
    else:
        chosen = [("\n" if number else "") + document_table(seeds)] if seeds.documents else []
    for words in chosen:
        print(words)
    return bool(chosen)


def _url(options: argparse.Namespace) -> int:
    from crawler.urls.address import address_json, read_address

    for printed in options.urls:
        print(json.dumps(address_json(read_address(printed)), ensure_ascii=False))
    return 0


def _night(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.order import Places, run_night
    from crawler.night.voice import Voice

    places = Places(tuple(options.seeds or [Path("seeds")]), options.archive, options.reports)
    voice = Voice(quiet=options.quiet, verbose=options.verbose)
    return run_night(places, _config(options), Clock(options.now), voice)


def _report(options: argparse.Namespace) -> int:
    from crawler.night.telling import write_report_again

    ledger = _open_ledger(options.archive)
    formats = tuple(options.format or ("html", "json"))
    out = write_report_again(ledger, _config(options), options.night, formats, options.lang, options.out)
    print(out)
    return 0


def _target_set(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.lock import night_lock
    from crawler.night.targets import type_target

    ledger = _open_ledger(options.archive)
    with night_lock(options.archive):
        uri = type_target(ledger, options.id, options.uri, options.why, Clock(), _config(options))
    print(f"{options.id} leads to {_shown(uri)} from the next night on")
    return 0


def _target_unset(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.lock import night_lock
    from crawler.night.targets import take_back

    ledger = _open_ledger(options.archive)
    with night_lock(options.archive):
        take_back(ledger, options.id, options.why, Clock())
    print(f"{options.id}: the typed target is taken back; the next night goes by what was known before")
    return 0


def _target_resolve(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.lock import night_lock
    from crawler.night.targets import resolve_now

    ledger, paths = _open_ledger(options.archive), options.seeds or [Path("seeds")]
    with night_lock(options.archive):
        uri, how = resolve_now(ledger, _config(options), Clock(), options.id, paths)
    if uri is None:
        print(f"evercite: {options.id}: {_plain(how)}", file=sys.stderr)
        return STILL_UNKNOWN
    print(f"{options.id} leads to {_shown(uri)}; {_plain(how)}")
    return 0


def _target_show(options: argparse.Namespace) -> int:
    from crawler.night.showing import show_target
    from crawler.night.targets import find_citation

    ledger = _open_ledger(options.archive)
    for line in show_target(ledger, _config(options), find_citation(ledger, options.id)).splitlines():
        print(_plain(line))
    return 0


def _archive_get(options: argparse.Namespace) -> int:
    from crawler.replay.copy import write_copy
    from crawler.replay.lookup import find_holdings

    ledger = _read_ledger(options.archive)
    holdings = find_holdings(ledger, options.asked)
    capture = holdings.best(options.at)
    if capture is None:
        why = "captured, but never in a good state (see archive list)" if holdings.captures else "never captured"
        print(f"evercite: {_shown(options.asked)}: {why}", file=sys.stderr)
        return NEVER_CAPTURED
    try:
        write_copy(options.archive, ledger, capture, options.output, headers=options.headers, raw=options.raw)
    except ArchiveError as error:
        return _said(error, BROKEN)
    return 0


def _archive_list(options: argparse.Namespace) -> int:
    from crawler.archive.completeness import told
    from crawler.replay.lookup import find_holdings

    ledger = _read_ledger(options.archive)
    holdings = find_holdings(ledger, options.asked)
    if not holdings.captures:
        print(f"evercite: {_shown(options.asked)}: never captured", file=sys.stderr)
        return NEVER_CAPTURED
    for c in holdings.captures:
        same = " unchanged" if c.refers_to else ""
        what = f"{c.status}  {_plain(c.mime)}  {c.payload_length} bytes{same}"
        found = ledger.completeness_of(c.refers_to or c.record_id, c.uri)
        parts = f"  {_plain(told(found))}" if found else ""
        print(f"{c.timestamp}  {what}  {c.digest[:19]}…  {_shown(c.uri)}{parts}")
    return 0


def _shown(asked: str) -> str:
    from crawler.urls.redact import redact

    return _plain(redact(asked))


def _plain(text: str) -> str:
    """Text from outside for a terminal: what does not print is shown as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _print_wrapped(sentence: str) -> None:
    from crawler.archive.findings import wrapped

    print("\n".join(wrapped(_plain(sentence))), flush=True)


def _archive_reindex(options: argparse.Namespace) -> int:
    from crawler.archive.recovery import reindex
    from crawler.night.lock import night_lock
    from crawler.urls.canonical import urlkey

    ledger = _open_ledger(options.archive)
    with night_lock(options.archive):
        for sentence in reindex(options.archive, ledger, urlkey):
            _print_wrapped(sentence)
    return 0


def _archive_repair(options: argparse.Namespace) -> int:
    from contextlib import nullcontext

    from crawler.archive.repair import Repair
    from crawler.night.lock import night_lock
    from crawler.urls.canonical import urlkey

    ledger = _read_ledger(options.archive) if options.dry_run else _open_ledger(options.archive)
    repair = Repair(options.archive, ledger, urlkey, dry_run=options.dry_run)
    with nullcontext() if options.dry_run else night_lock(options.archive):
        done = 0
        for sentence in repair.run():
            _print_wrapped(sentence)
            done += 1
    for note in repair.notes:
        _print_wrapped(f"Note: {note}")
    if not done:
        print("Nothing to repair.")
    elif options.dry_run:
        print("Nothing was changed (--dry-run).")
    return BROKEN if repair.lost else 0


def _archive_stats(options: argparse.Namespace) -> int:
    from crawler.archive.stats import measure, render

    print(render(measure(options.archive, _read_ledger(options.archive).all_captures())))
    return 0


def _archive_check(options: argparse.Namespace) -> int:
    from crawler.archive.findings import render

    report = _checked(options, _read_ledger(options.archive))
    print("\n".join(map(_plain, render(report).splitlines())))
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
            raise UsageError(f"there is no night {_plain(options.night)}; the newest are: {newest}")
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
