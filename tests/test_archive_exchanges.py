"""Exchanges made by hand from known bytes, and archives made of them: what the other archive tests start from."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory

import pytest

from crawler.archive.files import place_of
from crawler.archive.recording import Recording
from crawler.archive.stored import Damage, StoredRecord, open_record, walk
from crawler.archive.warcfields import Fields
from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.http1 import Body, Final, ResponseParser
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Exchange, Failure, Head, Night, Timings, Tls, Truncated

AT = datetime(2026, 1, 2, 2, 0, 3, 123456, tzinfo=UTC)
URI = "https://www.example.org/a?b=c"
KEY = "org,example)/a?b=c"
INFO = {"operator": "Example Library", "robots": "RFC 9309"}
NIGHT = Night(id="20260102T020000Z", started_at=AT.replace(second=0, microsecond=0), simulated=False)
OK = b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nETag: "v1"\r\nContent-Length: %d\r\n\r\n%s'


def page(body: bytes = b"<p>hello</p>") -> bytes:
    """The wire bytes of an ordinary answer."""
    return OK % (len(body), body)


def exchanged(
    wire: bytes,
    *,
    uri: str = URI,
    at: datetime = AT,
    sent: bytes | None = None,
    interim: bytes = b"",
    truncated: Truncated | None = None,
    failure: Failure | None = None,
    ip: str | None = "192.0.2.7",
    tls: Tls | None = None,
) -> Exchange:
    """An exchange that received exactly `wire` after `interim`; digests are worked out here, not by the archive."""
    head, head_length, payload = taken_apart(wire)
    spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 # the exchange closes it
    spool.write(wire)
    return Exchange(
        uri=uri,
        started_at=at,
        sent=b"GET /a?b=c HTTP/1.1\r\nHost: www.example.org\r\n\r\n" if sent is None else sent,
        interim=interim,
        received=spool,
        received_length=len(wire),
        head_length=head_length,
        head=head,
        block_digest=labelled(wire),
        payload_digest=labelled(payload),
        payload_length=len(payload),
        truncated=truncated,
        failure=failure,
        failure_detail="the peer hung up" if failure else "",
        refusal=None,
        ip=ip,
        tls=tls,
        timings=Timings(dns_s=0.0123, connect_s=0.02, total_s=1.5),
    )


def taken_apart(wire: bytes) -> tuple[Head | None, int, bytes]:
    """Head, its length, and payload of a message."""
    head, length, payload = None, 0, b""
    parser = ResponseParser()
    for event in [*parser.feed(wire), *parser.close()]:
        if isinstance(event, Final):
            head, length = event.head, len(event.raw)
        elif isinstance(event, Body):
            payload += event.payload
    return head, length, payload


def labelled(octets: bytes) -> str:
    return "sha256:" + hashlib.sha256(octets).hexdigest()


def key_of(uri: str) -> str:
    """A stand-in for the canonical key: enough for archives of www.example.org."""
    return "org,example)" + uri.split("www.example.org", 1)[-1]


def recorded(wire: bytes, *, revalidated: Capture | None = None, uri: str = URI, at: datetime = AT) -> Recording:
    """An ordinary recording of an answer."""
    return Recording(exchanged(wire, uri=uri, at=at), key_of(uri), revalidated=revalidated)


@dataclass
class Archive:
    """An archive folder with its ledger, and writers on it."""

    folder: Path
    ledger: Ledger
    kept: int = 0

    def writer(self, max_file_bytes: int = 1_000_000_000, now: datetime = AT) -> ArchiveWriter:
        return ArchiveWriter(self.folder, self.ledger, NIGHT, Clock(now), INFO, max_file_bytes)

    def keep(self, *recordings: Recording, now: datetime | None = None) -> list[Capture]:
        """Write these as one group and close: their captures. Files are named in the order they are written."""
        writer = self.writer(now=now or AT + timedelta(milliseconds=100 * self.kept))
        self.kept += 1
        captures = writer.write(recordings)
        writer.close()
        assert all(captures), "an answer was not archived"
        return [capture for capture in captures if capture]

    def files(self) -> list[Path]:
        return sorted((self.folder / "warc").glob("*.warc.gz*"))

    def names(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "warc").iterdir())


@pytest.fixture(name="archive")
def an_archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive."""
    folder = tmp_path / "archive"
    ledger = Ledger.open(folder / "ledger.sqlite3")
    yield Archive(folder, ledger)
    ledger.close()


@pytest.fixture(name="memory")
def a_folder_in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder where fsync costs nothing, for tests that crash thousands of times: what a disk loses is not theirs."""
    shm = Path("/dev/shm")
    with TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


@dataclass
class Kept:
    """A record read to its end."""

    fields: Fields
    block: bytes
    offset: int
    length: int

    def value(self, name: str) -> str | None:
        return next((value for field, value in self.fields if field == name), None)

    def values(self, name: str) -> list[str]:
        return [value for field, value in self.fields if field == name]


def records_in(path: Path) -> list[Kept]:
    """All records of a file, by our own reader; any damage fails the test."""
    found = []
    with path.open("rb") as file:
        for record in walk(file, path.stat().st_size):
            assert isinstance(record, StoredRecord), f"{path.name} is damaged: {record}"
            found.append(Kept(record.fields, record.block.read(), record.offset, record.finish()))
    return found


def damages_in(path: Path) -> list[Damage]:
    with path.open("rb") as file:
        return [found for found in walk(file, path.stat().st_size) if isinstance(found, Damage)]


def member_at(archive: Archive, capture: Capture) -> bytes:
    """The unpacked bytes of a capture's gzip member, by the standard library alone."""
    packed = place_of(archive.folder, capture.filename).read_bytes()
    return gzip.decompress(packed[capture.offset : capture.offset + capture.length])


def block_of(archive: Archive, capture: Capture) -> bytes:
    with open_record(place_of(archive.folder, capture.filename), capture.offset) as record:
        return record.block.read()


def later(days: int) -> datetime:
    return AT + timedelta(days=days)


def test_an_exchange_made_by_hand_is_what_the_wire_says() -> None:
    made = exchanged(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    assert made.payload_digest == labelled(b"abc")
    assert made.head_length == 47
