"""Words of scripts that do something else than show a page on 200: refuse, fail, lead away.

Rules: where a word leads, sites.py puts something that answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from tests.museum.exhibit import ByScheme, Exhibit, Scripted, Shown
from tests.museum.shows import FILES, MEDIA_TYPES, SHOWS
from tests.web.answers import HTML, Answer, Behaviour, NotFound
from tests.web.prose import render_page
from tests.web.redirects import CookieGate, MetaRefresh, NoLocation, Redirect
from tests.web.trouble import CloseMidBody, ResetAfterRequest, Silence
from tests.web.walls import AKAMAI, ANUBIS, AWS_CHALLENGE, CLOUDFLARE, EMPTY, LINKEDIN, WALLS, RetryLater, after_tries

Act = Callable[[Exhibit], Behaviour]

DEALER = "www.hugedomains.com"
SHOP = "bargain-barges.example.net"
NEW_DOMAIN = "quillon-council.example.com"
ALL_REPORTS = "/reports/2026/all-reports.html"
WELCOME = Answer(
    body=render_page("Welcome to nginx!", ["If you see this page, the web server is installed and working."])
)


def _always(behaviour: Behaviour) -> Act:
    return lambda exhibit: behaviour


def _to(place: str, status: int = 302) -> Act:
    """A redirect; `{path}` and `{host}` in the place are the target's own."""

    def act(exhibit: Exhibit) -> Behaviour:
        target = exhibit.target
        return Redirect(place.format(path=target.path, quoted=quote(target.path, safe=""), host=target.host), status)

    return act


def article(exhibit: Exhibit) -> Behaviour:
    """The article, whatever else the script plays."""
    return Shown(SHOWS["article"](exhibit))


ACTS: Mapping[str, Act] = {
    "busy-then-fine": lambda exhibit: after_tries(RetryLater(503), article(exhibit)),
    "busy": _always(RetryLater(503)),
    "not-found": _always(NotFound()),
    "long-not-found": _always(NotFound(660_000)),
    "gone": _always(WALLS["gone"]),
    "server-error": _always(WALLS["server-error"]),
    "bad-request": _always(WALLS["bad-request"]),
    "forbidden": _always(WALLS["forbidden"]),
    "unauthorized": _always(WALLS["unauthorized"]),
    "payment": _always(WALLS["payment"]),
    "legal": _always(WALLS["legal"]),
    "too-many": _always(RetryLater(429)),
    "cloudflare": _always(CLOUDFLARE),
    "anubis": _always(ANUBIS),
    "linkedin": _always(LINKEDIN),
    "akamai": _always(AKAMAI),
    "aws-challenge": _always(AWS_CHALLENGE),
    "empty": _always(EMPTY),
    "silence": _always(Silence()),
    "reset": _always(ResetAfterRequest()),
    "truncated": _always(CloseMidBody()),
    "no-location": _always(NoLocation()),
    "loop": _to("{path}"),
    "to-metadata": _to("http://169.254.169.254/latest/meta-data/"),
    "login-redirect": _to("/login?return={quoted}"),
    "moved": _to("/archive{path}", 301),
    "moved-dead": _to("/archive{path}", 301),
    "found": _to("/now{path}"),
    "found-a": _to("/now{path}?version=a"),
    "found-b": _to("/now{path}?version=b"),
    "meta-refresh": lambda exhibit: MetaRefresh(f"/now{exhibit.target.path}"),
    "cookie-gate": lambda exhibit: CookieGate(f"/now{exhibit.target.path}"),
    "to-home": _to("/"),
    "to-locale-home": _to("/en/"),
    "to-error": _to("/404.html"),
    "to-search": _to("/search"),
    "to-list": _to("/programme/", 301),
    "to-merged": _to(ALL_REPORTS, 301),
    "to-shop": _to(f"https://{SHOP}/deals"),
    "to-dealer": _to(f"https://{DEALER}/domain_profile.cfm?d={{host}}"),
    "moved-domain": _to(f"https://{NEW_DOMAIN}{{path}}", 301),
    "https-welcome": lambda exhibit: ByScheme(article(exhibit), WELCOME),
}
# Words that the host says before a page is asked for: the page itself stays.
HOSTS_OWN = frozenset({
    "refused-door", "reset-door", "tls-alert", "plain-only", "no-name", "no-data", "name-failure", "expired",
    "wrong-host", "self-signed", "incomplete-chain", "upgrade", "robots-502", "robots-disallow",
})  # fmt: skip


def play(word: str, exhibit: Exhibit) -> Behaviour:
    """The behaviour of a word. Raises KeyError for one that nobody knows."""
    if word in HOSTS_OWN:
        return article(exhibit)
    if word in FILES:
        media_type, make = FILES[word]
        return Answer(body=make(exhibit), media_type=media_type)
    if word in SHOWS:
        return Shown(SHOWS[word](exhibit), MEDIA_TYPES.get(word, HTML), validated=word == "validated")
    return ACTS[word](exhibit)


def play_script(exhibit: Exhibit) -> Behaviour:
    """The behaviour of a whole script."""
    played = {word: play(word, exhibit) for word in set(exhibit.target.script)}
    return Scripted(tuple(played[word] for word in exhibit.target.script))
