"""Whether two pages show the same main text, as far as judging needs to know.

Rules:
- Only main texts are compared: of whole pages, menus and footers are most (docs: verdicts, measured).
- Without any main text two pages are alike where they show the same, volatile parts left out.
"""

from __future__ import annotations

from functools import lru_cache

from crawler.model import Page
from crawler.shingles import jaccard, shingles

# From here on a main text is taken for the other one.
LIKE = 0.5
# No text is like one that is this much longer, whatever it repeats.
SHORTEST_SHARE = 0.1

_shingles = lru_cache(maxsize=64)(shingles)


def likeness(one: Page, other: Page) -> float:
    """How much two pages' main texts resemble each other, 0 to 1."""
    if one is other or one.text == other.text:
        return 1.0 if one.text or one.sight.key == other.sight.key else 0.0
    shorter, longer = sorted((len(one.text), len(other.text)))
    return jaccard(_shingles(one.text), _shingles(other.text)) if shorter > longer * SHORTEST_SHARE else 0.0


def is_unlike(page: Page, last_good: Page) -> bool:
    """Whether a page shows something else than the last good capture did."""
    return likeness(page, last_good) < LIKE
