"""`python -m bench [SUITE…] [--scale FACTOR]`: measure, and write docs/benchmarks.md.

`archive` stands for all suites of the archive. With a scale, every suite is so much smaller, and its section is
printed instead of written.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from dataclasses import replace

from bench.page import Section, write_section

ARCHIVE = ("archive-pages", "archive-latency", "archive-hosts", "archive-body", "archive-second", "profile")
SUITES = ("seeds", *ARCHIVE, "sights", "museum", "rejudge", "memento", "reports")
MODULES = {"profile": "archive_profile"}


def main() -> int:
    """Run the suites named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure, side by side with peers.")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"archive, or of: {', '.join(SUITES)}")
    parser.add_argument("--scale", type=float, default=1.0, help="run so much smaller, and print instead of write")
    said = parser.parse_args()
    wanted = [name for given in said.suites or SUITES for name in (ARCHIVE if given == "archive" else [given])]
    if unknown := set(wanted) - set(SUITES):
        parser.error(f"there is no suite {min(unknown)}; known: archive, {', '.join(SUITES)}")
    for name in wanted:
        _report(name, _measured(name, said.scale), said.scale)
    return 0


def _measured(name: str, scale: float) -> Section:
    begun = time.monotonic()
    section: Section = importlib.import_module(f"bench.{MODULES.get(name, name.replace('-', '_'))}").measured(scale)
    minutes = (time.monotonic() - begun) / 60
    return replace(section, body=f"{section.body}\n\nMeasured in {minutes:.1f} minutes.")


def _report(name: str, section: Section, scale: float) -> None:
    if scale == 1.0:
        write_section(name, section)
        sys.stdout.write(f"docs/benchmarks.md: {name} written\n")
    else:
        sys.stdout.write(f"## {section.title} (scale {scale:g})\n\n{section.body}\n\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
