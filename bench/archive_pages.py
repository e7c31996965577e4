"""What archiving a page costs, side by side: pages of real-looking HTML on 50 hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench import programs, web
from bench.addresses import uris
from bench.measure import MEBI, machine
from bench.page import Section, bound, notes, table
from bench.programs import AIOHTTP, FLOOR, OURS, OURS_LINKS, SCRAPY, SCRAPY_WARCIO, WARCPROX, WGET, WGET_LINKS, Program
from bench.race import Result, race

PAGES = 10_000
HOSTS = 50
# The programs that the targets speak of take turns three times, the others once, for the time it takes.
THRICE = (OURS, OURS_LINKS, WGET, WGET_LINKS, SCRAPY_WARCIO)
ONCE = (AIOHTTP, SCRAPY, WARCPROX, FLOOR)
MOST_OF_SCRAPY = 0.45
MOST_OF_WGET = 0.6
MOST_OF_WGET_LINKS = 1.0


def measured(scale: float) -> Section:
    """Race all programs over the pages."""
    number = max(HOSTS, int(PAGES * scale))
    several, missing = programs.runnable(THRICE)
    single, missing_too = programs.runnable(ONCE)
    with web.running() as port:
        listed = uris(port, number, HOSTS, "p")
        results = race(several, listed, listed[0], 3) | race(single, listed, listed[0], 1)
    told = (
        f"`make bench` (or `python -m bench archive-pages`), {machine()}; {programs.versions()}. {number:,} pages of"
        f" HTML (median {web.MEDIAN_BYTES // 1000} KB) on {HOSTS} hosts of a fake web on loopback, whose own CPU is not"
        " counted. CPU is that of the whole process tree, user and system; CPU a page and the ratios are without"
        f" start-up (the same program with one address). Peak memory is the largest process's."
        f" {_names(several)}: median of three runs in turn; the others: one run."
    )
    return Section(
        "Archiving pages",
        "\n\n".join(
            [told, table(_HEAD, _rows([*several, *single], results)), _judged(results), _differ(missing + missing_too)]
        ),
    )


_HEAD = (
    *("program", "CPU s", "start-up s", "CPU ms a page", "÷ Scrapy + warcio", "÷ wget", "÷ wget with links"),
    *("wall s", "peak MB", "written MB"),
)


def _rows(found: Sequence[Program], results: Mapping[str, Result]) -> list[list[str]]:
    peers = [results.get(peer.name) for peer in (SCRAPY_WARCIO, WGET, WGET_LINKS)]
    return [_row(program.name, results[program.name], peers) for program in found]


def _row(name: str, result: Result, peers: Sequence[Result | None]) -> list[str]:
    cost = result.cost
    return [
        name,
        f"{cost.cpu_s:.1f}",
        f"{result.start.cpu_s:.2f}",
        f"{result.cpu_ms:.2f}",
        *(f"{result.cpu_ms / peer.cpu_ms:.2f}" if peer else "" for peer in peers),
        f"{cost.wall_s:.1f}",
        f"{cost.peak_bytes / MEBI:.0f}",
        f"{result.written_bytes / MEBI:.0f}",
    ]


def _judged(results: Mapping[str, Result]) -> str:
    """The targets that are about CPU."""
    wanted = [
        (OURS, SCRAPY_WARCIO, MOST_OF_SCRAPY),
        (OURS, WGET, MOST_OF_WGET),
        (OURS_LINKS, WGET_LINKS, MOST_OF_WGET_LINKS),
    ]
    return notes(
        [
            bound(
                f"CPU a page, “{one.name}” of “{peer.name}”", results[one.name].cpu_ms / results[peer.name].cpu_ms, most
            )
            for one, peer, most in wanted
            if one.name in results and peer.name in results
        ]
    )


def _differ(missing: Sequence[str]) -> str:
    every = (*THRICE, *ONCE)
    return "What each does for it:\n\n" + notes([*(f"{one.name}: {one.does}" for one in every), *missing])


def _names(found: Sequence[Program]) -> str:
    return ", ".join(program.name for program in found)
