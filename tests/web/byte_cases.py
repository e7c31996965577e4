"""The byte cases: whole answers whose every byte is written down here, for records to be compared with.

Rules: nothing is computed while answering (no Date); `wire` is all the server sends, in order.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from tests.web.wire import Call

HOST = "bytes.example.org"


class Ending(Enum):
    """What the server does after the last byte."""

    KEEP = "keep"
    CLOSE = "close"
    SILENCE = "silence"


@dataclass(frozen=True)
class ByteCase:
    """One exactly known answer.

    `interim` are the 1xx heads, `message` the final head and body as on the wire; `payload` is the entity
    body, de-chunked and still content-coded; `truncated` is the WARC-Truncated reason it deserves.
    """

    message: bytes
    payload: bytes
    status: int = 200
    interim: bytes = b""
    ending: Ending = Ending.KEEP
    truncated: str | None = None
    scheme: str = "http"

    @property
    def wire(self) -> bytes:
        """Every byte sent."""
        return self.interim + self.message

    async def answer(self, call: Call) -> None:
        await call.send(self.wire)
        if self.ending is Ending.SILENCE:
            await call.hold()
        elif self.ending is Ending.CLOSE:
            call.end()


HELLO = b"<!doctype html><title>Bytes</title><p>Every byte of this page is known, and so is its length.</p>\n"
ZIPPED = gzip.compress(HELLO * 40, 6, mtime=0)


def lines(*rows: str | bytes) -> bytes:
    """A head: each row ended by CRLF (text as Latin-1), and the empty line."""
    return b"".join((row.encode("latin-1") if isinstance(row, str) else row) + b"\r\n" for row in (*rows, ""))


def chunked(parts: Iterable[bytes], *, extension: bytes = b"", trailers: bytes = b"") -> bytes:
    """A chunked body (RFC 9112 §7.1) with an extension on each chunk and trailer lines."""
    chunks = b"".join(b"%X%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return chunks + b"0\r\n" + trailers + b"\r\n"


OK = "HTTP/1.1 200 OK"
HTML = "Content-Type: text/html; charset=utf-8"
LENGTH = f"Content-Length: {len(HELLO)}"
CHUNKED = "Transfer-Encoding: chunked"

CASES: Mapping[str, ByteCase] = {
    "odd-case-and-duplicates": ByteCase(
        lines(OK, "sERVER:  Two  Spaces ", "SET-cookie: a=1", "set-COOKIE: b=2", "X-Same: 1", "X-Same: 1", HTML, LENGTH)
        + HELLO,
        HELLO,
    ),
    "custom-reason": ByteCase(lines("HTTP/1.1 200 Everything Is Fine; Really", HTML, LENGTH) + HELLO, HELLO),
    "missing-reason": ByteCase(lines("HTTP/1.1 200", HTML, LENGTH) + HELLO, HELLO),
    "chunk-extensions-and-trailers": ByteCase(
        lines(OK, HTML, CHUNKED, "Trailer: X-Checked")
        + chunked([HELLO[:10], HELLO[10:]], extension=b';seen="yes"', trailers=b"X-Checked: true\r\nx-OTHER:2\r\n"),
        HELLO,
    ),
    "gzip-and-chunked": ByteCase(
        lines(OK, HTML, "Content-Encoding: gzip", CHUNKED) + chunked([ZIPPED[:7], ZIPPED[7:60], ZIPPED[60:]]), ZIPPED
    ),
    "interim-heads": ByteCase(
        lines(OK, HTML, LENGTH) + HELLO,
        HELLO,
        interim=lines("HTTP/1.1 100 Continue")
        + lines("HTTP/1.1 103 Early Hints", "Link: </theme/site.css>; rel=preload; as=style"),
    ),
    "folded-and-colonless-lines": ByteCase(
        lines(OK, "X-Folded: one", "  two", "\tthree", "this line has no colon", HTML, LENGTH) + HELLO, HELLO
    ),
    "bare-line-feeds": ByteCase(lines(OK, "X-Bare: yes", HTML, LENGTH).replace(b"\r\n", b"\n") + HELLO, HELLO),
    "latin-1-and-utf-8-fields": ByteCase(
        lines(OK, b"X-Latin: caf\xe9", "X-Utf: 循环经济".encode(), HTML, LENGTH) + HELLO, HELLO
    ),
    "redirect-with-body": ByteCase(
        lines("HTTP/1.1 302 Found", "Location: /elsewhere", HTML, LENGTH) + HELLO, HELLO, status=302
    ),
    "body-cut-short": ByteCase(
        lines(OK, HTML, LENGTH) + HELLO[:50], HELLO[:50], ending=Ending.CLOSE, truncated="disconnect"
    ),
    "http-1.0-until-eof": ByteCase(lines("HTTP/1.0 200 OK", HTML) + HELLO, HELLO, ending=Ending.CLOSE),
    "no-content": ByteCase(lines("HTTP/1.1 204 No Content", "X-Empty: yes"), b"", status=204),
    "duplicate-content-length": ByteCase(lines(OK, LENGTH, HTML, LENGTH) + HELLO, HELLO),
    "cut-chunk": ByteCase(
        lines(OK, HTML, CHUNKED) + b"20\r\n%s\r\n20\r\n%s" % (HELLO[:32], HELLO[32:40]),
        HELLO[:40],
        ending=Ending.CLOSE,
        truncated="disconnect",
    ),
    "https": ByteCase(lines(OK, HTML, LENGTH, "X-Secure: yes") + HELLO, HELLO, scheme="https"),
    "timeout-mid-body": ByteCase(
        lines(OK, HTML, LENGTH) + HELLO[:50], HELLO[:50], ending=Ending.SILENCE, truncated="time"
    ),
}
"""The sixteen cases of the measurement (custom and missing reason are one there, two here)."""


def numbered(number: int, case: ByteCase) -> ByteCase:
    """The case with a page of its own, of the same length: equal payloads would be archived as revisits."""
    mark = b"B%04d" % number
    return replace(case, message=case.message.replace(b"Bytes", mark), payload=case.payload.replace(b"Bytes", mark))


BYTE_CASES = {name: numbered(number, case) for number, (name, case) in enumerate(CASES.items())}


def uri_of(name: str) -> str:
    """Where a byte case stands."""
    return f"{BYTE_CASES[name].scheme}://{HOST}/{name}"
