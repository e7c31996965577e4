"""Names asked of real DNS servers on loopback: what exists, what does not, and what nobody knows."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from crawler.model import Failure
from crawler.wire.resolve import SYSTEM_FAILURES, Resolver, _look_up
from tests.web.names import Entry, Name, NameServer, Question

ZONE = {
    "both.example.org": Entry(addresses=("192.0.2.1", "2001:db8::1")),
    "four.example.org": Entry(addresses=("192.0.2.1", "192.0.2.2")),
    "six.example.org": Entry(addresses=("2001:db8::1",)),
    "big.example.org": Entry(Name.TRUNCATED, ("192.0.2.7",)),
    "no-data.example.org": Entry(Name.NO_DATA),
    "failing.example.org": Entry(Name.SERVER_FAILURE),
    "silent.example.org": Entry(Name.SILENT),
}
KNOWS = {"name.example.org": Entry(addresses=("192.0.2.9",))}
EMPTY: dict[str, Entry] = {}
FAILS = {"name.example.org": Entry(Name.SERVER_FAILURE)}
SILENT = {"name.example.org": Entry(Name.SILENT)}
NO_DATA = {"name.example.org": Entry(Name.NO_DATA)}


@contextlib.asynccontextmanager
async def serving(zones: Sequence[Mapping[str, Entry]]) -> AsyncIterator[tuple[list[str], list[Question]]]:
    """One DNS server a zone, and what was asked of them."""
    questions: list[Question] = []
    servers = [NameServer(zone, "127.0.0.1", 0, questions) for zone in zones]
    tasks = [asyncio.create_task(work) for server in servers for work in (server.serve_udp(), accept(server))]
    try:
        yield [server.place for server in servers], questions
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in servers:
            server.udp.close()
            server.tcp.close()


async def accept(server: NameServer) -> None:
    """Serve one TCP question after another."""
    while True:
        connection, _ = await asyncio.get_running_loop().sock_accept(server.tcp)
        await server.serve_stream(connection)


def ask(host: str, *zones: Mapping[str, Entry], lifetime_s: float = 5.0) -> tuple[tuple[str, ...], Failure | None]:
    """What a resolver over these zones' servers says of a host."""

    async def run() -> tuple[tuple[str, ...], Failure | None]:
        async with serving(zones) as (places, _):
            resolver = Resolver(places, lifetime_s)
            found = await resolver.resolve(host)
            assert bool(found.detail) == bool(found.failure)
            return found.addresses, found.failure

    return asyncio.run(run())


ROWS: dict[str, tuple[tuple[str, ...], Failure | None]] = {
    "both.example.org": (("2001:db8::1", "192.0.2.1"), None),
    "four.example.org": (("192.0.2.1", "192.0.2.2"), None),
    "six.example.org": (("2001:db8::1",), None),
    "big.example.org": (("192.0.2.7",), None),
    "no-data.example.org": ((), Failure.DNS_NODATA),
    "failing.example.org": ((), Failure.DNS_FAILURE),
    "unknown.example.org": ((), Failure.DNS_NXDOMAIN),
    "a..b": ((), Failure.DNS_NXDOMAIN),
    "x" * 64 + ".example.org": ((), Failure.DNS_NXDOMAIN),
    "203.0.113.5": (("203.0.113.5",), None),
    "[2001:db8::5]": (("2001:db8::5",), None),
}


@pytest.mark.parametrize("host", ROWS)
def test_one_server(host: str) -> None:
    addresses, failure = ask(host, ZONE)  # a server may give the addresses of one family in any order
    assert (sorted(addresses), failure) == (sorted(ROWS[host][0]), ROWS[host][1]), "a wrong reason for a dead host"


def test_the_newer_family_is_tried_first() -> None:
    assert ask("both.example.org", ZONE)[0] == ("2001:db8::1", "192.0.2.1")


def test_silence_is_a_failure_in_bounded_time() -> None:
    assert ask("silent.example.org", ZONE, lifetime_s=0.3) == ((), Failure.DNS_FAILURE)


# The first server's zone, the second's, and what is believed of name.example.org.
PAIRS: list[tuple[Mapping[str, Entry], Mapping[str, Entry], tuple[str, ...], Failure | None]] = [
    (EMPTY, EMPTY, (), Failure.DNS_NXDOMAIN),
    (EMPTY, KNOWS, ("192.0.2.9",), None),
    (EMPTY, SILENT, (), Failure.DNS_FAILURE),
    (EMPTY, FAILS, (), Failure.DNS_FAILURE),
    (EMPTY, NO_DATA, (), Failure.DNS_NODATA),
    (SILENT, KNOWS, ("192.0.2.9",), None),
    (FAILS, KNOWS, ("192.0.2.9",), None),
    (FAILS, EMPTY, (), Failure.DNS_FAILURE),
    (FAILS, NO_DATA, (), Failure.DNS_NODATA),
    (FAILS, SILENT, (), Failure.DNS_FAILURE),
    (KNOWS, EMPTY, ("192.0.2.9",), None),
    (NO_DATA, EMPTY, (), Failure.DNS_NODATA),
]


@pytest.mark.parametrize("pair", PAIRS)
def test_two_servers(
    pair: tuple[Mapping[str, Entry], Mapping[str, Entry], tuple[str, ...], Failure | None],
) -> None:
    first, second, addresses, failure = pair
    assert ask("name.example.org", first, second, lifetime_s=1.0) == (addresses, failure), (
        "a host would be called gone on one server's word"
    )


def test_absence_is_asked_at_the_second_server_and_presence_is_not() -> None:
    async def run() -> None:
        async with serving([KNOWS, KNOWS]) as (places, questions):
            resolver = Resolver(places, 5.0)
            await resolver.resolve("name.example.org")
            assert {question.resolver for question in questions} == {places[0]}
            await resolver.resolve("other.example.org")
            assert {question.resolver for question in questions} == set(places)

    asyncio.run(run())


def test_the_system_reads_the_hosts_file() -> None:
    async def run() -> None:
        resolver = Resolver()
        found = await resolver.resolve("localhost")
        assert "127.0.0.1" in found.addresses
        assert len(set(found.addresses)) == len(found.addresses)

    asyncio.run(run())


def test_silent_names_hold_up_neither_others_nor_the_end_of_the_program() -> None:
    script = textwrap.dedent("""
        import asyncio, socket, time
        from crawler.wire.resolve import Resolver
        ask = socket.getaddrinfo

        def look_up(host, *rest, **more):
            return time.sleep(300) if "silent" in host else ask(host, *rest, **more)

        socket.getaddrinfo = look_up

        async def run():
            resolver = Resolver((), 1.0)
            names = [f"silent-{number}.example.org" for number in range(100)] + ["localhost"]
            found = await asyncio.gather(*(resolver.resolve(name) for name in names))
            print({one.failure for one in found[:-1]}, "127.0.0.1" in found[-1].addresses)

        asyncio.run(run())
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["{<Failure.DNS_FAILURE:", "'dns-failure'>}", "True"], done.stderr


def test_a_name_that_cannot_exist_is_no_such_name() -> None:
    assert _look_up("a..b").failure is Failure.DNS_NXDOMAIN


def test_each_word_of_the_system_resolver_has_a_meaning() -> None:
    assert SYSTEM_FAILURES[socket.EAI_NONAME] is Failure.DNS_NXDOMAIN
    assert SYSTEM_FAILURES[socket.EAI_AGAIN] is Failure.DNS_FAILURE
    assert SYSTEM_FAILURES[socket.EAI_FAIL] is Failure.DNS_FAILURE
    assert SYSTEM_FAILURES[-5] is Failure.DNS_NODATA
    assert SYSTEM_FAILURES[-9] is Failure.DNS_NODATA
