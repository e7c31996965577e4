"""Which of a subject's good nights show another state than its baselines do.

Rules:
- Compared are good nights whose whole body came, never anything else: a wall, a stub or half a page is no state.
- The baseline is the good capture nearest the day of issue of the oldest document that cites it, the earlier of two
  (with no date: the first), until an editor accepted a later state: then that decides.
- A night is judged by what was known on it: later captures and later acceptances change nothing of it.
- A state is the same as the night before's where something that lasts is seen on both, so that a drift is one state
  and a page that shows something else every night is none.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from crawler.changes.cited import Cited
from crawler.changes.learning import WINDOW
from crawler.changes.parts import is_same_state
from crawler.config import Config
from crawler.judge.rows import GOOD
from crawler.ledger.differences import GoodCapture
from crawler.ledger.ledger import Ledger
from crawler.model import Acceptance, Beside, Citation, Coverage, Difference, Layer, Observation, TextClass
from crawler.model.changes import Change
from crawler.night.differing import Among, Differing, cited_from
from crawler.night.neighbours import Neighbours, host_of
from crawler.night.pages import Pages

# Samples that teach what is volatile, the newest.
MOST_SAMPLES = 4


class Ending(NamedTuple):
    """Where a night's chain ended with a whole payload: its uri and record, the payload's digest and media type."""

    night: str
    seen_at: datetime
    uri: str
    record_id: str
    digest: str
    media_type: str

    def at(self, night: str, seen_at: datetime, record_id: str) -> Ending:
        """The same ending on another night."""
        return Ending(night, seen_at, self.uri, record_id, self.digest, self.media_type)


def ending_of(seen: Observation) -> Ending | None:
    """The ending of an observation; None where not all of a payload came."""
    final, content = seen.final, seen.content
    if final is None or content is None or content.coverage is not Coverage.COMPLETE or not content.length_bytes:
        return None
    return Ending(seen.night, seen.seen_at, final.uri, final.record_id or "", content.digest, content.media_type)


class _Told(NamedTuple):
    """What a night was found to show: the record it was compared with, the parts of its difference, its state."""

    baseline: str
    parts: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A good night beside its baselines: what decides, and how the first capture differs where that is another."""

    before: GoodCapture
    now: GoodCapture
    among: Among
    difference: Difference
    first: GoodCapture | None = None
    since_first: Difference | None = None
    site_wide: bool = False


class Course:
    """A subject's good nights as they are gone through in order of time."""

    def __init__(self, changing: Changing, subject: str) -> None:
        self._changing = changing
        self._subject = subject
        self._first: GoodCapture | None = None
        self._recent: deque[tuple[GoodCapture, int]] = deque(maxlen=WINDOW)
        self._last: _Told | None = None
        self.baseline: str | None = None

    def add(self, ending: Ending | None) -> Change | None:
        """How the next good night differs from the baselines; None where it does not, or is not to be compared.

        `baseline` is then the record it was compared against, None where it was not compared.
        """
        self.baseline = None
        now = self._good(ending) if ending else None
        if now is None:
            return None
        before = self._baseline(now)
        if before is None:
            self._last = None
            return None
        self.baseline = before.record_id
        if before.key == now.key:
            self._last = None
            return None
        return self._change(before, now)

    def compared(self, before: GoodCapture | None = None, at: datetime | None = None) -> Compared | None:
        """The newest good night beside its baseline, or beside another capture, with all that is told of it.

        `at` is when an editor asks: what was accepted by then counts. None where there is nothing to compare.
        """
        now = self._recent[-1][0] if self._recent else None
        before = before or (self._decides(at or now.seen_at) if now else None)
        if now is None or before is None:
            return None
        return self._changing.compared(self._subject, before, now, self._among(now), self._first)

    # ------------------------------------------------------------ captures

    def _good(self, ending: Ending) -> GoodCapture | None:
        """The capture of a good night, entered among the newest ones; None where it was not read."""
        night, seen_at, uri, record_id, digest, media_type = ending
        last = self._recent[-1][0] if self._recent else None
        same = last is not None and last.digest == digest
        key = last.key if last and same else self._changing.key_of(digest, media_type)
        if key is None:
            return None
        now = GoodCapture(night, seen_at, uri, record_id, last.digest if last and same else digest, key)
        self.enter(now)
        return now

    def enter(self, now: GoodCapture) -> None:
        """Enter a capture among the newest ones; what is met again is counted."""
        last = self._recent[-1] if self._recent else None
        if last and last[0].key == now.key:
            self._recent[-1] = (now, min(last[1] + 1, WINDOW))
        else:
            self._recent.append((now, 1))
        if self._first is None or self._changing.is_nearer(self._subject, now, self._first):
            self._first = now

    def begin(self, first: GoodCapture | None, last: _Told | None) -> None:
        """Go on from earlier nights: their baseline, and what the last of them showed."""
        self._first, self._last = first, last

    def _baseline(self, now: GoodCapture) -> GoodCapture | None:
        found = self._decides(now.seen_at)
        return found if found and found.record_id != now.record_id else None

    def _decides(self, at: datetime) -> GoodCapture | None:
        return self._changing.accepted(self._subject, at) or self._first

    def _among(self, now: GoodCapture) -> Among:
        recent, room = [], WINDOW
        for capture, n in reversed(self._recent):
            if room > 0:
                recent.append((capture, min(n, room)))
            room -= n
        return Among(tuple(reversed(recent)), self._changing.samples(self._subject, now.night))

    # ------------------------------------------------------------ the change

    def _change(self, before: GoodCapture, now: GoodCapture) -> Change | None:
        found = self._changing.differing.difference(before, now, self._among(now), self._changing.cited(self._subject))
        if found is None or not is_worth_telling(found) or self._changing.is_site_wide(self._subject, now, found):
            self._last = None
            return None
        state = found.state
        if self._last and self._last.baseline == before.record_id and is_same_state(self._last.parts, found.parts):
            state = self._last.state
        self._last = _Told(before.record_id, found.parts, state)
        return Change(state, is_replaced(found), found.other_domain)


def is_worth_telling(found: Difference) -> bool:
    """Whether an editor is to be told; of a home page or a list, only that it is another one now."""
    if not found.matters or not found.listing:
        return found.matters
    return Layer.HEADING in found.layers or bool(found.cited_missing) or found.text_class is TextClass.LANGUAGE


def is_replaced(found: Difference) -> bool:
    """Whether another text stands there altogether; a list of news is another one every week."""
    return found.replaced and (not found.listing or Layer.HEADING in found.layers or found.other_domain)


class Changing:
    """Compares what subjects show with their baselines; keeps what it found in the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        citations: Sequence[Citation],
        config: Config,
        *,
        keeps: bool = True,
        pages: Pages | None = None,
    ) -> None:
        self._ledger = ledger
        self._pages = pages or Pages(ledger)
        self.differing = Differing(ledger, keeps=keeps)
        self._citations = _by_subject(citations)
        self._neighbours = Neighbours(ledger, self.differing, self._citations)
        self._issued = {subject: day for subject, cited in self._citations.items() if (day := _issue_day(cited))}
        self._cited: dict[str, Cited] = {}
        self._acceptances: Mapping[str, Sequence[Acceptance]] = ledger.acceptances()
        self._accepted: dict[str, GoodCapture | None] = {}
        self._sampled = ledger.abouts(Beside.SAMPLE)

    def course_of(self, subject: str) -> Course:
        """A subject's course from its first night on: every night is added, in order of time."""
        return Course(self, subject)

    def course_until(self, subject: str, night_id: str) -> Course:
        """A subject's course as the ledger's readings of earlier nights have it: only later nights are to be added."""
        course = self.course_of(subject)
        recent = self._ledger.good_captures(subject, GOOD, before=night_id, newest=WINDOW)
        for capture in recent:
            course.enter(capture)
        if recent:
            course.begin(self._nearest(subject, night_id), self._last(subject, night_id, course))
        return course

    # ------------------------------------------------------------ what a course asks for

    def key_of(self, digest: str, mime: str) -> str | None:
        """The key of what a payload shows."""
        return self._pages.key_of(digest, mime)

    def cited(self, subject: str) -> Cited:
        """What a subject's citations rely on."""
        if subject not in self._cited:
            self._cited[subject] = cited_from(self._citations.get(subject, ()))
        return self._cited[subject]

    def is_nearer(self, subject: str, now: GoodCapture, first: GoodCapture) -> bool:
        """Whether a later capture is nearer the day of issue."""
        issued = self._issued.get(subject)
        return issued is not None and _distance(now, issued) < _distance(first, issued)

    def accepted(self, subject: str, at: datetime) -> GoodCapture | None:
        """The state that an editor had accepted last by then."""
        words = [word for word in self._acceptances.get(subject, ()) if word.made_at <= at]
        if not words:
            return None
        record_id = words[-1].record_id
        if record_id not in self._accepted:
            self._accepted[record_id] = self._ledger.good_capture(subject, record_id)
        return self._accepted[record_id]

    def samples(self, subject: str, night_id: str) -> tuple[tuple[GoodCapture, GoodCapture], ...]:
        """A night's capture and its second sample, for the newest nights that have one, up to this one."""
        if subject not in self._sampled:
            return ()
        found = []
        for look in self._ledger.samples_of(subject, night_id)[:MOST_SAMPLES]:
            one, other = self._ledger.capture_on(look.seen.night, subject), self._sample(look.seen)
            if one and other:
                found.append((one, other))
        return tuple(found)

    def _sample(self, seen: Observation) -> GoodCapture | None:
        ending = ending_of(seen)
        key = self.key_of(ending.digest, ending.media_type) if ending else None
        if ending is None or key is None or not 200 <= ((seen.final and seen.final.status) or 0) < 300:
            return None
        return GoodCapture(*ending[:5], key)

    def is_site_wide(self, subject: str, now: GoodCapture, found: Difference) -> bool:
        """Whether a difference is nothing but what other cited pages of the host show that night, too."""
        return self._neighbours.show(host_of(subject), now.night, found)

    # ------------------------------------------------------------ going on from earlier nights

    def _nearest(self, subject: str, before: str) -> GoodCapture | None:
        """The baseline as of a night: the good capture before it that is nearest the day of issue."""
        issued = self._issued.get(subject)
        if issued is None:
            return self._ledger.first_good_capture(subject, GOOD, before=before)
        day = f"{issued:%Y%m%d}"
        earlier = self._ledger.good_captures(subject, GOOD, before=min(day, before), newest=1)
        later = self._ledger.first_good_capture(subject, GOOD, since=day, before=before)
        found = [*earlier, *([later] if later else [])]
        return min(found, key=lambda capture: (_distance(capture, issued), capture.night), default=None)

    def _last(self, subject: str, night_id: str, course: Course) -> _Told | None:
        """What the newest good night before one was found to show."""
        row = self._ledger.last_compared(subject, GOOD, night_id)
        if row is None or row[2] is None:
            return None
        night, baseline, change = row
        before, now = self._ledger.good_capture(subject, baseline), self._ledger.capture_on(night, subject)
        if before is None or now is None:
            return None
        found = self.differing.difference(before, now, course._among(now), self.cited(subject))
        return _Told(baseline, found.parts, change.state) if found and change else None

    def compared(
        self, subject: str, before: GoodCapture, now: GoodCapture, among: Among, first: GoodCapture | None
    ) -> Compared | None:
        """A capture beside its baselines, with all that is told of it."""
        cited = self.cited(subject)
        found = self.differing.difference(before, now, among, cited)
        if found is None:
            return None
        compared = Compared(before, now, among, found, site_wide=self.is_site_wide(subject, now, found))
        if first is None or first.record_id in (before.record_id, now.record_id):
            return compared
        return replace(compared, first=first, since_first=self.differing.difference(first, now, among, cited))


def _issue_day(citations: Sequence[Citation]) -> date | None:
    """The day of issue of the oldest document among these; of a month, its middle."""
    days = []
    for citation in citations:
        if citation.issued is not None:
            stated = citation.issued.date
            days.append(date.fromisoformat(stated if len(stated) > len("2026-01") else f"{stated}-15"))
    return min(days, default=None)


def _distance(capture: GoodCapture, issued: date) -> int:
    return abs((capture.seen_at.date() - issued).days)


def _by_subject(citations: Sequence[Citation]) -> dict[str, list[Citation]]:
    found: dict[str, list[Citation]] = defaultdict(list)
    for citation in citations:
        found[citation.same_as or citation.uri or citation.id].append(citation)
    return dict(found)
