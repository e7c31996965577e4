"""Observations → entries of the ledger, night after night: what each night of a target reads as, and how it compares.

Rules:
- Nights are read in order of time. What a night reads as depends on it and on earlier nights alone, so that reading
  it again, alone or with all others, finds the same.
- What looks the same in the same surroundings is read once; most nights of most links are like the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crawler.config import Config
from crawler.judge.outcome import read
from crawler.judge.rows import GOOD
from crawler.judge.run import Turnout
from crawler.ledger.judgements import Derived, Entry, derive, head_of, reading_text
from crawler.ledger.ledger import Ledger
from crawler.ledger.shapes import Shapes, Stored
from crawler.model import Beside, Change, Citation, Night, Observation, Page, Reading, Sibling
from crawler.night.changing import Changing, Course, Ending, ending_of
from crawler.night.hearsay import fails_elsewhere, https_serves_same
from crawler.night.pages import Pages
from crawler.night.surroundings import Surrounder
from crawler.urls.siblings import sibling_key


@dataclass(slots=True)
class NightRead:
    """What a night was read as: its subjects, the entries that the ledger has otherwise, and the hosts of the run."""

    subjects: set[str] = field(default_factory=set)
    differing: list[Entry] = field(default_factory=list)
    turnout: Turnout = field(default_factory=Turnout)

    def add(self, entry: Entry, kept: Derived | None) -> None:
        """Add an entry that the ledger has as `kept`."""
        self.subjects.add(entry.subject)
        if entry.derived != kept:
            self.differing.append(entry)


@dataclass(slots=True)
class _Memory:
    """How a target was read last, and all that can have decided it: as long as that is so, it reads so again.

    `length_bytes` is None where a page stands for its bytes. `alone`: no other target, and no sibling, has a say.
    `head` and `text` are the reading as it is stored; `last` is the newest observation with a payload that was taken
    apart, `ending` the newest night's.
    """

    shape: str
    length_bytes: int | None
    page: Page | None
    good: Page | None
    sinking: tuple[str, ...]
    sibling: Sibling | None
    alone: bool
    reading: Reading
    head: Derived
    text: str
    turnout: Turnout
    last: Stored | None = None
    ending: Ending | None = None

    def takes(self, stored: Stored, good: Page | None) -> bool:
        """Whether the very same came again, the same payload in the same surroundings; it is the newest night then."""
        if self.last is None or not self.alone or self.page is None or self.good is not good:
            return False
        if not stored.repeats(self.last):
            return False
        if self.ending is not None:
            self.ending = self.ending.at(*stored.moment(self.last))
        return True


class Reader:
    """Reads one night after another. Without a configuration nights are not compared with earlier ones."""

    def __init__(self, ledger: Ledger, config: Config | None = None) -> None:
        self._ledger = ledger
        self._config = config
        self._shapes = Shapes()
        self._pages = Pages(ledger)
        self._memory: dict[str, _Memory] = {}
        self._good: dict[str, Page | None] = {}
        self._siblings = ledger.abouts(Beside.SIBLING)
        self._keys: dict[str, str | None] = {}
        self._cited: Sequence[Citation] | None = None
        self._changing: Changing | None = None
        self._courses: dict[str, Course] = {}

    def read(self, night: Night, citations: Sequence[Citation]) -> NightRead:
        """What a night's observations read as; `citations` are those of that night."""
        self._cite(citations)
        observed = self._ledger.observed(night.id, self._shapes)
        surrounder = Surrounder(self._ledger, night.id, citations, self._pages, _redirected(observed), self._siblings)
        heard = _Heard(self._ledger, night.id)
        found = NightRead()
        for stored, kept in observed:
            memory = self._memory.get(stored.uri)
            if memory is None or not memory.takes(stored, self._good.get(stored.uri)):
                memory = self._read(stored, night, surrounder)
            found.turnout.join(memory.turnout)
            self._enter(stored, memory, night, heard, kept, found)
        return found

    def _cite(self, citations: Sequence[Citation]) -> None:
        """Take note of what is cited: other citations are read and compared anew."""
        if citations is self._cited:
            return
        self._cited = citations
        self._memory.clear()
        self._courses.clear()
        self._changing = Changing(self._ledger, citations, self._config, pages=self._pages) if self._config else None

    def _read(self, stored: Stored, night: Night, surrounder: Surrounder) -> _Memory:
        """How an observation reads, and what decided it."""
        shape, seen = stored.shape, stored.seen
        page, good = self._pages.of(seen), self._last_good(seen.uri, night)
        sinking = surrounder.sinking_of(seen) if len(seen.hops) > 1 else ()
        sibling = surrounder.sibling_of(seen.uri) if page and self._may_have_sibling(seen.uri) else None
        by_page = page is not None and seen.content is not None and page.status is not None and page.status < 400
        length_bytes = None if by_page or seen.content is None else seen.content.length_bytes
        memory = self._memory.get(seen.uri)
        if (
            memory is None
            or memory.shape != shape
            or memory.page is not page
            or memory.good is not good
            or memory.length_bytes != length_bytes
            or memory.sinking != sinking
            or memory.sibling != sibling
        ):
            reading, turnout = read(seen, seen.uri, surrounder.of(seen, good)), Turnout.of([seen])
            head, text = head_of(reading), reading_text(reading)
            alone = len(seen.hops) < 2 and not self._may_have_sibling(seen.uri)
            memory = _Memory(shape, length_bytes, page, good, sinking, sibling, alone, reading, head, text, turnout)
            self._memory[seen.uri] = memory
        memory.last, memory.ending = stored if seen.content else None, ending_of(seen)
        if page is not None and memory.reading.outcome in GOOD:
            self._good[seen.uri] = page
        return memory

    def _may_have_sibling(self, uri: str) -> bool:
        if uri not in self._keys:
            self._keys[uri] = sibling_key(uri) if self._siblings else None
        return self._keys[uri] in self._siblings

    def _last_good(self, uri: str, night: Night) -> Page | None:
        """What the newest good observation before a night showed, of those that are known to have shown something."""
        if uri not in self._good:
            before = self._ledger.last_seen_as(GOOD, uri, night.id)
            self._good[uri] = next((page for seen in before if (page := self._pages.of(seen)) is not None), None)
        return self._good[uri]

    def _enter(
        self, stored: Stored, memory: _Memory, night: Night, heard: _Heard, kept: Derived | None, found: NightRead
    ) -> None:
        """Enter what a night reads as where the ledger has it otherwise."""
        found.subjects.add(stored.uri)
        change, baseline, https, elsewhere = self._compared(stored, memory, night, heard)
        if derive(memory.head, memory.text, change, baseline, https, elsewhere) != kept:
            entry = Entry(stored.uri, memory.reading, stored.seen, change, baseline, https, elsewhere, memory.text)
            found.differing.append(entry)

    def _compared(
        self, stored: Stored, memory: _Memory, night: Night, heard: _Heard
    ) -> tuple[Change | None, str | None, bool | None, bool | None]:
        """What comes of comparing a night with its baseline, and of what was heard beside it."""
        course = self._course(stored.uri, night) if memory.reading.outcome in GOOD else None
        change = course.add(memory.ending) if course else None
        baseline = course.baseline if course else None
        if not heard.anything:
            return change, baseline, None, None
        seen = stored.seen
        return change, baseline, heard.https(seen), heard.elsewhere(seen)

    def _course(self, subject: str, night: Night) -> Course | None:
        if self._changing is None:
            return None
        if subject not in self._courses:
            self._courses[subject] = self._changing.course_until(subject, night.id)
        return self._courses[subject]


def _redirected(observed: Iterable[tuple[Stored, Derived | None]]) -> list[Stored]:
    """The observations that a redirect led on: their later hops say by what means."""
    return [stored for stored, _ in observed if '"via":"' in stored.text]


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
