"""The command line: one command per step; our failures become exit codes here, and only here.

Rules:
- Heavy imports stand inside the commands: `evercite --version` must not wait for Scrapy.
- What a program reads goes to standard output; what a person reads meanwhile, to standard error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from crawler.cli.archive import add_archive
from crawler.cli.citing import add_cite, add_url
from crawler.cli.diff import add_diff
from crawler.cli.nights import add_night, add_report
from crawler.cli.notify import add_notify
from crawler.cli.options import said
from crawler.cli.schedule import add_schedule
from crawler.cli.serve import add_serve
from crawler.cli.targets import add_target
from crawler.cli.verdicts import add_rejudge, add_verdict
from crawler.errors import AnotherNight, EverciteError, UsageError
from crawler.version import VERSION

FAILED, USAGE, ANOTHER_NIGHT = 2, 3, 75


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
        return said(error, ANOTHER_NIGHT)
    except UsageError as error:
        return said(error, USAGE)
    except EverciteError as error:
        return said(error, FAILED)
    except Exception:  # noqa: BLE001 -- a fault of ours must not look like the status of a night
        return _failed()


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
    add_cite(commands)
    add_url(commands)
    add_night(commands)
    add_report(commands)
    add_notify(commands)
    add_archive(commands)
    add_target(commands)
    add_verdict(commands)
    add_rejudge(commands)
    add_diff(commands)
    add_serve(commands)
    add_schedule(commands)
    return parser
