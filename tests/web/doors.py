"""Listening sockets of the fake web: one place per door and scheme, and what the bad doors do.

Rules: with ephemeral ports every door is on the one address; with fixed ports each bad door takes the next
address (127.0.0.77 → .78 …), because name resolution cannot tell ports apart.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from ipaddress import ip_address

from tests.web.sites import Door
from tests.web.wire import HOLD_S, LINGER_ZERO

WORDS = {
    Door.PLAIN: b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    Door.ALERT: b"\x15\x03\x03\x00\x02\x02\x28",  # a TLS record: alert, fatal, handshake_failure (RFC 8446 §6.2)
}


@dataclass(frozen=True, slots=True)
class Entrance:
    """A bound socket and where it is; `accepts` is False where nobody will answer."""

    door: Door
    scheme: str
    socket: socket.socket
    accepts: bool

    @property
    def place(self) -> str:
        """Its address:port."""
        address, port = self.socket.getsockname()
        return f"{address}:{port}"

    @property
    def label(self) -> str:
        """The door and scheme, as the log counts connections."""
        return f"{self.door.value}-{self.scheme}"


def open_entrance(stack: ExitStack, door: Door, scheme: str, address: str, port: int) -> Entrance:
    """Bind (and mostly listen) at a door; the stack closes what was opened."""
    if port:
        address = str(ip_address(address) + list(Door).index(door))
    bound = stack.enter_context(socket.socket())
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((address, port))
    bound.setblocking(False)
    if door is Door.UNANSWERED:
        _fill_backlog(stack, bound)
    elif door is not Door.REFUSED:
        bound.listen(128)
    return Entrance(door, scheme, bound, door not in (Door.REFUSED, Door.UNANSWERED))


def _fill_backlog(stack: ExitStack, bound: socket.socket) -> None:
    """A backlog of 0 holds one connection; with it taken, Linux drops every further SYN."""
    bound.listen(0)
    for _ in range(2):
        filler = stack.enter_context(socket.socket())
        filler.setblocking(False)
        filler.connect_ex(bound.getsockname())


async def meet(entrance: Entrance, connection: socket.socket) -> None:
    """Do what a bad door does to an accepted connection."""
    with connection:
        if entrance.door is Door.RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
            return
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(HOLD_S):
                await _be_deaf(connection, WORDS.get(entrance.door, b""))


async def _be_deaf(connection: socket.socket, words: bytes) -> None:
    """Read until the client gives up; after its first bytes say `words`, if any, and end."""
    loop = asyncio.get_running_loop()
    while await loop.sock_recv(connection, 4096):
        if words:
            await loop.sock_sendall(connection, words)
            return
