"""A reference as a page writes it → the absolute uri it leads to (WHATWG URL), without fragment.

Rules:
- Most references of real pages need no parser: where nothing in one can be changed by the standard, it is put
  together by hand, to the same uri.
- In a page that is not UTF-8, what stands after `?` is escaped in the page's own charset (WHATWG URL, "percent-encode
  after encoding"): a GBK site does not know its own addresses otherwise.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import ada_url

# Beyond any server's limit for a request line (RFC 9112 §3 asks for 8,000): such a reference leads nowhere.
LONGEST_URI = 16 * 1024
_SPACES = "".join(map(chr, range(0x21)))  # C0 controls and space go from both ends (WHATWG URL, "basic URL parser")

# Characters that the standard leaves as they are, in a path and after its first `?`.
_PLAIN = r"[A-Za-z0-9._~!$&()*+,;=:@%/-]*+(?:\?[A-Za-z0-9._~!$&()*+,;=:@%/?-]*+)?"
_LABEL = r"[a-z](?:[a-z0-9]|-(?!-)){0,50}"  # no number (an IPv4 address), no xn-- (to be checked)
_ABSOLUTE = re.compile(rf"https?://(?:(?:{_LABEL}|[0-9]{{1,9}}[a-z]?)\.){{1,8}}{_LABEL}/{_PLAIN}")
_ROOTED = re.compile(rf"/(?!/){_PLAIN}")
_RELATIVE = re.compile(rf"[A-Za-z0-9_~-][A-Za-z0-9._~!$&()*+,;=@%-]*+(?:[/?]{_PLAIN})?")
_DOTS = re.compile(r"/(?:\.|%2e)", re.IGNORECASE)


class Base:
    """The uri that a document's references are read against. Raises ValueError for one that is no URL."""

    def __init__(self, uri: str, charset: str = "utf-8") -> None:
        url = ada_url.URL(uri)
        self.charset = charset
        self._origin = f"{url.protocol}//{url.host}"  # credentials are left out: what is referred to is asked without
        self.uri = f"{self._origin}{url.pathname}{url.search}"
        self._folder = self._origin + url.pathname[: url.pathname.rfind("/") + 1]

    def join(self, reference: str) -> str | None:
        """The absolute http(s) uri of a reference; None for another scheme, for the page itself, and for no URL."""
        text = reference.strip(_SPACES).partition("#")[0]
        if not text or len(text) > LONGEST_URI:
            return None
        if not _DOTS.search(text):
            if _ROOTED.fullmatch(text):
                return self._origin + text
            if _ABSOLUTE.fullmatch(text):
                return text
            if _RELATIVE.fullmatch(text):
                return self._folder + text
        return self._parsed(text)

    def _parsed(self, text: str) -> str | None:
        if not text.isascii() and not self.charset.startswith("utf"):
            text = _query_in(self.charset, text)
        try:
            uri = str(ada_url.join_url(self.uri, text)).partition("#")[0]
        except ValueError:
            return None
        return uri if uri.startswith(("http://", "https://")) and len(uri) <= LONGEST_URI else None


def _query_in(charset: str, text: str) -> str:
    """The text with its query's other than ASCII characters escaped as bytes of a charset."""
    path, mark, query = text.partition("?")
    return path + mark + "".join(c if c.isascii() else _escaped(c, charset) for c in query)


def _escaped(character: str, charset: str) -> str:
    return quote(character.encode(charset, "xmlcharrefreplace"), safe="")
