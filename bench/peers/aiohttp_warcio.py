"""An aiohttp loop that writes its answers with warcio: response and request records, gzip, robots.txt obeyed.

Records are rebuilt from what aiohttp parsed: de-chunked bodies are not what crossed the wire, and nothing is fsynced
or indexed. A long body is spooled to a file, so that memory stays bounded.
"""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import SpooledTemporaryFile
from urllib.parse import urlsplit

import aiohttp
from protego import Protego
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]  # ships no types
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]  # ships no types

CONCURRENCY = 32
AGENT = "aiohttp-warcio (+https://example.org/bench)"
PIECE_BYTES = 256 * 1024


async def main() -> None:
    """Fetch the list: 32 hosts at a time, the pages of a host one after the other."""
    folder, listed = Path(sys.argv[1]), Path(sys.argv[2]).read_text("ascii").split()
    hosts: dict[str, list[str]] = defaultdict(list)
    for uri in listed:
        hosts[urlsplit(uri).netloc].append(uri)
    waiting = iter(hosts.items())
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=20, sock_read=60)
    with (folder / "aiohttp.warc.gz").open("wb") as out:
        writer = WARCWriter(out, gzip=True, warc_version="1.1")
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONCURRENCY),
            headers={"User-Agent": AGENT},
            auto_decompress=False,
            timeout=timeout,
        ) as session:

            async def work() -> None:
                for netloc, found in waiting:
                    await fetch_host(session, writer, netloc, found)

            await asyncio.gather(*(work() for _ in range(CONCURRENCY)))


async def fetch_host(session: aiohttp.ClientSession, writer: WARCWriter, netloc: str, found: list[str]) -> None:
    """A host's robots.txt, then its pages."""
    said = await fetch(session, writer, f"http://{netloc}/robots.txt")
    rules = Protego.parse(said.decode("utf-8", "replace"))
    for uri in found:
        if rules.can_fetch(uri, AGENT):
            await fetch(session, writer, uri)


async def fetch(session: aiohttp.ClientSession, writer: WARCWriter, uri: str) -> bytes:
    """Fetch and store: the start of the body of a 2xx answer."""
    async with session.get(uri, allow_redirects=False) as answer:
        with SpooledTemporaryFile(1024 * 1024) as body:
            async for piece in answer.content.iter_chunked(PIECE_BYTES):
                body.write(piece)
            body.seek(0)
            start = body.read(PIECE_BYTES) if answer.status < 300 else b""
            body.seek(0)
            store(writer, uri, answer, body)
            return start


def store(writer: WARCWriter, uri: str, answer: aiohttp.ClientResponse, body: SpooledTemporaryFile[bytes]) -> None:
    """Write the pair of records."""
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers]
    head = StatusAndHeaders(f"{answer.status} {answer.reason}", fields, protocol="HTTP/1.1")
    response = writer.create_warc_record(uri, "response", payload=body, http_headers=head)
    asked = StatusAndHeaders(
        f"{answer.method} {answer.url.raw_path_qs} HTTP/1.1",
        list(answer.request_info.headers.items()),
        is_http_request=True,
    )
    request = writer.create_warc_record(uri, "request", http_headers=asked)
    writer.write_request_response_pair(request, response)


if __name__ == "__main__":
    asyncio.run(main())
