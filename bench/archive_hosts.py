"""How cost grows with addresses and hosts: small pages, five a host, up to 20,000 hosts."""

from __future__ import annotations

from bench import programs, web
from bench.addresses import uris
from bench.measure import MEBI, machine
from bench.page import Section, bound, notes, table
from bench.programs import AIOHTTP, FLOOR, OURS_LINKS, WGET
from bench.race import Result, race

PAGES_A_HOST = 5
STEPS = (5_000, 10_000, 20_000)
MOST_MB = 400
# Of the CPU a page at the last step, of that at the first: noise, and the logarithm of an index.
MOST_GROWTH = 1.15


def measured(scale: float) -> Section:
    """Ours at each step, the peers at the last."""
    steps = [max(1, int(hosts * scale)) for hosts in STEPS]
    peers, missing = programs.runnable((AIOHTTP, WGET, FLOOR))
    found: list[tuple[str, int, Result]] = []
    with web.running() as port:
        for hosts in steps:
            listed = uris(port, hosts * PAGES_A_HOST, hosts, "s")
            names = (OURS_LINKS, *peers) if hosts == steps[-1] else (OURS_LINKS,)
            results = race(names, listed, listed[0], 1)
            found += [(name, hosts, result) for name, result in results.items()]
    told = (
        f"`python -m bench archive-hosts`, {machine()}; {programs.versions()}. Pages of {web.SMALL_BYTES / 1000:g} KB,"
        f" {PAGES_A_HOST} a host, and each host's robots.txt, which wget does not ask for when it is given a list. One"
        " run each. CPU a page is without start-up; peak memory is the largest process's."
    )
    body = [
        told,
        table(_HEAD, [_row(*one) for one in found]),
        _judged([r for name, _, r in found if name == OURS_LINKS.name]),
    ]
    return Section("Archiving small pages on many hosts", "\n\n".join([*body, *missing]))


_HEAD = ("program", "hosts", "pages", "CPU s", "CPU ms a page", "wall s", "peak MB")


def _row(name: str, hosts: int, result: Result) -> list[str]:
    return [
        name,
        f"{hosts:,}",
        f"{result.pages:,}",
        f"{result.cost.cpu_s:.1f}",
        f"{result.cpu_ms:.2f}",
        f"{result.cost.wall_s:.1f}",
        f"{result.cost.peak_bytes / MEBI:.0f}",
    ]


def _judged(ours: list[Result]) -> str:
    growth = ours[-1].cpu_ms / ours[0].cpu_ms
    return notes(
        [
            bound("CPU a page at the last step, of that at the first", growth, MOST_GROWTH),
            bound("Peak memory of ours", ours[-1].cost.peak_bytes / MEBI, MOST_MB, " MB"),
        ]
    )
