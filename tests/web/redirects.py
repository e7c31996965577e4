"""Behaviours that lead elsewhere: by status and Location, by Refresh, by meta element, with cookies or without end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.web.answers import HTML, Behaviour, FieldRows
from tests.web.prose import render_page
from tests.web.wire import Call

RAW_UTF_8 = "/报告/循环经济-é.html"


@dataclass(frozen=True)
class Redirect:
    """A 3xx with a Location, sent as its UTF-8 bytes, and a short body of its own."""

    location: str
    status: int = 302
    fields: FieldRows = ()
    body: bytes = b"<html><body>This page has moved.</body></html>"

    async def answer(self, call: Call) -> None:
        fields = (("Location", self.location), ("Content-Type", HTML), *self.fields)
        await call.reply(self.status, self.body, fields)


@dataclass(frozen=True)
class NoLocation:
    """A 3xx that does not say where to."""

    status: int = 302

    async def answer(self, call: Call) -> None:
        await call.reply(self.status, b"moved", (("Content-Type", "text/plain"),))


@dataclass(frozen=True)
class CookieGate:
    """Sets a cookie and redirects, by default to itself; leads on to `location` only with the cookie.

    Without the cookie it would redirect for ever: a client that keeps no cookies in a chain meets a loop.
    """

    location: str
    status: int = 302
    by_way_of: str = ""
    cookie: str = "visit"

    async def answer(self, call: Call) -> None:
        if call.request.cookies.get(self.cookie) == "seen":
            return await Redirect(self.location, self.status).answer(call)
        cookie = (("Set-Cookie", f"{self.cookie}=seen; Path=/; HttpOnly"),)
        return await Redirect(self.by_way_of or call.request.target, self.status, cookie).answer(call)


@dataclass(frozen=True)
class NeedsCookie:
    """Behaves only when the cookie is there; otherwise 403, as gates do."""

    behaviour: Behaviour
    cookie: str = "visit"

    async def answer(self, call: Call) -> None:
        if self.cookie in call.request.cookies:
            return await self.behaviour.answer(call)
        return await call.reply(403, b"Cookies are required.", (("Content-Type", "text/plain"),))


@dataclass(frozen=True)
class Tracker:
    """A mailing's tracking link in the shape /track/link/key/K/signature/S/userid/U.

    The first answer sets a cookie and redirects, to itself or by way of another path; the next one wants the
    cookie and redirects to the target, with the reader's own id appended when `leaks` names a parameter.
    """

    target: str
    by_way_of: str = ""
    leaks: str = ""

    async def answer(self, call: Call) -> None:
        reader = call.request.path.rpartition("/userid/")[2]
        target = f"{self.target}&{self.leaks}={reader}" if self.leaks else self.target
        await CookieGate(target, by_way_of=self.by_way_of, cookie="mdr_visit").answer(call)


@dataclass(frozen=True)
class RefreshField:
    """A page whose Refresh field sends the reader on (no status does)."""

    location: str
    delay_s: int = 0

    async def answer(self, call: Call) -> None:
        fields = (("Refresh", f"{self.delay_s}; url={self.location}"), ("Content-Type", HTML))
        await call.reply(200, b"<html><body>One moment.</body></html>", fields)


@dataclass(frozen=True)
class MetaRefresh:
    """A page whose meta element sends the reader on; `bare` leaves out `url=`, as some pages do."""

    location: str
    delay_s: int = 0
    bare: bool = False

    async def answer(self, call: Call) -> None:
        content = f"{self.delay_s};{'' if self.bare else 'url='}{self.location}"
        body = render_page("Moved", [], head=f'<meta http-equiv="refresh" content="{content}">')
        await call.reply(200, body, (("Content-Type", HTML),))


@dataclass(frozen=True)
class EndlessHops:
    """Every answer redirects to the next number: /hops, /hops?hop=1, /hops?hop=2 … without end."""

    async def answer(self, call: Call) -> None:
        number = int(call.request.target.rpartition("=")[2]) if "=" in call.request.target else 0
        await Redirect(f"{call.request.path}?hop={number + 1}").answer(call)


def chain(path: str, statuses: Sequence[int], last: Behaviour) -> Mapping[str, Behaviour]:
    """Rows for a site: `path` leads over one hop per status to `path`/end, where `last` stands."""
    stops = [path, *(f"{path}/{number}" for number in range(1, len(statuses))), f"{path}/end"]
    hops = {here: Redirect(there, status) for here, there, status in zip(stops, stops[1:], statuses, strict=False)}
    return {**hops, stops[-1]: last}


REDIRECTS: Mapping[str, Behaviour] = {
    "raw-utf-8": Redirect(RAW_UTF_8),
    "relative": Redirect("../landing?from=relative#part"),
    "same-scheme": Redirect("//catalogue.example.org/landing"),
    "to-file": Redirect("file:///etc/passwd"),
    "to-javascript": Redirect("javascript:alert(1)"),
    "to-metadata-address": Redirect("http://169.254.169.254/latest/meta-data/"),
    "to-loopback": Redirect("http://127.0.0.1/"),
    "to-mapped-private": Redirect("http://[::ffff:10.0.0.1]/"),
    "to-nonsense": Redirect("http://[not-an-address/"),
    "to-credentials": Redirect("https://user:secret@catalogue.example.org/landing"),
    "no-location": NoLocation(),
    "multiple-choices": NoLocation(300),
    "refresh-field": RefreshField("/landing"),
    "meta-refresh": MetaRefresh("/landing"),
    "meta-refresh-bare": MetaRefresh("/landing", bare=True),
    "slow-meta-refresh": MetaRefresh("/landing", delay_s=300),
    "permanent": Redirect("/landing", 301),
    "see-other": Redirect("/landing", 303),
    "temporary-307": Redirect("/landing", 307),
    "permanent-308": Redirect("/landing", 308),
    "to-itself": Redirect("/to-itself"),
    "ping": Redirect("/pong"),
    "pong": Redirect("/ping"),
    "hops": EndlessHops(),
    "cookie-gate": CookieGate("/landing"),
}
