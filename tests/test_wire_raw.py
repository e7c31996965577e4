"""The wire against raw sockets: connections that die at the wrong moment, floods, many addresses, proxies."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.clock import Clock
from crawler.config import Config
from crawler.model import Failure, Refusal, Truncated
from crawler.wire.connection import Connection
from crawler.wire.destination import destination_of, request_of
from crawler.wire.dial import Route, Unreached, connect
from crawler.wire.pool import Pool
from crawler.wire.wire import Wire

ALLOWED = Config(allow_private_networks=("127.0.0.0/8",), connect_timeout_s=5.0, exchange_deadline_s=10.0)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

# What a server does on a connection, given its number, counted from 1.
Talk = Callable[[Reader, Writer, int], Awaitable[None]]


class Server:
    """A raw server: its port, how many connections it had, and those it has."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.connections = 0
        self.writers: set[Writer] = set()
        self.port = 0

    async def meet(self, reader: Reader, writer: Writer) -> None:
        """Talk, then hang up."""
        self.connections += 1
        self.writers.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await self._talk(reader, writer, self.connections)
        self.writers.discard(writer)
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    @property
    def uri(self) -> str:
        """Its root, in the clear."""
        return f"http://127.0.0.1:{self.port}/"


@contextlib.asynccontextmanager
async def serving(
    talk: Talk, *, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Server]:
    """A server for as long as it is needed."""
    server = Server(talk)
    listening = await asyncio.start_server(server.meet, address, port, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
        await asyncio.sleep(0.02)  # its transports close in later turns of the loop


@contextlib.asynccontextmanager
async def wiring(config: Config = ALLOWED) -> AsyncIterator[Wire]:
    """A wire for as long as it is needed."""
    wire = Wire(config, Clock())
    try:
        yield wire
    finally:
        await wire.close()


async def read_request(reader: Reader) -> bytes:
    """One request without a body."""
    return await reader.readuntil(b"\r\n\r\n")


def speak(*answers: bytes) -> Talk:
    """A connection that gives these answers, one a request, and then hangs up at the next one's arrival."""

    async def talk(reader: Reader, writer: Writer, number: int) -> None:
        for answer in answers:
            await read_request(reader)
            writer.write(answer)
            await writer.drain()
        await read_request(reader)

    return talk


async def statuses(wire: Wire, uri: str, count: int) -> list[int | Failure | None]:
    """What so many exchanges ended with, one after another."""
    seen: list[int | Failure | None] = []
    for _ in range(count):
        exchange = await wire.exchange(uri, [])
        seen.append(exchange.failure or (exchange.head.status if exchange.head else None))
        exchange.close()
    return seen


# ---------------------------------------------------------------- connections that die


def test_a_connection_that_dies_under_a_second_request_is_replaced_once() -> None:
    async def whole() -> None:
        async with serving(speak(OK)) as server, wiring() as wire:
            assert await statuses(wire, server.uri, 4) == [200] * 4
            assert server.connections == 4

    asyncio.run(whole())


def test_a_fresh_connection_that_says_nothing_is_not_asked_again() -> None:
    async def whole() -> None:
        async with serving(speak()) as server, wiring() as wire:
            assert await statuses(wire, server.uri, 1) == [Failure.RESET]
            assert server.connections == 1

    asyncio.run(whole())


def test_a_resting_connection_that_begins_an_answer_is_not_asked_again() -> None:
    async def closing(reader: Reader, writer: Writer, number: int) -> None:
        await read_request(reader)
        writer.write(OK)
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nConte")

    async def whole() -> None:
        async with serving(closing) as server, wiring() as wire:
            assert await statuses(wire, server.uri, 2) == [200, Failure.TRUNCATED]
            assert server.connections == 1

    asyncio.run(whole())


def test_request_timeout_on_a_resting_connection_is_asked_again() -> None:
    gone = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    async def whole() -> None:
        async with serving(speak(OK, gone)) as server, wiring() as wire:
            assert await statuses(wire, server.uri, 2) == [200, 200]
            assert server.connections == 2
        async with serving(speak(gone)) as server, wiring() as wire:
            assert await statuses(wire, server.uri, 1) == [408]

    asyncio.run(whole())


@pytest.mark.parametrize("late", [False, True])
def test_bytes_after_an_answer_never_reach_the_next_exchange(late: bool) -> None:
    async def talk(reader: Reader, writer: Writer, number: int) -> None:
        await read_request(reader)
        writer.write(OK if late else OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        await writer.drain()
        if late:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        await reader.read()

    async def whole() -> None:
        async with serving(talk) as server, wiring() as wire:
            for number in (1, 2, 3):
                exchange = await wire.exchange(server.uri, [])
                exchange.received.seek(0)
                assert exchange.received.read() == OK, "one page would be archived under another's name"
                exchange.close()
                await asyncio.sleep(0.05)
                assert server.connections == number

    asyncio.run(whole())


def test_an_error_beside_a_redirect_or_a_404_body_is_no_failure() -> None:
    async def whole() -> None:
        for status in (301, 404, 500):
            cut = b"HTTP/1.1 %d X\r\nContent-Length: 9\r\nLocation: /x\r\n\r\nhalf" % status

            async def talk(reader: Reader, writer: Writer, number: int, cut: bytes = cut) -> None:
                await read_request(reader)
                writer.write(cut)

            async with serving(talk) as server, wiring() as wire:
                exchange = await wire.exchange(server.uri, [])
                assert (exchange.failure, exchange.truncated) == (None, Truncated.DISCONNECT)
                exchange.close()

    asyncio.run(whole())


# ---------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("flood.example.org").configure_cert(context)
    return context


def mapped(host: str, port: int, place: str = "") -> Config:
    """ALLOWED, with a name that leads to a port."""
    return Config(
        allow_private_networks=ALLOWED.allow_private_networks,
        connect_to=((f"{host}:{port}", place or f"127.0.0.1:{port}"),),
        exchange_deadline_s=10.0,
    )


def test_a_flood_over_tls_is_cut_at_the_limit(tls: ssl.SSLContext) -> None:
    async def flood(reader: Reader, writer: Writer, number: int) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.transport.is_closing() and not reader.at_eof():
            writer.write(b"more and more " * 1000)
            await writer.drain()
            await asyncio.sleep(0)

    async def whole() -> None:
        async with serving(flood, tls=tls) as server, wiring(mapped("flood.example.org", server.port)) as wire:
            uri = f"https://flood.example.org:{server.port}/"
            exchange = await wire.exchange(uri, [], max_body_bytes=123_456)
            assert (exchange.failure, exchange.truncated) == (None, Truncated.LENGTH)
            assert exchange.payload_length == 123_456
            exchange.close()

    asyncio.run(whole())


def test_http_1_1_is_offered_and_the_name_is_sent(tls: ssl.SSLContext) -> None:
    names: list[str | None] = []
    tls.set_alpn_protocols(["h2", "http/1.1"])
    tls.sni_callback = lambda session, name, context: names.append(name)

    async def talk(reader: Reader, writer: Writer, number: int) -> None:
        assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"
        await speak(OK)(reader, writer, number)

    async def whole() -> None:
        async with serving(talk, tls=tls) as server, wiring(mapped("flood.example.org", server.port)) as wire:
            assert await statuses(wire, f"https://flood.example.org:{server.port}/", 1) == [200]
        assert names == ["flood.example.org"]

    asyncio.run(whole())


# ---------------------------------------------------------------- many addresses


def test_the_first_address_that_answers_wins() -> None:
    async def whole() -> None:
        async with serving(speak(OK)) as server:
            for addresses in (["127.0.0.9", "127.0.0.1"], ["::1", "127.0.0.9", "127.0.0.1"], ["127.0.0.1", "::1"]):
                bound, ip = await connect(addresses, server.port)
                assert ip == "127.0.0.1", "a host with one dead address would be called dead"
                bound.close()

    asyncio.run(whole())


def test_a_silent_address_does_not_hold_up_the_next() -> None:
    with socket.socket() as silent, socket.socket() as filler, socket.socket() as second_filler:
        silent.bind(("127.0.0.9", 0))
        silent.listen(0)
        port = silent.getsockname()[1]
        for one in (filler, second_filler):
            one.setblocking(False)
            one.connect_ex(("127.0.0.9", port))

        async def whole() -> None:
            async with serving(speak(OK), port=port):
                async with asyncio.timeout(10):
                    bound, ip = await connect(["127.0.0.9", "127.0.0.1"], port)
                assert ip == "127.0.0.1"
                bound.close()

        asyncio.run(whole())


def test_when_all_refuse_it_is_refused() -> None:
    async def whole() -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
            for addresses in (["127.0.0.1"], ["127.0.0.1", "127.0.0.9"]):
                with pytest.raises(Unreached) as reason:
                    await connect(addresses, port)
                assert reason.value.failure is Failure.REFUSED

    asyncio.run(whole())


# ---------------------------------------------------------------- proxies


class Proxy:
    """A small HTTP proxy: tunnels CONNECT to one port, answers absolute-form itself, notes what it was asked."""

    def __init__(self, port: int, refusal: bytes = b"") -> None:
        self.port = port
        self.refusal = refusal
        self.asked: list[bytes] = []

    async def talk(self, reader: Reader, writer: Writer, number: int) -> None:
        """One connection."""
        while request := await read_request(reader):
            self.asked.append(request)
            if self.refusal or request.startswith(b"CONNECT"):
                break
            writer.write(OK)
        writer.write(self.refusal or b"HTTP/1.1 200 Connection established\r\n\r\n")
        if not self.refusal:
            await self._tunnel(reader, writer)

    async def _tunnel(self, reader: Reader, writer: Writer) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        far_writer.close()


async def _pump(reader: Reader, writer: Writer) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()


def test_proxy_in_the_clear_gets_the_absolute_form() -> None:
    async def whole() -> None:
        proxy = Proxy(0)
        async with serving(proxy.talk) as server:
            config = Config(proxy=f"http://127.0.0.1:{server.port}")
            async with wiring(config) as wire:
                for _ in range(2):
                    exchange = await wire.exchange("http://Example.org/a?b=c", [("X", "y")])
                    assert exchange.failure is None
                    assert exchange.ip is None, "the proxy's address is not the host's"
                    assert (
                        exchange.sent == b"GET http://example.org/a?b=c HTTP/1.1\r\nHost: example.org\r\nX: y\r\n\r\n"
                    )
                    assert proxy.asked[-1] == exchange.sent
                    exchange.close()
            assert server.connections == 1

    asyncio.run(whole())


def test_proxy_tunnels_https_and_the_record_holds_the_inner_request(tls: ssl.SSLContext) -> None:
    async def whole() -> None:
        async with serving(speak(OK, OK), tls=tls) as inner:
            proxy = Proxy(inner.port)
            async with serving(proxy.talk) as server, wiring() as wire:
                uri = "https://flood.example.org/a"
                exchange = await wire.exchange(uri, [], proxy=f"http://127.0.0.1:{server.port}")
                assert exchange.failure is None, exchange.failure_detail
                assert exchange.sent == b"GET /a HTTP/1.1\r\nHost: flood.example.org\r\n\r\n"
                assert exchange.tls is not None
                assert exchange.ip is None
                assert proxy.asked == [b"CONNECT flood.example.org:443 HTTP/1.1\r\nHost: flood.example.org:443\r\n\r\n"]
                exchange.close()

    asyncio.run(whole())


PROXY_REFUSALS = {
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad": Failure.REFUSED,
    b"HTTP/1.1 504 Gateway Timeout\r\n\r\n": Failure.TIMEOUT,
    b"SOCKS? never heard of it": Failure.BAD_HTTP,
    b"HTT": Failure.RESET,
}


@pytest.mark.parametrize("answer", PROXY_REFUSALS)
def test_a_proxy_without_tunnel_is_a_failure_and_its_answer_is_not_the_hosts(answer: bytes) -> None:
    async def whole() -> None:
        proxy = Proxy(0, answer)
        async with serving(proxy.talk) as server, wiring(Config(proxy=f"http://127.0.0.1:{server.port}")) as wire:
            exchange = await wire.exchange("https://example.org/", [])
            assert exchange.failure is PROXY_REFUSALS[answer], exchange.failure_detail
            assert "proxy" in exchange.failure_detail
            assert (exchange.head, exchange.received_length, exchange.sent) == (None, 0, b"")
            exchange.close()

    asyncio.run(whole())


def test_an_empty_proxy_goes_directly() -> None:
    async def whole() -> None:
        async with serving(speak(OK)) as server:
            config = Config(proxy="http://127.0.0.1:9", allow_private_networks=ALLOWED.allow_private_networks)
            async with wiring(config) as wire:
                exchange = await wire.exchange(server.uri, [], proxy="")
                assert exchange.failure is None
                assert exchange.ip == "127.0.0.1"
                exchange.close()
                refused = await wire.exchange("http://10.1.2.3/", [])
                assert refused.refusal is Refusal.PRIVATE_ADDRESS
                refused.close()

    asyncio.run(whole())


# ---------------------------------------------------------------- pool, memory, destinations


def test_the_pool_has_a_cap_an_expiry_and_no_memory_of_the_dead() -> None:
    async def held(reader: Reader, writer: Writer, number: int) -> None:
        await reader.read()

    async def whole() -> None:
        loop = asyncio.get_running_loop()
        async with serving(held) as server:
            pool = Pool(cap=2, idle_s=1.0)
            routes = [Route("http", f"host-{number}", 80, True, "") for number in range(3)]
            connections = []
            for route in routes:
                connection = Connection("127.0.0.1")
                await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", server.port)  # type: ignore[misc]
                connections.append(connection)
                pool.give(route, connection)
            assert len(pool) == 2
            assert pool.take(routes[0]) is None
            assert pool.take(routes[2]) is connections[2]
            assert pool.take(routes[2]) is None
            await asyncio.wait_for(connections[1].lost, 5)
            assert len(pool) == 0
            connections[2].abort()
            await connections[2].lost
            await asyncio.sleep(0)

    asyncio.run(whole())


HOSTS = st.sampled_from(["example.org", "EXAMPLE.org", "xn--fiq228c.cn", "中文.cn", "[2001:db8::1]", "192.0.2.1"])
PATHS = st.text(st.characters(exclude_characters="\r\n\t\0#?", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=300, deadline=None)
@given(HOSTS, PATHS, st.one_of(st.none(), PATHS), st.one_of(st.none(), st.integers(1, 65535)))
def test_any_uri_makes_one_well_formed_request(host: str, path: str, query: str | None, port: int | None) -> None:
    uri = f"http://{host}{f':{port}' if port else ''}/{path}{'' if query is None else f'?{query}'}#part"
    destination = destination_of(uri)
    request = request_of(destination, [("A", "b")])
    assert re.fullmatch(rb"GET /[!-~]* HTTP/1\.1\r\nHost: [!-~]+\r\nA: b\r\n\r\n", request)
    assert destination.port == (port or 80)
    if all("!" <= letter <= "~" for letter in path + (query or "")) and "\\" not in path[:1]:
        assert destination.target == f"/{path}" + ("" if query is None else f"?{query}"), "another page would be asked"


@pytest.mark.parametrize("uri", ["http://", "http://h:99999/", "http://a b/", "http:///", "https://[::1/"])
def test_a_uri_without_a_place_is_a_mistake_of_the_caller(uri: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        destination_of(uri)
