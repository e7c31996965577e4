"""Running heads and feet: what a PDF repeats at the same place of its pages, and the sections they name.

Rules:
- A place near the top or bottom edge is a running head's when most of the pages that print there repeat a text of
  another page, figures aside. Page numbers are furniture of the page but no head.
- A line of a known form (headings.RUNNING_HEADS) is a running head wherever it stands.
- Heads name sections when they differ: one on every page, or around the pages of others, names the publication.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from crawler.seeds.pdf.lines import Lines
from crawler.seeds.pdf.shapes import Box
from crawler.seeds.text.headings import RUNNING_HEADS

EDGE = 0.14  # of the page's height
EDGE_LINES = 4  # looked at on each edge
LONGEST = 80  # characters of a running head
SAME_HEIGHT = 3.0  # points
FEWEST = 2  # pages that repeat a running head; one more beside heads of a known form, where titles are repeated too
REPEATED = 0.5  # of the pages that print at a place
SAME_SIZE = 0.5  # points

_FIGURES = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[\W_]*(?:第|page|p\.|页)?\s*(?:\d{1,5}|[ivxlc]{1,7})\s*页?[\W_]*(?:(?:of|共)?\s*\d{1,5}\s*页?)?[\W_]*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\s*\d{1,5}\s*[|·•—–-]?\s+|\s+[|·•—–-]?\s*\d{1,5}\s*$")


@dataclass(frozen=True, slots=True)
class Edge:
    """A short line near a page's edge (or of a running head's form): its place from that edge, and its words."""

    page: int
    line: int
    is_top: bool
    distance: float
    words: str
    size: float

    @property
    def key(self) -> str:
        """What two such lines have in common: their words without figures and white space."""
        return _FIGURES.sub("#", "".join(self.words.split()))

    @property
    def is_known(self) -> bool:
        """Whether it has the form of a running head."""
        return any(pattern.fullmatch(self.words) for _, pattern, _ in RUNNING_HEADS)

    @property
    def is_page_number(self) -> bool:
        """Whether it only counts pages."""
        return bool(_PAGE_NUMBER.fullmatch(self.words))


@dataclass(frozen=True, slots=True)
class Heads:
    """For each page the lines that belong to it and not to its text, and the running head in force that names its
    section, with the page that it was last printed on."""

    furniture: dict[int, set[int]] = field(default_factory=dict)
    sections: dict[int, tuple[str, int]] = field(default_factory=dict)

    def of(self, page: int) -> set[int]:
        """The lines of a page that are running heads, feet or page numbers."""
        return self.furniture.get(page, set())

    def section(self, page: int) -> str | None:
        """The running head in force on a page."""
        return self.sections[page][0] if page in self.sections else None


def read_edges(page: int, lines: Lines, box: Box) -> list[Edge]:
    """The lines of a page that may be running heads or feet."""
    edges = [_edge(page, number, lines, box) for number in range(len(lines.lines))]
    found = [edge for edge in edges if edge is not None]
    tops = sorted((edge for edge in found if edge.is_top), key=lambda edge: edge.distance)
    feet = sorted((edge for edge in found if not edge.is_top), key=lambda edge: edge.distance)
    return [*tops[:EDGE_LINES], *feet[:EDGE_LINES], *(edge for edge in tops[EDGE_LINES:] if edge.is_known)]


def _edge(page: int, number: int, lines: Lines, box: Box) -> Edge | None:
    line = lines.lines[number]
    middle = (line.box[1] + line.box[3]) / 2
    above, below = box[3] - middle, middle - box[1]
    if len(line.text) > LONGEST:
        return None
    edge = Edge(page, number, above <= below, round(min(above, below), 1), line.text.strip(), line.style.size)
    if min(above, below) <= EDGE * (box[3] - box[1]):
        return edge
    return replace(edge, is_top=True) if edge.is_known and not lines.is_cell(number) else None


def find_heads(edges: Iterable[Edge], pages: int) -> Heads:
    """The running heads of a document of so many pages."""
    found = list(edges)
    known = [edge for edge in found if edge.is_known]
    numbers = [edge for edge in found if edge.is_page_number]
    places = list(_running((edge for edge in found if not edge.is_page_number), FEWEST + bool(known)))
    heads = known or _sections([edge for place in places for edge in place])
    furniture: dict[int, set[int]] = defaultdict(set)
    for edge in chain(known, numbers, *places):
        furniture[edge.page].add(edge.line)
    return Heads(dict(furniture), _in_force(heads, pages))


def _running(edges: Iterable[Edge], fewest: int) -> Iterator[list[Edge]]:
    """The places that running heads stand at, each with the lines there."""
    for place in _places(edges):
        pages_of: dict[str, set[int]] = defaultdict(set)
        for edge in place:
            pages_of[edge.key].add(edge.page)
        repeated = {key for key, pages in pages_of.items() if len(pages) >= fewest}
        pages = {edge.page for edge in place if edge.key in repeated}
        if pages and len(pages) >= REPEATED * len({edge.page for edge in place}):
            sizes = {edge.size for edge in place if edge.key in repeated}
            yield [edge for edge in place if any(abs(edge.size - size) <= SAME_SIZE for size in sizes)]


def _places(edges: Iterable[Edge]) -> Iterator[list[Edge]]:
    """The lines by their place: the same edge, about the same distance from it."""
    place: list[Edge] = []
    for edge in sorted(edges, key=lambda edge: (edge.is_top, edge.distance, edge.page, edge.line)):
        if place and (edge.is_top != place[0].is_top or edge.distance - place[-1].distance > SAME_HEIGHT):
            yield place
            place = []
        place.append(edge)
    if place:
        yield place


def _sections(heads: Sequence[Edge]) -> list[Edge]:
    """The heads that name sections: those at the top, else at the foot, that follow each other through the pages."""
    for is_top in (True, False):
        ranges: dict[str, tuple[int, int]] = {}
        for edge in (edge for edge in heads if edge.is_top == is_top):
            first, last = ranges.get(edge.key, (edge.page, edge.page))
            ranges[edge.key] = min(first, edge.page), max(last, edge.page)
        named = _innermost(ranges)
        if len({ranges[key] for key in named}) > 1:
            return [edge for edge in heads if edge.is_top == is_top and edge.key in named]
    return []


def _innermost(ranges: dict[str, tuple[int, int]]) -> set[str]:
    """The keys whose pages enclose no other key's."""
    earliest = float("inf")
    innermost: set[tuple[int, int]] = set()
    for first, last in sorted(set(ranges.values()), key=lambda pages: (-pages[0], pages[1])):
        if last < earliest:
            innermost.add((first, last))
        earliest = min(earliest, last)
    return {key for key, pages in ranges.items() if pages in innermost}


def _in_force(heads: Iterable[Edge], pages: int) -> dict[int, tuple[str, int]]:
    """The section of every page from the first head on: a head is in force until the next."""
    of_page: dict[int, str] = {}
    for edge in heads:
        of_page.setdefault(edge.page, _NUMBERED.sub("", edge.words).strip() or edge.words)
    in_force: dict[int, tuple[str, int]] = {}
    for page in range(1, pages + 1):
        if page in of_page:
            in_force[page] = of_page[page], page
        elif page - 1 in in_force:
            in_force[page] = in_force[page - 1]
    return in_force
