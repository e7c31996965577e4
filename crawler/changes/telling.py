"""What an editor is told of sentences that differ: the facts before and after, and the lines that say most.

Rules:
- A fact that stands as often as before somewhere else has only moved; in a sentence that was reworded it has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from crawler.changes.facts import Fact, find_facts
from crawler.changes.pairs import Pair
from crawler.changes.passages import Passage
from crawler.model import FactChange

MOST_FACTS, MOST_LINES, LINE_CHARACTERS = 60, 3, 240
# Characters kept before the place where two lines begin to differ.
LEAD = 60


def changed_facts(pairs: Sequence[Pair], old: Sequence[Passage], new: Sequence[Passage]) -> tuple[FactChange, ...]:
    """The key facts that are others now, in order of the new text."""
    lone = [one for one in pairs if not (one.before and one.after)]
    surplus = _counts(old) - _counts(new) if lone else Counter[tuple[str, str]]()
    added = _counts(new) - _counts(old) if lone else Counter[tuple[str, str]]()
    found: list[FactChange] = []
    for one in pairs[: 4 * MOST_FACTS]:
        if one.before and one.after:
            found += _reworded(one.before.key, one.after.key)
        else:
            found += _lone(one, surplus, added)
    return tuple(dict.fromkeys(_joined(found)))[:MOST_FACTS]


def _counts(found: Sequence[Passage]) -> Counter[tuple[str, str]]:
    return Counter((fact.kind, fact.value) for passage in found for fact in find_facts(passage.key))


def _reworded(before: str, after: str) -> Iterator[FactChange]:
    """Facts that differ within one sentence, those of a kind put beside each other in their order."""
    olds, news = _without(find_facts(before), find_facts(after)), _without(find_facts(after), find_facts(before))
    for kind in dict.fromkeys(fact.kind for fact in [*olds, *news]):
        gone = [before[f.start : f.end].strip() for f in olds if f.kind == kind]
        come = [after[f.start : f.end].strip() for f in news if f.kind == kind]
        for n in range(max(len(gone), len(come))):
            yield FactChange(kind, gone[n] if n < len(gone) else "", come[n] if n < len(come) else "")


def _without(facts: Sequence[Fact], others: Sequence[Fact]) -> list[Fact]:
    """The facts that the other side has not, however often; when both have the same ones, those in other order."""
    left = Counter(fact.value for fact in others)
    kept = []
    for fact in facts:
        if left[fact.value] > 0:
            left[fact.value] -= 1
        else:
            kept.append(fact)
    if kept or left.total():
        return kept
    order = [(f.kind, f.value) for f in others]
    return [fact for n, fact in enumerate(facts) if (fact.kind, fact.value) != order[n]]


def _lone(one: Pair, surplus: Counter[tuple[str, str]], added: Counter[tuple[str, str]]) -> Iterator[FactChange]:
    """Facts of a sentence that was only taken out or put in, as far as they stand nowhere else."""
    passage, left = (one.before, surplus) if one.before else (one.after, added)
    for fact in find_facts(passage.key) if passage else []:
        if left[fact.kind, fact.value] > 0:
            left[fact.kind, fact.value] -= 1
            printed = passage.key[fact.start : fact.end].strip() if passage else ""
            yield FactChange(fact.kind, printed, "") if one.before else FactChange(fact.kind, "", printed)


def _joined(found: Sequence[FactChange]) -> list[FactChange]:
    """Facts where one that is gone and the next of its kind that came are told as one."""
    joined: list[FactChange] = []
    for fact in found:
        last = joined[-1] if joined else None
        if last and last.kind == fact.kind and not last.after and not fact.before:
            joined[-1] = FactChange(fact.kind, last.before, fact.after)
        else:
            joined.append(fact)
    return joined


def excerpt(pairs: Sequence[Pair], wanted: Sequence[str] = ()) -> tuple[tuple[str, str], ...]:
    """The lines that say most, before and after: those with words that are wanted, with other facts, reworded ones."""
    scored = sorted(enumerate(pairs), key=lambda item: (_score(item[1], wanted), -item[0]), reverse=True)
    return tuple(_cut(_shown(one.before), _shown(one.after)) for _, one in scored[:MOST_LINES])


def _score(one: Pair, wanted: Sequence[str]) -> int:
    before = one.before.shown if one.before else ""
    cited = any(words in before for words in wanted)
    facts = [fact.value for fact in find_facts(one.before.key)] if one.before else []
    others = [fact.value for fact in find_facts(one.after.key)] if one.after else []
    return 4 * cited + 2 * (facts != others) + bool(one.before and one.after)


def _shown(passage: Passage | None) -> str:
    return passage.shown if passage else ""


def _cut(before: str, after: str) -> tuple[str, str]:
    """Two lines from shortly before the place where they begin to differ."""
    same = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(0, same - LEAD) if before and after and max(len(before), len(after)) > LINE_CHARACTERS else 0
    return _window(before, start), _window(after, start)


def _window(line: str, start: int) -> str:
    piece = line[start : start + LINE_CHARACTERS]
    return ("…" if start and piece else "") + piece + ("…" if start + LINE_CHARACTERS < len(line) else "")
