"""How much of a text is another one, as a class.

Rules:
- `same` is decided before measuring (pairs.py); what is measured here differs in something.
- Classes rest on 5-token shingles of the masked texts; under 300 characters nothing can be measured but equality.
- Another language is a class of its own: its shingles say nothing.

Source of the thresholds: 1,663 live pages, 38 pairs of different pages of one host (docs/decisions/011).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from crawler.model import TextClass
from crawler.shingles import containment, jaccard, shingles

SHORT_CHARACTERS = 300
# Of a stub most is the old text, some an offer to subscribe or a notice: half of it will do (ours).
TRUNCATED_LENGTH, TRUNCATED_INSIDE = 0.30, 0.50
MINOR, MINOR_CONTAINED, EDITED, REWRITTEN = 0.90, 0.97, 0.60, 0.20
# A text is in a script when this share of its letters is.
MOST_LETTERS = 0.6


class Measure(NamedTuple):
    """A class, with the resemblance of the texts and the share of the old one that is in the new one."""

    text_class: TextClass
    jaccard: float
    containment: float


def measure(old: str, new: str, languages: tuple[str, str] = ("", "")) -> Measure:
    """How two texts that differ resemble each other; `languages` as their pages state them."""
    ours, theirs = shingles(old), shingles(new)
    alike, kept = jaccard(ours, theirs), containment(ours, theirs)
    return Measure(_classify(old, new, languages, alike, kept, containment(theirs, ours)), alike, kept)


def _classify(old: str, new: str, languages: tuple[str, str], alike: float, kept: float, inside: float) -> TextClass:
    if not old or not new:
        return TextClass.UNCOMPARED
    if alike < REWRITTEN and is_flip(old, new, languages):
        return TextClass.LANGUAGE
    if len(new) < TRUNCATED_LENGTH * len(old) and inside >= TRUNCATED_INSIDE:
        return TextClass.TRUNCATED
    if len(new) < SHORT_CHARACTERS <= len(old) and max(alike, kept, inside) < REWRITTEN:
        return TextClass.REPLACED  # what little is there is none of what was
    if min(len(old), len(new)) < SHORT_CHARACTERS:
        return TextClass.EDITED
    if alike >= MINOR or kept >= MINOR_CONTAINED:
        return TextClass.MINOR
    if alike >= EDITED:
        return TextClass.EDITED
    return TextClass.REWRITTEN if alike >= REWRITTEN else TextClass.REPLACED


# ---------------------------------------------------------------- languages

_SCRIPTS = {
    "han": r"[\u4e00-\u9fff]",
    "kana": r"[\u3040-\u30ff]",
    "hangul": r"[\uac00-\ud7af]",
    "latin": r"[A-Za-z\u00c0-\u024f]",
    "cyrillic": r"[\u0400-\u04ff]",
    "arabic": r"[\u0600-\u06ff]",
    "thai": r"[\u0e00-\u0e7f]",
    "greek": r"[\u0370-\u03ff]",
    "devanagari": r"[\u0900-\u097f]",
}
_SCRIPT_PATTERNS = {name: re.compile(pattern) for name, pattern in _SCRIPTS.items()}
# A character of Han says about as much as this many Latin letters.
_HAN_WEIGHT = 3
# The most common short words of languages that share a script (any corpus of the language says so).
_WORDS = {
    "en": "the of and to in is for that with are this be by",
    "fr": "le la les des et du une est dans pour que sur au",
    "es": "el los las de y en que una por con para del es",
    "pt": "o os as do da em que uma por com para não dos",
    "de": "der die das und den ist von mit für auf nicht ein",
    "it": "il di che la per un una sono della con nel gli",
    "nl": "de het een van en is op dat voor met zijn niet",
    "ru": "и в не на что с по для это как из от",
}
_WORD_OF = {language: frozenset(words.split()) for language, words in _WORDS.items()}
SAMPLE_CHARACTERS = 20_000


def is_flip(old: str, new: str, languages: tuple[str, str] = ("", "")) -> bool:
    """Whether the texts are in different languages, by their scripts, their words, or else as they are stated."""
    told = language_of(old), language_of(new)
    if all(told):
        return told[0] != told[1]
    stated = [language.lower().replace("_", "-").partition("-")[0] for language in languages]
    return bool(stated[0] and stated[1] and stated[0] != stated[1])


def language_of(text: str) -> str:
    """The language of a text, or its script where that is all there is to tell; '' where it is mixed or short."""
    sample = text[:SAMPLE_CHARACTERS]
    counts = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPT_PATTERNS.items()}
    counts["han"] *= _HAN_WEIGHT
    if counts["kana"] > counts["han"] / 20:
        counts["kana"] += counts.pop("han")
    script, most = max(counts.items(), key=lambda item: item[1])
    if most < MOST_LETTERS * sum(counts.values()) or most < 40:
        return ""
    return _by_words(sample) if script in ("latin", "cyrillic") else script


def _by_words(sample: str) -> str:
    words = Counter(re.findall(r"[^\W\d_]+", sample.lower()))
    scores = {language: sum(words[word] for word in known) for language, known in _WORD_OF.items()}
    (best, most), (_, second) = Counter(scores).most_common(2)
    return best if most >= 5 and most > 1.5 * second else ""
