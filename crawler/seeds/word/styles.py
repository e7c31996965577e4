"""The styles of a Word document: which are headings of what level, and how their letters look.

Rules:
- A level is the style's own or that of the style it is based on (ECMA-376-1 §17.7.4.3); level 1 is the outermost,
  0 the document's title.
- A heading style without a level is known by its name, in the languages that programs write it in.
- What a run says of itself beats its character style, that beats its paragraph's style, that beats the defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lxml import etree

from crawler.seeds.package.names import q

MAX_BASES = 24  # Word itself allows fewer; a chain without end is an attack
BODY_LEVEL = 9  # of w:outlineLvl: body text
DEFAULT_SIZE = 20  # half-points, where nothing says otherwise (ECMA-376-1 §17.3.2.38)

_HEADING = re.compile(
    r"(?:heading|标题|標題|見出し|见出し|제목|überschrift|titre|título|заголовок)\s*([1-9])", re.IGNORECASE
)
_TITLE = re.compile(r"title|标题|標題|文档标题|表題|제목|titel|titre", re.IGNORECASE)
_OFF = ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class Look:
    """How letters look; `size` in half-points."""

    is_bold: bool
    size: int


class Styles:
    """The styles of a document, asked by id; None is the default style of paragraphs."""

    def __init__(self, root: etree._Element | None) -> None:
        found = [] if root is None else root.findall(q("w:style"))
        self._styles = {str(style.get(q("w:styleId"))): style for style in found}
        self._default = next((one for one in found if _is_default(one)), None)
        self._defaults = None if root is None else root.find(f"{q('w:docDefaults')}/{q('w:rPrDefault')}/{q('w:rPr')}")
        self.level = cache(self._level)
        self._look = cache(self._look_of)

    def look(self, style: str | None, run: etree._Element | None) -> Look:
        """How the letters of a run look, by its own properties (w:rPr) and its paragraph's style."""
        if run is None:
            return self._look(style, None, None, None)
        return self._look(style, value_of(run, "w:rStyle"), _is_on(run), value_of(run, "w:sz"))

    def _level(self, style: str | None) -> int | None:
        for one in self._with_bases(style):
            level = read_level(one.find(q("w:pPr")))
            if level is None:
                level = _level_by_name(value_of(one, "w:name") or "")
            if level is not None:
                return level if level <= BODY_LEVEL else None
        return None

    def _look_of(self, style: str | None, run_style: str | None, bold: bool | None, size: str | None) -> Look:
        sources = [*(self._properties(run_style) if run_style else ()), *self._properties(style)]
        sources += [self._defaults] if self._defaults is not None else []
        bolds = (is_on for source in sources if (is_on := _is_on(source)) is not None)
        sizes = (found for source in sources if (found := value_of(source, "w:sz")))
        return Look(bold if bold is not None else next(bolds, False), _number(size or next(sizes, "")))

    def _properties(self, style: str | None) -> Iterator[etree._Element]:
        found = (one.find(q("w:rPr")) for one in self._with_bases(style))
        return (one for one in found if one is not None)

    def _with_bases(self, style: str | None) -> Iterator[etree._Element]:
        """A style and those it is based on, the nearest first."""
        one = self._default if style is None else self._styles.get(style)
        for _ in range(MAX_BASES):
            if one is None:
                return
            yield one
            one = self._styles.get(value_of(one, "w:basedOn") or "")


def read_level(properties: etree._Element | None) -> int | None:
    """The outline level in paragraph properties (w:pPr), from 1; 10 says that the paragraph is none; None if silent."""
    level = None if properties is None else value_of(properties, "w:outlineLvl")
    return int(level) + 1 if level and level in "0123456789" else None


def value_of(parent: etree._Element, name: str) -> str | None:
    """The w:val of a child element, or None."""
    child = parent.find(q(name))
    return None if child is None else child.get(q("w:val"))


def _level_by_name(name: str) -> int | None:
    heading = _HEADING.fullmatch(name.strip())
    if heading:
        return int(heading[1])
    return 0 if _TITLE.fullmatch(name.strip()) else None


def _is_default(style: etree._Element) -> bool:
    return style.get(q("w:type")) == "paragraph" and style.get(q("w:default")) in ("1", "true", "on")


def _is_on(run: etree._Element) -> bool | None:
    bold = run.find(q("w:b"))
    return None if bold is None else bold.get(q("w:val"), "1") not in _OFF


def _number(size: str) -> int:
    return int(size) if size.isascii() and size.isdigit() and len(size) < 5 else DEFAULT_SIZE
