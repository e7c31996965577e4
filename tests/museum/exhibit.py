"""A target on show: its article, the one that takes its place, and behaviours made for a night and a try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from tests.museum.articles import Article, write_article
from tests.museum.truth import Target
from tests.web.answers import HTML, Answer, Behaviour, FieldRows, not_modified
from tests.web.wire import Call

Make = Callable[[int, int], str | bytes]


@dataclass(frozen=True)
class Exhibit:
    """A target with what it has to show."""

    target: Target

    @cached_property
    def article(self) -> Article:
        """The article that is cited."""
        return write_article(self.target.id, self.target.language)

    @cached_property
    def other(self) -> Article:
        """Another one of the same site."""
        return write_article(f"other {self.target.id}", self.target.language, "b")

    def since(self, word: str) -> int:
        """The night on which the script plays a word for the first time."""
        return self.target.script.index(word)


@dataclass(frozen=True)
class Shown:
    """A 200 whose body is made for the night and the try at hand; `validated` ones answer 304 (RFC 9110 §13)."""

    make: Make
    media_type: str = HTML
    fields: FieldRows = ()
    validated: bool = False

    async def answer(self, call: Call) -> None:
        made = self.make(call.night, call.tries)
        body = made.encode() if isinstance(made, str) else made
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        validators = (("ETag", tag),) if self.validated else ()
        if validators and tag in call.request.field("if-none-match"):
            return await not_modified(call, validators)
        return await call.reply(200, body, (("Content-Type", self.media_type), *validators, *self.fields))


Show = Callable[[Exhibit], Make]


def fixed(page: str | bytes) -> Make:
    """The same page at every look."""
    return lambda night, tries: page


def page_of(page: str) -> Answer:
    """A page of HTML, whoever asks."""
    return Answer(body=page.encode())


@dataclass(frozen=True)
class Scripted:
    """One behaviour a night."""

    nights: tuple[Behaviour, ...]

    async def answer(self, call: Call) -> None:
        await self.nights[min(call.night, len(self.nights) - 1)].answer(call)


@dataclass(frozen=True)
class ByScheme:
    """One behaviour over http, another over https."""

    http: Behaviour
    https: Behaviour

    async def answer(self, call: Call) -> None:
        await (self.https if call.served.scheme == "https" else self.http).answer(call)
