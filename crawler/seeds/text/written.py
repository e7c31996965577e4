"""Where a Markdown text writes a URL that its parser has read: with or without escapes, here or in a definition.

Rules:
- A block is searched onwards, from the end of what was found in it last; what it does not hold may be defined
  anywhere (`[1]: https://…`).
- The text is looked at as it is and with its escapes undone, so that no URL needs a pattern of its own.
"""

from __future__ import annotations

import html
import html.entities
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

Place = tuple[int, int]

NEAR = 4096  # characters that are looked at first
MAX_MISSES = 100  # searches of the whole text

_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|&(?:#[xX][0-9a-fA-F]{1,6}|#\d{1,7}|([A-Za-z][A-Za-z0-9]{1,31}));")


class Source:
    """A document's text, searched for what a token came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self._plain = _Plain(text)
        self._defined: dict[str, Place] = {}
        self._elsewhere: dict[str, Place | None] = {}
        self._block = (0, len(text))
        self._cursor = 0

    def define(self, references: Mapping[str, Mapping[str, Any]]) -> None:
        """Note where the link reference definitions stand (markdown-it's own form: href, and map by lines)."""
        for one in references.values():
            place = self._find(one["href"], *self._span(one["map"]))
            if place:
                self._defined.setdefault(one["href"], place)

    def enter(self, lines: Sequence[int]) -> None:
        """Search from here on within a block: lines [first, last) from 0. A row's cells are one block."""
        block = self._span(lines)
        if block != self._block:
            self._block, self._cursor = block, block[0]

    def find(self, *forms: str) -> Place:
        """Where a URL is written, in one of its forms; at the block's beginning where it is nowhere."""
        found = self._ahead(forms, self._cursor + NEAR)
        known = [] if found else [self._defined[form] for form in forms if form in self._defined]
        found = found or next(iter(known), None) or self._ahead(forms, self._block[1])
        if found is None:
            found = self._anywhere(forms)
        elif not known:
            self._cursor = found[1]
        return found or (self._block[0], self._block[0])

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._starts, offset)

    def _span(self, lines: Sequence[int]) -> Place:
        ends = len(self._starts)
        first, last = lines[0], lines[1]
        return self._starts[min(first, ends - 1)], self._starts[last] if last < ends else len(self.text)

    def _ahead(self, forms: Sequence[str], end: int) -> Place | None:
        found = (self._find(form, self._cursor, min(end, self._block[1])) for form in forms)
        return min(filter(None, found), default=None)

    def _anywhere(self, forms: Sequence[str]) -> Place | None:
        for form in forms:
            if form not in self._elsewhere and len(self._elsewhere) < MAX_MISSES:
                self._elsewhere[form] = self._find(form, 0, len(self.text))
        return next((place for form in forms if (place := self._elsewhere.get(form))), None)

    def _find(self, url: str, start: int, end: int) -> Place | None:
        """Where text[start:end] first writes a URL as it is, or with escapes."""
        place = self.text.find(url, start, end)
        escaped = self._plain.find(url, start, end if place < 0 else min(end, place + len(url)))
        return escaped or ((place, place + len(url)) if place >= 0 else None)


class _Plain:
    """A text with its escapes undone, and where its pieces stand in the text as written."""

    def __init__(self, text: str) -> None:
        pieces: list[str] = []
        self._plain_starts = [0]
        self._starts = [0]
        length = end = 0
        for found in _ESCAPE.finditer(text):
            character = found[1] or html.unescape(found[0])
            if character == found[0]:
                continue
            before = text[end : found.start()]
            pieces += [before, character]
            self._plain_starts += [length + len(before), length + len(before) + len(character)]
            self._starts += [found.start(), found.end()]
            length, end = self._plain_starts[-1], found.end()
        self._text = "".join(pieces) + text[end:] if pieces else ""

    def find(self, url: str, start: int, end: int) -> Place | None:
        """Where a URL stands with escapes between two places of the text as written."""
        if not self._text:
            return None
        place = self._text.find(url, self._place(start), self._place(end))
        return (self._written(place), self._written(place + len(url))) if place >= 0 else None

    def _place(self, written: int) -> int:
        number = bisect_right(self._starts, written) - 1
        return self._plain_starts[number] + self._within(number, written - self._starts[number])

    def _within(self, number: int, offset: int) -> int:
        """An offset in a piece; one of an escape has no inside."""
        following = self._plain_starts[number + 1] if number + 1 < len(self._plain_starts) else len(self._text)
        return min(offset, following - self._plain_starts[number])

    def _written(self, place: int) -> int:
        number = bisect_right(self._plain_starts, place) - 1
        return self._starts[number] + place - self._plain_starts[number]
