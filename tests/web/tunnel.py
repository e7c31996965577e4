"""The fake web as a proxy: CONNECT opens a tunnel to one of its own doors (RFC 9110 §9.3.6).

The HTTP port is a proxy for http as well, since it takes requests in absolute form.
"""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass

from tests.web.wire import Call


@dataclass(frozen=True)
class Tunnel:
    """Joins the client to `place` (address:port); an unknown host is a 502. The log keeps only the CONNECT."""

    place: str | None

    async def answer(self, call: Call) -> None:
        call.end()
        if self.place is None:
            return await call.reply(502, b"no such host")
        address, port = self.place.split(":")
        reader, writer = await asyncio.open_connection(address, int(port))
        with closing(writer):
            await call.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            pumps = [asyncio.create_task(pump(call.reader, writer)), asyncio.create_task(pump(reader, call.writer))]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in pumps:
                    task.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until their end."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
