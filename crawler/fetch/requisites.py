"""The parts that pages are shown with, captured once all targets of the night are seen.

Rules:
- Asked like everything else: host by host in turns, robots.txt first, every hop a record; never for what names a
  reader or only counts one.
- All hosts of a registrable domain take turns as one: whoever wrote the page may have made up as many as he likes.
- A part is asked for once a night, whatever pages need it, and not at all while its last capture is fresh (shelf.py).
- A part that fails changes no verdict. A fault of ours costs one page its account; the next night looks again.
- What a page comes to is archived and committed as its account; a page without one is taken up by the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace

from crawler.archive.completeness import told
from crawler.content import HTML
from crawler.errors import EverciteError
from crawler.fetch.asking import Answer, Asker, Revalidation, host_of
from crawler.fetch.hops import next_hop
from crawler.fetch.pacing import Pacer
from crawler.fetch.recent import Recent
from crawler.fetch.robots import RobotsDesk
from crawler.fetch.round import side_by_side
from crawler.fetch.shelf import Shelf
from crawler.fetch.visit import Visitor
from crawler.fetch.walk import Got, Walk, Wanted
from crawler.fetch.work import Work
from crawler.model import Capture, Coverage
from crawler.pages.beacons import is_beacon
from crawler.pages.links import Link
from crawler.suffixes import registrable
from crawler.urls.redact import redact
from crawler.urls.unwrap import unwrap

log = logging.getLogger(__name__)

MAX_REDIRECTS = 5
# Parts and links of parts that are remembered over pages; what is forgotten is found in the archive again.
MOST_KNOWN = 200_000
STYLE = "text/css"


class Requisites:
    """Completes the pages of a night."""

    def __init__(self, work: Work, visitor: Visitor, asker: Asker, robots: RobotsDesk, pacer: Pacer) -> None:
        self._work = work
        self._visitor = visitor
        self._asker = asker
        self._robots = robots
        self._pacer = pacer
        self._shelf = Shelf(work.scribe.archive_folder, work.ledger, work.clock)
        self._known: Recent[str, Got] = Recent(MOST_KNOWN)
        self._asking: dict[str, asyncio.Task[Got]] = {}
        self._paths: Mapping[str, str] = {}
        self._referenced = self._captured = 0

    async def complete(self, pages: Mapping[str, str]) -> None:
        """Fetch the parts of those pages whose parts are not held: record ids with their hop paths."""
        if not pages:
            return
        work = self._work
        self._paths = pages
        due = await asyncio.to_thread(work.ledger.pages_to_complete, list(pages), work.night)
        if due:
            log.info("fetching the parts of %d pages", len(due))
            await side_by_side(self._complete_each, _by_host(due))
            log.info("%d of %d parts are held", self._captured, self._referenced)

    async def _complete_each(self, pages: list[Capture]) -> None:
        for page in pages:
            try:
                await self._complete_one(page)
            except* EverciteError:  # alone or in a group: what stops the night
                raise
            except* Exception:
                log.exception("a fault of ours while fetching the parts of %s", redact(page.uri))

    async def _complete_one(self, page: Capture) -> None:
        if self._work.clock.now() >= self._work.deadline_at:
            return  # nobody looked at it: the next night does
        parts = self._visitor.parts.take(page.record_id)
        if parts is None:
            links = await asyncio.to_thread(self._shelf.links, page)
            if links is None:
                return
            parts = links.requisites
        config = self._work.config
        walk = Walk(page, self._paths[page.record_id], self.get, config.max_requisites, config.max_requisites_bytes)
        await walk.go(parts)
        account = walk.account(self._work.night, self._work.clock.now())
        await self._work.scribe.account(account)
        self._referenced += account.completeness.referenced
        self._captured += account.completeness.captured
        log.debug("%s: %s", redact(page.uri), told(account.completeness))

    async def get(self, wanted: Wanted) -> Got:
        """What became of a part this night; it is asked for by whoever needs it first."""
        known = self._known.get(wanted.uri)
        if known is not None:
            return known
        asking = self._asking.get(wanted.uri)
        if asking is None:
            asking = self._asking[wanted.uri] = asyncio.create_task(self._find(wanted))
            asking.add_done_callback(lambda task: self._note(wanted.uri, task))
        return await asyncio.shield(asking)

    def _note(self, uri: str, task: asyncio.Task[Got]) -> None:
        """Keep what was found; a fault is told to those who wait for it."""
        del self._asking[uri]
        if not task.cancelled() and task.exception() is None:
            got = task.result()
            self._known.put(uri, got, 1 + len(got.links))

    async def _find(self, wanted: Wanted) -> Got:
        """Follow a part to where it ends: on the shelf, on the web, or nowhere."""
        for _ in range(1 + MAX_REDIRECTS):
            lack = _names_or_counts_a_reader(wanted.uri)
            if lack:
                return Got(lack)
            held, older = await asyncio.to_thread(self._shelf.find, wanted.uri)
            if held is not None:
                return await self._held(held)
            answer = await self._asked(wanted, older)
            if isinstance(answer, str):
                return Got(answer)
            found = next_hop(wanted.uri, answer.head, b"") if answer.head and answer.hop.failure is None else None
            if found is None or found.uri is None:
                return await self._got(answer)
            wanted = replace(wanted, uri=found.uri, via=found.via, came_from=wanted.uri, hop_path=wanted.hop_path + "R")
        return Got("redirects")

    async def _asked(self, wanted: Wanted, older: Revalidation | None) -> Answer | str:
        """The answer of a part's host, or why it is not asked, when its domain's turn comes."""
        async with self._pacer.turn(f"*.{registrable(host_of(wanted.uri))}") as turn:
            lack = await self._lack_before(wanted.uri)
            if lack:
                turn.skip()
                return lack
            limit = self._work.config.max_requisites_bytes
            return await self._asker.answer(wanted.question(limit_bytes=limit, revalidation=older))

    async def _lack_before(self, uri: str) -> str:
        """Why a part is not asked for tonight; empty when it is."""
        refused = self._visitor.refusal_of(uri)
        if refused is not None:
            return refused[0].value
        rules = await self._robots.rules(uri, 1)
        if rules.failed is not None:
            return "robots-unreadable"
        return "" if rules.allows(uri) else "robots"

    async def _held(self, capture: Capture) -> Got:
        links = await asyncio.to_thread(self._links_of, capture)
        tonight = capture.night == self._work.night
        return Got("", "" if tonight else capture.timestamp, links, capture.payload_length)

    async def _got(self, answer: Answer) -> Got:
        """What an answer brought, or why it is not what the page needs."""
        lack = _lack_of(answer)
        length = answer.content.length_bytes if answer.content else 0
        if lack or answer.capture is None:
            return Got(lack or "our-fault", length_bytes=length)
        if answer.links is not None:
            return Got("", "", answer.links.requisites, length)
        return Got("", "", await asyncio.to_thread(self._links_of, answer.capture), length)

    def _links_of(self, capture: Capture) -> tuple[Link, ...]:
        """What an archived style sheet or frame names; nothing for a part that names none."""
        if capture.mime != STYLE and capture.mime not in HTML:
            return ()
        links = self._shelf.links(capture)
        return links.requisites if links else ()


def _names_or_counts_a_reader(uri: str) -> str:
    """Why nobody may be asked for this uri."""
    if redact(uri) != uri:
        return "personal"
    return "tracker" if is_beacon(uri) or unwrap(uri) is not None else ""


def _lack_of(answer: Answer) -> str:
    if answer.refusal is not None:
        return answer.refusal.value
    if answer.hop.failure is not None or answer.head is None:
        return answer.hop.failure.value if answer.hop.failure else "bad-http"
    if answer.content is None:
        return f"status-{answer.head.status}"
    return _LACKS[answer.content.coverage]


_LACKS = {Coverage.COMPLETE: "", Coverage.CUT_BY_US: "bytes", Coverage.CUT_BY_PEER: "truncated"}


def _by_host(pages: list[Capture]) -> list[list[Capture]]:
    hosts: dict[str, list[Capture]] = {}
    for page in pages:
        hosts.setdefault(host_of(page.uri), []).append(page)
    return list(hosts.values())
