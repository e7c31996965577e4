"""Which site a host belongs to, and which of its paths are front doors or error pages.

Rules:
- A site is a registrable domain by the Public Suffix List (crawler/suffixes.py).
- What was split last is remembered: the same few uris are judged night after night.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from crawler.suffixes import names, registrable

# ISO 639-1, and the region codes that sites use in their place.
_LANGUAGES = names(
    "aa ab af am ar as az ba be bg bi bn bo br bs ca ce co cs cy da de dz el en eo es et eu fa fi fj fo fr fy ga gd gl "
    "gn gu ha he hi hr ht hu hy ia id ie ig is it iu ja jv ka kg ki kk kl km kn ko ks ku kv kw ky la lb lg ln lo lt lu "
    "lv mg mi mk ml mn mr ms mt my na nb ne nl nn no ny oc om or pa pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
    "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ug uk ur uz ve vi wo xh yi yo za zh zu "
    "cn hk jp kr us gb eng zho chi fra spa ara rus"
)
REMEMBERED = 8192
_LOCALE = re.compile(r"([a-z]{2,3})(?:[-_](?:[a-z]{4}|[a-z]{2}|\d{3}))*", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|default|home|main)(?:\.[a-z]{2,5})?", re.IGNORECASE)
_LOCALE_KEYS = frozenset({"hl", "lang", "language", "locale"})
# Last path segments of error pages, without extension and punctuation (seen: ASP.NET, Drupal, Apache, nginx set-ups).
_ERROR_NAMES = names(
    "404 404error 404notfound 404page error404 errornotfound filenotfound http404 notfound page404 pagenotfound"
)
# Query parameters that only error redirects carry (ASP.NET customErrors mode RemoteOnly/On).
_ERROR_KEYS = frozenset({"aspxerrorpath"})


@lru_cache(maxsize=REMEMBERED)
def host(uri: str) -> str:
    """The host of a uri in lower case, or '' where it has none."""
    return (parts(uri).hostname or "").rstrip(".")


@lru_cache(maxsize=REMEMBERED)
def parts(uri: str) -> SplitResult:
    """The parts of a uri (RFC 3986 §3); all empty where it cannot be split."""
    try:
        split = urlsplit(uri)
        _ = split.hostname, split.port  # both raise on nonsense, and only when asked
        return split
    except ValueError:
        return SplitResult("", "", "", "", "")


def site(uri: str) -> str:
    """The registrable domain of a uri's host; addresses and suffixes stand for themselves, and under a top-level
    domain the list does not know it is the last two labels (its prevailing rule `*`)."""
    return registrable(host(uri))


@lru_cache(maxsize=REMEMBERED)
def is_home(uri: str) -> bool:
    """Whether a uri is its site's home or a locale root: `/`, `/en`, `/zh-hans/index.html`, `/?lang=fr`.

    A query of anything but a language names a page (`/?p=123`), so that is no home.
    """
    split = parts(uri)
    if any(key.lower() not in _LOCALE_KEYS for key, _ in parse_qsl(split.query, keep_blank_values=True)):
        return False
    segments = [segment for segment in split.path.split("/") if segment]
    if segments and _INDEX.fullmatch(segments[-1]):
        segments.pop()
    return not segments or (len(segments) == 1 and _is_locale(segments[0]))


def _is_locale(segment: str) -> bool:
    found = _LOCALE.fullmatch(segment)
    return found is not None and found[1].lower() in _LANGUAGES


def plain_name(name: str) -> str:
    """A name without case and punctuation."""
    return re.sub(r"[^a-z0-9]", "", unquote(name).lower())


def last_name(split: SplitResult) -> str:
    """The last path segment that says something, without extension and punctuation."""
    segments = [plain_name(segment.partition(".")[0]) for segment in split.path.split("/") if segment]
    while segments and segments[-1] in ("index", "default"):
        segments.pop()
    return segments[-1] if segments else ""


def is_error_page(uri: str) -> bool:
    """Whether a uri is named after an error page."""
    split = parts(uri)
    return last_name(split) in _ERROR_NAMES or not _ERROR_KEYS.isdisjoint(keys_of(split))


def keys_of(split: SplitResult) -> set[str]:
    """The names of a query's parameters, plain."""
    return {plain_name(key) for key, _ in parse_qsl(split.query, keep_blank_values=True)}
