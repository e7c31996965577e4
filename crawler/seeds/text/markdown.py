"""Markdown citation lists → mentions (the form is in seeds/README.md).

Rules:
- A heading is the section of what follows it. A list entry is one item: the link's text, or the entry's
  text beside the URL. `×3` after a URL counts its fragments; entries below it that begin with `?` are
  its candidates, `? title — why`.
- A row of a table is one item by its title column, as in a spreadsheet; a section column is its section.
- Elsewhere bare URLs in text count too; in code they are kept as kind `other`. Comments and links
  inside the document or to files beside it are no citations.
- CommonMark with tables, without linkifying: the boundary rules of text documents hold here as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crawler.model import ItemCandidate
from crawler.seeds.html.page import shortened
from crawler.seeds.mention import Mention
from crawler.seeds.recipients import tail
from crawler.seeds.text import rawhtml
from crawler.seeds.text.entries import ANCHOR_CHARACTERS, Entry, Found, Table, candidates_of
from crawler.seeds.text.inline import plain_words, read_bare, read_inline
from crawler.seeds.text.written import Source

MAX_CANDIDATES = 50  # of one entry

_CANDIDATE = re.compile(r"[?？]\s*(?P<item>.+?)(?:\s+—\s+(?P<why>[^—]+))?$", re.DOTALL)


def read_markdown(text: str) -> list[Mention]:
    """The mentions of a Markdown document in order."""
    source = Source(text)
    return [_mention(source, entry, found) for entry, found in _Walk(source).read()]


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table")
    parser.normalizeLink = str  # type: ignore[assignment,method-assign]  # the text as written: ada-url reads it
    parser.normalizeLinkText = str  # type: ignore[assignment,method-assign]
    parser.validateLink = bool  # type: ignore[assignment,method-assign]  # other schemes are defects, not silence
    return parser


class _Walk:
    """The way through a document's tokens: which entries, table and heading are open."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._heading: str | None = None
        self._entries: list[Entry] = []
        self._table: Table | None = None
        self._row: Entry | None = None

    def read(self) -> Iterator[tuple[Entry, Found]]:
        """The URLs with what they stand in; both are complete only when all are read."""
        references: dict[str, dict[str, dict[str, object]]] = {}
        tokens = _parser().parse(self._source.text, references)
        self._source.define(references.get("references", {}))
        found: list[tuple[Entry, Found]] = []
        before = ""
        for token in tokens:
            self._open(token.type)
            if token.content and token.map:
                self._source.enter(token.map)
                if before == "heading_open":
                    self._heading = plain_words(token) or self._heading
                found += self._block(token)
            before = token.type
        return iter(found)

    def _open(self, kind: str) -> None:
        """Enter or leave what holds the blocks that follow."""
        if kind == "list_item_open":
            self._entries.append(Entry(self._heading, is_list_entry=True))
        elif kind == "list_item_close":
            _close(self._entries)
        elif kind in ("table_open", "table_close"):
            self._table = Table() if kind == "table_open" else None
        elif kind == "tr_open" and self._table:
            self._row = Entry(self._heading, table=self._table, row=len(self._table.shown))
            self._table.shown.append([])
            self._table.leads.append([])
        elif kind == "tr_close":
            self._row = None
        elif kind in ("td_open", "th_open") and self._table:
            self._table.shown[-1].append("")
            self._table.leads[-1].append("")

    def _block(self, token: Token) -> list[tuple[Entry, Found]]:
        if token.type == "html_block":
            entry = Entry(self._heading)
        else:
            entry = self._row or (self._entries[-1] if self._entries else Entry(self._heading))
        found = list(_read_block(self._source, token, entry))
        if self._row and self._table:
            words = plain_words(token)
            self._table.shown[-1][-1] = words
            self._table.leads[-1][-1] = found[0].url if found and found[0].words is not None else words
        return [(entry, one) for one in found]


def _close(entries: list[Entry]) -> None:
    """Leave a list entry; one that begins with `?` and holds no URL is a candidate of the entry above."""
    entry = entries.pop()
    candidate = _CANDIDATE.match(entry.text) if entries and not entry.has_urls else None
    if candidate and len(entries[-1].candidates) < MAX_CANDIDATES:
        why = (candidate["why"] or "listed").strip()
        words = (shortened(one, ANCHOR_CHARACTERS) for one in (candidate["item"], why))
        entries[-1].candidates.append(ItemCandidate(*words))


def _read_block(source: Source, token: Token, entry: Entry) -> Iterator[Found]:
    if token.type in ("fence", "code_block"):
        yield from read_bare(source, token.content, entry, is_code=True)
    elif token.type == "html_block":
        yield from read_inline(source, rawhtml.tokens(token.content), entry)
    else:
        yield from read_inline(source, token.children or [], entry)


def _mention(source: Source, entry: Entry, found: Found) -> Mention:
    anchor = found.anchor
    return Mention(
        found.start,
        found.end,
        found.url,
        (source.line(found.start),),
        fragments=found.fragments,
        anchor=anchor and shortened(anchor, ANCHOR_CHARACTERS),
        context=entry.context,
        section=entry.section,
        candidates=candidates_of(entry, found),
        flags=found.flags,
        alternatives=found.alternatives,
        is_code=found.is_code,
        tail=tail(source.text, found.end),
    )
