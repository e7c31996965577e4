"""A fake web for measurements: `python -m bench.web PORT [LATENCY_MS]`, a thousand pages a second and more.

Rules:
- Every loopback address is a host (127.0.a.b), so that no peer needs names; all answer on one port.
- `/p/<number>` is a page of real-looking HTML: its length is log-normal with a median of 50 KB, its bytes differ
  from every other page's. `/s/<number>` is a small page of about 1 KB. robots.txt is 404.
- An ETag that is sent back is answered with 304.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
from functools import lru_cache

MEDIAN_BYTES = 50_000
SPREAD = 0.8  # of the logarithm of the length
SMALL_BYTES = 1_000
BODIES = 64

_WORDS = (
    *(
        "sustainable",
        "procurement",
        "report",
        "building",
        "material",
        "circular",
        "economy",
        "city",
        "network",
        "guide",
    ),
    *("standard", "example", "practice", "data", "method", "assessment", "public", "project", "partner", "result"),
)


def page(number: int, small: bool) -> bytes:
    """The body of a page: its own first line, then one of a few bodies."""
    head = f"<!doctype html><html lang=en><head><title>Page {number}</title></head><body><h1>Page {number}</h1>\n"
    return head.encode() + (_small() if small else _body(number % BODIES)) + b"</body></html>\n"


@lru_cache
def _small() -> bytes:
    return _paragraphs(random.Random(0), SMALL_BYTES)


@lru_cache
def _body(number: int) -> bytes:
    chance = random.Random(number)
    return _paragraphs(chance, int(MEDIAN_BYTES * math.exp(chance.gauss(0, SPREAD))))


def _paragraphs(chance: random.Random, length: int) -> bytes:
    """Paragraphs with links, lists and classes as content systems write them."""
    pieces: list[str] = []
    size = 0
    while size < length:
        words = " ".join(chance.choices(_WORDS, k=chance.randrange(20, 90)))
        link = f'<a class="c-link c-link--{chance.randrange(9)}" href="/p/{chance.randrange(10**6)}">{words[:30]}</a>'
        mark = f"{chance.getrandbits(64):016x}"
        piece = f'<div class="field field--name-body" data-id="{mark}"><p>{words} {link}.</p></div>\n'
        pieces.append(piece)
        size += len(piece)
    return "".join(pieces).encode()


class _Connection(asyncio.Protocol):
    """One connection: requests answered in order."""

    latency_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            request, self._received = self._received[:end], self._received[end + 4 :]
            if self.latency_s:
                asyncio.get_running_loop().call_later(self.latency_s, self._write, _answer(request))
            else:
                self._write(_answer(request))

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _answer(request: bytes) -> bytes:
    path = request.split(b" ", 2)[1].decode("latin-1")
    kind, _, number = path[1:].partition("/")
    if kind not in ("p", "s") or not number.isdigit():
        return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
    etag = f'"{kind}{number}"'
    if f"if-none-match: {etag}".encode() in request.lower():
        return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
    body = page(int(number), small=kind == "s")
    fields = (
        "HTTP/1.1 200 OK",
        "Server: nginx",
        "Date: Thu, 01 Jan 2026 02:00:00 GMT",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        f"ETag: {etag}",
        "Cache-Control: max-age=600",
        "Vary: Accept-Encoding",
    )
    head = "\r\n".join(fields) + "\r\n\r\n"
    return head.encode() + body


async def serve(port: int, latency_s: float) -> None:
    """Answer until the process ends."""
    _Connection.latency_s = latency_s
    server = await asyncio.get_running_loop().create_server(_Connection, "0.0.0.0", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.0))
