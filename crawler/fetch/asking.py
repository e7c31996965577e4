"""One question to one host: take the turn, ask, archive what crossed the wire, and read the answer.

Rules:
- The answer is made only after its records are durable: what points at a record can trust it.
- A certificate that fails is looked at once more, unverified, so that the capture and the class of
  trouble are known; the failure stays the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import ada_url

from crawler.archive.recording import Recording
from crawler.clock import Clock
from crawler.config import Config
from crawler.content import HTML, codings_of, decode, media_type
from crawler.fetch.hops import kept_fields
from crawler.fetch.outlinks import LinkReading, reading_of
from crawler.fetch.pacing import Pacer
from crawler.fetch.payload import payload
from crawler.fetch.retry import LASTING, retry_after_s
from crawler.model import Capture, Content, Coverage, Exchange, Head, Hop, Refusal, Truncated, Via
from crawler.pages.links import Links
from crawler.urls.canonical import urlkey
from crawler.urls.redact import redact

READ_BYTES = 1024 * 1024
READ_TYPES = HTML | {"text/plain"}

Fields = Sequence[tuple[str, str]]


class Exchanging(Protocol):
    """Makes one exchange; `wire` are options of Wire.exchange."""

    def __call__(self, uri: str, fields: Fields, **wire: object) -> Awaitable[Exchange]: ...


@dataclass(frozen=True, slots=True)
class Revalidation:
    """The validators of a uri's last good body (RFC 9110 §13.1), and the capture that holds it."""

    etag: str | None
    last_modified: str | None
    original: Capture

    def fields(self) -> list[tuple[str, str]]:
        """The conditional request fields."""
        found = [("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified)]
        return [(name, value) for name, value in found if value]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the uri, how we got there, and how to ask.

    `came_from` is the uri of the hop before, `hop_path` one letter a hop (R redirect, E embed, P robots.txt);
    `urlkey` is the uri's, where it is known already; `cited_by` are the places that cite the target; `read_any`
    reads a body of whatever type it claims.
    """

    uri: str
    urlkey: str = ""
    via: Via | None = None
    came_from: str | None = None
    hop_path: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    fresh: bool = False
    limit_bytes: int | None = None
    note: str = ""
    read_any: bool = False
    cited_by: tuple[str, ...] = ()
    revalidation: Revalidation | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the hop, the head, the decoded start of a readable body, what the body was.

    `capture` is where it is archived; `links` what a page or style sheet names, where its record tells it.
    """

    hop: Hop
    head: Head | None = None
    body: bytes = b""
    content: Content | None = None
    refusal: Refusal | None = None
    capture: Capture | None = None
    links: Links | None = None


@lru_cache(1024)
def host_of(uri: str) -> str:
    """The host a uri is asked of, as politeness counts it; empty when it has none."""
    try:
        return ada_url.URL(uri).hostname
    except ValueError:
        return ""


def request_headers(config: Config) -> dict[str, str]:
    """What every request says of us and of what we read: honest, and complete (RFC 9110 §12.5)."""
    return {
        "User-Agent": config.agent_field,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
        "Accept-Encoding": "gzip, deflate, br, zstd",
    }


class Asker:
    """Asks politely and archives. `archive` returns once an exchange's records are durable."""

    def __init__(
        self,
        exchange: Exchanging,
        archive: Callable[[Recording], Awaitable[Capture | None]],
        pacer: Pacer,
        clock: Clock,
        headers: Mapping[str, str],
        late: Callable[[str], Refusal | None],
    ) -> None:
        self._exchange = exchange
        self._archive = archive
        self._pacer = pacer
        self._clock = clock
        self._headers = tuple(headers.items())
        self._late = late

    async def answer(self, question: Question) -> Answer:
        """The answer to a question, its exchange archived."""
        exchange = await self._ask(question)
        if isinstance(exchange, Refusal):
            return Answer(Hop(redact(question.uri), None, None, question.via, detail=exchange.value), refusal=exchange)
        if exchange.failure in LASTING:
            return await self._second_look(question, exchange)
        answer = await self._archived(question, exchange)
        if question.revalidation is not None and answer.hop.status == 304 and answer.content is None:
            # The original cannot be read back any more: its validators are worth nothing.
            return await self.answer(replace(question, revalidation=None))
        return answer

    async def _ask(self, question: Question, **wire: object) -> Exchange | Refusal:
        """The exchange, or why it was not made: the night may end, or a budget, while we wait for our turn."""
        host = host_of(question.uri)
        conditional = question.revalidation.fields() if question.revalidation else []
        fields = [*self._headers, *question.fields, *conditional]
        if question.limit_bytes is not None:
            wire["max_body_bytes"] = question.limit_bytes
        async with self._pacer.turn(host) as turn:
            late = self._late(host)
            if late is not None:
                turn.skip()
                return late
            exchange = await self._exchange(question.uri, fields, fresh=question.fresh, **wire)
        self._pacer.spend(host, exchange.received_length)
        wait_s = retry_after_s(exchange.head.value("retry-after"), self._clock.now()) if exchange.head else None
        if wait_s:
            self._pacer.hold(host, wait_s)
        return exchange

    async def _second_look(self, question: Question, refused: Exchange) -> Answer:
        refused.close()
        second = await self._ask(question, verify=False)
        if isinstance(second, Refusal):
            return Answer(Hop(redact(question.uri), None, refused.failure, question.via, ip=refused.ip))
        seen = await self._archived(question, second)
        hop = Hop(
            uri=seen.hop.uri,
            status=None,
            failure=refused.failure,
            via=question.via,
            detail=_unverified(seen.hop),
            fields=seen.hop.fields,
            record_id=seen.hop.record_id,
            ip=refused.ip or seen.hop.ip,
        )
        return Answer(hop, head=seen.head, body=seen.body)

    async def _archived(self, question: Question, exchange: Exchange) -> Answer:
        reading = reading_of(question.uri, exchange)
        try:
            capture = await self._archive(
                Recording(
                    exchange=exchange,
                    urlkey=question.urlkey or urlkey(question.uri),
                    via=redact(question.came_from) if question.came_from else None,
                    hop_path=question.hop_path,
                    cited_by=question.cited_by,
                    revalidated=question.revalidation.original if question.revalidation else None,
                    outlinks=reading.fields if reading else None,
                )
            )
            return _read(question, exchange, capture, reading)
        finally:
            exchange.close()


def _unverified(seen: Hop) -> str:
    return f"unverified look: {seen.status or seen.failure or 'nothing'}"


def _read(question: Question, exchange: Exchange, capture: Capture | None, reading: LinkReading | None) -> Answer:
    head = exchange.head
    hop = Hop(
        uri=redact(question.uri),
        status=head.status if head else None,
        failure=exchange.failure,
        via=question.via,
        detail=exchange.failure_detail or question.note,
        fields=_fields(head, exchange) if head else (),
        record_id=capture.record_id if capture else None,
        ip=exchange.ip,
    )
    body = _readable(question, exchange, head, reading) if head and exchange.failure is None else b""
    stands = capture is not None and capture.not_modified
    content = _content(question, exchange, head, stands) if head and exchange.failure is None else None
    return Answer(hop, head, body, content, exchange.refusal, capture, reading.links if reading else None)


def _fields(head: Head, exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """The fields that the rules read; a chunked body's length as counted, where none was stated (RFC 9110 §8.6)."""
    kept = kept_fields(head)
    stated = any(name == "content-length" for name, _ in kept)
    return kept if stated else (*kept, ("content-length", str(exchange.payload_length)))


def _readable(question: Question, exchange: Exchange, head: Head, reading: LinkReading | None) -> bytes:
    """The decoded start of a body that hops and robots rules are read from; empty for other types."""
    wanted = question.read_any or media_type(head) in READ_TYPES
    if not wanted or exchange.payload_length > READ_BYTES:
        return b""
    if reading is not None and reading.content is not None:
        return reading.content[:READ_BYTES]
    return decode(payload(exchange), codings_of(head), READ_BYTES).content


_COVERAGE = {
    None: Coverage.COMPLETE,
    Truncated.LENGTH: Coverage.CUT_BY_US,
    Truncated.TIME: Coverage.CUT_BY_US,
    Truncated.DISCONNECT: Coverage.CUT_BY_PEER,
}


def _content(question: Question, exchange: Exchange, head: Head, stands: bool) -> Content | None:
    if head.status == 304 and stands and question.revalidation is not None:
        original = question.revalidation.original
        return Content(original.mime, original.payload_length, original.digest, not_modified=True)
    if not 200 <= head.status < 300:
        return None
    return Content(media_type(head), exchange.payload_length, exchange.payload_digest, _COVERAGE[exchange.truncated])
