"""Plain Scrapy, nothing archived: stock settings but for concurrency, delay, robots.txt and the log."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

POLITE = {
    "CONCURRENT_REQUESTS": 32,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 0.0001,
    "ROBOTSTXT_OBEY": True,
    "USER_AGENT": "scrapy (+https://example.org/bench)",
    "LOG_LEVEL": "ERROR",
}


class ListSpider(Spider):
    """Asks for the addresses of a list, and counts what came."""

    name = "list"

    def __init__(self, folder: str, listed: str, proxy: str = "", **more: Any) -> None:
        super().__init__(**more)
        self._folder, self._listed = Path(folder), Path(listed)
        self._meta = {"proxy": proxy} if proxy else {}
        self._pages = self._length = 0

    async def start(self) -> AsyncIterator[Request]:
        """A request an address."""
        for uri in self._listed.read_text("ascii").split():
            yield Request(uri, meta=dict(self._meta))

    def parse(self, response: Response) -> None:
        """Count a page."""
        self._pages += 1
        self._length += len(response.body)

    def closed(self, reason: str) -> None:
        """Leave the count: there is nothing else to judge this program by."""
        said = {"pages": self._pages, "length": self._length}
        (self._folder / "count.json").write_text(json.dumps(said), "ascii")


def crawl(folder: str, listed: str, settings: dict[str, Any], proxy: str = "") -> None:
    """Run the spider with further settings."""
    process = CrawlerProcess({**POLITE, **settings})
    process.crawl(ListSpider, folder=folder, listed=listed, proxy=proxy)
    process.start()


if __name__ == "__main__":
    crawl(sys.argv[1], sys.argv[2], {})
