"""One answer as it comes: bytes in, an Ending out.

Rules:
- An answer ends once; bytes that come after its end mark the connection as crossed: never used again. They
  belong to no exchange (RFC 9112 §9.2) and are not kept; that they came is told.
- A body that is cut or stalls fails a 2xx only: any other status has said all that is judged of it.
- What we made wait, we cut short ourselves: a wait for room in the spool never makes a failure.
- Of an answer that is not HTTP all is kept that comes within LINGER_S; where the peer was still there, it is
  truncated by time.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Protocol

from crawler.errors import EverciteError
from crawler.http1 import Body, CutShort, End, Event, Final, Interim, Malformed, OverLimit, ResponseParser, Surplus
from crawler.model import Failure, Head, Refusal, Truncated
from crawler.wire.quota import Quota
from crawler.wire.spool import Spool

# After an answer that cannot be trusted, how long we read on so that its record does not depend on packets.
LINGER_S = 1.0
# A body is stalled when no byte came for the last quarter of the exchange's time.
STALL_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Ending:
    """How an exchange ended. `reusable` says whether the connection may carry another one."""

    failure: Failure | None = None
    truncated: Truncated | None = None
    detail: str = ""
    reusable: bool = False
    refusal: Refusal | None = None


class Watch(Protocol):
    """Sees an answer come; True stops it there."""

    def see_head(self, head: Head) -> bool: ...

    def see_payload(self, piece: bytes) -> bool: ...


class Answer:
    """What comes back for one request, kept in a spool; `ended` is done when no more is wanted."""

    def __init__(self, parser: ResponseParser, spool: Spool, quota: Quota, watch: Watch | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = parser
        self._spool = spool
        self._quota = quota
        self._watch = watch
        self._flow: asyncio.ReadTransport | None = None
        self._distrusted = ""
        self._last_byte_at = 0.0
        self._waits = False
        self._waited = False
        self.ended: asyncio.Future[Ending] = self._loop.create_future()
        self.first_byte_at: float | None = None
        self.head: Head | None = None
        self.crossed = False

    def feed(self, data: bytes) -> None:
        """Take bytes from the wire."""
        if self.ended.done():
            self.crossed = True
            return
        self._last_byte_at = self._loop.time()
        if self.first_byte_at is None:
            self.first_byte_at = self._last_byte_at
        self._take_all(self._parser.feed(data))
        if self.head is not None and not self.ended.done():
            self._quota.admit(self)

    def close(self) -> None:
        """The peer has sent its last byte."""
        if self.ended.done():
            return
        if self.first_byte_at is None:
            self._end(Ending(Failure.RESET, None, "closed before any byte of the answer"))
        else:
            self._take_all(self._parser.close())

    def lose(self, error: Exception | None) -> None:
        """The connection is gone; without an error, or with TLS that just stops, that is a close."""
        if error is None or isinstance(error, ssl.SSLEOFError):
            self.close()
        elif not self.ended.done():
            pending = self._parser.pending
            self._take_all([Body(pending, b"")] if pending else [])
            truncated = Truncated.DISCONNECT if self.first_byte_at is not None else None
            self._end(self._cut(Failure.RESET, truncated, str(error) or type(error).__name__))

    def expire(self, deadline_s: float) -> Ending:
        """The time of the exchange is over: a 2xx body that was still coming is no failure, a stalled one is.

        Raises EverciteError when the disk refuses what had come.
        """
        if self.ended.done() and not self.ended.cancelled():
            return self.ended.result()  # it ended in the same moment
        self._spool.keep(self._parser.pending)
        if self.first_byte_at is None:
            return Ending(Failure.TIMEOUT, None, f"no byte of the answer within {deadline_s:g} s")
        if self._distrusted:
            return Ending(Failure.BAD_HTTP, Truncated.TIME, self._distrusted)
        if self.head is None:
            return Ending(Failure.TIMEOUT, Truncated.TIME, f"no whole head within {deadline_s:g} s")
        if self._waits:
            return Ending(
                None, Truncated.TIME, f"the body waited for room in our spool when {deadline_s:g} s were over"
            )
        silent_s = self._loop.time() - self._last_byte_at
        if silent_s < STALL_SHARE * deadline_s:
            return Ending(None, Truncated.TIME, f"the body was still coming after {deadline_s:g} s")
        return self._cut(
            Failure.TIMEOUT, Truncated.TIME, f"stalled: the last byte came {silent_s:.1f} s before the end"
        )

    # ---- waiting for room

    def come_over(self, flow: asyncio.ReadTransport) -> None:
        """What the answer comes over, so that it can be made to wait."""
        self._flow = flow

    @property
    def held_bytes(self) -> int:
        """How much room the answer takes."""
        return self._spool.length

    def pause(self) -> None:
        """Read no further until there is room."""
        self._waits = self._waited = True
        if self._flow is not None:
            self._flow.pause_reading()

    def resume(self) -> None:
        """Read on."""
        self._waits = False
        if self._flow is not None:
            self._flow.resume_reading()

    # ---- events

    def _take_all(self, events: list[Event]) -> None:
        try:
            for event in events:
                if self.ended.done():
                    self.crossed = True
                    return
                self._take(event)
        except EverciteError as trouble:
            self.ended.set_exception(trouble)

    def _take(self, event: Event) -> None:
        match event:
            case Body(raw, payload):
                self._spool.keep(raw, payload)
                if self._watch and payload and self._watch.see_payload(payload):
                    self._stop()
            case Final(raw, head):
                self._take_head(raw, head)
            case Interim(raw, _):
                self._spool.keep_interim(raw)
            case End(reusable):
                failure = Failure.BAD_HTTP if self._distrusted else None
                self._end(Ending(failure, None, self._distrusted, reusable))
            case CutShort(why):
                self._end(self._cut(Failure.TRUNCATED, Truncated.DISCONNECT, why))
            case Malformed(why):
                self._distrusted = why
                self._loop.call_later(LINGER_S, self._linger_no_more)
            case OverLimit(why):
                self._end(Ending(Failure.BAD_HTTP if self._distrusted else None, Truncated.LENGTH, why))
            case Surplus():
                self.crossed = True

    def _take_head(self, raw: bytes, head: Head) -> None:
        self.head = head
        self._spool.keep(raw)
        self._spool.head_length = len(raw)
        if self._watch and self._watch.see_head(head):
            self._stop()

    def _linger_no_more(self) -> None:
        self._end(Ending(Failure.BAD_HTTP, Truncated.TIME, self._distrusted))

    def _cut(self, failure: Failure, truncated: Truncated | None, why: str) -> Ending:
        if self._distrusted:
            return Ending(Failure.BAD_HTTP, truncated, self._distrusted)
        if self._waited:
            return Ending(None, Truncated.TIME, f"{why}, after we let it wait for room in our spool")
        decided = self.head is not None and not 200 <= self.head.status < 300
        return Ending(None if decided else failure, truncated, why)

    def _stop(self) -> None:
        self._end(Ending(None, Truncated.LENGTH, "stopped while it came"))

    def _end(self, ending: Ending) -> None:
        if not self.ended.done():
            self.ended.set_result(ending)
