"""HTTP/1.1 responses taken apart without losing a byte (RFC 9112): a sans-IO parser, lenient as browsers are.

Rules:
- Every byte fed comes back exactly once, in order: in the `raw` of an event, or in `pending` until then.
- However the same bytes are cut into pieces, the same message comes out.
- Memory is bounded by the head's cap, whatever the size of the body.
- The payload is the entity body: de-chunked (RFC 9112 §7.1), still content-coded.
- What follows the end of a message is Surplus: it belongs to no exchange, is not kept, and its
  connection must not be used again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from crawler.model import Head

MAX_HEAD_BYTES = 1024 * 1024
MAX_CHUNK_LINE_BYTES = 16 * 1024
BLOCK_BYTES = 64 * 1024
# No head that was ever stored is longer, whatever the configuration of its night allowed.
MAX_STORED_HEAD_BYTES = 64 * 1024 * 1024
# Of a server's own words, as many characters are shown where a sentence quotes them.
MAX_WORDS = 120

# Browsers forgive up to four stray bytes before the status line (Chromium, net/http/http_stream_parser.cc).
SLOP_BYTES = 4
DECISIVE_BYTES = SLOP_BYTES + len(b"HTTP")
STATUS_LINE = re.compile(rb"(http(?:/\d+(?:\.\d+)?)?)[ \t]+([1-9]\d\d)(?!\d)[ \t]*(.*)", re.IGNORECASE | re.DOTALL)
HEAD_END = re.compile(rb"\n\r?\n")
# Leading zeros are allowed without number (RFC 9112 §7.1); fifteen digits are more than any disk holds.
CHUNK_SIZE = re.compile(rb"[ \t]*0*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
LENGTH = re.compile(r"[0-9]{1,18}")

# Transfer codings of RFC 9112 §7; any other word in Transfer-Encoding is ignored, as browsers do.
TRANSFER_CODINGS = frozenset({"chunked", "gzip", "x-gzip", "deflate", "compress", "x-compress"})
BODILESS = frozenset({204, 304})


# ---------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Interim:
    """A 1xx head (RFC 9110 §15.2), apart from the message that follows."""

    raw: bytes
    head: Head


@dataclass(frozen=True, slots=True)
class Final:
    """The head of the message itself."""

    raw: bytes
    head: Head


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes after the head as they crossed the wire, and the payload within them."""

    raw: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class End:
    """The message is whole (or the peer of a malformed one hung up). `reusable` says whether its head
    lets the connection live on (RFC 9112 §9.3); a Surplus afterwards forbids it all the same."""

    reusable: bool


@dataclass(frozen=True, slots=True)
class CutShort:
    """The peer closed before the message was whole."""

    why: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """This is not HTTP, or its framing cannot be trusted; later bytes come as Body without payload."""

    why: str


@dataclass(frozen=True, slots=True)
class OverLimit:
    """A cap of ours was reached inside the message; later bytes come as Surplus."""

    why: str


@dataclass(frozen=True, slots=True)
class Surplus:
    """Bytes that are no part of the message."""

    raw: bytes


Event = Interim | Final | Body | End | CutShort | Malformed | OverLimit | Surplus


# ---------------------------------------------------------------- heads


def read_head(raw: bytes) -> Head | None:
    """The Head at the start of a block, or None when there is no status line (RFC 9112 §4-5)."""
    start = _status_line_at(raw)
    if start is None:
        return None
    end = HEAD_END.search(raw, start)
    lines = [line.removesuffix(b"\r") for line in raw[start : end.start() if end else None].split(b"\n")]
    status = STATUS_LINE.fullmatch(lines[0])
    if not status:
        return None
    version, code, reason = status.groups()
    return Head(_text(version) if b"/" in version else "HTTP/1.0", int(code), _text(reason), _fields(lines[1:]))


def _status_line_at(raw: bytes | bytearray) -> int | None:
    at = raw[:DECISIVE_BYTES].lower().find(b"http")
    return at if at >= 0 else None


def _fields(lines: list[bytes]) -> tuple[tuple[str, str], ...]:
    """Field lines as pairs: folded ones joined (RFC 9112 §5.2), those without a colon left out."""
    fields: list[tuple[str, list[str]]] = []
    folds = False
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if folds:
                fields[-1][1].append(_text(line))
            continue
        name_part, colon, value_part = line.partition(b":")
        folds = bool(colon and name_part.strip())
        if folds:
            fields.append((_text(name_part), [_text(value_part)]))
    return tuple((name, parts[0] if len(parts) == 1 else " ".join(filter(None, parts))) for name, parts in fields)


def _text(raw: bytes) -> str:
    """Latin-1 text without the whitespace around it; CR and NUL inside become spaces (RFC 9110 §5.5)."""
    return raw.translate(_BLANKED).strip(b" \t").decode("latin-1")


_BLANKED = bytes(32 if code in b"\0\r" else code for code in range(256))


def tokens_of(head: Head, name: str) -> list[str]:
    """The comma-separated words of all values of a field, parameters left out, in lower case."""
    words = (part.partition(";")[0].strip().lower() for value in head.values(name) for part in value.split(","))
    return [word for word in words if word]


def transfer_codings_of(head: Head) -> list[str]:
    """The known transfer codings in the order they were applied (RFC 9112 §6.1)."""
    return [word for word in tokens_of(head, "transfer-encoding") if word in TRANSFER_CODINGS]


def is_persistent(head: Head) -> bool:
    """Whether the connection may carry another exchange (RFC 9112 §9.3)."""
    words = tokens_of(head, "connection")
    if "close" in words:
        return False
    return "keep-alive" in words or head.version.upper() not in ("HTTP/1.0", "HTTP/0.9", "HTTP/1")


def length_of(head: Head) -> int | None:
    """The Content-Length; None when absent or no number (browsers then read until close).

    Equal repetitions count once; raises ValueError when they differ (RFC 9112 §6.3).
    """
    words = [part.strip() for value in head.values("content-length") for part in value.split(",") if part.strip()]
    if not all(LENGTH.fullmatch(word) for word in words):
        return None
    lengths = {int(word) for word in words}
    if len(lengths) > 1:
        raise ValueError(f"conflicting Content-Length: {', '.join(words[:4])}"[:MAX_WORDS])
    return lengths.pop() if lengths else None


# ---------------------------------------------------------------- the parser


class ResponseParser:
    """Reads one response; feed() it bytes, tell it with close() that the peer hung up.

    `max_head_bytes` caps all heads together; `max_body_bytes` the bytes after the head, framing included.
    """

    def __init__(
        self, *, method: str = "GET", max_head_bytes: int = MAX_HEAD_BYTES, max_body_bytes: int | None = None
    ) -> None:
        self._method = method
        self._max_head = max_head_bytes
        self._room = max_body_bytes
        self._heads = bytearray()
        self._given = 0  # bytes of interim heads already given out
        self._head: Head | None = None
        self._framed: Callable[[bytes], int] | None = None  # None while the head is awaited
        self._payload: list[bytes] = []
        self._left = 0
        self._line = bytearray()
        self._expect = self._read_size
        self._in_trailer = False
        self._whole = False
        self._over = False
        self._trouble = ""

    @property
    def pending(self) -> bytes:
        """Bytes of a head that is not complete yet."""
        return bytes(self._heads)

    def feed(self, data: bytes) -> list[Event]:
        """The events of the next bytes, in order."""
        if not data:
            return []
        if self._over:
            return [Surplus(data)]
        return self._take_body(data) if self._framed else self._take_heads(data)

    def close(self) -> list[Event]:
        """The events of the peer's closing (RFC 9112 §8)."""
        if self._over:
            return []
        if self._framed is None:
            return self._close_in_head()
        self._over = True
        if self._framed in (self._until_close, self._unparsed) or self._in_trailer:
            return [End(reusable=False)]
        missing = f"{self._left} bytes missing" if self._left else "the last chunk is missing"
        return [CutShort(f"closed inside the body, {missing}")]

    def _close_in_head(self) -> list[Event]:
        pending = self.pending
        if pending and _status_line_at(pending) is None:
            return [*self._distrust("the answer is not HTTP"), *self.close()]
        self._heads.clear()
        self._over = True
        if pending:
            return [Body(pending, b""), CutShort("closed inside the head")]
        return [CutShort("closed before the head" if self._given else "closed before any byte of the answer")]

    # ---- heads

    def _take_heads(self, data: bytes) -> list[Event]:
        searched = max(0, len(self._heads) - 2)
        self._heads += data
        events: list[Event] = []
        while self._heads and self._framed is None:
            start = _status_line_at(self._heads)
            if start is None and len(self._heads) >= DECISIVE_BYTES:
                # Where the cap comes before the byte that decides, it is reached, however the bytes are cut.
                full = self._given + DECISIVE_BYTES - 1 > self._max_head
                return [*events, *(self._overflow() if full else self._distrust("the answer is not HTTP"))]
            end = HEAD_END.search(self._heads, max(searched, start)) if start is not None else None
            searched = 0
            if self._given + (end.end() if end else len(self._heads)) > self._max_head:
                return [*events, *self._overflow()]
            if not end:
                break
            events += self._take_head(end.end())
        return events

    def _take_head(self, end: int) -> list[Event]:
        raw = bytes(self._heads[:end])
        head = read_head(raw)
        if head is None:
            return self._distrust("the status line cannot be read")
        del self._heads[:end]
        self._given += end
        if head.status < 200 and head.status != 101:
            return [Interim(raw, head)]
        self._head = head
        rest = bytes(self._heads)
        self._heads.clear()
        return [Final(raw, head), *self._frame(head, rest)]

    def _frame(self, head: Head, rest: bytes) -> list[Event]:
        """Choose how the end of the body is found (RFC 9112 §6.3) and read on."""
        if head.status == 101:
            return self._distrust("101 switches to a protocol nobody asked for", rest)
        if head.status in BODILESS or self._method == "HEAD":
            return self._end(rest)
        codings = transfer_codings_of(head)
        if codings:
            self._framed = self._by_chunk if codings[-1] == "chunked" else self._until_close
            return self._take_body(rest) if rest else []
        return self._frame_by_length(head, rest)

    def _frame_by_length(self, head: Head, rest: bytes) -> list[Event]:
        try:
            length = length_of(head)
        except ValueError as conflict:
            return self._distrust(str(conflict), rest)
        if length == 0:
            return self._end(rest)
        self._left = length or 0
        self._framed = self._until_close if length is None else self._by_length
        return self._take_body(rest) if rest else []

    def _distrust(self, why: str, rest: bytes = b"") -> list[Event]:
        """Keep at most a head's worth of further bytes as evidence, without payload."""
        rest = bytes(self._heads) + rest
        self._heads.clear()
        self._framed = self._unparsed
        self._room = self._max_head if self._room is None else min(self._room, self._max_head)
        return [Malformed(why), *(self._take_body(rest) if rest else [])]

    def _overflow(self) -> list[Event]:
        room = self._max_head - self._given
        kept, rest = bytes(self._heads[:room]), bytes(self._heads[room:])
        self._heads.clear()
        self._over = True
        why = f"the head is longer than {self._max_head} bytes"
        return [Malformed(why), *([Body(kept, b"")] if kept else []), OverLimit(why), *_surplus(rest)]

    # ---- bodies

    def _take_body(self, data: bytes) -> list[Event]:
        allowed = data if self._room is None or len(data) <= self._room else data[: self._room]
        assert self._framed is not None
        used = self._framed(allowed)
        events: list[Event] = [Body(data[:used], self._gathered())] if used else []
        if self._room is not None:
            self._room -= used
        rest = data[used:]
        if self._trouble:
            why, self._trouble = self._trouble, ""
            return [*events, *self._distrust(why, rest)]
        if self._whole:
            return [*events, *self._end(rest)]
        if rest:
            self._over = True
            events += [OverLimit("the body is longer than the limit"), Surplus(rest)]
        return events

    def _gathered(self) -> bytes:
        payload = self._payload[0] if len(self._payload) == 1 else b"".join(self._payload)
        self._payload.clear()
        return payload

    def _end(self, rest: bytes) -> list[Event]:
        self._over = True
        reusable = self._head is not None and is_persistent(self._head)
        return [End(reusable), *_surplus(rest)]

    # The framings: each takes bytes, gathers their payload, and returns how many bytes were its own.

    def _until_close(self, data: bytes) -> int:
        self._payload.append(data)
        return len(data)

    def _unparsed(self, data: bytes) -> int:
        return len(data)

    def _by_length(self, data: bytes) -> int:
        piece = data if len(data) <= self._left else data[: self._left]
        self._payload.append(piece)
        self._left -= len(piece)
        self._whole = not self._left
        return len(piece)

    def _by_chunk(self, data: bytes) -> int:
        at = 0
        while at < len(data) and not self._whole and not self._trouble:
            if self._left:
                piece = data[at : at + self._left]
                self._payload.append(piece)
                self._left -= len(piece)
                at += len(piece)
            else:
                at = self._take_line(data, at)
        return at

    def _take_line(self, data: bytes, at: int) -> int:
        newline = data.find(b"\n", at, at + self._line_room())
        if newline < 0:
            return self._keep_line(data, at)
        line = data[at:newline]
        if self._line:
            line = bytes(self._line) + line
            self._line.clear()
        self._expect(line.removesuffix(b"\r"))
        return newline + 1

    def _line_room(self) -> int:
        """How long the line may still become; a field after the last chunk is bounded by the body's cap alone."""
        return sys.maxsize if self._in_trailer else MAX_CHUNK_LINE_BYTES - len(self._line)

    def _keep_line(self, data: bytes, at: int) -> int:
        """Keep the beginning of a line: of a trailer field only what tells it from an empty line."""
        stop = min(len(data), at + self._line_room())
        self._line += data[at : min(stop, at + 2)] if self._in_trailer else data[at:stop]
        if self._in_trailer:
            del self._line[2:]
        elif len(self._line) >= MAX_CHUNK_LINE_BYTES:
            self._trouble = "a line between chunks is too long"
        return stop

    def _read_size(self, line: bytes) -> None:
        size = CHUNK_SIZE.fullmatch(line)
        if not size:
            self._trouble = f"{line[:40]!r} is no chunk size"
            return
        self._left = int(size[1], 16)
        self._in_trailer = not self._left
        self._expect = self._read_chunk_end if self._left else self._read_trailer

    def _read_chunk_end(self, line: bytes) -> None:
        if line:
            self._trouble = "a chunk is longer than its size"
        self._expect = self._read_size

    def _read_trailer(self, line: bytes) -> None:
        self._whole = not line


def _surplus(rest: bytes) -> list[Event]:
    return [Surplus(rest)] if rest else []


# ---------------------------------------------------------------- stored blocks


def payload_of(block: BinaryIO | Iterable[bytes], method: str = "GET") -> Iterator[bytes]:
    """The entity body of a stored HTTP response, de-chunked, still content-coded, in pieces."""
    return _payloads(_events(block, method))


def read_message(stream: BinaryIO | Iterable[bytes], method: str = "GET") -> tuple[Head | None, Iterator[bytes]]:
    """The head of a stored HTTP response and its payload in pieces; (None, nothing) where there is no head."""
    events = _events(stream, method)
    for event in events:
        if isinstance(event, Final):
            return event.head, _payloads(events)
    return None, iter(())


def _payloads(events: Iterator[Event]) -> Iterator[bytes]:
    return (event.payload for event in events if isinstance(event, Body) and event.payload)


def _events(source: BinaryIO | Iterable[bytes], method: str) -> Iterator[Event]:
    parser = ResponseParser(method=method, max_head_bytes=MAX_STORED_HEAD_BYTES)
    for block in _blocks(source):
        yield from parser.feed(block)
    yield from parser.close()


def _blocks(source: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    read = getattr(source, "read", None)
    if read is None:
        return iter(source)
    return iter(lambda: read(BLOCK_BYTES), b"")
