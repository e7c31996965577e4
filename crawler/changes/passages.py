"""A text as it is compared: its sentences, each with the key by which it is found again.

Rules:
- A key is in NFKC, its volatile parts masked; typography, invisible characters, list marks, footnote marks and white
  space between characters of Han do not count. What is shown stays as it was.
- Pages of a PDF stand apart by a form feed; a line is a paragraph; a sentence never spans two lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from crawler.volatile import MASK, mask

# Beyond this a text is a data dump, and its rest tells an editor nothing.
MOST_CHARACTERS, MOST_PASSAGES = 2_000_000, 50_000
# What is printed in several ways and means the same (Unicode 15, General Punctuation; NFKC leaves these).
_TYPOGRAPHY = str.maketrans(
    "‘’‚‛′“”„‟″«»‐‑‒–—―−·•﹣",
    "'" * 5 + '"' * 5 + '""' + "-" * 7 + "··-",
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f",
)
HAN = "\u3000-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# The mark of a footnote behind a word: one note more, and all behind it have other numbers.
_FOOTNOTE = re.compile(r"(?<=[^\s\[])\s?\[\d{1,3}\](?!\d)")
_BESIDE_HAN = re.compile(rf"(?<=[{HAN}])\s+|\s+(?=[{HAN}])")
_LEADING = re.compile(r"^[-*#|>·▪◦●■□◆○\s]+(?=\S)")
_TRAILING = re.compile(r"[|\s]+$")
# Words that end in a full stop and end no sentence (of three letters: any shorter one with a capital is such a word).
_SHORTENED = "Mrs Fig Art Vol Nos Jan Feb Mar Apr Jun Jul Aug Sep Oct Nov Dec Inc Ltd Ave"
_NO_END = "".join(rf"(?<!\b{word}\.)" for word in _SHORTENED.split())
_ENDS = re.compile(
    rf"(?<=[。！？；])|(?<=[!?;؟؛])(?=\s|[{HAN}])|(?<=[!?;][\"'”’)）])(?=\s)"
    rf"|(?<![A-Z]\.)(?<!\b[A-Z][a-z]\.)(?<!\b[ec]\.g\.){_NO_END}(?<=[.۔])\s+(?![a-zß-ÿа-яё])"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence: as it is shown, its key, the number of its line, and its key with nothing masked."""

    shown: str
    key: str
    line: int
    plain: str


def normal(text: str) -> str:
    """A text of one line as keys have it, nothing masked."""
    plain = unicodedata.normalize("NFKC", text).translate(_TYPOGRAPHY)
    return _BESIDE_HAN.sub("", " ".join(_FOOTNOTE.sub("", plain).split()))


def passages(text: str, days: Collection[date] = ()) -> list[Passage]:
    """The sentences of a text, in order; `days` are those on which the compared looks were made."""
    found: list[Passage] = []
    lines = text[:MOST_CHARACTERS].replace("\f", "\n").split("\n")
    plain = [normal(line) for line in lines]
    for number, (line, bare, masked) in enumerate(zip(lines, plain, _masked(plain, days), strict=True)):
        found += _of_line(number, " ".join(line.split()), bare, masked)
        if len(found) >= MOST_PASSAGES:
            break
    return found


def _masked(plain: list[str], days: Collection[date]) -> list[str]:
    masked = mask("\n".join(plain), *sorted(days)).split("\n")
    return masked if len(masked) == len(plain) else [mask(line, *sorted(days)) for line in plain]


def _of_line(number: int, line: str, plain: str, masked: str) -> list[Passage]:
    keys = sentences(masked)
    plains, shown = (found if len(found) == len(keys) else keys for found in (sentences(plain), sentences(line)))
    return [
        Passage(_bare(show), _bare(key), number, _bare(one)) for show, key, one in zip(shown, keys, plains, strict=True)
    ]


def is_blank(key: str) -> bool:
    """Whether nothing is left of a sentence but what is masked, and marks."""
    return not key.strip(MASK + " .,:;|()-/·")


def sentences(line: str) -> list[str]:
    """The sentences of a line, in order."""
    return [part for part in (piece.strip() for piece in _ENDS.split(line)) if part]


def _bare(sentence: str) -> str:
    """A sentence without the marks of a list, a table or a heading around it."""
    return _TRAILING.sub("", _LEADING.sub("", sentence))


def letters(text: str) -> str:
    """A text without any white space: what does not change when lines break elsewhere."""
    return "".join(text.split())
