"""`python -m tests.demo FOLDER`: seven simulated nights against the fake web, and the path of the report.

What a newcomer without network tries first: real processes, real sockets, made-up sites under the briefings'
names. The three trackers of seeds/ stand redacted there; here they get made-up recipients, so that they resolve.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.house import ROOT, House
from tests.web.briefing import briefing_sites
from tests.web.server import FakeWeb

NIGHTS = 7
RECIPIENT = "0123456789abcdef0123456789abcdef"


def main(folder: Path) -> int:
    """Run the nights; returns an exit status."""
    shutil.rmtree(folder, ignore_errors=True)
    with FakeWeb(briefing_sites()) as web:
        house = House(folder.resolve(), web)
        write_seeds(house.seeds)
        for number in range(NIGHTS):
            ran = house.night(number)
            if ran.status not in (0, 1):
                print(ran.log, file=sys.stderr)
                return ran.status
            print(f"night {number + 1} of {NIGHTS}, status {ran.status}: {ran.said.splitlines()[0]}", flush=True)
    print(f"\nThe report of the last night: {folder / 'reports' / 'latest' / 'index.html'}")
    copy = f"cd {folder} && {ROOT / '.venv/bin/evercite'} archive list https://unhabitat.org/waste-wise-toolkits-and-guides"
    print(f"An archived copy: {copy}")
    return 0


def write_seeds(folder: Path) -> None:
    """The repository's citation lists, with made-up recipients in the trackers."""
    for path in sorted((ROOT / "seeds").glob("*.md")):
        if not path.name.startswith("README"):
            text = path.read_text("utf-8").replace("[redacted]", RECIPIENT)
            (folder / path.name).write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo")))
