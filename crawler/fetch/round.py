"""One night's round over the targets: a first look at all, then – if our own network is sound – the rest.

Rules:
- First look: every target once, hosts side by side, the targets of a host one after the other.
- A run that looks invalid ends there: no retries, no tracker is asked (docs: verdicts, "run invalid").
- Second pass: trackers are asked, their targets looked at, what failed is asked again (retry.py), and
  where nothing was found, another form of the address that the work names.
- When all is seen, the parts of the pages are fetched (requisites.py), and what lies beside the targets is looked at
  (beside.py); nothing of that changes an observation.
- No uri is observed twice in a night, whatever leads to it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from crawler.content import HTML
from crawler.errors import EverciteError
from crawler.fetch.asking import host_of
from crawler.fetch.retry import is_asked_again, observe_again
from crawler.fetch.trackers import TrackerDesk
from crawler.fetch.visit import Visitor
from crawler.fetch.work import Work
from crawler.judge.run import Turnout, run_validity
from crawler.model import Batch, Observation, Refusal, Target, Wrapper
from crawler.urls.canonical import urlkey
from crawler.urls.redact import redact

log = logging.getLogger(__name__)

Hosted = TypeVar("Hosted")

NOT_FOUND = (404, 410)
# Hosts that may have a visit under way or waiting for its turn; exchanges are bounded by `concurrency`.
HOSTS_AT_ONCE = 512


class Round:
    """Makes the observations of a night. `report` is called after each; when all are made, `complete` with its pages
    and `look_around`."""

    def __init__(
        self,
        work: Work,
        visitor: Visitor,
        trackers: TrackerDesk,
        report: Callable[[int, int], None],
        complete: Callable[[Mapping[str, str]], Awaitable[None]],
        look_around: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        self._work = work
        self._visitor = visitor
        self._trackers = trackers
        self._report = report
        self._complete = complete
        self._look_around = look_around
        # The pages of the night: the record that a chain ended in, and its hop path.
        self._pages: dict[str, str] = {}
        self._done: asyncio.Queue[Observation | None] = asyncio.Queue()
        self._turnout = Turnout()
        # Other forms of what was not found, to be looked at later: (the form, the uri that was not found).
        self._elsewhere: list[tuple[str, str]] = []
        self._held: list[Observation] = []
        self._taken = {target.uri for batch in work.batches for target in batch.targets}
        for observation in work.already:
            self._count(observation)
            self._note_page(observation)
            self._taken.add(observation.uri)
        self._total = work.size()
        self._seen = 0

    async def observations(self) -> AsyncGenerator[Observation, None]:
        """Every target's observation of this night, each committed to the ledger before it is told."""
        runner = asyncio.create_task(self._run())
        runner.add_done_callback(lambda _: self._done.put_nowait(None))
        try:
            while (observation := await self._done.get()) is not None:
                yield observation
            await runner
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)

    async def _run(self) -> None:
        await side_by_side(self._first_look, self._work.batches)
        if self._work.terminated:
            return
        if not self._is_valid():
            for observation in self._held:
                await self._finish(observation)
            return
        if self._held:
            waits = ", ".join(f"{wait_s:g} s" for wait_s in self._work.config.retry_waits_s)
            log.info("asking %d failing targets again, after waits of %s", len(self._held), waits)
        again = [self._again(observation) for observation in self._held]
        async with asyncio.TaskGroup() as group:
            for job in [*again, self._unwrap_all(), self._look_elsewhere()]:
                group.create_task(job)
        if not self._work.terminated:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._complete_pages())
                group.create_task(self._look_around())

    async def _complete_pages(self) -> None:
        if self._work.config.requisites:
            await self._complete(self._pages)

    async def _first_look(self, batch: Batch) -> None:
        for target in batch.targets:
            observation = await self._observe(target)
            self._count(observation)
            if is_asked_again(observation) and self._work.config.retry_waits_s:
                self._held.append(observation)
            else:
                await self._finish(observation)

    def _count(self, first: Observation) -> None:
        """Keep of a first look what the rest of the night needs to know."""
        self._turnout.count(first)
        other = self._work.second_looks.get(first.uri)
        if other and first.final and first.final.status in NOT_FOUND:
            self._elsewhere.append((other, first.uri))

    def _is_valid(self) -> bool:
        work = self._work
        return run_validity(self._turnout, work.answered_last_valid, work.invalid_nights_running).valid

    async def _again(self, first: Observation) -> None:
        target = Target(first.uri, "")

        async def look(attempt: int) -> Observation:
            return await self._observe(target, attempt)

        await self._finish(await observe_again(first, look, self._work.config, self._work.clock.now))

    async def _unwrap_all(self) -> None:
        found: list[Target] = []
        for wrapper in self._work.wrappers:
            target = await self._resolve(wrapper)
            if target is None or not self._take(target.uri):
                self._advance()
            else:
                found.append(target)
            if target is not None:
                places = self._work.wrapper_cited_by.get(wrapper.sha256, ())
                self._work.cited_by[target.uri] = self._work.cited_by.get(target.uri, ()) + places
        await side_by_side(self._look_now, batches_of(found))

    async def _look_elsewhere(self) -> None:
        """Look at another form of what was not found: nothing is read into it here."""
        found: list[Target] = []
        for other, uri in self._elsewhere:
            if self._take(other):
                self._work.cited_by[other] = self._work.cited_by.get(uri, ())
                found.append(Target(other, urlkey(other)))
        self._total += len(found)
        await side_by_side(self._look_now, batches_of(found))

    def _take(self, uri: str) -> bool:
        """Whether nobody looks at a uri tonight yet; from now on somebody does."""
        if uri in self._taken:
            return False
        self._taken.add(uri)
        return True

    async def _resolve(self, wrapper: Wrapper) -> Target | None:
        try:
            return await self._trackers.resolve(wrapper)
        except EverciteError:
            raise
        except Exception:
            log.exception("a fault of ours while asking %s", wrapper.redacted)
            return None

    async def _look_now(self, batch: Batch) -> None:
        for target in batch.targets:
            first = await self._observe(target)
            if is_asked_again(first) and self._work.config.retry_waits_s:
                await self._again(first)
            else:
                await self._finish(first)

    async def _observe(self, target: Target, attempt: int = 1) -> Observation:
        """A visit; a fault of our own in it costs this one observation, not the night."""
        try:
            return await self._visitor.observe(target, attempt)
        except EverciteError:
            raise
        except Exception:
            work = self._work
            if work.terminated:  # its exchange was ended under it: nothing was seen
                raise asyncio.CancelledError from None
            log.exception("a fault of ours while visiting %s", redact(target.uri))
            return Observation(work.night, target.uri, work.clock.now(), (), refusal=Refusal.OUR_FAULT)

    def _note_page(self, observation: Observation) -> None:
        content, final = observation.content, observation.final
        if content and content.media_type in HTML and final and final.record_id:
            self._pages[final.record_id] = "R" * (len(observation.hops) - 1)

    async def _finish(self, observation: Observation) -> None:
        await self._work.scribe.commit(observation)
        self._note_page(observation)
        log.debug("%s: %s", redact(observation.uri), told(observation))
        self._done.put_nowait(observation)
        self._advance()

    def _advance(self) -> None:
        self._seen += 1
        self._report(self._seen, self._total)


def told(observation: Observation) -> str:
    """An observation in a few words, for the log."""
    if observation.refusal is not None:
        return f"not asked ({observation.refusal})"
    answers = [str(hop.failure or hop.status or hop.detail) for hop in observation.hops]
    tries = f", {observation.attempts} attempts" if observation.attempts > 1 else ""
    return " → ".join(answers) + (" (robots.txt)" if observation.robots_only else "") + tries


def batches_of(targets: Iterable[Target]) -> list[Batch]:
    """Targets grouped by host, in order of first appearance."""
    hosts: dict[str, list[Target]] = {}
    for target in targets:
        hosts.setdefault(host_of(target.uri), []).append(target)
    return [Batch(host, tuple(rows)) for host, rows in hosts.items()]


async def side_by_side(
    look: Callable[[Hosted], Awaitable[None]], batches: Iterable[Hosted], at_once: int = HOSTS_AT_ONCE
) -> None:
    """Work through batches, each of one host, up to `at_once` of them at a time."""
    rest = iter(batches)

    async def worker(own: Iterator[Hosted]) -> None:
        for batch in own:
            await look(batch)

    async with asyncio.TaskGroup() as group:
        for first in itertools.islice(rest, at_once):
            group.create_task(worker(itertools.chain([first], rest)))
