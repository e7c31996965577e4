"""Behaviours of servers and networks that fail: silence, resets, early ends, floods.

Rules: what is sent before the failure is exact; whoever holds the client lets go when the client does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat

from tests.web.answers import HTML, Answer, Behaviour, Page
from tests.web.bodies import MIB, make_gzip_bomb
from tests.web.prose import render_page, write_paragraphs
from tests.web.wire import HOLD_S, Call, date_field, make_head

ARTICLE = render_page("An article that does not arrive", write_paragraphs("An article that does not arrive"))


def half_sent(body: bytes = ARTICLE) -> bytes:
    """A head promising a whole body, and the first half of it."""
    fields = (date_field(), ("Content-Type", HTML), ("Content-Length", str(len(body))))
    return make_head(200, fields) + body[: len(body) // 2]


@dataclass(frozen=True)
class Silence:
    """Takes the request and never answers."""

    async def answer(self, call: Call) -> None:
        await call.hold()


@dataclass(frozen=True)
class SilenceMidBody:
    """Sends the head and half of the body, then nothing more."""

    async def answer(self, call: Call) -> None:
        await call.send(half_sent())
        await call.hold()


@dataclass(frozen=True)
class SilenceMidHead:
    """Sends a status line and one field, then nothing more."""

    async def answer(self, call: Call) -> None:
        await call.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
        await call.hold()


@dataclass(frozen=True)
class Dribble:
    """A slow loris: the message, one byte at a time, so that no single read ever times out.

    `quick` bytes come at once: 0 dribbles the head too.
    """

    every_s: float = 0.1
    quick: int = 0

    async def answer(self, call: Call) -> None:
        fields = (date_field(), ("Content-Type", HTML), ("Content-Length", str(len(ARTICLE))))
        message = make_head(200, fields) + ARTICLE
        await call.send(message[: self.quick])
        call.end()
        async with asyncio.timeout(HOLD_S):
            for place in range(self.quick, len(message)):
                await call.send(message[place : place + 1])
                await asyncio.sleep(self.every_s)


@dataclass(frozen=True)
class ResetAfterRequest:
    """Reads the request, then RST."""

    async def answer(self, call: Call) -> None:
        await call.reset()


@dataclass(frozen=True)
class ResetMidBody:
    """Sends the head and half of the body, then RST."""

    async def answer(self, call: Call) -> None:
        await call.send(half_sent())
        await call.reset()


@dataclass(frozen=True)
class CloseBeforeResponse:
    """Reads the request, then ends the connection in order, without a word."""

    async def answer(self, call: Call) -> None:
        call.end()


@dataclass(frozen=True)
class CloseMidBody:
    """Sends the head and half of the body, then ends the connection in order."""

    async def answer(self, call: Call) -> None:
        await call.send(half_sent())
        call.end()


@dataclass(frozen=True)
class CloseWhenIdle:
    """Answers well, says nothing of closing, and closes: the next request meets a dead keep-alive connection."""

    behaviour: Behaviour = field(default_factory=lambda: Page("A host that ends idle connections"))

    async def answer(self, call: Call) -> None:
        await self.behaviour.answer(call)
        call.end()


@dataclass(frozen=True)
class Raw:
    """Any bytes at all, then the connection ends."""

    data: bytes

    async def answer(self, call: Call) -> None:
        await call.send(self.data)
        call.end()


@dataclass(frozen=True)
class Endless:
    """A chunked body that goes on as long as the client reads."""

    piece: bytes = b"<p>and so on</p>\n" * 4096

    async def answer(self, call: Call) -> None:
        await call.send(make_head(200, [date_field(), ("Content-Type", HTML), ("Transfer-Encoding", "chunked")]))
        await _flood(call, repeat(b"%x\r\n%s\r\n" % (len(self.piece), self.piece)))


@dataclass(frozen=True)
class EndlessHead:
    """A head that goes on as long as the client reads."""

    async def answer(self, call: Call) -> None:
        await call.send(b"HTTP/1.1 200 OK\r\n")
        await _flood(call, repeat(b"X-More: %s\r\n" % (b"y" * 8000)))


async def _flood(call: Call, pieces: Iterator[bytes]) -> None:
    call.end()
    async with asyncio.timeout(HOLD_S):
        for piece in pieces:
            await call.send(piece)


@dataclass(frozen=True)
class HugeHead:
    """A well-formed answer whose fields together are `length` bytes and more."""

    length: int = MIB

    async def answer(self, call: Call) -> None:
        fields = [(f"X-Filler-{number}", "z" * 8000) for number in range(self.length // 8000 + 1)]
        await call.reply(200, ARTICLE, [("Content-Type", HTML), *fields])


@dataclass(frozen=True)
class GzipBomb:
    """A small gzip body that decodes to `decoded_bytes` of zeros."""

    decoded_bytes: int = 256 * MIB

    async def answer(self, call: Call) -> None:
        fields = (("Content-Type", HTML), ("Content-Encoding", "gzip"))
        await call.reply(200, make_gzip_bomb(self.decoded_bytes), fields)


TROUBLE: Mapping[str, Behaviour] = {
    "silence": Silence(),
    "silence-mid-body": SilenceMidBody(),
    "silence-mid-head": SilenceMidHead(),
    "dribble": Dribble(),
    "dribble-body": Dribble(quick=1200),
    "reset": ResetAfterRequest(),
    "reset-mid-body": ResetMidBody(),
    "close": CloseBeforeResponse(),
    "close-mid-body": CloseMidBody(),
    "close-when-idle": CloseWhenIdle(),
    "endless": Endless(),
    "endless-head": EndlessHead(),
    "huge-head": HugeHead(),
    "gzip-bomb": GzipBomb(),
    "not-http": Raw(b"220 mail.example.org ESMTP ready\r\n"),
    "garbage": Raw(bytes(range(256))),
    "broken-gzip": Answer(body=b"\x1f\x8b\x08\0not really", fields=(("Content-Encoding", "gzip"),)),
    "broken-pdf": Answer(body=b"this is not a PDF", media_type="application/pdf"),
    "unknown-coding": Answer(body=b"\x01\x02\x03", fields=(("Content-Encoding", "x-secret"),)),
    "conflicting-lengths": Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello..."),
    "length-and-chunked": Raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    ),
    "bad-chunk-size": Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n"),
}
