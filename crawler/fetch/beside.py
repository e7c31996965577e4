"""What a night asks beside its targets, once those are seen: politely as everything else, each look kept as evidence.

Rules:
- A look is one visit: fresh connections, whole, without validators; robots.txt, pace, budget and deadline hold for it.
- Looks that must wait hold up no other; those that no longer fit into the night are left out.
- What was not asked is not kept: another night may ask it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from crawler.archive.recording import Recording
from crawler.errors import EverciteError
from crawler.fetch.asking import Exchanging, Fields, host_of
from crawler.fetch.round import side_by_side
from crawler.fetch.scribe import Scribe
from crawler.fetch.visit import Visitor
from crawler.fetch.work import Work
from crawler.model import Aside, Beside, Capture, Exchange, Observation, SideLook, Target
from crawler.urls.canonical import urlkey
from crawler.urls.redact import redact

# A visit's second attempt asks anew and in full, and robots.txt too where it failed.
IN_FULL = 2

log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Looks at one host, to be begun at an instant at the earliest (None: at once)."""

    begins_at: datetime | None
    asides: tuple[Aside, ...]


def waiting_of(asides: Iterable[Aside], now: datetime) -> list[Waiting]:
    """Looks by host, those that need not wait apart, in the order in which they can begin.

    The looks of a host that wait do so together, for the last of them.
    """
    found: dict[tuple[str, bool], list[Aside]] = {}
    for aside in asides:
        found.setdefault((host_of(aside.uri), _waits(aside, now)), []).append(aside)
    begin = {key: max((a.not_before for a in rows if a.not_before), default=now) for key, rows in found.items()}
    batches = [Waiting(begin[key] if key[1] else None, tuple(rows)) for key, rows in found.items()]
    return sorted(batches, key=lambda batch: batch.begins_at or now)


def _waits(aside: Aside, now: datetime) -> bool:
    return aside.not_before is not None and aside.not_before > now


class Bystander:
    """Makes the looks that the work plans; `there` visits through the vantage, where one is configured."""

    def __init__(self, work: Work, here: Visitor, there: Visitor | None) -> None:
        self._work = work
        self._here = here
        self._there = there

    async def look_around(self) -> None:
        """Plan the looks of the night and make them."""
        asides = await self._plan()
        if asides and not self._work.terminated:
            log.info("looking at %d addresses beside the links", len(asides))
            await side_by_side(self._look_all, waiting_of(asides, self._work.clock.now()))

    async def _plan(self) -> Sequence[Aside]:
        """What to ask; a fault of ours in planning it costs the side looks, not the night."""
        if self._work.plan_beside is None or self._work.terminated:
            return ()
        try:
            return await in_a_thread(self._work.plan_beside)
        except EverciteError:
            raise
        except Exception:
            log.exception("a fault of ours while planning side looks")
            return ()

    async def _look_all(self, batch: Waiting) -> None:
        work = self._work
        if batch.begins_at is not None:
            if batch.begins_at >= work.deadline_at:
                return
            await asyncio.sleep((batch.begins_at - work.clock.now()).total_seconds())
        for aside in batch.asides:
            if work.terminated:
                return
            await self._look(aside)

    async def _look(self, aside: Aside) -> None:
        visitor = self._there if aside.kind is Beside.VANTAGE else self._here
        seen = await self._visit(visitor, aside) if visitor else None
        if seen is not None and _says_something(seen):
            await self._work.scribe.look_aside(SideLook(aside.kind, aside.about, seen))

    async def _visit(self, visitor: Visitor, aside: Aside) -> Observation | None:
        """What a visit saw; a fault of our own in it costs this one look."""
        try:
            return await visitor.observe(Target(aside.uri, urlkey(aside.uri)), IN_FULL)
        except EverciteError:
            raise
        except Exception:
            if self._work.terminated:  # its exchange was ended under it: nothing was seen
                raise asyncio.CancelledError from None
            log.exception("a fault of ours while looking at %s", redact(aside.uri))
            return None


async def in_a_thread(work: Callable[[], Result]) -> Result:
    """What a function returns or raises in a thread of its own, which holds up neither the loop nor the end of the
    program: reading what a night saw takes minutes, and a stop that is asked for must not wait for it."""
    done: Future[Result] = Future()
    done.set_running_or_notify_cancel()  # from now on it cannot be cancelled, only no longer waited for

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 -- whoever waits is told
            done.set_exception(error)

    threading.Thread(target=run, name="planning", daemon=True).start()
    return await asyncio.wrap_future(done)


def _says_something(seen: Observation) -> bool:
    return seen.robots or any(hop.status is not None or hop.failure is not None for hop in seen.hops)


@dataclass(frozen=True, slots=True)
class Vantage:
    """Asks and archives by way of another place: what comes from there is never taken for an answer to us here."""

    exchange_here: Exchanging
    scribe: Scribe
    proxy: str

    async def exchange(self, uri: str, fields: Fields, **wire: object) -> Exchange:
        """One exchange through the proxy."""
        return await self.exchange_here(uri, fields, **{**wire, "proxy": self.proxy})

    async def archive(self, recording: Recording) -> Capture | None:
        """Write an exchange's records, and note where they come from."""
        capture = await self.scribe.archive(recording)
        if capture is not None:
            await self.scribe.note_elsewhere(capture.record_id)
        return capture
