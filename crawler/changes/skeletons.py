"""Sentences with their facts taken out: what stays of them while a counter or a date moves.

Rules:
- What is masked counts as a date: another day's look leaves it open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from crawler.changes.facts import Fact, find_facts
from crawler.changes.passages import Passage
from crawler.volatile import MASK


class Skeletons:
    """A capture's sentences with their facts taken out; where those stand that stand once, and their facts."""

    def __init__(self, found: Sequence[Passage]) -> None:
        self.keys = [passage.key for passage in found]
        facts = [places_of(key) for key in self.keys]
        self.order = [_told(key, of) for key, of in zip(self.keys, facts, strict=True)]
        counts = Counter(self.order)
        self.places = {skeleton: n for n, skeleton in enumerate(self.order) if counts[skeleton] == 1}
        self._values = {
            skeleton: tuple((fact.kind, fact.value) for fact in facts[n])
            for skeleton, n in self.places.items()
            if facts[n]
        }

    @property
    def with_facts(self) -> Iterable[str]:
        """The sentences that stand once and hold facts."""
        return self._values

    def values(self, skeleton: str) -> tuple[tuple[str, str], ...] | None:
        """Kinds and values of the facts of a sentence, None where it does not stand once."""
        return self._values.get(skeleton)


def skeleton_of(key: str) -> str:
    return _told(key, places_of(key))


def _told(key: str, facts: Sequence[Fact]) -> str:
    return replaced(key, facts, lambda fact: f"⟨{fact.kind}⟩")


def places_of(key: str) -> Sequence[Fact]:
    """The facts of a sentence, and what is masked in it: most often a date, that another day's look leaves open."""
    masked = [Fact("date", MASK, at, at + 1) for at, one in enumerate(key) if one == MASK]
    return sorted([*find_facts(key), *masked], key=lambda fact: fact.start) if masked else find_facts(key)


def replaced(key: str, facts: Sequence[Fact], put: Callable[[Fact], str]) -> str:
    pieces: list[str] = []
    at = 0
    for fact in facts:
        pieces += key[at : fact.start], put(fact)
        at = fact.end
    return "".join(pieces) + key[at:]
