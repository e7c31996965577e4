"""Programs in turn over the same list, each run in a fresh folder and its result read back.

Rules:
- Each round runs every program once with one address (its start-up) and once with the list.
- A program whose archive lacks a page stops the suite: its figures would be worth nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.addresses import write_list
from bench.measure import Cost, median, run
from bench.programs import Program
from bench.stored import why_wrong, written_bytes


@dataclass(frozen=True, slots=True)
class Result:
    """What a list cost a program, what its start-up costs, and how much it wrote."""

    cost: Cost
    start: Cost
    pages: int
    written_bytes: int

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds a page, start-up excluded."""
        return 1000 * (self.cost.cpu_s - self.start.cpu_s) / self.pages

    @property
    def wall_s(self) -> float:
        """Wall seconds of the list, start-up excluded."""
        return self.cost.wall_s - self.start.wall_s


def race(programs: Sequence[Program], listed: list[str], first: str, rounds: int) -> dict[str, Result]:
    """The median of the rounds, by program. `first` is the address that start-up is measured with."""
    runs: dict[str, list[tuple[Cost, Cost, int]]] = {program.name: [] for program in programs}
    for _ in range(rounds):
        for program in programs:
            start, _ = run_once(program, [first])
            runs[program.name].append((start, *run_once(program, listed)))
    return {name: _result(found, len(listed)) for name, found in runs.items()}


def run_once(program: Program, listed: list[str]) -> tuple[Cost, int]:
    """One run, checked: its cost, and the bytes it wrote. Raises RuntimeError when it failed or lacks a page."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "out")
        folder.mkdir()
        cost = run(program.command(folder, write_list(Path(place, "list"), listed)))
        if wrong := why_wrong(folder, listed, program):
            raise RuntimeError(f"{program.name}: {wrong}")
        return cost, written_bytes(folder)


def _result(runs: Sequence[tuple[Cost, Cost, int]], pages: int) -> Result:
    starts, costs, written = zip(*runs, strict=True)
    return Result(median(costs), median(starts), pages, max(written))
