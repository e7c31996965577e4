"""`python -m tests.museum [NAME…] [--only ID…] [--nights N] [--folder DIR]`: play museums and print the score."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.museum.drawn import NIGHTS
from tests.museum.nights import play_side_by_side
from tests.museum.score import Score, merge, score
from tests.museum.sheet import write_sheet
from tests.museum.truth import NAMES, read_museum


def main() -> int:
    """Play the museums named, or all, side by side; returns an exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.museum", description="Play museums and print the score.")
    parser.add_argument("museums", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--only", nargs="+", metavar="ID", help="of the targets these alone")
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--folder", type=Path, help="keep archives and reports there (default: nowhere)")
    said = parser.parse_args()
    names = tuple(said.museums) or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no museum {min(unknown)}; known: {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as place:
        found = play_all(names, said.folder or Path(place), said.nights, said.only)
    print(write_sheet(", ".join(names), found))
    return 1 if found.false_deaths else 0


def play_all(names: Sequence[str], folder: Path, nights: int = NIGHTS, only: Sequence[str] | None = None) -> Score:
    """The score of museums played side by side; with `only`, of some of their targets."""
    museums = [museum if only is None else museum.of(only) for museum in map(read_museum, names)]
    museums = [museum for museum in museums if museum.targets]
    told = play_side_by_side(museums, folder, nights)
    return merge([score(museum, told[museum.name]) for museum in museums])


if __name__ == "__main__":
    sys.exit(main())
