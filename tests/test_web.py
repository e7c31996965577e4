"""The fake web is itself on trial: what it logs is what crossed the wire, and each misbehaviour is the one it names.

Every later proof leans on this; a lie here would be repeated by every record and verdict.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from crawler.model import Outcome
from tests.web import BYTE_CASES, Certificate, Door, FakeWeb, Name, Site, byte_site, catalogue_site
from tests.web.answers import File, Nights, NotFound, Page, Tries, ValidatedPage
from tests.web.bodies import MIB, make_gzip_bomb, make_jpeg, make_pdf, make_png
from tests.web.briefing import CAMPAIGN, KEYS, MAILED, briefing_sites
from tests.web.byte_cases import HOST as BYTE_HOST
from tests.web.byte_cases import Ending, uri_of
from tests.web.client import ask, connect, follow, read_to_end, read_until_failure, request_bytes
from tests.web.outcomes import OUTCOME_CASES, OutcomeCase, outcome_sites
from tests.web.redirects import REDIRECTS
from tests.web.trouble import TROUBLE
from tests.web.walls import WALLS, RetryLater
from tests.web.wire import Call

CATALOGUE = "catalogue.example.org"
SEVEN = range(7)


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    """The catalogue, the byte cases, and one host for each bad door, certificate and name."""
    sites = [catalogue_site(), byte_site()]
    sites += [Site(f"{door.value}.example.org", door=door) for door in Door]
    sites += [Site(f"{kind.value}-certificate.example.org", certificate=kind) for kind in Certificate]
    sites += [Site(f"{name.value}-name.example.org", name=name) for name in Name]
    sites += [Site("elsewhere.example.org", addresses=("10.0.0.1", "::1"))]
    with FakeWeb(sites) as web:
        yield web


# ---------------------------------------------------------------- bytes


@pytest.mark.parametrize("name", BYTE_CASES)
def test_the_log_is_what_crossed_the_wire(web: FakeWeb, name: str) -> None:
    case, uri = BYTE_CASES[name], uri_of(name)
    with connect(web, uri) as connection:
        connection.sendall(request_bytes(uri))
        received = read_to_end(connection, len(case.wire))
        if case.ending is Ending.CLOSE:
            assert connection.recv(1) == b"", "the server must end the connection"
    served = web.log.for_uri(uri)[-1]
    assert received == case.wire == served.response
    assert served.request == request_bytes(uri)
    assert (served.scheme, served.host) == (case.scheme, BYTE_HOST)


# http.client takes 103 for a final head, and stops reading fields at a line without a colon
STDLIB_READS = BYTE_CASES.keys() - {"interim-heads", "folded-and-colonless-lines"}


@pytest.mark.parametrize("name", sorted(name for name in STDLIB_READS if not BYTE_CASES[name].truncated))
def test_an_independent_client_finds_the_payload_that_a_byte_case_names(web: FakeWeb, name: str) -> None:
    reply = ask(web, uri_of(name))
    assert (reply.status, reply.body) == (BYTE_CASES[name].status, BYTE_CASES[name].payload)


def test_a_kept_connection_carries_several_requests_in_turn(web: FakeWeb) -> None:
    uri = uri_of("custom-reason")
    before = len(web.log.for_uri(uri))
    with connect(web, uri) as connection:
        for _ in range(3):
            connection.sendall(request_bytes(uri))
            read_to_end(connection, len(BYTE_CASES["custom-reason"].wire))
    served = web.log.for_uri(uri)[before:]
    assert len({exchange.connection for exchange in served}) == 1
    assert [exchange.request for exchange in served] == [request_bytes(uri)] * 3


def test_the_absolute_form_of_a_proxied_request_is_routed_by_its_authority(web: FakeWeb) -> None:
    with socket.create_connection(web.place_of(CATALOGUE)) as connection:
        connection.sendall(b"GET http://%s/gone HTTP/1.1\r\nHost: proxy.invalid\r\n\r\n" % CATALOGUE.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 410 Gone\r\n")
    assert web.log.for_uri(f"http://{CATALOGUE}/gone")


def test_a_tunnel_carries_tls_to_the_host_it_names(web: FakeWeb) -> None:
    with closing(http.client.HTTPSConnection(*web.place_of(CATALOGUE), timeout=10, context=trusting(web))) as client:
        client.set_tunnel(CATALOGUE, 443)
        client.request("GET", "/gone")
        assert client.getresponse().status == 410
    assert web.log.for_uri(f"{CATALOGUE}:443")[-1].response == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert web.log.for_uri(f"https://{CATALOGUE}/gone")
    with closing(http.client.HTTPConnection(*web.place_of(CATALOGUE))) as client:
        client.set_tunnel("nobody.example.org", 443)
        with pytest.raises(OSError, match="502"):
            client.request("GET", "/")


def trusting(web: FakeWeb) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=web.ca_file)


def test_a_host_that_is_not_here_is_misdirected(web: FakeWeb) -> None:
    with socket.create_connection(web.place_of(CATALOGUE)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: stranger.example.net\r\nConnection: close\r\n\r\n")
        assert read_to_end(connection).startswith(b"HTTP/1.1 421 ")


# ---------------------------------------------------------------- behaviours


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_well_formed_and_keeps_the_connection(web: FakeWeb, name: str) -> None:
    uri = f"https://{CATALOGUE}/{name}"
    reply = ask(web, uri)
    assert web.log.for_uri(uri)[-1].response.endswith(reply.body)
    assert reply.status in (204, 304) or reply.fields["Content-Length"] == str(len(reply.body))


@pytest.mark.parametrize(
    ("name", "status", "field"),
    [
        ("cloudflare", 403, ("cf-mitigated", "challenge")),
        ("aws-challenge", 202, ("x-amzn-waf-action", "challenge")),
        ("akamai", 403, ("Server", "AkamaiGHost")),
        ("linkedin", 999, ("Content-Type", "text/html")),
        ("too-many", 429, ("Retry-After", "1")),
        ("unavailable", 503, ("Retry-After", "1")),
        ("legal", 451, ("Content-Type", "text/html; charset=utf-8")),
    ],
)
def test_a_wall_shows_what_it_is_known_by(web: FakeWeb, name: str, status: int, field: tuple[str, str]) -> None:
    reply = ask(web, f"http://{CATALOGUE}/{name}")
    assert (reply.status, reply.fields[field[0]]) == (status, field[1])


def test_sizes_that_matter(web: FakeWeb) -> None:
    assert len(ask(web, f"http://{CATALOGUE}/long-not-found").body) > 650_000
    assert len(ask(web, f"http://{CATALOGUE}/gzip-bomb").body) < MIB
    with connect(web, f"http://{CATALOGUE}/") as connection:
        connection.sendall(request_bytes(f"http://{CATALOGUE}/huge-head"))
        assert len(read_to_end(connection, MIB)) >= MIB


@pytest.mark.parametrize("name", ["reset", "reset-mid-body"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_reset_is_a_reset_and_what_came_before_it_is_logged(web: FakeWeb, name: str, scheme: str) -> None:
    uri = f"{scheme}://{CATALOGUE}/{name}"
    received, error = asyncio.run(read_with_asyncio(web, uri))
    assert isinstance(error, ConnectionResetError)
    assert received == web.log.for_uri(uri)[-1].response


async def read_with_asyncio(web: FakeWeb, uri: str) -> tuple[bytes, OSError | None]:
    """As `read_until_failure`, for TLS too: the blocking ssl module reports ECONNRESET as a mere EOF."""
    scheme = uri.partition(":")[0]
    context = trusting(web) if scheme == "https" else None
    address, port = web.place_of(CATALOGUE, scheme)
    reader, writer = await asyncio.open_connection(
        address, port, ssl=context, server_hostname=CATALOGUE if context else None
    )
    writer.write(request_bytes(uri))
    received = b""
    try:
        while data := await reader.read(65536):
            received += data
    except OSError as error:
        return received, error
    finally:
        writer.transport.abort()
    return received, None


@pytest.mark.parametrize(("name", "sent"), [("close", False), ("close-mid-body", True)])
def test_an_early_close_is_an_orderly_one(web: FakeWeb, name: str, sent: bool) -> None:
    uri = f"https://{CATALOGUE}/{name}"
    with connect(web, uri) as connection:
        connection.sendall(request_bytes(uri))
        received = read_to_end(connection)
    assert bool(received) is sent
    assert received == web.log.for_uri(uri)[-1].response


@pytest.mark.parametrize(
    ("name", "begins"),
    [("silence", b""), ("silence-mid-head", b"HTTP/1.1 200 OK\r\nContent"), ("silence-mid-body", b"HTTP/1.1 200 OK")],
)
def test_a_silence_says_no_more_and_keeps_the_connection(web: FakeWeb, name: str, begins: bytes) -> None:
    uri = f"http://{CATALOGUE}/{name}"
    with connect(web, uri, timeout_s=0.3) as connection:
        connection.sendall(request_bytes(uri))
        received, error = read_until_failure(connection)
    assert isinstance(error, TimeoutError)
    assert received.startswith(begins)
    assert received == web.log.for_uri(uri)[-1].response


@pytest.mark.parametrize("name", ["endless", "endless-head", "dribble", "dribble-body"])
def test_a_flood_or_a_dribble_goes_on_until_the_client_leaves(web: FakeWeb, name: str) -> None:
    uri = f"http://{CATALOGUE}/{name}"
    wanted = {"endless": 4 * MIB, "endless-head": 4 * MIB, "dribble": 3, "dribble-body": 1203}[name]
    with connect(web, uri) as connection:
        connection.sendall(request_bytes(uri))
        received = read_to_end(connection, wanted)
    assert web.log.for_uri(uri)[-1].response.startswith(received)


def test_a_connection_closed_while_idle_is_not_announced(web: FakeWeb) -> None:
    uri = f"http://{CATALOGUE}/close-when-idle"
    with connect(web, uri) as connection:
        connection.sendall(request_bytes(uri))
        head = read_to_end(connection).partition(b"\r\n\r\n")[0]
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert b"onnection" not in head


def test_every_named_behaviour_is_in_the_catalogue(web: FakeWeb) -> None:
    paths = web.sites[CATALOGUE].paths
    assert all(f"/{name}" in paths for name in (*REDIRECTS, *WALLS, *TROUBLE))
    assert len({*REDIRECTS, *WALLS, *TROUBLE}) == len(REDIRECTS) + len(WALLS) + len(TROUBLE)


def test_locations_are_sent_as_they_stand(web: FakeWeb) -> None:
    for name in ("raw-utf-8", "to-file", "to-javascript", "to-metadata-address", "to-mapped-private", "to-nonsense"):
        ask(web, f"http://{CATALOGUE}/{name}")
        response = web.log.for_uri(f"http://{CATALOGUE}/{name}")[-1].response
        location = REDIRECTS[name].location.encode("utf-8")  # type: ignore[attr-defined]
        assert b"\r\nLocation: " + location + b"\r\n" in response


def test_pages_by_night_and_by_try() -> None:
    page = Page("Steady")
    site = Site(
        "nights.example.org",
        {
            "/steady": page,
            "/changed": Page("Changing", changes={1: "A new paragraph."}),
            "/valid": ValidatedPage("Validated", changes={2: "Another."}),
            "/restored": Nights({0: page, 1: NotFound(), 3: page}),
            "/busy": Tries({1: RetryLater(503), 3: page}),
            "/file": File(b"data", "application/octet-stream", validated=True),
        },
    )
    with FakeWeb([site]) as web:

        def statuses(path: str, fields: dict[str, str] | None = None) -> list[int]:
            found = []
            for web.night in range(4):
                found.append(ask(web, f"http://nights.example.org{path}", fields).status)
            return found

        bodies = []
        for web.night in range(4):
            bodies.append([ask(web, f"http://nights.example.org/{path}").body for path in ("steady", "changed")])
        steady, changed = zip(*bodies, strict=True)
        assert len(set(steady)) == 1
        assert changed[0] != changed[1] == changed[2] == changed[3]
        web.night = 0
        valid = ask(web, "https://nights.example.org/valid").fields
        assert statuses("/valid", {"If-None-Match": valid["ETag"]}) == [304, 304, 200, 200]
        assert statuses("/valid", {"If-Modified-Since": valid["Last-Modified"]}) == [304, 304, 200, 200]
        assert (
            statuses("/valid", {"If-None-Match": '"other"', "If-Modified-Since": valid["Last-Modified"]}) == [200] * 4
        )
        assert statuses("/restored") == [200, 404, 404, 200]
        web.night = 0
        assert [ask(web, "http://nights.example.org/busy").status for _ in range(4)] == [503, 503, 200, 200]
        web.night = 1
        assert ask(web, "http://nights.example.org/busy").status == 503, "tries are counted per night"
        assert ask(web, "http://nights.example.org/steady", method="HEAD").body == b""
        assert ask(web, "http://nights.example.org/robots.txt").status == 404
        assert web.log.for_uri("http://nights.example.org/busy")[-1].night == 1


def test_a_cookie_gate_opens_only_with_its_cookie(web: FakeWeb) -> None:
    first = ask(web, f"http://{CATALOGUE}/cookie-gate")
    cookie = first.fields["Set-Cookie"].partition(";")[0]
    assert first.fields["Location"] == "/cookie-gate"
    assert ask(web, f"http://{CATALOGUE}/cookie-gate").fields["Location"] == "/cookie-gate"
    assert ask(web, f"http://{CATALOGUE}/cookie-gate", {"Cookie": cookie}).fields["Location"] == "/landing"


# ---------------------------------------------------------------- before HTTP


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Certificate.EXPIRED, 10),
        (Certificate.SELF_SIGNED, 18),
        (Certificate.WRONG_HOST, 62),
        (Certificate.INCOMPLETE, 20),
    ],
)
def test_a_bad_certificate_fails_in_the_way_it_names(web: FakeWeb, kind: Certificate, code: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as failure:
        connect(web, f"https://{kind.value}-certificate.example.org/")
    assert failure.value.verify_code == code


def test_behind_a_bad_certificate_the_site_answers(web: FakeWeb) -> None:
    context = ssl._create_unverified_context()
    host = "expired-certificate.example.org"
    plain = socket.create_connection(web.place_of(host, "https"), timeout=10)
    with context.wrap_socket(plain, server_hostname=host) as connection:
        connection.sendall(request_bytes(f"https://{host}/"))
        assert connection.recv(100).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    ("door", "scheme", "error"),
    [
        (Door.REFUSED, "http", ConnectionRefusedError),
        (Door.REFUSED, "https", ConnectionRefusedError),
        (Door.SILENT, "http", TimeoutError),
        (Door.SILENT, "https", TimeoutError),
        (Door.UNANSWERED, "http", TimeoutError),
        (Door.PLAIN, "https", ssl.SSLError),
        (Door.ALERT, "https", ssl.SSLError),
    ],
)
def test_a_bad_door_fails_in_the_way_it_names(web: FakeWeb, door: Door, scheme: str, error: type[OSError]) -> None:
    with pytest.raises(error) as failure:
        ask(web, f"{scheme}://{door.value}.example.org/", timeout_s=0.3 if error is TimeoutError else 10)
    assert not isinstance(failure.value, ssl.SSLCertVerificationError)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_reset_door_accepts_and_resets(web: FakeWeb, scheme: str) -> None:
    before = web.log.accepted(f"reset-{scheme}")
    for _ in range(3):
        with socket.create_connection(web.place_of("reset.example.org", scheme)) as connection:
            assert isinstance(read_until_failure(connection)[1], ConnectionResetError)
    assert web.log.accepted(f"reset-{scheme}") == before + 3


def test_the_doors_that_are_bad_for_tls_alone_are_open_for_http(web: FakeWeb) -> None:
    assert ask(web, "http://plain.example.org/").status == ask(web, "http://alert.example.org/").status == 404


def ask_dns(web: FakeWeb, host: str, kind: str = "A", resolver: int = 0, tcp: bool = False) -> dns.message.Message:
    address, port = web.resolvers[resolver].split(":")
    query = dns.message.make_query(host, kind)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, address, timeout=0.5, port=int(port))


@pytest.mark.parametrize("resolver", [0, 1])
@pytest.mark.parametrize("tcp", [False, True])
def test_names_are_answered_as_they_stand_in_the_table(web: FakeWeb, resolver: int, tcp: bool) -> None:
    def rcode(host: str, kind: str = "A") -> tuple[dns.rcode.Rcode, list[str]]:
        answer = ask_dns(web, host, kind, resolver, tcp)
        return answer.rcode(), [record.to_text() for rrset in answer.answer for record in rrset]

    assert rcode(CATALOGUE) == (dns.rcode.NOERROR, ["127.0.0.1"])
    assert rcode(CATALOGUE.upper()) == (dns.rcode.NOERROR, ["127.0.0.1"])
    assert rcode(CATALOGUE, "AAAA") == (dns.rcode.NOERROR, [])
    assert rcode("elsewhere.example.org") == (dns.rcode.NOERROR, ["10.0.0.1"])
    assert rcode("elsewhere.example.org", "AAAA") == (dns.rcode.NOERROR, ["::1"])
    assert rcode("nobody.example.org") == (dns.rcode.NXDOMAIN, [])
    assert rcode("unknown-name.example.org") == (dns.rcode.NXDOMAIN, [])
    assert rcode("no-data-name.example.org") == (dns.rcode.NOERROR, [])
    assert rcode("server-failure-name.example.org") == (dns.rcode.SERVFAIL, [])
    with pytest.raises(dns.exception.Timeout):
        rcode("silent-name.example.org")
    asked = web.questions[-1]
    assert (asked.host, asked.kind) == ("silent-name.example.org", "A")
    assert (asked.transport, asked.resolver) == ("tcp" if tcp else "udp", web.resolvers[resolver])


def test_a_truncated_answer_is_whole_over_tcp(web: FakeWeb) -> None:
    answer = ask_dns(web, "truncated-name.example.org")
    assert answer.flags & dns.flags.TC
    assert not answer.answer
    assert ask_dns(web, "truncated-name.example.org", tcp=True).answer


def test_connect_to_leaves_out_what_has_no_usable_name(web: FakeWeb) -> None:
    hosts = {place.rpartition(":")[0] for place in web.connect_to}
    assert {CATALOGUE, BYTE_HOST, "refused.example.org", "known-name.example.org"} <= hosts
    assert not {f"{name.value}-name.example.org" for name in Name if name is not Name.KNOWN} & hosts
    assert "elsewhere.example.org" not in hosts
    assert f"127.0.0.1 {CATALOGUE}\n" in web.hosts_lines()


def test_with_fixed_ports_each_bad_door_has_an_address_of_its_own() -> None:
    with socket.socket() as one, socket.socket() as two:
        for probe in (one, two):
            probe.bind(("127.0.0.77", 0))
        http_port, https_port = one.getsockname()[1], two.getsockname()[1]
    sites = [
        Site("open.example.org"),
        Site("shut.example.org", door=Door.REFUSED),
        Site("rst.example.org", door=Door.RESET),
    ]
    with FakeWeb(sites, address="127.0.0.77", http_port=http_port, https_port=https_port) as web:
        rows = {host: address for address, host in map(str.split, web.hosts_lines().splitlines())}
        assert len(set(rows.values())) == 3
        assert web.connect_to["open.example.org:80"] == f"127.0.0.77:{http_port}"
        assert web.connect_to["shut.example.org:443"] == f"{rows['shut.example.org']}:{https_port}"
        assert ask_dns(web, "shut.example.org").answer[0][0].to_text() == rows["shut.example.org"]
        with pytest.raises(ConnectionRefusedError):
            ask(web, "http://shut.example.org/")
        assert ask(web, "https://open.example.org/").status == 404


# ---------------------------------------------------------------- life


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_start_and_stop_leave_no_thread_socket_or_file() -> None:
    open_files_before, threads_before = open_files(), threading.active_count()
    with FakeWeb([catalogue_site(), Site("silent.example.org", door=Door.SILENT)]) as web:
        folder = web.ca_file.parent
        clients = [connect(web, f"{scheme}://{CATALOGUE}/") for scheme in ("http", "https")]
        clients += [
            connect(web, "http://silent.example.org/"),
            socket.create_connection(web.place_of(CATALOGUE, "https")),
        ]
        for client in clients[:2]:
            client.sendall(request_bytes(f"http://{CATALOGUE}/silence"))
        ask_dns(web, CATALOGUE, tcp=True)
    for client in clients:
        client.close()
    assert (open_files(), threading.active_count()) == (open_files_before, threads_before)
    assert not folder.exists()


def test_a_defect_of_a_behaviour_is_raised_at_the_end() -> None:
    class Broken:
        async def answer(self, call: Call) -> None:
            raise ZeroDivisionError("a defect")

    web = FakeWeb([Site("broken.example.org", {"/": Broken()})])
    web.start()
    with pytest.raises(http.client.RemoteDisconnected):
        ask(web, "http://broken.example.org/")
    with pytest.raises(ZeroDivisionError, match="a defect"):
        web.stop()


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with subprocess.Popen([sys.executable, "-m", "tests.web", "--state", str(state)]) as server:
        try:
            while not state.exists():
                assert server.poll() is None, "the fake web ended before it began"
            told = json.loads(state.read_text())
            assert urlopen(told["night_url"]).read() == b"0\n"
            urlopen(Request(told["night_url"], b"3", method="PUT"))
            assert urlopen(told["night_url"]).read() == b"3\n"
            assert {"connect_to", "resolvers", "ca_file", "hosts"} <= told.keys()
            assert Path(told["ca_file"]).read_text().startswith("-----BEGIN CERTIFICATE")
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 0
    assert not state.exists()


# ---------------------------------------------------------------- bodies


def test_the_pdf_has_a_true_cross_reference_table() -> None:
    body = make_pdf("A (title) \\ here", ["One line"])
    start = int(body.rpartition(b"startxref\n")[2].split()[0])
    assert body[start:].startswith(b"xref\n0 7\n")
    offsets = [int(row[:10]) for row in re.findall(rb"\d{10} 00000 n ", body)]
    assert [body[offset:].split(b" ")[0] for offset in offsets] == [b"1", b"2", b"3", b"4", b"5", b"6"]
    length, stream = re.search(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", body, re.DOTALL).groups()  # type: ignore[union-attr]
    assert int(length) == len(stream)


def test_the_pictures_are_whole() -> None:
    png = make_png(3, 2, 200)
    data = png[png.index(b"IDAT") + 4 : png.index(b"IEND") - 8]
    assert len(zlib.decompress(data)) == 2 * (1 + 3 * 3)
    assert make_png(shade=1) != make_png(shade=2)
    jpeg = make_jpeg()
    assert (jpeg[:2], jpeg[-2:]) == (b"\xff\xd8", b"\xff\xd9")
    assert make_jpeg(shade=1) != jpeg


def test_the_bomb_is_one_gzip_member_of_zeros() -> None:
    unpacker = zlib.decompressobj(wbits=31)
    assert unpacker.decompress(make_gzip_bomb(3 * MIB)) == bytes(3 * MIB)
    assert unpacker.eof
    assert not unpacker.unused_data


# ---------------------------------------------------------------- whole webs


@pytest.fixture(scope="module")
def briefing() -> Iterator[FakeWeb]:
    with FakeWeb(briefing_sites()) as web:
        yield web


@pytest.mark.parametrize("key", KEYS)
def test_a_tracking_link_leads_anyone_to_its_target(briefing: FakeWeb, key: int) -> None:
    link = f"https://un.mdrtor.com/track/link/key/{KEYS[key]}/signature/0123abcd/userid/feedbeef"
    statuses, final, reply = follow(briefing, link)
    assert statuses == [302, 302, 200]
    assert final == MAILED[key] + ("&mc_eid=feedbeef" if key == 850 else "")
    assert CAMPAIGN in final
    assert b"<h1>" in reply.body
    assert ask(briefing, link).fields["Location"] != final, "without the cookie the target must stay closed"


ONE = "https://www.oneplanetnetwork.org"
NIGHTS = [  # cited, the last status on each of seven nights
    ("http://www.oneplanetnetwork.org/", [200] * 7),
    ("http://www.mepcec.com/", [200] * 7),
    (f"{ONE}/knowledge-centre/resources/10yfp-progress-report-hlpf-2023-session", [200] * 7),
    (f"{ONE}/sites/default/files/2024-10/10%20WLC%20Recs%20report_EL_UIR.pdf", [200] * 7),
    (f"{ONE}/sites/default/files/from-crm/10YFP%2520annual%2520report.pdf.jpg", [200] * 7),
    (f"{ONE}/programmes/circular-built-environment/National-Circularity-Assessment-Framework", [200] * 7),
    (f"{ONE}/programmes/sustainable-tourism/global-tourism-plastics-initiative?{CAMPAIGN}", [200] * 7),
    (
        f"{ONE}/news-and-events/news/workshop-advancing-sustainable-food-systems-through-social-protection-and",
        [200, 200, 404, 404, 404, 404, 404],
    ),
    (f"{ONE}/approach-knowledge-hub?{CAMPAIGN}", [200, 200, 200, 500, 200, 200, 200]),
    ("https://unhabitat.org/waste-wise-toolkits-and-guides", [200, 503, 503, 503, 200, 200, 200]),
    ("https://www.unep.org/resources/publication/sustainable-fashion-communication-playbook", [403] * 7),
    (
        "https://circularandfairictpact.com/publish/library/295/case-study-swiss-government-buy-better-2.pdf",
        [200, 410, 410, 410, 410, 410, 410],
    ),
    (
        "https://circularandfairictpact.com/publish/library/295/cfit-case-study-viken-reparability-and-care-v1-0.pdf",
        [404, 404, 404, 404, 200, 200, 200],
    ),
    (f"{ONE}/no-such-page", [404] * 7),
]


@pytest.mark.parametrize(("uri", "expected"), NIGHTS)
def test_the_briefing_web_has_a_week_worth_reporting(briefing: FakeWeb, uri: str, expected: list[int]) -> None:
    found = []
    for briefing.night in SEVEN:
        found.append(follow(briefing, uri)[2].status)
    briefing.night = 0
    assert found == expected


@pytest.mark.skipif("EVERCITE_BRIEFINGS" not in os.environ, reason="the real briefings are not at hand")
def test_every_cited_target_is_there_on_some_night(briefing: FakeWeb) -> None:
    texts = [path.read_text("utf-8") for path in Path(os.environ["EVERCITE_BRIEFINGS"]).glob("*.txt")]
    cited = {line.partition("#")[0] for text in texts for line in re.findall(r"^https?://\S+", text, re.MULTILINE)}
    odd = ("globalabc.org", "www.unep.org", "wedocs.unep.org", "scp-hat.lifecycleinitiative.org")
    healthy = {uri for uri in cited if urlsplit(uri).hostname not in odd}
    assert len(healthy) > 20
    for uri in sorted(healthy):
        statuses = set()
        for briefing.night in (0, 6):
            statuses.add(follow(briefing, uri)[2].status)
        assert 200 in statuses, f"the fake web knows nothing of {uri}"
    briefing.night = 0


SHOWN = {  # issue: "It must show"
    *(Outcome.OK, Outcome.OK_MOVED, Outcome.OK_REDIRECTED, Outcome.NOT_FOUND, Outcome.GONE, Outcome.SERVER_ERROR),
    *(Outcome.BLOCKED, Outcome.RATE_LIMITED, Outcome.TIMEOUT, Outcome.RESET, Outcome.REFUSED, Outcome.DNS_NXDOMAIN),
    *(Outcome.TLS_EXPIRED, Outcome.TLS_SELF_SIGNED, Outcome.ROBOTS, Outcome.REDIRECT_LOOP),
}

SEEN: dict[Outcome, tuple[object, ...]] = {  # what a plain client meets at the end of the chain
    Outcome.OK: (200, 203, 503, 429),
    Outcome.OK_MOVED: (200,),
    Outcome.OK_REDIRECTED: (200,),
    Outcome.ROBOTS: (200,),
    Outcome.BLOCKED: (202, 401, 403, 405, 451, 999),
    Outcome.RATE_LIMITED: (429,),
    Outcome.GONE: (410,),
    Outcome.NOT_FOUND: (404,),
    Outcome.SERVER_ERROR: (500, 200),  # 200: only its robots.txt fails
    Outcome.UNAVAILABLE: (503,),
    Outcome.CLIENT_ERROR: (400,),
    Outcome.BAD_HTTP: (206, 302, http.client.BadStatusLine),
    Outcome.TRUNCATED: (http.client.IncompleteRead,),
    Outcome.REDIRECT_LOOP: (302,),
    Outcome.EMPTY: (200, 204),
    Outcome.RESET: (ConnectionResetError, ssl.SSLEOFError),  # the latter is what the ssl module makes of it
    Outcome.REFUSED: (ConnectionRefusedError,),
    Outcome.TLS_EXPIRED: (ssl.SSLCertVerificationError,),
    Outcome.TLS_SELF_SIGNED: (ssl.SSLCertVerificationError,),
    Outcome.TLS_HOSTNAME: (ssl.SSLCertVerificationError,),
    Outcome.TLS_INCOMPLETE_CHAIN: (ssl.SSLCertVerificationError,),
    Outcome.TLS_PROTOCOL: (ssl.SSLError,),
}


@pytest.fixture(scope="module")
def outcomes() -> Iterator[FakeWeb]:
    with FakeWeb(outcome_sites()) as web:
        yield web


def test_the_table_of_outcomes_shows_all_that_was_promised() -> None:
    assert {case.outcome for case in OUTCOME_CASES} >= SHOWN
    assert len({case.label for case in OUTCOME_CASES}) == len(OUTCOME_CASES)


@pytest.mark.parametrize("case", [c for c in OUTCOME_CASES if c.outcome in SEEN], ids=lambda case: case.label)
def test_a_row_of_outcomes_does_what_its_outcome_says(outcomes: FakeWeb, case: OutcomeCase) -> None:
    try:
        seen: object = follow(outcomes, case.uri, limit=25)[2].status
    except (OSError, http.client.HTTPException) as error:
        seen = type(error)
    assert seen in SEEN[case.outcome]


def test_the_names_of_the_table_fail_in_dns(outcomes: FakeWeb) -> None:
    known = {place.rpartition(":")[0] for place in outcomes.connect_to}
    by_name = {f"{case.label}.example.org" for case in OUTCOME_CASES if case.outcome.value.startswith("dns-")}
    assert by_name == {site.host for site in outcomes.sites.values()} - known
