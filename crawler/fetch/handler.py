"""The Scrapy download handler over our own wire (Scrapy ≥ 2.19, with or without Twisted's reactor).

Rules:
- The Exchange is in request.meta["exchange"]; whoever takes it closes it.
- The web's failures are responses too: status 0 where no head came, flags "failure:<id>", "refusal:<id>"
  and "truncated:<id>". Only what we cannot ask (another method than GET, a proxy with credentials) is raised.
- The uri goes out as request.url has it: with Scrapy's `verbatim_url` that is the one that was given.
- request.meta["wire"] holds options of Wire.exchange: fresh, verify, proxy, max_body_bytes, deadline_s.
- Who sets request.meta["unread"] reads only the Exchange: the response has neither headers nor body.
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import Any

from pydispatch.dispatcher import getAllReceivers, liveReceivers  # type: ignore[import-untyped]  # ships no types
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, NotSupported, StopDownload
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from twisted.python.failure import Failure as TwistedFailure

from crawler.clock import Clock
from crawler.config import Config
from crawler.fetch.payload import payload
from crawler.http1 import length_of
from crawler.model import Exchange, Head
from crawler.wire.wire import Wire

# Larger payloads stay in the spool: Response.body is empty then and flagged.
BODY_BYTES = 1024 * 1024
SPOOLED = "spooled"
# A signal of ours: sent when a crawl ends, in time or before.
ABORT = object()


class WireHandler:
    """Downloads with Wire. Settings: EVERCITE_CONFIG (Config), EVERCITE_CLOCK (Clock), EVERCITE_SPOOL (a folder)."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._asking: set[asyncio.Task[Exchange]] = set()
        self._aborted = False
        self._aborted = False
        crawler.signals.connect(self.abort, signal=ABORT)
        self._wire = Wire(
            settings.get("EVERCITE_CONFIG") or Config(),
            settings.get("EVERCITE_CLOCK") or Clock(),
            settings.get("EVERCITE_SPOOL"),
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> WireHandler:
        """The handler of a crawl."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """The response to a request; raises NotSupported, or StopDownload as Scrapy's own handlers do."""
        if request.method != "GET":
            raise NotSupported(f"the wire speaks GET only, not {request.method} (asked for {request.url})")
        watch = SignalWatch(self._crawler, request) if _is_watched(self._crawler) else None
        exchange = await self._exchange(request, watch)
        request.meta["exchange"] = exchange
        if exchange.timings.first_byte_s is not None:
            request.meta["download_latency"] = exchange.timings.first_byte_s
        response = response_of(request, exchange)
        return _stopped(response, watch.stop) if watch and watch.stop else response

    async def _exchange(self, request: Request, watch: SignalWatch | None) -> Exchange:
        if self._aborted:
            raise DownloadCancelledError(f"the crawl ended before {request.url} was asked")
        asking = asyncio.create_task(
            self._wire.exchange(request.url, _fields(request), **_options(request), watch=watch)
        )
        self._asking.add(asking)
        try:
            return await asking
        except asyncio.CancelledError:
            if asking.cancelled():
                raise DownloadCancelledError(f"the crawl ended before {request.url} answered") from None
            asking.cancel()
            raise
        finally:
            self._asking.discard(asking)

    def abort(self) -> None:
        """End every exchange under way, and begin none: Scrapy would wait for each before it closes."""
        self._aborted = True
        for asking in self._asking:
            asking.cancel()

    async def close(self) -> None:
        """End every connection."""
        await self._wire.close()


def _options(request: Request) -> dict[str, Any]:
    options = dict(request.meta.get("wire") or {})
    proxy = request.meta.get("proxy")
    if proxy and "proxy" not in options:
        if b"Proxy-Authorization" in request.headers:
            raise NotSupported("the wire gives no credentials to a proxy")
        options["proxy"] = proxy if "://" in proxy else f"http://{proxy}"
    if not (options.get("proxy") or "http://").startswith("http://"):
        raise NotSupported(f"the wire knows HTTP proxies only, not {options['proxy']}")
    return options


def _fields(request: Request) -> list[tuple[str, str]]:
    """The request's fields as Scrapy spells them, bytes as Latin-1; Proxy-Authorization is nobody else's."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in request.headers.items()
        for value in values
        if name != b"Proxy-Authorization"
    ]


def response_of(request: Request, exchange: Exchange) -> Response:
    """A Response for Scrapy; the Exchange stays the truth."""
    status, flags = exchange.head.status if exchange.head else 0, _flags(exchange)
    if request.meta.get("unread"):
        return Response(request.url, status=status, flags=flags, request=request)
    headers = headers_of(exchange.head)
    body = b""
    if exchange.payload_length > BODY_BYTES:
        flags.append(SPOOLED)
    elif exchange.payload_length:
        body = b"".join(payload(exchange))
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    return kind(
        request.url,
        status=status,
        headers=headers,
        body=body,
        flags=flags,
        request=request,
        certificate=exchange.tls.certificate if exchange.tls else None,
        ip_address=ip_address(exchange.ip) if exchange.ip else None,
        protocol=exchange.head.version if exchange.head else None,
    )


def headers_of(head: Head | None) -> Headers:
    """The fields of a head with all their values, as bytes."""
    pairs = head.fields if head else ()
    return Headers([(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs])


def _flags(exchange: Exchange) -> list[str]:
    marks = {"failure": exchange.failure, "refusal": exchange.refusal, "truncated": exchange.truncated}
    return [f"{name}:{mark}" for name, mark in marks.items() if mark]


# ---------------------------------------------------------------- Scrapy's signals


def _is_watched(crawler: Crawler) -> bool:
    """Whether anybody listens: sending a signal for every piece of a body costs more than reading it."""
    watched = (signals.headers_received, signals.bytes_received)
    return any(True for signal in watched for _ in liveReceivers(getAllReceivers(crawler.signals.sender, signal)))


def _stopped(response: Response, stop: StopDownload) -> Response:
    response.flags.append("download_stopped")
    if stop.fail:
        stop.response = response
        raise stop
    return response


class SignalWatch:
    """Sends headers_received and bytes_received; remembers a StopDownload."""

    def __init__(self, crawler: Crawler, request: Request) -> None:
        self._crawler = crawler
        self._request = request
        self.stop: StopDownload | None = None

    def see_head(self, head: Head) -> bool:
        """The final head has come."""
        try:
            length = length_of(head)
        except ValueError:
            length = None
        return self._send(signals.headers_received, headers=headers_of(head), body_length=length)

    def see_payload(self, piece: bytes) -> bool:
        """Some payload has come."""
        return self._send(signals.bytes_received, data=piece)

    def _send(self, signal: object, **said: Any) -> bool:
        spider = self._crawler.spider
        told = self._crawler.signals.send_catch_log(signal=signal, request=self._request, spider=spider, **said)
        for _, result in told:
            if isinstance(result, TwistedFailure) and isinstance(result.value, StopDownload):
                self.stop = result.value
        return self.stop is not None
