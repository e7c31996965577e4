"""A cookie jar for one chain of hops, discarded at its end (RFC 6265, as the standard library keeps it)."""

from __future__ import annotations

from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast
from urllib.request import Request

from crawler.model import Head


class _Answer:
    """The part of a response that CookieJar reads."""

    def __init__(self, head: Head) -> None:
        self._fields = Message()
        for value in head.values("set-cookie"):
            self._fields["Set-Cookie"] = value.replace("\r", " ").replace("\n", " ")

    def info(self) -> Message:
        return self._fields


class ChainJar:
    """The cookies that one chain was given; nothing comes in from outside, nothing gets out."""

    def __init__(self) -> None:
        self._jar = CookieJar(DefaultCookiePolicy(strict_domain=True))

    def keep(self, uri: str, head: Head) -> None:
        """Keep what an answer sets, for hosts and paths it may set it for."""
        self._jar.extract_cookies(cast(HTTPResponse, _Answer(head)), Request(uri))

    def field(self, uri: str) -> str | None:
        """The Cookie field value for a uri, or None."""
        request = Request(uri)
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie")

    def state(self) -> frozenset[tuple[str, str, str, str | None]]:
        """What the jar holds; a chain loops when the same uri is asked with the same state again."""
        return frozenset((c.domain, c.path, c.name, c.value) for c in self._jar)
