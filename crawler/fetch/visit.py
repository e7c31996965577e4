"""One target, one attempt: robots, hop after hop – and out comes an Observation.

Rules:
- Scrapy follows nothing: every hop is a question of ours, and a record of its own.
- robots.txt of every origin on the way is asked first, also before a redirect's target (RFC 9309).
- Cookies live in one chain; no Referer, no credentials, nothing of an earlier chain.
- A chain loops when it asks the same uri with the same cookies again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.clock import Clock
from crawler.config import Config, Exclusion
from crawler.fetch.asking import Answer, Asker, Question, Revalidation, host_of
from crawler.fetch.cookies import ChainJar
from crawler.fetch.hops import next_hop
from crawler.fetch.pacing import Pacer
from crawler.fetch.recent import Recent
from crawler.fetch.robots import RobotsDesk
from crawler.model import Content, Hop, Observation, Refusal, Target, Via
from crawler.pages.links import Link
from crawler.urls.canonical import clean
from crawler.urls.redact import redact

# An address that opts its reader out by being opened: a path that says so, with something that names the reader.
_OPT_OUT = re.compile(r"/(?:unsubscribe|opt-?out|remove-?me)\b[^?#]*[?/][^#]*\S", re.IGNORECASE)
# Links that are kept in memory for all pages together, each about a hundred bytes at most.
MOST_PARTS = 200_000
REDIRECT_LOOP = "redirect-loop"
MAX_HOPS = "max-hops"
NO_LOCATION = "no-usable-location"


@dataclass(frozen=True, slots=True)
class Guide:
    """What visits need to know of the night: its id, settings, end, and what earlier nights left."""

    night: str
    config: Config
    clock: Clock
    deadline_at: datetime
    cited_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    revalidations: Mapping[str, Revalidation] = field(default_factory=dict)
    # uri → the same with its session part, asked once where the server does not know the page without.
    with_session: Mapping[str, str] = field(default_factory=dict)


class Visitor:
    """Visits targets, one chain each."""

    def __init__(self, guide: Guide, asker: Asker, robots: RobotsDesk, pacer: Pacer) -> None:
        self._guide = guide
        self._asker = asker
        self._robots = robots
        self._pacer = pacer
        # The parts of pages by the record that tells them, until somebody asks; what is forgotten is read again.
        self.parts: Recent[str, tuple[Link, ...]] = Recent(MOST_PARTS)

    async def observe(self, target: Target, attempt: int = 1) -> Observation:
        """What this attempt sees of a target; from the second attempt on, over fresh connections and in full."""
        seen = await _Chain(self, target, target.uri, attempt).follow()
        if _is_unknown(seen) and target.uri in self._guide.with_session:
            fallback = await _Chain(self, target, self._guide.with_session[target.uri], attempt).follow()
            seen = fallback if fallback.content is not None else seen
        return replace(seen, attempts=attempt)

    def remember(self, answer: Answer) -> None:
        """Keep what a page is shown with until all targets are seen."""
        if answer.links is not None and answer.hop.record_id:
            parts = tuple(link._replace(uri=sys.intern(link.uri)) for link in answer.links.requisites)
            self.parts.put(answer.hop.record_id, parts, 1 + len(parts))

    def refusal_of(self, uri: str) -> tuple[Refusal, str] | None:
        """Why we will not ask for a uri tonight, and the words for it; None when we will."""
        guide, host = self._guide, host_of(uri)
        if not uri.startswith(("http://", "https://")) or not host:
            return Refusal.OTHER_SCHEME, uri.partition(":")[0][:20]
        excluded = exclusion_of(uri, guide.config)
        if excluded:
            return Refusal.EXCLUDED, excluded.why
        if _OPT_OUT.search(uri):
            return Refusal.OPT_OUT, host
        late = late_for(guide.clock, guide.deadline_at, self._pacer)(host)
        return (late, host) if late else None


def exclusion_of(uri: str, config: Config) -> Exclusion | None:
    """The row of the configuration that keeps a uri from being fetched, or None."""
    return next((row for row in config.exclude if re.search(row.pattern, uri)), None)


def late_for(clock: Clock, deadline_at: datetime, pacer: Pacer) -> Callable[[str], Refusal | None]:
    """Tells of a host whether it is too late to ask it: the night is over, or its budget is spent."""

    def late(host: str) -> Refusal | None:
        if clock.now() >= deadline_at:
            return Refusal.DEADLINE
        return Refusal.BUDGET if pacer.is_spent(host) else None

    return late


def _is_unknown(seen: Observation) -> bool:
    """Whether the server says it does not know what was asked for."""
    return seen.final is not None and seen.final.status in (400, 404, 410)


class _Chain:
    """The hops of one attempt, as far as they go, from the target's uri or its form with a session."""

    def __init__(self, visitor: Visitor, target: Target, start: str, attempt: int) -> None:
        self._visitor = visitor
        self._guide = visitor._guide
        self._target = target
        self._start = start
        self._attempt = attempt
        self._jar = ChainJar()
        self._hops: list[Hop] = []
        self._asked: set[object] = set()

    async def follow(self) -> Observation:
        uri, via = self._start, None
        while True:
            ended = await self._stop_before(uri, via)
            if ended is not None:
                return ended
            answer = await self._answer(uri, via)
            self._hops.append(answer.hop)
            if answer.refusal is not None:
                return self._observation(refusal=answer.refusal, refusal_detail=answer.hop.detail)
            if answer.head is None or answer.hop.failure is not None:
                return self._observation()
            self._jar.keep(uri, answer.head)
            found = next_hop(uri, answer.head, answer.body)
            if found is None:
                self._visitor.remember(answer)
                return self._observation(content=answer.content)
            if found.uri is None:
                return self._noted(NO_LOCATION)
            uri, via = self._without_person(found.uri), found.via

    def _without_person(self, uri: str) -> str:
        """The uri without parameters that name a recipient – unless taking them off only leads round in a circle."""
        if not uri.startswith(("http://", "https://")):
            return uri
        cleaned = clean(uri)
        asked = any(hop.uri == cleaned.uri for hop in self._hops)
        return cleaned.uri if cleaned.personal and not asked else uri

    async def _stop_before(self, uri: str, via: Via | None) -> Observation | None:
        """Why the chain ends before this uri is asked, as an observation; None when it goes on."""
        state = (uri, self._jar.state())
        if state in self._asked:
            return self._noted(REDIRECT_LOOP)
        self._asked.add(state)
        if len(self._hops) > self._guide.config.max_hops:
            return self._noted(MAX_HOPS)
        refused = self._visitor.refusal_of(uri)
        if refused is not None:
            self._hops.append(Hop(redact(uri), None, None, via, detail=refused[0].value))
            return self._observation(refusal=refused[0], refusal_detail=refused[1])
        rules = await self._visitor._robots.rules(uri, self._attempt)
        if rules.failed is not None:
            self._hops.append(rules.failed)
            return self._observation(robots_only=True)
        if not rules.allows(uri):
            self._hops.append(Hop(redact(uri), None, None, via, detail="robots.txt"))
            return self._observation(robots=True)
        return None

    async def _answer(self, uri: str, via: Via | None) -> Answer:
        cookie = self._jar.field(uri)
        question = Question(
            uri=uri,
            urlkey=self._target.urlkey if uri == self._target.uri else "",
            via=via,
            came_from=self._hops[-1].uri if self._hops else None,
            hop_path="R" * len(self._hops),
            fields=(("Cookie", cookie),) if cookie else (),
            fresh=self._attempt > 1,
            cited_by=tuple(self._guide.cited_by.get(self._target.uri, ())),
            revalidation=self._guide.revalidations.get(uri) if self._attempt == 1 else None,
        )
        return await self._visitor._asker.answer(question)

    def _noted(self, detail: str) -> Observation:
        self._hops[-1] = replace(self._hops[-1], detail=detail)
        return self._observation()

    def _observation(
        self,
        *,
        content: Content | None = None,
        refusal: Refusal | None = None,
        refusal_detail: str = "",
        robots: bool = False,
        robots_only: bool = False,
    ) -> Observation:
        return Observation(
            night=self._guide.night,
            uri=self._target.uri,
            seen_at=self._guide.clock.now(),
            hops=tuple(self._hops),
            content=content,
            refusal=refusal,
            refusal_detail=refusal_detail,
            robots=robots,
            robots_only=robots_only,
        )
