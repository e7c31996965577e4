"""Commands run in turn, and what each cost: CPU seconds, wall seconds, peak memory of the whole process tree.

Rules:
- Commands take turns, so that a machine that slows down slows all of them; the figure of each is its median.
- CPU counts (user and system, children included); wall time is told beside it. Ratios are what to quote.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MEBI = 1024 * 1024
# Runs one command, then tells on the last line of its error output what its process tree cost.
_METER = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
row = [status, used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss * 1024]
print(json.dumps(row), file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost. `peak_bytes` is that of the largest process of the tree."""

    cpu_s: float
    wall_s: float
    peak_bytes: int


def run_in_turn(commands: Mapping[str, Sequence[str]], times: int = 3) -> dict[str, Cost]:
    """The median cost of each command. Raises RuntimeError when one fails."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            costs[name].append(run(command))
    return {name: median(rows) for name, rows in costs.items()}


def run(command: Sequence[str]) -> Cost:
    """The cost of one run of a command. Raises RuntimeError when it fails."""
    done = subprocess.run(
        [sys.executable, "-c", _METER, *command], stderr=subprocess.PIPE, text=True, check=False, env=_environment()
    )
    *said, last = done.stderr.strip().splitlines() or [""]
    status, cpu_s, wall_s, peak_bytes = json.loads(last)
    if status:
        raise RuntimeError(f"{' '.join(command)}: status {status}\n" + "\n".join(said[-20:]))
    return Cost(cpu_s, wall_s, peak_bytes)


def machine() -> str:
    """What the figures were read on, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**3
    return f"{os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}, {platform.system()}"


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONHASHSEED": "0"}


def median(rows: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        statistics.median(row.cpu_s for row in rows),
        statistics.median(row.wall_s for row in rows),
        int(statistics.median(row.peak_bytes for row in rows)),
    )
