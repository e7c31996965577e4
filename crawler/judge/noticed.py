"""What a page says of itself, noticed once for all nights that show it.

Rules:
- Only the page is looked at here: what it means beside a status, a chain or a citation is for the rows.
- The last pages are remembered by identity, as the same page is judged again and again; nothing else hangs on that.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.judge.sites import is_error_page, is_home
from crawler.judge.words.consent import find_consent
from crawler.judge.words.maintenance import find_maintenance
from crawler.judge.words.missing_sentences import find_sentence
from crawler.judge.words.missing_titles import find_heading, find_title
from crawler.judge.words.offers import find_offer
from crawler.judge.words.sign_in import find_sign_in
from crawler.judge.words.templates import find_template
from crawler.judge.words.wall_pages import Met, find_walls
from crawler.model import Page, SightKind
from crawler.suffixes import names

# Main text of fewer characters is no article: there one sentence can speak for the page.
SHORT_CHARS = 400
# Where no main text was found, all that is shown stands for it, if it is this little.
SHOWN_CHARS = 1500
# Classes and ids of html and body that error templates set (WordPress' error404 among them; docs: verdicts).
ERROR_MARKS = names(
    "error404 error-404 error_404 page-404 page404 page_404 not-found notfound page-not-found page-notfound "
    "is-404 template-404 http-404 status-404 err404"
)
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Noticed:
    """Phrases by which an HTML page says that it is something else than content; '' for what it does not say.

    `walls` are those that it may be, in order. `title`, `heading` and `sentence` say that it is not there; `mark` is
    a class or id of an error template, `template` the program whose default 404 page it is, `elsewhere` the home or
    error page that it names as its own address.
    """

    walls: tuple[Met, ...] = ()
    sign_in: str = ""
    consent: str = ""
    maintenance: str = ""
    offer: str = ""
    title: str = ""
    heading: str = ""
    sentence: str = ""
    mark: str = ""
    template: str = ""
    elsewhere: str = ""


NOTHING = Noticed()
_memory: dict[int, tuple[Page, Noticed]] = {}


def notice(page: Page) -> Noticed:
    """What a page says of itself."""
    known = _memory.get(id(page))
    if known is not None and known[0] is page:
        return known[1]
    noticed = _notice(page) if page.sight.kind is SightKind.HTML else NOTHING
    noticed = NOTHING if noticed == NOTHING else noticed
    if len(_memory) >= REMEMBERED:
        _memory.clear()
    _memory[id(page)] = page, noticed  # holding the page keeps its identity its own
    return noticed


def _notice(page: Page) -> Noticed:
    sight = page.sight
    return Noticed(
        find_walls(sight),
        find_sign_in(page),
        find_consent(page),
        find_maintenance(page),
        find_offer(sight),
        find_title(sight.title),
        find_heading(sight.headings),
        find_sentence(_short_text(page), (sight.title, *sight.headings)),
        next((mark for mark in sight.marks if mark in ERROR_MARKS), ""),
        find_template(page),
        next((uri for uri in (sight.canonical, sight.og_uri) if uri and (is_home(uri) or is_error_page(uri))), ""),
    )


def _short_text(page: Page) -> str:
    """The main text where it is short; where there is none, all that the page shows if that is little."""
    if page.text:
        return page.text if len(page.text) < SHORT_CHARS else ""
    return page.sight.opening if page.sight.chars < SHOWN_CHARS else ""
