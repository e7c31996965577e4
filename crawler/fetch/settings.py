"""Scrapy's settings for this project: what is off, and why. A night adds its own on top (crawl.py)."""

from __future__ import annotations

from typing import Any

BOT_NAME = "evercite"
SPIDER_MODULES = ["crawler.fetch.spider"]
NEWSPIDER_MODULE = "crawler.fetch"

# Plain asyncio: our download handler needs no Twisted reactor.
TWISTED_REACTOR_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

DOWNLOAD_HANDLERS: dict[str, Any] = {
    "http": "crawler.fetch.handler.WireHandler",
    "https": "crawler.fetch.handler.WireHandler",
    # Seeds come from the web's documents: nothing but http and https is ever fetched.
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}

# Every one of these is ours: hops, retries, robots, cookies, codings, delays, duplicates.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
ROBOTSTXT_OBEY = False
RETRY_ENABLED = False
REDIRECT_ENABLED = False
METAREFRESH_ENABLED = False
COOKIES_ENABLED = False
COMPRESSION_ENABLED = False
HTTPERROR_ALLOW_ALL = True
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
# Turns are given before a request is scheduled (pacing.py): what is queued may go at once, in order.
SCHEDULER_PRIORITY_QUEUE = "scrapy.pqueues.ScrapyPriorityQueue"
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# Scrapy's slots forget their limit with a delay of 0; the Pacer gives a host one turn at a time, whatever they do.
DOWNLOAD_DELAY = 0
# One worker task per response; the default starts a hundred for what a callback yields, and ours yields nothing.
CONCURRENT_ITEMS = 1
DOWNLOAD_VERIFY_CERTIFICATES = True
WARN_ON_GENERATOR_RETURN_VALUE = False

EXTENSIONS_BASE = {"scrapy.extensions.corestats.CoreStats": 0, "scrapy.extensions.feedexport.FeedExporter": 0}
STATS_DUMP = False
LOG_FORMATTER = "crawler.fetch.spider.QuietFormatter"
LOG_LEVEL = "INFO"

# What `scrapy crawl citations` runs its night with; `evercite night` gives its own work.
EVERCITE_OPEN_NIGHT = "crawler.night.order.open_for_scrapy"
