"""What is volatile on one page, learned from a second sample or from successive captures.

Rules:
- Volatile is what differed between a capture and its sample, or at each of RUN successive captures (or at OFTEN of the
  last), and does not rest now. What changed once and stayed is a change.
- Nothing is learned between neighbours where most of the page varies: that is another page, not a box in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise

from crawler.changes.align import rising
from crawler.changes.facts import find_facts
from crawler.changes.learned import BEGIN, END, Learned, Slot
from crawler.changes.skeletons import Skeletons

# Successive differences that make something volatile (one night's glitch and its mending are two).
RUN = 3
# Or so many among the last: a box that shows the same twice by chance.
OFTEN = 5
# Captures looked at, the newest.
WINDOW = 8
# The share of a page that must stay for the rest to be boxes in it.
LEAST_STABLE = 0.6
# What rests between two captures and is volatile all the same: a counter that nobody moved that day.
RESTING_KINDS = frozenset({"number"})


def learn(captures: Sequence[Skeletons], samples: Sequence[tuple[Skeletons, Skeletons]] = ()) -> Learned:
    """What is volatile in successive captures (oldest first), or between captures and their samples."""
    recent = captures[-WINDOW:]
    slots = {(slot.before, slot.after): slot for slot in [*_slots_of_pairs(samples), *_slots(_stable_end(recent))]}
    rested = _rested_slots(recent)
    kept = tuple(slot for key, slot in sorted(slots.items(), key=lambda item: item[0]) if key not in rested)
    return Learned(_volatile_facts(recent, samples), kept)


def is_volatile(steps: Sequence[bool | None], sampled: bool = False, rests: bool = False) -> bool:
    """Whether something that differed so at successive steps (None: could not be told) is volatile.

    `sampled`: it differed between a capture and its sample. `rests`: it may stand still now and then.
    """
    told = [step for step in steps if step is not None]
    resting = len(told) >= RUN and not any(told[-RUN:])
    longest = run = 0
    for step in told:
        run = run + 1 if step else 0
        longest = max(longest, run)
    return (sampled or longest >= RUN or sum(told) >= OFTEN) and (rests or not resting)


def vary(values: Sequence[Hashable | None]) -> bool:
    """Whether the values of a field in successive captures are volatile; None is no value."""
    steps = [None if one is None or other is None else one != other for one, other in pairwise(values[-WINDOW:])]
    return is_volatile(steps)


# ---------------------------------------------------------------- facts that vary in a sentence that stays


def _volatile_facts(
    recent: Sequence[Skeletons], pairs: Sequence[tuple[Skeletons, Skeletons]]
) -> dict[str, frozenset[int]]:
    found = {}
    for skeleton in dict.fromkeys(
        key for capture in [*recent, *(one for one, _ in pairs)] for key in capture.with_facts
    ):
        steps = [_differing(one.values(skeleton), other.values(skeleton)) for one, other in pairwise(recent)]
        sampled = [_differing(one.values(skeleton), other.values(skeleton)) for one, other in pairs]
        kinds = next(values for one in [*recent, *(one for one, _ in pairs)] if (values := one.values(skeleton)))
        places = frozenset(
            n
            for n, (kind, _) in enumerate(kinds)
            if is_volatile(
                [_at(step, n) for step in steps], any(_at(step, n) for step in sampled), kind in RESTING_KINDS
            )
        )
        if places:
            found[skeleton] = places
    return found


def _differing(one: tuple[tuple[str, str], ...] | None, other: tuple[tuple[str, str], ...] | None) -> list[bool] | None:
    return None if one is None or other is None else [a != b for a, b in zip(one, other, strict=True)]


def _at(step: list[bool] | None, n: int) -> bool | None:
    return None if step is None else step[n]


# ---------------------------------------------------------------- sentences that vary between neighbours that stay


def _stable_end(captures: Sequence[Skeletons]) -> Sequence[Skeletons]:
    """The newest captures between which most of the page stays."""
    for start in range(len(captures)):
        if _is_stable(captures[start:], _anchors(captures[start:])):
            return captures[start:]
    return ()


def _is_stable(captures: Sequence[Skeletons], anchors: Sequence[str]) -> bool:
    staying = sum(map(len, anchors))
    return all(staying >= LEAST_STABLE * sum(map(len, capture.order)) for capture in captures)


def _anchors(captures: Sequence[Skeletons]) -> list[str]:
    """Sentences that stand once in each capture, in the same order."""
    anchors = [s for s in captures[0].order if all(s in capture.places for capture in captures)] if captures else []
    for capture in captures[1:]:
        kept = rising([(n, capture.places[skeleton]) for n, skeleton in enumerate(anchors)])
        anchors = [anchors[n] for n, _ in kept]
    return anchors


def _runs(captures: Sequence[Skeletons], anchors: Sequence[str]) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Neighbours that stay, and what stands between them in each capture, where that is anything."""
    for before, after in pairwise([BEGIN, *anchors, END]):
        runs = []
        for capture in captures:
            start = capture.places[before] + 1 if before != BEGIN else 0
            runs.append(capture.keys[start : capture.places[after] if after != END else None])
        if any(runs):
            yield before, after, runs


def _slots(captures: Sequence[Skeletons]) -> Iterator[Slot]:
    for before, after, runs in _runs(captures, _anchors(captures)):
        if is_volatile([one != other for one, other in pairwise(runs)]):
            slot = _slot(before, after, runs, lambda steps: is_volatile(steps))
            yield from (slot,) if slot else ()


def _slots_of_pairs(pairs: Sequence[tuple[Skeletons, Skeletons]]) -> Iterator[Slot]:
    for pair in pairs:
        anchors = _anchors(pair)
        for before, after, runs in _runs(pair, anchors) if _is_stable(pair, anchors) else ():
            slot = _slot(before, after, runs, any) if runs[0] != runs[1] else None
            yield from (slot,) if slot else ()


def _slot(before: str, after: str, runs: Sequence[Sequence[str]], varies: Callable[[list[bool]], bool]) -> Slot | None:
    """The slot of a place that varies; None where none of its sentences varies by itself."""
    settled = _settled(runs)
    if settled is None:
        most, characters = max(map(len, runs)), max(sum(map(len, run)) for run in runs)
        return Slot(before, after, _varied(runs), 2 * most + 2, 2 * characters + 200)
    columns = list(zip(*settled, strict=True))
    places = tuple(n for n, column in enumerate(columns) if varies([one != other for one, other in pairwise(column)]))
    if not places:
        return None
    characters = max(sum(map(len, run)) for run in settled)
    kinds = _varied([[run[n] for n in places] for run in settled])
    return Slot(before, after, kinds, len(columns), 2 * characters + 200, len(columns), places)


def _settled(runs: Sequence[Sequence[str]]) -> Sequence[Sequence[str]] | None:
    """The newest runs of one length, or all of them where there is no other; None where they are too few to tell."""
    start = len(runs)
    while start and len(runs[start - 1]) == len(runs[-1]):
        start -= 1
    return runs[start:] if start == 0 or len(runs) - start > RUN else None


def _varied(runs: Sequence[Sequence[str]]) -> frozenset[str]:
    """The kinds of facts that are not the same in all runs."""
    values = [_by_kind(run) for run in runs]
    kinds = frozenset(kind for each in values for kind in each)
    return frozenset(kind for kind in kinds if any(each.get(kind) != values[0].get(kind) for each in values))


def _by_kind(run: Sequence[str]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for key in run:
        for fact in find_facts(key):
            found.setdefault(fact.kind, Counter())[fact.value] += 1
    return found


def _rested_slots(captures: Sequence[Skeletons]) -> frozenset[tuple[str, str]]:
    """Neighbours between which nothing has moved of late."""
    last = captures[-RUN - 1 :]
    if len(last) <= RUN:
        return frozenset()
    found = set()
    for before, after, runs in _runs(last, _anchors(last)):
        if all(run == runs[0] for run in runs):
            found.add((before, after))
    return frozenset(found)
