"""From a route to an open connection: resolve, refuse private addresses, connect, tunnel, shake hands.

Rules:
- Addresses are checked after resolution, on every call, so that rebinding a name gains nothing.
- A proxy's own address is exempt; what is asked of it is refused when it is literally private.
- `connect_to` changes where we connect, never whom we ask for; the mapped address is what is checked.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.config import Config
from crawler.errors import EverciteError
from crawler.http1 import Final, Malformed, ResponseParser
from crawler.model import NO_CONNECTION, Failure, Refusal
from crawler.wire.addresses import is_literal, networks_of, refusal_of
from crawler.wire.connection import Connection, make_buffer
from crawler.wire.resolve import Resolver
from crawler.wire.tls import describe, failure_of, make_context, server_name_of

# Connection Attempt Delay (RFC 8305 §5).
STAGGER_S = 0.25
OUR_ERRNOS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


@dataclass(frozen=True, slots=True)
class Route:
    """What a connection is for; two exchanges may share one only when their routes are equal."""

    scheme: str
    host: str
    port: int
    verify: bool
    proxy: str


@dataclass(slots=True)
class Stages:
    """Seconds of the stages that happened, filled as they do."""

    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None


class Unreached(Exception):
    """Why there is no connection; becomes a value before it leaves this room."""

    def __init__(self, failure: Failure | None, detail: str, refusal: Refusal | None = None) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail
        self.refusal = refusal


class Dialler:
    """Opens connections for a configuration."""

    def __init__(self, config: Config) -> None:
        self._resolver = Resolver(config.resolvers, config.connect_timeout_s)
        self._allowed = networks_of(config.allow_private_networks)
        self._connect_to = {name.lower(): place for name, place in config.connect_to}
        self._connect_timeout_s = config.connect_timeout_s
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._buffer = make_buffer()

    async def dial(self, route: Route, stages: Stages, deadline: float) -> Connection:
        """An open connection before the loop's time `deadline`; raises Unreached."""
        addresses, port = await self._find(route, stages, deadline)
        timeout_at = min(deadline, asyncio.get_running_loop().time() + self._connect_timeout_s)
        try:
            async with asyncio.timeout_at(timeout_at):
                return await self._open(route, addresses, port, stages)
        except TimeoutError:
            raise Unreached(Failure.TIMEOUT, NO_CONNECTION) from None

    # ---- where to

    async def _find(self, route: Route, stages: Stages, deadline: float) -> tuple[Sequence[str], int]:
        if route.proxy:
            self._check_literal(route.host)
            proxy = urlsplit(route.proxy)
            return await self._resolve(proxy.hostname or "", stages, deadline), proxy.port or 80
        place = f"{route.host}:{route.port}"
        host, _, port = self._connect_to.get(place, place).rpartition(":")
        self._check_literal(host)
        return self._permitted(await self._resolve(host, stages, deadline)), int(port)

    async def _resolve(self, host: str, stages: Stages, deadline: float) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout_at(deadline):
                found = await self._resolver.resolve(host)
        except TimeoutError:
            raise Unreached(Failure.DNS_FAILURE, "no answer to the name in time") from None
        if not is_literal(host):
            stages.dns_s = loop.time() - began
        if found.failure:
            raise Unreached(found.failure, found.detail)
        return found.addresses

    def _permitted(self, addresses: Sequence[str]) -> Sequence[str]:
        reasons = {address: refusal_of(address, self._allowed) for address in addresses}
        permitted = [address for address, reason in reasons.items() if not reason]
        if not permitted:
            raise Unreached(None, "; ".join(reasons.values()), Refusal.PRIVATE_ADDRESS)
        return permitted

    def _check_literal(self, host: str) -> None:
        """Refuse what is private without asking anyone (names: RFC 6761 §6.3)."""
        name = host.strip("[]")
        if is_literal(name):
            self._permitted([name])
        elif name.rstrip(".").rpartition(".")[2] == "localhost":
            self._permitted(["127.0.0.1"])

    # ---- connect, tunnel, shake hands

    async def _open(self, route: Route, addresses: Sequence[str], port: int, stages: Stages) -> Connection:
        loop = asyncio.get_running_loop()
        began = loop.time()
        bound, ip = await connect(addresses, port)
        if route.proxy and route.scheme == "https":
            await _tunnel(bound, route)
        stages.connect_s = loop.time() - began
        connection = Connection(None if route.proxy else ip, self._buffer)
        try:
            if route.scheme == "http":
                await loop.create_connection(lambda: connection, sock=bound)
            else:
                await self._secure(bound, connection, route, stages)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _secure(self, bound: socket.socket, connection: Connection, route: Route, stages: Stages) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        context = self._contexts.get(route.verify) or self._contexts.setdefault(
            route.verify, make_context(route.verify)
        )
        try:
            transport, _ = await loop.create_connection(
                lambda: connection,
                sock=bound,
                ssl=context,
                server_hostname=server_name_of(route.host),
                ssl_handshake_timeout=self._connect_timeout_s + 1.0,  # ours comes first and says so
            )
        except (OSError, ValueError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise Unreached(*failure_of(error)) from None
        finally:
            stages.tls_s = loop.time() - began
        connection.tls = describe(transport.get_extra_info("ssl_object"), route.verify)


async def connect(addresses: Sequence[str], port: int) -> tuple[socket.socket, str]:
    """A connected socket and its address: the first that answers, tried in turn (RFC 8305); raises Unreached."""
    if len(addresses) > 1:
        return await _race(_interleaved(addresses), port)
    try:
        return await _connect_one(addresses[0], port), addresses[0]
    except OSError as error:
        raise _unreached([error]) from None


async def _race(waiting: list[str], port: int) -> tuple[socket.socket, str]:
    running: dict[asyncio.Task[socket.socket], str] = {}
    errors: list[OSError] = []
    try:
        while waiting or running:
            if waiting:
                address = waiting.pop(0)
                running[asyncio.create_task(_connect_one(address, port))] = address
            patience_s = STAGGER_S if waiting else None
            done, _ = await asyncio.wait(running, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if error is None:
                    return task.result(), running.pop(task)
                running.pop(task)
                if not isinstance(error, OSError):
                    raise error
                errors.append(error)
    finally:
        await _abandon(list(running))
    raise _unreached(errors)


async def _abandon(tasks: Sequence[asyncio.Task[socket.socket]]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, socket.socket):
            outcome.close()


def _interleaved(addresses: Sequence[str]) -> list[str]:
    """Families alternating, the first address's family first (RFC 8305 §4)."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    other = [address for address in addresses if address not in first]
    pairs = [pair for both in zip(first, other, strict=False) for pair in both]
    return [*pairs, *first[len(other) :], *other[len(first) :]]


async def _connect_one(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setblocking(False)
        await asyncio.get_running_loop().sock_connect(bound, (address, port))
    except BaseException:
        bound.close()
        raise
    return bound


def _unreached(errors: Sequence[OSError]) -> Unreached:
    """The most telling of the attempts: a refusal says more than silence or a missing route."""
    for error in errors:
        if error.errno in OUR_ERRNOS:
            raise EverciteError(f"no socket to connect with ({error}); raise `ulimit -n` or lower concurrency")
    for kind, failure in CONNECT_FAILURES:
        for error in errors:
            if isinstance(error, kind):
                return Unreached(failure, error.strerror or type(error).__name__)
    raise AssertionError("an attempt failed without an error")


# First match; an unreachable network or host is one that does not answer.
CONNECT_FAILURES: tuple[tuple[type[OSError], Failure], ...] = (
    (ConnectionRefusedError, Failure.REFUSED),
    (ConnectionError, Failure.RESET),
    (OSError, Failure.TIMEOUT),
)


async def _tunnel(bound: socket.socket, route: Route) -> None:
    """Ask a proxy for a tunnel (RFC 9110 §9.3.6); closes the socket when there is none."""
    try:
        await _ask_for_tunnel(bound, f"{route.host}:{route.port}")
    except OSError as error:
        bound.close()
        if isinstance(error, TimeoutError):
            raise
        raise Unreached(Failure.RESET, f"the proxy hung up ({error})") from None
    except BaseException:
        bound.close()
        raise


async def _ask_for_tunnel(bound: socket.socket, authority: str) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(bound, f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode("ascii"))
    parser = ResponseParser(method="HEAD")  # a tunnel's 2xx has no body (RFC 9110 §9.3.6)
    while data := await loop.sock_recv(bound, 4096):
        for event in parser.feed(data):
            if isinstance(event, Malformed):
                raise Unreached(Failure.BAD_HTTP, f"the proxy's answer: {event.why}")
            if isinstance(event, Final):
                return _check_tunnel(event.head.status, event.head.reason)
    raise ConnectionResetError("no answer to CONNECT")


def _check_tunnel(status: int, reason: str) -> None:
    if not 200 <= status < 300:
        failure = Failure.TIMEOUT if status == 504 else Failure.REFUSED
        raise Unreached(failure, f"the proxy answered CONNECT with {status} {reason}".rstrip())
