"""The archive that is judged: two real nights against the fake web, and a third of answers that no web of pages gives.

Rules:
- Every record comes from bytes that crossed a socket on the two nights, or are written down here.
- Each address is there for one thing that indexes and players may do in another way than we do.
"""

from __future__ import annotations

import atexit
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.archive.merge import merge_index
from crawler.archive.recording import Recording
from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.ledger.ledger import Ledger
from crawler.model import Failure, Night
from crawler.urls.canonical import urlkey
from tests.house import House
from tests.test_archive_exchanges import exchanged
from tests.warcs import Stored, files_of, records_of
from tests.web.answers import Answer, Behaviour, File, Page, ValidatedPage
from tests.web.bodies import make_pdf, make_png
from tests.web.byte_cases import BYTE_CASES, chunked, lines
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site
from tests.web.trouble import Raw

HOST = "www.garden.example"
SECURE, CLEAR = f"https://{HOST}", f"http://{HOST}"
SESSION = ";jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9"
PAPER = make_pdf("Ferries in winter", ["The last boat leaves at six."])
PICTURE = make_png(shade=7)
BODY = b"<!doctype html><title>Odd</title><p>%s</p>"
NEWS = "From March on the reading room opens on Sundays too."

# Byte cases of the fake web by the path they stand at: framings and codings, and a body that breaks off.
FRAMINGS = {
    f"/bytes/{name}": BYTE_CASES[name]
    for name in (
        "chunk-extensions-and-trailers",
        "gzip-and-chunked",
        "interim-heads",
        "http-1.0-until-eof",
        "no-content",
        "body-cut-short",
        "cut-chunk",
        "duplicate-content-length",
        "bare-line-feeds",
    )
}

PATHS: Mapping[str, Behaviour] = {
    "/": Page("A garden by the river"),
    "/same": Page("A page that stays"),
    "/changed": Page("A page that changes", changes={1: NEWS}),
    "/validated": ValidatedPage("A page with validators"),
    "/winter.pdf": File(PAPER, "application/pdf"),
    "/copies/winter.pdf": File(PAPER, "application/pdf"),
    "/picture.png": File(PICTURE, "image/png"),
    "/old": Redirect("/same", 301),
    "/relative": Redirect("../landing?from=relative#part"),
    "/campaign": Redirect("/landing?utm_source=letter&page=2"),
    "/landing?from=relative": Page("Where the relative one lands"),
    "/landing?utm_source=letter&page=2": Page("Where the campaign lands"),
    "/%E6%8A%A5%E5%91%8A/%E5%BE%AA%E7%8E%AF.html": Page("循环", "zh"),
    "/caf%e9": Page("A path in Latin-1"),
    "/Reading/Room.HTML": Page("Upper case"),
    "/folder/": Page("A folder"),
    "/twice//slashed": Page("Two slashes"),
    "/escaped%2Fslash%2520twice": Page("Escapes"),
    "/question?": Page("A question mark and nothing"),
    "/search?B=2&a=1&A=3&&c=%2f%C3%A9&d=a+b&e=[1]|2": Page("An odd query"),
    f"/handle{SESSION}": Page("Known by its session alone"),
    "/port": Page("Behind another port"),
    "/long": Answer(body=BODY % b"and so on " * 3000),
    "/half-a-head": Raw(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "/mail": Raw(b"220 mail.garden.example ESMTP ready\r\n"),
    **FRAMINGS,
}
SITES = [
    Site(HOST, PATHS),
    Site("192.0.2.80", {"/by-address": Page("Known by its address")}),
    Site("2001:db8::80", {"/by-address": Page("Known by its longer address")}),
    Site("xn--grten-gra.example", {"/beet": Page("Beete", "zh")}),
]
PORT = 8080
CITED = [
    *(f"{SECURE}{path}" for path in PATHS if not path.startswith("/landing")),
    f"{CLEAR}/same",
    f"{CLEAR}:{PORT}/port",
    "http://192.0.2.80/by-address",
    "http://[2001:db8::80]/by-address",
    "https://gärten.example/beet",
]


@dataclass(frozen=True)
class Odd:
    """An answer of the third night: where it stands, its wire, how it ended, and from which address it came."""

    name: str
    wire: bytes
    failure: Failure | None = None
    ip: str | None = "192.0.2.7"

    @property
    def uri(self) -> str:
        """The address it is archived under."""
        return f"{CLEAR}/odd/{self.name}"


ZIPPED, ZIPPED_TOO = (gzip.compress(BODY % text * 40, mtime=0) for text in (b"gzip", b"gzip, chunked"))
OK, HTML, CHUNKED = "HTTP/1.1 200 OK", "Content-Type: text/html", "Transfer-Encoding: chunked"
BAD = Failure.BAD_HTTP


def sized(text: bytes, *fields: str | bytes) -> bytes:
    """A whole answer with these fields and a body of its own."""
    body = BODY % text
    return lines(OK, HTML, *fields, f"Content-Length: {len(body)}") + body


ODDITIES = (
    Odd("many-fields", sized(b"many", *(f"X-Field-{number}: {number}" for number in range(150)))),
    Odd("8-bit", sized(b"8-bit", b"X-N\xe4me: caf\xe9", "X-Utf: 循环经济".encode(), b"X-Nul: a\0b")),
    Odd("folded", sized(b"folded", "X-Folded: one", "  two", "no colon here")),
    Odd("two-lengths", lines(OK, "Content-Length: 5", "Content-Length: 7") + b"helloyou", BAD),
    Odd("bad-chunk", lines(OK, CHUNKED) + b"five\r\nhello\r\n", BAD),
    Odd("no-version", b"<html><body>HTTP 0.9 had no head</body></html>", BAD),
    Odd("banner", b"SSH-2.0-OpenSSH_9.9\r\n", BAD),
    Odd("noise", bytes(range(256)), BAD),
    Odd("slop", b"\r\n" + sized(b"slop")),
    Odd("no-number", b"HTTP 200 fine\r\nContent-Type: text/html\r\n\r\n" + BODY % b"number"),
    Odd("http-2", b"HTTP/2 200\r\nContent-Type: text/html\r\n\r\n" + BODY % b"two"),
    Odd("no-type", lines(OK, "Content-Length: 5") + b"hello"),
    Odd("gzip", lines(OK, "Content-Encoding: gzip", f"Content-Length: {len(ZIPPED)}") + ZIPPED),
    Odd("gzip-chunked", lines(OK, "Content-Encoding: gzip", CHUNKED) + chunked([ZIPPED_TOO[:9], ZIPPED_TOO[9:]])),
    Odd("silent", lines(OK, "Content-Length: 99") + b"half a body, and then silence", Failure.TIMEOUT),
    Odd("unanswered", b"", Failure.RESET),
    Odd("proxied", sized(b"by a proxy that resolves"), ip=None),
    Odd("304", b'HTTP/1.1 304 Not Modified\r\nETag: W/"1"\r\n\r\n'),
    Odd("empty", lines(OK, "Content-Length: 0")),
    Odd("odd-type", lines(OK, 'Content-Type: Text/HTML ; charset="utf-8"', "Content-Length: 5") + b"types"),
    Odd("twice", sized(b"first")),
    Odd("twice", sized(b"second within the second")),
    Odd("long-head", sized(b"long", *(f"X-Long-{number}: {'y' * 6000}" for number in range(10)))),
    Odd("long-field", sized(b"field", f"X-Long: {'z' * 60000}")),
)


@dataclass(frozen=True)
class Docket:
    """The archive, and what stands in it as warcio reads it."""

    archive: Path
    records: list[Stored]

    @property
    def files(self) -> list[Path]:
        """Its WARC files."""
        return files_of(self.archive)

    def of(self, path: Path) -> list[Stored]:
        """The records of a file."""
        return [record for record in self.records if record.filename == path.name]


LATER = "many-fields"


@cache
def shared() -> Docket:
    """The archive, made once a process; nobody writes to it again."""
    folder = TemporaryDirectory(prefix="docket-")
    atexit.register(folder.cleanup)
    return build(Path(folder.name))


def build(folder: Path) -> Docket:
    """The archive, from nothing."""
    with FakeWeb(SITES) as web:
        house = House(folder, web, exchange_deadline_s=1.0, max_body_bytes=20_000, connect_to=_places(web))
        house.cite(CITED)
        for number in (0, 1):
            ran = house.night(number)
            assert ran.status in (0, 1), ran.log[-2000:]
    _write_oddities(house.archive)
    return Docket(house.archive, list(records_of(house.archive)))


def _places(web: FakeWeb) -> dict[str, str]:
    """Where each host is, an odd port and a literal IPv6 address included."""
    named = {place: there for place, there in web.connect_to.items() if place.count(":") == 1}
    clear = "{}:{}".format(*web.place_of(HOST, "http"))
    return {**named, f"{HOST}:{PORT}": clear, "[2001:db8::80]:80": clear}


def _write_oddities(archive: Path, max_file_bytes: int = 60_000) -> None:
    """A third night of answers handed to the writer, in files so small that many are begun."""
    at = datetime(2026, 1, 3, 2, tzinfo=UTC)
    night = Night(id=f"{at:%Y%m%dT%H%M%SZ}", started_at=at, simulated=True)
    ledger = Ledger.open(archive / "ledger.sqlite3")
    try:
        writer = ArchiveWriter(archive, ledger, night, Clock(at), {"operator": "a test"}, max_file_bytes)
        for number, odd in enumerate(ODDITIES):
            moment = at + timedelta(milliseconds=300 * number, microseconds=500)
            exchange = exchanged(odd.wire, uri=odd.uri, at=moment, failure=odd.failure, ip=odd.ip)
            (capture,) = writer.write([Recording(exchange, urlkey(odd.uri))])
            if capture is not None and odd.name == LATER:
                writer.write_metadata(odd.uri, capture.record_id, (("note", "known only afterwards"),))
        writer.close()
    finally:
        ledger.close()
    merge_index(archive)
