"""Whether a run may be believed: the difference between a dead web and a machine without network.

Rules:
- No host gave a byte although at least 3 were tried: the run is invalid.
- More than half of the hosts that answered in the last valid run (5 or more of them tried now) fail with a network
  class: invalid, too – but for at most 3 nights running while other hosts answer; after that it is believed.
- Fewer than 3 hosts tried and none answering: valid, yet nothing of it supports more than `unreachable`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from crawler.judge import RULES_VERSION
from crawler.judge.rows import NETWORK
from crawler.judge.sites import host
from crawler.model import Evidence, Hop, Observation, Outcome

FEWEST_HOSTS = 3
FEWEST_ANSWERED = 5
MOST_INVALID_NIGHTS = 3

__all__ = ["RULES_VERSION", "RunValidity", "Turnout", "run_validity"]


@dataclass(frozen=True, slots=True)
class RunValidity:
    """Whether negative readings of a run count, why not, and whether so few hosts were tried that they are capped."""

    valid: bool
    reason: Evidence | None = None
    few_hosts: bool = False


@dataclass(slots=True)
class Turnout:
    """The hosts of a run: those asked for anything, redirects' hosts included, and those that gave at least one byte
    (a status, or a failure that comes after the first byte)."""

    tried: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> Self:
        """The turnout of a whole run."""
        turnout = cls()
        for seen in observations:
            turnout.count(seen)
        return turnout

    def join(self, other: Turnout) -> None:
        """Add another turnout's hosts."""
        self.tried |= other.tried
        self.answered |= other.answered

    def count(self, seen: Observation) -> None:
        """Add an observation's hosts."""
        self.tried.update(host(hop.uri) for hop in seen.hops if _is_asked(hop))
        self.answered.update(host(hop.uri) for hop in seen.hops if _is_answered(hop))


def run_validity(tonight: Turnout, answered_last_valid: frozenset[str], invalid_nights_running: int) -> RunValidity:
    """The validity of a run, from its turnout, the hosts that answered in the last valid run, and the number of
    invalid nights directly before this one."""
    tried, answered = tonight.tried, tonight.answered
    if not answered:
        return _nobody_answered(len(tried))
    lost = (tried - answered) & answered_last_valid
    known = tried & answered_last_valid
    many_lost = len(known) >= FEWEST_ANSWERED and 2 * len(lost) > len(known)
    if many_lost and invalid_nights_running < MOST_INVALID_NIGHTS:
        return RunValidity(False, _half_lost(len(lost), len(known)))
    return RunValidity(True)


def _nobody_answered(tried: int) -> RunValidity:
    if tried < FEWEST_HOSTS:
        return RunValidity(True, few_hosts=True)
    return RunValidity(
        False,
        Evidence(
            "run-no-answer",
            f"None of the {tried} hosts tried gave a single byte: our own network was down.",
            f"尝试访问的 {tried} 个网站均无响应：是我们自己的网络中断了。",
        ),
    )


def _half_lost(lost: int, known: int) -> Evidence:
    return Evidence(
        "run-half-lost",
        f"{lost} of {known} hosts that answered last time are out of reach at once: most likely our own network.",
        f"上次能访问的 {known} 个网站中有 {lost} 个同时无法连接：很可能是我们自己的网络出了问题。",
    )


def _is_asked(hop: Hop) -> bool:
    return hop.status is not None or hop.failure is not None


def _is_answered(hop: Hop) -> bool:
    return hop.status is not None or (hop.failure is not None and Outcome(hop.failure) not in NETWORK)
