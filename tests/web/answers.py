"""Behaviours that answer in order: pages, files, statuses, and how they change by night or by try.

A behaviour is an object with `answer(call)`; the same object may stand at any path of any host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from tests.web.prose import render_page, write_paragraphs
from tests.web.wire import Call, date_field, make_head

HTML = "text/html; charset=utf-8"
EPOCH = datetime(2025, 1, 6, 8, tzinfo=UTC)

FieldRows = tuple[tuple[str, str], ...]


class Behaviour(Protocol):
    """What a path of the fake web does when it is asked."""

    async def answer(self, call: Call) -> None:
        """Answer one request, well or badly."""


@dataclass(frozen=True)
class Answer:
    """A fixed status, body and fields, correctly framed."""

    status: int = 200
    body: bytes = b""
    media_type: str = HTML
    fields: FieldRows = ()
    reason: str | None = None

    async def answer(self, call: Call) -> None:
        kind = (("Content-Type", self.media_type),) if self.body else ()
        await call.reply(self.status, self.body, (*kind, *self.fields), self.reason)


@dataclass(frozen=True)
class Page:
    """An article without validators: the same bytes every night, and other ones from each night in `changes`.

    `changes` maps a night to the paragraph that is added from then on.
    """

    title: str
    language: str = "en"
    changes: Mapping[int, str] = field(default_factory=dict)
    head: str = ""
    extra: str = ""
    fields: FieldRows = ()

    def body(self, night: int) -> bytes:
        """The page's bytes on a night."""
        added = [text for since, text in sorted(self.changes.items()) if night >= since]
        paragraphs = [*added, *write_paragraphs(self.title, language=self.language)]
        return render_page(self.title, paragraphs, language=self.language, head=self.head, extra=self.extra)

    async def answer(self, call: Call) -> None:
        await call.reply(200, self.body(call.night), (("Content-Type", HTML), *self.fields))


class ValidatedPage(Page):
    """A page with ETag and Last-Modified that answers 304 when either still holds (RFC 9110 §13)."""

    async def answer(self, call: Call) -> None:
        body = self.body(call.night)
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        since = max((night for night in self.changes if night <= call.night), default=0)
        modified = format_datetime(EPOCH + timedelta(days=since), usegmt=True)
        validators = (("ETag", tag), ("Last-Modified", modified))
        if _still_holds(call, tag, modified):
            return await not_modified(call, validators)
        return await call.reply(200, body, (("Content-Type", HTML), *validators, *self.fields))


def _still_holds(call: Call, tag: str, modified: str) -> bool:
    """If-None-Match decides; If-Modified-Since counts only in its absence (RFC 9110 §13.2.2)."""
    wanted = call.request.field("if-none-match")
    return tag in wanted if wanted else call.request.field("if-modified-since") == modified


async def not_modified(call: Call, validators: FieldRows) -> None:
    """Send a 304: no body and no Content-Length."""
    await call.send(make_head(304, [date_field(), *validators]))


@dataclass(frozen=True)
class VolatilePage:
    """A page that is never the same twice: a counter and a nonce around the same article."""

    title: str

    async def answer(self, call: Call) -> None:
        nonce = sha256(f"{call.night} {call.tries} {call.served.uri}".encode()).hexdigest()
        counter = f"<p class='views'>Views: {4711 + 100 * call.night + call.tries}</p>"
        hidden = f'<input type="hidden" name="csrf" value="{nonce}">'
        body = render_page(self.title, write_paragraphs(self.title), extra=counter + hidden)
        await call.reply(200, body, (("Content-Type", HTML),))


@dataclass(frozen=True)
class File:
    """A file with its media type; with `validated` it has an ETag and answers 304."""

    body: bytes
    media_type: str
    validated: bool = False

    @cached_property
    def _tag(self) -> str:
        return f'"{sha256(self.body).hexdigest()[:16]}"'

    async def answer(self, call: Call) -> None:
        validators = (("ETag", self._tag),) if self.validated else ()
        if validators and self._tag in call.request.field("if-none-match"):
            return await not_modified(call, validators)
        return await call.reply(200, self.body, (("Content-Type", self.media_type), *validators))


@dataclass(frozen=True)
class NotFound:
    """A true 404 with a page of its own; `length` pads it (real ones of 660 KB exist)."""

    length: int = 0

    async def answer(self, call: Call) -> None:
        padding = "<!-- " + "-" * max(0, self.length - 1500) + " -->" if self.length else ""
        body = render_page("Page not found", [f"There is no page at {call.request.path}."], extra=padding)
        await call.reply(404, body, (("Content-Type", HTML),))


@dataclass(frozen=True)
class Nights:
    """Another behaviour from certain nights on: `Nights({0: page, 2: NotFound(), 5: page})`."""

    rows: Mapping[int, Behaviour]

    async def answer(self, call: Call) -> None:
        await self.rows[max(night for night in self.rows if night <= call.night)].answer(call)


@dataclass(frozen=True)
class Tries:
    """Another behaviour from certain tries of one night on: `Tries({1: busy, 3: page})` is ok at the third."""

    rows: Mapping[int, Behaviour]

    async def answer(self, call: Call) -> None:
        await self.rows[max(tried for tried in self.rows if tried <= call.tries)].answer(call)


def text(body: str, *fields: tuple[str, str]) -> Answer:
    """A text/plain answer, such as a robots.txt."""
    return Answer(body=body.encode(), media_type="text/plain; charset=utf-8", fields=fields)


def error_page(status: int, title: str, *fields: tuple[str, str]) -> Answer:
    """An error status with a short page of that title."""
    return Answer(status, render_page(title, []), fields=fields)
