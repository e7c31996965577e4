"""A fake web for measurements: `python -m bench.web PORT [LATENCY_MS]`, thousands of pages a second.

Rules:
- Every loopback address is a host (127.0.a.b), so that no peer needs names; all answer on one port.
- `/p/<number>` is a page of real-looking HTML: its length is log-normal with a median of 50 KB, its bytes differ
  from every other page's. `/n/<number>` is the same without validators. `/s/<number>` is a small page of about 1 KB.
  `/b/<length>` is a body of that many bytes that no deflate makes shorter. All else, robots.txt too, is 404.
- An ETag that is sent back is answered with 304.
- The latency is the time between a request and its answer's first byte.
"""

from __future__ import annotations

import asyncio
import math
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPConnection

MEDIAN_BYTES = 50_000
SPREAD = 0.8  # of the logarithm of the length
SMALL_BYTES = 1_000
BODIES = 64
BLOCK = random.Random(0).randbytes(1024 * 1024)

_WORDS = (
    *("sustainable", "procurement", "report", "building", "material", "circular", "economy", "city", "network"),
    *("guide", "standard", "example", "practice", "data", "method", "assessment", "public", "project", "partner"),
)
_HEAD = (
    '<link rel="stylesheet" href="/a/base.css"><link rel="stylesheet" href="/a/theme.css?v=3" media="screen">'
    '<link rel="icon" href="/favicon.ico"><script src="/a/site.js" defer></script>\n'
)
_NAVIGATION = "".join(f'<li><a href="/section/{place}">Section {place}</a></li>\n' for place in range(12))


@contextmanager
def running(latency_ms: float = 0.0) -> Iterator[int]:
    """A fake web in a process of its own, for as long as the block runs: its port."""
    port = _free_port()
    server = subprocess.Popen([sys.executable, "-m", "bench.web", str(port), str(latency_ms)])
    try:
        _wait_until_it_answers(server, port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("0.0.0.0", 0))
        return int(found.getsockname()[1])


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(200):
        if server.poll() is not None:
            raise RuntimeError("the fake web did not start")
        try:
            HTTPConnection("127.1.0.1", port, timeout=5).request("GET", "/robots.txt")
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the fake web does not answer")


def page(kind: str, number: int) -> bytes:
    """The body of a page: its own first lines, then one of a few bodies."""
    head = f"<!doctype html><html lang=en><head><title>Page {number}</title>{_HEAD if kind != 's' else ''}</head>"
    first = f"{head}<body><h1>Page {number}</h1>\n".encode()
    return first + (_small() if kind == "s" else _body(number % BODIES)) + b"</body></html>\n"


@lru_cache
def _small() -> bytes:
    return _paragraphs(random.Random(0), SMALL_BYTES)


@lru_cache
def _body(number: int) -> bytes:
    chance = random.Random(number)
    length = int(MEDIAN_BYTES * math.exp(chance.gauss(0, SPREAD)))
    return f"<nav><ul>\n{_NAVIGATION}</ul></nav>\n".encode() + _paragraphs(chance, length)


def _paragraphs(chance: random.Random, length: int) -> bytes:
    """Paragraphs with links, pictures and classes as content systems write them."""
    pieces: list[str] = []
    size = 0
    while size < length:
        piece = _picture(chance) if chance.random() < 0.1 else _paragraph(chance)
        pieces.append(piece)
        size += len(piece)
    return "".join(pieces).encode()


def _paragraph(chance: random.Random) -> str:
    words = " ".join(chance.choices(_WORDS, k=chance.randrange(20, 90)))
    link = f'<a class="c-link c-link--{chance.randrange(9)}" href="/p/{chance.randrange(10**6)}">{words[:30]}</a>'
    mark = f"{chance.getrandbits(64):016x}"
    return f'<div class="field field--name-body" data-id="{mark}"><p>{words} {link}.</p></div>\n'


def _picture(chance: random.Random) -> str:
    name = f"/a/{chance.getrandbits(48):012x}"
    return f'<figure><img src="{name}.jpg" srcset="{name}@2x.jpg 2x" alt="{chance.choice(_WORDS)}"></figure>\n'


class _Connection(asyncio.Protocol):
    """One connection: requests answered in order."""

    latency_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""
        self._long = 0

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            request, self._received = self._received[:end], self._received[end + 4 :]
            if self.latency_s:
                asyncio.get_running_loop().call_later(self.latency_s, self._answer, request)
            else:
                self._answer(request)

    def _answer(self, request: bytes) -> None:
        if self._transport.is_closing():
            return
        kind, number = _asked(request)
        if kind == "b":
            self._long = number
            self._transport.write(_head("application/octet-stream", number, None))
            self.resume_writing()
        else:
            self._transport.write(_page_answer(request, kind, number))

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        """Go on with a long body for as long as the peer takes it."""
        self._paused = False
        while self._long and not self._paused:
            piece = BLOCK[: self._long]
            self._long -= len(piece)
            self._transport.write(piece)


def _asked(request: bytes) -> tuple[str, int]:
    path = request.split(b" ", 2)[1].decode("latin-1")
    kind, _, number = path[1:].partition("/")
    return (kind, int(number)) if kind in ("p", "n", "s", "b") and number.isdigit() else ("", 0)


def _page_answer(request: bytes, kind: str, number: int) -> bytes:
    if not kind:
        return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
    etag = f'"{kind}{number}"' if kind != "n" else None
    if etag and f"if-none-match: {etag}".encode() in request.lower():
        return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
    body = page(kind, number)
    return _head("text/html; charset=utf-8", len(body), etag) + body


def _head(media_type: str, length: int, etag: str | None) -> bytes:
    fields = [
        "HTTP/1.1 200 OK",
        "Server: nginx",
        "Date: Thu, 01 Jan 2026 02:00:00 GMT",
        f"Content-Type: {media_type}",
        f"Content-Length: {length}",
        *([f"ETag: {etag}"] if etag else []),
        "Cache-Control: max-age=600",
        "Vary: Accept-Encoding",
    ]
    return ("\r\n".join(fields) + "\r\n\r\n").encode()


async def serve(port: int, latency_s: float) -> None:
    """Answer until the process ends."""
    _Connection.latency_s = latency_s
    server = await asyncio.get_running_loop().create_server(_Connection, "0.0.0.0", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000 if len(sys.argv) > 2 else 0.0))
