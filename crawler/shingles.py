"""How much of one text is in another: shingles, the resemblance and the containment of two texts.

Rules:
- Pure, and in linear time. A token is a word, or one character of a script that is written without spaces between
  words; punctuation, case and compatibility forms do not count.
- Shingles are numbers of this process alone: compare them, never store them.

Source: A. Broder, On the resemblance and containment of documents (1997).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

WIDTH = 5
# Kana, bopomofo, Hangul and Han with their extensions; Thai, Lao, Myanmar and Khmer (Unicode 15, Blocks.txt).
_SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_SINGLE}]|[^\W{_SINGLE}]+")


def tokens(text: str) -> list[str]:
    """The tokens of a text in order, in NFKC and without case."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def shingles(text: str, width: int = WIDTH) -> frozenset[int]:
    """The distinct runs of `width` tokens; one run of all of them where there are fewer, none for no token."""
    found = tokens(text)
    if len(found) <= width:
        return frozenset({hash(tuple(found))}) if found else frozenset()
    return frozenset(map(hash, zip(*(found[n:] for n in range(width)), strict=False)))


def jaccard(one: Set[int], other: Set[int]) -> float:
    """The resemblance of two sets of shingles, 0 to 1; nothing resembles nothing."""
    shared = len(one & other)
    either = len(one) + len(other) - shared
    return shared / either if either else 1.0


def containment(inner: Set[int], outer: Set[int]) -> float:
    """The share of `inner` that is in `outer`, 0 to 1; nothing is in everything."""
    return len(inner & outer) / len(inner) if inner else 1.0
