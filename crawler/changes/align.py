"""Two sequences side by side: which items stand in both, in order. Bounded in time whatever they hold.

Rules:
- Items that stand once in each sequence hold the others in place (patience diff); between them a gap small enough is
  searched item by item, a larger one is taken as replaced.

Source: B. Cohen, The criss-cross merge case (2005), where patience diff was first described.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

# Pairs of items looked at in one gap, and in all of them together.
GAP_PAIRS = 40_000
ALL_PAIRS = 1_000_000


class Block(NamedTuple):
    """A stretch of both sequences, equal or replaced: `old[a:b]`, `new[c:d]`."""

    equal: bool
    a: int
    b: int
    c: int
    d: int


def align(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Block]:
    """Both sequences from beginning to end as blocks in order, equal and replaced ones by turns."""
    blocks: list[Block] = []
    a = c = 0
    for x, y in [*_runs(matches(old, new)), (range(len(old), len(old)), range(len(new), len(new)))]:
        if a < x.start or c < y.start:
            blocks.append(Block(False, a, x.start, c, y.start))
        if x:
            blocks.append(Block(True, x.start, x.stop, y.start, y.stop))
        a, c = x.stop, y.stop
    return blocks


def matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of places with equal items, rising in both."""
    found: list[tuple[int, int]] = []
    gaps, budget = [(0, len(old), 0, len(new))], ALL_PAIRS
    while gaps:
        a, b, c, d = gaps.pop()
        while a < b and c < d and old[a] == new[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        if a == b or c == d:
            continue
        anchors = _anchors(old[a:b], new[c:d])
        if anchors:
            found += ((a + i, c + j) for i, j in anchors)
            gaps += _between(anchors, a, b, c, d)
        elif (b - a) * (d - c) <= min(GAP_PAIRS, budget):
            budget -= (b - a) * (d - c)
            found += ((a + i, c + j) for i, j in _searched(old[a:b], new[c:d]))
    return sorted(found)


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The longest rising run of items that stand once in each."""
    once = _places_of_single(new)
    pairs = [(i, once[item]) for item, i in _places_of_single(old).items() if item in once]
    return rising(pairs)


def _places_of_single(items: Sequence[Hashable]) -> dict[Hashable, int]:
    counts = Counter(items)
    return {item: place for place, item in enumerate(items) if counts[item] == 1}


def rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises in the second number, too; they rise in the first."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for n, (_, second) in enumerate(pairs):
        at = bisect_left(tops, second)
        before.append(ends[at - 1] if at else -1)
        tops[at : at + 1] = [second]
        ends[at : at + 1] = [n]
    found: list[tuple[int, int]] = []
    n = ends[-1] if ends else -1
    while n >= 0:
        found.append(pairs[n])
        n = before[n]
    return found[::-1]


def _between(anchors: list[tuple[int, int]], a: int, b: int, c: int, d: int) -> Iterator[tuple[int, int, int, int]]:
    """The gaps around anchors, those that are empty on one side left out."""
    i, j = a, c
    for x, y in [*((a + x, c + y) for x, y in anchors), (b, d)]:
        if i < x and j < y:
            yield i, x, j, y
        i, j = x + 1, y + 1


def _searched(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    for i, j, size in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        yield from ((i + n, j + n) for n in range(size))


def _runs(pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[range, range]]:
    """Pairs that follow each other directly, as ranges."""
    at = 0
    for n in range(1, len(pairs) + 1):
        if n == len(pairs) or pairs[n] != (pairs[n - 1][0] + 1, pairs[n - 1][1] + 1):
            (i, j), size = pairs[at], n - at
            yield range(i, i + size), range(j, j + size)
            at = n
