"""How a page of the server is made: in the reader's language, in the frame that reports have, with a policy of its own.

Rules:
- The language is the one in the address (`?lang=`), else the best of Accept-Language (RFC 9110 §12.5.4), else the
  configured one; links pass on only what the address said.
- Text from outside passes `show`, addresses are redacted before they are cut.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from babel import negotiate_locale
from babel.dates import format_date, format_interval
from babel.numbers import format_decimal
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from crawler.reports.page import STYLE, environment, framed, policy
from crawler.reports.words import CATALOG, LANGUAGES, say
from crawler.serve.site import Site
from crawler.urls.redact import redact_text

_HERE = Path(__file__).parent
_ENVIRONMENT = environment(_HERE)
_STYLE = STYLE + (_HERE / "serve.css").read_text("utf-8")
# The names in queries that our pages read, beside the language.
ASKED = ("q", "page", "captures", "all", "from", "to")
# More languages than anybody reads.
MOST_LANGUAGES = 20


def render(request: Request, template: str, status: int = 200, *, forms: bool = False, **values: Any) -> HTMLResponse:
    """A page; `forms` lets it send one to this server."""
    return HTMLResponse(
        _ENVIRONMENT.get_template(template).render(**_frame(request, forms), **values),
        status,
        {
            "Content-Security-Policy": f"{_policy(forms)}; frame-ancestors 'none'",
            "Cache-Control": "private, no-cache",
            "Vary": "Accept-Language",
        },
    )


def site_of(request: Request) -> Site:
    """What is served here."""
    site: Site = request.app.state.site
    return site


def _policy(forms: bool) -> str:
    named = policy(_STYLE)
    return named.replace("form-action 'none'", "form-action 'self'") if forms else named


def _frame(request: Request, forms: bool) -> dict[str, Any]:
    site, language = site_of(request), language_of(request)
    asked = request.query_params.get("lang")
    passed_on = {"lang": language} if asked in LANGUAGES else {}
    frame = framed(language, site.config.timezone)
    return frame | {
        "style": Markup(_STYLE),
        "policy": _policy(forms),
        "href": lambda path, **query: href(path, query | passed_on),
        "say_other": lambda key: say(key, frame["other"]),
        "asked_language": passed_on.get("lang", ""),
        "other_href": href(redact_text(request.url.path), _asked_of(request) | {"lang": frame["other"]}),
        "tell_size": lambda length: tell_size(length, language),
        "tell_days": lambda first, last: tell_days(first, last, language, site.zone),
        "tell_month": lambda day: format_date(day, "LLL", locale=language),
        "tell_number": lambda number: format_decimal(number, locale=language),
        "count": lambda key, n: tell_count(key, n, language),
    }


def _asked_of(request: Request) -> dict[str, str]:
    """The query as a page may hold it: what pages are asked for, and no name of anybody in it."""
    asked = request.query_params
    return {name: redact_text(asked[name]) for name in ASKED if name in asked}


def href(path: str, query: dict[str, Any]) -> str:
    """A link to a page of this server: path as it reads, query as it is meant."""
    told = {name: value for name, value in query.items() if value not in (None, "")}
    quoted = quote(path.encode("utf-8", "replace"), safe="/")
    return f"{quoted}?{urlencode(told, errors='replace')}" if told else quoted


def page_number(request: Request, name: str, pages: int) -> int:
    """Which page of a list is asked for, from 1; a page that does not exist for any other than there are."""
    text = request.query_params.get(name, "1")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise HTTPException(400)
    if int(text) > pages:
        raise HTTPException(404)
    return int(text)


def pages_of(rows: int, at_once: int) -> int:
    """How many pages a list fills: one at least."""
    return max(1, -(-rows // at_once))


# ---------------------------------------------------------------- the reader's language


def language_of(request: Request) -> str:
    """The language to answer in: "zh" or "en"."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return negotiate(request.headers.get("accept-language", ""), site_of(request).config.language)


def negotiate(accepted: str, default: str) -> str:
    """The language of ours that an Accept-Language field asks for first."""
    wanted = [tag.replace("-", "_") for tag in _ranked(accepted)]
    return negotiate_locale(wanted, LANGUAGES) or default


def _ranked(accepted: str) -> list[str]:
    """The tags of an Accept-Language field, the most wanted first; what is not wanted is left out."""
    found = []
    for entry in accepted.split(",")[:MOST_LANGUAGES]:
        tag, _, weight = entry.strip().partition(";")
        found.append((_weight(weight), tag.strip()))
    return [tag for weight, tag in sorted(found, key=lambda one: -one[0]) if tag and weight > 0]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if 0 <= float(value) <= 1 else 0.0
    except ValueError:
        return 0.0


# ---------------------------------------------------------------- figures


def tell_days(first: datetime, last: datetime, language: str, zone: tzinfo) -> str:
    """From one day to another, as short as can be: 3–7 Jan 2026, 2026年1月3日至7日."""
    locale = {"en": "en_GB"}.get(language, language)  # the day stands before the month, as everywhere here
    begun, ended = first.astimezone(zone).date(), last.astimezone(zone).date()
    return format_interval(begun, ended, "yMMMd", locale=locale)


def tell_size(length: int, language: str) -> str:
    """So many bytes: 3.8 KB."""
    size, unit = float(length), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{format_decimal(size, '#,##0' if unit == 'B' or size >= 100 else '#,##0.#', locale=language)} {unit}"


def tell_count(key: str, n: int, language: str) -> str:
    """Words with a count, in the singular for one where there is one."""
    section, _, name = key.partition(".")
    one = f"{section}.{name}_one"
    chosen = one if n == 1 and f"{name}_one" in CATALOG[section] else key
    return say(chosen, language, n=format_decimal(n, locale=language))


# ---------------------------------------------------------------- errors


def error_page(request: Request, status: int, name: str, again: str = "") -> HTMLResponse:
    """A page of one sentence, in the reader's language and in the other one; `name` is its id among the words, `again`
    an address that may open when it is asked for from here."""
    return render(request, "error.html.j2", status, name=name, code=status, again=again)
