"""Text documents → mentions: page text, then that page's link lines.

Rules of the item (a link's place in a list of links says nothing of the paragraph above it):
- a link right under a title, with no blank line between, belongs to it;
- one title on a page takes all its links;
- a link whose address names a number or a Latin word of one title only (`…-budget-2025-2026`) belongs to it;
- k titles and k distinct links pair in order, unless one of the links is an opaque tracker;
- anything else stays open: every title of the page is a candidate, or, on a page without titles (or with more
  than MAX_TITLES), the link's own line, the page's first words and the last title before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from crawler.model import Flag, ItemCandidate
from crawler.seeds.boundary.find import Span, find_urls, trimmed
from crawler.seeds.mention import Mention
from crawler.seeds.recipients import tail
from crawler.seeds.sentences import WINDOW, sentence_around, sentence_between
from crawler.seeds.text.headings import Headings, read_headings, titles_above
from crawler.seeds.text.pages import Line, Page, read_pages
from crawler.seeds.text.running import section_lines, title_over
from crawler.urls.address import read_address
from crawler.urls.redact import redact_text

CANDIDATE_CHARACTERS = 40
CONTEXT_LINES = 8
MAX_TITLES = 64  # of a page; among more of them nobody would choose
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
    sections: Mapping[int, str]
    begins: Sequence[int]

    def section_at(self, number: int) -> str | None:
        """The section a line stands in: by the last line that begins one, else by the page's running head."""
        begun = bisect_right(self.begins, number)
        return self.sections[self.begins[begun - 1]] if begun and self.headings.section is None else self.section


def read_text(text: str) -> list[Mention]:
    """The mentions of a text document in order."""
    mentions: list[Mention] = []
    section = title = None
    pages = read_pages(text)
    sections = section_lines(pages)
    begins = sorted(sections)
    for page in pages:
        headings = read_headings(page)
        section = headings.section or section
        place = _Place(text, page, headings, section, title, sections, begins)
        mentions += sorted([*_printed(place), *_linked(place)], key=lambda mention: mention.start)
        title = headings.titles[-1] if headings.titles else title
    return mentions


def _printed(place: _Place) -> Iterator[Mention]:
    """The URLs in the page's running text."""
    for block in place.page.blocks:
        start, end = block[0].start, block[-1].start + len(block[-1].text)
        starts = [line.start for line in block]
        known: dict[tuple[int, int], tuple[str, str]] = {}
        for span in find_urls(place.text[start:end]):
            first, last = bisect_right(starts, start + span.start), bisect_left(starts, start + span.end)
            lines = block[first - 1 : last]
            if (first, last) not in known:
                known[first, last] = _beside(place.page, lines)
            yield _in_text(place, lines, start, span, known[first, last])


def _in_text(place: _Place, lines: tuple[Line, ...], offset: int, span: Span, beside: tuple[str, str]) -> Mention:
    start, end = offset + span.start, offset + span.end
    own_line = lines[0].text[: WINDOW + end - start].strip()
    own_line = "" if own_line == place.text[start:end] else own_line
    return Mention(
        start,
        end,
        place.text[start:end],
        tuple(line.number for line in lines),
        page=place.page.number,
        context=_context(place, lines, start, end, beside),
        section=place.section_at(lines[0].number),
        candidates=_of_running_text(place, lines[0], own_line, start),
        flags=span.flags,
        alternatives=span.alternatives,
        tail=tail(place.text, end),
        column=start - lines[0].start + 1,
    )


def _of_running_text(place: _Place, line: Line, own_line: str, start: int) -> Candidates:
    """The item of a URL in running text: the line above that titles it, or what the page and its own line offer.

    A title elsewhere on the page is no certain sign here: it may be the document's own.
    """
    begins = not line.text[: min(start - line.start, WINDOW)].strip()
    over = title_over(place.page, line.number, place.sections) if begins else None
    if over:
        return _titled(over, "title-right-above")
    titles = place.headings.titles
    if not titles or len(titles) > MAX_TITLES:
        return _untitled(place, own_line)
    offers = [(_shortened(own_line), "own-line"), *((title, "several-items-on-page") for title in titles)]
    found = tuple(ItemCandidate(item, why) for item, why in dict(offers).items() if item)
    return found if len(found) > 1 else _untitled(place, own_line)


def _linked(place: _Place) -> Iterator[Mention]:
    """The page's link lines, one mention for the same URL on adjacent lines."""
    runs = place.page.links
    order = {words: number for number, words in enumerate(dict.fromkeys(run[0].words for run in runs))}
    tracked = any(read_address(words).is_tracker for words in order)
    paired = len(order) == len(place.headings.titles) and not tracked
    above = titles_above(place.page)
    signs = _signs(place.headings.titles)
    context = _opening(place)
    shared = _of_page(place, tracked=tracked)
    for run in runs:
        words = run[0].words
        decided = _titled(above.get(run[0].number), "title-right-above") or _titled(
            _named(signs, words), "named-in-address"
        )
        pair = _of_page(place, order[words]) if paired else shared
        yield _link(place, run, decided or pair, context)


def _titled(title: str | None, why: str) -> Candidates:
    return (ItemCandidate(title, why),) if title else ()


def _signs(titles: Sequence[str]) -> dict[str, set[str]]:
    """What an address may name of each title and not of all of them: numbers and Latin words."""
    if not 1 < len(titles) <= MAX_TITLES:
        return {}
    signs = {title: {sign.lower() for sign in _TELLING.findall(title)} for title in titles}
    common = set.intersection(*signs.values())
    return {title: own - common for title, own in signs.items()}


def _named(signs: dict[str, set[str]], words: str) -> str | None:
    """The one title of several that the address names; nothing of a tracker's."""
    if not any(signs.values()):
        return None
    address = read_address(words)
    if not address.uri or address.is_tracker:
        return None
    path = unquote(urlsplit(address.uri).path).lower()
    named = [title for title, own in signs.items() if any(sign in path for sign in own)]
    return named[0] if len(named) == 1 else None


def _link(place: _Place, run: tuple[Line, ...], candidates: Candidates, context: str) -> Mention:
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
        context=context,
        section=place.section_at(run[0].number),
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
    if titles and len(titles) <= MAX_TITLES:
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


def _context(place: _Place, lines: Sequence[Line], start: int, end: int, beside: tuple[str, str]) -> str:
    """The sentence around a printed URL; it may go on over the lines of its page, also where they are set apart."""
    first, last = lines[0].start, lines[-1].start + len(lines[-1].text)
    before = beside[0] + place.text[max(first, start - WINDOW) : start]
    after = place.text[end : min(last, end + WINDOW)] + beside[1]
    return sentence_between(before[-WINDOW:], place.text[start:end], after[:WINDOW])


def _beside(page: Page, lines: Sequence[Line]) -> tuple[str, str]:
    """The ends of the lines before some lines of a page, and the beginnings of those after them."""
    first, last = lines[0].number, lines[-1].number
    near = _near(page, first, last)
    before = "".join(line.text[-WINDOW:] + "\n" for line in near if line.number < first)
    after = "".join("\n" + line.text[:WINDOW] for line in near if line.number > last)
    return before[-WINDOW:], after[:WINDOW]


def _opening(place: _Place) -> str:
    """The first sentence of a link line's page: the line itself stands in no sentence."""
    lines = place.page.lines
    at = next((line.number for line in lines if line.words and line.words == place.headings.opening), None)
    if at is None:
        return ""
    flow = "\n".join(line.text[:WINDOW] for line in _near(place.page, at, at) if line.number >= at)
    return sentence_around(flow, 0, 0)


def _near(page: Page, first: int, last: int) -> list[Line]:
    """The lines around a place; where every other line is blank, blank lines say nothing."""
    top = page.lines[0].number
    near = page.lines[max(0, first - CONTEXT_LINES - top) : last + 1 + CONTEXT_LINES - top]
    spread = page.is_spread
    return [line for line in near if not line.is_link and (line.words or not spread)]
