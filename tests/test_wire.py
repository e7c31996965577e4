"""The wire against the fake web: what an Exchange says is what the sockets sent and received."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.clock import Clock
from crawler.config import Config
from crawler.model import Exchange, Failure, Refusal, Truncated
from crawler.wire.connection import Connection
from crawler.wire.wire import Wire
from tests.web import BYTE_CASES, Certificate, Door, FakeWeb, Name, Site, byte_site, catalogue_site
from tests.web.byte_cases import HOST as BYTE_HOST

LOOPBACK = ("127.0.0.0/8",)
FIELDS = (
    ("User-Agent", "evercite/test (+https://example.org/bot)"),
    ("accept", "*/*"),
    ("X-Twice", "1"),
    ("X-Twice", "2"),
)
CATALOGUE = "http://catalogue.example.org"

SITES = [
    byte_site(),
    catalogue_site(),
    *(Site(f"{door.value}.door.example.org", door=door) for door in Door),
    *(Site(f"{kind.value}.tls.example.org", byte_site().paths, certificate=kind) for kind in Certificate),
    *(Site(f"{name.value}.dns.example.org", byte_site().paths, name=name) for name in Name),
    Site("private.dns.example.org", addresses=("10.0.0.7",)),
    Site("metadata.dns.example.org", addresses=("::ffff:169.254.169.254",)),
    Site("mixed.dns.example.org", addresses=("10.0.0.7", "127.0.0.1")),
]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeWeb]:
    with FakeWeb(SITES, folder=tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture(autouse=True)
def trust(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(web.ca_file))


def config_for(web: FakeWeb, **settings: object) -> Config:
    """A configuration that finds the fake web by connect_to."""
    defaults: dict[str, object] = {
        "connect_to": tuple(web.connect_to.items()),
        "allow_private_networks": LOOPBACK,
        "connect_timeout_s": 5.0,
        "exchange_deadline_s": 10.0,
    }
    return Config(**{**defaults, **settings})  # type: ignore[arg-type]  # names and types are the caller's


def run(config: Config, work: Callable[[Wire], Awaitable[None]], clock: Clock | None = None) -> None:
    """Do some work with a wire, and see that it leaves nothing open."""

    async def whole() -> None:
        wire = Wire(config, clock or Clock())
        try:
            await work(wire)
        finally:
            await wire.close()
        assert not wire._open, "connections outlive the wire"

    asyncio.run(whole())


def ask(config: Config, uri: str, **options: object) -> Exchange:
    """One exchange on a wire of its own."""
    seen: list[Exchange] = []

    async def work(wire: Wire) -> None:
        seen.append(await wire.exchange(uri, FIELDS, **options))  # type: ignore[arg-type]

    run(config, work)
    return seen[0]


def received(exchange: Exchange) -> bytes:
    """The block, read from its start."""
    exchange.received.seek(0)
    return exchange.received.read()


def digest(data: bytes) -> str:
    """As an Exchange writes it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


# ---------------------------------------------------------------- byte cases


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", BYTE_CASES)
def test_every_byte_both_ways(web: FakeWeb, name: str, scheme: str) -> None:
    case, uri = BYTE_CASES[name], f"{scheme}://{BYTE_HOST}/{name}?q=a%20b&c=%C3%A9"
    exchange = ask(config_for(web), uri, deadline_s=0.6 if case.truncated == "time" else 10.0)
    served = web.log.for_uri(uri)[-1]
    assert exchange.sent == served.request, "the request record would not be what was sent"
    assert exchange.interim + received(exchange) == case.wire == served.response, "the record would not be the wire"
    assert exchange.interim == case.interim
    assert exchange.head is not None
    assert exchange.head.status == case.status
    assert case.message[: exchange.head_length].endswith(b"\n")
    assert exchange.received_length == len(case.message)
    assert exchange.block_digest == digest(case.message)
    assert (exchange.payload_digest, exchange.payload_length) == (digest(case.payload), len(case.payload))
    assert exchange.truncated == case.truncated
    assert (exchange.tls is not None) == (scheme == "https")
    assert exchange.ip == "127.0.0.1"
    exchange.close()


def test_byte_cases_on_shared_connections_stay_apart(web: FakeWeb) -> None:
    names = [name for name in BYTE_CASES if BYTE_CASES[name].truncated is None] * 3
    random.Random(3).shuffle(names)

    async def work(wire: Wire) -> None:
        for name in names:
            exchange = await wire.exchange(f"http://{BYTE_HOST}/{name}?shared", FIELDS)
            assert exchange.interim + received(exchange) == BYTE_CASES[name].wire, "an answer crossed over"
            exchange.close()

    run(config_for(web), work)
    connections = {served.connection for served in web.log if served.uri.endswith("?shared")}
    assert len(connections) == 1 + names.count("http-1.0-until-eof") - (names[-1] == "http-1.0-until-eof")


def test_request_line_and_fields_are_verbatim(web: FakeWeb) -> None:
    uri = f"http://{BYTE_HOST}/no-content?redirect=http://x.org/a//b/../c&é=循 环#frag"
    exchange = ask(config_for(web), uri)
    assert exchange.sent == (
        b"GET /no-content?redirect=http://x.org/a//b/../c&%C3%A9=%E5%BE%AA%20%E7%8E%AF HTTP/1.1\r\n"
        b"Host: bytes.example.org\r\nUser-Agent: evercite/test (+https://example.org/bot)\r\n"
        b"accept: */*\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\n"
    )
    exchange.close()


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"])
def test_a_value_cannot_begin_a_line(web: FakeWeb, value: str) -> None:
    async def work(wire: Wire) -> None:
        with pytest.raises(ValueError, match="line break"):
            await wire.exchange(f"http://{BYTE_HOST}/no-content", [("Cookie", value)])
        with pytest.raises(ValueError, match="no field name"):
            await wire.exchange(f"http://{BYTE_HOST}/no-content", [("A b", "c")])
        with pytest.raises(ValueError, match="repair"):
            await wire.exchange(f"http://{BYTE_HOST}/{value}", [])

    run(config_for(web), work)


def test_the_clock_of_the_run_dates_the_exchange(web: FakeWeb) -> None:
    clock = Clock(datetime(2031, 2, 3, 4, 5, 6, 789, UTC))

    async def work(wire: Wire) -> None:
        exchange = await wire.exchange(f"http://{BYTE_HOST}/no-content", FIELDS)
        assert exchange.started_at.date().isoformat() == "2031-02-03"
        assert exchange.started_at.tzinfo is UTC
        exchange.close()

    run(config_for(web), work, clock)


def test_stages_are_timed(web: FakeWeb) -> None:
    config = config_for(web, connect_to=(), resolvers=tuple(web.resolvers))
    _, port = web.place_of("known.dns.example.org", "https")
    exchange = ask(config, f"https://known.dns.example.org:{port}/https")
    exchange.close()
    timings = exchange.timings
    stages = (timings.dns_s, timings.connect_s, timings.tls_s, timings.first_byte_s)
    assert all(stage is not None and stage > 0 for stage in stages)
    assert timings.total_s >= sum(stage or 0 for stage in stages)


# ---------------------------------------------------------------- failures are values

# path: (failure, truncated, whether some of the message was kept)
TROUBLES: dict[str, tuple[Failure | None, Truncated | None, bool]] = {
    "silence": (Failure.TIMEOUT, None, False),
    "silence-mid-body": (Failure.TIMEOUT, Truncated.TIME, True),
    "silence-mid-head": (Failure.TIMEOUT, Truncated.TIME, True),
    "dribble": (Failure.TIMEOUT, Truncated.TIME, True),
    "dribble-body": (None, Truncated.TIME, True),
    "reset": (Failure.RESET, None, False),
    "reset-mid-body": (Failure.RESET, Truncated.DISCONNECT, True),
    "close": (Failure.RESET, None, False),
    "close-mid-body": (Failure.TRUNCATED, Truncated.DISCONNECT, True),
    "endless": (None, Truncated.LENGTH, True),
    "endless-head": (Failure.BAD_HTTP, Truncated.LENGTH, True),
    "huge-head": (Failure.BAD_HTTP, Truncated.LENGTH, True),
    "not-http": (Failure.BAD_HTTP, None, True),
    "garbage": (Failure.BAD_HTTP, None, True),
    "conflicting-lengths": (Failure.BAD_HTTP, None, True),
    "length-and-chunked": (None, None, True),
    "bad-chunk-size": (Failure.BAD_HTTP, None, True),
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", TROUBLES)
def test_trouble(web: FakeWeb, name: str, scheme: str) -> None:
    failure, truncated, kept = TROUBLES[name]
    uri = f"{scheme}://catalogue.example.org/{name}?{scheme}"
    deadline_s = {Failure.TIMEOUT: 0.6, None: 2.0}.get(failure, 10.0) if truncated is not Truncated.LENGTH else 10.0
    exchange = ask(config_for(web), uri, deadline_s=deadline_s, max_body_bytes=300_000)
    assert (exchange.failure, exchange.truncated) == (failure, truncated), exchange.failure_detail
    assert bool(exchange.failure_detail) == (failure is not None or truncated is not None)
    served = web.log.for_uri(uri)
    block = received(exchange)
    assert bool(block) == kept
    assert served[0].response.startswith(block), "the partial record is not what the server sent"
    assert exchange.block_digest == digest(block)
    assert len(served) == 1, "a fresh connection must not be asked twice"
    if name == "endless":
        assert exchange.received_length == exchange.head_length + 300_000
    if name in ("not-http", "garbage", "conflicting-lengths"):
        assert block == served[0].response, "evidence was lost"
    exchange.close()


DOORS: dict[tuple[Door, str], Failure] = {
    (Door.REFUSED, "http"): Failure.REFUSED,
    (Door.REFUSED, "https"): Failure.REFUSED,
    (Door.UNANSWERED, "http"): Failure.TIMEOUT,
    (Door.RESET, "http"): Failure.RESET,
    (Door.RESET, "https"): Failure.RESET,
    (Door.SILENT, "http"): Failure.TIMEOUT,
    (Door.SILENT, "https"): Failure.TIMEOUT,
    (Door.PLAIN, "https"): Failure.TLS_PROTOCOL,
    (Door.ALERT, "https"): Failure.TLS_PROTOCOL,
}


@pytest.mark.parametrize("row", DOORS, ids=lambda row: f"{row[0].value}-{row[1]}")
def test_door(web: FakeWeb, row: tuple[Door, str]) -> None:
    door, scheme = row
    config = config_for(web, connect_timeout_s=0.5, exchange_deadline_s=1.0)
    exchange = ask(config, f"{scheme}://{door.value}.door.example.org/")
    assert exchange.failure is DOORS[row], exchange.failure_detail
    assert exchange.failure_detail
    assert exchange.received_length == 0
    assert exchange.head is None
    if not (door in (Door.RESET, Door.SILENT) and scheme == "http"):
        assert exchange.sent == b"", "nothing was sent before the connection stood"
    exchange.close()


CERTIFICATES: dict[Certificate, Failure | None] = {
    Certificate.VALID: None,
    Certificate.EXPIRED: Failure.TLS_EXPIRED,
    Certificate.SELF_SIGNED: Failure.TLS_SELF_SIGNED,
    Certificate.WRONG_HOST: Failure.TLS_HOSTNAME,
    Certificate.INCOMPLETE: Failure.TLS_INCOMPLETE_CHAIN,
}


@pytest.mark.parametrize("kind", CERTIFICATES)
def test_certificate_and_the_second_look(web: FakeWeb, kind: Certificate) -> None:
    uri = f"https://{kind.value}.tls.example.org/https?look"

    async def work(wire: Wire) -> None:
        first = await wire.exchange(uri, FIELDS)
        assert first.failure is CERTIFICATES[kind], first.failure_detail
        assert (first.sent == b"") == (first.failure is not None), "a request went to a host that was not who it says"
        first.close()
        second = await wire.exchange(uri, FIELDS, verify=False)
        assert second.failure is None
        assert second.tls is not None
        assert second.tls.verified is False, "an unverified look must not borrow a verified connection"
        assert second.tls.certificate[:1] == b"\x30", "the certificate is kept in DER"
        assert second.tls.version.startswith("TLSv1.")
        assert received(second) == BYTE_CASES["https"].wire
        second.close()

    run(config_for(web), work)


NAMES: dict[str, Failure | None] = {
    "known": None,
    "truncated": None,
    "unknown": Failure.DNS_NXDOMAIN,
    "no-data": Failure.DNS_NODATA,
    "server-failure": Failure.DNS_FAILURE,
    "silent": Failure.DNS_FAILURE,
}


@pytest.mark.parametrize("name", NAMES)
def test_name(web: FakeWeb, name: str) -> None:
    config = config_for(web, connect_to=(), resolvers=tuple(web.resolvers), connect_timeout_s=1.0)
    _, port = web.place_of("known.dns.example.org")
    exchange = ask(config, f"http://{name}.dns.example.org:{port}/custom-reason")
    assert exchange.failure is NAMES[name], exchange.failure_detail
    if exchange.failure:
        assert (exchange.sent, exchange.ip) == (b"", None)
    else:
        assert exchange.timings.dns_s is not None
    exchange.close()


def test_a_silent_resolver_cannot_outlast_the_deadline(web: FakeWeb) -> None:
    config = config_for(web, connect_to=(), resolvers=tuple(web.resolvers), connect_timeout_s=60.0)
    exchange = ask(config, "http://silent.dns.example.org/", deadline_s=0.3)
    assert exchange.failure is Failure.DNS_FAILURE
    assert exchange.timings.total_s < 5
    exchange.close()


# ---------------------------------------------------------------- what we refuse

LITERALS = [
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "2130706433",
    "0177.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::1]",
    "0.0.0.0",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "169.254.169.254",
    "10.0.0.1",
    "[fd00:ec2::254]",
    "[64:ff9b::7f00:1]",
]


@pytest.mark.parametrize("host", LITERALS)
@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9"])
def test_private_addresses_are_refused_in_every_spelling(web: FakeWeb, host: str, proxy: str) -> None:
    _, port = web.place_of(BYTE_HOST)
    exchange = ask(config_for(web, allow_private_networks=()), f"http://{host}:{port}/private", proxy=proxy)
    assert exchange.refusal is Refusal.PRIVATE_ADDRESS, "the crawler would read an inner service"
    assert exchange.failure is None
    assert (exchange.sent, exchange.received_length, exchange.ip) == (b"", 0, None)
    assert exchange.failure_detail
    assert not [served for served in web.log if served.request.startswith(b"GET /private")]
    exchange.close()


@pytest.mark.parametrize("host", ["private", "metadata"])
def test_names_that_resolve_to_private_addresses_are_refused(web: FakeWeb, host: str) -> None:
    config = config_for(web, connect_to=(), resolvers=tuple(web.resolvers))
    exchange = ask(config, f"http://{host}.dns.example.org/")
    assert (exchange.refusal, exchange.failure) == (Refusal.PRIVATE_ADDRESS, None)
    exchange.close()


def test_of_mixed_addresses_only_the_permitted_are_tried(web: FakeWeb) -> None:
    config = config_for(web, connect_to=(), resolvers=tuple(web.resolvers))
    _, port = web.place_of(BYTE_HOST)
    exchange = ask(config, f"http://mixed.dns.example.org:{port}/")
    assert exchange.ip == "127.0.0.1"
    assert exchange.head is not None
    exchange.close()


def test_connect_to_is_checked_at_the_mapped_address(web: FakeWeb) -> None:
    exchange = ask(config_for(web, allow_private_networks=()), f"http://{BYTE_HOST}/custom-reason")
    assert exchange.refusal is Refusal.PRIVATE_ADDRESS
    exchange.close()


@pytest.mark.parametrize(
    ("uri", "refusal"),
    [
        ("file:///etc/passwd", Refusal.OTHER_SCHEME),
        ("FTP://example.org/", Refusal.OTHER_SCHEME),
        ("javascript:alert(1)", Refusal.OTHER_SCHEME),
        ("data:text/html,x", Refusal.OTHER_SCHEME),
        (f"http://user:secret@{BYTE_HOST}/", Refusal.CREDENTIALS),
        (f"https://user@{BYTE_HOST}/", Refusal.CREDENTIALS),
        (f"http://{BYTE_HOST}\\@127.0.0.1/", None),
    ],
)
def test_schemes_and_credentials(web: FakeWeb, uri: str, refusal: Refusal | None) -> None:
    exchange = ask(config_for(web), uri)
    assert exchange.refusal is refusal
    assert exchange.failure is None
    if refusal:
        assert (exchange.sent, exchange.received_length) == (b"", 0)
    exchange.close()


# ---------------------------------------------------------------- reuse


def test_a_dead_resting_connection_is_replaced_once(web: FakeWeb) -> None:
    uri = f"{CATALOGUE}/close-when-idle"

    async def work(wire: Wire) -> None:
        for _ in range(5):
            exchange = await wire.exchange(uri, FIELDS)
            assert exchange.failure is None, "an editor would read of a reset that is none"
            exchange.close()

    run(config_for(web), work)
    assert len(web.log.for_uri(uri)) == 5


def test_fresh_means_a_new_connection(web: FakeWeb) -> None:
    async def work(wire: Wire) -> None:
        for fresh in (False, False, True, False):
            (await wire.exchange(f"http://{BYTE_HOST}/custom-reason?fresh", FIELDS, fresh=fresh)).close()

    run(config_for(web), work)
    numbers = [served.connection for served in web.log if served.uri.endswith("?fresh")]
    assert numbers[0] == numbers[1] != numbers[2]


def test_many_at_once_do_not_share(web: FakeWeb) -> None:
    names = [name for name in BYTE_CASES if BYTE_CASES[name].truncated is None]

    async def work(wire: Wire) -> None:
        uris = [(name, f"{scheme}://{BYTE_HOST}/{name}") for name in names for scheme in ("http", "https")] * 3
        exchanges = await asyncio.gather(*(wire.exchange(uri, FIELDS) for _, uri in uris))
        for (name, _), exchange in zip(uris, exchanges, strict=True):
            assert exchange.interim + received(exchange) == BYTE_CASES[name].wire
            exchange.close()

    run(config_for(web), work)


def test_cancelling_closes_connection_and_spool(web: FakeWeb, tmp_path: Path) -> None:
    async def whole() -> None:
        wire = Wire(config_for(web), Clock(), tmp_path)
        asking = asyncio.create_task(wire.exchange(f"{CATALOGUE}/silence-mid-body", FIELDS))
        while not wire._open:
            await asyncio.sleep(0.005)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.sleep(0.05)
        assert not wire._open, "a cancelled exchange keeps its connection"
        await wire.close()

    asyncio.run(whole())


def test_a_closed_wire_takes_up_no_connection_that_was_still_being_made(web: FakeWeb) -> None:
    async def whole() -> None:
        wire = Wire(config_for(web), Clock())
        asking = asyncio.create_task(wire.exchange("https://catalogue.example.org/landing", FIELDS))
        await asyncio.sleep(0)
        await wire.close()
        exchange = await asking
        assert (exchange.failure, exchange.sent) == (Failure.RESET, b"")
        assert not wire._open, "connections outlive the wire"
        exchange.close()

    asyncio.run(whole())


def test_closing_the_wire_does_not_wait_for_a_connection_that_is_never_lost(web: FakeWeb) -> None:
    async def whole() -> None:
        wire = Wire(config_for(web), Clock())
        wire._open.add(Connection("127.0.0.1"))  # was never connected: nobody will say that it is lost
        async with asyncio.timeout(30):
            await wire.close()

    asyncio.run(whole())


def test_closing_the_wire_ends_what_is_under_way(web: FakeWeb) -> None:
    async def whole() -> None:
        wire = Wire(config_for(web), Clock())
        asking = asyncio.create_task(wire.exchange(f"{CATALOGUE}/silence-mid-body", FIELDS))
        while not wire._open:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        await wire.close()
        exchange = await asking
        assert exchange.failure is Failure.RESET
        exchange.close()

    asyncio.run(whole())
