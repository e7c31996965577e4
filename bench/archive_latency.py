"""Wall time over a web that takes its time: an answer's first byte comes 50 ms after its request."""

from __future__ import annotations

from bench import programs, web
from bench.addresses import uris
from bench.measure import MEBI, machine
from bench.page import Section, bound, notes, table
from bench.programs import AIOHTTP, OURS, OURS_LINKS, SCRAPY_WARCIO
from bench.race import Result, race

PAGES = 10_000
HOSTS = 50
LATENCY_MS = 50
AT_ONCE = 32
MOST_OF_AIOHTTP = 1.2


def measured(scale: float) -> Section:
    """Race ours and the concurrent peers over pages that come late."""
    number = max(HOSTS, int(PAGES * scale))
    found, missing = programs.runnable((OURS_LINKS, AIOHTTP))
    single, missing_too = programs.runnable((OURS, SCRAPY_WARCIO))
    with web.running(LATENCY_MS) as port:
        listed = uris(port, number, HOSTS, "p")
        results = race(found, listed, listed[0], 3) | race(single, listed, listed[0], 1)
    told = (
        f"`python -m bench archive-latency`, {machine()}; {programs.versions()}. The {number:,} pages on {HOSTS} hosts"
        f" again, each answer {LATENCY_MS} ms late, one request at a time per host and {AT_ONCE} in all: no program can"
        f" be faster than {number * LATENCY_MS / AT_ONCE / 1000:.0f} s. Wall time is without start-up. ours with"
        " links and aiohttp + warcio: median of three runs in turn; the others: one run. wget asks for one page at a"
        f" time in all, and would take {number * LATENCY_MS / 1000:.0f} s and more."
    )
    body = [told, table(_HEAD, [_row(one.name, results[one.name]) for one in (*found, *single)])]
    if AIOHTTP.name in results:
        peer = results[AIOHTTP.name].wall_s
        ratios = {one.name: results[one.name].wall_s / peer for one in (OURS, OURS_LINKS)}
        what = "Wall time, “{}” of “aiohttp + warcio”"
        body.append(notes([bound(what.format(name), ratio, MOST_OF_AIOHTTP) for name, ratio in ratios.items()]))
    return Section("Archiving pages that come late", "\n\n".join([*body, *missing, *missing_too]))


_HEAD = ("program", "wall s", "pages a second", "CPU ms a page", "peak MB")


def _row(name: str, result: Result) -> list[str]:
    return [
        name,
        f"{result.wall_s:.1f}",
        f"{result.pages / result.wall_s:.0f}",
        f"{result.cpu_ms:.2f}",
        f"{result.cost.peak_bytes / MEBI:.0f}",
    ]
