"""What is volatile on one page and known from no row, and how it is hidden when two captures are compared.

Rules:
- A fact in a sentence that stays otherwise is masked at its place in that sentence; whole sentences are masked between
  two neighbours that stay. Facts of a kind that did not vary there are never masked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from crawler.changes.facts import find_facts
from crawler.changes.passages import Passage
from crawler.changes.skeletons import places_of, replaced, skeleton_of
from crawler.volatile import MASK

BEGIN, END = "⟨begin⟩", "⟨end⟩"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place between two neighbours where whole sentences vary: the neighbours' skeletons, the kinds of facts that
    varied there, and how many sentences and characters it may hold. `of` is their number where it is always the same;
    then only those at `places` vary."""

    before: str
    after: str
    kinds: frozenset[str]
    most: int
    most_characters: int
    of: int = 0
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Learned:
    """What is volatile on a page: places of facts by the skeleton of their sentence, slots, names of whole fields."""

    facts: Mapping[str, frozenset[int]] = field(default_factory=dict)
    slots: tuple[Slot, ...] = ()
    fields: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The same for what masks the same."""
        if not (self.facts or self.slots or self.fields):
            return ""
        slots = sorted((s.before, s.after, sorted(s.kinds), s.of, s.places) for s in self.slots)
        told = (sorted((key, sorted(at)) for key, at in self.facts.items()), slots, sorted(self.fields))
        return sha256(repr(told).encode()).hexdigest()[:16]

    def hide(self, found: Sequence[Passage]) -> list[Passage]:
        """Passages with what is volatile masked in their keys; those without anything left are left out."""
        whole = _in_slots([skeleton_of(passage.key) for passage in found], found, self.slots)
        kept = []
        for n, passage in enumerate(found):
            key = _residue(passage.key, whole[n]) if n in whole else self._mask_facts(passage.key)
            if key:
                kept.append(Passage(passage.shown, key, passage.line, passage.plain))
        return kept

    def _mask_facts(self, key: str) -> str:
        if not self.facts:
            return key
        places = self.facts.get(skeleton_of(key))
        if not places:
            return key
        hidden = [fact for n, fact in enumerate(places_of(key)) if n in places]
        return replaced(key, hidden, lambda fact: MASK)


NOTHING = Learned()


def _in_slots(order: Sequence[str], found: Sequence[Passage], slots: Sequence[Slot]) -> dict[int, frozenset[str]]:
    """By place, the kinds of facts that are volatile there, for passages that stand in a slot."""
    if not slots:
        return {}
    counts = Counter(order)
    places = {skeleton: n for n, skeleton in enumerate(order) if counts[skeleton] == 1} | {BEGIN: -1, END: len(order)}
    whole: dict[int, frozenset[str]] = {}
    for slot in slots:
        inside = range(places.get(slot.before, len(order)) + 1, places.get(slot.after, -1))
        fits = len(inside) == slot.of if slot.of else 0 < len(inside) <= slot.most
        if fits and sum(len(found[n].key) for n in inside) <= slot.most_characters:
            whole.update(dict.fromkeys([inside[n] for n in slot.places] if slot.of else inside, slot.kinds))
    return whole


def _residue(key: str, kinds: frozenset[str]) -> str:
    """What is left of a sentence that varies: facts of kinds that did not."""
    left = [f"{fact.kind} {fact.value}" for fact in find_facts(key) if fact.kind not in kinds]
    return f"{MASK} " + " · ".join(left) if left else ""
