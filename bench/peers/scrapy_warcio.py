"""Scrapy with an extension that rebuilds records from responses and writes them with warcio, as the public ones do."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.utils.httpobj import urlparse_cached
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]  # ships no types
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]  # ships no types

from bench.peers.scrapy_plain import crawl


class WarcExtension:
    """Writes a response and a request record for every response that Scrapy received."""

    def __init__(self, path: Path) -> None:
        self._out = path.open("wb")
        self._writer = WARCWriter(self._out, gzip=True, warc_version="1.1")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> WarcExtension:
        """Listen to the crawler."""
        extension = cls(Path(crawler.settings["WARC_PATH"]))
        crawler.signals.connect(extension.response_received, signal=signals.response_received)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def response_received(self, response: Response, request: Request, spider: Spider) -> None:
        """Rebuild and write the records."""
        head = StatusAndHeaders(str(response.status), fields(response.headers), protocol="HTTP/1.1")
        answer = self._writer.create_warc_record(
            response.url, "response", payload=BytesIO(response.body), http_headers=head
        )
        parts = urlparse_cached(request)
        line = f"{request.method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"
        asked = StatusAndHeaders(line, [("Host", parts.netloc), *fields(request.headers)], is_http_request=True)
        question = self._writer.create_warc_record(request.url, "request", http_headers=asked)
        self._writer.write_request_response_pair(question, answer)

    def spider_closed(self, spider: Spider) -> None:
        """Finish the file."""
        self._out.close()


def fields(headers: Headers) -> list[tuple[str, str]]:
    """Headers as warcio takes them."""
    return [
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values or ()
    ]


if __name__ == "__main__":
    settings = {"EXTENSIONS": {WarcExtension: 500}, "WARC_PATH": f"{sys.argv[1]}/scrapy.warc.gz"}
    crawl(sys.argv[1], sys.argv[2], settings)
