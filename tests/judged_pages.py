"""Pages for the outcome tables: a few words of a case → HTML of a town's site, read as a night reads it.

Fields of a case: `lang`, `title`, `h1`, `main` (HTML), `prose` (how often the language's article follows), `head` and
`body` (markup in those places), `scripts` (how many), `bare` (without menu and footer), `html` (the whole page).
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from crawler.model import Content, Coverage, Hop, Observation, Page, Sibling, Surroundings, Via
from crawler.pages.sight import Body, read_sight, read_text

CASES = Path(__file__).with_name("cases")
URI = "https://www.alderbay.example/notices/2025/ferry-landing.html"
SEEN_AT = datetime(2026, 1, 2, 2, tzinfo=UTC)
PROSE: dict[str, Any] = tomllib.loads(CASES.joinpath("outcomes_prose.toml").read_text("utf-8"))

Case = dict[str, Any]


def cases_of(name: str) -> list[Case]:
    """The cases of a table."""
    found: list[Case] = tomllib.loads(CASES.joinpath(f"{name}.toml").read_text("utf-8"))["cases"]
    return found


def markup(case: Case) -> str:
    """The HTML of a case's page."""
    if "html" in case:
        return str(case["html"])
    lang = case.get("lang", "en")
    words = PROSE[lang]
    title = case.get("title", words["site"])
    headline = f"<h1>{case['h1']}</h1>" if "h1" in case else ""
    main = f"<main>{headline}{case.get('main', '')}{words['article'] * int(case.get('prose', 0))}</main>"
    menu = "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(words["menu"]))
    if not case.get("bare"):
        main = f"<header><nav><ul>{menu}</ul></nav></header>{main}<footer><p>{words['footer']}</p></footer>"
    scripts = '<script src="/site.js"></script>' * case.get("scripts", 0)
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{case.get("head", "")}'
        f"</head><body {case.get('body', '')}>{main}{scripts}</body></html>"
    )


@cache
def page_of(html: str, uri: str, status: int = 200) -> Page:
    """What a page shows, with its main text."""
    body = Body(html.encode(), "text/html", "utf-8", uri, date(2026, 1, 2))
    return Page(read_sight(body).sight, read_text(body), status)


def observation_of(case: Case) -> Observation:
    """One night's look: at `status` (200), or over `hops` as in outcomes.toml."""
    uri = case.get("uri", URI)
    texts: list[str] = case.get("hops", [f"{case.get('status', 200)} {uri}"])
    hops = tuple(
        Hop(at, int(status), None, None if n == 0 else Via(via[0]) if via else Via.LOCATION)
        for n, text in enumerate(texts)
        for status, at, *via in [text.split()]
    )
    content = Content("text/html", 4096, "sha256:00", Coverage(case.get("coverage", "complete")))
    return Observation("20260102T020000Z", hops[0].uri, SEEN_AT, hops, content)


def surroundings_of(case: Case) -> Surroundings:
    """What is known beside: `good` (the last good copy: article, same, other), `sibling` (404, same, other, soft),
    `sinking`, `fragments`, `texts`; `unread` leaves the page itself out."""
    seen = observation_of(case)
    final = seen.hops[-1]
    page = page_of(markup(case), final.uri, final.status or 0)
    return Surroundings(
        page=None if case.get("unread") else page,
        fragments=tuple(case.get("fragments", ())),
        text_fragments=tuple(case.get("texts", ())),
        sinking=tuple(case.get("sinking", ())),
        sibling=_sibling(case, page),
        last_good=_other_page(case["good"], case, page) if "good" in case else None,
    )


def _sibling(case: Case, page: Page) -> Sibling | None:
    said = case.get("sibling")
    if said is None:
        return None
    uri = URI.replace("ferry-landing", "bofimaludetosu")
    if said == "404":
        return Sibling(uri, 404, page_of(markup({"title": "Not found", "main": "<p>Not found.</p>"}), uri, 404))
    return Sibling(uri, 200, _other_page(said, case, page))


def _other_page(said: str, case: Case, page: Page) -> Page:
    lang = case.get("lang", "en")
    others: dict[str, Case] = {
        "article": {"lang": lang, "title": "A new ferry landing", "prose": 1},
        "soft": {"lang": lang, "title": "Page not found", "main": "<p>The requested page could not be found.</p>"},
        "other": {"lang": "es" if lang != "es" else "fr", "title": "Huerto", "prose": 1},
    }
    return page if said == "same" else page_of(markup(others[said]), URI)
