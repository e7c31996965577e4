"""Phrases by which pages say what they are, and how a page's words are compared with them.

Rules:
- Words are compared without case, accents, harakat, width and kind of quotation mark; `ё` is `е`.
- A title is several things in a row; each of its segments is compared as a whole. A colon parts nothing: what stands
  before it is the beginning of a headline as often as not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

READ_ON = "2026-11-22"

_MARKS = re.compile(r"[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufeff\u00ad]+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"'})
_SPACES = re.compile(r"[^\S\n]+")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_BETWEEN_SEGMENTS = re.compile(
    rf"\s*[|_•·»«›‹]+\s*|\s+[-–—~/:]+\s+|(?<=[{_CJK}\d])\s*[-–—]+\s*(?=[{_CJK}])|(?<=[{_CJK}])[-–—]+|\s*[–—]{{2,}}\s*"
)
_EDGES = " \t\n.,;:!?…。，；！？、()[]{}<>\"'“”‘’《》【】「」-–—*#~"
_BETWEEN_SENTENCES = re.compile(r"[.!?。؟;\n]+")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of one language that say the same; `source` says where they were read, `read_on` when."""

    language: str
    texts: tuple[str, ...]
    source: str
    read_on: str = READ_ON


def plain(text: str) -> str:
    """A text as it is compared: no case, accents or marks, one kind of space and of quotation mark."""
    if not text.isascii():
        # Composed again, as the marks of other scripts (Hangul, kana) belong to their letters.
        text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_QUOTES))))
    return _SPACES.sub(" ", text.casefold()).strip()


def bare(text: str) -> str:
    """A plain text without the punctuation at its ends."""
    return plain(text).strip(_EDGES)


def segments(title: str) -> tuple[str, ...]:
    """The parts of a title, bare, and the whole of it first."""
    whole = plain(title)
    parts = [whole, *_BETWEEN_SEGMENTS.split(whole)]
    return tuple(dict.fromkeys(part for part in (part.strip(_EDGES) for part in parts) if part))


def sentences(text: str) -> list[str]:
    """The sentences of a text, bare."""
    parts = (part.strip(_EDGES) for part in _BETWEEN_SENTENCES.split(plain(text)))
    return [part for part in parts if part]


def all_of(rows: Iterable[Phrases]) -> frozenset[str]:
    """The phrases of rows as they are compared with whole segments."""
    return frozenset(bare(text) for row in rows for text in row.texts)


def any_of(rows: Iterable[Phrases]) -> re.Pattern[str]:
    """What finds a phrase of these rows in a plain text; a phrase in letters with spaces is found as whole words."""
    texts = sorted({plain(text) for row in rows for text in row.texts}, key=lambda text: (-len(text), text))
    return re.compile("|".join(map(_pattern, texts)))


def _pattern(text: str) -> str:
    before = r"\b" if text[0].isalnum() and text[0] < "\u3000" else ""
    after = r"\b" if text[-1].isalnum() and text[-1] < "\u3000" else ""
    return f"{before}{re.escape(text)}{after}"


def quoted(words: str) -> tuple[str, str]:
    """Words of a page as English and Chinese sentences quote them."""
    return f"“{words}”", f"“{words}”"
