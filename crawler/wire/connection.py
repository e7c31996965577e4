"""A connection of ours: what is written, and whom the bytes that come in belong to.

Rules:
- Bytes that come before the first request belong to its answer: some servers speak before they are asked.
- Bytes on a resting connection belong to nobody; the connection is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import select

from crawler.model import Tls
from crawler.wire.answer import Answer

# What one read may bring. More would hold up the other connections longer, less costs large bodies time.
READ_BYTES = 64 * 1024


def make_buffer() -> memoryview:
    """Where a read puts its bytes; the connections of one loop may share it, since each takes them out at once."""
    return memoryview(bytearray(READ_BYTES))


class Connection(asyncio.BufferedProtocol):
    """A connection to `ip` (None through a proxy, which resolves for itself)."""

    def __init__(self, ip: str | None, buffer: memoryview | None = None) -> None:
        self.ip = ip
        self._buffer = make_buffer() if buffer is None else buffer
        self.tls: Tls | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None
        self._early: bytes | None = b""  # None once the first request is out

    def ask(self, request: bytes, answer: Answer) -> bytes:
        """Send a request; what comes back goes to the answer. Returns what was sent: nothing where it is too late."""
        early, self._early, self._answer = self._early, None, answer
        transport = None if self.closing else self._transport
        if transport is not None:
            transport.write(request)
            transport.resume_reading()
            answer.come_over(transport)
        if early:
            answer.feed(early)
        if transport is None:
            answer.lose(None)
        return request if transport else b""

    def rest(self) -> None:
        """The answer is whole; until the next request nothing may come."""
        self._answer = self._early = None

    @property
    def closing(self) -> bool:
        """Whether either side has ended the connection."""
        return self._transport is None or self._transport.is_closing()

    @property
    def is_quiet(self) -> bool:
        """Whether the connection stands and nothing waits in its socket: no end, and no byte that nobody asked for."""
        if self._transport is None or self._transport.is_closing():
            return False
        waiting = select.poll()
        waiting.register(self._transport.get_extra_info("socket"), select.POLLIN)
        return not waiting.poll(0)

    def abort(self) -> None:
        """End the connection now."""
        self._answer = None
        if self._transport is not None:
            with contextlib.suppress(AttributeError):  # Python 3.11.2 cannot abort a closed TLS transport
                self._transport.abort()

    def hang_up(self) -> None:
        """End the connection and the answer that may be coming over it."""
        if self._answer is not None:
            self._answer.lose(ConnectionAbortedError("we hung up"))
        self.abort()

    # ---- asyncio.BufferedProtocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        data = bytes(self._buffer[:nbytes])
        if self._answer is not None:
            self._answer.feed(data)
        elif self._early is not None and self._transport is not None:
            self._early += data
            self._transport.pause_reading()
        else:
            self.abort()

    def eof_received(self) -> None:
        if self._answer is not None:
            self._answer.close()
        elif self._early is None:
            self.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None:
            self._answer.lose(error)
        if not self.lost.done():
            self.lost.set_result(None)
