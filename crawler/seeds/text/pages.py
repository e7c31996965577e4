"""A text document cut into lines and pages: each page's text, then the link lines that belong to it.

Rules:
- A link line holds one URL and nothing else; it belongs to its page, not to the paragraph above it.
- A form feed ends a page. Without any, a page ends where text follows a block of link lines, or after
  three blank lines (a page without links).
- A URL line inside a paragraph, or announced by a colon, is running text and ends no page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from crawler.seeds.boundary.find import MAX_CHARACTERS, find_urls

BLANK_LINES_END_PAGE = 3
SPREAD = 0.5  # of a page's lines with one blank line below, as some programs export every line

_LINE = re.compile(r"([^\r\n\f]*)(\r\n|\r|\n|\f|$)")
_WHOLE_URL = re.compile(rf"(?:https?|ftp|mailto|hxxps?):[!-~]{{1,{MAX_CHARACTERS}}}", re.IGNORECASE)
_ANNOUNCES = re.compile(r"[:：]\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number from 1, the offset of its first character, its text, and what it holds."""

    number: int
    start: int
    text: str
    is_link: bool

    @property
    def words(self) -> str:
        """The text without surrounding white space."""
        return self.text.strip()


@dataclass(frozen=True)
class Page:
    """One page, numbered from 1, with all its lines in order. What is read of it is read once."""

    number: int
    lines: tuple[Line, ...]

    @cached_property
    def is_spread(self) -> bool:
        """Whether a blank line stands after nearly every line, and so ends no paragraph."""
        text = [bool(line.words) for line in self.lines if not line.is_link]
        single = sum(one and not two and three for one, two, three in zip(text, text[1:], text[2:], strict=False))
        return single > SPREAD * sum(text)

    @cached_property
    def blocks(self) -> list[tuple[Line, ...]]:
        """Runs of text lines without a blank or a link line between them."""
        runs = groupby(self.lines, key=lambda line: bool(line.words) and not line.is_link)
        return [tuple(run) for is_text, run in runs if is_text]

    @cached_property
    def links(self) -> list[tuple[Line, ...]]:
        """The link lines; the same URL on adjacent lines is one anchor broken over several."""
        runs: list[list[Line]] = []
        for line in (line for line in self.lines if line.is_link):
            last = runs[-1][-1] if runs else None
            if last and last.number + 1 == line.number and last.words == line.words:
                runs[-1].append(line)
            else:
                runs.append([line])
        return [tuple(run) for run in runs]


def read_pages(text: str) -> list[Page]:
    """The pages of a text document; one that holds nothing but URLs is one page."""
    return [Page(number, tuple(lines)) for number, lines in enumerate(_paged(text), 1)]


def _paged(text: str) -> Iterator[list[Line]]:
    if "\f" in text:
        yield from _fed(text)
        return
    page: list[Line] = []
    for line in _lines(text):
        if line.words and not line.is_link and _is_over(page):
            yield page
            page = []
        page.append(line)
    yield page


def _fed(text: str) -> Iterator[list[Line]]:
    page: list[Line] = []
    for line in _lines(text):
        page.append(line)
        if text[line.start + len(line.text) : line.start + len(line.text) + 1] == "\f":
            yield page
            page = []
    yield page


def _lines(text: str) -> Iterator[Line]:
    number = 1
    lines: list[Line] = []
    for found in _LINE.finditer(text):
        before = lines[-1].text if lines else ""
        lines.append(
            Line(number, found.start(), found[1], _is_link(found[1].strip()) and not _ANNOUNCES.search(before))
        )
        number += found[2] != "\f"
        if not found[2]:
            break
    yield from lines


def _is_link(words: str) -> bool:
    if _WHOLE_URL.fullmatch(words):
        return True
    if "@" in words and "/" not in words:
        return False
    spans = find_urls(words) if words and " " not in words else []
    return len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(words))


def _is_over(page: list[Line]) -> bool:
    """True when the lines so far end a page: with a block of links set apart, or with enough blank lines."""
    words = len(page) - _run_length(page, len(page), lambda line: not line.words)
    if len(page) - words >= BLANK_LINES_END_PAGE:
        return words > 0
    links = _run_length(page, words, lambda line: line.is_link)
    return links > 0 and (links == words or not page[words - links - 1].words)


def _run_length(lines: list[Line], end: int, holds: Callable[[Line], bool]) -> int:
    """How many lines in a row before `end` hold."""
    length = 0
    while length < end and holds(lines[end - length - 1]):
        length += 1
    return length
