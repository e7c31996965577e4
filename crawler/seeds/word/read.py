"""Word documents → mentions: every link and printed URL with its place, anchor, section and item.

Rules:
- Links with the same target and no text between them are one anchor (Word splits them), as is a link that goes on
  in the next paragraph.
- URLs that are only printed are found in the text of the paragraph, in whichever runs they stand; those within an
  anchor are the anchor's words.
- A picture beside words in one link is no word of the anchor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from crawler.seeds.anchors import address_key, read_flags
from crawler.seeds.boundary.find import Span, find_urls
from crawler.seeds.mention import Mention
from crawler.seeds.outline import candidates
from crawler.seeds.package.opening import open_package
from crawler.seeds.package.properties import read_dated
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why
from crawler.seeds.recipients import tail
from crawler.seeds.sentences import sentence_around
from crawler.seeds.text.headings import join_words
from crawler.seeds.word.document import WordDocument, read_document
from crawler.seeds.word.outline import Headings, words_of
from crawler.seeds.word.paragraph import Link, Paragraph, Piece

ROW_CHARACTERS = 1000  # of a table's row, to tell what a link in it may belong to


@dataclass(frozen=True, slots=True)
class _Anchor:
    """The text of one link or of several in a row: paragraph.text[start:end]."""

    start: int
    end: int
    uri: str
    links: tuple[Link, ...]
    words: str


@dataclass(frozen=True, slots=True)
class _Here:
    """A paragraph, where it starts in the document's text, and the words around on one line."""

    start: int
    paragraph: Paragraph
    words: str


def read_docx(content: bytes) -> Reading | Why:
    """The mentions of a Word document (.docx, .docm, .dotx) in order of its text."""
    package = open_package(content)
    if isinstance(package, Why):
        return package
    document = read_document(package)
    if isinstance(document, Why):
        return document
    text = document.text
    return Reading(
        tuple(_Citing(document, text).mentions()),
        opening=text[:OPENING_CHARACTERS],
        dated=read_dated(package),
        warnings=tuple(document.warnings),
    )


def docx_text(content: bytes) -> str:
    """The linear text that a mention's offsets count in; empty for what is no Word document."""
    package = open_package(content)
    document = package if isinstance(package, Why) else read_document(package)
    return "" if isinstance(document, Why) else document.text


class _Citing:
    """What the mentions of a document need to know of it."""

    def __init__(self, document: WordDocument, text: str) -> None:
        self._text = text
        self._placed = list(document.starts())
        self._starts = {paragraph: start for start, paragraph in self._placed}
        self._row_words: dict[int | None, str] = {}
        for paragraph in (one for one in document.paragraphs if one.is_body and one.row is not None):
            words = f"{self._row_words.get(paragraph.row, '')} {words_of(paragraph)}"
            self._row_words[paragraph.row] = words[:ROW_CHARACTERS].strip()
        self._headings = Headings([(start, one) for start, one in self._placed if one.is_body], document.styles)

    def mentions(self) -> list[Mention]:
        """All mentions in order; a link that goes on after other words, or in the next paragraph, is one."""
        merged: list[Mention] = []
        numbers: dict[Link, int] = {}
        for mention, links in self._found():
            number = numbers.get(links[0]) if links else None
            if number is None:
                numbers |= dict.fromkeys(links, len(merged))
                merged.append(mention)
            else:
                merged[number] = _continued(merged[number], mention)
        return merged

    def _found(self) -> Iterator[tuple[Mention, tuple[Link, ...]]]:
        for start, paragraph in self._placed:
            anchors = list(_anchors(paragraph))
            here = _Here(start, paragraph, self._words_around(paragraph))
            printed = [(self._printed(here, span), ()) for span in _printed_spans(paragraph.text, anchors)]
            linked = [(self._linked(here, anchor), anchor.links) for anchor in anchors]
            yield from sorted([*printed, *linked], key=lambda found: found[0].start)

    def _linked(self, here: _Here, anchor: _Anchor) -> Mention:
        mention = self._mention(here, anchor.start, anchor.end, anchor.words)
        fragments = len(anchor.links)
        flags = read_flags(anchor.words, anchor.uri, fragments)
        return replace(mention, url=anchor.uri, fragments=fragments, flags=flags)

    def _printed(self, here: _Here, span: Span) -> Mention:
        mention = self._mention(here, span.start, span.end, None)
        rest = tail(self._text, mention.end)
        return replace(mention, flags=span.flags, alternatives=span.alternatives, tail=rest)

    def _mention(self, here: _Here, start: int, end: int, anchor: str | None) -> Mention:
        place = self._place(here.paragraph, start)
        head = self._headings.at(place)
        start, end = here.start + start, here.start + end
        return Mention(
            start,
            end,
            self._text[start:end],
            (),
            anchor=anchor,
            context=sentence_around(self._text, start, end),
            section=head.section,
            candidates=() if place is None else candidates(head.item, anchor, here.words),
            part=here.paragraph.part,
            paragraph=here.paragraph.number,
        )

    def _words_around(self, paragraph: Paragraph) -> str:
        """The words of the paragraph, in the body's tables those of the row."""
        return self._row_words.get(paragraph.row if paragraph.is_body else None) or words_of(paragraph)

    def _place(self, paragraph: Paragraph, offset: int) -> int | None:
        """Where in the body a place belongs: itself, or where its note is referred to."""
        while not paragraph.is_body:
            if paragraph.cited_in is None:
                return None
            paragraph, offset = paragraph.cited_in
        return self._starts[paragraph] + offset


def _anchors(paragraph: Paragraph) -> Iterator[_Anchor]:
    """The linked stretches of a paragraph."""
    start = 0
    for uri, group in groupby(paragraph.pieces, key=lambda piece: piece.link and piece.link.uri):
        pieces = list(group)
        end = start + sum(len(piece.text) for piece in pieces)
        if uri:
            links = tuple(dict.fromkeys(piece.link for piece in pieces if piece.link))
            yield _Anchor(start, end, uri, links, _words(pieces))
        start = end


def _words(pieces: Sequence[Piece]) -> str:
    """What a link shows: its words, or its picture where there are none."""
    words = "".join(piece.text for piece in pieces if not piece.is_picture)
    return " ".join((words if words.strip() else "".join(piece.text for piece in pieces)).split())


def _printed_spans(text: str, anchors: Sequence[_Anchor]) -> list[Span]:
    """The URLs of a paragraph outside its anchors."""
    if not anchors:
        return find_urls(text)
    ends = [0, *(anchor.end for anchor in anchors)]
    outside = "".join(
        text[end : anchor.start] + " " * (anchor.end - anchor.start) for end, anchor in zip(ends, anchors, strict=False)
    )
    outside += text[ends[-1] :]
    whole = {span.start: span.end for span in find_urls(text)}
    targets = {address_key(anchor.uri) for anchor in anchors}
    return [
        span
        for span in find_urls(outside)
        if whole.get(span.start, 0) <= span.end or address_key(text[span.start : whole[span.start]]) not in targets
    ]


def _continued(first: Mention, more: Mention) -> Mention:
    """A link with what it shows further on."""
    anchor = join_words([words for one in (first, more) if (words := one.anchor)])
    fragments = first.fragments + more.fragments
    return replace(first, anchor=anchor, fragments=fragments, flags=read_flags(anchor, first.url, fragments))
