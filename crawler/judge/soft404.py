"""Pages that are not there and answer 200 all the same: a score of signs, each a row with its weight.

Rules:
- HTML only, and never a cited home page.
- A page about missing pages is not one itself: where the cited address is named after the subject, or an article
  stands below, its title and headlines say nothing.
- A sibling (a random name beside the target) counts for or against, but alone it only suspects.
- What the page itself says (title, headline, sentence) is told apart: without it nobody is told that it is dead
  before the text was seen to be another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crawler.judge.barriers import consent_gate, consent_page, maintenance_page, sign_in_page, walled_page
from crawler.judge.case import Case
from crawler.judge.found import Found, Test, found
from crawler.judge.likeness import LIKE, is_unlike, likeness
from crawler.judge.noticed import NOTHING
from crawler.judge.parked import parked
from crawler.judge.redirects import login, redirect_error, redirect_root
from crawler.judge.sight import js_shell, no_body, no_text, unsupported_type
from crawler.judge.sites import is_home, parts, site
from crawler.model import Observation, Page, SightKind, Surroundings
from crawler.shingles import tokens

SOFT, SUSPECTED = 4, 2
SIBLING_LIKE = 0.8
# As many words or characters of a script without spaces are an article.
ARTICLE_TOKENS = 400
_SUBJECTS = ("404", "410", "not-found", "notfound", "not_found", "soft-404", "error-page")

# The figures of a sign's sentence, in English and Chinese; None where the sign is not there.
Shown = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: what it adds to the score, and whether it is the page itself that says so."""

    id: str
    weight: int
    looks_at: str
    test: Callable[[Case, Page], Shown]
    said: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of the signs found, what they are, and whether the page itself says that it is not there."""

    total: int
    signs: tuple[tuple[Sign, tuple[str, str]], ...]

    @property
    def is_said(self) -> bool:
        """Whether a title, a headline or a sentence says so."""
        return any(sign.said for sign, _ in self.signs)


def _title(case: Case, page: Page) -> Shown:
    words = case.noticed.title
    if not words or _is_about(case, page):
        return None
    return f"the title says “{words}”", f"标题写着“{words}”"


def _heading(case: Case, page: Page) -> Shown:
    words = case.noticed.heading
    if not words or _is_about(case, page):
        return None
    return f"the headline says “{words}”", f"大标题写着“{words}”"


def _is_about(case: Case, page: Page) -> bool:
    """Whether missing pages are what a page is about."""
    path = parts(case.cited_uri).path.lower()
    return any(subject in path for subject in _SUBJECTS) or len(tokens(page.text)) >= ARTICLE_TOKENS


def _sentence(case: Case, page: Page) -> Shown:
    words = case.noticed.sentence
    return (f"its short text says “{words}”", f"正文很短，写着“{words}”") if words else None


def _mark(case: Case, page: Page) -> Shown:
    mark = case.noticed.mark
    return (f"its body is marked {mark}", f"页面代码带有 {mark} 标记") if mark else None


def _elsewhere(case: Case, page: Page) -> Shown:
    uri = case.noticed.elsewhere.partition("?")[0]  # what an error page was asked may name its reader
    if not uri or site(uri) != site(case.final.uri):
        return None
    if parts(uri).path == parts(case.final.uri).path:  # pages told apart by their query: the page's address without it
        return None
    return f"it gives {uri} as its own address", f"页面声明自己的地址是 {uri}"


def _template(case: Case, page: Page) -> Shown:
    name = case.noticed.template
    return (f"it is the default 404 page of {name}", f"是 {name} 自带的 404 页面") if name else None


def _noindex(case: Case, page: Page) -> Shown:
    last_good = case.around.last_good
    if last_good is None or not page.sight.noindex or last_good.sight.noindex:
        return None
    if last_good.sight.kind is not SightKind.HTML:
        return None
    return "it asks not to be indexed, and did not before", "新近声明不允许收录"


def _like_sibling(case: Case, page: Page) -> Shown:
    sibling = case.around.sibling
    if sibling is None or sibling.page is None or not 200 <= (sibling.status or 0) < 300:
        return None
    if not page.text or not sibling.page.text or likeness(page, sibling.page) < SIBLING_LIKE:
        return None
    return "a random name beside it shows the same text", "随便编一个相邻的网址，显示的也是同样的内容"


def _sibling_missing(case: Case, page: Page) -> Shown:
    sibling = case.around.sibling
    if sibling is None or sibling.status not in (404, 410):
        return None
    status = sibling.status
    return f"a random name beside it answers {status}", f"随便编一个相邻的网址，网站如实返回 {status}"


def _like_last_good(case: Case, page: Page) -> Shown:
    last_good = case.around.last_good
    if last_good is None or likeness(page, last_good) < LIKE:
        return None
    return "its text is that of the last good copy", "正文与上次正常时的存档相同"


FOR: tuple[Sign, ...] = (
    Sign("title", 3, "a segment of the title says so", _title, said=True),
    Sign("headline", 2, "the first or second headline says so", _heading, said=True),
    Sign("sentence", 2, "main text under 400 characters, a sentence says so", _sentence, said=True),
    Sign("mark", 2, "class or id of html or body: error404, page-404, not-found …", _mark),
    Sign("address", 2, "canonical or og:url is the home or an error page", _elsewhere),
    Sign("template", 2, "the default 404 page of a known program", _template),
    Sign("noindex", 1, "noindex, on a page that was indexable", _noindex),
    Sign("sibling-alike", 3, "main text like a sibling's (Jaccard ≥ .8)", _like_sibling),
)
AGAINST: tuple[Sign, ...] = (
    Sign("sibling-missing", -3, "a sibling gets a true 404", _sibling_missing),
    Sign("last-good", -5, "main text like the last good capture's (Jaccard ≥ .5)", _like_last_good),
)


def score(case: Case) -> Score:
    """The score of a good answer; nothing where no sign speaks for it, or where none can."""
    page = case.html
    if page is None or (case.noticed is NOTHING and case.around.sibling is None and not page.sight.noindex):
        return NO_SIGN
    signs = tuple(_found(FOR, case, page))
    if not signs or is_home(case.cited_uri):
        return NO_SIGN
    signs += tuple(_found(AGAINST, case, page))
    return Score(sum(sign.weight for sign, _ in signs), signs)


NO_SIGN = Score(0, ())


def _found(signs: tuple[Sign, ...], case: Case, page: Page) -> Iterator[tuple[Sign, tuple[str, str]]]:
    for sign in signs:
        shown = sign.test(case, page)
        if shown is not None:
            yield sign, shown


def soft_404(case: Case) -> Found | None:
    """A page that is not there, by its signs."""
    scored = score(case)
    if scored.total < SOFT:
        return None
    en, zh = _listed(scored)
    return found(
        "soft-404",
        f"The page answers {case.status}, but looks like one that is not there: {en}.",
        f"页面虽返回 {case.status}，内容却是“找不到页面”的提示页：{zh}。",
        "said" if scored.is_said else "",
    )


def soft_404_suspected(case: Case) -> Found | None:
    """A page with some of the signs."""
    scored = score(case)
    if not SUSPECTED <= scored.total < SOFT:
        return None
    en, zh = _listed(scored)
    return found(
        "soft-404-suspected",
        f"The page answers {case.status}, but may be one that is not there: {en}.",
        f"页面虽返回 {case.status}，但可能是“找不到页面”的提示页：{zh}。",
    )


def _listed(scored: Score) -> tuple[str, str]:
    en = "; ".join(f"{shown[0]} ({sign.weight:+})" for sign, shown in scored.signs)
    zh = "；".join(f"{shown[1]}（{sign.weight:+}）" for sign, shown in scored.signs)
    return f"{en} – score {scored.total}", f"{zh}，合计 {scored.total} 分"


# ---------------------------------------------------------------- whether to ask for a sibling

_DECIDED: tuple[Test, ...] = (
    walled_page,
    login,
    sign_in_page,
    consent_gate,
    consent_page,
    maintenance_page,
    no_body,
    no_text,
    js_shell,
    unsupported_type,
    redirect_root,
    redirect_error,
    parked,
)


def wants_sibling(observation: Observation, cited_uri: str, around: Surroundings) -> bool:
    """Whether the answer of a random name beside the target would settle something: the page looks missing, or shows
    another text than it did, and its outcome hangs on what the host says where nothing can be."""
    case = Case(observation, cited_uri, around)
    if not case.is_good or case.html is None or around.sibling is not None or is_home(cited_uri):
        return False
    scored = score(case)
    if not scored.signs and (around.last_good is None or not is_unlike(case.html, around.last_good)):
        return False
    levels = {_level(scored.total + change) for change in (-3, 0, 3)}
    return len(levels) > 1 and not any(test(case) for test in _DECIDED)


def _level(total: int) -> int:
    return (total >= SUSPECTED) + (total >= SOFT)
