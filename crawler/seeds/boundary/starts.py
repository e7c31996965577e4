"""Where a URL starts in running text: at a scheme, at `www.`, or at a name that is a host without them.

Rules:
- A text is searched for the one character every address has (a colon, `//`, a dot between letters) and read
  backwards from there, so pages without addresses cost little.
- Han may stand right before it. A hashtag, a mention and a ticker (`#x.com`, `@x.com`, `$x.com`) are none.
- `http://https://…` is one address, pasted behind a prefilled scheme.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from crawler.seeds.boundary.bare import Name, read_name, read_name_at
from crawler.seeds.boundary.hosts import Host, read_host
from crawler.urls.repair import ascii_forms

_ANCHOR = re.compile(
    r"[:：;,\[/.．](?:"
    r"(?P<scheme>(?<=[pPsSｐＰｓＳ][:：;,\[.])(?=[\]:：/／\\])|(?<=[pPｐＰsSｓＳ][:：])(?=[A-Za-z0-9Ａ-Ｚａ-ｚ]))"
    r"|(?P<slashes>(?<=//)(?=\w))"
    r"|(?P<dot>(?<=[^\W_][.．])(?=[^\W_])|(?<=\w\[)(?=\.\]\w))"
    r")"
)
_LETTERS = r"(?:[hｈ][tｔ][tｔ][pｐ][sｓ]?|hhttps?|htttps?|htps?|t?tps?|hxxps?|h\*\*ps?|ftp)"
_SCHEME_BEFORE = re.compile(_LETTERS + r"\Z", re.IGNORECASE)
_SCHEME = re.compile(
    _LETTERS + r"(?:(?:\[:\]|\[:|[:：;.,])(?:[/／]|\\/?){1,4}\]?(?=[^\s/／\\:：.。#＃?？])"
    r"|[:：](?=[A-Za-z0-9Ａ-Ｚａ-ｚ][\w-]*[.．])"
    r"|//(?=\w))",
    re.IGNORECASE,
)
_LONGEST_SCHEME = 6
_EXACT = re.compile(r"https?://", re.IGNORECASE)
_WWW_BEFORE = re.compile(r"(?<![A-Za-z0-9./@-])(?<![^\W_]_)[wｗ]{3}\d?\Z", re.IGNORECASE)
_TAG_BEFORE = re.compile(r"(?:^|[\s!-/:-@\[-`{-~])[#＃@＠$]\Z")


@dataclass(frozen=True, slots=True)
class Start:
    """The beginning of an address: its first character, and its host."""

    start: int
    host: Host


def find_start(text: str, place: int) -> Start | None:
    """The first address that begins at or after `place`."""
    look = place
    while anchor := _ANCHOR.search(text, look):
        look = anchor.end()
        found = _READERS[anchor.lastgroup or ""](text, anchor.start(), place)
        if isinstance(found, Start):
            return found
        look = max(look, found or 0)
    return None


def _at_slashes(text: str, second: int, place: int) -> Start | int | None:
    """At `https//host`, or at `//host`, a reference that leaves the scheme out."""
    return _at_scheme(text, second - 1, place) or _named(read_name_at(text, second + 1))


def _at_dot(text: str, dot: int, place: int) -> Start | int | None:
    return _at_www(text, dot, place) or _named(read_name(text, dot, place))


def _named(name: Name | None) -> Start | int | None:
    """A name's start if it is a host, else where to look on."""
    if not name:
        return None
    return Start(name.start, name.host) if name.host else name.end


def _at_scheme(text: str, anchor: int, place: int) -> Start | None:
    before = _SCHEME_BEFORE.search(text, max(place, anchor - _LONGEST_SCHEME), anchor)
    scheme = before and _SCHEME.match(text, before.start())
    if not before or not scheme or _TAG_BEFORE.search(text, max(0, before.start() - 2), before.start()):
        return None
    is_glued = before.start() > place and text[before.start() - 1].isalnum() and text[before.start() - 1].isascii()
    if is_glued and not _EXACT.match(text, before.start()):
        return None
    again = _EXACT.match(text, scheme.end())
    return _start(text, before.start(), again.end() if again else scheme.end())


def _at_www(text: str, anchor: int, place: int) -> Start | None:
    www = text[anchor - 1] in "wWｗＷ0123456789" and _WWW_BEFORE.search(text, max(place, anchor - 4), anchor)
    if not www or _TAG_BEFORE.search(text, max(0, www.start() - 2), www.start()):
        return None
    found = _start(text, www.start(), www.start(), is_wide=ascii_forms(www[0] + text[anchor]) != www[0] + ".")
    is_host = found and found.host.name.count(".") > 1 and not text.startswith("@", found.host.end)
    return found if is_host else None


def _start(text: str, start: int, host_start: int, is_wide: bool = False) -> Start | None:
    scheme = text[start:host_start]
    host = read_host(text, host_start, is_wide or ascii_forms(scheme) != scheme)
    return Start(start, host) if host else None


_READERS: dict[str, Callable[[str, int, int], Start | int | None]] = {
    "scheme": _at_scheme,
    "slashes": _at_slashes,
    "dot": _at_dot,
}
