"""Which site a host belongs to, and which of its paths are front doors.

Rules:
- The registrable domain is approximated: the last two labels, or three below a suffix of the rows here.
  A missing row makes two sites look like one, so a redirect to the other's home reads as redirect-root, which is
  never a death by itself. The Public Suffix List would be exact; it is 300 KB that ages.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, parse_qsl, urlsplit


def names(spaced: str) -> frozenset[str]:
    """The names of a table row, written with spaces between."""
    return frozenset(spaced.split())


# Suffixes of two labels under which names are registered or handed out (publicsuffix.org, 2026-11).
SECOND_LEVELS: dict[str, frozenset[str]] = {
    "cn": names("ac com edu gov mil net org bj sh tj cq gd zj js sc hb hn fj sd"),
    "hk": names("com edu gov idv net org"),
    "tw": names("com edu gov idv net org"),
    "mo": names("com edu gov net org"),
    "uk": names("ac co gov ltd me net nhs org plc sch"),
    "jp": names("ac ad co ed go gr lg ne or"),
    "kr": names("ac co go ne or pe re"),
    "au": names("asn com edu gov id net org"),
    "nz": names("ac co govt net org school"),
    "za": names("ac co gov net org"),
    "in": names("ac co edu gov ind net nic org res"),
    "id": names("ac co go or sch web"),
    "th": names("ac co go in or"),
    "my": names("com edu gov net org"),
    "sg": names("com edu gov net org"),
    "ph": names("com edu gov net org"),
    "vn": names("com edu gov net org"),
    "br": names("com edu gov leg net org"),
    "mx": names("com edu gob net org"),
    "ar": names("com edu gob gov net org"),
    "co": names("com edu gov net org"),
    "pe": names("com edu gob net org"),
    "tr": names("com edu gov net org"),
    "ua": names("com edu gov in net org"),
    "il": names("ac co gov net org"),
    "eg": names("com edu gov net org"),
    "ke": names("ac co go ne or"),
    "ng": names("com edu gov net org"),
    "pk": names("com edu gov net org"),
    "bd": names("ac com edu gov net org"),
    "com": names("blogspot herokuapp wixsite"),
    "io": names("github gitlab"),
    "dev": names("pages workers web"),
    "app": names("netlify vercel web"),
}

# ISO 639-1, and the region codes that sites use in their place.
_LANGUAGES = names(
    "aa ab af am ar as az ba be bg bi bn bo br bs ca ce co cs cy da de dz el en eo es et eu fa fi fj fo fr fy ga gd gl "
    "gn gu ha he hi hr ht hu hy ia id ie ig is it iu ja jv ka kg ki kk kl km kn ko ks ku kv kw ky la lb lg ln lo lt lu "
    "lv mg mi mk ml mn mr ms mt my na nb ne nl nn no ny oc om or pa pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
    "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ug uk ur uz ve vi wo xh yi yo za zh zu "
    "cn hk jp kr us gb eng zho chi fra spa ara rus"
)
_LOCALE = re.compile(r"([a-z]{2,3})(?:[-_](?:[a-z]{4}|[a-z]{2}|\d{3}))*", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|default|home|main)(?:\.[a-z]{2,5})?", re.IGNORECASE)
_LOCALE_KEYS = frozenset({"hl", "lang", "language", "locale"})


def host(uri: str) -> str:
    """The host of a uri in lower case, or '' where it has none."""
    return (parts(uri).hostname or "").rstrip(".")


def parts(uri: str) -> SplitResult:
    """The parts of a uri (RFC 3986 §3); all empty where it cannot be split."""
    try:
        split = urlsplit(uri)
        _ = split.hostname, split.port  # both raise on nonsense, and only when asked
        return split
    except ValueError:
        return SplitResult("", "", "", "", "")


def site(uri: str) -> str:
    """The registrable domain of a uri's host (approximated, see the rules above); addresses stand for themselves."""
    name = host(uri)
    if _is_address(name):
        return name
    labels = name.split(".")
    second = len(labels) > 2 and labels[-2] in SECOND_LEVELS.get(labels[-1], ())
    return ".".join(labels[-3:] if second else labels[-2:])


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


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
