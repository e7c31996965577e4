"""Memento look-ups and answers beside pywb's, on one archive in one run.

Rules:
- The archive is made by bench/kept.py; both servers are one process, and take turns under the same clients.
- pywb answers a TimeGate as we do, with a redirect (`redirect_to_exact`), and a memento raw (`id_`).
- CPU an answer is what to quote: clients and server share the machine's cores.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.kept import OPENED, build, night_of, uri_of
from bench.load import Load, ask_all
from bench.measure import machine
from bench.page import Section, bound, notes, table
from crawler.ledger.ledger import Ledger
from crawler.replay.answer import Answer, Asked
from crawler.replay.links import Places
from crawler.replay.memento import show_memento
from crawler.replay.negotiate import http_date
from crawler.replay.payloads import Payloads
from crawler.replay.timegate import open_timegate
from tests.judges.wayback import free_port, serving, wait_for

PAGES, NIGHTS = 5_000, 200
LOOKUPS, ASKED, CLIENTS, TURNS = 10_000, 2_000, 32, 3
MOST_MS = 1.0
LEAST_TIMES = 3.0


@dataclass(frozen=True, slots=True)
class Moments:
    """What is asked for: pages at moments, and captures (timestamp, page) that can be opened."""

    negotiated: Sequence[tuple[str, str]]
    opened: Sequence[tuple[str, str]]


def measured(scale: float) -> Section:
    """Build the archive; look up in this process, then ask both servers in turn."""
    pages, nights = max(50, int(PAGES * min(1.0, scale * 4))), max(20, int(NIGHTS * min(1.0, scale * 4)))
    with tempfile.TemporaryDirectory() as place:
        archive = Path(place)
        build(archive, pages, nights)
        moments = _moments(archive, pages, nights, max(200, int(LOOKUPS * scale)))
        looked = _look_up(archive, moments)
        asked = max(100, int(ASKED * scale))
        with _ours(archive) as ours, _pywb(archive) as pywb:
            loads = _race({"ours": ours, "pywb": pywb}, moments, asked)
    told = (
        f"`python -m bench memento`, {machine()}. {pages * nights:,} captures – {pages:,} pages on {nights} nights –"
        f" indexed, of which {pages * OPENED:,} can be opened. Look-ups are made in one process,"
        f" {len(moments.opened):,} of each kind; answers are fetched by {CLIENTS} clients over keep-alive connections,"
        f" {asked:,} a turn, {TURNS} turns each. pywb 2.10, its index as CDXJ."
    )
    return Section(
        "Memento: look-ups and answers", "\n\n".join([told, _looked_table(looked), *_compared(loads, looked)])
    )


def _moments(archive: Path, pages: int, nights: int, number: int) -> Moments:
    lot = random.Random(0)
    days = [night_of(night).id for night in range(nights)]
    negotiated = [
        (http_date(day[:8] + day[9:15] + "000"), uri_of(lot.randrange(pages))) for day in lot.choices(days, k=number)
    ]
    with closing(Ledger.open_to_read(archive / "ledger.sqlite3")) as ledger:
        since = night_of(nights - OPENED).id
        found = [
            (c.timestamp, c.uri)
            for page in range(pages)
            for c in ledger.captures_of(uri_of(page), "")
            if c.night >= since
        ]
    return Moments(negotiated, lot.choices(found, k=number))


# ---------------------------------------------------------------- in this process


def _look_up(archive: Path, moments: Moments) -> dict[str, list[float]]:
    """Milliseconds of each look-up."""
    places, payloads = Places("http://127.0.0.1:1", "http://127.0.0.1:2"), Payloads(archive)
    with closing(Ledger.open_to_read(archive / "ledger.sqlite3")) as ledger:
        gates = [Asked("GET", "timegate", uri, {"accept-datetime": [at]}) for at, uri in moments.negotiated]
        shown = [Asked("GET", "memento", f"{at}/{uri}", {"accept-encoding": ["gzip"]}) for at, uri in moments.opened]
        return {
            "TimeGate: a moment to its memento": _timed(gates, 302, lambda asked: open_timegate(ledger, places, asked)),
            "memento: found, read, proven": _timed(
                shown, 200, lambda asked: show_memento(ledger, payloads, places, asked)
            ),
        }


def _timed(asked: Sequence[Asked], status: int, answer: Callable[[Asked], Answer]) -> list[float]:
    waits = []
    for one in asked:
        begun = time.perf_counter()
        answered = answer(one)
        waits.append(1000 * (time.perf_counter() - begun))
        if answered.status != status:
            raise RuntimeError(f"{one.rest} was answered with {answered.status}")
    return waits


def _looked_table(looked: dict[str, list[float]]) -> str:
    rows = [[name, *(f"{_part(waits, share):.2f}" for share in (0.5, 0.95, 0.99))] for name, waits in looked.items()]
    return table(["look-up, in this process", "p50 ms", "p95 ms", "p99 ms"], rows)


def _part(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


# ---------------------------------------------------------------- beside pywb


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: what a request for a moment, and for a capture, is to it, and the status of the former."""

    port: int
    process: int
    gate: Callable[[str], str]
    memento: Callable[[str, str], str]
    redirects: int


@contextmanager
def _ours(archive: Path) -> Iterator[Server]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "bench.memento", str(archive), str(port)])
    try:
        wait_for(server, port, archive / "index.cdxj")
        yield Server(port, server.pid, lambda uri: f"/timegate/{uri}", lambda at, uri: f"/memento/{at}/{uri}", 302)
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def _pywb(archive: Path) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, serving(archive, Path(folder), "redirect_to_exact: true\n") as player:
        stem = "/evercite"
        yield Server(
            player.port,
            player.process,
            lambda uri: f"{stem}/{uri}",
            lambda at, uri: f"{stem}/{at}id_/{uri}",
            307,
        )


def _race(servers: dict[str, Server], moments: Moments, asked: int) -> dict[tuple[str, str], Load]:
    """The median turn of each server at each kind of question."""
    turns: dict[tuple[str, str], list[Load]] = {}
    for turn in range(TURNS + 1):
        for name, server in servers.items():
            for kind, load in _turn(server, moments, asked, turn):
                if turn:  # the first one warms
                    turns.setdefault((kind, name), []).append(load)
    return {which: sorted(loads, key=lambda load: load.cpu_ms)[len(loads) // 2] for which, loads in turns.items()}


def _turn(server: Server, moments: Moments, asked: int, turn: int) -> Iterator[tuple[str, Load]]:
    lot = random.Random(turn)
    gates = [
        _request(server.gate(uri), f"Accept-Datetime: {at}") for at, uri in lot.choices(moments.negotiated, k=asked)
    ]
    shown = [
        _request(server.memento(at, uri), "Accept-Encoding: gzip") for at, uri in lot.choices(moments.opened, k=asked)
    ]
    yield "TimeGate", ask_all(server.port, server.process, gates, server.redirects, CLIENTS)
    yield "memento, raw", ask_all(server.port, server.process, shown, 200, CLIENTS)


def _request(target: str, field: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n{field}\r\n\r\n".encode()


def _compared(loads: dict[tuple[str, str], Load], looked: dict[str, list[float]]) -> list[str]:
    head = ("answer", "server", "CPU ms", "answers/s", "p50 ms", "p95 ms")
    rows = [
        [
            kind,
            name,
            f"{load.cpu_ms:.2f}",
            f"{load.rate:.0f}",
            *(f"{1000 * _part(load.waits_s, s):.1f}" for s in (0.5, 0.95)),
        ]
        for (kind, name), load in sorted(loads.items())
    ]
    kinds = sorted({kind for kind, _ in loads})
    bounds = [bound(f"p50, {name}", statistics.median(waits), MOST_MS, " ms") for name, waits in looked.items()]
    for kind in kinds:
        ours, pywb = loads[kind, "ours"], loads[kind, "pywb"]
        bounds.append(_times(f"{kind}: pywb's CPU an answer to ours", pywb.cpu_ms / ours.cpu_ms))
        bounds.append(_times(f"{kind}: our answers a second to pywb's", ours.rate / pywb.rate))
    return [table(head, rows), notes(bounds)]


def _times(what: str, value: float) -> str:
    return f"{what}: {value:.1f} times, at least {LEAST_TIMES:g} – {'met' if value >= LEAST_TIMES else '**missed**'}"


def _serve(archive: Path, port: int) -> None:
    """Both applications on one port: the clients know which they ask."""
    import uvicorn

    from crawler.replay.memento_app import content_app, memento_app

    base = f"http://127.0.0.1:{port}"
    where = (archive / "ledger.sqlite3", archive, base, base)
    gates, mementos = memento_app(*where), content_app(*where)

    async def both(scope, receive, send) -> None:  # type: ignore[no-untyped-def] # ASGI's own shapes
        app = mementos if scope.get("path", "").startswith("/memento/") else gates
        await app(scope, receive, send)

    uvicorn.run(both, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
