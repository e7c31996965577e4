"""FakeWeb: the sockets, the thread they live in, and the way from a connection to a behaviour.

Rules:
- One event loop in one thread; behaviours run there and nowhere else.
- A defect of a behaviour is raised by `stop`, so that no test passes over it.
- `stop` leaves no thread, socket or file behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Coroutine, Iterable
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Self

from tests.web.answers import Behaviour, error_page
from tests.web.certificates import Authority, Certificate
from tests.web.doors import Entrance, meet, open_entrance
from tests.web.log import Log, Served
from tests.web.names import Entry, Name, NameServer, Question
from tests.web.sites import Door, Site
from tests.web.tunnel import Tunnel
from tests.web.wire import HEAD_LIMIT, HOLD_S, Call, Request, abort, read_request

DEFAULT_PORTS = {"http": 80, "https": 443}
CLIENT_WENT = (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError)
UNKNOWN_HOST = error_page(421, "No such site here")


class FakeWeb:
    """A small web on loopback: `with FakeWeb(sites) as web: …`.

    `night` may be set at any time; `log` holds what was served; `questions` what was asked of the resolvers.
    """

    def __init__(
        self,
        sites: Iterable[Site],
        *,
        address: str = "127.0.0.1",
        http_port: int = 0,
        https_port: int = 0,
        dns_port: int = 0,
        folder: Path | None = None,
    ) -> None:
        self.every_site = tuple(sites)  # of a host the last one stands
        self.sites = {site.host: site for site in self.every_site}
        self.address = address
        self.ports = {"http": http_port, "https": https_port}
        self.dns_port = dns_port
        self.folder = folder
        self.night = 0
        self.log = Log()
        self.questions: list[Question] = []
        self.ca_file = Path()
        self._entrances: dict[tuple[Door, str], Entrance] = {}
        self._resolvers: list[NameServer] = []
        self._zone: dict[str, Entry] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._stack = contextlib.ExitStack()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._errors: list[BaseException] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # ------------------------------------------------------------ where to find it

    @property
    def connect_to(self) -> dict[str, str]:
        """ "host:port" → "address:port" for every host that has a name here."""
        return {
            f"{site.host}:{port}": self._entrance(site, scheme).place
            for site in self.sites.values()
            if site.mapped
            for scheme, port in DEFAULT_PORTS.items()
        }

    @property
    def resolvers(self) -> list[str]:
        """Two DNS servers over the same names, so that one can confirm the other."""
        return [resolver.place for resolver in self._resolvers]

    def hosts_lines(self) -> str:
        """Lines for /etc/hosts; they lead here only when the ports are 80 and 443."""
        rows = ((self._address_of(site), site.host) for site in self.sites.values() if site.mapped)
        return "".join(f"{address} {host}\n" for address, host in rows)

    def place_of(self, host: str, scheme: str = "http") -> tuple[str, int]:
        """Address and port to connect to for a host."""
        address, port = self._entrance(self.sites[host], scheme).socket.getsockname()
        return address, port

    def _entrance(self, site: Site, scheme: str) -> Entrance:
        return self._entrances[_door_of(site, scheme), scheme]

    def _entry_of(self, site: Site) -> Entry:
        return Entry(site.name, site.addresses or (self._address_of(site),))

    def _address_of(self, site: Site) -> str:
        return self._entrance(site, "https").place.rpartition(":")[0]

    # ------------------------------------------------------------ life

    def start(self) -> None:
        """Make certificates, bind every socket, and serve from a thread of its own."""
        try:
            self._prepare()
        except BaseException:
            self._stack.close()
            raise

    def stop(self) -> None:
        """Hang up on everybody and close everything; raises what a behaviour raised by mistake."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._stack.close()
        if self._errors:
            raise self._errors[0]

    def _prepare(self) -> None:
        folder = self.folder or Path(self._stack.enter_context(TemporaryDirectory(prefix="fake-web-")))
        self._make_contexts(Authority(folder))
        self._open_entrances()
        self._open_resolvers()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="fake-web", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve_all(), self._loop).result()

    def _make_contexts(self, authority: Authority) -> None:
        self.ca_file = authority.ca_file
        self._contexts = {
            site.host: authority.make_context(site.host, site.certificate)
            for site in self.sites.values()
            if site.name is Name.KNOWN
        }
        self._unnamed = authority.make_context(self.address, Certificate.VALID)
        self._unnamed.sni_callback = self._show_certificate

    def _open_entrances(self) -> None:
        wanted = {(Door.OPEN, scheme) for scheme in DEFAULT_PORTS}
        wanted |= {(_door_of(site, scheme), scheme) for site in self.every_site for scheme in DEFAULT_PORTS}
        for door, scheme in wanted:
            entrance = open_entrance(self._stack, door, scheme, self.address, self.ports[scheme])
            self._entrances[door, scheme] = entrance

    def _open_resolvers(self) -> None:
        self._zone.update({site.host: self._entry_of(site) for site in self.sites.values()})
        for step in range(2):
            address = str(ip_address(self.address) + step) if self.dns_port else self.address
            resolver = NameServer(self._zone, address, self.dns_port, self.questions)
            self._stack.callback(resolver.udp.close)
            self._stack.callback(resolver.tcp.close)
            self._resolvers.append(resolver)

    async def _serve_all(self) -> None:
        for entrance in self._entrances.values():
            if entrance.accepts:
                self._spawn(self._accept(entrance))
        for resolver in self._resolvers:
            self._spawn(resolver.serve_udp())
            self._spawn(self._accept_questions(resolver))

    async def _hang_up(self) -> None:
        for writer in self._writers:
            abort(writer)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close their sockets in callbacks of the next turns

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, CLIENT_WENT):
            self._errors.append(error)

    # ------------------------------------------------------------ from a connection to a behaviour

    async def _accept(self, entrance: Entrance) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(entrance.socket)
            number = self.log.add_connection(entrance.label)
            if entrance.door is Door.OPEN:
                self._spawn(self._serve(connection, entrance.scheme, number))
            else:
                self._spawn(meet(entrance, connection))

    async def _accept_questions(self, resolver: NameServer) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(resolver.tcp)
            self._spawn(resolver.serve_stream(connection))

    async def _serve(self, connection: socket.socket, scheme: str, number: int) -> None:
        """Answer the requests of one connection, one after the other, until either side ends it."""
        reader, writer = await self._streams(connection, scheme)
        self._writers.add(writer)
        try:
            while (request := await read_request(reader)) is not None:
                call = Call(request, self._note(request, scheme, number, writer), reader, writer)
                await self._find(request, scheme).answer(call)
                if call.ended or request.field("connection").lower() == "close":
                    break
        finally:
            await _close(writer)
            self._writers.discard(writer)

    def _find(self, request: Request, scheme: str) -> Behaviour:
        if request.method == "CONNECT":
            return Tunnel(self.connect_to.get(request.target))
        site = self.sites.get(request.host)
        return site.find(request, scheme) if site else UNKNOWN_HOST

    def _note(self, request: Request, scheme: str, number: int, writer: asyncio.StreamWriter) -> Served:
        authority = request.authority.lower().removesuffix(f":{DEFAULT_PORTS[scheme]}")
        uri = request.target if request.method == "CONNECT" else f"{scheme}://{authority}{request.target}"
        served = Served(
            scheme=scheme,
            host=request.host,
            uri=uri,
            peer=writer.get_extra_info("peername"),
            connection=number,
            night=self.night,
            request=request.raw,
        )
        self.log.add(served)
        return served

    async def _streams(
        self, connection: socket.socket, scheme: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=HEAD_LIMIT)
        protocol = asyncio.StreamReaderProtocol(reader)
        secured: dict[str, Any] = {}
        if scheme == "https":
            secured = {"ssl": self._unnamed, "ssl_handshake_timeout": HOLD_S, "ssl_shutdown_timeout": 1.0}
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, **secured)
        transport.set_write_buffer_limits(high=1, low=0)  # `drain` then waits for the kernel, not for a buffer
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    def _show_certificate(self, session: ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> None:
        """Choose by SNI; without a known name the certificate of the address is shown."""
        session.context = self._contexts.get(host or "", self._unnamed)


def _door_of(site: Site, scheme: str) -> Door:
    """Which door a scheme comes to: two of them are bad for TLS only."""
    return Door.OPEN if site.door in (Door.PLAIN, Door.ALERT) and scheme == "http" else site.door


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(*CLIENT_WENT):
        async with asyncio.timeout(2):
            await writer.wait_closed()
    abort(writer)
