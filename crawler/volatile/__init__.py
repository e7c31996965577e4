"""What of a text is another one at every look, and is masked before two looks are compared.

Rules:
- Masked: ages ("2 days ago"), counters, the day of the look with its clock, copyright years, ids of the request.
- Never masked: a deadline, an amount, a date other than the look's (± 1 day: the page may live in another time zone).
- A block of the page is a line of the text; nothing is looked for across lines. Linear in the text's length.
"""

from __future__ import annotations

from datetime import date

from crawler.volatile.days import mask_days
from crawler.volatile.phrases import mask_phrases

MASK = "▒"


def mask(text: str, *seen_on: date) -> str:
    """A text with its volatile parts replaced by MASK.

    `seen_on` is the UTC day of the look. To compare two looks, mask both texts with both days: what is printed once
    and for all on the day of the first look is then masked in both.
    """
    return mask_phrases(mask_days(text, frozenset(seen_on), MASK), MASK)
