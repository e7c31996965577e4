"""Pages that stand between the reader and what was cited: walls, sign-in forms, consent walls, maintenance notices.

Rules:
- A page of an error status is read for walls only.
- Who cites a sign-in page, a consent gate or a page on privacy gets what was cited.
- What shows the text of the last good copy stands in nobody's way, whatever was put beside it.
"""

from __future__ import annotations

from crawler.judge.answers import name_of
from crawler.judge.case import Case
from crawler.judge.found import Found, found
from crawler.judge.likeness import is_unlike
from crawler.judge.redirects import is_sign_in_uri, knows_the_way_back
from crawler.judge.sites import host, parts
from crawler.judge.words.consent import gate_of

# In the path of a page on privacy.
_PRIVACY = ("cookie", "privacy", "datenschutz", "privacidad", "privacidade", "confidentialite", "yinsi")


def walled_page(case: Case) -> Found | None:
    """A wall that its page shows: a challenge, a denial, a filter."""
    met = next((met for met in case.noticed.walls if met.stands(case.status)), None)
    if met is None:
        return None
    name, wall = name_of(case), met.wall.name
    return found(
        met.wall.id,
        f"{name} answered {case.status} with a page that turns programs away: {wall} (“{met.words}”).",
        f"{name} 返回 {case.status}，页面拒绝程序访问：{wall}（“{met.words}”）。",
    )


def sign_in_page(case: Case) -> Found | None:
    """A page that asks to sign in and shows little else."""
    page = case.html
    if page is None or not page.sight.password_fields or is_sign_in_uri(case.cited_uri) or _shows_last_good(case):
        return None
    if not case.noticed.sign_in and not (
        case.is_redirected and knows_the_way_back(case.final.uri) and len(page.text) < 400
    ):
        return None
    name = name_of(case)
    return found(
        "sign-in-page",
        f"{name} shows a sign-in form in place of the page; open it with an account.",
        f"{name} 显示的是登录页面，须登录才能看到内容。",
    )


def consent_gate(case: Case) -> Found | None:
    """A redirect to a host that asks for consent."""
    gate = gate_of(case.final.uri) if case.is_redirected else None
    if gate is None or host(case.cited_uri) == gate.host:
        return None
    return found(
        "consent-host",
        f"The link is redirected to {gate.host}, where {gate.name} asks for consent first.",
        f"链接跳转到 {gate.host}，{gate.name} 要求先同意隐私条款才能看到内容。",
    )


def consent_page(case: Case) -> Found | None:
    """A page that asks for consent and shows nothing else."""
    words = case.noticed.consent
    if not words or _is_on_privacy(case.cited_uri) or _shows_last_good(case):
        return None
    return found(
        "consent-page",
        f"{name_of(case)} shows nothing before one consents (“{words}”).",
        f"{name_of(case)} 要求先同意隐私条款才显示内容（“{words}”）。",
    )


def maintenance_page(case: Case) -> Found | None:
    """A good answer that says that the whole site is down for now."""
    words = case.noticed.maintenance
    if not words or not case.is_good or _shows_last_good(case):
        return None
    name = name_of(case)
    return found(
        "maintenance-page",
        f"{name} answered {case.status}, but its page says that the site is down for now (“{words}”).",
        f"{name} 返回 {case.status}，但页面显示网站正在维护（“{words}”）。",
    )


def _is_on_privacy(uri: str) -> bool:
    path = parts(uri).path.lower()
    return any(subject in path for subject in _PRIVACY)


def _shows_last_good(case: Case) -> bool:
    page, last_good = case.page, case.around.last_good
    return page is not None and last_good is not None and bool(page.text) and not is_unlike(page, last_good)
