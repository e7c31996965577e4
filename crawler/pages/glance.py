"""A page at a glance: its visible text and what it declares, in one pass over its tags, without a tree.

Rules:
- Linear in the page's length, whatever stands in it; behind 200,000 tags nothing is read. Never raises on a page.
- What is gathered is bounded, and longer than what is kept of it, so that it can be redacted before it is cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.pages.declared import MODIFIED, PUBLISHED, Declared
from crawler.pages.elements import DOWNLOADS
from crawler.pages.layout import Attributes, Layout
from crawler.pages.reference import Base
from crawler.pages.tags import plain, plain_text, read_attributes, read_tokens

MOST_TAGS = 200_000
MOST_ANCHORS = 2_000
LONGEST_ANCHOR = 200
MOST_DOWNLOADS = 200
MOST_HEADINGS = 20
MOST_MARKS = 100
LONGEST_LINE = 2_000  # of a title, a heading, the text of a link

_TELLING = re.compile(r"\b(?:id|name|hidden|display|visibility|itemprop|open)\b", re.IGNORECASE)
_SCRIPT = re.compile(r"javascript|ecmascript|module|jscript", re.IGNORECASE)


@dataclass(slots=True)
class Glance:
    """What was gathered. `text` is the visible text, a block a line; `unread` is markup behind what is read."""

    text: str = ""
    title: str = ""
    headings: tuple[str, ...] = ()
    language: str = ""
    published: str = ""
    modified: str = ""
    scripts: int = 0
    marks: tuple[str, ...] = ()
    generator: str = ""
    canonical: str = ""
    og_uri: str = ""
    noindex: bool = False
    password_fields: int = 0
    anchors: tuple[str, ...] = ()
    anchors_cut: bool = False
    downloads: tuple[tuple[str, str], ...] = ()
    unread: str = ""


def glance(page: str, uri: str, charset: str = "utf-8") -> Glance:
    """A page's text at a glance. `uri` is the page's own, which its references are read against."""
    reading = _Reading(uri, charset)
    for place, (before, name, rest, content) in enumerate(read_tokens(page, MOST_TAGS)):
        if place == MOST_TAGS:
            reading.found.unread = before
            break
        reading.layout.write(before)
        if name[:1] == "/":
            reading.end(name[1:])
        elif name:
            reading.start(name, rest, content)
    return reading.told()


class _Reading:
    """One page under way."""

    def __init__(self, uri: str, charset: str) -> None:
        self.found = Glance()
        self.layout = Layout()
        self.declared = Declared()
        self.base = _base(uri, charset)
        self.based = False
        self.anchors: dict[str, None] = {}
        self.headings: list[str] = []
        self.heading: int | None = None  # where the open h1 begins
        self.downloads: dict[str, str] = {}
        self.link: tuple[str, int] | None = None  # the open link to a file, and where it begins

    def start(self, name: str, rest: str, content: str) -> None:
        read = _READERS.get(name)
        attributes = read_attributes(rest) if rest and (read or _TELLING.search(rest)) else {}
        self.layout.start(name, attributes)
        if attributes:
            self._name(name, attributes)
        if read:
            read(self, attributes, content)

    def end(self, name: str) -> None:
        if name == "h1":
            self._end_heading()
        elif name == "a":
            self.end_link()
        self.layout.end(name)

    def told(self) -> Glance:
        self.end_link()
        found, declared = self.found, self.declared
        found.text = self.layout.since(0)
        found.headings = tuple(self.headings)
        found.anchors = tuple(self.anchors)
        found.language = found.language or declared.language
        found.published, found.modified = declared.date(PUBLISHED), declared.date(MODIFIED)
        found.generator, found.noindex = declared.generator[:LONGEST_LINE], declared.noindex
        found.og_uri = self.joined(declared.og_uri)
        found.downloads = tuple((text, uri) for uri, text in self.downloads.items())
        return found

    def joined(self, reference: str) -> str:
        """The absolute uri of a reference; "" for none."""
        return (self.base.join(reference) if self.base and reference else None) or ""

    def line(self, place: int) -> str:
        """The text since a mark, as one line."""
        return " ".join(self.layout.since(place).split())[:LONGEST_LINE]

    def end_link(self) -> None:
        """Keep the file that the open link leads to, with the link's text."""
        if self.link is not None:
            (uri, place), self.link = self.link, None
            self.downloads[uri] = self.downloads.get(uri) or self.line(place)

    def _end_heading(self) -> None:
        if self.heading is not None and len(self.headings) < MOST_HEADINGS:
            text = self.line(self.heading)
            self.headings += [text] if text else []
        self.heading = None

    def _name(self, name: str, attributes: Attributes) -> None:
        for value in (attributes.get("id"), attributes.get("name") if name == "a" else None):
            if value and len(value) <= LONGEST_ANCHOR:
                self.anchors[plain(value)] = None
        if len(self.anchors) > MOST_ANCHORS:
            self.anchors.popitem()
            self.found.anchors_cut = True
        if "itemprop" in attributes:
            told = attributes.get("datetime") or attributes.get("content") or ""
            self.declared.add_date(attributes["itemprop"], plain(told))


# ---------------------------------------------------------------- what elements tell


def _read_html(page: _Reading, attributes: Attributes, content: str) -> None:
    stated = attributes.get("lang") or attributes.get("xml:lang", "")
    page.found.language = page.found.language or plain(stated).strip()[:LONGEST_ANCHOR]
    _read_body(page, attributes, content)


def _read_body(page: _Reading, attributes: Attributes, _: str) -> None:
    told = plain(f"{attributes.get('class', '')} {attributes.get('id', '')}").lower().split()
    marks = [mark for mark in told[:MOST_MARKS] if len(mark) <= LONGEST_ANCHOR]
    page.found.marks = (*page.found.marks, *marks)[:MOST_MARKS]


def _read_meta(page: _Reading, attributes: Attributes, _: str) -> None:
    for key in ("name", "property", "http-equiv"):
        if key in attributes:
            page.declared.meta(plain(attributes[key]), plain(attributes.get("content", "")))


def _read_link_element(page: _Reading, attributes: Attributes, _: str) -> None:
    if "canonical" in attributes.get("rel", "").lower().split() and not page.found.canonical:
        page.found.canonical = page.joined(plain(attributes.get("href", "")))


def _read_base(page: _Reading, attributes: Attributes, _: str) -> None:
    if "href" in attributes and not page.based and page.base is not None:
        page.based = True
        uri = page.joined(plain(attributes["href"]))
        page.base = (_base(uri, page.base.charset) if uri else None) or page.base


def _read_link(page: _Reading, attributes: Attributes, _: str) -> None:
    page.end_link()
    href = plain(attributes.get("href", ""))
    if not page.layout.hides and "." in href and len(page.downloads) < MOST_DOWNLOADS:
        uri = page.joined(href)
        if _path(uri).endswith(DOWNLOADS):
            page.link = (uri, page.layout.place)


def _read_heading(page: _Reading, attributes: Attributes, _: str) -> None:
    page.heading = None if page.layout.hides else page.layout.place


def _read_input(page: _Reading, attributes: Attributes, _: str) -> None:
    is_password = attributes.get("type", "").strip().lower() == "password"
    page.found.password_fields += is_password and "hidden" not in attributes and not page.layout.hides


def _read_script(page: _Reading, attributes: Attributes, content: str) -> None:
    kind = attributes.get("type", "").strip().lower()
    if kind == "application/ld+json":
        page.declared.linked_data(content)
    elif not kind or _SCRIPT.search(kind):
        page.found.scripts += 1


def _read_time(page: _Reading, attributes: Attributes, _: str) -> None:
    if not page.layout.hides:
        page.declared.add_date("time", plain(attributes.get("datetime", "")))


def _read_title(page: _Reading, _: Attributes, content: str) -> None:
    if not page.found.title and not page.layout.is_in("svg"):
        page.found.title = " ".join(plain_text(content).split())[:LONGEST_LINE]


_READERS: dict[str, Callable[[_Reading, Attributes, str], None]] = {
    "html": _read_html,
    "body": _read_body,
    "meta": _read_meta,
    "link": _read_link_element,
    "base": _read_base,
    "a": _read_link,
    "h1": _read_heading,
    "input": _read_input,
    "script": _read_script,
    "time": _read_time,
    "title": _read_title,
}


def _base(uri: str, charset: str) -> Base | None:
    try:
        return Base(uri, charset)
    except ValueError:
        return None


def _path(uri: str) -> str:
    try:
        return urlsplit(uri).path.lower()
    except ValueError:
        return ""
