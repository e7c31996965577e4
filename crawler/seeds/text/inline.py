"""The inside of a Markdown block → URLs: links, pictures, anchors in HTML, and addresses in running text.

Rules:
- A link's words are its anchor; everything beside URLs is words of the entry. `×3` right after a URL counts its
  fragments.
- A link that another begins in, or whose end is missing, ends there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Generator, Iterable, Iterator

from markdown_it.token import Token

from crawler.model import Flag
from crawler.seeds.anchors import read_flags
from crawler.seeds.boundary.find import find_urls
from crawler.seeds.html.hrefs import read_href
from crawler.seeds.text import rawhtml
from crawler.seeds.text.entries import Entry, Found
from crawler.seeds.text.written import Source

Words = Generator[Found, None, Found | None]

MAX_FRAGMENTS = 99

_FRAGMENTS = re.compile(r"\s*[×xX]\s?(\d{1,2})(?!\w)")
_BREAKS = ("softbreak", "hardbreak")


def plain_words(token: Token) -> str:
    """The words of a block without its markup."""
    return "".join(child.content for child in token.children or [] if child.type in ("text", "code_inline")).strip()


def read_inline(source: Source, tokens: Iterable[Token], entry: Entry) -> Iterator[Found]:
    """The URLs of a block's inline tokens, in order."""
    link: Found | None = None
    last: Found | None = None
    for token in tokens:
        href = _href(token)
        if (href is not None or _ends_link(token)) and link:
            last, link = _closed(link), None
            entry.has_urls = True
            yield last
        if href is not None:
            link = _linked(source, href)
        elif link and link.words is not None:
            link.words += _words_of(token)
        elif token.type == "image":
            image = _linked(source, str(token.attrs.get("src", "")))
            yield from [_without_words(image)] if image else []
        elif not _ends_link(token):
            last = yield from _read_words(source, token, entry, last)
    if link:
        entry.has_urls = True
        yield _closed(link)


def _without_words(image: Found) -> Found:
    """A picture that is no link: its description is no anchor."""
    image.words = None
    return image


def _href(token: Token) -> str | None:
    """Where a token that opens a link leads; None for any other."""
    if token.type == "html_inline":
        return rawhtml.href_of(token.content)
    return str(token.attrs.get("href", "")) if token.type == "link_open" else None


def _ends_link(token: Token) -> bool:
    return token.type == "link_close" or (token.type == "html_inline" and rawhtml.ends_anchor(token.content))


def _words_of(token: Token) -> list[str]:
    """What a token inside a link adds to its words: tags nothing, a line end a space."""
    if token.type == "html_text":
        return [html.unescape(token.content)]
    return [] if token.type == "html_inline" else [" " if token.type in _BREAKS else token.content]


def _read_words(source: Source, token: Token, entry: Entry, last: Found | None) -> Words:
    """A token that is no link: the fragments of the URL before it, further URLs, and words of the entry."""
    content = "\n" if token.type in _BREAKS else token.content
    count = _FRAGMENTS.match(content) if last else None
    if last and count:
        _count(last, int(count[1]))
        content = content[count.end() :]
    last = None
    for last in _urls(source, token.type, content, entry):
        yield last
    return last


def _urls(source: Source, kind: str, content: str, entry: Entry) -> Iterator[Found]:
    if kind not in ("html_inline", "html_text"):
        yield from read_bare(source, content, entry, is_code=kind == "code_inline")
        return
    beside = entry if kind == "html_text" else Entry(None)  # a tag is no word of the entry
    for found in read_bare(source, rawhtml.without_comments(content), beside):
        found.url = html.unescape(found.url)
        entry.has_urls = True
        yield found


def _count(found: Found, fragments: int) -> None:
    if 1 < fragments <= MAX_FRAGMENTS:
        found.fragments = fragments
        found.flags += (Flag.WRAPPED,)


def read_bare(source: Source, content: str, entry: Entry, is_code: bool = False) -> Iterator[Found]:
    """URLs in running text; what is beside them are the entry's words."""
    place = 0
    for span in find_urls(content):
        entry.words.append(content[place : span.start])
        url = content[span.start : span.end]
        start, end = source.find(url)
        found = Found(url, start, end, flags=span.flags, alternatives=span.alternatives, is_code=is_code)
        place = span.end
        count = _FRAGMENTS.match(content, place)
        if count:
            _count(found, int(count[1]))
            place = count.end()
        entry.has_urls = True
        yield found
    entry.words.append(content[place:])


def _linked(source: Source, href: str) -> Found | None:
    """A link's target, or None for one inside the document or to a file beside it."""
    url = read_href(href)
    if url is None:
        return None
    bare = href[len("mailto:") :] if href.lower().startswith("mailto:") else ""  # <name@host> is printed without it
    start, end = source.find(*filter(None, (href, bare)))
    return Found(bare if bare and end - start == len(bare) else url, start, end, words=[])


def _closed(link: Found) -> Found:
    """A link with its text read: a URL as text is no title, and must name the same target."""
    link.flags += read_flags((link.anchor or "").strip(), link.url)
    return link
