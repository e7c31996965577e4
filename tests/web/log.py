"""What crossed the sockets, byte for byte: the truth that archived records are compared with.

Rules:
- A request stands here before its answer begins; answer bytes stand here before they are written, so
  whoever has read a byte from the socket finds it here.
- Written from the web's own thread, read from any other.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from threading import Lock

KEPT_BYTES = 32 * 1024 * 1024
"""Of a longer answer (the endless ones) only this much is kept; `response_length` counts all of it."""


class Served:
    """One exchange as the server saw it: `response` holds interim heads, head and body in wire order.

    `uri` is without default port; `connection` numbers the TCP connection it came on; `started_s` is
    monotonic; `tries` counts the requests for this uri on this night, this one included.
    """

    def __init__(
        self, *, scheme: str, host: str, uri: str, peer: tuple[str, int], connection: int, night: int, request: bytes
    ) -> None:
        self.scheme, self.host, self.uri = scheme, host, uri
        self.peer, self.connection, self.night = peer, connection, night
        self.request = request
        self.started_s = time.monotonic()
        self.tries = 1
        self.response_length = 0
        self._lock = Lock()
        self._response = bytearray()

    @property
    def response(self) -> bytes:
        """The answer's bytes handed to the socket so far."""
        with self._lock:
            return bytes(self._response)

    def add(self, sent: bytes) -> None:
        """Note bytes about to be written."""
        with self._lock:
            self.response_length += len(sent)
            self._response += sent[: KEPT_BYTES - len(self._response)]

    def __repr__(self) -> str:
        return f"Served(night {self.night}: {self.request.split(b' ')[0].decode()} {self.uri} → {self.response[:15]!r})"


class Log:
    """Every exchange in the order of the requests, and how many connections each door accepted."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._served: list[Served] = []
        self._tries: Counter[tuple[int, str]] = Counter()
        self._accepted: Counter[str] = Counter()

    def add(self, served: Served) -> None:
        """Note a request that arrived whole, and number its try."""
        with self._lock:
            self._tries[served.night, served.uri] += 1
            served.tries = self._tries[served.night, served.uri]
            self._served.append(served)

    def add_connection(self, door: str) -> int:
        """Note an accepted TCP connection; returns its number, counted over all doors."""
        with self._lock:
            self._accepted[door] += 1
            return self._accepted.total()

    def accepted(self, door: str) -> int:
        """TCP connections accepted at a door such as "open-http" or "reset-https"."""
        with self._lock:
            return self._accepted[door]

    def for_uri(self, uri: str) -> list[Served]:
        """The exchanges of one uri, first to last."""
        return [served for served in self if served.uri == uri]

    def __iter__(self) -> Iterator[Served]:
        with self._lock:
            return iter(self._served.copy())

    def __len__(self) -> int:
        with self._lock:
            return len(self._served)
