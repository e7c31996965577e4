"""What an href says: the address that a reader would open, or nothing that can be cited.

Rules:
- Spaces around it, and tabs and line ends anywhere in it, are no part of it (WHATWG URL §4.4, basic URL parser).
- Places in the document itself, files beside it and what a page runs or embeds are no citations; other schemes
  stay, so that the report can name them.
- A relative href is a citation only where the document says what it is relative to.
"""

from __future__ import annotations

import re

from ada_url import URL

from crawler.urls.redact import MAIL
from crawler.urls.repair import looks_like_host

# What opens nothing outside the document (scheme, who writes it)
NOT_CITED = {
    "javascript": "scripts",
    "vbscript": "scripts",
    "data": "embedded content",
    "cid": "a part of the same mail (RFC 2392)",
    "mid": "another mail (RFC 2392)",
    "blob": "a page's memory",
    "about": "a browser's own pages",
    "file": "a file of the writer's machine",
    "x-apple-data-detectors": "Apple Mail, on dates and addresses it recognised",
}

_STRIPPED = "".join(map(chr, range(0x21)))  # C0 control or space
_LINE_ENDS = re.compile(r"[\t\r\n]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)[:：]", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"[^/?#:]+\.[^/?#:]+:\d")
_WEB = re.compile(r"https?:", re.IGNORECASE)


def read_href(href: str, base: str | None = None) -> str | None:
    """The address of an href, or None when it is no citation; `base` is an absolute web address."""
    text = _LINE_ENDS.sub("", href.strip(_STRIPPED))
    if not text or text.startswith("#"):
        return None
    scheme = _SCHEME.match(text)
    if scheme and not _HOST_AND_PORT.match(text):
        return None if scheme[1].lower() in NOT_CITED else text
    return text if _names_host(text, base) else _resolved(text, base)


def read_base(href: str) -> str | None:
    """What relative hrefs are relative to, or None when it is no web address itself."""
    text = _LINE_ENDS.sub("", href.strip(_STRIPPED))
    return text if _WEB.match(text) and _parsed(text) else None


def _names_host(text: str, base: str | None) -> bool:
    """True for an address whose scheme was forgotten; where a base stands, only what can be no file's name."""
    if base:
        return text.lower().startswith("www.") or bool(MAIL.fullmatch(text))
    return looks_like_host(text) or bool(MAIL.fullmatch(text))


def _resolved(text: str, base: str | None) -> str | None:
    return _parsed(text, base) if base else None


def _parsed(text: str, base: str | None = None) -> str | None:
    try:
        return str(URL(text, base).href)
    except ValueError:
        return None
