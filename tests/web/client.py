"""A client of the standard library: the independent eye that the fake web is tried with.

It knows nothing of the code under test, and connects where `connect_to` leads.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import sys
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from tests.web.server import FakeWeb

URI_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"


@dataclass
class Reply:
    """What a client of the standard library made of an answer."""

    status: int
    fields: http.client.HTTPMessage
    body: bytes


def connect(web: FakeWeb, uri: str, timeout_s: float = 10) -> socket.socket:
    """A verified connection to where `connect_to` leads."""
    parts = urlsplit(uri)
    address, port = web.connect_to[f"{parts.hostname}:{80 if parts.scheme == 'http' else 443}"].split(":")
    plain = socket.create_connection((address, int(port)), timeout=timeout_s)
    if parts.scheme == "http":
        return plain
    context = ssl.create_default_context(cafile=web.ca_file)
    try:
        return context.wrap_socket(plain, server_hostname=parts.hostname, suppress_ragged_eofs=False)
    except BaseException:
        plain.close()
        raise


def ask(
    web: FakeWeb, uri: str, fields: dict[str, str] | None = None, method: str = "GET", timeout_s: float = 10
) -> Reply:
    """One request over a connection of its own, read by http.client."""
    parts = urlsplit(uri)
    with closing(http.client.HTTPConnection(str(parts.hostname))) as client:
        client.sock = connect(web, uri, timeout_s)
        client.request(method, uri.partition(str(parts.hostname))[2] or "/", headers=fields or {})
        answer = client.getresponse()
        return Reply(answer.status, answer.headers, answer.read())


def request_bytes(uri: str) -> bytes:
    """A request whose bytes are known."""
    parts = urlsplit(uri)
    return f"GET {parts.path} HTTP/1.1\r\nhOST: {parts.hostname}\r\nX-Odd:  \t spaces \r\n\r\n".encode()


def read_until_failure(connection: socket.socket) -> tuple[bytes, OSError | None]:
    """Bytes as they come, and what ended them: an error, or None for an orderly end."""
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except OSError as error:
        return received, error
    return received, None


def read_to_end(connection: socket.socket, length: int = sys.maxsize) -> bytes:
    """Bytes as they come, until EOF or until there are `length`."""
    received = b""
    while len(received) < length and (data := connection.recv(65536)):
        received += data
    return received


def follow(web: FakeWeb, uri: str, limit: int = 30) -> tuple[list[int], str, Reply]:
    """Statuses on the way, where it ends, and the last answer; cookies kept along the chain."""
    statuses, cookies = [], dict[str, str]()
    while True:
        reply = ask(web, uri, {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())} if cookies else None)
        statuses.append(reply.status)
        for cookie in reply.fields.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            cookies[name] = value
        location = reply.fields["Location"]
        if reply.status not in (301, 302, 303, 307, 308) or not location or len(statuses) == limit:
            return statuses, uri, reply
        uri = quote(urljoin(uri, location.encode("latin-1").decode("utf-8")), safe=URI_CHARACTERS)
