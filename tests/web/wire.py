"""One connection of the fake web: requests read as bytes, answers written as bytes, both logged.

Rules:
- Nothing is parsed further than routing needs; nothing is added to what a behaviour sends.
- A behaviour that holds its client lets go when the client does, when the web closes, or after HOLD_S.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import urlsplit

from tests.web.log import Served

HOLD_S = 60.0
HEAD_LIMIT = 1024 * 1024
LINGER_ZERO = struct.pack("ii", 1, 0)

Fields = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as received: `raw` is head and body verbatim; `target` is in origin form."""

    raw: bytes
    method: str
    target: str
    authority: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The authority without its port, in lower case."""
        return (urlsplit(f"//{self.authority}").hostname or "").lower()

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def field(self, name: str) -> str:
        """The value of a field (repeated ones joined by commas), or an empty text."""
        return self.fields.get(name.lower(), "")

    @property
    def cookies(self) -> dict[str, str]:
        """The name=value pairs of the Cookie field."""
        pairs = (pair.strip().partition("=") for pair in self.field("cookie").split(";"))
        return {name: value for name, _, value in pairs if name}


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection, or None when the client is done (RFC 9112 §2.2, §3)."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    lines = head.decode("latin-1").split("\r\n")
    fields = _fields(lines[1:])
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    method, _, rest = lines[0].partition(" ")
    target, authority = _target(rest.rpartition(" ")[0], fields.get("host", ""))
    return Request(head + body, method, target, authority, fields)


def _fields(lines: Iterable[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in filter(None, lines):
        name, _, value = line.partition(":")
        key = name.strip().lower()
        fields[key] = f"{fields[key]}, {value.strip()}" if key in fields else value.strip()
    return fields


def _target(target: str, host: str) -> tuple[str, str]:
    """Origin form and authority; the absolute form of a proxied request is accepted (RFC 9112 §3.2.2)."""
    if not target.startswith(("http://", "https://")):
        return target, host
    authority, slash, rest = target.partition("://")[2].partition("/")
    return slash + rest or "/", authority


def make_head(status: int, fields: Fields, reason: str | None = None) -> bytes:
    """A well-formed HTTP/1.1 response head."""
    lines = [f"HTTP/1.1 {status} {_phrase(status) if reason is None else reason}"]
    lines += [f"{name}: {value}" for name, value in fields]
    return "\r\n".join([*lines, "", ""]).encode("utf-8")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unassigned"


def date_field() -> tuple[str, str]:
    """The Date field of now."""
    return "Date", formatdate(usegmt=True)


@dataclass(slots=True)
class Call:
    """One request in the hands of a behaviour. `night` and `tries` are what it may depend on."""

    request: Request
    served: Served
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ended: bool = False

    @property
    def night(self) -> int:
        """The night this request came in, from 0."""
        return self.served.night

    @property
    def tries(self) -> int:
        """1 for the first request of this uri on this night."""
        return self.served.tries

    async def send(self, data: bytes) -> None:
        """Write raw bytes and wait until the kernel has them."""
        self.served.add(data)
        self.writer.write(data)
        await self.writer.drain()
        await asyncio.sleep(0)  # a TLS client that went away makes drain return at once, for ever

    async def reply(self, status: int, body: bytes = b"", fields: Fields = (), reason: str | None = None) -> None:
        """Send a whole, correct message: Date, the fields given, Content-Length, body (none to HEAD)."""
        head = make_head(status, [date_field(), *fields, ("Content-Length", str(len(body)))], reason)
        await self.send(head if self.request.method == "HEAD" else head + body)

    def end(self) -> None:
        """Close the connection, in order, when the behaviour returns."""
        self.ended = True

    async def hold(self, seconds: float = HOLD_S) -> None:
        """Say nothing more until the client gives up; then the connection ends."""
        self.end()
        with contextlib.suppress(TimeoutError, ConnectionError):
            await asyncio.wait_for(self._gone(), seconds)

    async def reset(self) -> None:
        """Let what was sent arrive, then end with RST instead of FIN."""
        self.end()
        await asyncio.sleep(0.05)
        send_reset(self.writer)

    async def _gone(self) -> None:
        while await self.reader.read(4096):
            pass


def send_reset(writer: asyncio.StreamWriter) -> None:
    """Drop a connection so that the peer sees ECONNRESET (SO_LINGER with zero seconds)."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    abort(writer)


def abort(writer: asyncio.StreamWriter) -> None:
    """End a connection now, closed or not (Python 3.11.2 cannot abort a closed TLS transport)."""
    with contextlib.suppress(AttributeError):
        writer.transport.abort()
