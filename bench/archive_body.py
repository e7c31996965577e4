"""What memory a long body takes: 2 GiB that no deflate makes shorter."""

from __future__ import annotations

from bench import programs, web
from bench.addresses import host
from bench.measure import MEBI, machine
from bench.page import Section, bound, notes, table
from bench.programs import AIOHTTP, OURS_LINKS, WGET
from bench.race import Result, race

LENGTH = 2 * 1024**3
MOST_MB = 150


def measured(scale: float) -> Section:
    """Each program that can, over one body."""
    found, missing = programs.runnable((OURS_LINKS, WGET, AIOHTTP))
    length = int(LENGTH * scale)
    with web.running() as port:
        address = f"http://{host(0)}:{port}/b"
        results = race(found, [f"{address}/{length}"], f"{address}/1", 1)
    told = (
        f"`python -m bench archive-body`, {machine()}; {programs.versions()}. One body of {length / 1024**3:g} GiB of"
        " noise, one run each. Scrapy keeps a body in memory, and refuses one of more than 1 GiB unless told otherwise."
        " Peak memory is the largest process's."
    )
    body = [told, table(_HEAD, [_row(one.name, results[one.name]) for one in found])]
    body.append(notes([bound("Peak memory of ours", results[OURS_LINKS.name].cost.peak_bytes / MEBI, MOST_MB, " MB")]))
    return Section("Archiving a long body", "\n\n".join([*body, *missing]))


_HEAD = ("program", "CPU s", "wall s", "peak MB", "peak MB of one byte", "written MB")


def _row(name: str, result: Result) -> list[str]:
    return [
        name,
        f"{result.cost.cpu_s:.1f}",
        f"{result.cost.wall_s:.1f}",
        f"{result.cost.peak_bytes / MEBI:.0f}",
        f"{result.start.peak_bytes / MEBI:.0f}",
        f"{result.written_bytes / MEBI:.0f}",
    ]
