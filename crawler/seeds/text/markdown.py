"""Markdown citation lists → mentions (the form is in seeds/README.md).

Rules:
- A heading is the section of what follows it. A list entry is one item: the link's text, or the entry's
  text beside the URL. `×3` after a URL counts its fragments; entries below it that begin with `?` are
  its candidates, `? title — why`.
- Elsewhere bare URLs in text count too; in code they are kept as kind `other`. Comments and links
  inside the document or to files beside it are no citations.
- CommonMark, without linkifying: the boundary rules of text documents hold here as well.
"""

from __future__ import annotations

import html
import html.entities
import re
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crawler.model import Flag, ItemCandidate
from crawler.seeds.anchors import is_whole_url, read_flags
from crawler.seeds.boundary.find import find_urls
from crawler.seeds.mention import Mention
from crawler.seeds.recipients import tail
from crawler.urls.redact import MAIL, redact_text
from crawler.urls.repair import looks_like_host

Words = Generator["_Found", None, "_Found | None"]

CONTEXT_CHARACTERS = 160
MAX_FRAGMENTS = 99

_LINE_END = re.compile(r"\r\n|\r|\n")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+[:：]", re.IGNORECASE)
_FRAGMENTS = re.compile(r"\s*[×xX]\s?(\d{1,2})(?!\w)")
_CANDIDATE = re.compile(r"[?？]\s*(?P<item>.+?)(?:\s+—\s+(?P<why>[^—]+))?$", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_EDGES = " \t\n:：—–-|,，;；"
_EMPTY_BRACKETS = re.compile(r"[(（\[【<《]\s*[)）\]】>》]")
_ENTITIES: dict[str, list[str]] = {}
for _name, _character in html.entities.html5.items():
    _ENTITIES.setdefault(_character, []).append(_name)


@dataclass(slots=True)
class _Found:
    """One URL of an entry, before the entry is complete."""

    url: str
    start: int
    end: int
    anchor: str | None = None
    fragments: int = 1
    flags: tuple[Flag, ...] = ()
    alternatives: tuple[str, ...] = ()
    is_code: bool = False


@dataclass(slots=True)
class _Entry:
    """A list entry, heading or paragraph: its words beside the URLs, and what it offers as items."""

    section: str | None
    is_list_entry: bool = False
    words: list[str] = field(default_factory=list)
    candidates: list[ItemCandidate] = field(default_factory=list)
    has_urls: bool = False

    @property
    def text(self) -> str:
        """The words beside the URLs, without the marks that set them apart."""
        words = _EMPTY_BRACKETS.sub("", " ".join(self.words))
        return " ".join(words.split()).strip(_EDGES)


class _Source:
    """The document's text, searched for what a token came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self._block = (0, len(text))
        self._cursor = 0

    def enter(self, lines: Sequence[int]) -> None:
        """Search from here on within a block: lines [first, last) from 0."""
        ends = [*self._starts, len(self.text)]
        self._block = (ends[lines[0]], ends[min(lines[1], len(ends) - 1)])
        self._cursor = self._block[0]

    def find(self, url: str) -> tuple[int, int]:
        """Where a URL is written, with or without escapes; a reference's definition may be anywhere."""
        pattern = re.compile("".join(_written(character) for character in url))
        found = pattern.search(self.text, self._cursor, self._block[1])
        if found:
            self._cursor = found.end()
        found = found or pattern.search(self.text)
        return found.span() if found else (self._block[0], self._block[0])

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._starts, offset)


def _written(character: str) -> str:
    """A pattern for one character as Markdown may write it: itself, escaped, or as an entity."""
    if character.isalnum():
        return character
    named = "".join(f"|&{re.escape(name)}" for name in _ENTITIES.get(character, []) if name.endswith(";"))
    return f"(?:\\\\?{re.escape(character)}|&#0*{ord(character)};|&#[xX]0*{ord(character):x};{named})"


def read_markdown(text: str) -> list[Mention]:
    """The mentions of a Markdown document in order."""
    source = _Source(text)
    return [_mention(source, entry, found) for entry, found in _walk(source)]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.normalizeLink = str  # type: ignore[assignment,method-assign]  # the text as written: ada-url reads it
    parser.normalizeLinkText = str  # type: ignore[assignment,method-assign]
    parser.validateLink = bool  # type: ignore[assignment,method-assign]  # other schemes are defects, not silence
    return parser


def _walk(source: _Source) -> list[tuple[_Entry, _Found]]:
    found: list[tuple[_Entry, _Found]] = []
    section: str | None = None
    entries: list[_Entry] = []
    before = ""
    for token in _parser().parse(source.text):
        if token.type == "list_item_open":
            entries.append(_Entry(section, is_list_entry=True))
        elif token.type == "list_item_close":
            _close(entries)
        elif token.content and token.map:
            source.enter(token.map)
            if before == "heading_open":
                section = _plain(token) or section
            entry = entries[-1] if entries else _Entry(section)
            found += [(entry, one) for one in _read_block(source, token, entry)]
        before = token.type
    return found


def _close(entries: list[_Entry]) -> None:
    """Leave a list entry; one that begins with `?` and holds no URL is a candidate of the entry above."""
    entry = entries.pop()
    candidate = _CANDIDATE.match(entry.text)
    if entries and candidate and not entry.has_urls:
        why = (candidate["why"] or "listed").strip()
        entries[-1].candidates.append(ItemCandidate(candidate["item"].strip(), why))


def _plain(token: Token) -> str:
    return "".join(child.content for child in token.children or [] if child.type in ("text", "code_inline")).strip()


def _read_block(source: _Source, token: Token, entry: _Entry) -> Iterator[_Found]:
    if token.type in ("fence", "code_block"):
        yield from _bare(source, token.content, entry, is_code=True)
    elif token.type == "html_block":
        yield from _html(source, _COMMENT.sub("", token.content), entry)
    else:
        yield from _read_inline(source, token.children or [], entry)


def _read_inline(source: _Source, tokens: Sequence[Token], entry: _Entry) -> Iterator[_Found]:
    link: _Found | None = None
    last: _Found | None = None
    for token in tokens:
        if token.type == "link_open":
            link = _linked(source, str(token.attrs.get("href", "")))
        elif token.type == "link_close" and link:
            last, link = _closed(link), None
            entry.has_urls = True
            yield last
        elif link:
            link.anchor = (link.anchor or "") + token.content
        elif token.type == "image":
            image = _linked(source, str(token.attrs.get("src", "")))
            yield from [image] if image else []
        else:
            last = yield from _read_words(source, token, entry, last)


def _read_words(source: _Source, token: Token, entry: _Entry, last: _Found | None) -> Words:
    """A token that is no link: the fragments of the URL before it, further URLs, and words of the entry."""
    content = "\n" if token.type in ("softbreak", "hardbreak") else token.content
    count = _FRAGMENTS.match(content) if last else None
    if last and count:
        _count(last, int(count[1]))
        content = content[count.end() :]
    last = None
    is_html = token.type == "html_inline"
    urls = (
        _html(source, _COMMENT.sub("", content), entry) if is_html else _bare(source, content, entry, _is_code(token))
    )
    for last in urls:
        yield last
    return last


def _is_code(token: Token) -> bool:
    return token.type == "code_inline"


def _html(source: _Source, content: str, entry: _Entry) -> Iterator[_Found]:
    """URLs in HTML, read without its entities; its tags are no words of the entry."""
    for found in _bare(source, content, _Entry(entry.section)):
        found.url = html.unescape(found.url)
        entry.has_urls = True
        yield found


def _count(found: _Found, fragments: int) -> None:
    if 1 < fragments <= MAX_FRAGMENTS:
        found.fragments = fragments
        found.flags += (Flag.WRAPPED,)


def _bare(source: _Source, content: str, entry: _Entry, is_code: bool = False) -> Iterator[_Found]:
    """URLs in running text; what is beside them are the entry's words."""
    place = 0
    for span in find_urls(content):
        entry.words.append(content[place : span.start])
        url = content[span.start : span.end]
        start, end = source.find(url)
        found = _Found(url, start, end, flags=span.flags, alternatives=span.alternatives, is_code=is_code)
        place = span.end
        count = _FRAGMENTS.match(content, place)
        if count:
            _count(found, int(count[1]))
            place = count.end()
        entry.has_urls = True
        yield found
    entry.words.append(content[place:])


def _linked(source: _Source, href: str) -> _Found | None:
    """A link's target, or None for one inside the document or to a file beside it."""
    if not (_SCHEME.match(href) or looks_like_host(href) or MAIL.fullmatch(href)):
        return None
    start, end = source.find(href)
    if start == end and href.lower().startswith("mailto:"):  # <name@host> is a link without the scheme in print
        href = href[len("mailto:") :]
        start, end = source.find(href)
    return _Found(href, start, end)


def _closed(link: _Found) -> _Found:
    """A link with its text read: a URL as text is no title, and must name the same target."""
    link.flags += read_flags((link.anchor or "").strip(), link.url)
    return link


def _mention(source: _Source, entry: _Entry, found: _Found) -> Mention:
    return Mention(
        found.start,
        found.end,
        found.url,
        (source.line(found.start),),
        fragments=found.fragments,
        anchor=found.anchor,
        context=redact_text(entry.text)[:CONTEXT_CHARACTERS],
        section=entry.section,
        candidates=_candidates(entry, found),
        flags=found.flags,
        alternatives=found.alternatives,
        is_code=found.is_code,
        tail=tail(source.text, found.end),
    )


def _candidates(entry: _Entry, found: _Found) -> tuple[ItemCandidate, ...]:
    title = " ".join((found.anchor or "").split())
    title = "" if is_whole_url(title) or title == found.url else title
    if entry.candidates:
        return tuple(entry.candidates)
    if title:
        return (ItemCandidate(title, "link-text"),)
    if entry.is_list_entry and entry.text:
        return (ItemCandidate(entry.text, "list-entry"),)
    return ()
