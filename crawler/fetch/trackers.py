"""Opaque tracking links: asked once, answered for ever, and nobody learns who was subscribed.

Rules:
- At most 3 attempts, each intent committed before anything is sent; the first answer with a target is the last.
- At most 5 hops; cookies stay in the chain; no Referer; paths that look like opting out are never asked.
- The tracker's robots.txt is kept. Only the redacted form reaches ledger and log; these exchanges, alone
  of all, leave no WARC record, and go past Scrapy, whose log lines and statistics show what is asked.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

from crawler.content import codings_of, decode, media_type
from crawler.fetch.asking import READ_BYTES, host_of, payload
from crawler.fetch.cookies import ChainJar
from crawler.fetch.hops import next_hop
from crawler.fetch.pacing import Pacer
from crawler.fetch.robots import RobotsDesk
from crawler.fetch.work import Work
from crawler.model import Exchange, Hop, Target, Wrapper
from crawler.urls.canonical import clean, urlkey
from crawler.urls.redact import redact
from crawler.urls.unwrap import unwrap
from crawler.wire.wire import Wire

MAX_ATTEMPTS = 3
MAX_HOPS = 5
_OPT_OUT = re.compile(r"unsub|opt-?out|preferences|abmelden|desinscri|desabonne|tuiding", re.IGNORECASE)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a wrapper was answered with: the cleaned target or None, and the hops in redacted form."""

    uri: str | None
    words: str
    hops: tuple[Hop, ...]

    def evidence(self) -> str:
        hops = [{"uri": hop.uri, "status": hop.status, "failure": hop.failure} for hop in self.hops]
        return json.dumps({"answer": self.words, "hops": hops, "to": self.uri and redact(self.uri)})


class TrackerDesk:
    """Finds the targets behind opaque wrappers."""

    def __init__(self, work: Work, pacer: Pacer, robots: RobotsDesk, headers: Mapping[str, str]) -> None:
        self._work = work
        self._pacer = pacer
        self._robots = robots
        self._headers = list(headers.items())
        self._wire = Wire(work.config, work.clock)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def resolve(self, wrapper: Wrapper) -> Target | None:
        """The cleaned target of a wrapper, or None when it is not known tonight; either way it is recorded."""
        refused = self._refusal(wrapper) or await self._robots_refusal(wrapper)
        if refused:
            log.info("tracking link %s not asked: %s", wrapper.redacted, refused)
            return None
        ledger, clock = self._work.ledger, self._work.clock
        ledger.intend_tracker(wrapper.sha256, wrapper.redacted, self._work.night, clock.now())
        answer = await self._ask(wrapper)
        ledger.settle_tracker(wrapper.sha256, clock.now(), answer.evidence(), answer.uri)
        log.info("tracking link %s: %s", wrapper.redacted, answer.words)
        return Target(answer.uri, urlkey(answer.uri)) if answer.uri else None

    def _refusal(self, wrapper: Wrapper) -> str | None:
        if wrapper.redacted_in_source:
            return "it stands redacted in its source"
        if self._work.config.unwrap == "never":
            return 'unwrap = "never"'
        if _OPT_OUT.search(wrapper.raw):
            return "it looks like an opt-out link"
        if self._work.ledger.tracker_attempts(wrapper.sha256) >= MAX_ATTEMPTS:
            return f"{MAX_ATTEMPTS} attempts were made"
        return None

    async def _robots_refusal(self, wrapper: Wrapper) -> str | None:
        rules = await self._robots.rules(wrapper.raw, 1)
        if rules.failed is not None:
            return "its robots.txt cannot be read"
        return None if rules.allows(wrapper.raw) else "its robots.txt forbids"

    async def _ask(self, wrapper: Wrapper) -> _Answer:
        uri, jar = wrapper.raw, ChainJar()
        hops: list[Hop] = []
        while len(hops) < MAX_HOPS:
            exchange = await self._exchange(uri, jar)
            try:
                hop, onward = _read(uri, exchange, jar)
            finally:
                exchange.close()
            hops.append(hop)
            if onward is None:
                words = hop.failure or (f"status {hop.status}" if hop.status else hop.detail)
                return _Answer(None, str(words), tuple(hops))
            target = _target(onward, wrapper)
            if target is not None:
                return _Answer(target, "resolved", tuple(hops))
            uri = onward
        return _Answer(None, f"more than {MAX_HOPS} hops", tuple(hops))

    async def _exchange(self, uri: str, jar: ChainJar) -> Exchange:
        cookie = jar.field(uri)
        fields = [*self._headers, ("Cookie", cookie)] if cookie else self._headers
        async with self._pacer.turn(host_of(uri)):
            return await self._wire.exchange(uri, fields, max_body_bytes=READ_BYTES)


def _read(uri: str, exchange: Exchange, jar: ChainJar) -> tuple[Hop, str | None]:
    """The redacted hop of an exchange, and the uri it leads on to."""
    head = exchange.head
    detail = exchange.refusal or ""
    hop = Hop(redact(uri), head.status if head else None, exchange.failure, detail=detail, ip=exchange.ip)
    if head is None or exchange.failure is not None:
        return hop, None
    jar.keep(uri, head)
    is_page = media_type(head) == "text/html"
    body = decode(payload(exchange), codings_of(head), READ_BYTES).content if is_page else b""
    found = next_hop(uri, head, body)
    return hop, found.uri if found else None


def _target(uri: str, wrapper: Wrapper) -> str | None:
    """The cleaned target a hop leads to, or None while it is still the tracker's own business."""
    inner = unwrap(uri)
    if inner is not None:
        return clean(inner.uri).uri if inner.uri else None
    if not uri.startswith(("http://", "https://")) or host_of(uri) == host_of(wrapper.raw):
        return None
    return clean(uri).uri
