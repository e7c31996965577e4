"""Whether a page still has the place a citation points into: `#id`, `#page=N`, and quoted text.

Rules:
- Only what the standards let a robot decide is missing: anchors that scripts make, states of an application and
  places in a file are taken for there.
- What was cut, by us or for its many anchors, misses nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from crawler.judge.case import Case
from crawler.judge.found import Found, found
from crawler.judge.phrases import READ_ON
from crawler.judge.text_fragment import TextDirective, quotes, read_directives
from crawler.model import Page, Sight, SightKind

# A main text that is less than this share of what is shown leaves too much unread to miss a quotation in it.
READ_SHARE = 1 / 3
# Sight.opening holds this many characters: of a shorter page it is all.
OPENING_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Made:
    """Fragments that scripts answer to: no element of the page as sent bears their name."""

    id: str
    pattern: re.Pattern[str]
    source: str
    read_on: str = READ_ON


MADE_BY_SCRIPTS: tuple[Made, ...] = (
    Made("route", re.compile(r"[/!]"), "paths of applications: #/list, #!topic; MediaWiki's #/media/File:…"),
    Made(
        "state", re.compile(r".*[=&?]", re.DOTALL), "names and values: media fragments (W3C), #tab=2, #gid=0, #page=3"
    ),
    Made("lines", re.compile(r"L\d+(?:C\d+)?(?:-L?\d+(?:C\d+)?)?\Z"), "lines of a file on GitHub, GitLab and others"),
    Made(
        "reply", re.compile(r"(?:issuecomment|discussion_r|note_|comment|reply|post|p)-?_?\d+\Z"), "replies loaded late"
    ),
    Made("pointer", re.compile(r"(?:xpointer|svgView|element)\("), "pointers into XML and SVG"),
    Made("top", re.compile(r"(?i:top)?\Z"), "HTML Standard §7.4.6.4: the top of the document"),
)


def fragment_missing(case: Case) -> Found | None:
    """A cited `#id` or `#page=N` that the page does not have."""
    page = case.page
    if page is None or not case.around.fragments or case.is_cut_by_us:
        return None
    missing = next((fragment for fragment in case.around.fragments if _is_missing(fragment, page.sight)), None)
    if missing is None:
        return None
    if page.sight.kind is SightKind.PDF:
        return found(
            "pdf-page-missing",
            f"The file opens, but has {page.sight.page_count} pages; the citation points to #{missing}.",
            f"文件可打开，但只有 {page.sight.page_count} 页；引用指向 #{missing}。",
        )
    return found(
        "anchor-missing",
        f"The page opens, but the place the citation points to (#{missing}) is no longer in it.",
        f"页面可打开，但引用所指的位置（#{missing}）已不在页面上。",
    )


def _is_missing(fragment: str, sight: Sight) -> bool:
    if sight.kind is SightKind.PDF:
        page = _page_number(fragment)
        return page is not None and 0 < sight.page_count < page
    if sight.kind is not SightKind.HTML or sight.anchors_cut:
        return False
    if any(made.pattern.match(fragment) for made in MADE_BY_SCRIPTS):
        return False
    # HTML Standard §7.4.6.4: as written first, then percent-decoded; GitHub prefixes the ids of what users wrote.
    written, decoded = fragment, unquote(fragment)
    return not any(name in sight.anchors for name in (written, decoded, f"user-content-{decoded}"))


def _page_number(fragment: str) -> int | None:
    """The page that `#page=N` opens (RFC 8118 §3), or None."""
    value = dict(parse_qsl(fragment)).get("page", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else None


def text_fragment_missing(case: Case) -> Found | None:
    """A quotation that the page no longer holds."""
    page = case.page
    if page is None or not case.around.text_fragments or case.is_cut_by_us:
        return None
    directives = [directive for fragment in case.around.text_fragments for directive in read_directives(fragment)]
    missing = next((directive for directive in directives if not _is_quoted(page, directive)), None)
    if missing is None:
        return None
    return found(
        "text-missing",
        "The page opens, but the words the citation quotes from it are no longer there.",
        "页面可打开，但引用所引的原文已不在页面上。",
    )


def _is_quoted(page: Page, directive: TextDirective) -> bool:
    """Whether a page says it, as far as what is known of it can tell."""
    if quotes(page.text, directive) or quotes(page.sight.opening, directive):
        return True
    whole = page.sight.chars <= OPENING_CHARS
    return not whole and len(page.text) < page.sight.chars * READ_SHARE
