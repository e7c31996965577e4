"""The sentence around a place in a text, redacted and short enough to show.

Rules:
- A sentence ends at 。！？；…, at a blank line, and at .!? before white space.
- What is kept is redacted before it is cut: half an address is hard to recognise. What is plainly too much is cut
  off before, at white space: no address goes over it.
"""

from __future__ import annotations

import re

from crawler.urls.redact import redact_text

CONTEXT_CHARACTERS = 160
BEFORE_CHARACTERS = CONTEXT_CHARACTERS // 2
WINDOW = 1000  # characters on either side that are looked at
ENOUGH = 240  # of them are redacted

_CHINESE_BREAK = re.compile(r"(?<=[^\x00-\x7f])\s*\n\s*(?=[^\x00-\x7f])")
_SPACE = re.compile(r"\s")
_SPACE_BEFORE = re.compile(r".*\s", re.DOTALL)  # up to the last one
_END = re.compile(r"[。！？；…]+[”’」』）》\"')]*|[.!?]+[”’\"')]*(?=\s)|\n\s*\n|\f")


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that text[start:end] stands in, on one line; of a long one what is nearest, `…` where it is cut."""
    return sentence_between(text[max(0, start - WINDOW) : start], text[start:end], text[end : end + WINDOW])


def sentence_between(before: str, words: str, after: str) -> str:
    """The sentence that words stand in, by up to WINDOW characters on either side of them."""
    opened = [found.end() for found in _END.finditer(before)]
    closed = _END.search(after)
    before = before[opened[-1] if opened else 0 :]
    after = after[: closed.end()] if closed else after
    before, after = _last_words(before), _first_words(after)
    shown = [one_line(redact_text(part)) for part in (before, words, after)]
    return _joined(before, after, shown)


def _last_words(text: str) -> str:
    found = _SPACE_BEFORE.match(text, 0, max(0, len(text) - ENOUGH))
    return text[found.end() :] if found else text


def _first_words(text: str) -> str:
    found = _SPACE.search(text, ENOUGH)
    return text[: found.end()] if found else text


def one_line(text: str) -> str:
    """The text on one line: a line end between Chinese words is nothing, elsewhere a space."""
    return " ".join(_CHINESE_BREAK.sub("", text).split())


def _joined(before: str, after: str, shown: list[str]) -> str:
    left, words, right = shown
    left = left if len(left) <= BEFORE_CHARACTERS else "…" + left[-BEFORE_CHARACTERS:]
    room = max(0, CONTEXT_CHARACTERS - len(left) - len(words))
    right = right if len(right) <= room else right[:room] + "…"
    gap = " " if before[-1:].isspace() and left else ""
    return left + gap + words + (" " if after[:1].isspace() and right else "") + right
