"""How much an editor would care: rows with weights, added up. Size is not importance.

Source: verdicts-and-changes, "Importance"; the rows marked ours fill what it leaves open (docs/decisions/011).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from crawler.model import FactChange, Layer, SightKind, TextClass

LISTING = 0.25
MOST_FOR_TERMS, PER_TERM = 40, 10


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison has found, as far as it is weighed; `terms` counts the briefing's words near the change."""

    text_class: TextClass
    layers: frozenset[Layer]
    facts: tuple[FactChange, ...]
    missing: bool
    other_domain: bool
    kind: SightKind
    terms: int = 0
    listing: bool = False


class Weight(NamedTuple):
    """What weighs how much."""

    name: str
    weight: int
    holds: Callable[[Found], bool]


def _text_is(text_class: TextClass) -> Callable[[Found], bool]:
    return lambda found: found.text_class is text_class


_KEY = frozenset({"date", "number", "money", "standard"})
_TITLES = frozenset({"title", "heading", "edition", "published"})
WEIGHTS = (
    Weight("cited evidence missing", 100, lambda found: found.missing),
    Weight("hijack", 90, lambda found: found.other_domain and found.text_class is TextClass.REPLACED),
    Weight("key facts near the change", 40, lambda found: any(fact.kind in _KEY for fact in found.facts)),
    Weight(
        "replaced PDF",
        40,
        lambda found: found.kind is SightKind.PDF and found.text_class in (TextClass.REWRITTEN, TextClass.REPLACED),
    ),
    Weight("title, edition, date", 30, lambda found: any(fact.kind in _TITLES for fact in found.facts)),
    Weight("text: minor", 5, _text_is(TextClass.MINOR)),
    Weight("text: edited", 15, _text_is(TextClass.EDITED)),
    Weight("text: rewritten", 40, _text_is(TextClass.REWRITTEN)),
    Weight("text: replaced", 70, _text_is(TextClass.REPLACED)),
    Weight("text: truncated (ours)", 40, _text_is(TextClass.TRUNCATED)),
    Weight("text: another language (ours)", 40, _text_is(TextClass.LANGUAGE)),
    Weight("another image (ours)", 40, lambda found: Layer.IMAGE in found.layers),
    Weight("another file (ours)", 15, lambda found: Layer.BINARY in found.layers),
)


def weigh(found: Found) -> int:
    """The importance of what was found: 0 and more."""
    total = sum(row.weight for row in WEIGHTS if row.holds(found)) + min(MOST_FOR_TERMS, PER_TERM * found.terms)
    return round(total * LISTING) if found.listing else total
