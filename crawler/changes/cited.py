"""The evidence that a briefing relies on: what its sentence takes from the page, and whether that still stands there.

Rules:
- A briefing speaks its own words, often in another language: claims are figures, dates, amounts, standards, quoted
  words and text fragments; they are compared by value.
- What was not found in the baseline proves nothing. What was found there and is nowhere now is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote

from crawler.changes.facts import Fact, core, find_facts, same_fact
from crawler.changes.passages import letters, normal

# Words between marks of quotation (a title between 《》 is the name of something, not words of it).
_QUOTED = re.compile(r"\"([^\"]{6,300})\"|「([^」]{4,300})」|『([^』]{4,300})』")
_TERM = re.compile(r"[A-Za-z][A-Za-z&-]{3,}|[\u4e00-\u9fff]{2,}")
_LATIN, _HAN = re.compile(r"[A-Za-z]{2}"), re.compile(r"[\u4e00-\u9fff]")
# An amount below this is a count or an ordinal, and stands on every page.
LEAST_NUMBER = 10
MOST_CLAIMS, MOST_TERMS = 60, 40


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that a briefing takes from a page: as the briefing prints it, and what to look for (values of facts, or
    words without white space)."""

    printed: str
    value: str = ""
    words: str = ""

    def stands_in(self, read: Read) -> bool:
        """Whether a page holds it."""
        return self.words in read.letters if self.words else read.holds(self.value)


@dataclass(frozen=True, slots=True)
class Cited:
    """What the citations of a target rely on: their claims, and the words that they speak in."""

    claims: tuple[Claim, ...] = ()
    terms: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The same for the same claims and words; '' for none."""
        if not self.claims and not self.terms:
            return ""
        told = ([(claim.value, claim.words) for claim in self.claims], sorted(self.terms))
        return sha256(repr(told).encode()).hexdigest()[:16]


class Read:
    """A page as claims are looked for in it."""

    def __init__(self, text: str) -> None:
        lines = [normal(line) for line in text.replace("\f", "\n").split("\n")]
        self.letters = letters("".join(lines)).casefold()
        self._facts: dict[str, set[str]] = {}
        for line in lines:
            for fact in find_facts(line):
                self._facts.setdefault(core(fact.value), set()).add(fact.value)

    def holds(self, value: str) -> bool:
        """Whether a fact of the page says the same."""
        return any(same_fact(value, other) for other in self._facts.get(core(value), ()))


NOTHING_CITED = Cited()


def cited_by(contexts: Iterable[tuple[str, str | None]]) -> Cited:
    """What citations rely on: (context, text fragment directive or None) of each."""
    claims: dict[tuple[str, str], Claim] = {}
    terms: dict[str, None] = {}
    for context, fragment in contexts:
        for claim in [*_fragments(fragment or ""), *_claims(normal(context))]:
            claims.setdefault((claim.value, claim.words), claim)
        terms.update(dict.fromkeys(_terms(normal(context))))
    return Cited(tuple(claims.values())[:MOST_CLAIMS], frozenset(list(terms)[:MOST_TERMS]))


def missing(cited: Cited, before: Sequence[Read], now: Read) -> tuple[str, ...]:
    """The claims, as printed, that stand in each reading of the baseline and not in what is shown now."""
    return tuple(c.printed for c in cited.claims if all(c.stands_in(read) for read in before) and not c.stands_in(now))


def _claims(context: str) -> Iterator[Claim]:
    for found in _QUOTED.finditer(context):
        words = next(filter(None, found.groups()))
        yield Claim(words, words=letters(words).casefold().strip(".,;:。，；："))
    for fact in find_facts(context):
        if _is_telling(fact):
            yield Claim(context[fact.start : fact.end].strip(), value=fact.value)


_TELLING: dict[str, Callable[[str], bool]] = {
    "standard": lambda value: True,
    "edition": lambda value: True,
    "money": lambda value: True,
    "date": lambda value: not value.startswith(("W", "T")),
    "number": lambda value: "%" in value or "." in value or (value.isdecimal() and int(value) >= LEAST_NUMBER),
}


def _is_telling(fact: Fact) -> bool:
    return _TELLING[fact.kind](fact.value)


def _fragments(directive: str) -> Iterator[Claim]:
    """The texts that a `#:~:text=` names (WICG, URL Fragment Text Directives): start and end, prefix and suffix not."""
    for one in re.split(r"&(?:text=)?", directive.rpartition(":~:")[2]):
        for piece in one.removeprefix("text=").split(","):
            words = "" if piece.endswith("-") or piece.startswith("-") else " ".join(unquote(piece).split())
            if words:
                yield Claim(words, words=letters(normal(words)).casefold())


def _terms(context: str) -> Iterator[str]:
    """The words that tell what a sentence is about: of a sentence in Chinese its Latin names and its words' pairs."""
    for found in _TERM.finditer(context):
        word = found[0].casefold()
        if _HAN.match(word):
            yield from (word[n : n + 4] for n in range(0, max(len(word) - 3, 1), 4))
        elif len(word) > 4 or not found[0].islower():
            yield word
