"""Plain lists of URLs with titles or remarks → mentions: one URL a line, `URL title` or `title URL`.

Rules:
- A line that begins with `#` is a remark. Marks of a list (`-`, `1.`) and what sets title and URL apart are
  neither's words.
- It is such a list where every other line is one URL with or without a short title, and at least one line is
  a title's or a remark's: a file of nothing but URLs, and any running text, is a text document (text.py).
- The title beside a URL is its item; without one the item stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.model import ItemCandidate
from crawler.seeds.boundary.find import Span, find_urls
from crawler.seeds.mention import Mention
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why
from crawler.seeds.recipients import tail
from crawler.seeds.text.charset import decode_text
from crawler.seeds.text.page_text import read_text
from crawler.urls.redact import redact_text

TITLE_CHARACTERS = 80
REMARK = "#"

_LINE = re.compile(r"[^\r\n]+")
_MARK = re.compile(r"\s*(?:[-*+•·]|\d{1,4}[.、)）])\s+|\s*")
_EDGES = " \t|:：—–-,，;；<>《》()（）[]【】"
_SENTENCE = re.compile(r"[。！？!?]|[.;；]\s")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A line of the list: where it begins, its URL (None for a remark), and the words beside it."""

    number: int
    start: int
    span: Span | None
    title: str


def read_url_list(content: bytes) -> Reading | Why:
    """The reading of a list of URLs; anything else is read as a text document."""
    text = decode_text(content)
    if "\0" in text or not text.strip():
        return Why("holds no text", "其中没有文本")
    mentions = read_urls(text) if is_url_list(text) else read_text(text)
    return Reading(tuple(mentions), text[:OPENING_CHARACTERS])


def is_url_list(text: str) -> bool:
    """True for a list of URLs with titles or remarks."""
    urls = words = 0
    for line in _lines(text):
        if line is None:
            return False
        urls += line.span is not None
        words += bool(line.title) or line.span is None
    return bool(urls and words)


def read_urls(text: str) -> list[Mention]:
    """The mentions of a list of URLs, one a line."""
    return [_mention(text, line, line.span) for line in _lines(text) if line is not None and line.span]


def _lines(text: str) -> Iterator[_Listed | None]:
    """The lines that hold anything; None for one that has no place in a list of URLs."""
    number, end = 1, 0
    for found in _LINE.finditer(text):
        number += len(re.findall(r"\r\n|\r|\n", text[end : found.start()]))
        end = found.end()
        if found[0].strip():
            yield _read_line(number, found.start(), found[0])


def _read_line(number: int, start: int, line: str) -> _Listed | None:
    if line.lstrip().startswith(REMARK):
        return _Listed(number, start, None, "")
    mark = _MARK.match(line)
    begin, end = mark.end() if mark else 0, len(line.rstrip())
    spans = find_urls(line)
    if len(spans) != 1:
        return None
    before, after = line[begin : spans[0].start].strip(_EDGES), line[spans[0].end : end].strip(_EDGES)
    title = before or after
    if (before and after) or len(title) > TITLE_CHARACTERS or _SENTENCE.search(title):
        return None
    return _Listed(number, start, spans[0], title)


def _mention(text: str, line: _Listed, span: Span) -> Mention:
    start, end = line.start + span.start, line.start + span.end
    return Mention(
        start,
        end,
        text[start:end],
        (line.number,),
        context=redact_text(line.title),
        candidates=(ItemCandidate(redact_text(line.title), "title-beside"),) if line.title else (),
        flags=span.flags,
        alternatives=span.alternatives,
        tail=tail(text, end),
    )
