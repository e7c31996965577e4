"""Fields of a Word document: their codes, and what a HYPERLINK field points at (ECMA-376-1 §17.16).

Rules:
- A complex field begins, says its code, is separated from its result, and ends; its parts may stand in several
  runs and paragraphs, and other fields within its code or its result.
- The result of a field within a code is part of that code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from crawler.seeds.package.names import q
from crawler.seeds.word.paragraph import Link, link_to

_TOKEN = re.compile(r'"((?:\\.|[^"\\])*)(?:"|$)|“([^”]*)(?:”|$)|\\([A-Za-z])(?=\s|"|“|$)|([^\s"“]+)', re.DOTALL)
_ESCAPED = re.compile(r'\\([\\"])')
_WITH_ARGUMENT = "lot"  # \l place in the target, \o tool tip, \t frame


@dataclass(eq=False, slots=True)
class _Field:
    """A complex field while it is open. `link` is what its result stands under; `writes` is the field whose code
    text adds to at present: its own, that of one around it, or none."""

    around: _Field | None
    link: Link | None
    code: list[str] = field(default_factory=list)
    writes: _Field | None = None


class Fields:
    """The complex fields that are open at a place; each mark and text costs the same, however many are open."""

    def __init__(self) -> None:
        self._inner: _Field | None = None

    @property
    def link(self) -> Link | None:
        """What the text at this place is linked to by a field."""
        return self._inner.link if self._inner else None

    def mark(self, kind: str | None) -> None:
        """Take in a w:fldChar: `begin`, `separate` or `end`."""
        inner = self._inner
        if kind == "begin":
            self._inner = _Field(inner, self.link)
            self._inner.writes = self._inner
        elif kind == "separate" and inner and inner.writes is inner:
            uri = read_hyperlink("".join(inner.code))
            inner.link = (link_to(uri) if uri else None) or inner.link
            inner.writes = inner.around and inner.around.writes
        elif kind == "end" and inner:
            self._inner = inner.around

    def write(self, words: str) -> bool:
        """Add text to the code that is being written; False when there is none."""
        written = self._inner and self._inner.writes
        if written:
            written.code.append(words)
        return bool(written)


def are_closed(root: etree._Element) -> bool:
    """Whether every field that begins ends; in a damaged story no text may vanish into a field's code."""
    kinds = Counter(mark.get(q("w:fldCharType")) for mark in root.iter(q("w:fldChar")))
    return kinds["begin"] == kinds["end"]


def read_hyperlink(code: str) -> str | None:
    """The uri of a HYPERLINK field, with its place as fragment; None for other fields and places in the document."""
    tokens = _tokens(code)
    if next(tokens, ("", ""))[1].upper() != "HYPERLINK":
        return None
    target, place, switch = "", "", ""
    for kind, words in tokens:
        if kind == "switch":
            switch = words.lower() if words.lower() in _WITH_ARGUMENT else ""
            continue
        if switch == "l":
            place = words
        elif not switch:
            target = target or words
        switch = ""
    return with_fragment(target, place) if target else None


def with_fragment(uri: str, fragment: str | None) -> str:
    """A uri with the place that Word keeps apart from it."""
    return f"{uri}#{fragment}" if fragment and "#" not in uri else uri


def _tokens(code: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(code):
        quoted, curly, switch, bare = found.groups()
        if switch:
            yield "switch", switch
        else:
            yield "words", _ESCAPED.sub(r"\1", quoted) if quoted is not None else (curly or bare or "")
