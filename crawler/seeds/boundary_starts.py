"""Where a URL starts in running text: at a scheme, at `www.`, or at a name that is a host without them.

Rules:
- A text is searched for the one character every address has (a colon, `//`, a dot between letters) and read
  backwards from there, so pages without addresses cost little.
- Han may stand right before it. A hashtag, a mention and a ticker (`#x.com`, `@x.com`, `$x.com`) are none.
- `http://https://…` is one address, pasted behind a prefilled scheme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.seeds.boundary_bare import Name, read_name, read_name_at
from crawler.seeds.boundary_hosts import Host, read_host
from crawler.urls.repair import ascii_forms

_ANCHOR = re.compile(
    r"[:：;,\[/.．](?:"
    r"(?<=[pPsSｐＰｓＳ][:：;,\[.])(?=[\]:：/／\\A-Za-z0-9Ａ-Ｚａ-ｚ０-９])"
    r"|(?<=//)(?=\w)"
    r"|(?<=[^\W_][.．])(?=[^\W_])"
    r"|(?<=\w\[)(?=\.\]\w)"
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
_WWW_BEFORE = re.compile(r"(?<![A-Za-z0-9._/@-])[wｗ]{3}\d?\Z", re.IGNORECASE)
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
        found = _with_scheme(text, anchor.start(), place) or _with_www(text, anchor.start(), place)
        if found:
            return found
        name = _without(text, anchor.start(), place)
        if name and name.host:
            return Start(name.start, name.host)
        look = max(look, name.end) if name else look
    return None


def _with_scheme(text: str, anchor: int, place: int) -> Start | None:
    anchor -= text[anchor] == "/"  # `https//` is told by its second slash
    before = _SCHEME_BEFORE.search(text, max(place, anchor - _LONGEST_SCHEME), anchor)
    scheme = before and _SCHEME.match(text, before.start())
    if not before or not scheme or _TAG_BEFORE.search(text, max(0, before.start() - 2), before.start()):
        return None
    is_glued = before.start() > place and text[before.start() - 1].isalnum() and text[before.start() - 1].isascii()
    if is_glued and not _EXACT.match(text, before.start()):
        return None
    again = _EXACT.match(text, scheme.end())
    return _start(text, before.start(), again.end() if again else scheme.end())


def _with_www(text: str, anchor: int, place: int) -> Start | None:
    www = text[anchor] in ".．" and _WWW_BEFORE.search(text, max(place, anchor - 4), anchor)
    if not www or _TAG_BEFORE.search(text, max(0, www.start() - 2), www.start()):
        return None
    found = _start(text, www.start(), www.start(), is_wide=ascii_forms(www[0] + text[anchor]) != www[0] + ".")
    is_host = found and found.host.name.count(".") > 1 and not text.startswith("@", found.host.end)
    return found if is_host else None


def _start(text: str, start: int, host_start: int, is_wide: bool = False) -> Start | None:
    scheme = text[start:host_start]
    host = read_host(text, host_start, is_wide or ascii_forms(scheme) != scheme)
    return Start(start, host) if host else None


def _without(text: str, anchor: int, place: int) -> Name | None:
    """A name that is a host without a scheme, also behind the two slashes of a reference that leaves the scheme out."""
    return read_name_at(text, anchor + 1) if text[anchor] == "/" else read_name(text, anchor, place)
