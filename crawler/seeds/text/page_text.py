"""Text documents → mentions: page text, then that page's link lines.

Rules of the item (a link's place in a list of links says nothing of the paragraph above it):
- a link right under a title, with no blank line between, belongs to it;
- one title on a page takes all its links;
- a link whose address names a number or a Latin word of one title only (`…-budget-2025-2026`) belongs to it;
- k titles and k distinct links pair in order, unless one of the links is an opaque tracker;
- anything else stays open: every title of the page is a candidate, or, on a page without titles, the
  link's own line, the page's first words and the last title before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawler.model import Flag, ItemCandidate
from crawler.seeds.boundary.find import Span, find_urls, trimmed
from crawler.seeds.mention import Mention
from crawler.seeds.recipients import tail
from crawler.seeds.sentences import sentence_around
from crawler.seeds.text.headings import Headings, read_headings, titles_above
from crawler.seeds.text.pages import Line, Page, read_pages
from crawler.urls.address import read_address
from crawler.urls.redact import redact_text

CANDIDATE_CHARACTERS = 40
CONTEXT_LINES = 8
_TELLING = re.compile(r"\d{4}(?:-\d{4})?|[A-Za-z]{4,}\d*")  # in a title: what an address may name as well

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
        for span in find_urls(place.text[start:end]):
            yield _in_text(place, block, start, span)


def _in_text(place: _Place, block: tuple[Line, ...], offset: int, span: Span) -> Mention:
    start, end = offset + span.start, offset + span.end
    lines = [line for line in block if line.start < end and line.start + len(line.text) > start]
    return Mention(
        start,
        end,
        place.text[start:end],
        tuple(line.number for line in lines),
        page=place.page.number,
        context=_context(place, lines, start, end),
        section=place.section,
        candidates=_of_page(place, own_line="" if lines[0].words == place.text[start:end] else lines[0].words),
        flags=span.flags,
        alternatives=span.alternatives,
        tail=tail(place.text, end),
        column=start - lines[0].start + 1,
    )


def _linked(place: _Place) -> Iterator[Mention]:
    """The page's link lines, one mention for the same URL on adjacent lines."""
    runs = place.page.links
    order = {words: number for number, words in enumerate(dict.fromkeys(run[0].words for run in runs))}
    tracked = any(read_address(words).is_tracker for words in order)
    paired = len(order) == len(place.headings.titles) and not tracked
    titles = titles_above(place.page)
    for run in runs:
        decided = _titled(titles.get(run[0].number), "title-right-above") or _titled(
            _named(place.headings.titles, run[0].words), "named-in-address"
        )
        yield _link(place, run, decided or _of_page(place, order[run[0].words] if paired else None, tracked))


def _titled(title: str | None, why: str) -> Candidates:
    return (ItemCandidate(title, why),) if title else ()


def _named(titles: tuple[str, ...], words: str) -> str | None:
    """The one title of several with a number or a Latin word that the address names; nothing of a tracker's."""
    address = read_address(words)
    if len(titles) < 2 or not address.uri or address.is_tracker:
        return None
    path = unquote(urlsplit(address.uri).path).lower()
    signs = [{sign.lower() for sign in _TELLING.findall(title)} for title in titles]
    common = set.intersection(*signs)
    named = [title for title, own in zip(titles, signs, strict=True) if any(sign in path for sign in own - common)]
    return named[0] if len(named) == 1 else None


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
        context=_opening(place),
        section=place.section,
        candidates=candidates,
        flags=((Flag.WRAPPED,) if len(run) > 1 else ()) + (() if is_exact else (Flag.BOUNDARY_AMBIGUOUS,)),
        alternatives=() if is_exact else (short,),
        tail=tail(place.text, run[-1].start + len(run[-1].text)),
        column=start - run[0].start + 1,
    )


def _of_page(place: _Place, pair: int | None = None, tracked: bool = False, own_line: str = "") -> Candidates:
    """The items a link of this page may belong to; a single one is certain."""
    titles = place.headings.titles
    if len(titles) == 1:
        why = "item-of-sub-headings" if place.headings.has_parts else "single-item-page"
        return (ItemCandidate(titles[0], why),)
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


def _context(place: _Place, lines: list[Line], start: int, end: int) -> str:
    """The sentence around a printed URL; it may go on over the lines of its page, also where they are set apart."""
    near = _near(place.page, lines[0].number, lines[-1].number)
    before = "".join(line.text + "\n" for line in near if line.number < lines[0].number)
    after = "".join("\n" + line.text for line in near if line.number > lines[-1].number)
    first, last = lines[0].start, lines[-1].start + len(lines[-1].text)
    offset = len(before) - first
    return sentence_around(before + place.text[first:last] + after, start + offset, end + offset)


def _opening(place: _Place) -> str:
    """The first sentence of a link line's page: the line itself stands in no sentence."""
    lines = list(place.page.lines)
    at = next((line.number for line in lines if line.words and line.words == place.headings.opening), None)
    if at is None:
        return ""
    flow = "\n".join(line.text for line in _near(place.page, at, at) if line.number >= at)
    return sentence_around(flow, 0, 0)


def _near(page: Page, first: int, last: int) -> list[Line]:
    """The lines around a place; where every other line is blank, blank lines say nothing."""
    top = page.lines[0].number
    near = page.lines[max(0, first - CONTEXT_LINES - top) : last + 1 + CONTEXT_LINES - top]
    spread = page.is_spread
    return [line for line in near if not line.is_link and (line.words or not spread)]
