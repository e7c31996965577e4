"""One marked-up page as linear text with its mentions: what an HTML document and an HTML mail have in common.

Rules:
- The text is what a reader sees, then what only some see (hidden elements, Outlook's buttons, empty links); a
  link there is a citation where nothing a reader sees has its target or stands beside it with its words.
- URLs printed in running text count where no link covers them; hidden text that only prints them does not.
- Headings are the page's own; below its last heading what looks like one is the item.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from crawler.seeds.anchors import read_flags
from crawler.seeds.boundary.find import find_urls
from crawler.seeds.html.flow import paragraph_finder
from crawler.seeds.html.markup import MAX_LINKS, HeadingSpan, Link, Markup, read_markup
from crawler.seeds.html.styled import is_running_head, running_heads, styled_headings
from crawler.seeds.mention import Mention
from crawler.seeds.outline import Heading, Outline, candidates
from crawler.seeds.reading import Why
from crawler.seeds.recipients import tail
from crawler.seeds.sentences import sentence_around
from crawler.urls.address import Address, read_address
from crawler.urls.redact import redact_text

ANCHOR_CHARACTERS = 300
HEADING_CHARACTERS = 200
HIDDEN_PART = "hidden text"
_SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text and the mentions in it; `dates` are what its head says, by name.

    `is_cut` where it has more than MAX_LINKS links: the rest is not there.
    """

    text: str
    mentions: tuple[Mention, ...]
    dates: tuple[tuple[str, str], ...] = ()
    title: str = ""
    is_cut: bool = False


def read_page(markup_text: str, base: str | None = None) -> Page:
    """The page that markup describes; `base` is where it came from, if that is known."""
    markup = read_markup(markup_text, base)
    seen = markup.seen.text
    place = _Places(seen, markup)
    visible = [link for link in markup.links if not _is_unseen(link)]
    mentions = [place.mention(run) for run in _runs(seen, visible)]
    printed = list(islice(_printed(place, seen, visible), MAX_LINKS + 1))
    mentions += printed[:MAX_LINKS]
    text, hidden = seen, _only_unseen(markup)
    if hidden:
        text = seen + _SEPARATOR + markup.unseen.text
        mentions += [_unseen(text, link, len(seen) + len(_SEPARATOR)) for link in hidden]
    ordered = sorted(mentions, key=lambda mention: mention.start)
    title, is_cut = " ".join(markup.title.split()), markup.is_cut or len(printed) > MAX_LINKS
    return Page(text, tuple(ordered), tuple(markup.dates), title, is_cut)


def warn_of_cut(page: Page) -> tuple[Why, ...]:
    """The warning for a page with more links than are read."""
    if not page.is_cut:
        return ()
    return (
        Why(
            f"has more than {MAX_LINKS} links; only the first {MAX_LINKS} are read, split it",
            f"链接超过 {MAX_LINKS} 个，只读取了前 {MAX_LINKS} 个；请拆分后再放入",
        ),
    )


def same_target(address: Address) -> str:
    """What two addresses have in common that open the same."""
    return address.hidden or address.urlkey or address.mail or address.printed


class _Places:
    """What the places of a page belong to: headings and paragraphs."""

    def __init__(self, text: str, markup: Markup) -> None:
        self._text = text
        self._blocks = markup.seen.blocks
        self._paragraph = paragraph_finder(self._blocks)
        own = [*_own_headings(text, markup.headings), *running_heads(text, self._blocks)]
        self._outline = Outline(own)
        self._own = sorted(heading.place for heading in own)
        self._styled = sorted(styled_headings(text, self._blocks), key=lambda heading: heading.place)
        self._styled_places = [heading.place for heading in self._styled]

    def mention(self, run: Sequence[Link]) -> Mention:
        """A link that a reader sees, in one piece or several."""
        start, end, url = run[0].start or 0, run[-1].end, run[0].url
        words = self._text[start:end]
        found = self.at(start, end, url, shortened(words, ANCHOR_CHARACTERS))
        flags = read_flags(words, url, len(run))
        return replace(found, flags=flags, fragments=len(run))

    def at(self, start: int, end: int, url: str, anchor: str | None) -> Mention:
        """A mention with what its place says of it."""
        section, item = self._headings(start)
        paragraph = self._paragraph(start)
        return Mention(
            start,
            end,
            url,
            (),
            anchor=anchor,
            context=context(self._text, start, end),
            section=section,
            candidates=candidates(item, anchor, self._around(paragraph)),
            paragraph=paragraph,
        )

    def _headings(self, place: int) -> tuple[str | None, str | None]:
        found = self._outline.at(place)
        if found.item:
            return found.section, found.item
        number = bisect_right(self._styled_places, place) - 1
        before = bisect_right(self._own, place) - 1
        is_nearer = number >= 0 and (before < 0 or self._styled_places[number] >= self._own[before])
        return found.section, self._styled[number].words if is_nearer else None

    def _around(self, paragraph: int) -> str:
        """The first words of a paragraph."""
        if not self._blocks:
            return ""
        block = self._blocks[paragraph - 1]
        return self._text[block.start : min(block.end, block.start + ANCHOR_CHARACTERS)]


def _runs(text: str, links: Sequence[Link]) -> list[list[Link]]:
    """The links in order; neighbours in one line with one target are one link, which word processors break up."""
    runs: list[list[Link]] = []
    for link in links:
        last = runs[-1][-1] if runs else None
        if last and last.url == link.url and text[last.end : link.start] in ("", " "):
            runs[-1].append(link)
        else:
            runs.append([link])
    return runs


def _own_headings(text: str, spans: Iterable[HeadingSpan]) -> Iterator[Heading]:
    for span in spans:
        inside = text[span.start : span.end]
        words = shortened(inside, HEADING_CHARACTERS) or span.picture
        place = span.start + len(inside) - len(inside.lstrip())
        yield Heading(place, 0 if is_running_head(words) else span.level, words)


def _printed(places: _Places, text: str, links: Sequence[Link]) -> Iterator[Mention]:
    """The URLs in running text that no link covers."""
    is_covered = _covering(links)
    for span in find_urls(text):
        if not is_covered(span.start, span.end):
            found = places.at(span.start, span.end, text[span.start : span.end], None)
            yield replace(found, flags=span.flags, alternatives=span.alternatives, tail=tail(text, span.end))


def _covering(links: Sequence[Link]) -> Callable[[int, int], bool]:
    """A function that says whether any link has a part of text[start:end]."""
    spans = sorted((link.start or 0, link.end) for link in links)
    starts = [start for start, _ in spans]

    def is_covered(start: int, end: int) -> bool:
        number = bisect_right(starts, max(start, end - 1)) - 1
        return number >= 0 and spans[number][1] > start

    return is_covered


def _is_unseen(link: Link) -> bool:
    return link.unseen or link.start is None


def _only_unseen(markup: Markup) -> list[Link]:
    """The unseen links that no link a reader sees stands for; each target once."""
    if not any(map(_is_unseen, markup.links)):
        return []
    known = {same_target(read_address(link.url)) for link in markup.links if not _is_unseen(link)}
    kept: list[Link] = []
    for number, link in enumerate(markup.links):
        if not _is_unseen(link) or _has_twin(markup, number):
            continue
        target = same_target(read_address(link.url))
        if target not in known:
            known.add(target)
            kept.append(link)
    return kept


def _has_twin(markup: Markup, number: int) -> bool:
    """True when the next link a reader sees, before or after this one, has the same words."""
    words = _words(markup, markup.links[number])
    after = next((link for link in markup.links[number + 1 : number + 4] if not _is_unseen(link)), None)
    before = next((link for link in markup.links[max(0, number - 3) : number][::-1] if not _is_unseen(link)), None)
    return bool(words) and any(link is not None and _words(markup, link) == words for link in (after, before))


def _words(markup: Markup, link: Link) -> str:
    flow = markup.unseen if link.unseen else markup.seen
    return "" if link.start is None else " ".join(flow.text[link.start : link.end].split())


def _unseen(text: str, link: Link, offset: int) -> Mention:
    start = len(text) if link.start is None else offset + link.start
    end = start if link.start is None else offset + link.end
    anchor = shortened(text[start:end], ANCHOR_CHARACTERS) or None
    around = context(text, start, end) if anchor else ""
    return Mention(start, end, link.url, (), anchor=anchor, context=around, part=HIDDEN_PART)


def context(text: str, start: int, end: int) -> str:
    """The sentence around a place; of an anchor that is longer than any sentence its beginning."""
    if end - start > ANCHOR_CHARACTERS:
        return shortened(text[start:end], ANCHOR_CHARACTERS)
    return sentence_around(text, start, end)


def shortened(words: str, characters: int) -> str:
    """Words on one line, redacted before they are cut."""
    words = " ".join(redact_text(words[: 10 * characters]).split())
    return words if len(words) <= characters else words[: characters - 1] + "…"
