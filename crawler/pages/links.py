"""The links of a page or a style sheet, and the bounded list they are gathered in.

Rules:
- Absolute http(s) uris without fragment, in the order they are met, each once as a link and once as a part.
- Bounded in number and in memory: what is over the bounds is counted and not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from crawler.pages.reference import Base

MOST_LINKS = 5_000
MOST_CHARACTERS = 4 * 1024 * 1024
MOST_REFERENCES = 20_000  # read against the base, wherever they lead


class Kind(StrEnum):
    """What a link leads to. All but LINK are requisites: parts that a page is shown with."""

    LINK = "link"
    STYLE = "style"
    SCRIPT = "script"
    IMAGE = "image"
    FONT = "font"
    MEDIA = "media"
    FRAME = "frame"
    OTHER = "other"
    PIXEL = "pixel"  # a picture that nobody can see, loaded to tell that the page was read


class Link(NamedTuple):
    """One link: where it leads, what it is for, and where it stands (`a/@href`, as Heritrix writes it)."""

    uri: str
    kind: Kind
    where: str

    @property
    def hop(self) -> str:
        """Heritrix's letter for how a crawl would follow it: L link, E embed."""
        return "L" if self.kind is Kind.LINK else "E"


@dataclass(frozen=True, slots=True)
class Links:
    """What a page names, in document order; `cut` counts what is over the bounds or behind the part that is read."""

    outlinks: tuple[Link, ...] = ()
    requisites: tuple[Link, ...] = ()
    cut: int = 0


class Found:
    """Gathers links. `base` is what references are read against; a page may change it."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.cut = 0
        self._outlinks: dict[str, Link] = {}
        self._requisites: dict[str, Link] = {}
        self._room = MOST_CHARACTERS
        self._references = 0

    def add(self, reference: str, kind: Kind, where: str) -> None:
        """Keep what a reference leads to, when it leads anywhere on the web and is not kept yet."""
        self._references += 1
        if self._references > MOST_REFERENCES:
            self.cut += 1
            return
        uri = self.base.join(reference)
        kept = self._outlinks if kind is Kind.LINK else self._requisites
        if uri is None or uri in kept:
            return
        if len(kept) >= MOST_LINKS or self._room < len(uri):
            self.cut += 1
            return
        self._room -= len(uri)
        kept[uri] = Link(uri, kind, where)

    def links(self) -> Links:
        """What was gathered."""
        return Links(tuple(self._outlinks.values()), tuple(self._requisites.values()), self.cut)
