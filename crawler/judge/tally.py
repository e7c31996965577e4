"""What is counted from night to night: nights towards each row of the verdict table, and the states a page was in.

Rules:
- A good night empties the counts of failing rows. Nights that leave open whether the page is there (refusals, blind
  spots, certificates) neither count nor reset. But a count that killed nothing yet is stale where they outnumber it;
  and silence is broken by two refusals in a row, or by a page or a certificate: the site is back.
- What is told dead stays so until a good night.
- A new state is told once it was seen on two nights since the page last looked as it did. It stays told until the
  page looks so again, an editor accepts it, or another new state has had its own two nights.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crawler.judge.rows import (
    GRAVE,
    OK_HTTPS,
    OK_MOVED,
    RECOVERED,
    REFUSAL,
    ROWS_OF,
    SILENCE,
    UNTELLING,
    Known,
    Row,
    row_of,
)
from crawler.model import Change, NightReading, Outcome

REFUSALS_IN_ROW = 2
# How the two ways to learn that https works are told apart.
_PROBED = "https was asked beside it"


@dataclass(slots=True)
class Tally:
    """Nights counted towards one row: how many, when the first and the last were seen, and how many nights since the
    first left the matter open."""

    row: Row
    key: str = ""
    nights: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    open_nights: int = 0
    open_in_row: int = 0
    met: bool = False

    def add(self, seen_at: datetime) -> None:
        """Count a night."""
        self.first_at = self.first_at or seen_at
        self.last_at, self.nights, self.open_in_row = seen_at, self.nights + 1, 0
        self.met = self.met or (self.nights >= self.row.k and self.last_at - self.first_at >= self.row.span)

    def is_stale_after(self, outcome: Outcome) -> bool:
        """Let a night go by that leaves the matter open: whether what was counted tells nothing any more."""
        self.open_nights, self.open_in_row = self.open_nights + 1, self.open_in_row + 1
        if self.met and self.row in GRAVE:
            return False
        back = self.open_in_row >= REFUSALS_IN_ROW or outcome not in REFUSAL
        return self.open_nights > self.nights or (back and self.row.evidence <= SILENCE)


@dataclass(slots=True)
class Failures:
    """The counts of failing rows since the last good night."""

    tallies: dict[Row, Tally] = field(default_factory=dict)

    def add(self, night: NightReading, known: Known) -> None:
        """Enter a night that is not good."""
        if night.outcome in UNTELLING:
            self._pass_over(night.outcome)
        for row in ROWS_OF[night.outcome]:
            if row.counts(night, known):
                self.tally(row).add(night.seen_at)

    def _pass_over(self, outcome: Outcome) -> None:
        """A night that tells nothing of the other rows."""
        for row, tally in list(self.tallies.items()):
            counts_here = outcome in row.evidence or row.evidence <= UNTELLING
            if not counts_here and tally.is_stale_after(outcome):
                del self.tallies[row]

    def tally(self, row: Row) -> Tally:
        """The count of a row."""
        return self.tallies.setdefault(row, Tally(row))

    def has_met(self, row: Row) -> bool:
        """Whether a row has reached its k and span."""
        tally = self.tallies.get(row)
        return tally is not None and tally.met


@dataclass(slots=True)
class Goods:
    """What good nights in a row have in common: their final target, and whether https shows the same."""

    moved: Tally = field(default_factory=lambda: Tally(OK_MOVED))
    secure: Tally = field(default_factory=lambda: Tally(OK_HTTPS))

    def add(self, night: NightReading) -> None:
        """Enter a good night."""
        moved_to = (night.final_uri or "") if night.outcome is Outcome.OK_MOVED else None
        self.moved = _counted(self.moved, moved_to, night.seen_at)
        if night.outcome is Outcome.OK_HTTPS:
            self.secure = _counted(self.secure, night.final_uri or "", night.seen_at)
        elif night.https is not None or self.secure.key != _PROBED:
            self.secure = _counted(self.secure, _PROBED if night.https else None, night.seen_at)


def _counted(tally: Tally, key: str | None, seen_at: datetime) -> Tally:
    """The count with a night whose state is `key`: another key begins anew, None empties."""
    if key is None or tally.key != key:
        tally = Tally(tally.row, key or "")
    if key is not None:
        tally.add(seen_at)
    return tally


@dataclass(slots=True)
class States:
    """The new states a page was seen in since it last looked as its baselines do, and the one that is told."""

    seen: dict[Change, Tally] = field(default_factory=dict)
    told: Change | None = None

    def add(self, night: NightReading) -> None:
        """Enter a good night; one that was not compared says nothing."""
        change = night.change
        if change is None:
            if night.compared:
                self.clear()
            return
        tally = self.seen.setdefault(change, Tally(row_of(change)))
        tally.add(night.seen_at)
        if tally.met:
            self.told = change

    def clear(self) -> None:
        """The page looks as its baseline does."""
        self.seen.clear()
        self.told = None


@dataclass(slots=True)
class Recovery:
    """What is owed to a link that was called dead: two good nights, and the word that it is back."""

    owed: bool = False
    tally: Tally = field(default_factory=lambda: Tally(RECOVERED))

    def add(self, seen_at: datetime) -> None:
        """Enter a good night."""
        if self.owed:
            self.tally.add(seen_at)

    def restart(self) -> None:
        """A failure in between: it begins anew."""
        if self.tally.nights:
            self.tally = Tally(RECOVERED)
