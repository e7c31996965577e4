"""Where a uri leads and what is asked there: host and port, the request target as written, the request's bytes.

Rules:
- Path and query go out as the uri writes them (RFC 9112 §3.2.1); only what cannot stand in a request
  line is percent-encoded, as UTF-8.
- The host is the one a browser would ask (WHATWG URL: IDNA, numbers as IPv4 addresses).
- Nothing given from outside can begin a new line of the request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import ada_url

from crawler.model import Refusal

DEFAULT_PORTS = {"http": 80, "https": 443}
# What stands before the path: scheme, slashes either way round, authority (WHATWG URL §4.4, special schemes).
BEFORE_PATH = re.compile(r"[^:]*:[/\\]*[^/\\?#]*")
VISIBLE_ASCII = "".join(map(chr, range(0x21, 0x7F)))
LINE_BREAKERS = re.compile(r"[\r\n\t\0]")
FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FIELD_BREAKERS = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, slots=True)
class Destination:
    """A uri taken apart for asking; `host` has brackets when it is an IPv6 address, `authority` is the
    Host field's value (RFC 9110 §7.2), `target` the origin-form; `refusal` why we do not ask there."""

    scheme: str
    host: str
    port: int
    authority: str
    target: str
    refusal: Refusal | None = None


def is_web(uri: str) -> bool:
    """Whether a uri is of the web: http or https."""
    return uri.partition(":")[0].lower() in DEFAULT_PORTS


def destination_of(uri: str) -> Destination:
    """The destination of an http or https uri; raises ValueError when it cannot be one."""
    if LINE_BREAKERS.search(uri):
        raise ValueError(f"{uri!r} holds a line break, a tab or a NUL: repair it first")
    url = ada_url.URL(uri)
    scheme = url.protocol[:-1]
    port = int(url.port) if url.port else DEFAULT_PORTS[scheme]
    refusal = Refusal.CREDENTIALS if url.username or url.password else None
    return Destination(scheme, url.hostname, port, url.host, _target(uri), refusal)


def _target(uri: str) -> str:
    found = BEFORE_PATH.match(uri)
    target = uri[found.end() if found else 0 :].partition("#")[0]
    if target.startswith("\\"):
        target = target[1:]
    if not target.startswith("/"):
        target = f"/{target}"
    return quote(target, safe=VISIBLE_ASCII)


def request_of(destination: Destination, fields: Sequence[tuple[str, str]], *, absolute: bool = False) -> bytes:
    """The bytes of a GET: Host first, then the fields as given; `absolute` for a proxy (RFC 9112 §3.2.2).

    A Host among the fields replaces ours. Raises ValueError where a name is no token or a value would
    break its line.
    """
    given = [value for name, value in fields if name.lower() == "host"]
    others = [(name, value) for name, value in fields if name.lower() != "host"]
    form = f"{destination.scheme}://{destination.authority}" if absolute else ""
    lines = [f"GET {form}{destination.target} HTTP/1.1".encode("ascii")]
    lines += [_line(name, value) for name, value in [("Host", (given or [destination.authority])[0]), *others]]
    return b"\r\n".join((*lines, b"", b""))


def _line(name: str, value: str) -> bytes:
    if not FIELD_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no field name (RFC 9110 §5.1)")
    if FIELD_BREAKERS.search(value):
        raise ValueError(f"the value of {name} holds a line break or a NUL")
    return f"{name}: ".encode("ascii") + _octets(value)


def _octets(value: str) -> bytes:
    """Latin-1, so that what came as Latin-1 (cookies) goes back byte for byte; else UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8")
