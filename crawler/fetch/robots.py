"""What a host's robots.txt lets us do (RFC 9309), decided from the exchange that asked for it.

Rules:
- 2xx is parsed (at least 500 KiB of it, §2.5), 4xx means no rules (§2.3.1.3), everything else –
  5xx, a failure of name, network or certificate – means: do not fetch (§2.3.1.4).
- After 30 days of that, robots.txt counts as absent (§2.3.1.4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import ada_url
from protego import Protego

from crawler.clock import Clock
from crawler.fetch.asking import Answer, Asker, Question, host_of
from crawler.fetch.hops import next_hop
from crawler.fetch.pacing import Pacer
from crawler.fetch.retry import LASTING
from crawler.model import Failure, Hop

PRODUCT = "evercite"
PARSED_BYTES = 1024 * 1024
MAX_REDIRECTS = 5
ABSENT_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Rules:
    """The answer for one host: parsed rules, none at all, or the hop whose failure forbids fetching."""

    parsed: Protego | None = None
    failed: Hop | None = None

    def allows(self, uri: str) -> bool:
        """Whether a parsed Disallow leaves this uri free."""
        return self.parsed is None or bool(self.parsed.can_fetch(uri, PRODUCT))

    def crawl_delay_s(self) -> float | None:
        """Crawl-delay in seconds, if the host states one (not in RFC 9309, widely written)."""
        delay = self.parsed.crawl_delay(PRODUCT) if self.parsed else None
        return float(delay) if delay is not None else None


def read_rules(answer: Answer, failing_since: datetime | None, now: datetime) -> Rules:
    """Rules from the last answer of the robots.txt chain.

    `failing_since` is when this host's robots.txt began to fail without a break, or None.
    """
    head, failure = answer.head, answer.hop.failure
    if answer.refusal is not None or failure is Failure.DNS_NXDOMAIN:
        # Refused by us (a private address, or a redirect to one): it leads nowhere, as after five hops. No such
        # name: nobody is there to have rules, and asking for the page sends nothing either.
        return Rules()
    if head is not None and (failure is None or failure in LASTING):
        # A certificate in trouble was looked past (answer.head is the unverified one's): its rules hold.
        if 200 <= head.status < 300:
            return Rules(parsed=Protego.parse(answer.body.decode("utf-8-sig", "replace")))
        if head.status < 500:
            # 3xx here is a redirect that led nowhere after five hops: unavailable, i.e. absent (§2.3.1.2).
            return Rules()
    if failing_since is not None and now - failing_since >= ABSENT_AFTER:
        return Rules()
    return Rules(failed=answer.hop)


class RobotsDesk:
    """Keeps the rules of every origin for one night, each asked for once; a failure may be asked again."""

    def __init__(self, asker: Asker, pacer: Pacer, failing_since: Mapping[str, datetime], clock: Clock) -> None:
        self._asker = asker
        self._pacer = pacer
        self._failing_since = failing_since
        self._clock = clock
        self._known: dict[str, tuple[int, asyncio.Task[Rules]]] = {}

    async def rules(self, uri: str, attempt: int) -> Rules:
        """The rules of a uri's origin (scheme, host and port, RFC 9309 §2.3). A later attempt asks a failure again."""
        origin = ada_url.URL(uri).origin
        asked = self._known.get(origin)
        if asked is None or (asked[0] < attempt and asked[1].done() and asked[1].result().failed):
            asked = self._known[origin] = (attempt, asyncio.create_task(self._ask(origin, attempt)))
            # Whoever waits for it may be gone when it fails; its error is told once, by those who still wait.
            asked[1].add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(asked[1])

    async def _ask(self, origin: str, attempt: int) -> Rules:
        question = Question(f"{origin}/robots.txt", hop_path="P", fresh=attempt > 1, limit_bytes=PARSED_BYTES)
        question = replace(question, note="robots.txt", read_any=True)
        for _ in range(1 + MAX_REDIRECTS):
            answer = await self._asker.answer(question)
            found = next_hop(question.uri, answer.head, b"") if answer.head else None
            if found is None or found.uri is None or not found.uri.startswith(("http://", "https://")):
                break
            question = replace(
                question, uri=found.uri, via=found.via, came_from=question.uri, hop_path=question.hop_path + "R"
            )
        rules = read_rules(answer, self._failing_since.get(host_of(origin)), self._clock.now())
        if (delay_s := rules.crawl_delay_s()) is not None:
            self._pacer.slow(host_of(origin), delay_s)
        return rules
