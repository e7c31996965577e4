"""The wire: one GET, every byte of it sent and received kept in an Exchange; connections are pooled.

Rules:
- What the web does wrong is a value in the Exchange; only a uri or field that cannot be asked (ValueError)
  and trouble of our own machine (EverciteError) are raised.
- A connection carries one exchange at a time, and another one only after a whole answer with no byte too many.
- One deadline for the whole exchange: names, connecting, and every byte of the answer.
- Nothing is sent before the address is known to be public or allowed.
- All answers together hold at most `max_spool_bytes` (quota.py says who waits).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crawler.clock import Clock
from crawler.config import Config
from crawler.http1 import ResponseParser
from crawler.model import Exchange, Failure, Refusal
from crawler.wire.account import Account
from crawler.wire.answer import Answer, Ending, Watch
from crawler.wire.connection import Connection
from crawler.wire.destination import Destination, destination_of, is_web, request_of
from crawler.wire.dial import Dialler, Route, Unreached
from crawler.wire.pool import Pool
from crawler.wire.quota import Quota

# How long the end of the wire waits for its connections to be gone.
CLOSE_S = 2.0
CROSSED = "bytes came after the end of the answer; they belong to no exchange and are not kept"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long an exchange may take; `deadline` is the loop's time when `deadline_s` are over."""

    max_head_bytes: int
    max_body_bytes: int
    deadline_s: float
    deadline: float
    watch: Watch | None

    def parser(self) -> ResponseParser:
        """A parser that stops where these limits say."""
        return ResponseParser(max_head_bytes=self.max_head_bytes, max_body_bytes=self.max_body_bytes)


class Wire:
    """Makes exchanges; needs a running asyncio loop, and close() at the end.

    Answers longer than spool.MEMORY_BYTES wait in files without a name in `spool_folder` (default: the system's).
    """

    def __init__(self, config: Config, clock: Clock, spool_folder: Path | None = None) -> None:
        self._config = config
        self._clock = clock
        self._spool_folder = spool_folder
        self._dialler = Dialler(config)
        self._pool = Pool()
        self._quota = Quota(config.max_spool_bytes)
        self._open: set[Connection] = set()
        self._closed = False

    async def exchange(
        self,
        uri: str,
        fields: Sequence[tuple[str, str]],
        *,
        fresh: bool = False,
        verify: bool = True,
        proxy: str | None = None,
        max_body_bytes: int | None = None,
        deadline_s: float | None = None,
        watch: Watch | None = None,
    ) -> Exchange:
        """GET a uri with these fields after Host, in this order.

        `fresh` uses no pooled connection; `verify=False` only looks at a host whose certificate failed;
        `proxy` (http://host:port) overrides the configured one, "" means none. What counts as failed:

        - no whole head, or a 2xx body cut by the peer or stalled, is a failure; the partial bytes are kept
        - a body over `max_body_bytes` or still coming at the deadline is truncated, not failed
        - of another status than 2xx a cut body is truncated, not failed: the status has said it all
        - what we made wait for room in the spool is truncated by time, not failed
        """
        account = Account(uri, self._clock.now(), self._spool_folder, self._quota)
        limits = self._limits(max_body_bytes, deadline_s, watch)
        try:
            if not is_web(uri):
                return account.exchange(Ending(refusal=Refusal.OTHER_SCHEME))
            destination = destination_of(uri)
            if destination.refusal:
                return account.exchange(Ending(refusal=destination.refusal))
            proxy = self._config.proxy if proxy is None else proxy
            ending = await self._ask(destination, fields, account, limits, fresh=fresh, verify=verify, proxy=proxy)
        except BaseException:
            account.close()
            raise
        return account.exchange(ending)

    def _limits(self, max_body_bytes: int | None, deadline_s: float | None, watch: Watch | None) -> Limits:
        config = self._config
        deadline_s = config.exchange_deadline_s if deadline_s is None else deadline_s
        return Limits(
            max_head_bytes=config.max_header_bytes,
            max_body_bytes=config.max_body_bytes if max_body_bytes is None else max_body_bytes,
            deadline_s=deadline_s,
            deadline=asyncio.get_running_loop().time() + deadline_s,
            watch=watch,
        )

    async def close(self) -> None:
        """Hang up everywhere; exchanges under way end as reset."""
        self._closed = True
        self._pool.clear()
        losing = [connection.lost for connection in self._open]
        for connection in list(self._open):
            connection.hang_up()
        if losing:
            await asyncio.wait(losing, timeout=CLOSE_S)
        await asyncio.sleep(0)  # transports close their sockets one turn after they said so

    async def _ask(
        self,
        destination: Destination,
        fields: Sequence[tuple[str, str]],
        account: Account,
        limits: Limits,
        *,
        fresh: bool,
        verify: bool,
        proxy: str,
    ) -> Ending:
        request = request_of(destination, fields, absolute=bool(proxy) and destination.scheme == "http")
        route = Route(destination.scheme, destination.host, destination.port, verify, proxy)
        rested = None if fresh else self._pool.take(route)
        if rested:
            ending = await self._converse(rested, route, request, account, limits)
            if not account.was_stale(ending):
                return ending
            account.begin_again()
        try:
            connection = await self._dial(route, account, limits)
        except Unreached as reason:
            return Ending(reason.failure, detail=reason.detail, refusal=reason.refusal)
        return await self._converse(connection, route, request, account, limits)

    async def _dial(self, route: Route, account: Account, limits: Limits) -> Connection:
        connection = await self._dialler.dial(route, account.stages, limits.deadline)
        if self._closed:
            connection.abort()
            raise Unreached(Failure.RESET, "we hung up")
        self._open.add(connection)
        connection.lost.add_done_callback(lambda _: self._forget(connection))
        return connection

    def _forget(self, connection: Connection) -> None:
        self._open.discard(connection)
        self._pool.forget(connection)

    async def _converse(
        self, connection: Connection, route: Route, request: bytes, account: Account, limits: Limits
    ) -> Ending:
        answer = Answer(limits.parser(), account.spool, self._quota, limits.watch)
        self._quota.begin(answer)
        try:
            account.note_request(connection, connection.ask(request, answer))
            ending = await _ending(answer, limits)
        except BaseException:
            connection.abort()
            raise
        finally:
            self._quota.end(answer)
        account.note_answer(answer)
        if ending.reusable and not answer.crossed and not connection.closing:
            self._pool.give(route, connection)
        else:
            connection.abort()
        return replace(ending, detail=ending.detail or CROSSED) if answer.crossed else ending


async def _ending(answer: Answer, limits: Limits) -> Ending:
    try:
        async with asyncio.timeout_at(limits.deadline):
            return await answer.ended
    except TimeoutError:
        return answer.expire(limits.deadline_s)
