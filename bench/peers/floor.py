"""The floor: what fetching and archiving cannot go below in Python. Receive, digest twice, deflate, write, index.

It is no archiver: no redirects, no chunked bodies, no limits, no failure survived. One connection at a time.
"""

from __future__ import annotations

import hashlib
import os
import socket
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit
from uuid import uuid4

from isal import isal_zlib

GROUP = 64  # captures made durable together
Row = tuple[str, str, str, int, str, int, int]


def main() -> None:
    """Fetch, archive and index the list."""
    folder, listed = Path(sys.argv[1]), Path(sys.argv[2]).read_text("ascii").split()
    index = sqlite3.connect(folder / "index.sqlite3")
    index.execute("PRAGMA journal_mode = WAL")
    index.execute("CREATE TABLE capture (urlkey, timestamp, uri, status, digest, offset, length)")
    index.execute("CREATE INDEX capture_urlkey ON capture (urlkey, timestamp)")
    with (folder / "floor.warc.gz").open("wb") as out:
        rows: list[Row] = []
        for number, (uri, request, answer) in enumerate(exchanges(listed), 1):
            rows.append(store(out, uri, request, answer))
            if number % GROUP == 0:
                commit(out, index, rows)
        commit(out, index, rows)
    write_cdxj(folder / "floor.cdxj", index)


def exchanges(listed: list[str]) -> Iterator[tuple[str, bytes, bytes]]:
    """Each address's request and answer, host after host, robots.txt first."""
    for netloc, found in groupby(
        sorted(listed, key=lambda uri: urlsplit(uri).netloc), lambda uri: urlsplit(uri).netloc
    ):
        host, _, port = netloc.partition(":")
        with socket.create_connection((host, int(port))) as connection:
            for uri in (f"http://{netloc}/robots.txt", *found):
                request = f"GET {urlsplit(uri).path} HTTP/1.1\r\nHost: {netloc}\r\nUser-Agent: floor\r\n\r\n".encode()
                connection.sendall(request)
                yield uri, request, received(connection)


def received(connection: socket.socket) -> bytes:
    """A whole answer whose length is stated."""
    answer = connection.recv(262144)
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += connection.recv(262144)
    head = answer[:end].lower()
    stated = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    left = end + 4 + int(stated) - len(answer)
    pieces = [answer]
    while left > 0:
        piece = connection.recv(262144)
        if not piece:
            raise ConnectionError("the answer was cut short")
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def store(out: IO[bytes], uri: str, request: bytes, answer: bytes) -> Row:
    """Write an answer and its request: the row of the index."""
    now = datetime.now(UTC)
    payload = memoryview(answer)[answer.index(b"\r\n\r\n") + 4 :]
    digest = hashlib.sha256(payload).hexdigest()
    record_id, offset = uuid4().urn, out.tell()
    out.write(member("response", record_id, uri, now, answer, f"WARC-Payload-Digest: sha256:{digest}\r\n"))
    length = out.tell() - offset
    out.write(member("request", uuid4().urn, uri, now, request, f"WARC-Concurrent-To: <{record_id}>\r\n"))
    parts = urlsplit(uri)
    urlkey = ",".join(reversed((parts.hostname or "").split("."))) + ")" + parts.path
    return urlkey, f"{now:%Y%m%d%H%M%S}", uri, int(answer[9:12]), digest, offset, length


def member(kind: str, record_id: str, uri: str, now: datetime, block: bytes, more: str) -> bytes:
    """A record as one gzip member."""
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <{record_id}>\r\nWARC-Target-URI: {uri}\r\n"
        f"WARC-Date: {now:%Y-%m-%dT%H:%M:%S.%fZ}\r\n{more}"
        f"WARC-Block-Digest: sha256:{hashlib.sha256(block).hexdigest()}\r\n"
        f"Content-Type: application/http;msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    packer = isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31)
    return packer.compress(head.encode() + block + b"\r\n\r\n") + packer.flush()


def commit(out: IO[bytes], index: sqlite3.Connection, rows: list[Row]) -> None:
    """Make what was written durable, then index it."""
    out.flush()
    os.fsync(out.fileno())
    with index:
        index.executemany("INSERT INTO capture VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    rows.clear()


def write_cdxj(path: Path, index: sqlite3.Connection) -> None:
    """The index as CDXJ, in order."""
    with path.open("w") as out:
        for row in index.execute("SELECT * FROM capture ORDER BY urlkey, timestamp"):
            urlkey, timestamp, uri, status, digest, offset, length = row
            out.write(
                f'{urlkey} {timestamp} {{"url": "{uri}", "status": "{status}", "digest": "sha256:{digest}",'
                f' "offset": "{offset}", "length": "{length}", "filename": "floor.warc.gz"}}\n'
            )


if __name__ == "__main__":
    main()
