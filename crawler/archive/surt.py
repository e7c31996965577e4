"""SURT keys as other tools build them: what a player looks an address up by in CDXJ.

Rules:
- The rules are those of iipc/webarchive-commons (AggressiveIAURLCanonicalizer, GoogleURLCanonicalizer), which
  OpenWayback, pywb and their indexers share. Our own urlkey keeps letters and escapes apart; this key does not.
- For http and https uris in the form our records hold them; one that cannot be taken apart is its own key.
- Pure, and linear in the uri's length.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote_from_bytes, unquote_to_bytes, urlsplit

_WWW = re.compile(r"^www\d*\.")
_DEFAULT_PORTS = {"http": 80, "https": 443}
# What stays as it is when a key is escaped once (GoogleURLCanonicalizer.escapeOnce): all visible ASCII but # and %.
_PLAIN = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
# Escapes of escapes are undone down to this depth; nothing real goes beyond three.
_DEPTH = 32

# URLRegexTransformer: sessions of a query, one parameter each, in the order they are taken off …
_QUERY_SESSIONS = (
    re.compile(r"jsessionid=[0-9a-z]{32}$", re.IGNORECASE),
    re.compile(r"phpsessid=[0-9a-z]{32}$", re.IGNORECASE),
    re.compile(r"sid=[0-9a-z]{32}$", re.IGNORECASE),
    re.compile(r"aspsessionid[a-z]{8}=[a-z]{24}$", re.IGNORECASE),
)
# … and of the path of an ASP.NET page.
_PATH_SESSIONS = (
    re.compile(r"\((?:[a-z]\([0-9a-z]{24}\))+\)"),
    re.compile(r"\([0-9a-z]{24}\)"),
)


def surt(uri: str) -> str:
    """The key of an absolute http(s) uri, e.g. `org,example)/a?b=1`."""
    try:
        parts = urlsplit(uri)
        host = _host_key(parts)
    except ValueError:
        return uri
    query = _query_key(parts.query)
    return f"{host}){_path_key(parts.path)}" + (f"?{query}" if query else "")


def _host_key(parts: SplitResult) -> str:
    host = _WWW.sub("", (parts.hostname or "").replace("..", ".").strip("."))
    key = ",".join(reversed(host.split(".")))
    return key if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{key}:{parts.port}"


def _path_key(path: str) -> str:
    segments = _normalized(_escaped_once(path).lower()).split("/")
    for session in _PATH_SESSIONS:
        segments = _without_path_session(segments, session)
    path = "/".join(segments)
    return path.removesuffix("/") if len(path) > 1 else path


def _query_key(query: str) -> str:
    pairs = _escaped_once(query).split("&")
    for session in _QUERY_SESSIONS:
        pairs = _without_session(pairs, session)
    pairs = _without_cold_fusion(pairs)
    return "&".join("=".join(pair) for pair in sorted(pair.lower().split("=", 1) for pair in pairs))


def _escaped_once(text: str) -> str:
    """Every escape undone, and what must be escaped escaped again."""
    octets = text.encode("utf-8", "replace")
    for _ in range(_DEPTH):
        plain = unquote_to_bytes(octets)
        if plain == octets:
            break
        octets = plain
    return quote_from_bytes(octets, safe=_PLAIN)


def _normalized(path: str) -> str:
    """Dot segments resolved and empty segments dropped, but for the last."""
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == ".." and kept:
            kept.pop()
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join([segment for segment in kept[:-1] if segment] + kept[-1:])


def _without_path_session(segments: list[str], session: re.Pattern[str]) -> list[str]:
    """The segments without the last that is a session and has the name of an .aspx page after it."""
    page_follows = False
    for place in range(len(segments) - 1, 1, -1):
        own, mark, _ = segments[place].partition("?")
        page_follows = page_follows and not mark
        if session.fullmatch(segments[place - 1]) and (page_follows or own.find(".aspx", 1) > 0):
            return segments[: place - 1] + segments[place:]
        page_follows = page_follows or ".aspx" in own
    return segments


def _without_session(pairs: list[str], session: re.Pattern[str]) -> list[str]:
    """The pairs without the last that ends as a session does; what stood before it moves to its neighbour."""
    for place in range(len(pairs) - 1, -1, -1):
        if found := session.search(pairs[place]):
            after = pairs[place + 1 : place + 2]
            return [*pairs[:place], pairs[place][: found.start()] + "".join(after), *pairs[place + 2 :]]
    return pairs


def _without_cold_fusion(pairs: list[str]) -> list[str]:
    """ColdFusion names a session by two parameters, cfid and cftoken, side by side."""
    for place in range(len(pairs) - 2, -1, -1):
        start = pairs[place].lower().rfind("cfid=", 0, -1)
        if start >= 0 and re.match("cftoken=.", pairs[place + 1], re.IGNORECASE):
            after = pairs[place + 2 : place + 3]
            return [*pairs[:place], pairs[place][:start] + "".join(after), *pairs[place + 3 :]]
    return pairs
