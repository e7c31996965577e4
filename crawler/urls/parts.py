"""An address cut at its generic delimiters (RFC 3986 appendix B), whatever the text between them holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_PARTS = re.compile(
    r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*:)?(?P<slashes>[/\\]{2,3})?(?P<authority>(?<=[/\\])[^/\\?#]*)?"
    r"(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?$",
    re.DOTALL,
)
_SLASHES = re.compile(r"[/\\]+")
_HOST_FIRST = re.compile(r"^[/\\]?((?:[^\W_][\w-]*\.)+[^\W\d_]{2,}\.?(?::\d+)?)(?=[/\\]|$)")
_DOTS = re.compile("[\u3002\uff0e\uff61]")  # what IDNA reads as a dot (UTS #46)
_ASCII_ESCAPE = re.compile(r"%([0-7][0-9A-Fa-f])")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts with their delimiters: joined, they are the text again."""

    scheme: str
    slashes: str
    authority: str
    path: str
    query: str
    fragment: str

    @property
    def host(self) -> str:
        """The host in lower case, without userinfo, port and trailing dot."""
        host = unquote(re.sub(r":\d*$", "", self.authority.rpartition("@")[2]))
        return _DOTS.sub(".", host).rstrip(".").lower()

    @property
    def plain_path(self) -> str:
        """The path as most servers read it: decoded once, every run of slashes and backslashes one slash."""
        return _SLASHES.sub("/", decode_text(self.path))

    def value(self, name: str) -> str | None:
        """The first value of a query parameter as printed, or None; `&amp;` counts as `&`."""
        for pair in self.query[1:].split("&"):
            found, mark, value = pair.partition("=")
            if mark and found.lower().removeprefix("amp;") == name:
                return value
        return None


def split(text: str) -> Parts:
    """The parts of any text; one without delimiters is all path."""
    found = _PARTS.match(text)
    assert found is not None  # every part of the pattern may be empty
    return Parts(*(found[name] or "" for name in Parts.__slots__))


def find_host(parts: Parts) -> Parts:
    """The parts with a host that was printed without scheme or slashes (`http:a.org/b`, `a.org:80/b`) in its place."""
    if parts.authority:
        return parts
    scheme, port = ("", parts.scheme) if "." in parts.scheme else (parts.scheme, "")
    found = _HOST_FIRST.match(port + parts.path)
    if not found:
        return parts
    path = (port + parts.path)[found.end() :]
    return Parts(scheme, found[0][: found.start(1)], found[1], path, parts.query, parts.fragment)


def decode_once(text: str) -> str:
    """ASCII escapes decoded once; other bytes stay escaped, so a target in GBK survives unharmed."""
    return _ASCII_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def decode_text(text: str) -> str:
    """All escapes decoded, for reading only."""
    return unquote(text, errors="replace")
