"""What of two texts differs: stretches of sentences taken out and put in, and which of them are one sentence reworded.

Rules:
- What moved is no difference, nor is what only breaks its lines or sentences elsewhere.
- Two sentences are one reworded when they stand in the same place and share enough words, or nearly all of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.changes.align import align
from crawler.changes.passages import Passage, letters
from crawler.shingles import tokens

# The share of words that a reworded sentence keeps: in its own place, and anywhere in the text.
SAME_PLACE, ANYWHERE = 0.4, 0.7
# Sentences in a stretch that are held against each other one by one, and anywhere in the text.
MOST_PAIRED, MOST_SEARCHED = 60, 400


@dataclass(frozen=True, slots=True)
class Stretch:
    """One place where two texts differ: what was taken out there, what was put in. One of the two may be empty."""

    removed: tuple[Passage, ...] = ()
    added: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence before and after; None where it was put in or taken out. `in_place`: of a stretch with both."""

    before: Passage | None
    after: Passage | None
    in_place: bool = False


def differ(old: Sequence[Passage], new: Sequence[Passage]) -> list[Stretch]:
    """The places where two texts differ, in order."""
    blocks = [b for b in align([p.key for p in old], [p.key for p in new]) if not b.equal]
    moved = _moved([p.key for b in blocks for p in old[b.a : b.b]], [p.key for b in blocks for p in new[b.c : b.d]])
    out, into = Counter(moved), Counter(moved)
    found = []
    for block in blocks:
        removed = tuple(_unmoved(old[block.a : block.b], out))
        added = tuple(_unmoved(new[block.c : block.d], into))
        if _letters(removed) != _letters(added):
            found.append(Stretch(removed, added))
    everywhere = sorted(_letters(s.removed) for s in found), sorted(_letters(s.added) for s in found)
    return [] if everywhere[0] == everywhere[1] else found


def _moved(removed: Sequence[str], added: Sequence[str]) -> Counter[str]:
    """What was taken out in one place and put in at another."""
    return Counter(removed) & Counter(added)


def _unmoved(found: Sequence[Passage], moved: Counter[str]) -> Iterator[Passage]:
    for passage in found:
        if moved[passage.key] > 0:
            moved[passage.key] -= 1
        else:
            yield passage


def _letters(found: Sequence[Passage]) -> str:
    return letters("".join(passage.key for passage in found))


# ---------------------------------------------------------------- one sentence reworded


def pair(stretches: Sequence[Stretch]) -> list[Pair]:
    """Each sentence that differs, with the one it was made from, in order of the new text."""
    found: list[Pair] = []
    for stretch in stretches:
        found += _of_stretch(stretch)
    return _rejoined(found)


def _of_stretch(stretch: Stretch) -> Iterator[Pair]:
    """Pairs of one place, each side in its order."""
    both = bool(stretch.removed and stretch.added)
    partner = _partners(stretch.removed, stretch.added) if both else {}
    at = 0
    for n, after in enumerate(stretch.added):
        if n in partner:
            yield from (Pair(before, None, both) for before in stretch.removed[at : partner[n]])
            yield Pair(stretch.removed[partner[n]], after, True)
            at = partner[n] + 1
        else:
            yield Pair(None, after, both)
    yield from (Pair(before, None, both) for before in stretch.removed[at:])


def _partners(removed: Sequence[Passage], added: Sequence[Passage]) -> dict[int, int]:
    """By place among the added, the place of the removed one it was made from; both rise."""
    found: dict[int, int] = {}
    olds = [Counter(tokens(one.key)) for one in removed[:MOST_PAIRED]]
    start = 0
    for n, after in enumerate(added[:MOST_PAIRED]):
        new = Counter(tokens(after.key))
        scores = [(_overlap(old, new), -m) for m, old in enumerate(olds[start:], start)]
        best, place = max(scores, default=(0.0, 0))
        if best >= SAME_PLACE:
            found[n], start = -place, -place + 1
    return found


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    """The share of the words of the longer that both have."""
    longer = max(one.total(), other.total())
    return (one & other).total() / longer if longer else 0.0


def _rejoined(found: Sequence[Pair]) -> list[Pair]:
    """Pairs in which a sentence that moved and was reworded is one again."""
    gone = [n for n, one in enumerate(found) if one.after is None][:MOST_SEARCHED]
    come = [n for n, one in enumerate(found) if one.before is None][:MOST_SEARCHED]
    by_word: dict[str, list[int]] = defaultdict(list)
    words = {n: Counter(tokens(one.key)) for n in gone if (one := found[n].before)}
    for n, counted in words.items():
        for word in counted:
            by_word[word].append(n)
    joined: dict[int, int] = {}
    for n in come:
        passage = found[n].after
        if passage is None:
            continue
        new = Counter(tokens(passage.key))
        rare = sorted(new, key=lambda word: len(by_word[word]) if word in by_word else len(found))[:8]
        near = {m for word in rare if word in by_word for m in by_word[word][:20]} - set(joined.values())
        best = max(((_overlap(words[m], new), -m) for m in near), default=(0.0, 0))
        if best[0] >= ANYWHERE:
            joined[n] = -best[1]
    taken = set(joined.values())
    pairs = (
        Pair(found[joined[n]].before, one.after, True) if n in joined else one
        for n, one in enumerate(found)
        if n not in taken
    )
    return list(pairs)
