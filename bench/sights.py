"""What it costs to see what pages show: at a glance, with their main text, and on a second night.

Rules:
- The nights are read as a night reads them, from the archive into the ledger; their pages are archived beforehand, and
  that is not measured.
- "all again" is the same second night by a ledger that knows no sight: what a digest of the bytes would cost.

`python -m bench.sights read FOLDER NIGHT` reads a night; `… pages NUMBER` makes pages, `… glance` and `… text` read
them.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile

from bench import looks
from bench.measure import Cost, machine, run
from bench.page import Section, bound, notes, table
from crawler.archive.recording import Recording
from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.config import Config
from crawler.http1 import Final, ResponseParser
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Content, Exchange, Head, Hop, Night, Observation, Timings
from crawler.night.sights import read_sights
from crawler.pages.sight import Body, read_sight, read_text
from crawler.urls.canonical import urlkey

PAGES = 2_000
SINGLE = 400  # pages that are read one by one
LEAST_SKIPPED = 0.95
FIRST = datetime(2026, 11, 22, 2, tzinfo=UTC)
NIGHTS = tuple(
    Night(f"{at:%Y%m%dT%H%M%SZ}", at, simulated=True) for at in (FIRST, FIRST + timedelta(days=3, minutes=7))
)


def measured(scale: float) -> Section:
    """Read pages one by one, then two nights of them."""
    number, single = max(100, int(PAGES * scale)), max(40, int(SINGLE * scale))
    with tempfile.TemporaryDirectory() as place:
        costs = {what: _run(what, str(single)) for what in ("pages", "glance", "text")}
        folder = Path(place) / "archive"
        _archive(folder, number)
        costs["first"] = _run("read", str(folder), NIGHTS[0].id)
        shutil.copytree(folder, Path(place) / "again")
        _forget(Path(place) / "again")
        costs["second"] = _run("read", str(folder), NIGHTS[1].id)
        costs["all again"] = _run("read", str(Path(place) / "again"), NIGHTS[1].id)
        skipped, noticed = _skipped(folder, number)
    return Section("What pages show", _told(costs, number, single, skipped, noticed))


def _run(*arguments: str) -> Cost:
    return run([sys.executable, "-m", "bench.sights", *arguments])


def _told(costs: dict[str, Cost], number: int, single: int, skipped: float, noticed: float) -> str:
    rows = [
        _row(name, number if name in _NIGHTS else single, costs[name], None if name in _NIGHTS else costs["pages"])
        for name in _NAMES
    ]
    begin = (
        f"`python -m bench sights`, {machine()}. Pages of a median of 50 KB, English and Chinese in turn. CPU is that"
        " of all processes; a page at a glance and its main text are read in one process, without start-up. On the"
        " second night every page has other nonces, dates, ages and counters, and every"
        f" {looks.ONE_OF_CHANGES}th another deadline."
    )
    judged = [
        f"Pages whose main text was not extracted again, of those on which nothing else changed: {skipped:.1%}, at"
        f" least {LEAST_SKIPPED:.0%} – {'met' if skipped >= LEAST_SKIPPED else '**missed**'}",
        f"Pages with another deadline that were extracted again: {noticed:.1%}, all – "
        + ("met" if noticed == 1 else "**missed**"),
        bound("CPU of the second night, of all again", costs["second"].cpu_s / costs["all again"].cpu_s, 0.5),
    ]
    return "\n\n".join([begin, table(["", "pages", "CPU s", "pages per CPU s", "peak MB"], rows), notes(judged)])


_NIGHTS = ("first", "second", "all again")
_NAMES = {
    "glance": "at a glance: visible text, what is declared, the key",
    "text": "main text (trafilatura)",
    "first": "a first night",
    "second": "a second night: only dates, counters and nonces changed",
    "all again": "the same, every text extracted again",
}


def _row(name: str, pages: int, cost: Cost, start: Cost | None) -> list[str]:
    cpu_s = cost.cpu_s - (start.cpu_s if start else 0)
    return [_NAMES[name], f"{pages:,}", f"{cpu_s:.1f}", f"{pages / cpu_s:.0f}", f"{cost.peak_bytes / 2**20:.0f}"]


# ---------------------------------------------------------------- nights


def _archive(folder: Path, number: int) -> None:
    """Both nights' pages, archived and observed."""
    ledger = Ledger.open(folder / "ledger.sqlite3")
    for place, night in enumerate(NIGHTS):
        ledger.begin_night(night, "{}")
        writer = ArchiveWriter(folder, ledger, night, Clock(night.started_at), {})
        for first in range(0, number, 100):
            pages = range(first, min(first + 100, number))
            captures = writer.write([_recording(page, night, bool(place)) for page in pages])
            ledger.add_observations([_observation(night, capture) for capture in captures if capture])
        writer.close()
    ledger.close()


def _recording(number: int, night: Night, second: bool) -> Recording:
    uri = f"https://host{number % 50}.example/p/{number}"
    body = looks.page(number, night.started_at, second)
    wire = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head, head_length = _head(wire)
    spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 # the exchange closes it
    spool.write(wire)
    exchange = Exchange(
        uri=uri,
        started_at=night.started_at,
        sent=b"GET / HTTP/1.1\r\n\r\n",
        interim=b"",
        received=spool,
        received_length=len(wire),
        head_length=head_length,
        head=head,
        block_digest=_labelled(wire),
        payload_digest=_labelled(body),
        payload_length=len(body),
        truncated=None,
        failure=None,
        failure_detail="",
        refusal=None,
        ip=None,
        tls=None,
        timings=Timings(dns_s=0.0, connect_s=0.0, total_s=0.0),
    )
    return Recording(exchange, urlkey(uri))


def _head(wire: bytes) -> tuple[Head, int]:
    parser = ResponseParser()
    [final] = [event for event in parser.feed(wire) if isinstance(event, Final)]
    return final.head, len(final.raw)


def _labelled(octets: bytes) -> str:
    return "sha256:" + hashlib.sha256(octets).hexdigest()


def _observation(night: Night, capture: Capture) -> Observation:
    hop = Hop(capture.uri, 200, None, record_id=capture.record_id)
    content = Content("text/html", capture.payload_length, capture.digest)
    return Observation(night.id, capture.uri, night.started_at, (hop,), content)


def _forget(folder: Path) -> None:
    with sqlite3.connect(folder / "ledger.sqlite3") as db:
        db.execute("DELETE FROM sights")
        db.execute("DELETE FROM payload_sights")


def _skipped(folder: Path, number: int) -> tuple[float, float]:
    """Shares: of unchanged pages those with one key on both nights, of changed ones those with two."""
    ledger = Ledger.open(folder / "ledger.sqlite3")
    first, second = (ledger.observations_of(night.id) for night in NIGHTS)
    same = {uri for uri in first if ledger.sight_key_of(first[uri]) == ledger.sight_key_of(second[uri])}
    ledger.close()
    changed = {uri for uri in first if int(uri.rpartition("/")[2]) % looks.ONE_OF_CHANGES == 0}
    unchanged = set(first) - changed
    return len(same & unchanged) / len(unchanged), len(changed - same) / len(changed)


# ---------------------------------------------------------------- what is measured


def main(arguments: list[str]) -> None:
    """Do what is measured."""
    if arguments[0] == "read":
        folder = Path(arguments[1])
        ledger = Ledger.open(folder / "ledger.sqlite3")
        read_sights(ledger, folder, arguments[2], Config())
        ledger.close()
        return
    read: dict[str, Callable[[Body], object]] = {"pages": len_of, "glance": read_sight, "text": read_text}
    for body in _bodies(int(arguments[1])):
        read[arguments[0]](body)


def len_of(body: Body) -> int:
    """Nothing but a page made: what is left out of the figures."""
    return len(body.content)


def _bodies(number: int) -> Iterator[Body]:
    for place in range(number):
        content = looks.page(place, FIRST, second=False)
        yield Body(content, "text/html", "utf-8", f"https://host.example/p/{place}", FIRST.date())


if __name__ == "__main__":
    main(sys.argv[1:])
