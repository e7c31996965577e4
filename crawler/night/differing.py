"""How what good captures show differs: looked up or compared, what is volatile learned from the captures before.

Rules:
- What is shown was redacted before it was stored; the address a chain ended on is redacted here.
- The same two sights among the same captures are compared once; the ledger keeps what was found.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from crawler.changes import CHANGES_VERSION
from crawler.changes.cited import NOTHING_CITED, Cited, cited_by
from crawler.changes.compare import compare
from crawler.changes.diff import diff, fold
from crawler.changes.learned import NOTHING, Learned
from crawler.changes.learning import learn, vary
from crawler.changes.skeletons import Skeletons
from crawler.changes.view import TEXTUAL, own_of, unwrapped
from crawler.errors import LedgerError
from crawler.ledger.differences import DifferenceName, GoodCapture
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Difference, Line, Shown, SightKind
from crawler.urls.redact import redact, redact_text

# Differences, texts and captures taken apart that are kept in memory.
REMEMBERED, TEXTS, TAKEN_APART = 4096, 64, 256


@dataclass(frozen=True, slots=True)
class Among:
    """What a capture is compared among: the good captures up to it, oldest first, each with how many nights running it
    was met; and pairs of a capture and its second sample."""

    recent: tuple[tuple[GoodCapture, int], ...] = ()
    samples: tuple[tuple[GoodCapture, GoodCapture], ...] = ()

    @property
    def name(self) -> str:
        """The same for what teaches the same."""
        if len({capture.key for capture, _ in self.recent}) < 2 and not self.samples:
            return ""
        told = ([(c.key, n) for c, n in self.recent], [(one.key, other.key) for one, other in self.samples])
        return repr(told)


class Differing:
    """Compares captures; asks the ledger first, and keeps there what it found, where `keeps` and the disk allow it."""

    def __init__(self, ledger: Ledger, *, keeps: bool = True) -> None:
        self._ledger = ledger
        self._keeps = keeps
        self._known: dict[DifferenceName, Difference] = {}
        self._apart = lru_cache(maxsize=TAKEN_APART)(self._take_apart)
        self.shown = lru_cache(maxsize=TEXTS)(self._read_shown)

    def difference(
        self, before: GoodCapture, now: GoodCapture, among: Among, cited: Cited = NOTHING_CITED
    ) -> Difference | None:
        """How a capture differs from an older one; None where it is not known any more what one of them showed."""
        name = _name_of(before, now, among, cited)
        found = self._known.pop(name, None) or self._ledger.difference(name, CHANGES_VERSION)
        if found is None:
            found = self._compare(before, now, among, cited)
            self._keep(name, found)
        if found is not None:
            self._known[name] = found
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return found

    def _compare(self, before: GoodCapture, now: GoodCapture, among: Among, cited: Cited) -> Difference | None:
        learned = self.learned(among)
        if among.name and not learned.name:
            return self.difference(before, now, Among(), cited)
        old, new = self.shown(before), self.shown(now)
        return None if old is None or new is None else compare(old, new, cited, learned)

    def _keep(self, name: DifferenceName, found: Difference | None) -> None:
        """Write what was found; where nothing can be written it is found again."""
        if found is None or not self._keeps:
            return
        try:
            self._ledger.keep_difference(name, found, CHANGES_VERSION)
        except LedgerError:
            self._keeps = False

    def _read_shown(self, capture: GoodCapture) -> Shown | None:
        """What a capture shows, as it is compared."""
        found = self._ledger.shown_under(capture.key)
        if found is None:
            return None
        uri = redact(capture.final_uri)
        return Shown(capture.record_id, capture.seen_at, uri, capture.digest, *found)

    # ------------------------------------------------------------ what is volatile

    def learned(self, among: Among) -> Learned:
        """What is volatile among captures and their samples."""
        if not among.name:
            return NOTHING
        each = [(capture, self.shown(capture)) for capture, n in among.recent for _ in range(n)]
        shown = [(capture, one) for capture, one in each if one is not None]
        kinds = {one.sight.kind for _, one in shown}
        captures = [self._apart(capture) for capture, _ in shown] if kinds <= TEXTUAL else []
        found = learn(captures, [(self._apart(one), self._apart(other)) for one, other in among.samples])
        return Learned(found.facts, found.slots, _volatile_fields([one for _, one in shown]))

    def _take_apart(self, capture: GoodCapture) -> Skeletons:
        shown = self.shown(capture)
        return Skeletons(own_of(shown, {capture.seen_at.date()}) if shown else ())

    # ------------------------------------------------------------ for editors

    def lines(self, before: GoodCapture, now: GoodCapture, among: Among) -> list[Line]:
        """The whole difference of two captures' texts, equal runs folded; empty where they have none."""
        old, new = self.shown(before), self.shown(now)
        if old is None or new is None:
            return []
        days = {old.seen_at.date(), new.seen_at.date()}
        return fold(diff(_text_of(old), _text_of(new), days, self.learned(among)))


def _text_of(shown: Shown) -> str:
    return unwrapped(shown.text) if shown.sight.kind is SightKind.PDF else shown.text


def _name_of(before: GoodCapture, now: GoodCapture, among: Among, cited: Cited) -> DifferenceName:
    old = f"{before.key} {before.final_uri}"
    new = f"{now.key} {now.final_uri} {among.name}"
    return DifferenceName(_digest(old), _digest(new), cited.name)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _volatile_fields(shown: Sequence[Shown]) -> frozenset[str]:
    """The fields that differ at each of the newest captures; the bodies of pages do so by nature."""
    fields: dict[str, list[Hashable | None]] = {
        "title": [one.sight.title or None for one in shown],
        "headings": [one.sight.headings or None for one in shown],
        "body": [one.sight.key if one.sight.kind not in TEXTUAL else None for one in shown],
    }
    return frozenset(name for name, values in fields.items() if vary(values))


def cited_from(citations: Sequence[Citation]) -> Cited:
    """What the citations of one target rely on."""
    return cited_by((redact_text(citation.context), citation.text_fragment) for citation in citations)
