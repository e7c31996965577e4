"""Connections kept alive: sixty-four exchanges at a time stay apart, and no dead connection is counted on."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import trustme

from crawler.archive.metadata import interim_of
from crawler.archive.recording import Recording
from crawler.config import Config
from crawler.ledger.ledger import Ledger
from crawler.model import Exchange, Failure, Truncated
from crawler.wire.account import ASKED_AGAIN
from crawler.wire.connection import Connection
from crawler.wire.dial import Route
from crawler.wire.pool import Pool
from tests.test_archive_exchanges import Archive
from tests.test_wire_raw import ALLOWED, OK, mapped, read_request, serving, speak, wiring
from tests.warcs import records_of
from tests.web.byte_cases import chunked, lines

AT_ONCE = 64
EACH = 8
HOST = "busy.example.org"


# ---------------------------------------------------------------- sixty-four at a time


class Answered:
    """What the server makes of request number `number`: everything follows from the number."""

    def __init__(self, number: int) -> None:
        chance = random.Random(number)
        self.chance = chance
        self.body = b"".join(
            b"<p>%d of answer %d</p>" % (line, number) for line in range(chance.choice([0, 3, 90, 2000]))
        )
        self.interim = lines("HTTP/1.1 103 Early Hints", f"Link: </{number}.css>") * chance.choice([0, 0, 1, 3])
        self.framing = chance.choice(["length", "length", "chunked", "chunked", "close"])
        self.message = self._message(number)
        # What becomes of the connection while the client lets it rest.
        self.then = "close" if self.framing == "close" else chance.choice(["keep"] * 5 + ["leave", "surplus"])

    def _message(self, number: int) -> bytes:
        head = ["HTTP/1.1 200 OK", f"X-Number: {number}", "Content-Type: text/plain"]
        if self.framing == "length":
            return lines(*head, f"Content-Length: {len(self.body)}") + self.body
        if self.framing == "close":
            return lines(*head, "Connection: close") + self.body
        parts = list(cut(self.body, self.chance, 3000))
        return lines(*head, "Transfer-Encoding: chunked") + chunked(
            parts, extension=b";n=%d" % number, trailers=b"X-T: 1\r\n"
        )

    async def send(self, writer: Writer) -> None:
        """All of it in pieces that begin and end anywhere; bytes too many come with the last piece."""
        *pieces, last = cut(self.interim + self.message, self.chance, 9000)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(self.chance.choice([0, 0, 0.001]))
        writer.write(last + (b"HTTP/1.1 200 OK\r\nX-Number: 0\r\n\r\n" if self.then == "surplus" else b""))


def cut(data: bytes, chance: random.Random, most: int) -> Iterator[bytes]:
    """The bytes in pieces of any length."""
    rest = data
    while rest:
        size = chance.randrange(1, most)
        yield rest[:size]
        rest = rest[size:]


class Busy:
    """Answers requests by their number, and remembers the bytes of each."""

    def __init__(self) -> None:
        self.received: dict[int, list[bytes]] = {}

    async def talk(self, reader: Reader, writer: Writer, connection: int) -> None:
        """One connection, as long as its answers let it live."""
        while True:
            request = await read_request(reader)
            number = int(request.split(b" ", 2)[1].rpartition(b"/")[2])
            self.received.setdefault(number, []).append(request)
            answered = Answered(number)
            await answered.send(writer)
            if answered.then == "close":
                return
            if answered.then == "leave":
                await asyncio.sleep(answered.chance.random() * 0.003)
                return


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_of(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    return context


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_sixty_four_exchanges_at_a_time_stay_apart(
    scheme: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    busy, exchanges = Busy(), dict[int, Exchange]()

    async def whole() -> int:
        tls = tls_of(authority) if scheme == "https" else None
        async with serving(busy.talk, tls=tls) as server, wiring(mapped(HOST, server.port)) as wire:
            waiting = iter(range(1, AT_ONCE * EACH + 1))

            async def work() -> None:
                for number in waiting:
                    exchanges[number] = await wire.exchange(f"{scheme}://{HOST}:{server.port}/{number}", [("N", "1")])

            await asyncio.gather(*(work() for _ in range(AT_ONCE)))
            return server.connections

    connections = asyncio.run(whole())
    assert connections < AT_ONCE * EACH * 3 // 4, "connections were not kept: nothing was proven"
    prove_apart(exchanges, busy, tmp_path / "archive")


def prove_apart(exchanges: dict[int, Exchange], busy: Busy, folder: Path) -> None:
    """Each record is that of its own number, byte for byte."""
    with contextlib.closing(Ledger.open(folder / "ledger.sqlite3")) as ledger:
        archive = Archive(folder, ledger)
        archive.keep(*(Recording(exchange, exchange.uri) for exchange in exchanges.values()))
    stored = {(record.uri, record.kind): record.block for record in records_of(folder)}
    for number, exchange in exchanges.items():
        expected, uri = Answered(number), exchange.uri
        assert exchange.failure is None, f"{number}: {exchange.failure_detail}"
        assert {stored[uri, "request"]} == set(busy.received[number])
        held = interim_of(stored[uri, "metadata"]) + stored[uri, "response"]
        assert held == expected.interim + expected.message, f"answer {number} was crossed with another"
        exchange.close()


# ---------------------------------------------------------------- connections that rest


@contextlib.asynccontextmanager
async def connected(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """So many connections to a port."""
    loop = asyncio.get_running_loop()
    connections = [Connection("127.0.0.1") for _ in range(count)]
    for connection in connections:
        await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", port)  # type: ignore[misc]
    yield connections
    for connection in connections:
        connection.abort()
    await asyncio.gather(*(connection.lost for connection in connections))
    await asyncio.sleep(0)


async def hold(reader: Reader, writer: Writer, number: int) -> None:
    """Say nothing until the client leaves."""
    await reader.read()


class CountedRoute(Route):
    """A route that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        CountedRoute.compared += 1
        return super().__eq__(other)

    __hash__ = Route.__hash__


def test_taking_a_connection_does_not_look_at_those_of_other_routes() -> None:
    async def whole() -> None:
        async with serving(hold) as server, connected(server.port, 400) as connections:
            pool = Pool(cap=400)
            routes = [CountedRoute("http", f"host-{number}", 80, True, "") for number in range(400)]
            for route, connection in zip(routes, connections, strict=True):
                pool.give(route, connection)
            CountedRoute.compared = 0
            assert [pool.take(route) for route in routes] == connections
            assert CountedRoute.compared < 10 * len(routes), "every host more would cost every other one time"
            assert len(pool) == 0

    asyncio.run(whole())


def test_nothing_is_kept_of_hosts_that_were_asked_before() -> None:
    async def whole() -> None:
        async with serving(speak(OK, OK)) as server:
            names = [f"host-{number}.example.org" for number in range(300)]
            places = tuple((f"{name}:{server.port}", f"127.0.0.1:{server.port}") for name in names)
            async with wiring(Config(allow_private_networks=ALLOWED.allow_private_networks, connect_to=places)) as wire:
                for name in names:
                    (await wire.exchange(f"http://{name}:{server.port}/", [])).close()
                assert len(wire._pool._idle) == len(wire._pool) <= 64
                await asyncio.sleep(0)
                assert len(wire._open) <= 65
            assert not wire._pool._idle

    asyncio.run(whole())


@pytest.mark.parametrize("unasked", [b"", b"HTTP/1.1 408 Request Timeout\r\n\r\n"], ids=["end", "bytes"])
def test_a_connection_that_ends_or_speaks_while_it_rests_is_forgotten_at_once(unasked: bytes) -> None:
    async def talk(reader: Reader, writer: Writer, number: int) -> None:
        await read_request(reader)
        writer.write(OK)
        await asyncio.sleep(0.02)
        writer.write(unasked)

    async def whole() -> None:
        async with serving(talk) as server, wiring() as wire:
            (await wire.exchange(server.uri, [])).close()
            assert len(wire._pool) == 1
            async with asyncio.timeout(5):
                while len(wire._pool):
                    await asyncio.sleep(0.005)

    asyncio.run(whole())


def test_a_connection_with_unread_bytes_is_not_taken_up() -> None:
    """The bytes are in the socket, and the loop had no turn to see them."""

    async def whole() -> None:
        async with serving(hold) as server, connected(server.port, 1) as [connection]:
            pool, route = Pool(), Route("http", "host", 80, True, "")
            pool.give(route, connection)
            assert connection._transport is not None
            [peer] = server.writers
            peer.get_extra_info("socket")._sock.send(b"HTTP/1.1 200 OK\r\n\r\nnobody asked for this")
            assert pool.take(route) is None, "an answer would be archived under another request"
            assert connection.closing

    asyncio.run(whole())


def test_a_request_that_a_dead_connection_took_is_told() -> None:
    async def whole() -> None:
        async with serving(speak(OK)) as server, wiring() as wire:
            exchanges = [await wire.exchange(server.uri, []) for _ in range(2)]
            assert [exchange.failure_detail for exchange in exchanges] == ["", ASKED_AGAIN]
            for exchange in exchanges:
                exchange.close()

    asyncio.run(whole())


# ---------------------------------------------------------------- servers that speak first


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("stays", [True, False])
def test_what_a_server_says_before_it_is_asked_is_recorded(
    scheme: str, stays: bool, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    banner = b"220 mail.example.org ESMTP ready, and more words than any name of a protocol has\r\n"

    async def talk(reader: Reader, writer: Writer, number: int) -> None:
        writer.write(banner)
        await writer.drain()
        if stays:
            await reader.read()

    async def whole() -> None:
        tls = tls_of(authority) if scheme == "https" else None
        async with serving(talk, tls=tls) as server, wiring(mapped(HOST, server.port)) as wire:
            exchange = await wire.exchange(f"{scheme}://{HOST}:{server.port}/", [])
            exchange.received.seek(0)
            assert (exchange.received.read(), exchange.failure) == (banner, Failure.BAD_HTTP)
            # A server that hangs up with our request unread resets the connection.
            assert exchange.truncated in ([Truncated.TIME] if stays else [None, Truncated.DISCONNECT])
            assert not stays or exchange.sent, "the request was kept from a server that may have answered it"
            exchange.close()

    asyncio.run(whole())
