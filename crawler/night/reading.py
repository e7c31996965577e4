"""Observations → entries of the ledger, night after night: what each night of a target reads as, and how it compares.

Rules:
- Nights are read in order of time. What a night reads as depends on it and on earlier nights alone, so that reading
  it again, alone or with all others, finds the same.
- What looks the same in the same surroundings is read once; most nights of most links are like the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.config import Config
from crawler.judge.outcome import read
from crawler.judge.rows import GOOD
from crawler.judge.run import Turnout
from crawler.ledger.judgements import Derived, Entry
from crawler.ledger.ledger import Ledger
from crawler.ledger.shapes import Shapes, Stored
from crawler.model import Beside, Citation, Night, Observation, Reading
from crawler.night.changing import Changing, Course
from crawler.night.hearsay import fails_elsewhere, https_serves_same
from crawler.night.surroundings import Surrounder
from crawler.urls.siblings import sibling_key


@dataclass(slots=True)
class NightRead:
    """What a night was read as: its entries, those that the ledger has otherwise, and the hosts of the run."""

    entries: list[Entry] = field(default_factory=list)
    differing: list[Entry] = field(default_factory=list)
    turnout: Turnout = field(default_factory=Turnout)

    def add(self, entry: Entry, kept: Derived | None) -> None:
        """Add an entry that the ledger has as `kept`."""
        self.entries.append(entry)
        if entry.derived != kept:
            self.differing.append(entry)


@dataclass(frozen=True, slots=True)
class _Memory:
    """How a target was read last. `good` is the payload that was its last good one then; `is_lasting`: nothing but
    those two can have decided it."""

    shape: str
    good: str
    reading: Reading
    turnout: Turnout
    has_page: bool
    is_lasting: bool


class Reader:
    """Reads one night after another. Without a configuration nights are not compared with earlier ones."""

    def __init__(self, ledger: Ledger, config: Config | None = None) -> None:
        self._ledger = ledger
        self._config = config
        self._shapes = Shapes()
        self._memory: dict[str, _Memory] = {}
        self._good: dict[str, Observation | None] = {}
        self._siblings = ledger.abouts(Beside.SIBLING)
        self._cited: Sequence[Citation] | None = None
        self._changing: Changing | None = None
        self._courses: dict[str, Course] = {}

    def read(self, night: Night, citations: Sequence[Citation]) -> NightRead:
        """What a night's observations read as; `citations` are those of that night."""
        self._cite(citations)
        surrounder = Surrounder(self._ledger, night.id, citations)
        heard = _Heard(self._ledger, night.id)
        found = NightRead()
        for stored, kept in self._ledger.observed(night.id, self._shapes):
            memory = self._read(stored, night, surrounder)
            found.turnout.join(memory.turnout)
            found.add(self._entry(stored, memory.reading, night, heard), kept)
        return found

    def _cite(self, citations: Sequence[Citation]) -> None:
        """Take note of what is cited: other citations are read and compared anew."""
        if citations is self._cited:
            return
        self._cited = citations
        self._memory.clear()
        self._courses.clear()
        self._changing = Changing(self._ledger, citations, self._config) if self._config else None

    def _read(self, stored: Stored, night: Night, surrounder: Surrounder) -> _Memory:
        """How an observation reads, and what is remembered of it."""
        good = self._last_good(stored.uri, night, surrounder)
        digest = good.content.digest if good and good.content else ""
        memory = self._memory.get(stored.uri)
        if memory is None or not (memory.is_lasting and memory.shape == stored.shape and memory.good == digest):
            memory = self._memory[stored.uri] = self._read_anew(stored, good, digest, surrounder)
        if memory.has_page and (good is None or stored.like.content != good.content):
            self._good[stored.uri] = stored.seen
        return memory

    def _read_anew(self, stored: Stored, good: Observation | None, digest: str, surrounder: Surrounder) -> _Memory:
        seen = stored.seen
        around = surrounder.of(seen, surrounder.page_of(good) if good else None)
        reading = read(seen, stored.uri, around)
        # Sinks and siblings are other nights' and other targets' matter; a page of an error is found by its record.
        alone = len(seen.hops) < 2 and sibling_key(stored.uri) not in self._siblings
        by_shape = seen.content is not None or seen.final is None or seen.final.record_id is None
        has_page = reading.outcome in GOOD and around.page is not None and seen.content is not None
        return _Memory(stored.shape, digest, reading, Turnout.of([seen]), has_page, alone and by_shape)

    def _last_good(self, uri: str, night: Night, surrounder: Surrounder) -> Observation | None:
        """The newest good observation before a night of which it is known what it showed."""
        if uri not in self._good:
            before = self._ledger.last_seen_as(GOOD, uri, night.id)
            self._good[uri] = next((seen for seen in before if surrounder.page_of(seen) is not None), None)
        return self._good[uri]

    def _entry(self, stored: Stored, reading: Reading, night: Night, heard: _Heard) -> Entry:
        if reading.outcome not in GOOD and not heard.anything:
            return Entry(stored.uri, reading, stored.seen)
        seen = stored.seen
        course = self._course(stored.uri, night) if reading.outcome in GOOD else None
        change = course.add(seen, reading.outcome) if course else None
        baseline = course.baseline if course else None
        return Entry(stored.uri, reading, seen, change, baseline, heard.https(seen), heard.elsewhere(seen))

    def _course(self, subject: str, night: Night) -> Course | None:
        if self._changing is None:
            return None
        if subject not in self._courses:
            self._courses[subject] = self._changing.course_until(subject, night.id)
        return self._courses[subject]


class _Heard:
    """What looks beside a night's targets said; most nights have none, and nothing is looked up then."""

    def __init__(self, ledger: Ledger, night_id: str) -> None:
        self._ledger = ledger
        looks = ledger.looked_beside(night_id)
        self._https = frozenset(about for kind, about in looks if kind is Beside.HTTPS)
        self._elsewhere = any(kind is Beside.VANTAGE for kind, _ in looks)
        self.anything = bool(self._https) or self._elsewhere

    def https(self, seen: Observation) -> bool | None:
        """Whether https showed the same."""
        return https_serves_same(self._ledger, seen) if seen.uri in self._https else None

    def elsewhere(self, seen: Observation) -> bool | None:
        """Whether another place found it failing, too."""
        return fails_elsewhere(self._ledger, seen) if self._elsewhere else None
