"""The spider `citations`: asks through Scrapy's scheduler, yields observations as items.

Each question becomes a Request that Scrapy schedules and hands to our download handler; its callback
answers the visit that waits for it. What start() yields are Observations, already committed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter
from scrapy.utils.misc import load_object
from twisted.python.failure import Failure as TwistedFailure

from crawler.errors import EverciteError
from crawler.fetch.asking import Asker, Fields, request_headers
from crawler.fetch.beside import Bystander, Vantage
from crawler.fetch.handler import ABORT
from crawler.fetch.pacing import pacer_of
from crawler.fetch.requisites import Requisites
from crawler.fetch.robots import RobotsDesk
from crawler.fetch.round import Round
from crawler.fetch.trackers import TrackerDesk
from crawler.fetch.visit import Guide, Visitor, late_for
from crawler.fetch.work import Progress, Work
from crawler.model import Exchange, Observation, Refusal

log = logging.getLogger(__name__)


def guide_of(work: Work) -> Guide:
    """What the visits of a night need of its work."""
    return Guide(
        work.night,
        work.config,
        work.clock,
        work.deadline_at,
        work.cited_by,
        work.revalidations,
        work.with_session,
    )


class QuietFormatter(LogFormatter):
    """Says nothing per response: the observations say it, redacted."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> Any:
        return None

    def scraped(self, item: Any, response: Any, spider: Spider) -> Any:
        return None


class CitationsSpider(Spider):
    """Visits every cited target of a night."""

    name = "citations"
    work: Work

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, work: Work | None = None, **kwargs: Any) -> CitationsSpider:
        """Takes the night's work; without one, as `scrapy crawl citations` has none, opens a night of its own."""
        if work is None:
            work = load_object(crawler.settings["EVERCITE_OPEN_NIGHT"])()
        for name, value in night_settings(work).items():
            crawler.settings.set(name, value, priority="cmdline")
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.work = work
        spider._exchanges = spider._bytes = spider._yielded = spider._scraped = 0
        crawler.signals.connect(spider._count_item, signal=signals.item_scraped)
        return spider

    _exchanges: int
    _bytes: int
    _yielded: int
    _scraped: int

    async def start(self) -> AsyncIterator[Observation]:
        """Yield the observations of the night."""
        work, config = self.work, self.work.config
        self._pacer = pacer = pacer_of(config)
        pacer.end_in(max(0.0, (work.deadline_at - work.clock.now()).total_seconds()))
        late = late_for(work.clock, work.deadline_at, pacer)
        asker = Asker(self.exchange, work.scribe.archive, pacer, work.clock, request_headers(config), late)
        robots = RobotsDesk(asker, pacer, work.robots_failing_since, work.clock)
        guide = guide_of(work)
        visitor = Visitor(guide, asker, robots, pacer)
        trackers = TrackerDesk(work, pacer, robots, late)
        complete = Requisites(work, visitor, asker, robots, pacer).complete
        look_around = Bystander(work, visitor, self._visitor_there(guide, late)).look_around
        round_ = Round(work, visitor, trackers, self._report, complete, look_around)
        try:
            async with aclosing(round_.observations()) as seen:
                async for observation in seen:
                    self._yielded += 1
                    yield observation
            await self._until_scraped()
        except* EverciteError as group:
            work.error = _first(group)
        except* Exception as group:
            # A loop that ends closes generators in any order; one that was still running then says so.
            if not work.terminated:
                log.exception("the crawl stopped")
                work.error = EverciteError(f"the crawl stopped by a fault of ours ({_innermost(group)!r}); see the log")
        finally:
            self.crawler.signals.send_catch_log(ABORT)
            await trackers.close()

    def _visitor_there(self, guide: Guide, late: Callable[[str], Refusal | None]) -> Visitor | None:
        """Visits through the vantage: robots.txt is asked through it, too, since from here it may be out of reach."""
        config, clock = guide.config, guide.clock
        if not config.vantage_proxy:
            return None
        vantage = Vantage(self.exchange, self.work.scribe, config.vantage_proxy)
        asker = Asker(vantage.exchange, vantage.archive, self._pacer, clock, request_headers(config), late)
        return Visitor(guide, asker, RobotsDesk(asker, self._pacer, {}, clock), self._pacer)

    async def _until_scraped(self) -> None:
        """Wait for Scrapy to pass the last item on: else it sees itself busy, and looks again only 5 s later."""
        while self._scraped < self._yielded:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)

    def _count_item(self) -> None:
        self._scraped += 1

    async def exchange(self, uri: str, fields: Fields, **wire: object) -> Exchange:
        """One exchange by way of Scrapy's scheduler, downloader and handler."""
        answered: asyncio.Future[Exchange] = asyncio.get_running_loop().create_future()
        request = Request(
            uri,
            headers=list(fields),
            callback=self.answered,
            errback=self.failed,
            dont_filter=True,
            meta={"verbatim_url": True, "unread": True, "wire": wire, "answered": answered},
        )
        assert self.crawler.engine is not None  # a spider that runs has one
        self.crawler.engine.crawl(request)
        exchange = await answered
        self._exchanges += 1
        self._bytes += exchange.received_length
        return exchange

    async def answered(self, response: Response) -> None:
        """Hand the exchange to the visit that asked; nobody waits any more when the night was cut off."""
        assert response.request is not None
        exchange: Exchange = response.request.meta["exchange"]
        waiting: asyncio.Future[Exchange] = response.request.meta["answered"]
        if waiting.done():
            exchange.close()
        else:
            waiting.set_result(exchange)

    async def failed(self, failure: TwistedFailure) -> None:
        """Our own fault: the web's failures come as answers."""
        waiting: asyncio.Future[Exchange] = failure.request.meta["answered"]  # type: ignore[attr-defined]
        if not waiting.done():
            waiting.set_exception(failure.value or RuntimeError(repr(failure)))

    def _report(self, seen: int, total: int) -> None:
        if self.work.on_progress is not None:
            busy = tuple(self._pacer.busy())
            self.work.on_progress(Progress(seen, total, self._exchanges, self._bytes, busy))

    def closed(self, reason: str) -> None:
        """Finish the night that `scrapy crawl` opened."""
        if self.work.finish is not None:
            self.work.finish()


def _first(group: BaseExceptionGroup[EverciteError]) -> EverciteError:
    error = _innermost(group)
    assert isinstance(error, EverciteError)
    return error


def _innermost(group: BaseException) -> BaseException:
    error = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def night_settings(work: Work) -> dict[str, Any]:
    """The Scrapy settings that come from a night's configuration."""
    return {
        "EVERCITE_CONFIG": work.config,
        "EVERCITE_CLOCK": work.clock,
        "CONCURRENT_REQUESTS": work.config.concurrency,
        "USER_AGENT": work.config.agent_field,
        "DOWNLOAD_TIMEOUT": work.config.exchange_deadline_s,
        "DOWNLOAD_MAXSIZE": 0,
    }
