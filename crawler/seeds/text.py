"""Text documents → mentions: page text, then that page's link lines.

Rules of the item (a link's place in a list of links says nothing of the paragraph above it):
- a link right under a title, with no blank line between, belongs to it;
- one title on a page takes all its links;
- k titles and k distinct links pair in order, unless one of the links is an opaque tracker;
- anything else stays open: every title of the page is a candidate, or, on a page without titles, the
  link's own line, the page's first words and the last title before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.model import Flag, ItemCandidate
from crawler.seeds.boundary import Span, find_urls, trimmed
from crawler.seeds.headings import Headings, read_headings, titles_above
from crawler.seeds.mention import Mention
from crawler.seeds.pages import Line, Page, read_pages
from crawler.seeds.recipients import tail
from crawler.urls.address import read_address
from crawler.urls.redact import redact, redact_text

CONTEXT_CHARACTERS = 160
CANDIDATE_CHARACTERS = 40

Candidates = tuple[ItemCandidate, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A page with what heads it, and what was in force before it."""

    text: str
    page: Page
    headings: Headings
    section: str | None
    title_before: str | None


def read_text(text: str) -> list[Mention]:
    """The mentions of a text document in order."""
    mentions: list[Mention] = []
    section = title = None
    for page in read_pages(text):
        headings = read_headings(page)
        section = headings.section or section
        place = _Place(text, page, headings, section, title)
        mentions += sorted([*_printed(place), *_linked(place)], key=lambda mention: mention.start)
        title = headings.titles[-1] if headings.titles else title
    return mentions


def _printed(place: _Place) -> Iterator[Mention]:
    """The URLs in the page's running text."""
    for block in place.page.blocks:
        start, end = block[0].start, block[-1].start + len(block[-1].text)
        words = place.text[start:end]
        spans = find_urls(words)
        for span, context in zip(spans, _contexts(words, spans), strict=True):
            yield _in_text(place, block, start, span, context)


def _in_text(place: _Place, block: tuple[Line, ...], offset: int, span: Span, context: str) -> Mention:
    start, end = offset + span.start, offset + span.end
    lines = [line for line in block if line.start < end and line.start + len(line.text) > start]
    return Mention(
        start,
        end,
        place.text[start:end],
        tuple(line.number for line in lines),
        page=place.page.number,
        context=context,
        section=place.section,
        candidates=_of_page(place, own_line="" if lines[0].words == place.text[start:end] else lines[0].words),
        flags=span.flags,
        alternatives=span.alternatives,
        tail=tail(place.text, end),
    )


def _linked(place: _Place) -> Iterator[Mention]:
    """The page's link lines, one mention for the same URL on adjacent lines."""
    runs = place.page.links
    order = {words: number for number, words in enumerate(dict.fromkeys(run[0].words for run in runs))}
    tracked = any(read_address(words).is_tracker for words in order)
    paired = len(order) == len(place.headings.titles) and not tracked
    titles = titles_above(place.page)
    for run in runs:
        above = titles.get(run[0].number)
        if above:
            candidates: Candidates = (ItemCandidate(above, "title-right-above"),)
        else:
            candidates = _of_page(place, order[run[0].words] if paired else None, tracked)
        yield _link(place, run, candidates)


def _link(place: _Place, run: tuple[Line, ...], candidates: Candidates) -> Mention:
    start = run[0].start + run[0].text.index(run[0].words)
    end = start + len(run[0].words)
    short = place.text[start : trimmed(place.text, start, end)]
    is_exact = short == run[0].words
    return Mention(
        start,
        end,
        place.text[start:end],
        tuple(line.number for line in run),
        fragments=len(run),
        page=place.page.number,
        context=redact_text(place.headings.opening or "")[:CONTEXT_CHARACTERS],
        section=place.section,
        candidates=candidates,
        flags=((Flag.WRAPPED,) if len(run) > 1 else ()) + (() if is_exact else (Flag.BOUNDARY_AMBIGUOUS,)),
        alternatives=() if is_exact else (short,),
        tail=tail(place.text, run[-1].start + len(run[-1].text)),
    )


def _of_page(place: _Place, pair: int | None = None, tracked: bool = False, own_line: str = "") -> Candidates:
    """The items a link of this page may belong to; a single one is certain."""
    titles = place.headings.titles
    if len(titles) == 1:
        return (ItemCandidate(titles[0], "single-item-page"),)
    if titles and pair is not None:
        return (ItemCandidate(titles[pair], "paired-in-order"),)
    if titles:
        why = "tracker-among-several-items" if tracked else "several-items-on-page"
        return tuple(ItemCandidate(title, why) for title in titles)
    return _untitled(place, own_line)


def _untitled(place: _Place, own_line: str) -> Candidates:
    """What a page without titles offers; one offer alone would look certain, so it is none."""
    offers = {
        _shortened(own_line): "own-line",
        _shortened(place.headings.opening or ""): "page-opening",
        place.title_before or "": "last-item-before",
    }
    candidates = tuple(ItemCandidate(item, why) for item, why in offers.items() if item)
    return candidates if len(candidates) > 1 else ()


def _shortened(words: str) -> str:
    words = redact_text(words[: 10 * CANDIDATE_CHARACTERS])  # before cutting: half an address is hard to recognise
    return words if len(words) <= CANDIDATE_CHARACTERS else words[: CANDIDATE_CHARACTERS - 1] + "…"


def _contexts(words: str, spans: Sequence[Span]) -> Iterator[str]:
    """What stands around each URL; redacted before it is cut, since half an address is hard to recognise."""
    shown, places, end = "", [], 0
    for span in spans:
        shown += redact_text(words[end : span.start])
        places.append(len(shown))
        shown += redact(words[span.start : span.end])
        end = span.end
    shown += redact_text(words[end:])
    for place in places:
        yield " ".join(shown[max(0, place - CONTEXT_CHARACTERS // 3) : place + CONTEXT_CHARACTERS].split())
