"""Phrases by which pages say what they are, and how a page's words are compared with them.

Rules:
- Words are compared without case, accents, harakat, width and kind of quotation mark; `ё` is `е`.
- What is shown of a page are phrases of these tables, never the page's own words: those may name their reader.
- A title is several things in a row; each of its segments is compared as a whole. A colon with no space before it
  parts nothing: what stands before it is the beginning of a headline as often as not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

READ_ON = "2026-11-22"
# For phrases that no page at hand was read for; each says so instead of a source.
USAGE = "usual wording of the language, written down without a page at hand"
# Where phrases of missing pages were read.
DJANGO = "django/django contrib/admin/locale (Page not found)"
APACHE = "apache/httpd docs/error/HTTP_NOT_FOUND.html.var"
PAGES = "404 pages of public projects, found by exact search; forms of the same"

_MARKS = re.compile(
    r"[\u0300-\u0305\u0307-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufeff\u00ad]+"
)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"'})
_SPACES = re.compile(r"[^\S\n]+")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_BETWEEN_SEGMENTS = re.compile(
    rf"\s*[|_•·»«›‹]+\s*|\s+[-–—~/:]+\s+|(?<=[{_CJK}\d])\s*[-–—]+\s*(?=[{_CJK}])|(?<=[{_CJK}])[-–—]+|\s*[–—]{{2,}}\s*"
)
_EDGES = " \t\n.,;:!?…。，；！？、()[]{}<>\"'“”‘’«»《》【】「」-–—*#~"
_DENSE = re.compile(rf"[{_CJK}\uac00-\ud7a3]")
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


def extent(text: str) -> int:
    """How much a text says, in characters of Latin script: one of Han, kana or Hangul says as much as three."""
    return len(text) + 2 * len(_DENSE.findall(text))


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


class Lexicon:
    """Phrases of some rows, and how they are found in the words of a page."""

    def __init__(self, rows: Iterable[Phrases]) -> None:
        texts = [text for row in rows for text in row.texts]
        self._wholes = {bare(text): text for text in reversed(texts)}
        parts = {plain(text): text for text in reversed(texts)}
        self._parts = sorted(parts.items(), key=lambda part: (-len(part[0]), part[0]))

    def name_of(self, words: str) -> str:
        """The phrase that these bare words are, or ''."""
        return self._wholes.get(words, "")

    def name_in(self, parts: Iterable[str]) -> str:
        """The phrase that one of these bare words is, the first that is one; or ''."""
        return next((name for part in parts if (name := self._wholes.get(part))), "")

    def find(self, shown: str) -> str:
        """The longest phrase that a plain text holds, or ''."""
        # One search a phrase is ten times as fast as one expression of them all.
        return next((text for part, text in self._parts if part in shown and re.search(_pattern(part), shown)), "")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """An expression for all of them, the longest first."""
        return re.compile("|".join(_pattern(part) for part, _ in self._parts) or r"(?!)")


@cache
def _pattern(text: str) -> str:
    # Latin, Greek and Cyrillic; Arabic writes its article and particles on to the word.
    before = r"\b" if text[0].isalnum() and text[0] < "\u0530" else ""
    after = r"\b" if text[-1].isalnum() and text[-1] < "\u0530" else ""
    return f"{before}{re.escape(text)}{after}"
