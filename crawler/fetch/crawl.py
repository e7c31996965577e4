"""Runs the spider for a night: batches in, committed observations out."""

from __future__ import annotations

import asyncio
import signal

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from crawler.fetch import settings as project
from crawler.fetch.spider import CitationsSpider
from crawler.fetch.work import Work


def crawl(work: Work) -> None:
    """Visit every target of the work. Raises what of ours stopped the crawl (EverciteError)."""
    asyncio.run(_crawl(work))
    if work.error is not None:
        raise work.error


async def _crawl(work: Work) -> None:
    settings = Settings()
    settings.setmodule(project)
    runner = AsyncCrawlerRunner(settings)

    def terminate() -> None:
        work.terminated = True
        stopping.append(asyncio.ensure_future(runner.stop()))

    stopping: list[asyncio.Future[None]] = []
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, terminate)
    await runner.crawl(CitationsSpider, work=work)
    await asyncio.gather(*stopping)
