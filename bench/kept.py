"""An archive to be looked up in: real WARC files of some pages, and an index of many more captures of them.

Rules:
- Every page is stored once and repeated once (a revisit); these two captures can be opened, by pywb as by us.
- All other captures are rows of the index alone, ours and pywb's alike: they can be found, and nobody opens them.
- Every page is a target with a reading a night, nine of ten of them good.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile

from bench import looks
from crawler.archive.cdxj import format_line
from crawler.archive.recording import Recording
from crawler.archive.surt import surt
from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.http1 import read_head
from crawler.ledger.captures import read_capture
from crawler.ledger.ledger import Ledger
from crawler.model import Exchange, Night, Timings
from crawler.urls.canonical import urlkey

FIRST = datetime(2020, 1, 1, 2, tzinfo=UTC)
# The nights whose captures can be opened: the newest ones.
OPENED = 2
_GROUP = 100
_GOOD_OF_TEN = 9


def uri_of(page: int) -> str:
    """A page's address."""
    return f"https://www.host-{page % 97}.example.org/programme/{page % 12}/page-{page}.html"


def build(archive: Path, pages: int, nights: int) -> None:
    """Write the archive: `pages` × `nights` captures."""
    with closing(Ledger.open(archive / "ledger.sqlite3")) as ledger:
        for number in range(nights - OPENED, nights):
            _write_night(archive, ledger, number, pages)
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as db, db:
        _index_others(db, nights - OPENED)
        _read_every_night(db)
        db.row_factory = sqlite3.Row
        _write_cdxj(archive, db)


def night_of(number: int) -> Night:
    """A night, a day after the one before."""
    at = FIRST + timedelta(days=number)
    return Night(f"{at:%Y%m%dT%H%M%SZ}", at, simulated=True)


def _write_night(archive: Path, ledger: Ledger, number: int, pages: int) -> None:
    night = night_of(number)
    ledger.begin_night(night, "{}")
    writer = ArchiveWriter(archive, ledger, night, Clock(night.started_at), {})
    for first in range(0, pages, _GROUP):
        writer.write([_recording(page, night) for page in range(first, min(first + _GROUP, pages))])
    writer.close()
    ledger.end_night(night.id, night.started_at + timedelta(hours=1), 0, "0")


def _recording(page: int, night: Night) -> Recording:
    body = looks.page(page, FIRST, False)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 # the exchange closes it
    spool.write(head + body)
    exchange = Exchange(
        uri=uri_of(page),
        started_at=night.started_at + timedelta(seconds=page),
        sent=b"GET / HTTP/1.1\r\n\r\n",
        interim=b"",
        received=spool,
        received_length=len(head) + len(body),
        head_length=len(head),
        head=read_head(head),
        block_digest=_labelled(head + body),
        payload_digest=_labelled(body),
        payload_length=len(body),
        truncated=None,
        failure=None,
        failure_detail="",
        refusal=None,
        ip=None,
        tls=None,
        timings=Timings(),
    )
    return Recording(exchange, urlkey(exchange.uri))


def _labelled(octets: bytes) -> str:
    return "sha256:" + hashlib.sha256(octets).hexdigest()


# ---------------------------------------------------------------- what stands in the index alone


def _index_others(db: sqlite3.Connection, nights: int) -> None:
    """The captures of earlier nights: what is stored, under other dates and record ids."""
    columns = [row[1] for row in db.execute("PRAGMA table_info(captures)")]
    stored = db.execute(f"SELECT {', '.join(columns)} FROM captures WHERE record_type = 'response' ORDER BY timestamp")
    pages = [dict(zip(columns, row, strict=True)) for row in stored.fetchall()]
    for night in map(night_of, range(nights)):
        db.execute(
            "INSERT INTO nights (id, started_at, simulated, settings, ended_at, status) VALUES (?, ?, 1, '{}', ?, 0)",
            (night.id, night.started_at.isoformat(), night.started_at.isoformat()),
        )
        rows = ([*(row | _moved(place, night)).values()] for place, row in enumerate(pages))
        db.executemany(f"INSERT INTO captures VALUES ({', '.join('?' * len(columns))})", rows)


def _moved(place: int, night: Night) -> dict[str, str]:
    at = night.started_at + timedelta(seconds=place)
    return {
        "record_id": f"<urn:uuid:{place:08x}-0000-4000-8000-{night.started_at:%y%m%d%H%M%S}>",
        "timestamp": f"{at:%Y%m%d%H%M%S}000",
        "seen_at": at.isoformat(),
        "night": night.id,
    }


def _read_every_night(db: sqlite3.Connection) -> None:
    """A reading for each capture: some are good, in no order that a cache or a branch could learn."""
    db.execute(
        "INSERT INTO readings (night, subject, seen_at, outcome, robots_only, final_uri, record_id, rules_version,"
        " data) SELECT night, uri, seen_at, CASE WHEN rowid * 2654435761 / 1024 % 10 < ? OR record_type = 'revisit'"
        " THEN 'ok' ELSE 'soft-404' END, 0, uri, record_id, '0', '{}' FROM captures ORDER BY night, uri",
        (_GOOD_OF_TEN,),
    )


def _write_cdxj(archive: Path, db: sqlite3.Connection) -> None:
    """pywb's index of the same captures, in the order of its keys."""
    keys = sorted((surt(uri), uri) for (uri,) in db.execute("SELECT DISTINCT uri FROM captures"))
    with (archive / "index.cdxj").open("w", encoding="utf-8") as file:
        for _, uri in keys:
            rows = db.execute("SELECT * FROM captures WHERE uri = ? ORDER BY timestamp", (uri,))
            file.writelines(f"{format_line(read_capture(row))}\n" for row in rows)
