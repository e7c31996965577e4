"""An archive of some nights that Memento clients ask, and the two origins it is asked at: real sockets on loopback."""

from __future__ import annotations

import atexit
import gzip
import json
import random
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, sleep
from urllib.parse import urlsplit

import uvicorn

from crawler.archive.recording import Recording
from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Night
from crawler.replay.memento_app import Resources, content_app, memento_app
from crawler.urls.address import read_address
from crawler.urls.canonical import urlkey
from tests.house import House
from tests.test_archive_exchanges import exchanged
from tests.web.answers import Behaviour, Nights, NotFound, Page, ValidatedPage
from tests.web.byte_cases import lines
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site
from tests.web.trouble import Raw
from tests.web.walls import CLOUDFLARE

HOST = "https://www.garden.example"
TRACKER = "https://link.mdrtor.com/signature/0123456789abcdef0123456789abcdef/userid/fedcba9876543210fedcba9876543210"
SECRETS = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210")
NEWS = "From March on the reading room opens on Sundays too."
PATHS: dict[str, Behaviour] = {
    "/same": Page("A page that stays"),
    "/validated": ValidatedPage("A page with validators"),
    "/walled": Nights({0: Page("Behind a wall later"), 1: CLOUDFLARE}),
    "/gone": Nights({0: Page("Gone later"), 1: NotFound()}),
    "/never": NotFound(),
    "/old": Redirect("/new", 301),
    "/new": Page("Where the old address leads", changes={1: NEWS}),
    "/escaped%2Fslash%2520twice": Page("Escapes"),
    "/%E6%8A%A5%E5%91%8A/%E5%BE%AA%E7%8E%AF.html": Page("循环", "zh"),
    "/search?b=2&a=%2f1&c[]=|": Page("A query"),
    "/half": Raw(lines("HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Length: 900") + b"<p>half"),
}
LARGE = random.Random(0).randbytes(3 * 1024 * 1024)
PAGE = b"<!doctype html><title>Zipped</title><p>" + b"and so on " * 500
ZIPPED = gzip.compress(PAGE, mtime=0)
HTML = "Content-Type: text/html; charset=utf-8"
# Answers of another night by their path: written as they crossed a wire.
ODD: dict[str, bytes] = {
    "large.bin": lines("HTTP/1.1 200 OK", "Content-Type: image/png", f"Content-Length: {len(LARGE)}") + LARGE,
    "zipped": lines("HTTP/1.1 200 OK", HTML, "Content-Encoding: gzip", f"Content-Length: {len(ZIPPED)}") + ZIPPED,
    "bomb": lines("HTTP/1.1 200 OK", HTML, "Content-Encoding: gzip") + gzip.compress(bytes(40 * 1024 * 1024), mtime=0),
    "denied": lines("HTTP/1.1 999 Request denied", HTML, "Content-Length: 2") + b"no",
    "teapot": lines("HTTP/1.1 418 I'm a teapot", HTML, "Content-Length: 3") + b"tea",
    "garbled": lines("HTTP/1.1 200 O\x01K\x7f", HTML, "X-Note: \x0bone", "Content-Length: 2") + b"ok",
    "empty": lines("HTTP/1.1 204 No Content"),
    "program": lines("HTTP/1.1 200 OK", "Content-Type: application/x-msdownload", "Content-Length: 2") + b"MZ",
    "bossy": lines(
        *("HTTP/1.1 200 OK", HTML, "Set-Cookie: session=1; Path=/", "Strict-Transport-Security: max-age=1"),
        *("Content-Security-Policy: default-src *", "Refresh: 0; url=/elsewhere", "Clear-Site-Data: *"),
        *("Memento-Datetime: Thu, 01 Jan 1970 00:00:00 GMT", "Access-Control-Allow-Origin: *", "Content-Length: 4"),
    )
    + b"boss",
    "away": lines("HTTP/1.1 302 Found", "Location: https://nobody.example/", "Content-Length: 0"),
    "many": lines("HTTP/1.1 200 OK", HTML, *(f"X-Field-{n}: {n}" for n in range(150)), "Content-Length: 4") + b"many",
}


@dataclass(frozen=True)
class Told:
    """What a server answered."""

    status: int
    fields: HTTPMessage
    content: bytes

    def value(self, name: str) -> str:
        """A field's value; empty where there is none."""
        return str(self.fields.get(name, ""))


@dataclass(frozen=True)
class Served:
    """Two running origins over an archive."""

    archive: Path
    main: str
    content: str

    def ask(self, target: str, method: str = "GET", **fields: str) -> Told:
        """One answer; `target` goes out as it is. Underscores in names of fields are hyphens."""
        return ask(self.main if not target.startswith("/memento/") else self.content, target, method, **fields)

    def open(self, uri: str, **fields: str) -> Told:
        """The newest memento of an original, by its TimeGate."""
        located = self.ask(f"/timegate/{uri}").value("location")
        return self.ask(located.removeprefix(self.content), **fields)

    def captures(self, uri: str) -> list[Capture]:
        """Every capture of exactly a uri, oldest first."""
        with closing(Ledger.open_to_read(self.archive / "ledger.sqlite3")) as ledger:
            return [capture for capture in ledger.captures_of(uri, "") if capture.uri == uri]


def ask(base: str, target: str, method: str = "GET", **fields: str) -> Told:
    """One request over a connection of its own."""
    with closing(HTTPConnection(urlsplit(base).netloc, timeout=20)) as connection:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in fields.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return Told(answer.status, answer.headers, answer.read())


def links_of(text: str) -> dict[str, dict[str, str]]:
    """Links by URI: rel and the other attributes."""
    found = re.findall(r'<([^>]*)>((?:; ?[a-z]+="[^"]*")*)', text)
    return {uri: dict(re.findall(r'([a-z]+)="([^"]*)"', attributes)) for uri, attributes in found}


def by_rel(text: str) -> dict[str, str]:
    """The URI of each relation type."""
    return {rel: uri for uri, attributes in links_of(text).items() for rel in attributes["rel"].split()}


@cache
def shared() -> House:
    """One such house a process, which nobody changes."""
    folder = TemporaryDirectory(prefix="evercite-memento-")
    atexit.register(folder.cleanup)
    with FakeWeb(sites()) as web:
        return make_house(Path(folder.name), web)


def make_house(folder: Path, web: FakeWeb, nights: int = 2) -> House:
    """The installation after its nights; a tracker that was answered once and odd answers are among what it holds."""
    house = House(folder, web, learn_refetch_s=0)
    house.cite(f"{HOST}{path}" for path in PATHS if path != "/new")
    for number in range(nights):
        ran = house.night(number)
        assert ran.status in (0, 1), ran.log
    with closing(Ledger.open(house.archive / "ledger.sqlite3")) as ledger:
        add_odd(house, ledger, nights)
        hidden = read_address(TRACKER).hidden or ""
        wrapper = sha256(hidden.encode()).hexdigest()
        ledger.intend_tracker(wrapper, "https://link.mdrtor.com/signature/[redacted]", None, house.now(0))
        answer = json.dumps({"answer": "200", "hops": [], "to": f"{HOST}/same"})
        ledger.settle_tracker(wrapper, house.now(0), answer, f"{HOST}/same", sent=True)
    return house


def add_odd(house: House, ledger: Ledger, number: int) -> None:
    """Archive the odd answers as a night of their own."""
    at = house.now(number)
    night = Night(f"{at:%Y%m%dT%H%M%SZ}", at, simulated=True)
    ledger.begin_night(night, "{}")
    writer = ArchiveWriter(house.archive, ledger, night, Clock(at), {})
    for place, (name, wire) in enumerate(ODD.items()):
        uri = f"{HOST}/odd/{name}"
        exchange = exchanged(wire, uri=uri, at=at + timedelta(seconds=place))
        writer.write([Recording(exchange, urlkey(uri))])
    writer.close()
    ledger.end_night(night.id, at + timedelta(hours=1), 0, "0")


def sites() -> list[Site]:
    """The web of that house."""
    return [Site("www.garden.example", PATHS)]


@contextmanager
def served(archive: Path) -> Iterator[Served]:
    """Both origins over an archive, in threads of this process."""
    with _listening() as main, _listening() as content:
        here, there = (f"http://127.0.0.1:{bound.getsockname()[1]}" for bound in (main, content))
        where = (archive / "ledger.sqlite3", archive, here, there)
        apps = ((memento_app(*where), main), (content_app(*where), content))
        servers = [(uvicorn.Server(_config(app)), bound) for app, bound in apps]
        threads = [Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True) for server, bound in servers]
        for thread in threads:
            thread.start()
        _wait_until(lambda: all(server.started for server, _ in servers))
        try:
            yield Served(archive, here, there)
        finally:
            for server, _ in servers:
                server.should_exit = True
            for thread in threads:
                thread.join(20)


def _listening() -> closing[socket.socket]:
    return closing(socket.create_server(("127.0.0.1", 0)))


def _config(app: Resources) -> uvicorn.Config:
    return uvicorn.Config(app, http="h11", loop="asyncio", lifespan="off", log_level="critical", access_log=False)


def _wait_until(holds: Callable[[], bool], patience_s: float = 20) -> None:
    end = monotonic() + patience_s
    while not holds():
        assert monotonic() < end, "a server did not start"
        sleep(0.01)
