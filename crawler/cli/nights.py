"""`evercite night` and `evercite report`: the nightly job, and its report again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from crawler.cli.options import Commands, add_places, config_of, instant, open_ledger

# As crawler/night/publishing.py has them: named here so that a command line is read without loading renderers.
FORMATS = ("html", "paste", "xlsx", "csv", "json", "md", "junit", "sarif")


def add_night(commands: Commands) -> None:
    parser = commands.add_parser("night", help="the nightly job: cite, fetch, archive, judge, report")
    parser.add_argument("--seeds", metavar="PATH", type=Path, action="append", help="may repeat (default: seeds/)")
    add_places(parser)
    parser.add_argument("--reports", metavar="DIR", type=Path, default=Path("reports"))
    parser.add_argument("--now", metavar="ISO8601", type=instant, help="a simulated clock that starts at this instant")
    parser.add_argument("-v", "--verbose", action="store_true", help="a log line per observation")
    parser.add_argument("-q", "--quiet", action="store_true", help="nothing but the closing sentence")
    parser.set_defaults(run=_night)


def add_report(commands: Commands) -> None:
    parser = commands.add_parser("report", help="a night's report again, from the ledger")
    parser.add_argument("--night", metavar="ID", default="latest")
    parser.add_argument("--format", choices=FORMATS, action="append", help="may repeat (default: as a night writes)")
    parser.add_argument("--lang", choices=["zh", "en"], help="the language of index.html and of files in one language")
    parser.add_argument("--out", metavar="DIR", type=Path, help="default: reports/<night>")
    add_places(parser)
    parser.set_defaults(run=_report)


def _night(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.order import Places, run_night
    from crawler.night.voice import Voice

    places = Places(tuple(options.seeds or [Path("seeds")]), options.archive, options.reports)
    voice = Voice(quiet=options.quiet, verbose=options.verbose)
    return run_night(places, config_of(options), Clock(options.now), voice)


def _report(options: argparse.Namespace) -> int:
    from crawler.clock import Clock
    from crawler.night.publishing import NIGHTLY, Publisher, write_report_again, write_report_apart

    publisher = Publisher(open_ledger(options.archive), config_of(options), options.archive, _say)
    asked = (publisher, options.night, options.format or NIGHTLY, options.lang)
    if options.out:
        print(write_report_apart(*asked, options.out))
    else:
        print(write_report_again(*asked, Path("reports"), Clock().now()))
    return 0


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
