"""Two listeners on one event loop: bound before anything is served, ended politely by a signal.

Rules:
- A port that is taken is told in a sentence; nothing is served before both are bound.
- What is being answered when a signal comes is answered; then the process ends.
- Who connects and never finishes a request's head is let go: else a few hundred such hold every file there is.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from crawler.errors import UsageError

BACKLOG = 128
GRACE_S = 5
# A request's head, and so its longest address.
MOST_HEAD_BYTES = 64 * 1024
# How long it may take to come.
HEAD_S = 30.0


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises UsageError where that is not to be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen(BACKLOG)
        except OSError:
            bound.close()
            raise
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{host}:{port} cannot be listened on ({why}); end what holds it or give --port") from error
    return bound


def listen(listeners: Sequence[tuple[socket.socket, ASGIApp]]) -> None:
    """Serve each application on its socket until SIGINT or SIGTERM."""
    asyncio.run(_serve(listeners))


async def _serve(listeners: Sequence[tuple[socket.socket, ASGIApp]]) -> None:
    servers = [_Server(_config(app)) for _, app in listeners]

    def end() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    await asyncio.gather(*(server.serve([bound]) for server, (bound, _) in zip(servers, listeners, strict=True)))


def _config(app: ASGIApp) -> uvicorn.Config:
    """Settings that do not depend on what else is installed, and nothing said beside our own log."""
    return uvicorn.Config(
        app,
        http=_Protocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
    )


class _Protocol(H11Protocol):
    """A connection that is closed when, for a while, no request is being answered on it and none comes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look after it."""
        super().connection_made(transport)
        self.loop.call_later(HEAD_S, self._look, None)

    def _look(self, before: object) -> None:
        """Close it if it waits for a request as it did at the last look; else look again."""
        if self.transport.is_closing():
            return
        waits = self.cycle is None or self.cycle.response_complete
        if waits and self.cycle is before:
            self.transport.close()
        else:
            self.loop.call_later(HEAD_S, self._look, self.cycle if waits else self)


class _Server(uvicorn.Server):
    """Leaves signals to us: there are two servers, and both end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing."""
        yield
