"""Clients that ask a server over keep-alive connections, and what that cost the server: CPU of its process, wall time.

Rules:
- Each client asks its next question when the last answer is complete; a wrong status ends the measurement.
- CPU is read from /proc, of the server alone: what the clients cost is nobody's business.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Load:
    """What so many answers cost: seconds of CPU, of all together, and that a client waited for each."""

    answers: int
    cpu_s: float
    wall_s: float
    waits_s: tuple[float, ...]

    @property
    def cpu_ms(self) -> float:
        """CPU an answer, in milliseconds."""
        return 1000 * self.cpu_s / self.answers

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.wall_s


def ask_all(port: int, process: int, requests: Sequence[bytes], status: int, clients: int) -> Load:
    """Put these requests to a server on loopback, by so many clients at once."""
    cpu, begun = cpu_s(process), time.perf_counter()
    waits = asyncio.run(_ask_all(port, requests, status, clients))
    return Load(len(requests), cpu_s(process) - cpu, time.perf_counter() - begun, tuple(waits))


def cpu_s(process: int) -> float:
    """User and system time of a process and its children that it waited for (proc(5), stat)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


async def _ask_all(port: int, requests: Sequence[bytes], status: int, clients: int) -> list[float]:
    waiting = iter(requests)
    waits: list[float] = []
    await asyncio.gather(*(_client(port, waiting, status, waits) for _ in range(clients)))
    return waits


async def _client(port: int, waiting: Iterator[bytes], status: int, waits: list[float]) -> None:
    """One keep-alive connection, opened again where the server closes it."""
    connection = None
    for request in waiting:
        begun = time.perf_counter()
        reader, writer = connection or await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        await _read_body(reader, head.lower())
        if int(head.split(b" ", 2)[1]) != status:
            raise RuntimeError(f"{request[:200]!r} was answered with {head[:300]!r}")
        waits.append(time.perf_counter() - begun)
        stays = b"\r\nconnection: close" not in head.lower()
        connection = (reader, writer) if stays else None
        if not stays:
            writer.close()
    if connection:
        connection[1].close()


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"\r\ntransfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
        return
    length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0].strip()
    await reader.readexactly(int(length or 0))
