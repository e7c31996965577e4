"""Opaque tracking links: asked once, answered for ever, and nobody learns who was subscribed.

Rules:
- At most 3 attempts, each intent committed before anything is sent; the first answer with a target is the last.
- At most 5 hops; before each, what looks like opting out is refused and the host's robots.txt is kept.
- Cookies stay in the chain; no Referer. Only the redacted form reaches ledger and log; these exchanges, alone
  of all, leave no WARC record, and go past Scrapy, whose log lines and statistics show what is asked.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from crawler.content import codings_of, decode, media_type
from crawler.fetch.asking import READ_BYTES, host_of, payload
from crawler.fetch.cookies import ChainJar
from crawler.fetch.hops import next_hop
from crawler.fetch.pacing import Pacer
from crawler.fetch.robots import RobotsDesk
from crawler.fetch.work import Work
from crawler.model import Exchange, Hop, Refusal, Target, Wrapper
from crawler.urls.canonical import clean, urlkey
from crawler.urls.redact import REDACTED, redact
from crawler.urls.unwrap import unwrap
from crawler.wire.wire import Wire

MAX_ATTEMPTS = 3
MAX_HOPS = 5
_OPT_OUT = re.compile(r"unsub|opt-?out|preferences|abmelden|desinscri|desabonne|tuiding", re.IGNORECASE)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a wrapper was answered with: the cleaned target or None, in words, and the hops in redacted form.

    `sent` is False when not a byte left us: such an attempt told nobody anything, and does not count.
    """

    uri: str | None
    words: str
    hops: tuple[Hop, ...] = ()
    sent: bool = False

    def evidence(self) -> str:
        """As JSON, for the ledger and the report."""
        hops = [{"uri": hop.uri, "status": hop.status, "failure": hop.failure} for hop in self.hops]
        return json.dumps({"answer": self.words, "hops": hops, "to": self.uri and redact(self.uri)})


class TrackerDesk:
    """Finds the targets behind opaque wrappers."""

    def __init__(
        self,
        work: Work,
        pacer: Pacer,
        robots: RobotsDesk,
        headers: Mapping[str, str],
        late: Callable[[str], Refusal | None],
    ) -> None:
        self._work = work
        self._pacer = pacer
        self._robots = robots
        self._headers = list(headers.items())
        self._late = late
        self._wire = Wire(work.config, work.clock)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def resolve(self, wrapper: Wrapper) -> Target | None:
        """The cleaned target of a wrapper, or None when it is not known tonight; either way it is recorded why."""
        ledger, clock = self._work.ledger, self._work.clock
        refused = self._refusal(wrapper) or await self._refusal_of(wrapper.raw)
        if refused:
            answer = _Answer(None, refused)
            await asyncio.to_thread(ledger.note_tracker, wrapper.sha256, wrapper.redacted, answer.evidence())
        else:
            begun = (wrapper.sha256, wrapper.redacted, self._work.night, clock.now())
            await asyncio.to_thread(ledger.intend_tracker, *begun)
            answer = await self._ask(wrapper)
            settled = (wrapper.sha256, clock.now(), answer.evidence(), answer.uri, answer.sent)
            await asyncio.to_thread(ledger.settle_tracker, *settled)
        log.info("tracking link %s: %s", wrapper.redacted, answer.words)
        return Target(answer.uri, urlkey(answer.uri)) if answer.uri else None

    def _refusal(self, wrapper: Wrapper) -> str | None:
        """Why a wrapper is not asked at all: an id of judge.answers.NOT_ASKED."""
        if wrapper.redacted_in_source:
            return "redacted-in-source"
        if self._work.config.unwrap == "never":
            return "unwrap-never"
        attempts = self._work.ledger.tracker_attempts(wrapper.sha256)
        return "attempts-used" if attempts >= MAX_ATTEMPTS else None

    async def _refusal_of(self, uri: str) -> str | None:
        """Why one hop is not asked: it would opt somebody out, or its host's robots.txt says no."""
        if _OPT_OUT.search(uri):
            return "opt-out"
        if not uri.startswith(("http://", "https://")):
            return "other-scheme"
        if self._late(host_of(uri)):
            return "too-late"
        rules = await self._robots.rules(uri, 1)
        if rules.failed is not None:
            return "robots-unreadable"
        return None if rules.allows(uri) else "robots-forbids"

    async def _ask(self, wrapper: Wrapper) -> _Answer:
        uri, jar, sent = wrapper.raw, ChainJar(), False
        hops: list[Hop] = []
        while len(hops) < MAX_HOPS:
            exchange = await self._exchange(uri, jar)
            sent = sent or bool(exchange.sent)
            try:
                hop, onward = _read(uri, exchange, jar, wrapper)
            finally:
                exchange.close()
            hops.append(hop)
            if onward is None:
                words = hop.failure or (f"status {hop.status}" if hop.status else hop.detail)
                return _Answer(None, str(words), tuple(hops), sent)
            target = _target(onward, wrapper)
            if target is not None:
                refused = "opt-out" if _OPT_OUT.search(target) else _personal(target, wrapper)
                return _Answer(None if refused else target, refused or "resolved", tuple(hops), sent)
            refused = await self._refusal_of(onward)
            if refused:
                return _Answer(None, refused, tuple(hops), sent)
            uri = onward
        return _Answer(None, f"more than {MAX_HOPS} hops", tuple(hops), sent)

    async def _exchange(self, uri: str, jar: ChainJar) -> Exchange:
        cookie = jar.field(uri)
        fields = [*self._headers, ("Cookie", cookie)] if cookie else self._headers
        async with self._pacer.turn(host_of(uri)):
            return await self._wire.exchange(uri, fields, max_body_bytes=READ_BYTES)


def _secrets(wrapper: Wrapper) -> list[str]:
    """The parts of a wrapper that its display form hides: what names the recipient, and must not come out elsewhere."""
    parts = re.split(r"[/?&=;:#]", wrapper.raw)
    return [part for part in parts if len(part) >= 6 and part not in wrapper.redacted]


def _personal(target: str, wrapper: Wrapper) -> str | None:
    """Why a target cannot be kept: it names the recipient, in the wrapper's own words or by its shape."""
    plain = unquote(target).lower()
    named = any(secret.lower() in plain for secret in _secrets(wrapper))
    return "target-personal" if named or redact(target) != target else None


def _shown(uri: str, wrapper: Wrapper) -> str:
    """A hop's display form: redacted, and without the wrapper's own secrets wherever they turn up again."""
    shown = redact(uri)
    for secret in _secrets(wrapper):
        shown = re.sub(re.escape(secret), REDACTED, shown, flags=re.IGNORECASE)
    return shown


def _read(uri: str, exchange: Exchange, jar: ChainJar, wrapper: Wrapper) -> tuple[Hop, str | None]:
    """The redacted hop of an exchange, and the uri it leads on to."""
    head = exchange.head
    detail = exchange.refusal or ""
    hop = Hop(_shown(uri, wrapper), head.status if head else None, exchange.failure, detail=detail, ip=exchange.ip)
    if head is None or exchange.failure is not None:
        return hop, None
    jar.keep(uri, head)
    is_page = media_type(head) == "text/html"
    body = decode(payload(exchange), codings_of(head), READ_BYTES).content if is_page else b""
    found = next_hop(uri, head, body)
    return hop, found.uri if found else None


def _target(uri: str, wrapper: Wrapper) -> str | None:
    """The cleaned target a hop leads to, or None while it is still the tracker's own business."""
    if not uri.startswith(("http://", "https://")):
        return None
    inner = unwrap(uri)
    if inner is not None:
        return clean(inner.uri).uri if inner.uri else None
    if host_of(uri) == host_of(wrapper.raw):
        return None
    return clean(uri).uri
