"""Connections that rest between exchanges: how many, how long, and who may take one up again."""

from __future__ import annotations

import asyncio

from crawler.wire.connection import Connection
from crawler.wire.dial import Route

MAX_IDLE = 64
# Shorter than most servers keep one, longer than a polite pause between two requests to a host.
IDLE_S = 30.0


class Pool:
    """Idle connections: at most `cap` in all, each for at most `idle_s` seconds; the youngest is taken first."""

    def __init__(self, cap: int = MAX_IDLE, idle_s: float = IDLE_S) -> None:
        self._cap = cap
        self._idle_s = idle_s
        self._idle: dict[Connection, tuple[Route, asyncio.TimerHandle]] = {}

    def __len__(self) -> int:
        return len(self._idle)

    def take(self, route: Route) -> Connection | None:
        """A connection for exactly this route that is still open, or None."""
        for connection in reversed(list(self._idle)):
            if self._idle[connection][0] == route:
                self._forget(connection)
                if not connection.closing:
                    return connection
        return None

    def give(self, route: Route, connection: Connection) -> None:
        """Let a connection rest; the one that rested longest makes room."""
        connection.rest()
        if len(self._idle) >= self._cap:
            self._expire(next(iter(self._idle)))
        timer = asyncio.get_running_loop().call_later(self._idle_s, self._expire, connection)
        self._idle[connection] = (route, timer)

    def clear(self) -> None:
        """End every resting connection."""
        for connection in list(self._idle):
            self._expire(connection)

    def _expire(self, connection: Connection) -> None:
        self._forget(connection)
        connection.abort()

    def _forget(self, connection: Connection) -> None:
        _, timer = self._idle.pop(connection)
        timer.cancel()
