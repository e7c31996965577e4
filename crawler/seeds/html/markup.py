"""HTML → linear text with its links, headings and dates, read event by event.

Rules:
- libxml2 cuts the markup (linear in time, any depth); no tree is built.
- What a reader could open is a link: `a`, `area`, an SVG link, a VML button. What a page embeds or runs
  (pictures, frames, scripts) and `noscript`, `template` and form fields are neither links nor text.
- What a reader does not see – hidden elements, what only Outlook shows (`<!--[if mso]>…`), links without
  words or picture – goes to a text of its own, `unseen`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from crawler.seeds.html.elements import AS_IS, BLOCKS, SILENT, heading_level, is_pixel
from crawler.seeds.html.flow import Flow
from crawler.seeds.html.hrefs import read_base, read_href
from crawler.seeds.html.styled import SECTION_LEVEL, is_running_head
from crawler.seeds.html.styles import Look, look_of
from crawler.seeds.reading import OPENING_CHARACTERS

MAX_LINKS = 10_000  # a briefing has fifty

_FOR_OUTLOOK = re.compile(r"\s*\[if\s[^\]]*\]>(.*)<!\[endif\]\s*", re.DOTALL | re.IGNORECASE)


@dataclass(slots=True)
class Link:
    """A link: its words are text[start:end] of its flow, seen or unseen; `start` is None where it shows nothing."""

    url: str
    unseen: bool
    start: int | None = None
    end: int = 0
    picture: str | None = None


@dataclass(slots=True)
class HeadingSpan:
    """A heading element: its words are text[start:end]; `picture` where it is one."""

    level: int
    start: int
    end: int = 0
    picture: str = ""


@dataclass(slots=True)
class Markup:
    """A page as read. `dates` are what its `meta` and `time` elements say, by name in lower case.

    `is_cut` where it has more than MAX_LINKS links.
    """

    seen: Flow = field(default_factory=Flow)
    unseen: Flow = field(default_factory=Flow)
    links: list[Link] = field(default_factory=list)
    headings: list[HeadingSpan] = field(default_factory=list)
    dates: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""
    is_cut: bool = False


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet, with what holds inside it."""

    tag: str
    look: Look
    silent: bool = False
    as_is: bool = False
    link: Link | None = None
    heading: HeadingSpan | None = None


_OUTSIDE = _Open("", Look())


def read_markup(text: str, base: str | None = None) -> Markup:
    """What a page holds; `base` is where it came from, which its own `base` element overrides."""
    markup = Markup()
    _feed(text, _Walker(markup, base))
    return markup


def _feed(text: str, walker: _Walker) -> None:
    parser = etree.HTMLParser(target=walker, encoding="utf-8", huge_tree=True)
    try:
        parser.feed(text.encode("utf-8", "replace"))
        parser.close()
    except etree.LxmlError:  # what was read until then stands
        return


if TYPE_CHECKING:
    _Target = etree.ParserTarget[None]
else:  # lxml asks for the methods alone, and calls each that is there
    _Target = object


class _Walker(_Target):
    """Takes the events of one page; `for_outlook` for what stands in a conditional comment of it."""

    def __init__(self, markup: Markup, base: str | None, for_outlook: bool = False) -> None:
        self._markup = markup
        self._base = base
        self._has_base = False
        self._for_outlook = for_outlook
        self._stack = [_OUTSIDE]
        self._link: Link | None = None
        self._closed_empty: Link | None = None  # libxml2 closes a link before the table in it
        self._heading: HeadingSpan | None = None
        self._pieces: list[str] = []

    def start(self, tag: str, attrib: Mapping[str, str]) -> None:
        """An element begins."""
        self._flush()
        around = self._stack[-1]
        one = _Open(tag, look_of(tag, attrib, around.look), around.silent or tag in SILENT)
        one.as_is = around.as_is or tag in AS_IS
        self._stack.append(one)
        self._read_head(tag, attrib)
        if not one.silent:
            self._break(tag, one)
            self._begin(tag, attrib, one)
        if tag not in ("p", "div"):
            self._closed_empty = None

    def end(self, tag: str) -> None:
        """An element ends; events come balanced."""
        self._flush()
        one = self._stack.pop() if len(self._stack) > 1 else _OUTSIDE
        if one.heading:
            one.heading.end, self._heading = self._markup.seen.length, None
        if one.link:
            self._close_link(one)
        if not one.silent:
            self._break(tag, one)

    def data(self, data: str) -> None:
        """Text, in pieces as small as one character."""
        self._pieces.append(data)

    def _flush(self) -> None:
        data, one = "".join(self._pieces), self._stack[-1]
        self._pieces.clear()
        if data:
            self._read_words(data, one)

    def _read_words(self, data: str, one: _Open) -> None:
        if one.silent:
            if one.tag == "title" and len(self._markup.title) < 1000:
                self._markup.title += data
            return
        if self._closed_empty and not data.isspace():
            self._closed_empty = None
        self._write(data, one)

    def comment(self, text: str) -> None:
        """A comment; some hold what only Outlook shows."""
        self._flush()
        found = None if self._for_outlook or "href" not in text.lower() else _FOR_OUTLOOK.fullmatch(text)
        if found and not self._stack[-1].silent:
            _feed(found[1], _Walker(self._markup, self._base, for_outlook=True))

    def close(self) -> None:
        """The end of the page."""
        self._flush()

    def _is_unseen(self, look: Look) -> bool:
        return self._for_outlook or look.hidden

    def _flow(self, look: Look) -> Flow:
        return self._markup.unseen if self._is_unseen(look) else self._markup.seen

    def _break(self, tag: str, one: _Open) -> None:
        flow = self._flow(one.look)
        if tag in BLOCKS:
            flow.break_block()

    def _write(self, data: str, one: _Open) -> None:
        flow, link = self._flow(one.look), self._link
        mine = link if link and link.unseen == self._is_unseen(one.look) else None
        write = flow.write_as_is if one.as_is else flow.write
        start = write(data, one.look, mine is not None)
        if mine and start is not None:
            mine.start = start if mine.start is None else mine.start
            mine.end = flow.length

    def _begin(self, tag: str, attributes: Mapping[str, str], one: _Open) -> None:
        if tag == "br":
            self._flow(one.look).break_line()
        elif tag == "sup":  # a footnote's number is no part of the address before it
            self._flow(one.look).space()
        elif tag in ("img", "v:image", "image"):
            self._read_picture(attributes, one)
        elif tag == "area":
            self._open_link(attributes, one)
            self._show_picture(attributes.get("alt", ""))
        elif tag == "a" or tag.startswith("v:"):
            self._open_link(attributes, one)
        elif tag == "table" and self._closed_empty:
            one.link = self._link = self._closed_empty
        level = heading_level(tag, attributes)
        if level and not self._is_unseen(one.look):
            one.heading = self._heading = HeadingSpan(level, self._markup.seen.length)
            self._markup.headings.append(one.heading)

    def _open_link(self, attributes: Mapping[str, str], one: _Open) -> None:
        url = read_href(attributes.get("href") or attributes.get("xlink:href") or "", self._base)
        if url and len(self._markup.links) == MAX_LINKS:
            self._markup.is_cut = True
        elif url:
            one.link = self._link = Link(url, self._is_unseen(one.look))
            self._markup.links.append(one.link)

    def _close_link(self, one: _Open) -> None:
        link = one.link
        if link is None or link is not self._link:
            return
        self._link = None
        if link.start is None and link.picture is not None:
            flow = self._flow(one.look)
            words = f"[image: {link.picture}]" if link.picture else "[image]"
            link.start, link.end = flow.write(words, one.look, True), flow.length
        elif link.start is None:
            self._closed_empty = link if one.tag == "a" else None

    def _read_picture(self, attributes: Mapping[str, str], one: _Open) -> None:
        words = " ".join(attributes.get("alt", "").split())
        if is_pixel(attributes):
            return
        self._show_picture(words)
        if self._heading:
            self._heading.picture = self._heading.picture or words
        elif is_running_head(words) and not self._is_unseen(one.look):
            place = self._markup.seen.length
            self._markup.headings.append(HeadingSpan(SECTION_LEVEL, place, place, words))

    def _show_picture(self, words: str) -> None:
        if self._link and self._link.start is None:
            self._link.picture = self._link.picture or " ".join(words.split())

    def _read_head(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "base" and not self._has_base and "href" in attributes:
            self._has_base = True
            self._base = read_base(attributes["href"]) or self._base
        elif tag == "meta" and "content" in attributes:
            name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop") or ""
            self._markup.dates.append((name.lower(), attributes["content"][:100]))
        elif tag == "time" and "datetime" in attributes and self._markup.seen.length < OPENING_CHARACTERS:
            self._markup.dates.append(("time", attributes["datetime"][:100]))
