"""What it costs to judge years of nights again: all of them new to the ledger, and none.

Rules:
- One process, one transaction, the real command's own functions; CPU counts.
- The first run writes every row, as after new rules that change all; the second finds nothing to write; the third
  judges anew after a share of readings was spoilt, and must find exactly those again.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from bench.ledgers import BEHAVIOURS, build
from bench.measure import MEBI, Cost, machine, run
from bench.page import Section, bound, notes, table

TARGETS, NIGHTS = 500, 2000
MOST_CPU_S = 60.0
MOST_MIB = 512
SPOILT_ONE_IN = 50


def measured(scale: float) -> Section:
    """Judge a ledger three times."""
    targets, nights = max(100, int(TARGETS * scale)), max(20, int(NIGHTS * min(1.0, scale * 2)))
    with tempfile.TemporaryDirectory() as place:
        archive = Path(place)
        build(archive / "ledger.sqlite3", targets, nights)
        runs = {"every row is new": _rejudge(archive), "nothing changed": _rejudge(archive)}
        spoilt = _spoil(archive)
        runs[f"{spoilt:,} readings had been spoilt"] = _rejudge(archive)
        if runs[f"{spoilt:,} readings had been spoilt"][1]["readings"] != spoilt:
            raise RuntimeError(f"{spoilt} readings were spoilt, and others found")
        size = (archive / "ledger.sqlite3").stat().st_size
    number = targets * nights
    told = (
        f"`python -m bench rejudge`, {machine()}. A ledger of {number:,} observations – {targets} targets on {nights:,}"
        f" nights, {size / MEBI:,.0f} MiB –, judged again in one process and one transaction. Targets behave in"
        f" {len(BEHAVIOURS)} ways: {', '.join(f'{name} {share} %' for share, name, _ in BEHAVIOURS)}."
    )
    head = ("ledger", "CPU s", "µs an observation", "wall s", "peak MiB", "readings written", "standings written")
    rows = [_row(name, cost, found, number) for name, (cost, found) in runs.items()]
    first, *again = (cost.cpu_s for cost, _ in runs.values())
    peak = max(cost.peak_bytes for cost, _ in runs.values()) / MEBI
    bounds = [
        bound("CPU, judging again", max(again), MOST_CPU_S, " s"),
        bound("CPU, every row written anew", first, 2 * MOST_CPU_S, " s"),
        bound("Peak memory", peak, MOST_MIB, " MiB"),
    ]
    return Section("Judging years of nights again", "\n\n".join([told, table(head, rows), notes(bounds)]))


def _row(name: str, cost: Cost, found: dict[str, int], number: int) -> list[str]:
    each = f"{cost.cpu_s / number * 1e6:.1f}"
    figures = [f"{cost.cpu_s:.1f}", each, f"{cost.wall_s:.1f}", f"{cost.peak_bytes / MEBI:.0f}"]
    return [name, *figures, f"{found['readings']:,}", f"{found['standings']:,}"]


def _rejudge(archive: Path) -> tuple[Cost, dict[str, int]]:
    """What judging again costs, in a process of its own, and what it found."""
    cost = run([sys.executable, "-m", "bench.rejudge", str(archive)])
    return cost, json.loads((archive / "found.json").read_text("utf-8"))


def _spoil(archive: Path) -> int:
    """Make a share of the readings wrong, as if other rules had read them; returns how many."""
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as db, db:
        done = db.execute(
            "UPDATE readings SET outcome = 'client-error', data = replace(data, 'a', 'b') WHERE rowid % ? = 0",
            (SPOILT_ONE_IN,),
        )
        return done.rowcount


def _main(archive: Path) -> None:
    from crawler.config import Config
    from crawler.ledger.ledger import Ledger
    from crawler.night.rejudge import rejudge

    ledger = Ledger.open(archive / "ledger.sqlite3")
    found = rejudge(ledger, archive, Config())
    ledger.close()
    (archive / "found.json").write_text(json.dumps({"readings": found.readings, "standings": found.standings}), "utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
