"""One connection and the answer that comes over it: bytes in, an Ending out.

Rules:
- An answer ends once; bytes that come after its end mark the connection as crossed: never used again.
- A body that is cut or stalls fails a 2xx only: any other status has said all that is judged of it.
- Bytes on an idle connection belong to nobody; the connection is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from typing import Protocol

from crawler.errors import EverciteError
from crawler.http1 import Body, CutShort, End, Event, Final, Interim, Malformed, OverLimit, ResponseParser, Surplus
from crawler.model import Failure, Head, Refusal, Tls, Truncated
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

    def __init__(self, parser: ResponseParser, spool: Spool, watch: Watch | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = parser
        self._spool = spool
        self._watch = watch
        self._distrusted = ""
        self._last_byte_at = 0.0
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
            self._keep_pending()
            words = str(error) or type(error).__name__
            truncated = Truncated.DISCONNECT if self.first_byte_at is not None else None
            self._end(self._cut(Failure.RESET, truncated, words))

    def expire(self, deadline_s: float) -> Ending:
        """The time of the exchange is over: a 2xx body that was still coming is no failure, a stalled one is."""
        self._keep_pending()
        if self.first_byte_at is None:
            return Ending(Failure.TIMEOUT, None, f"no byte of the answer within {deadline_s:g} s")
        if self._distrusted:
            return self._untrusted()
        silent_s = self._loop.time() - self._last_byte_at
        if self.head is not None and silent_s < STALL_SHARE * deadline_s:
            return Ending(None, Truncated.TIME, f"the body was still coming after {deadline_s:g} s")
        return self._cut(
            Failure.TIMEOUT, Truncated.TIME, f"stalled: the last byte came {silent_s:.1f} s before the end"
        )

    # ---- events

    def _take_all(self, events: list[Event]) -> None:
        try:
            for event in events:
                if self.ended.done():
                    self.crossed = True
                    return
                self._take(event)
        except OSError as error:
            trouble = EverciteError(f"an answer cannot be spooled ({error}); free disk space for temporary files")
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
                self._spool.interim += raw
            case End(reusable):
                self._end(self._untrusted() if self._distrusted else Ending(reusable=reusable))
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

    def _keep_pending(self) -> None:
        self._spool.keep(self._parser.pending)

    def _linger_no_more(self) -> None:
        self._end(self._untrusted())

    def _untrusted(self) -> Ending:
        return Ending(Failure.BAD_HTTP, None, self._distrusted)

    def _cut(self, failure: Failure, truncated: Truncated | None, why: str) -> Ending:
        if self._distrusted:
            return Ending(Failure.BAD_HTTP, truncated, self._distrusted)
        decided = self.head is not None and not 200 <= self.head.status < 300
        return Ending(None if decided else failure, truncated, why)

    def _stop(self) -> None:
        self._end(Ending(None, Truncated.LENGTH, "stopped while it came"))

    def _end(self, ending: Ending) -> None:
        if not self.ended.done():
            self.ended.set_result(ending)


class Connection(asyncio.Protocol):
    """A connection to `ip` (None through a proxy, which resolves for itself)."""

    def __init__(self, ip: str | None) -> None:
        self.ip = ip
        self.tls: Tls | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None

    def ask(self, request: bytes, answer: Answer) -> None:
        """Send a request; what comes back goes to the answer."""
        self._answer = answer
        if self._transport is None or self.closing:
            answer.lose(None)
        else:
            self._transport.write(request)

    def rest(self) -> None:
        """The answer is whole; until the next request nothing may come."""
        self._answer = None

    @property
    def closing(self) -> bool:
        """Whether either side has ended the connection."""
        return self._transport is None or self._transport.is_closing()

    def abort(self) -> None:
        """End the connection now."""
        self._answer = None
        if self._transport is not None:
            with contextlib.suppress(AttributeError):  # Python 3.11.2 cannot abort a closed TLS transport
                self._transport.abort()

    def hang_up(self) -> None:
        """End the connection and the answer that may be coming over it."""
        if self._answer is not None:
            self._answer.lose(ConnectionAbortedError("we hung up"))
        self.abort()

    # ---- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.abort()
        else:
            self._answer.feed(data)

    def eof_received(self) -> None:
        if self._answer is not None:
            self._answer.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None:
            self._answer.lose(error)
        if not self.lost.done():
            self.lost.set_result(None)
