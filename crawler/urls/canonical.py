"""The fetch uri and the urlkey of an address: kept apart, because one is asked and the other looked up.

Rules:
- The fetch uri changes least: tiered parameters, those whose value is personal by its shape, credentials
  and the fragment go; case, `//`, `%2F`,
  `%2520`, order, trailing slash and unknown parameters stay.
- The urlkey is for look-up and grouping only, never requested and never identity. It is versioned:
  change a rule below and URLKEY_VERSION changes with it.
- urlkey(uri) == urlkey(clean(uri).uri), and nothing personal stands in a key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ada_url import URL

from crawler.urls.parameters import Tier, strip_path, strip_query, tier_of_pair
from crawler.urls.redact import redact, redact_fragment, redact_name, shows_person

URLKEY_VERSION = "1"

_DIRECTIVE = ":~:"  # URL Fragment Text Directives (WICG), §3.3
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")  # RFC 3986 §2.3
_WWW = re.compile(r"^www\d{0,3}\.(?=[^.]+\.)")
_ADDRESS = re.compile(r"^(?:\[.*\]|\d+\.\d+\.\d+\.\d+)$")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A fetch uri, and what was taken off: parameter names, tiers met, and the fragment's two parts.

    `with_session` is the fetch uri with its session parts, or None where there were none.
    """

    uri: str
    stripped: tuple[str, ...] = ()
    personal: bool = False
    with_session: str | None = None
    text_fragment: str | None = None
    uri_fragment: str | None = None


def clean(uri: str) -> Cleaned:
    """The fetch uri of an absolute http(s) uri in WHATWG form; raises ValueError for anything else."""
    url = URL(uri)
    path, path_names = strip_path(url.pathname)
    query, query_names, tiers = strip_query(url.search.removeprefix("?"), _tier)
    credentials = ("userinfo",) if url.username or url.password else ()
    uri_fragment, text_fragment = _fragments(url.hash.removeprefix("#"))
    return Cleaned(
        uri=_joined(url, path, query, keep_mark=not query_names and _has_mark(url)),
        stripped=credentials + path_names + tuple(map(redact_name, query_names)),
        personal=bool(credentials) or Tier.PERSON in tiers,
        with_session=_with_session(url) if path_names or Tier.SESSION in tiers else None,
        text_fragment=text_fragment,
        uri_fragment=uri_fragment,
    )


def urlkey(uri: str) -> str:
    """The look-up key of an absolute http(s) uri: SURT order, e.g. `org,example)/a?b=1`."""
    url = URL(redact(clean(uri).uri))
    path, _ = strip_path(_escapes(url.pathname))
    query, _, _ = strip_query(_escapes(url.search.removeprefix("?")))
    pairs = sorted(pair for pair in query.split("&") if pair)
    return _host_key(url) + path + ("?" + "&".join(pairs) if pairs else "")


def _joined(url: URL, path: str, query: str, keep_mark: bool) -> str:
    mark = "?" if query or keep_mark else ""
    return str(URL(f"{url.protocol}//{url.host}{path}{mark}{query}").href)  # what is left may need reading again


def _has_mark(url: URL) -> bool:
    return "?" in url.href.split("#")[0]


def _with_session(url: URL) -> str:
    """The uri with its session parts, for the one fallback; campaign and person are off all the same."""
    kept, _, _ = strip_query(url.search.removeprefix("?"), _tier_of_sender)
    return _joined(url, url.pathname, kept, keep_mark=False)


def _tier(pair: str) -> Tier | None:
    return Tier.PERSON if shows_person(pair) else tier_of_pair(pair)


def _tier_of_sender(pair: str) -> Tier | None:
    tier = _tier(pair)
    return None if tier is Tier.SESSION else tier


def _fragments(fragment: str) -> tuple[str | None, str | None]:
    """The ordinary fragment, redacted (it is only shown), and the directive after `:~:` (`text=…`)."""
    ordinary, mark, directive = fragment.partition(_DIRECTIVE)
    return redact_fragment(ordinary) or None, directive if mark and directive else None


def _host_key(url: URL) -> str:
    host = url.hostname.rstrip(".")
    if not _ADDRESS.match(host):
        host = ",".join(reversed(_WWW.sub("", host).split(".")))
    return f"{host}:{url.port})" if url.port else f"{host})"


def _escapes(text: str) -> str:
    """Unreserved characters decoded, the other escapes in upper case (RFC 3986 §6.2.2)."""
    return _ESCAPE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.match(character) else found[0].upper()
