"""Which of a subject's good nights show another state than its baselines do.

Rules:
- Compared are good nights whose whole body came, never anything else: a wall, a stub or half a page is no state.
- The baseline is the good capture nearest the citing document's issue date, the earlier of two (with no date: the
  first), until an editor accepted a later state: then that decides, and the first is told besides.
- A night is judged by what was known on it: later captures and later acceptances change nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from crawler.config import Config
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Observation, Outcome
from crawler.model.changes import Change


class Course:
    """A subject's good nights as they are gone through in order of time."""

    @property
    def baseline(self) -> str | None:
        """The record id that the night added last was compared against; None when it was not compared."""
        return None

    def add(self, seen: Observation, outcome: Outcome) -> Change | None:
        """How the next night differs from the baselines; None where it does not, or is not to be compared."""
        return None


class Changing:
    """Compares what subjects show with their baselines; keeps what it found in the ledger."""

    def __init__(self, ledger: Ledger, citations: Sequence[Citation], config: Config) -> None:
        self._ledger = ledger

    def course_of(self, subject: str) -> Course:
        """A subject's course from its first night on, for judging anew: every night is added, in order of time."""
        return Course()

    def course_until(self, subject: str, night_id: str) -> Course:
        """A subject's course as the ledger's readings of earlier nights have it: only that night is to be added."""
        return Course()
