"""Names into addresses: by the system's resolver (the hosts file counts), or by configured DNS servers.

Rules:
- What a name answers is a value: addresses, or which of the three ways it failed.
- "No such name" from a configured server counts only when the next one says so too (silence there is a
  failure, not an absence); with a single server its word stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from crawler.errors import EverciteError
from crawler.model import Failure
from crawler.wire.addresses import is_literal

# getaddrinfo(3). A machine without network says EAI_AGAIN, or EAI_NONAME where no server is configured.
SYSTEM_FAILURES: dict[int, Failure] = {
    socket.EAI_NONAME: Failure.DNS_NXDOMAIN,
    socket.EAI_AGAIN: Failure.DNS_FAILURE,
    socket.EAI_FAIL: Failure.DNS_FAILURE,
    getattr(socket, "EAI_NODATA", -5): Failure.DNS_NODATA,
    getattr(socket, "EAI_ADDRFAMILY", -9): Failure.DNS_NODATA,
}


@dataclass(frozen=True, slots=True)
class Resolution:
    """The addresses of a name in the order to try, or the failure and its words."""

    addresses: tuple[str, ...] = ()
    failure: Failure | None = None
    detail: str = ""


class Resolver:
    """Resolves host names; `servers` are "address:port", none means the system's. One lookup ends within
    `lifetime_s` seconds."""

    def __init__(self, servers: Sequence[str] = (), lifetime_s: float = 20.0) -> None:
        self._lifetime_s = lifetime_s
        self._servers = [_Server(place, lifetime_s / len(servers)) for place in servers]

    async def resolve(self, host: str) -> Resolution:
        """The addresses of a host; an IP address is its own."""
        if is_literal(host):
            return Resolution((host.strip("[]"),))
        return await (self._ask_servers(host) if self._servers else self._ask_system(host))

    # ---- the system

    async def _ask_system(self, host: str) -> Resolution:
        try:
            return await asyncio.wait_for(_look_up_aside(host), self._lifetime_s)
        except TimeoutError:
            return Resolution((), Failure.DNS_FAILURE, f"no answer within {self._lifetime_s:g} s")

    # ---- configured servers

    async def _ask_servers(self, host: str) -> Resolution:
        """The first server that knows decides, but for an absence, which needs the next one's word."""
        absences = 0
        said: list[str] = []
        for server in self._servers:
            resolution = await server.ask(host)
            if resolution.failure is Failure.DNS_NXDOMAIN:
                absences += 1
                if absences == min(2, len(self._servers)):
                    return resolution
            elif absences or resolution.failure is not Failure.DNS_FAILURE:
                return resolution
            said.append(resolution.detail)
        return Resolution((), Failure.DNS_FAILURE, "; ".join(said))


async def _look_up_aside(host: str) -> Resolution:
    """A lookup in a thread of its own, since getaddrinfo blocks: many silent names hold up no other one, and
    none holds up the end of the program."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Resolution] = loop.create_future()

    def tell(resolution: Resolution) -> None:
        if not found.done():
            found.set_result(resolution)

    def look_up() -> None:
        resolution = _look_up(host)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, resolution)

    try:
        threading.Thread(target=look_up, name="lookup", daemon=True).start()
    except RuntimeError as error:
        raise EverciteError(
            f"no thread to look names up with ({error}); raise `ulimit -u` or lower concurrency"
        ) from error
    return await found


def _look_up(host: str) -> Resolution:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Resolution((), SYSTEM_FAILURES.get(error.errno or 0, Failure.DNS_FAILURE), str(error.strerror))
    except UnicodeError as error:
        return Resolution((), Failure.DNS_NXDOMAIN, f"no such name can exist ({error})")
    except OSError as error:
        return Resolution((), Failure.DNS_FAILURE, str(error))
    return Resolution(tuple(dict.fromkeys(str(row[4][0]) for row in found)))


class _Server:
    """One DNS server and what it says of a name."""

    def __init__(self, place: str, lifetime_s: float) -> None:
        address, _, port = place.rpartition(":")
        self._place = place
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [address.strip("[]")]
        self._resolver.port = int(port)
        self._resolver.lifetime = lifetime_s

    async def ask(self, host: str) -> Resolution:
        """Both families at once; any address wins, and only two empty answers are no data."""
        try:
            name = dns.name.from_text(host)
        except dns.exception.DNSException as error:
            return Resolution((), Failure.DNS_NXDOMAIN, f"no such name can exist ({error})")
        answers = await asyncio.gather(*(self._query(name, kind) for kind in ("AAAA", "A")))
        addresses = tuple(address for answer in answers for address in answer.addresses)
        if addresses:
            return Resolution(addresses)
        return min(answers, key=lambda answer: _WEIGHT.index(answer.failure))

    async def _query(self, name: dns.name.Name, kind: str) -> Resolution:
        try:
            answer = await self._resolver.resolve(name, kind, search=False)
        except dns.resolver.NXDOMAIN:
            return self._failed(Failure.DNS_NXDOMAIN, "no such name")
        except dns.resolver.NoAnswer:
            return self._failed(Failure.DNS_NODATA, "no address for that name")
        except (dns.exception.DNSException, OSError) as error:
            return self._failed(Failure.DNS_FAILURE, str(error) or type(error).__name__)
        return Resolution(tuple(str(row.address) for row in answer))

    def _failed(self, failure: Failure, words: str) -> Resolution:
        return Resolution((), failure, f"{self._place}: {words}")


# Of two families' failures the first here speaks for the name (RFC 8020: no such name holds for every type).
_WEIGHT = (Failure.DNS_NXDOMAIN, Failure.DNS_FAILURE, Failure.DNS_NODATA)
