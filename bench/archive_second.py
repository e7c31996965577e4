"""A second night over pages that did not change: what it writes and what it costs, beside the first.

Rules:
- Pages with an ETag are asked for conditionally; pages without validators come again, and are the same bytes.
- Between our nights every page is noted as read and good, as a night's judgement would: only then are validators
  sent. That is not measured.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import programs, web
from bench.addresses import uris, write_list
from bench.measure import MEBI, Cost, machine, run
from bench.page import Section, bound, notes, table
from bench.programs import OURS_LINKS, WGET, Command, Program
from bench.race import run_once
from bench.stored import read_stored, written_bytes
from crawler.ledger.ledger import Ledger
from crawler.model import Evidence, Outcome, Reading

PAGES = 5_000
HOSTS = 50
MOST_BYTES = 0.25
MOST_CPU = 1.0
KINDS = {"p": "with an ETag", "n": "without validators"}


@dataclass(frozen=True, slots=True)
class Night:
    """What a night cost, without start-up, and the bytes it added to the folder."""

    cpu_s: float
    wall_s: float
    written_bytes: int


def measured(scale: float) -> Section:
    """Two nights of each program over either kind of page."""
    number = max(HOSTS, int(PAGES * scale))
    found, missing = programs.runnable((OURS_LINKS, WGET))
    rows: list[tuple[str, str, Night, Night]] = []
    with web.running() as port:
        for kind, told in KINDS.items():
            listed = uris(port, number, HOSTS, kind)
            rows += [(one.name, told, *_two_nights(one, listed)) for one in found]
    told = (
        f"`python -m bench archive-second`, {machine()}; {programs.versions()}. {number:,} pages (median"
        f" {web.MEDIAN_BYTES // 1000} KB) on {HOSTS} hosts, archived twice, one run each. Bytes are those of all files"
        " that a program leaves, index and database included; CPU is without start-up. wget is given the first night's"
        " CDX (`--warc-dedup`); it sends no ETag."
    )
    body = [told, table(_HEAD, [_row(*row) for row in rows]), notes([line for row in rows for line in _judged(*row)])]
    return Section("A second night over unchanged pages", "\n\n".join([*body, *missing]))


def _two_nights(program: Program, listed: list[str]) -> tuple[Night, Night]:
    start, _ = run_once(program, listed[:1])
    second, between = _SECOND[program.name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "out")
        folder.mkdir()
        path = write_list(Path(place, "list"), listed)
        first_night = _night(program.command(folder, path), folder, start)
        between(folder)
        second_night = _night(second(folder, path), folder, start)
        _check(folder, listed)
        return first_night, second_night


def _night(command: list[str], folder: Path, start: Cost) -> Night:
    before = written_bytes(folder)
    cost = run(command)
    return Night(cost.cpu_s - start.cpu_s, cost.wall_s - start.wall_s, written_bytes(folder) - before)


def _check(folder: Path, listed: list[str]) -> None:
    stored = read_stored(folder)
    if stored.pages != set(listed) or stored.revisits != len(listed):
        raise RuntimeError(f"{len(stored.pages)} pages and {stored.revisits} revisits of {len(listed)} were stored")


def _call_all_good(folder: Path) -> None:
    ledger = Ledger.open(folder / "ledger.sqlite3")
    night = ledger.nights()[-1]
    good = Reading(Outcome.OK, Evidence("ok", "", ""))
    ledger.store_readings(night, ((seen.uri, good, seen) for seen in ledger.each_observation(night.id)), "1")
    ledger.close()


def _wget_again(folder: Path, listed: Path) -> list[str]:
    words = WGET.command(folder, listed)
    return [*words, f"--warc-file={folder / 'again'}", f"--warc-dedup={folder / 'wget.cdx'}"]


_SECOND: dict[str, tuple[Command, Callable[[Path], None]]] = {
    OURS_LINKS.name: (OURS_LINKS.command, _call_all_good),
    WGET.name: (_wget_again, lambda folder: None),
}
_HEAD = (
    *("program", "pages", "first night: CPU s", "MB", "second night: CPU s", "MB"),
    *("CPU, of the first's", "bytes, of the first's"),
)


def _row(name: str, told: str, first: Night, second: Night) -> list[str]:
    return [
        name,
        told,
        f"{first.cpu_s:.1f}",
        f"{first.written_bytes / MEBI:.1f}",
        f"{second.cpu_s:.1f}",
        f"{second.written_bytes / MEBI:.1f}",
        f"{second.cpu_s / first.cpu_s:.2f}",
        f"{second.written_bytes / first.written_bytes:.2f}",
    ]


def _judged(name: str, told: str, first: Night, second: Night) -> list[str]:
    if name != OURS_LINKS.name:
        return []
    return [
        bound(f"Bytes, second night of the first's, {told}", second.written_bytes / first.written_bytes, MOST_BYTES),
        bound(f"CPU, second night of the first's, {told}", second.cpu_s / first.cpu_s, MOST_CPU),
    ]
