"""Room for answers: bodies wait where it is full, the night goes on, and no wait of ours is a server's failure."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ssl
import subprocess
import sys
import textwrap
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from crawler.clock import Clock
from crawler.errors import EverciteError
from crawler.model import Exchange, Failure, Truncated
from crawler.wire.connection import READ_BYTES
from crawler.wire.quota import Quota
from crawler.wire.spool import MEMORY_BYTES, Spool
from crawler.wire.wire import Wire
from tests.test_wire_raw import ALLOWED, OK, Server, Talk, mapped, read_request, serving, speak, wiring

MIB = 1024 * 1024
BODY = 3 * MIB
HOST = "large.example.org"


async def large(reader: Reader, writer: Writer, number: int) -> None:
    """Bodies of BODY bytes, one a request."""
    while True:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BODY)
        for _ in range(BODY // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()


@contextlib.asynccontextmanager
async def served(talk: Talk, room: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[Server, Wire, str]]:
    """A server, a wire with so much room in its spool, and the uri to ask."""
    async with serving(talk, tls=tls) as server:
        config = mapped(HOST, server.port) if tls else ALLOWED
        async with wiring(replace(config, max_spool_bytes=room)) as wire:
            yield server, wire, f"https://{HOST}:{server.port}/" if tls else server.uri


@contextlib.asynccontextmanager
async def watching(wire: Wire) -> AsyncIterator[list[int]]:
    """How many bytes the wire held, looked at in every turn of the loop."""
    seen: list[int] = []

    async def look() -> None:
        while True:
            seen.append(wire._quota.held_bytes)
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    try:
        yield seen
    finally:
        looking.cancel()


async def archived(wire: Wire, uri: str, **options: float) -> Exchange:
    """An exchange whose bytes are let go of a little after it came."""
    exchange = await wire.exchange(uri, [], **options)  # type: ignore[arg-type] # options of exchange()
    await asyncio.sleep(0.002)
    exchange.close()
    return exchange


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    return context


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("room", [1, 4 * MIB])
def test_bodies_wait_for_room_and_all_arrive_whole(secure: bool, room: int, tls: ssl.SSLContext) -> None:
    async def whole() -> None:
        async with served(large, room, tls if secure else None) as (_, wire, uri), watching(wire) as seen:
            exchanges = await asyncio.gather(*(archived(wire, uri) for _ in range(8)))
            assert [(exchange.failure, exchange.truncated) for exchange in exchanges] == [(None, None)] * 8
            assert {exchange.payload_length for exchange in exchanges} == {BODY}
        assert max(seen) <= room + BODY + 9 * READ_BYTES, "the spool would outgrow what the editor allowed"
        assert max(seen) < 7 * BODY, "nothing ever waited: nothing was proven"
        assert wire._quota.held_bytes == 0, "room that is never given back"

    asyncio.run(whole())


def test_when_nothing_is_let_go_of_bodies_are_cut_by_our_time_and_nobody_failed() -> None:
    async def whole() -> None:
        async with served(large, MIB) as (_, wire, uri):
            exchanges = await asyncio.gather(*(wire.exchange(uri, [], deadline_s=1.0) for _ in range(5)))
            ends = {(exchange.failure, exchange.truncated) for exchange in exchanges}
            assert ends == {(None, None), (None, Truncated.TIME)}, "an editor would read of an outage that was ours"
            assert all("room in our spool" in one.failure_detail for one in exchanges if one.truncated)
            for exchange in exchanges:
                exchange.close()

    asyncio.run(whole())


def test_a_server_that_gives_up_while_we_let_it_wait_has_not_failed() -> None:
    async def impatient(reader: Reader, writer: Writer, number: int) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BODY + b"x" * MIB)
        await asyncio.sleep(0.2)
        writer.transport.abort()

    async def whole() -> None:
        async with served(impatient, READ_BYTES) as (_, wire, uri), served(large, MIB) as (_, other, large_uri):
            other._quota = wire._quota  # one spool for both
            first = await other.exchange(large_uri, [])
            asking = asyncio.create_task(wire.exchange(uri, [], deadline_s=20.0))
            await asyncio.sleep(0.5)
            first.close()
            exchange = await asking
            assert (exchange.failure, exchange.truncated) == (None, Truncated.TIME), exchange.failure_detail
            assert exchange.received_length > 0
            exchange.close()

    asyncio.run(whole())


def test_a_wait_is_no_silence_of_the_server() -> None:
    async def half(reader: Reader, writer: Writer, number: int) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BODY + b"x" * 1000)
        await reader.read()

    async def whole() -> None:
        async with served(half, 500) as (_, wire, uri):
            held = Spool(None, wire._quota)
            held.keep(b"an answer that waits to be archived")
            asking = asyncio.create_task(wire.exchange(uri, [], deadline_s=1.6))
            await asyncio.sleep(1.4)
            held.file.close()
            exchange = await asking
            assert (exchange.failure, exchange.truncated) == (None, Truncated.TIME), exchange.failure_detail
            exchange.close()

    asyncio.run(whole())


def test_a_small_answer_passes_when_there_is_no_room() -> None:
    async def whole() -> None:
        async with served(speak(OK), 10) as (_, wire, uri):
            held = Spool(None, wire._quota)
            held.keep(b"an answer that waits to be archived")
            exchange = await wire.exchange(uri, [], deadline_s=5.0)
            assert (exchange.failure, exchange.payload_length) == (None, 2)
            exchange.close()
            held.file.close()

    asyncio.run(whole())


@pytest.mark.parametrize("ends", ["cancelled", "failed", "closed", "dropped"])
def test_room_is_given_back_whatever_becomes_of_an_exchange(ends: str) -> None:
    async def half(reader: Reader, writer: Writer, number: int) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BODY + b"x" * MIB)
        await (reader.read() if ends == "cancelled" else asyncio.sleep(0))

    async def whole() -> None:
        async with served(half, 100 * MIB) as (_, wire, uri):
            asking = asyncio.create_task(wire.exchange(uri, []))
            while wire._quota.held_bytes < MIB:
                await asyncio.sleep(0.005)
            if ends == "cancelled":
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
            else:
                exchange = await asking
                assert exchange.failure in (Failure.TRUNCATED, Failure.RESET)
                if ends != "dropped":
                    exchange.close()
                    exchange.close()
                del exchange
            del asking
            await asyncio.sleep(0)
            gc.collect()
            assert wire._quota.held_bytes == 0, "the spool would fill up with answers that are gone"

    asyncio.run(whole())


def test_what_is_spooled_is_read_back_from_memory_and_from_disk(tmp_path: Path) -> None:
    for length in (0, 1, MEMORY_BYTES - 1, MEMORY_BYTES, MEMORY_BYTES + 1, 3 * MEMORY_BYTES):
        spool, octets = Spool(tmp_path, Quota(1)), bytes(range(256)) * (length // 256 + 1)
        for at in range(0, length, 100_003):
            spool.keep(octets[at : min(at + 100_003, length)])
        spool.file.seek(0)
        assert spool.file.read() == octets[:length]
        spool.file.seek(length // 2)
        assert spool.file.read(10) == octets[:length][length // 2 :][:10]
        assert spool.file.tell() == min(length, length // 2 + 10)
        spool.file.close()
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_is_our_own_failure_in_one_sentence(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from crawler.errors import EverciteError
        from crawler.wire.quota import Quota
        from crawler.wire.spool import Spool
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        quota = Quota(10**9)
        spool = Spool(Path(sys.argv[1]), quota)
        try:
            for _ in range(20):
                spool.keep(b"x" * 262_144)
        except EverciteError as error:
            print(error)
        print(spool.length, quota.held_bytes)
        spool.file.close()
        print(quota.held_bytes)
    """)
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    sentence, lengths, left = done.stdout.splitlines()
    assert str(tmp_path) in sentence
    assert "free disk space" in sentence
    assert lengths.split() == [str(11 * 262_144)] * 2
    assert left == "0"
    assert done.stderr == ""


def test_an_exchange_whose_spool_fails_ends_at_once_and_leaves_no_connection() -> None:
    async def whole() -> None:
        async with serving(large) as server:
            wire = Wire(ALLOWED, Clock(), Path("/nowhere/at/all"))
            async with asyncio.timeout(10):
                with pytest.raises(EverciteError, match="/nowhere/at/all"):
                    await wire.exchange(server.uri, [])
            await wire.close()
            assert not wire._open

    asyncio.run(whole())
