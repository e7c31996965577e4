"""The headings of a Word document: by style, or by their look where nobody used styles.

Rules:
- Where any paragraph of the body has an outline level, by its style or its own, only those are headings.
- Elsewhere a short paragraph that is wholly bold, or larger than the body, is a heading, the larger above the
  smaller; a running head (headings.py) is a section. Where all are of one size and there is no running head, they
  are items: a list of titles has no sections.
- Bold says nothing in a document that is mostly bold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from crawler.seeds.boundary.find import find_urls
from crawler.seeds.outline import Heading, InForce, Outline
from crawler.seeds.text.headings import MAX_TITLE_COLUMNS, NO_TITLES, RUNNING_HEADS
from crawler.seeds.word.paragraph import Paragraph
from crawler.seeds.word.styles import Styles

Placed = tuple[int, Paragraph]  # a paragraph with its offset in the document's text

HEAD_LEVEL = 1
_BEFORE_ALL = Heading(-1, 0, "title")  # stands for the title, so that a single running head stays a section
_CLOSED = re.compile(r"[，。；：！？、,.;:!?…][”’」』）)\"']*$")
_WORD = re.compile(r"[^\W\d_]")
_WIDE = "\u2e80"  # from here on characters are as wide as two


class Headings:
    """The headings of a document, asked by place."""

    def __init__(self, body: Sequence[Placed], styles: Styles) -> None:
        found = list(_styled(body, styles))
        self._are_items = False
        if all(heading.level == 0 for heading in found):
            found += _looking_so(body)
            self._are_items = _are_of_one_level(found)
        self._outline = Outline(found)

    def at(self, place: int | None) -> InForce:
        """What is in force at a place; nothing where there is no place in the body."""
        if place is None:
            return InForce()
        found = self._outline.at(place)
        return InForce(None, found.section) if self._are_items else found


def words_of(paragraph: Paragraph) -> str:
    """The text of a paragraph on one line."""
    return " ".join(paragraph.text.split())


def _styled(body: Iterable[Placed], styles: Styles) -> Iterator[Heading]:
    for place, paragraph in body:
        level = styles.level(paragraph.style) if paragraph.level is None else paragraph.level
        if level is not None and level < 10 and paragraph.length:
            yield Heading(place, level, words_of(paragraph))


def _looking_so(body: Sequence[Placed]) -> list[Heading]:
    """Headings by their look; levels by size, below that of running heads."""
    heads = [Heading(place, HEAD_LEVEL, words_of(one)) for place, one in body if _is_head(one)]
    known = {heading.place for heading in heads}
    emphasised = [(place, one) for place, one in _emphasised(body) if place not in known]
    sizes = sorted({_smallest(one) for _, one in emphasised}, reverse=True)
    levels = {size: HEAD_LEVEL + 1 + rank for rank, size in enumerate(sizes)}
    titles = [Heading(place, levels[_smallest(one)], words_of(one)) for place, one in emphasised]
    return [*([_BEFORE_ALL] if heads else []), *heads, *titles]


def _is_head(paragraph: Paragraph) -> bool:
    words = words_of(paragraph)
    return any(pattern.fullmatch(words) for _, pattern, _ in RUNNING_HEADS)


def _emphasised(body: Sequence[Placed]) -> Iterator[Placed]:
    """Paragraphs of the running text that could be titles and stand out from the body."""
    sizes, bold = Counter[int](), Counter[bool]()
    for _, paragraph in body:
        for piece in paragraph.pieces:
            sizes[piece.look.size] += len(piece.text)
            bold[piece.look.is_bold] += len(piece.text)
    usual = max(sizes, key=lambda size: sizes[size], default=0)
    bold_tells = bold[True] <= bold[False]
    for place, paragraph in body:
        stands_out = _smallest(paragraph) > usual or (bold_tells and _is_bold(paragraph))
        if paragraph.part is None and stands_out and _could_be_title(words_of(paragraph)):
            yield place, paragraph


def _smallest(paragraph: Paragraph) -> int:
    return min((piece.look.size for piece in paragraph.pieces if piece.text.strip()), default=0)


def _is_bold(paragraph: Paragraph) -> bool:
    return all(piece.look.is_bold for piece in paragraph.pieces if piece.text.strip())


def _could_be_title(words: str) -> bool:
    return (
        len(words) <= MAX_TITLE_COLUMNS
        and sum(1 + (character >= _WIDE) for character in words) <= MAX_TITLE_COLUMNS
        and len(_WORD.findall(words)) >= 2
        and not _CLOSED.search(words)
        and not any(pattern.match(words) for name, pattern, _ in NO_TITLES if name != "list item")
        and not find_urls(words)
    )


def _are_of_one_level(headings: Sequence[Heading]) -> bool:
    """Whether all headings but the document's title, if there is one, are of one level."""
    ordered = sorted(headings, key=lambda heading: heading.place)
    levels = Counter(heading.level for heading in ordered)
    has_title = len(levels) > 1 and ordered[0].level == min(levels) and levels[ordered[0].level] == 1
    return _BEFORE_ALL not in headings and len(levels) - has_title == 1
