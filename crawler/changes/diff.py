"""The whole difference of two texts for an editor: lines, and in reworded lines the words, or characters of Han.

Rules:
- A line whose key is the same is shown as it stands now; what moved is shown once, where it stands now.
- Lines put together give the later text (`later`); nothing in it is cut or reordered.
- Bounded in time for texts that have nothing in common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from crawler.changes.align import Block, align
from crawler.changes.learned import NOTHING, Learned
from crawler.changes.noise import without_noise
from crawler.changes.passages import passages
from crawler.model import Line, Mark
from crawler.shingles import tokens

# What a line is taken apart into: a character of a script without spaces, a word or number, anything else alone.
_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]"
    r"|\d+(?:[.,:]\d+)*|[^\W\d_]+|\s+|."
)
# The share of words two lines have in common to be one reworded, and lines held against each other at most.
REWORDED = 0.3
MOST_PAIRED = 40
# Runs of equal pieces shorter than this between two changes are noise for the eye.
LEAST_SAME = 2
# A line longer than this is shown whole before and after: its words would be beyond reading anyway.
MOST_WORDS = 20_000


def diff(old: str, new: str, days: Collection[date] = (), learned: Learned = NOTHING) -> list[Line]:
    """Both texts as lines in order; `days` are those of the looks, `learned` what is volatile."""
    before, after = _lines(old), _lines(new)
    keys = _keys(before, days, learned), _keys(after, days, learned)
    blocks = align(*keys)
    moved = Counter(k for b in blocks if not b.equal for k in keys[0][b.a : b.b])
    moved &= Counter(k for b in blocks if not b.equal for k in keys[1][b.c : b.d])
    out, into = moved.copy(), moved
    found: list[Line] = []
    for block in blocks:
        if block.equal:
            found += (_whole(Mark.SAME, line) for line in after[block.c : block.d])
        else:
            removed = [line for line, key in _of(before, keys[0], block.a, block.b) if not _take(out, key)]
            added = [(line, _take(into, key)) for line, key in _of(after, keys[1], block.c, block.d)]
            found += _replaced(removed, added)
    return found


def later(lines: Sequence[Line]) -> list[str]:
    """The lines of the later text."""
    return [line.text for line in lines if line.mark in (Mark.SAME, Mark.AFTER)]


def fold(lines: Sequence[Line], around: int = 1) -> list[Line]:
    """Lines with runs of equal ones folded, but for so many beside a change."""
    found: list[Line] = []
    near = {n + off for n, line in enumerate(lines) if line.mark is not Mark.SAME for off in range(-around, around + 1)}
    for n, line in enumerate(lines):
        if n in near:
            found.append(line)
        elif found and found[-1].mark is Mark.FOLDED:
            found[-1] = Line(Mark.FOLDED, n=found[-1].n + 1)
        else:
            found.append(Line(Mark.FOLDED, n=1))
    return found


def _lines(text: str) -> list[str]:
    stripped = (" ".join(line.split()) for line in text.replace("\f", "\n").split("\n"))
    return [line for line in stripped if line]


def _keys(lines: Sequence[str], days: Collection[date], learned: Learned) -> list[tuple[str, ...]]:
    """By line, the keys of its sentences; a line of which nothing is left by what is volatile has its own words."""
    found: list[list[str]] = [[] for _ in lines]
    for passage in learned.hide(without_noise(passages("\n".join(lines), days))):
        found[passage.line].append(passage.key)
    return [tuple(keys) or (line,) for keys, line in zip(found, lines, strict=True)]


def _of(
    lines: Sequence[str], keys: Sequence[tuple[str, ...]], start: int, end: int
) -> Iterator[tuple[str, tuple[str, ...]]]:
    return zip(lines[start:end], keys[start:end], strict=True)


def _take(counts: Counter[tuple[str, ...]], key: tuple[str, ...]) -> bool:
    """Whether one of these is left; it is taken."""
    counts[key] -= 1
    return counts[key] >= 0


def _whole(mark: Mark, line: str) -> Line:
    return Line(mark, ((mark, line),))


# ---------------------------------------------------------------- a stretch that differs


def _replaced(removed: Sequence[str], added: Sequence[tuple[str, bool]]) -> Iterator[Line]:
    """Lines taken out and put in; a reworded one before its later form. Those that moved here are equal."""
    partner = _partners(removed, [line for line, _ in added])
    at = 0
    for n, (line, moved) in enumerate(added):
        if moved:
            yield _whole(Mark.SAME, line)
        elif n in partner:
            yield from (_whole(Mark.BEFORE, one) for one in removed[at : partner[n]])
            yield from _reworded(removed[partner[n]], line)
            at = partner[n] + 1
        else:
            yield _whole(Mark.AFTER, line)
    yield from (_whole(Mark.BEFORE, one) for one in removed[at:])


def _partners(removed: Sequence[str], added: Sequence[str]) -> dict[int, int]:
    """By place among the added, the place of the removed line it was made from; both rise."""
    found: dict[int, int] = {}
    olds = [Counter(tokens(line)) for line in removed[:MOST_PAIRED]]
    start = 0
    for n, line in enumerate(added[:MOST_PAIRED]):
        new = Counter(tokens(line))
        scores = [(_likeness(old, new), -m) for m, old in enumerate(olds[start:], start)]
        best, place = max(scores, default=(0.0, 0))
        if best >= REWORDED:
            found[n], start = -place, 1 - place
    return found


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    longer = max(one.total(), other.total())
    return (one & other).total() / longer if longer else 0.0


def _reworded(old: str, new: str) -> Iterator[Line]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        yield from (_whole(Mark.BEFORE, old), _whole(Mark.AFTER, new))
        return
    blocks = _joined(align(before, after), before)
    yield Line(Mark.BEFORE, tuple(_pieces(Mark.BEFORE, [(b.equal, before[b.a : b.b]) for b in blocks])))
    yield Line(Mark.AFTER, tuple(_pieces(Mark.AFTER, [(b.equal, after[b.c : b.d]) for b in blocks])))


def _joined(blocks: Sequence[Block], before: Sequence[str]) -> list[Block]:
    """Blocks without equal ones too short to be seen between two that differ."""
    found: list[Block] = []
    for n, block in enumerate(blocks):
        inner = 0 < n < len(blocks) - 1
        speck = block.equal and inner and len("".join(before[block.a : block.b]).strip()) < LEAST_SAME
        if found and not found[-1].equal and (speck or not block.equal):
            found[-1] = Block(False, found[-1].a, block.b, found[-1].c, block.d)
        else:
            found.append(block)
    return found


def _pieces(mark: Mark, stretches: Sequence[tuple[bool, Sequence[str]]]) -> Iterator[tuple[Mark, str]]:
    for equal, words in stretches:
        if words:
            yield Mark.SAME if equal else mark, "".join(words)
