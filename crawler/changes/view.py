"""A capture as it is compared: its own sentences, its titles, its pages.

Rules:
- Where the main text of one of two pages could not be found, both are taken by the beginning of all their text.
- A title is taken apart at its separators: the part that names the site may change on every page of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.changes.learned import Learned
from crawler.changes.noise import without_noise
from crawler.changes.passages import Passage, normal, passages
from crawler.model import Shown, SightKind
from crawler.volatile import mask

_SEPARATOR = re.compile(r"\s+[|｜·»:/–—-]+\s+|\s*[_|｜]+\s*|\s*--+\s*")
_NEAR = timedelta(days=1)
# Kinds whose text is what they show.
TEXTUAL = frozenset({SightKind.HTML, SightKind.PDF, SightKind.TEXT})


@dataclass(frozen=True, slots=True)
class View:
    """What is compared of a capture: sentences, the parts of its title, its headings, the day it was published."""

    own: tuple[Passage, ...]
    title: tuple[str, ...]
    headings: tuple[str, ...]
    published: str

    @property
    def text(self) -> str:
        """The sentences as one text."""
        return "\n".join(passage.key for passage in self.own)


def views(old: Shown, new: Shown, learned: Learned) -> tuple[View, View]:
    """Both captures as they are compared with each other."""
    days = frozenset({old.seen_at.date(), new.seen_at.date()})
    both = [shown.sight.kind in TEXTUAL for shown in (old, new)]
    opening = all(both) and not (old.text and new.text) and bool(old.sight.opening and new.sight.opening)
    return _view(old, days, learned, opening), _view(new, days, learned, opening)


def read_own(text: str, days: Collection[date]) -> list[Passage]:
    """A text's own sentences."""
    return without_noise(passages(text, days))


def own_of(shown: Shown, days: Collection[date], opening: bool = False) -> list[Passage]:
    """A capture's own sentences; by the beginning of all its text with `opening`."""
    text = shown.sight.opening if opening else shown.text
    return read_own(unwrapped(text) if shown.sight.kind is SightKind.PDF else text, days)


def unwrapped(text: str) -> str:
    """The text of a PDF with the lines of a paragraph joined: where they break is the paper's business."""
    return _WRAPPED.sub(" ", _HYPHENATED.sub("", text))


# A line that goes on: no end of a sentence, a label or a cell before the break, no new item behind it.
_WRAPPED = re.compile(
    r"(?<![.!?:;。！？：；|])\n(?![-•*·●▪]|\d{1,2}[.)、]\s|[一二三四五六七八九十]{1,3}、|[(（]\S{1,3}[)）])"
)
_HYPHENATED = re.compile(r"(?<=[a-zà-ÿ])-\n(?=[a-zà-ÿ])")


def _view(shown: Shown, days: Collection[date], learned: Learned, opening: bool) -> View:
    sight = shown.sight
    own = learned.hide(own_of(shown, days, opening))
    title = () if "title" in learned.fields else title_parts(sight.title, days)
    headings = () if "headings" in learned.fields else tuple(_masked(heading, days) for heading in sight.headings)
    return View(tuple(own), title, headings, _published(shown))


def title_parts(title: str, days: Collection[date]) -> tuple[str, ...]:
    """The parts of a title, masked, without notice of what is unread (`(3) …`)."""
    parts = _SEPARATOR.split(re.sub(r"^\(\d+\)\s*", "", title))
    return tuple(masked for part in parts if (masked := _masked(part, days)))


def _masked(line: str, days: Collection[date]) -> str:
    return mask(normal(line), *sorted(days))


def _published(shown: Shown) -> str:
    """The day a page says it was published; '' where that is the day of the look, as templates say that know no other.

    A PDF says when it was written: every time it is written anew.
    """
    if shown.sight.kind is SightKind.PDF:
        return ""
    try:
        day = date.fromisoformat(shown.sight.published[:10])
    except ValueError:
        return ""
    return "" if abs(day - shown.seen_at.date()) <= _NEAR else day.isoformat()
