"""Bodies of any size from the wire into an archive with bounded memory, in a process of their own."""

from __future__ import annotations

import hashlib
import json
import random
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

MIB = 1024 * 1024
# No longer than deflate's window would be packed; this is not.
PIECE = random.Random(1).randbytes(MIB)
RECORD = textwrap.dedent("""
    import asyncio, json, resource, sys, time
    from datetime import UTC, datetime
    from pathlib import Path
    from crawler.archive.reader import verify
    from crawler.archive.recording import Recording
    from crawler.archive.writer import ArchiveWriter
    from crawler.clock import Clock
    from crawler.config import Config
    from crawler.ledger.ledger import Ledger
    from crawler.model import Night
    from crawler.wire.wire import Wire

    def peak_kib():
        \"\"\"Of this process alone: ru_maxrss begins with what the parent held.\"\"\"
        try:
            status = Path("/proc/self/status").read_text()
        except OSError:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return int(status.split("VmHWM:")[1].split()[0])

    async def main(uri, count, folder):
        config = Config(allow_private_networks=("127.0.0.0/8",), max_body_bytes=10**11, exchange_deadline_s=3000.0)
        wire, worst = Wire(config, Clock(), folder), 0.0

        async def watch():
            nonlocal worst
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.001)
                worst = max(worst, time.perf_counter() - began - 0.001)

        watching = asyncio.create_task(watch())
        exchanges = await asyncio.gather(*(wire.exchange(f"{uri}{number}", []) for number in range(count)))
        watching.cancel()
        received_kib = peak_kib()
        ledger = Ledger.open(folder / "ledger.sqlite3")
        night = Night("20260102T020000Z", datetime(2026, 1, 2, 2, tzinfo=UTC), simulated=False)
        writer = ArchiveWriter(folder, ledger, night, Clock(), {})
        captures = writer.write([Recording(exchange, exchange.uri) for exchange in exchanges])
        writer.close()
        lengths = [verify(folder, capture) for capture in captures]
        ledger.close()
        print(json.dumps({
            "failures": [exchange.failure for exchange in exchanges], "lengths": lengths,
            "digests": [exchange.payload_digest for exchange in exchanges], "worst_stall_s": worst,
            "received_kib": received_kib, "peak_kib": peak_kib(),
        }))
        for exchange in exchanges:
            exchange.close()
        await wire.close()

    asyncio.run(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
""")


@dataclass(frozen=True)
class Measured:
    """What a recording process said of itself: peak memory in MiB, and how long its loop stood still at worst."""

    failures: list[str | None]
    lengths: list[int]
    digests: list[str]
    worst_stall_s: float
    received_kib: int
    peak_kib: int

    @property
    def peak_mib(self) -> float:
        """The peak of the resident set, its archive written and read back."""
        return self.peak_kib / 1024


@contextmanager
def generating(mebibytes: int) -> Iterator[int]:
    """A server that makes a chunked body of so many MiB on the fly for each connection: its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=_accept, args=(listening, mebibytes), daemon=True).start()
        yield listening.getsockname()[1]


def _accept(listening: socket.socket, mebibytes: int) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        Thread(target=_send, args=(connection, mebibytes), daemon=True).start()


def _send(connection: socket.socket, mebibytes: int) -> None:
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: video/mp4\r\n\r\n")
        for _ in range(mebibytes):
            connection.sendall(b"%x\r\n%s\r\n" % (MIB, PIECE))
        connection.sendall(b"0\r\n\r\n")


def record(folder: Path, mebibytes: int, count: int = 1) -> Measured:
    """So many bodies of so many MiB at a time, received, archived and read back in a process of their own."""
    with generating(mebibytes) as port:
        words = [sys.executable, "-c", RECORD, f"http://127.0.0.1:{port}/", str(count), str(folder)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return Measured(**json.loads(done.stdout))


def digest_of(mebibytes: int) -> str:
    """Of a body of so many MiB."""
    digest = hashlib.sha256()
    for _ in range(mebibytes):
        digest.update(PIECE)
    return f"sha256:{digest.hexdigest()}"


def check(measured: Measured, mebibytes: int, count: int = 1) -> None:
    """Every body is whole, and memory did not follow its size."""
    assert measured.failures == [None] * count
    assert measured.lengths == [mebibytes * MIB] * count
    assert measured.digests == [digest_of(mebibytes)] * count
    assert measured.peak_mib < 150, "a large file would take the machine's memory"


def test_a_large_body_takes_no_memory(tmp_path: Path) -> None:
    check(record(tmp_path, 160), 160)
    assert not [path for path in tmp_path.iterdir() if path.is_file() and "ledger" not in path.name], (
        "spooled bytes stay"
    )


@pytest.mark.proof
def test_sixty_four_bodies_at_a_time_take_little_memory(tmp_path: Path) -> None:
    check(record(tmp_path, 5, 64), 5, 64)


@pytest.mark.proof
def test_half_a_gibibyte_takes_no_memory(tmp_path: Path) -> None:
    check(record(tmp_path, 512), 512)
