"""Opaque tracking links in a night: asked once, answered for ever, and nobody learns who was subscribed.

Rules:
- At most 3 attempts; the first answer with a target is the last.
- Before each hop the host's robots.txt is kept, and the night's end and budgets (opaque.py has the rest).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from crawler.fetch.asking import host_of
from crawler.fetch.opaque import Answer, Opener, refusal_of
from crawler.fetch.pacing import Pacer
from crawler.fetch.robots import RobotsDesk
from crawler.fetch.work import Work
from crawler.model import Refusal, Target, Wrapper
from crawler.urls.address import NAMES_RECIPIENT
from crawler.urls.canonical import urlkey

MAX_ATTEMPTS = 3

log = logging.getLogger(__name__)


class TrackerDesk:
    """Finds the targets behind opaque wrappers."""

    def __init__(self, work: Work, pacer: Pacer, robots: RobotsDesk, late: Callable[[str], Refusal | None]) -> None:
        self._work = work
        self._robots = robots
        self._late = late
        self._opener = Opener(work.config, work.clock, pacer, self._refusal_of)

    async def close(self) -> None:
        """Close the connections."""
        await self._opener.close()

    async def resolve(self, wrapper: Wrapper) -> Target | None:
        """The cleaned target of a wrapper, or None when it is not known tonight; either way it is recorded why."""
        ledger = self._work.ledger
        refused = self._refusal(wrapper) or await self._refusal_of(wrapper.raw)
        if refused:
            answer = Answer(None, refused)
            await asyncio.to_thread(ledger.note_tracker, wrapper.sha256, wrapper.redacted, answer.evidence())
        else:
            answer = await self._opener.ask(ledger, wrapper, self._work.night)
        log.info("tracking link %s: %s", wrapper.redacted, answer.words)
        return Target(answer.uri, urlkey(answer.uri)) if answer.uri else None

    def _refusal(self, wrapper: Wrapper) -> str | None:
        """Why a wrapper is not asked at all: an id of judge.unknown.NOT_ASKED."""
        if wrapper.redacted_in_source:
            return "redacted-in-source"
        if wrapper.rule == NAMES_RECIPIENT:
            return NAMES_RECIPIENT
        if self._work.config.unwrap == "never":
            return "unwrap-never"
        attempts = self._work.ledger.tracker_attempts(wrapper.sha256)
        return "attempts-used" if attempts >= MAX_ATTEMPTS else None

    async def _refusal_of(self, uri: str) -> str | None:
        """Why one hop is not asked: for its own sake, for the night's, or because its host's robots.txt says no."""
        refused = refusal_of(uri, self._work.config)
        if refused:
            return refused
        if self._late(host_of(uri)):
            return "too-late"
        rules = await self._robots.rules(uri, 1)
        if rules.failed is not None:
            return "robots-unreadable"
        return None if rules.allows(uri) else "robots-forbids"
