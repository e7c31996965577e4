"""Headings in force → section and item: for documents that say what their headings are.

Rules:
- A single heading of the outermost level, before all others, is the document's title, not a section.
- The section is the heading in force of the outermost level that remains; the item is the innermost one
  below it.
- Without a heading below the section, a link that is its whole paragraph (an entry of a list) is its own item,
  unless it is a button. Otherwise the item stays open between the words of the link and those around it; a single
  offer would look certain, so it is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.model import ItemCandidate
from crawler.urls.redact import redact_text

CANDIDATE_CHARACTERS = 40

# What buttons say (words, where met)
BUTTONS = tuple(
    (re.compile(pattern, re.IGNORECASE), source)
    for pattern, source in (
        (r"(?:点击)?(?:阅读|查看|浏览|了解)(?:全文|原文|更多|详情)|更多(?:详情)?|全文|详情", "Chinese newsletters"),
        (r"(?:立即|点击|马上)?(?:下载|报名|注册|订阅|参加|观看)(?:报告|附件|视频)?", "Chinese calls to action"),
        (r"(?:read|learn|find out|see|view|show) (?:more|all|on|online|the .{1,20})", "newsletters in English"),
        (
            r"阅读|查看|打开|链接|网址|原文|点击(?:这里|此处)?|此处|这里|here|link|url|read|open",
            "a cell or a word that links",
        ),
        (r"(?:download|register|sign up|subscribe|watch|join|click here)(?: \w+){0,2}", "calls to action"),
    )
)
_ARROWS = " \t>»›→…[]【】()（）▶"
_ADDRESS = re.compile(r"://|www\.|@|\[image", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading at a place in the document's order; level 1 is the outermost."""

    place: int
    level: int
    words: str


@dataclass(frozen=True, slots=True)
class InForce:
    """The section and the item heading at a place."""

    section: str | None = None
    item: str | None = None


class Outline:
    """The headings of a document, asked by place."""

    def __init__(self, headings: Iterable[Heading]) -> None:
        found = sorted((h for h in headings if h.words), key=lambda heading: heading.place)
        found = found[1:] if _has_title(found) else found
        self._places = [heading.place for heading in found]
        self._in_force = list(_in_force(found))

    def at(self, place: int) -> InForce:
        """What is in force at a place; a heading is in force from its own place on."""
        number = bisect_right(self._places, place)
        return self._in_force[number - 1] if number else InForce()


def candidates(item: str | None, anchor: str | None, around: str) -> tuple[ItemCandidate, ...]:
    """The item by its heading; without one, what the link and the words around it offer."""
    if item:
        return (ItemCandidate(item, "heading-above"),)
    offers = {_shortened(around): "own-paragraph", _shortened(anchor or ""): "link-text"}
    if anchor and len(offers) == 1 and _is_title(anchor):
        return (ItemCandidate(_shortened(anchor), "link-text"),)
    found = tuple(ItemCandidate(words, why) for words, why in offers.items() if words)
    return found if len(found) > 1 else ()


def is_button(words: str) -> bool:
    """Whether words only say what to do, as buttons do."""
    return any(pattern.fullmatch(words.strip(_ARROWS)) for pattern, _ in BUTTONS)


def _is_title(words: str) -> bool:
    return bool(_WORD.search(words)) and not _ADDRESS.search(words) and not is_button(words)


def _has_title(headings: Sequence[Heading]) -> bool:
    """Whether the first heading titles the whole document."""
    outermost = min((heading.level for heading in headings), default=0)
    return len(headings) > 1 and headings[0].level == outermost and sum(h.level == outermost for h in headings) == 1


def _in_force(headings: Sequence[Heading]) -> Iterable[InForce]:
    outermost = min((heading.level for heading in headings), default=0)
    section = item = None
    for heading in headings:
        if heading.level == outermost:
            section, item = heading.words, None
        else:
            item = heading.words
        yield InForce(section, item)


def _shortened(words: str) -> str:
    words = " ".join(redact_text(words[: 10 * CANDIDATE_CHARACTERS]).split())
    return words if len(words) <= CANDIDATE_CHARACTERS else words[: CANDIDATE_CHARACTERS - 1] + "…"
