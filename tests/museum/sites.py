"""The hosts of a museum: what stands at each target's path, beside it, and at names that nobody can have cited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from tests.museum.acts import ALL_REPORTS, DEALER, NEW_DOMAIN, SHOP, article, play, play_script
from tests.museum.articles import Article
from tests.museum.drawn import NIGHTS
from tests.museum.exhibit import Exhibit, Scripted, page_of
from tests.museum.guises import dealers_offer, login_page, shop
from tests.museum.pages import chrome, render, render_article, render_missing
from tests.museum.truth import Museum
from tests.web.answers import Behaviour, NotFound, error_page
from tests.web.certificates import Certificate
from tests.web.names import Name
from tests.web.sites import Door, Site, robots
from tests.web.turning import Turns
from tests.web.walls import WALLS

OPEN_ROBOTS = robots("Disallow: /admin/")
ROBOTS: Mapping[str, Behaviour] = {
    "robots-502": WALLS["bad-gateway"],
    "robots-disallow": robots("Disallow: /programme/"),
}
TURNS: Mapping[str, Mapping[str, Any]] = {
    "refused-door": {"door": Door.REFUSED},
    "reset-door": {"door": Door.RESET},
    "tls-alert": {"door": Door.ALERT},
    "plain-only": {"door": Door.ALERT},
    "no-name": {"name": Name.UNKNOWN},
    "no-data": {"name": Name.NO_DATA},
    "name-failure": {"name": Name.SERVER_FAILURE},
    "expired": {"certificate": Certificate.EXPIRED},
    "wrong-host": {"certificate": Certificate.WRONG_HOST},
    "self-signed": {"certificate": Certificate.SELF_SIGNED},
    "incomplete-chain": {"certificate": Certificate.INCOMPLETE},
    "upgrade": {"upgrade": True},
}
_SPAN = re.compile(r"(?P<word>for-sale|maintenance)-(?:from-)?(?P<first>\d+)(?:-(?P<end>\d+))?")


def museum_hosts(museum: Museum) -> list[Turns]:
    """Every host of a museum, and those that its targets lead away to."""
    hosts: dict[str, list[Exhibit]] = {}
    for target in museum.targets:
        if not target.printed or target.host != f"{target.id}.example.org":
            hosts.setdefault(target.host, []).append(Exhibit(target))
    turns = [_host_turns(host, exhibits) for host, exhibits in hosts.items()]
    return [*turns, *_strangers([exhibit for exhibits in hosts.values() for exhibit in exhibits])]


def _host_turns(host: str, exhibits: Sequence[Exhibit]) -> Turns:
    """One Site for each stretch of nights on which door, name and certificate stay as they are."""
    first = exhibits[0]
    site = Site(host, _paths(exhibits), _robots(first), _elsewhere(first))
    if first.target.printed:
        site = replace(site, otherwise=play_script(first))
    turns: dict[int, Site] = {}
    for word, nights in groupby(range(NIGHTS), lambda night: _turn_of(first, night)):
        turns[next(nights)] = replace(site, **TURNS.get(word, {}))
    return turns


def _turn_of(exhibit: Exhibit, night: int) -> str:
    word = exhibit.target.script[night]
    return word if word in TURNS else ""


def _robots(exhibit: Exhibit) -> Behaviour:
    return Scripted(tuple(ROBOTS.get(word, OPEN_ROBOTS) for word in exhibit.target.script))


def _elsewhere(exhibit: Exhibit) -> Behaviour:
    """What names that nobody can have cited get."""
    said = exhibit.target.elsewhere
    if said == "not-found":
        return error_page(404, "Page not found")
    if span := _SPAN.fullmatch(said):
        first, end = int(span["first"]), int(span["end"] or NIGHTS)
        page, missing = play(span["word"], exhibit), error_page(404, "Page not found")
        return Scripted(tuple(page if first <= night < end else missing for night in range(NIGHTS)))
    return play(said, exhibit)


def _paths(exhibits: Sequence[Exhibit]) -> dict[str, Behaviour]:
    """The targets' own paths, and what every site has beside them."""
    paths = dict(_common_paths(exhibits[0]))
    for exhibit in exhibits:
        target = exhibit.target
        archived = Scripted(tuple(NotFound() if w == "moved-dead" else article(exhibit) for w in target.script))
        paths |= {
            target.path: play_script(exhibit),
            f"/now{target.path}": article(exhibit),
            f"/archive{target.path}": archived,
        }
    if any("to-merged" in exhibit.target.script for exhibit in exhibits):
        paths[ALL_REPORTS] = _merged([exhibit.article for exhibit in exhibits])
    return paths


def _common_paths(exhibit: Exhibit) -> Iterator[tuple[str, Behaviour]]:
    """Home, list, search, sign-in and error page of a site."""
    language = exhibit.target.language
    row = chrome(language)
    home = "\n".join(f"<h2>{name}</h2><p>{row['footer']}</p>" for name in row["latest"])
    listed = "".join(f'<li><a href="/programme/{n}.html">{name}</a></li>' for n, name in enumerate(row["latest"]))
    pages = {
        "/": render(row["site"], home, language),
        "/en/": render(chrome("en")["site"], home, "en"),
        "/programme/": render(row["nav"][3], f"<ul>{listed}</ul>", language),
        "/search": render("Search the site", '<form><input name="q"><button>Search</button></form>', "en"),
        "/404.html": render_missing(language),
    }
    for path, page in pages.items():
        yield path, page_of(page)
    yield "/login", page_of(login_page(exhibit))
    if _SPAN.fullmatch(exhibit.target.elsewhere):
        yield "/", Scripted(tuple(_home_on(exhibit, night, pages["/"]) for night in range(NIGHTS)))


def _home_on(exhibit: Exhibit, night: int, page: str) -> Behaviour:
    """The home page of a site that is for sale, or under maintenance, as a whole."""
    word = exhibit.target.script[night]
    return play(word, exhibit) if word in ("for-sale", "maintenance") else page_of(page)


def _merged(articles: Sequence[Article]) -> Behaviour:
    """Several articles on one page, each whole."""
    first = articles[0]
    sections = tuple(section for one in articles for section in one.sections)
    evidence = tuple(sentence for one in articles for sentence in (*one.lead, *one.evidence))
    whole = replace(first, headline="All reports of the year", lead=(), evidence=evidence, sections=sections)
    return page_of(render_article(whole))


def _strangers(exhibits: Sequence[Exhibit]) -> Iterator[Turns]:
    """Hosts that nobody cites: a dealer in domains, a shop, the new domain of an office that moved."""
    sale = Exhibit(exhibits[0].target)
    yield {0: Site(DEALER, otherwise=page_of(dealers_offer()))}
    yield {0: Site(SHOP, otherwise=page_of(shop()))}
    moved = {one.target.path: article(one) for one in exhibits if "moved-domain" in one.target.script}
    yield {0: Site(NEW_DOMAIN, moved, otherwise=_elsewhere(sale))}
