"""What a night asks beside its targets: siblings, samples, https, another place.

Rules:
- Asked is what would settle something, once: what earlier nights know, or this one before it was cut off, is not asked.
- Nothing here shows a person, and no wrapper is asked: only addresses that redaction leaves as they are.
- A host is not asked for much beside its targets: see the numbers below.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from crawler.config import Config
from crawler.content import HTML
from crawler.fetch.asking import host_of
from crawler.fetch.retry import is_passing
from crawler.judge.outcome import read
from crawler.judge.rows import GOOD, NETWORK
from crawler.judge.soft404 import wants_sibling
from crawler.ledger.ledger import Ledger
from crawler.model import Aside, Beside, Citation, Coverage, Observation, Outcome, SideLook
from crawler.night.assess import answered_since, subject_of
from crawler.night.hearsay import SIBLING_HOLDS
from crawler.night.sights import read_sights
from crawler.night.surroundings import Surrounder
from crawler.urls.redact import redact
from crawler.urls.siblings import sibling, sibling_key
from crawler.urls.unwrap import unwrap

SIBLINGS_PER_HOST = 3
# A sample is taken on the first good night, or on one of the next when it could not be.
SAMPLE_NIGHTS = 3
SAMPLED_TYPES = HTML | {"text/plain", "application/pdf"}
MOST_SAMPLED_BYTES = 8 * 1024 * 1024
# http citations: this many looks with https, every so often.
HTTPS_LOOKS = 2
HTTPS_HOLDS = timedelta(days=30)
# A night before host-gone (k = 7), the first verdict that silence from here alone must not bring.
NEARLY_DEAD_NIGHTS = 6
CONTROLS = 2


def plan_side_looks(
    ledger: Ledger, archive: Path, night_id: str, citations: Sequence[Citation], config: Config
) -> list[Aside]:
    """What to ask beside a night's targets, once those are seen; reads the sights of what they showed."""
    read_sights(ledger, archive, night_id, config)
    return _Plan(ledger, night_id, citations, config).asides()


class _Plan:
    """What one night saw of the cited targets, and what that leaves to be asked."""

    def __init__(self, ledger: Ledger, night_id: str, citations: Sequence[Citation], config: Config) -> None:
        self._ledger = ledger
        self._night = ledger.night(night_id)
        self._config = config
        self._surrounder = Surrounder(ledger, night_id, citations)
        self._https_by_host: dict[str, list[SideLook]] = {}
        self._asked = {(look.kind, look.about) for look in ledger.side_looks(night_id)}
        observations = ledger.observations_of(night_id)
        subjects = dict.fromkeys(map(subject_of, citations))
        self._seen = {uri: observations[uri] for uri in subjects if uri in observations and _is_nobodys(uri)}
        self._good: dict[str, Observation] = {}
        self._suspicious: list[str] = []
        for uri, seen in self._seen.items():
            self._look_at(uri, seen)

    def _look_at(self, uri: str, seen: Observation) -> None:
        """Whether an observation is good, or a random name beside it would tell."""
        last_good = next(iter(self._ledger.last_seen_as(GOOD, uri, self._night.id)), None)
        if last_good and _is_like(seen, last_good) and self._shows_the_same(seen, last_good):
            self._good[uri] = seen
            return
        around = self._surrounder.of(seen, self._surrounder.page_of(last_good) if last_good else None)
        if read(seen, uri, around).outcome in GOOD:
            self._good[uri] = seen
        if wants_sibling(seen, uri, around):
            self._suspicious.append(uri)

    def _shows_the_same(self, seen: Observation, other: Observation) -> bool:
        key = self._ledger.sight_key_of(seen)
        return key is not None and key == self._ledger.sight_key_of(other)

    def asides(self) -> list[Aside]:
        """The looks to make; none that this night made already."""
        planned = chain(self._siblings(), self._https(), self._vantage(), self._samples())
        asides = {(aside.kind, aside.about): aside for aside in planned}
        return [aside for key, aside in asides.items() if key not in self._asked]

    # ---- siblings

    def _siblings(self) -> Iterator[Aside]:
        keys: dict[str, set[str]] = {}
        for uri in self._suspicious:
            key, of_host = sibling_key(uri), keys.setdefault(host_of(uri), set())
            name = sibling(uri, secrets.choice)
            if key is None or name is None or key in of_host or len(of_host) >= SIBLINGS_PER_HOST:
                continue
            if not self._is_known(key):
                of_host.add(key)
                yield Aside(Beside.SIBLING, name, key)

    def _is_known(self, key: str) -> bool:
        looks = self._ledger.side_looks_about(Beside.SIBLING, key, since=self._night.started_at - SIBLING_HOLDS)
        return any(not is_passing(look.seen) for look in looks)

    # ---- samples

    def _samples(self) -> Iterator[Aside]:
        wait_s = self._config.learn_refetch_s
        for uri, seen in self._good.items() if wait_s else ():
            if _is_sampled_type(seen) and self._is_new(uri):
                yield Aside(Beside.SAMPLE, uri, uri, seen.seen_at + timedelta(seconds=wait_s))

    def _is_new(self, uri: str) -> bool:
        samples = self._ledger.samples_of(uri)
        if len(samples) >= SAMPLE_NIGHTS or any(look.seen.content for look in samples):
            return False
        return len(self._ledger.last_seen_as(GOOD, uri, self._night.id)) < SAMPLE_NIGHTS

    # ---- https

    def _https(self) -> Iterator[Aside]:
        since = self._night.started_at - HTTPS_HOLDS
        tried: set[str] = set()
        for uri, seen in self._good.items():
            if not _could_rise(uri, seen):
                continue
            place = urlsplit(uri).netloc
            looks = self._https_looks(place, uri)
            speaks = any(look.seen.final and look.seen.final.status for look in looks)
            # One link of a host that never answered with https is asked for all of them.
            telling = [look for look in looks if look.seen.seen_at > since and (look.about == uri or not speaks)]
            if len(telling) < HTTPS_LOOKS and (speaks or place not in tried):
                tried.add(place)
                yield Aside(Beside.HTTPS, f"https{uri.removeprefix('http')}", uri)

    def _https_looks(self, place: str, uri: str) -> list[SideLook]:
        if place not in self._https_by_host:
            self._https_by_host[place] = self._ledger.side_looks_at_host(Beside.HTTPS, uri)
        return self._https_by_host[place]

    # ---- another place

    def _vantage(self) -> Iterator[Aside]:
        asked = list(self._silent()) if self._config.vantage_proxy else []
        for uri in asked:
            yield Aside(Beside.VANTAGE, uri, uri)
        for uri in self._controls({uri.partition(":")[0] for uri in asked}):
            yield Aside(Beside.VANTAGE, uri, uri)

    def _silent(self) -> Iterator[str]:
        """Targets whose host never answered here, nor does tonight: one of each host, and whatever is nearly dead."""
        hosts = answered_since(self._ledger)
        standings = self._ledger.standings_before(self._night.id)
        told: set[str] = set()
        for uri, seen in self._seen.items():
            final, before = seen.final, standings.get(uri)
            if host_of(uri) in hosts or final is None or final.failure is None:
                continue
            nearly_dead = before is not None and before.failing_nights >= NEARLY_DEAD_NIGHTS
            if Outcome(final.failure) in NETWORK and (nearly_dead or host_of(uri) not in told):
                told.add(host_of(uri))
                yield uri

    def _controls(self, schemes: set[str]) -> Iterator[str]:
        """Targets that answer here tonight: if none does there, it is the other place that is cut off."""
        for scheme in sorted(schemes):
            uris = [uri for uri, seen in self._good.items() if {scheme} == {h.uri.partition(":")[0] for h in seen.hops}]
            yield from sorted(uris, key=self._lot)[:CONTROLS]

    def _lot(self, uri: str) -> bytes:
        """Another order every night: no host is asked more than others."""
        return sha256(f"{self._night.id} {uri}".encode("utf-8", "surrogatepass")).digest()


def _is_nobodys(uri: str) -> bool:
    """Whether an address is fit to be asked more than once: it shows nobody, and opens no other one."""
    return uri.startswith(("http://", "https://")) and redact(uri) == uri and unwrap(uri) is None


def _is_like(seen: Observation, other: Observation) -> bool:
    """Whether two chains led the same way to a body."""
    return seen.content is not None and [hop.uri for hop in seen.hops] == [hop.uri for hop in other.hops]


def _is_sampled_type(seen: Observation) -> bool:
    """Whether what was seen can hold something volatile that is told apart, and is worth fetching twice."""
    content = seen.content
    if content is None or content.coverage is not Coverage.COMPLETE or any(redact(h.uri) != h.uri for h in seen.hops):
        return False
    return content.media_type in SAMPLED_TYPES and content.length_bytes <= MOST_SAMPLED_BYTES


def _could_rise(uri: str, seen: Observation) -> bool:
    """Whether an http citation is answered without https, so that it is worth asking whether there is any."""
    on_http = uri.startswith("http://") and all(hop.uri.startswith("http://") for hop in seen.hops)
    return on_http and urlsplit(uri).port is None
