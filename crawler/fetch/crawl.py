"""Runs the spider for a night: batches in, committed observations out."""

from __future__ import annotations

import asyncio
import signal

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from crawler.collecting import seldom_collected
from crawler.fetch import settings as project
from crawler.fetch.handler import ABORT
from crawler.fetch.spider import CitationsSpider
from crawler.fetch.work import Work

# A crawl makes many small values and few cycles: looking for them took a sixth of its time.
COLLECTED = (10_000, 20, 20)
POLITE_S = 6.0  # of a stop that is asked for; a service manager kills after ten and more


def crawl(work: Work) -> None:
    """Visit every target of the work. Raises what of ours stopped the crawl (EverciteError)."""
    with seldom_collected(*COLLECTED):
        asyncio.run(_crawl(work))
    if work.error is not None:
        raise work.error


async def _crawl(work: Work) -> None:
    settings = Settings()
    settings.setmodule(project)
    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(CitationsSpider)

    def terminate() -> None:
        work.terminated = True
        # Scrapy ends start() only where it waits for the next item just then; the exchanges are ended by us.
        crawler.signals.send_catch_log(ABORT)
        stopping.append(asyncio.ensure_future(runner.stop()))
        # What still waits then waits for an answer that nobody will bring; all that was observed is committed.
        loop.call_later(POLITE_S, crawling.cancel)

    stopping: list[asyncio.Future[None]] = []
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, terminate)
    crawling = asyncio.ensure_future(runner.crawl(crawler, work=work))
    try:
        await crawling
        await asyncio.gather(*stopping)
    except asyncio.CancelledError:
        if not work.terminated:
            raise
