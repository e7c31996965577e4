"""One opaque tracking link, asked hop by hop until its target shows.

Rules:
- At most 5 hops; before each, what looks like opting out and what the configuration excludes is refused, and
  whatever else the one who asks will not ask (`permit`).
- Cookies stay in the chain; no Referer. Only the redacted form leaves here; these exchanges, alone of all,
  leave no WARC record, and go past Scrapy, whose log lines and statistics show what is asked.
- The intent is committed before anything is sent, and the answer after it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote

from crawler.clock import Clock
from crawler.config import Config
from crawler.content import codings_of, decode, media_type
from crawler.fetch.asking import READ_BYTES, host_of, request_headers
from crawler.fetch.cookies import ChainJar
from crawler.fetch.hops import next_hop
from crawler.fetch.pacing import Pacer, pacer_of
from crawler.fetch.payload import payload
from crawler.fetch.visit import exclusion_of
from crawler.ledger.ledger import Ledger
from crawler.model import Exchange, Hop, Wrapper
from crawler.urls.canonical import clean
from crawler.urls.redact import REDACTED, redact
from crawler.urls.unwrap import unwrap
from crawler.wire.wire import Wire

MAX_HOPS = 5
RESOLVED = "resolved"
_OPT_OUT = re.compile(r"unsub|opt-?out|preferences|abmelden|desinscri|desabonne|tuiding", re.IGNORECASE)

# Why a hop is not asked, as an id of judge.unknown.NOT_ASKED; None when it may be.
Permit = Callable[[str], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Answer:
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


def refusal_of(uri: str, config: Config) -> str | None:
    """Why a uri is not asked whoever wants to know: it would opt somebody out, is no web address, or is excluded."""
    if _OPT_OUT.search(uri):
        return "opt-out"
    if not uri.startswith(("http://", "https://")):
        return "other-scheme"
    excluded = exclusion_of(uri, config)
    return f"excluded: {excluded.why}" if excluded else None


class Opener:
    """Asks wrappers where they lead; needs a running asyncio loop, and close() at the end."""

    def __init__(self, config: Config, clock: Clock, pacer: Pacer, permit: Permit) -> None:
        self._clock = clock
        self._pacer = pacer
        self._permit = permit
        self._headers = list(request_headers(config).items())
        self._wire = Wire(config, clock)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def ask(self, ledger: Ledger, wrapper: Wrapper, night_id: str | None) -> Answer:
        """What a wrapper that may be asked is answered with; intent and answer are in the ledger."""
        begun = (wrapper.sha256, wrapper.redacted, night_id, self._clock.now())
        await asyncio.to_thread(ledger.intend_tracker, *begun)
        answer = await self._follow(wrapper)
        settled = (wrapper.sha256, self._clock.now(), answer.evidence(), answer.uri, answer.sent)
        await asyncio.to_thread(ledger.settle_tracker, *settled)
        return answer

    async def _follow(self, wrapper: Wrapper) -> Answer:
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
                return Answer(None, str(words), tuple(hops), sent)
            target = _target(onward, wrapper)
            if target is not None:
                refused = "opt-out" if _OPT_OUT.search(target) else _personal(target, wrapper)
                return Answer(None if refused else target, refused or RESOLVED, tuple(hops), sent)
            refused = await self._permit(onward)
            if refused:
                return Answer(None, refused, tuple(hops), sent)
            uri = onward
        return Answer(None, f"more than {MAX_HOPS} hops", tuple(hops), sent)

    async def _exchange(self, uri: str, jar: ChainJar) -> Exchange:
        cookie = jar.field(uri)
        fields = [*self._headers, ("Cookie", cookie)] if cookie else self._headers
        async with self._pacer.turn(host_of(uri)):
            return await self._wire.exchange(uri, fields, max_body_bytes=READ_BYTES)


def ask_now(ledger: Ledger, config: Config, clock: Clock, wrapper: Wrapper) -> Answer:
    """Ask a wrapper outside any night, as an editor chose to: robots.txt, attempts and `unwrap` do not count here."""
    return asyncio.run(_ask_now(ledger, config, clock, wrapper))


async def _ask_now(ledger: Ledger, config: Config, clock: Clock, wrapper: Wrapper) -> Answer:
    async def permit(uri: str) -> str | None:
        return refusal_of(uri, config)

    opener = Opener(config, clock, pacer_of(config), permit)
    try:
        return await opener.ask(ledger, wrapper, None)
    finally:
        await opener.close()


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
