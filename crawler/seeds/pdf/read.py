"""PDF documents → mentions: link annotations with the words under them, and addresses that are only printed.

Rules:
- The document's linear text is that of its pages in reading order, joined by form feeds (read_pdf_text). `start` and
  `end` of a mention are the first line of its anchor there, or the whole of a printed address; a picture's are the
  place where the lines above it end. `lines` are never stated: a PDF has rectangles.
- An address printed under a link is the link's anchor; it is flagged when it names another target.
- Headings and running heads are known only when all pages are read: until then a citation keeps its place, and its
  page the words, without boxes. Pages that cite nothing keep their edges and possible headings alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

from crawler.model import Flag
from crawler.seeds.mention import Mention
from crawler.seeds.pdf.context import Context
from crawler.seeds.pdf.found import Found, join_found, read_found
from crawler.seeds.pdf.headings import Headings, Title, count_letters, read_place, read_titles
from crawler.seeds.pdf.heads import Edge, find_heads, read_edges
from crawler.seeds.pdf.letters import Style
from crawler.seeds.pdf.lines import Lines
from crawler.seeds.pdf.links import IMAGE
from crawler.seeds.pdf.pages import Page, Pdf, open_pdf
from crawler.seeds.pdf.whys import too_many_links
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why

MAX_FOUND = 20_000  # citations of one document
PAGE_END = "\f"


def read_pdf(content: bytes) -> Reading | Why:
    """The mentions of a PDF in reading order."""
    pdf = open_pdf(content)
    if isinstance(pdf, Why):
        return pdf
    with closing(pdf):
        draft = _Draft()
        for page in _bounded(pdf, draft):
            draft.add(page)
        dated = pdf.dated()
    return Reading(tuple(draft.mentions(pdf.troubles.unread)), draft.opening, dated, pdf.troubles.whys)


def read_pdf_text(content: bytes) -> str:
    """The linear text that `start` and `end` of its mentions count in; nothing for a PDF that cannot be opened."""
    pdf = open_pdf(content)
    if isinstance(pdf, Why):
        return ""
    with closing(pdf):
        return PAGE_END.join(page.lines.text for page in pdf.pages())


def _bounded(pdf: Pdf, draft: _Draft) -> Iterator[Page]:
    """The pages, as long as there is room for what they cite."""
    for page in pdf.pages():
        yield page
        if len(draft.found) > MAX_FOUND:
            pdf.troubles.others.append(too_many_links(MAX_FOUND, page.number))
            return


@dataclass(slots=True)
class _Draft:
    """What is kept of a document while its pages go by."""

    found: list[Found] = field(default_factory=list)
    cited: dict[int, Lines] = field(default_factory=dict)
    offsets: dict[int, int] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    titles: list[Title] = field(default_factory=list)
    letters: Counter[Style] = field(default_factory=Counter)
    opening: str = ""
    length: int = 0
    pages: int = 0

    def add(self, page: Page) -> None:
        """Take up a page."""
        found = read_found(page)
        self.found += found
        self.edges += read_edges(page.number, page.lines, page.box)
        self.titles += read_titles(page.number, page.lines)
        self.letters += count_letters(page.lines)
        if len(self.opening) < OPENING_CHARACTERS:
            parted = PAGE_END if self.length else ""
            self.opening = (self.opening + parted + page.lines.text)[:OPENING_CHARACTERS]
        self.offsets[page.number] = self.length
        self.length += len(page.lines.text) + len(PAGE_END)
        self.pages = page.number
        if found:
            page.lines.forget_boxes()
            self.cited[page.number] = page.lines

    def mentions(self, unread: Sequence[int]) -> Iterator[Mention]:
        """All that is cited, with its headings and context; `unread` are the pages without text."""
        heads = find_heads(self.edges, self.pages)
        headings = Headings(self.titles, self.letters, heads, unread)
        found = join_found(self.found, self.cited, heads)
        glued: dict[int, set[int]] = {}
        for one in found:
            glued.setdefault(one.page, set()).update(one.glued)
        for page, cited in groupby(found, key=lambda one: one.page):
            context = Context(self.cited[page], heads.of(page), glued[page])
            yield from (self._mention(one, headings, context) for one in cited)

    def _mention(self, one: Found, headings: Headings, context: Context) -> Mention:
        place = read_place(one.page, one.line, self.cited[one.page])
        anchor = one.anchor.text if one.anchor and one.has_words else None
        words = None if anchor == IMAGE else anchor
        fragments = len(one.anchor.fragments) if one.anchor else 1
        offset = self.offsets[one.page]
        return Mention(
            offset + one.start,
            offset + one.end,
            one.url,
            (),
            fragments=fragments,
            page=one.page,
            anchor=anchor,
            context=context.sentence(one),
            section=headings.section(place),
            candidates=headings.items(place, words, partial(context.paragraph, one)),
            flags=one.flags + ((Flag.WRAPPED,) if fragments > 1 else ()),
            alternatives=one.alternatives,
            tail=one.tail,
            rectangles=tuple(one.rectangles),
        )
