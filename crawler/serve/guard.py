"""Stands before every page: who may ask, for what and under which name; what every answer says to a browser.

Rules:
- A foreign Host is refused (421): a name that somebody points at this machine must not open it (DNS rebinding).
- Only GET and HEAD; with a token, nothing is shown without it.
- A fault of ours is told to whoever runs the server, redacted, and never to a reader.
- A log line holds no token, no value of a query and no character that a terminal would obey.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.serve.token import COOKIE, Token
from crawler.urls.redact import redact, redact_text

METHODS = ("GET", "HEAD")
# What each answer says unless it says something else itself (Fetch §3.7; HTML §7.1.3; RFC 9110).
FIELDS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PASS = "/pass/"
# Here a query belongs to the address of somebody else's page.
OTHERS = ("/timegate/", "/timemap/", "/memento/")
MOST_LOGGED = 500


@dataclass(frozen=True, slots=True)
class Door:
    """One origin: the names and the scheme it is asked under, the token it wants, how what is refused is told (scope,
    status, name).

    Our own pages' origin takes the token from a link, too, and tells that with `sign_in` (scope, where to go on);
    `copies_base` is the origin of archived copies that it sends readers to.
    """

    hosts: frozenset[str]
    token: Token | None
    refuse: Callable[[Scope, int, str], Response]
    log: Callable[[str], None]
    scheme: str = "http"
    copies_base: str = ""
    sign_in: Callable[[Scope, str], Response] | None = None


class Guard:
    """An ASGI application that lets through what may be asked."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = {**scope, "scheme": self._door.scheme}  # a proxy in front speaks another one with us
        begun, said = time.monotonic(), _Said(send, self._fields)
        asked = _target(scope)
        try:
            await self._answer(scope)(scope, receive, said)
        except Exception:  # noqa: BLE001 -- whatever it is, a reader is told one sentence
            self._door.log(redact_text(traceback.format_exc()).rstrip())
            if not said.status:
                await self._door.refuse(scope, 500, "fault")(scope, receive, said)
        self._door.log(f"{scope['method']} {asked} {said.status} {1000 * (time.monotonic() - begun):.0f} ms")

    def _answer(self, scope: Scope) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        """What answers: the application, or a refusal."""
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._door.hosts:
            return self._door.refuse(scope, 421, "host")
        if scope["method"] not in METHODS:
            refused = self._door.refuse(scope, 405, "method")
            refused.headers["Allow"] = ", ".join(METHODS)
            return refused
        if "\0" in scope["path"]:
            return self._door.refuse(scope, 400, "bad")
        return self._app if self._door.token is None else self._with_token(scope, headers, self._door.token)

    def _with_token(self, scope: Scope, headers: Headers, token: Token) -> ASGIApp:
        offered = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token")
        sign_in = self._door.sign_in
        if offered is not None and sign_in is not None and not scope["path"].startswith(OTHERS):
            return _signed_in(scope, token, sign_in) if token.is_same(offered) else self._refuse_token(scope)
        admitted = any(_admitted(headers, token)) or (sign_in is None and _take_pass(scope, token))
        return self._app if admitted else self._refuse_token(scope)

    def _refuse_token(self, scope: Scope) -> Response:
        refused = self._door.refuse(scope, 401, "token")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused

    def _fields(self, status: int, headers: MutableHeaders) -> None:
        """Complete an answer's fields; a way to a copy gets its pass."""
        for name, value in FIELDS.items():
            headers.setdefault(name, value)
        token, base = self._door.token, self._door.copies_base
        cached = headers.get("cache-control", "")
        if token and "no-store" not in cached and "private" not in cached:  # a cache before us knows no token
            headers["cache-control"] = f"private, {cached}" if cached else "private, no-cache"
        to = headers.get("location", "")
        if token and base and status in (302, 303, 307, 308) and to.startswith(f"{base}/"):
            target = to.removeprefix(base)
            headers["location"] = f"{base}{PASS}{token.sign(target, time.time())}{target}"
            headers["cache-control"] = "no-store"


def _signed_in(scope: Scope, token: Token, sign_in: Callable[[Scope, str], Response]) -> Response:
    """A page that leads on to the same address without the token: a redirect would come without the cookie, which
    is sent to those alone who ask from here (SameSite=Strict, RFC 6265bis §8.8.2)."""
    answer = sign_in(scope, without_token(scope))
    answer.set_cookie(COOKIE, token.cookie, httponly=True, samesite="strict", secure=scope["scheme"] == "https")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _admitted(headers: Headers, token: Token) -> Iterator[bool]:
    """Each way to show a token that may come with any request."""
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    yield scheme.lower() == "bearer" and token.is_same(bearer.strip())
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        cookie = None
    yield cookie is not None and token.is_cookie(cookie.value)


def _take_pass(scope: Scope, token: Token) -> bool:
    """Whether the path begins with a pass to the rest of it, which is then what is asked for."""
    raw = scope.get("raw_path", b"").decode("latin-1")
    if not raw.startswith(PASS):
        return False
    given, slash, rest = raw.removeprefix(PASS).partition("/")
    query = scope["query_string"].decode("latin-1")
    target = f"{slash}{rest}" + (f"?{query}" if query else "")
    if not token.is_signed(given, target, time.time()):
        return False
    scope["raw_path"] = f"{slash}{rest}".encode("latin-1")
    scope["path"] = "/" + scope["path"].removeprefix(PASS).partition("/")[2]
    return True


def without_token(scope: Scope) -> str:
    """The address that was asked for, without the token in it."""
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in query if name != "token"])
    path = scope["raw_path"].decode("latin-1").lstrip("/\\")  # `//host/` would be another server's
    return f"/{path}" + (f"?{kept}" if kept else "")


def _target(scope: Scope) -> str:
    """What is asked for, as it may stand in a log: redacted, without a pass, of a query only the names."""
    query = scope["query_string"].decode("latin-1")
    names = "&".join(f"{redact_text(name)}=…" for name, _ in parse_qsl(query, keep_blank_values=True))
    path = str(scope["path"])
    path = "/" + path.removeprefix(PASS).partition("/")[2] if path.startswith(PASS) else path
    before, scheme, rest = path.partition("http")
    told = redact_text(before) + (redact(scheme + rest) if scheme else "")
    shown = _printable(told)[:MOST_LOGGED]
    return f"{shown}?{_printable(names)[:MOST_LOGGED]}" if names else shown


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


class _Said:
    """Sends an answer on, its fields completed, and remembers its status."""

    def __init__(self, send: Send, complete: Callable[[int, MutableHeaders], None]) -> None:
        self._send = send
        self._complete = complete
        self.status: int = 0

    async def __call__(self, message: Message) -> None:
        """Send a part of an answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._complete(self.status, MutableHeaders(scope=_with_headers(message)))
        await self._send(message)


def _with_headers(message: Message) -> dict[str, Any]:
    message["headers"] = list(message.get("headers", []))
    return message  # type: ignore[return-value]
