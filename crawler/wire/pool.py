"""Connections that rest between exchanges: how many, how long, and who may take one up again."""

from __future__ import annotations

import asyncio

from crawler.wire.connection import Connection
from crawler.wire.dial import Route

MAX_IDLE = 64
# Shorter than most servers keep one, longer than a polite pause between two requests to a host.
IDLE_S = 30.0


class Pool:
    """Idle connections: at most `cap` in all, each for at most `idle_s` seconds; the youngest is taken first.

    Nothing is kept of a route without an idle connection.
    """

    def __init__(self, cap: int = MAX_IDLE, idle_s: float = IDLE_S) -> None:
        self._cap = cap
        self._idle_s = idle_s
        self._routes: dict[Connection, Route] = {}  # the one that rested longest first
        self._idle: dict[Route, dict[Connection, asyncio.TimerHandle]] = {}

    def __len__(self) -> int:
        return len(self._routes)

    def take(self, route: Route) -> Connection | None:
        """A connection for exactly this route that still stands and has brought nothing unasked, or None."""
        while route in self._idle:
            connection = next(reversed(self._idle[route]))
            self.forget(connection)
            if connection.is_quiet:
                return connection
            connection.abort()
        return None

    def give(self, route: Route, connection: Connection) -> None:
        """Let a connection rest; the one that rested longest makes room."""
        connection.rest()
        if len(self._routes) >= self._cap:
            self._expire(next(iter(self._routes)))
        self._routes[connection] = route
        timer = asyncio.get_running_loop().call_later(self._idle_s, self._expire, connection)
        self._idle.setdefault(route, {})[connection] = timer

    def forget(self, connection: Connection) -> None:
        """No longer count on a connection, if it rests here at all: it is taken up, or it is dead."""
        route = self._routes.pop(connection, None)
        if route is None:
            return
        self._idle[route].pop(connection).cancel()
        if not self._idle[route]:
            del self._idle[route]

    def clear(self) -> None:
        """End every resting connection."""
        for connection in list(self._routes):
            self._expire(connection)

    def _expire(self, connection: Connection) -> None:
        self.forget(connection)
        connection.abort()
