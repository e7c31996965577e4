"""A page's links with the words under them: annotations joined to the anchors they are parts of.

Rules:
- A character is under a rectangle when its middle is.
- Annotations of one target are one anchor when nothing but a line end stands between their words, or when they
  touch and one of them is a picture. The same target at two places is two anchors.
- A link without words is `[image]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crawler.seeds.boundary.find import find_urls
from crawler.seeds.pdf.annotations import Link
from crawler.seeds.pdf.lines import BLOCK_END, CELL_END, Line, Lines, mend
from crawler.seeds.pdf.shapes import Box, centre, gap_between, holds, turned, union
from crawler.urls.address import read_address

IMAGE = "[image]"
TOUCHING = 0.5  # lines' heights between a picture and words beside it
BELOW = 2.0  # lines' heights between a picture and the words right below it
LINE_HEIGHT = 14.0  # points between parts of a picture, where there are no words to tell
TIGHT = 0.04  # of a letter's height: no space is so narrow
SAME_PLACE = 1.0  # points
LAST_ANCHORS = 8  # of one target that a further annotation may belong to


@dataclass(frozen=True, slots=True)
class Words:
    """What of one line is under a link: the line's page and number, where in the page's text, and whether a space
    stands before it."""

    page: int
    line: int
    start: int
    end: int
    text: str
    is_apart: bool


@dataclass(frozen=True, slots=True)
class Fragment:
    """One annotation: its rectangles in user space, the box around them in reading space, the words under them."""

    page: int
    uri: str
    boxes: tuple[Box, ...]
    box: Box
    words: tuple[Words, ...]
    line: int  # that it stands in, or below


@dataclass(slots=True)
class Anchor:
    """The fragments of one link, in order."""

    fragments: list[Fragment] = field(default_factory=list)

    @property
    def uri(self) -> str:
        """Its target."""
        return self.fragments[0].uri

    @property
    def words(self) -> list[Words]:
        """All words of it, line by line."""
        return [words for fragment in self.fragments for words in fragment.words]

    @property
    def lines(self) -> list[str]:
        """The same as text, the words of one line together; words that annotations share count once."""
        unique = {(one.page, one.start): one for one in self.words}.values()
        texts: dict[tuple[int, int], str] = {}
        for one in unique:
            line = one.page, one.line
            texts[line] = texts.get(line, "") + " " * one.is_apart + one.text
        return list(texts.values())

    @property
    def address(self) -> str | None:
        """The address that its words are, whatever lines they stand on; None for other words."""
        whole = "".join(line.strip() for line in self.lines)
        spans = find_urls(whole)
        return whole if len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(whole)) else None

    @property
    def text(self) -> str:
        """Its words on one line."""
        return self.address or mend(self.lines) or IMAGE


def read_anchors(page: int, links: Iterable[Link], lines: Lines, quarters: int) -> list[Anchor]:
    """The links of a page in reading order."""
    fragments = [_fragment(page, link, lines, quarters) for link in links]
    anchors: list[Anchor] = []
    of_target: dict[str, list[Anchor]] = {}
    for fragment in sorted(fragments, key=_order):
        known = of_target.setdefault(fragment.uri, [])
        anchor = next((one for one in known[: -LAST_ANCHORS - 1 : -1] if _belongs(fragment, one, lines)), None)
        if anchor is None:
            anchor = Anchor()
            anchors.append(anchor)
            known.append(anchor)
        anchor.fragments.append(fragment)
    return anchors


def _order(fragment: Fragment) -> tuple[int, float, float]:
    """The place in reading order; a picture comes where the lines above it end."""
    if fragment.words:
        return fragment.line, 0, fragment.words[0].start
    return fragment.line, 1, -fragment.box[3]


def _fragment(page: int, link: Link, lines: Lines, quarters: int) -> Fragment:
    boxes = [turned(box, quarters) for box in link.boxes]
    words = tuple(_words_under(page, boxes, lines))
    whole = union(boxes)
    return Fragment(page, link.uri, link.boxes, whole, words, words[0].line if words else _line_above(whole, lines))


def _words_under(page: int, boxes: Sequence[Box], lines: Lines) -> Iterator[Words]:
    for number, line in enumerate(lines.lines):
        over = [box for box in boxes if box[1] < line.box[3] and box[3] > line.box[1]]
        near = line.places(min(box[0] for box in over), max(box[2] for box in over)) if over else []
        under = [place for place in near if _is_under(line.box_of(place), over)]
        if under:
            start, end = line.start + under[0], line.start + under[-1] + 1
            yield Words(page, number, start, end, _text(line, under), line.text[: under[0]].endswith(" "))


def _is_under(box: Box | None, boxes: Sequence[Box]) -> bool:
    if box is None:
        return False
    x, y = centre(box)
    return any(holds(one, x, y) for one in boxes)


def _text(line: Line, places: Sequence[int]) -> str:
    """The characters at these places, with the spaces between them."""
    chosen = set(places)
    inside = range(places[0], places[-1] + 1)
    return "".join(line.text[place] for place in inside if place in chosen or _is_space(line, place))


def _is_space(line: Line, place: int) -> bool:
    """Whether a space shows; a soft hyphen that is not drawn is written as one without width."""
    if line.text[place] != " ":
        return False
    before, after = line.box_of(place - 1), line.box_of(place + 1)
    return before is None or after is None or after[0] - before[2] > TIGHT * (after[3] - after[1])


def _line_above(box: Box, lines: Lines) -> int:
    """The last line that a picture comes after in reading order; -1 where none is."""
    x, y = centre(box)
    beside = [number for number, line in enumerate(lines.lines) if line.column[0] <= x <= line.column[1]]
    above = [number for number in beside if centre(lines.lines[number].box)[1] > y]
    below = [number for number in beside if centre(lines.lines[number].box)[1] <= y]
    last = min(above, key=lambda number: lines.lines[number].box[1], default=-1)
    following = max(below, key=lambda number: lines.lines[number].box[3], default=None)
    is_first = following is not None and lines.tops[following] == following  # of a column that the picture begins
    return following - 1 if following is not None and is_first else last


def _belongs(fragment: Fragment, anchor: Anchor, lines: Lines) -> bool:
    return any(_are_one(other, fragment, lines) for other in anchor.fragments[-LAST_ANCHORS:])


def _are_one(one: Fragment, other: Fragment, lines: Lines) -> bool:
    """Whether two annotations of one target are parts of one anchor."""
    if max(abs(a - b) for a, b in zip(one.box, other.box, strict=True)) <= SAME_PLACE:
        return True
    if not one.words or not other.words:
        return _touch(one, other, lines)
    first, second = sorted((one.words, other.words), key=lambda words: words[0].start)
    between = lines.text[first[-1].end : second[0].start]
    return not between.strip() and BLOCK_END not in between and CELL_END not in between


def _touch(one: Fragment, other: Fragment, lines: Lines) -> bool:
    """Whether a picture touches another part of its link, or stands right above its words."""
    picture, further = (other, one) if one.words else (one, other)
    sideways, upwards = gap_between(one.box, other.box)
    if sideways >= 0:
        return False
    if not further.words:
        return upwards <= LINE_HEIGHT
    line = lines.lines[further.line].box
    is_right_below = further.line == picture.line + 1 and picture.box[1] > line[1]
    return upwards <= (BELOW if is_right_below else TOUCHING) * (line[3] - line[1])


def names_another_target(anchor: Anchor, lines: Lines) -> bool:
    """Whether the words under a link print an address, and not the one it opens."""
    printed = [read_address(url) for url in _printed(anchor, lines)]
    if not printed:
        return False
    target = read_address(anchor.uri)
    return (target.urlkey, target.mail) not in {(address.urlkey, address.mail) for address in printed}


def _printed(anchor: Anchor, lines: Lines) -> list[str]:
    """The addresses printed under a link, as far as they reach beyond it on the page."""
    found = [url for words in anchor.words for url in _overlapping(words, lines)]
    return [*found, anchor.address] if anchor.address and len(anchor.lines) > 1 else found


def _overlapping(words: Words, lines: Lines) -> Iterator[str]:
    line = lines.lines[words.line]
    for span in find_urls(line.text):
        if line.start + span.start < words.end and line.start + span.end > words.start:
            yield line.text[span.start : span.end]
