"""The worse byte cases: answers that are cut, flooded, illegal or no HTTP at all, every byte written down here.

Rules:
- `stored` is what a record must hold: interim heads and block together; the whole wire, or an exact prefix of it.
- A prefix is declared (`truncated`), but for bytes after the end of a whole message: they belong to no exchange.
- Each case stands on a host of its own, so that none waits for another.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain

from tests.web.byte_cases import CHUNKED, HELLO, HTML, LENGTH, OK, chunked, lines
from tests.web.wire import HOLD_S, Call

SUFFIX = "worse.example.org"
# What the crawler is told to keep of a head and of a body in these cases, in bytes.
MAX_HEAD = 256 * 1024
MAX_BODY = 512 * 1024


class Then(Enum):
    """What the server does after its bytes."""

    KEEP = "keep"
    CLOSE = "close"
    RESET = "reset"
    SILENCE = "silence"
    REPEAT = "repeat"  # the last bytes again and again
    DRIBBLE = "dribble"  # the last bytes again and again, slowly


@dataclass(frozen=True)
class WorseCase:
    """One hostile answer. `wire` is what is sent; `repeated` what follows without end.

    `stored` counts the bytes that must be kept of all that, None means all. `status` is None where no whole head
    came; `failure` and `truncated` are the ids that the exchange deserves.
    """

    wire: bytes
    payload: bytes = b""
    status: int | None = 200
    failure: str | None = None
    truncated: str | None = None
    stored: int | None = None
    then: Then = Then.KEEP
    repeated: bytes = b""

    @property
    def expected(self) -> bytes | None:
        """What is to be stored; None for a prefix of what was sent that only time decides."""
        if self.then is Then.DRIBBLE:
            return None
        if self.then is Then.REPEAT and self.stored:
            return (self.wire + self.repeated * (self.stored // len(self.repeated) + 1))[: self.stored]
        return self.wire[: self.stored]

    async def answer(self, call: Call) -> None:
        await call.send(self.wire)
        if self.then is Then.RESET:
            await call.reset()
        elif self.then is Then.CLOSE:
            call.end()
        elif self.then is Then.SILENCE:
            await call.hold()
        elif self.then in (Then.REPEAT, Then.DRIBBLE):
            await self._go_on(call)

    async def _go_on(self, call: Call) -> None:
        call.end()
        async with asyncio.timeout(HOLD_S):
            while True:
                await call.send(self.repeated)
                if self.then is Then.DRIBBLE:
                    await asyncio.sleep(0.05)


# ---------------------------------------------------------------- what the rows are made of

PAGE = lines(OK, HTML, LENGTH) + HELLO
FIRST, REST = HELLO[:10], HELLO[10:]
SHORT = b"<p>A page that comes one byte at a time.</p>\n"
HINT = lines("HTTP/1.1 103 Early Hints", "Link: " + ", ".join(f"</theme/{n:04}.css>; rel=preload" for n in range(300)))
CONTINUE = lines("HTTP/1.1 100 Continue")
RANDOM = random.Random(4).randbytes(300_000)
ALERT = b"\x15\x03\x01\x00\x02\x02\x46"  # a TLS alert: protocol_version (RFC 8446 §6)
FOLD = "X-Folded: one\r\n" + "\r\n".join(f"\t part {n}" for n in range(2000))
BANNER = b"220 mail.example.org ESMTP ready\r\n"
CHUNK = b"10000\r\n" + b"z" * 65536 + b"\r\n"


def headed(*rows: str | bytes, payload: bytes = HELLO, status: int = 200) -> WorseCase:
    """A page with this head."""
    return WorseCase(lines(*rows) + HELLO, payload, status)


def filled(length: int) -> WorseCase:
    """A page whose head is exactly that long."""
    room = length - len(lines(OK, HTML, LENGTH, "X-Filler: "))
    return headed(OK, HTML, LENGTH, "X-Filler: " + "z" * room)


def fields(count: int) -> WorseCase:
    """A page whose head has that many fields and some."""
    return headed(OK, HTML, LENGTH, *(f"X-Field-{number}: {number}" for number in range(count)))


def framed(body: bytes, *more: str, payload: bytes = HELLO) -> WorseCase:
    """A chunked body written out by hand."""
    return WorseCase(lines(OK, HTML, CHUNKED, *more) + body, payload)


def sized(*sizes: bytes, parts: Iterable[bytes] = (HELLO,), payload: bytes = HELLO) -> WorseCase:
    """Chunks whose size is written in these ways."""
    chunks = b"".join(size + b"\r\n" + part + b"\r\n" for size, part in zip(sizes, parts, strict=True))
    return framed(chunks + b"0\r\n\r\n", payload=payload)


def lengths(*values: str | bytes) -> WorseCase:
    """A page with these Content-Length fields, the connection closed after it."""
    rows = [b"Content-Length: " + (value if isinstance(value, bytes) else value.encode()) for value in values]
    return closed(headed(OK, HTML, *rows))


def followed(message: bytes, more: bytes, payload: bytes = b"", status: int = 200) -> WorseCase:
    """A whole message, and bytes behind it that no exchange asked for."""
    return WorseCase(message + more, payload, status, stored=len(message))


# What the server does then, and what the exchange deserves.


def closed(case: WorseCase) -> WorseCase:
    """The connection ends, and that is all right."""
    return replace(case, then=Then.CLOSE)


def bad(case: WorseCase) -> WorseCase:
    """This is not HTTP, all of it is kept, and nothing of it from the trouble on is payload."""
    return replace(case, failure="bad-http", then=Then.CLOSE)


def junk(wire: bytes) -> WorseCase:
    """Not a word of HTTP."""
    return bad(WorseCase(wire, status=None))


def cut(wire: bytes, payload: bytes = b"", status: int | None = None) -> WorseCase:
    """The peer ends the connection in the middle of a message."""
    return WorseCase(wire, payload, status, "truncated", "disconnect", then=Then.CLOSE)


def reset(wire: bytes, payload: bytes = b"", status: int | None = None) -> WorseCase:
    """The peer drops the connection."""
    return WorseCase(wire, payload, status, "reset", "disconnect", then=Then.RESET)


def silent(wire: bytes, payload: bytes = b"", status: int | None = None) -> WorseCase:
    """The peer says nothing more."""
    return WorseCase(wire, payload, status, "timeout", "time", then=Then.SILENCE)


def over(case: WorseCase, limit: int) -> WorseCase:
    """The head is cut at our limit."""
    return replace(case, payload=b"", status=None, failure="bad-http", truncated="length", stored=limit)


def endless(wire: bytes, repeated: bytes) -> WorseCase:
    """A head that goes on as long as anybody reads."""
    return over(WorseCase(wire, then=Then.REPEAT, repeated=repeated), MAX_HEAD)


# ---------------------------------------------------------------- the rows

ABORTED: Mapping[str, WorseCase] = {
    "reset-before-any-byte": replace(reset(b""), truncated=None),
    "reset-in-status-line": reset(b"HTTP/1.1 20"),
    "reset-in-head": reset(PAGE[:40]),
    "reset-in-body": reset(PAGE[:-40], HELLO[:-40], 200),
    "reset-in-body-of-404": replace(
        reset(lines("HTTP/1.1 404 Not Found", HTML, LENGTH) + HELLO[:-40], HELLO[:-40], 404), failure=None
    ),
    "reset-in-chunk-size": reset(lines(OK, CHUNKED) + b"a\r\n" + FIRST + b"\r\n5", FIRST, 200),
    "reset-after-the-end": replace(reset(PAGE, HELLO, 200), failure=None, truncated=None),
    "close-before-any-byte": replace(cut(b""), failure="reset", truncated=None),
    "close-in-head": cut(PAGE[:40]),
    "close-after-interim": cut(CONTINUE),
    "close-in-head-after-interim": cut(CONTINUE + PAGE[:30]),
    "close-before-the-last-chunk": cut(lines(OK, CHUNKED) + b"a\r\n" + FIRST + b"\r\n", FIRST, 200),
    "silence-before-any-byte": replace(silent(b""), truncated=None),
    "silence-in-head": silent(PAGE[:40]),
    "silence-after-interim": silent(CONTINUE),
    "silence-in-trailers": silent(lines(OK, CHUNKED) + chunked([HELLO])[:-2] + b"X-Half: ye", HELLO, 200),
    "slow-head": WorseCase(
        b"HTTP/1.1 200 OK\r\nX-Slow: ", b"", None, "timeout", "time", then=Then.DRIBBLE, repeated=b"z"
    ),
    "slow-body": WorseCase(lines(OK, HTML), truncated="time", then=Then.DRIBBLE, repeated=b"z"),
}

BARE: Mapping[str, WorseCase] = {
    "no-content-with-length": followed(lines("HTTP/1.1 204 No Content", LENGTH), HELLO, status=204),
    "no-content-chunked": followed(lines("HTTP/1.1 204 No Content", CHUNKED), chunked([HELLO]), status=204),
    "not-modified": WorseCase(lines("HTTP/1.1 304 Not Modified"), status=304),
    "not-modified-with-length": WorseCase(lines("HTTP/1.1 304 Not Modified", LENGTH, 'ETag: "v"'), status=304),
    "not-modified-with-body": followed(lines("HTTP/1.1 304 Not Modified", LENGTH), HELLO, status=304),
    "longer-than-its-length": followed(PAGE, b"<p>twenty-five bytes more", HELLO),
    "a-line-after-the-body": followed(PAGE, b"\r\n", HELLO),
    "second-answer": followed(PAGE, lines(OK, HTML, "Content-Length: 4") + b"evil", HELLO),
    "interim-after-the-end": followed(PAGE, HINT, HELLO),
    "surplus-after-chunks": followed(lines(OK, HTML, CHUNKED) + chunked([HELLO]), b"0\r\n\r\n", HELLO),
}

INTERIM: Mapping[str, WorseCase] = {
    "many-hints": WorseCase(HINT * 12 + PAGE, HELLO),
    "odd-interim-codes": WorseCase(lines("HTTP/1.1 102 Processing") + lines("HTTP/1.0 199 Odd", "A: b") + PAGE, HELLO),
    "interim-in-bare-lines": WorseCase(CONTINUE.replace(b"\r\n", b"\n") * 3 + PAGE, HELLO),
    "endless-interim": endless(b"", CONTINUE * 400),
    "switching-protocols": bad(WorseCase(lines("HTTP/1.1 101 Switching Protocols") + b"\x81\x05hello", status=101)),
}

HEADS: Mapping[str, WorseCase] = {
    "fields-500": fields(500),
    "fields-5000": fields(5000),
    "head-of-60-kb": filled(60_000),
    "head-of-the-limit": filled(MAX_HEAD),
    "head-over-the-limit": over(filled(MAX_HEAD + 1), MAX_HEAD),
    "endless-head": endless(lines(OK)[:-2], b"X: y\r\n" * 2000),
    "eight-bit-names": headed(OK, b"X-\xe9\xff\x80: \x80\xfe", "名: 值".encode(), HTML, LENGTH),
    "controls-in-fields": headed(OK, b"X-Nul: a\0b\x01\x7f", b"X-Cr: a\rb", b"\0: nul", HTML, LENGTH),
    "folded-a-lot": headed(OK, FOLD, HTML, LENGTH),
    "folded-first": headed(OK, "  folded to nothing", HTML, LENGTH),
    "bare-carriage-returns": headed(OK, "A: b\rC: d", HTML, LENGTH),
    "names-with-spaces": headed(OK, "A b : c", ": nameless", "X :", HTML, LENGTH),
    "only-a-status-line": closed(headed("HTTP/1.1 200")),
    "no-version": headed("HTTP 200 OK", HTML, LENGTH),
    "lower-case-status-line": headed("http/1.1 200 ok", HTML, LENGTH),
    "lines-before-the-head": WorseCase(b"\r\n\r\n" + PAGE, HELLO),
    "status-999": headed("HTTP/1.1 999 Denied", HTML, LENGTH, status=999),
}

LENGTHS: Mapping[str, WorseCase] = {
    "lengths-equal-list": lengths(f"{len(HELLO)}, {len(HELLO)}"),
    "lengths-with-zeros": lengths(f"000{len(HELLO)}"),
    "lengths-different": bad(replace(lengths("5", str(len(HELLO))), payload=b"")),
    "lengths-different-list": bad(replace(lengths(f"5, {len(HELLO)}"), payload=b"")),
    "lengths-many-different": bad(replace(lengths(*map(str, range(3000))), payload=b"")),
    "length-negative": lengths("-5"),
    "length-with-plus": lengths("+5"),
    "length-hexadecimal": lengths("0x10"),
    "length-empty": lengths(""),
    "length-too-large": lengths("9" * 30),
    "length-large": replace(lengths("9" * 18), failure="truncated", truncated="disconnect"),
    "length-in-other-digits": lengths("\N{ARABIC-INDIC DIGIT FIVE}"),
    "length-beside-chunked": framed(chunked([HELLO]), "Content-Length: 3"),
    "chunked-in-http-1.0": WorseCase(lines("HTTP/1.0 200 OK", HTML, CHUNKED) + chunked([HELLO]), HELLO),
    "coding-unknown": headed(OK, HTML, "Transfer-Encoding: x-odd", LENGTH),
}

CHUNKS: Mapping[str, WorseCase] = {
    "chunk-extensions": framed(chunked([FIRST, REST], extension=b' ; a="x;y\\"z" ;b ; c=\x80\xff')),
    "chunk-extension-of-10-kb": framed(chunked([HELLO], extension=b";e=" + b"x" * 10_000)),
    "chunk-sizes": sized(b"00000000000000000000000a", b"%X \t" % len(REST), parts=[FIRST, REST]),
    "chunk-size-lower": sized(b"%x" % len(HELLO)),
    "chunks-in-bare-lines": framed(chunked([FIRST, REST]).replace(b"\r\n", b"\n") + b""),
    "chunks-of-one-byte": framed(chunked([SHORT[at : at + 1] for at in range(len(SHORT))]), payload=SHORT),
    "trailers-of-60-kb": framed(chunked([HELLO], trailers=b"X-Sum: %s\r\n" % (b"9" * 60_000))),
    "trailers-3000": framed(chunked([HELLO], trailers=b"X-Sum: 12345678\r\n" * 3000)),
    "chunk-size-underscore": bad(sized(b"1_0", payload=b"")),
    "chunk-size-prefixed": bad(sized(b"0x10", payload=b"")),
    "chunk-size-negative": bad(sized(b"-1", payload=b"")),
    "chunk-size-too-large": bad(sized(b"f" * 17, payload=b"")),
    "chunk-size-endless": bad(framed(b"0" * 20_000, payload=b"")),
    "chunk-longer-than-its-size": bad(framed(b"a\r\n" + HELLO + b"\r\n0\r\n\r\n", payload=FIRST)),
    "body-over-the-limit": WorseCase(
        lines(OK, HTML, CHUNKED),
        (b"z" * 65536 * 8)[: MAX_BODY - 8 * len(b"10000\r\n") - 7 * len(b"\r\n")],
        truncated="length",
        stored=len(lines(OK, HTML, CHUNKED)) + MAX_BODY,
        then=Then.REPEAT,
        repeated=CHUNK,
    ),
}

NOT_HTTP: Mapping[str, WorseCase] = {
    "banner-and-silence": replace(silent(BANNER), failure="bad-http"),
    "banner-and-close": junk(BANNER + b"421 too long\r\n"),
    "tls-alert-in-the-clear": junk(ALERT),
    "every-byte": junk(bytes(range(256))),
    "one-byte": junk(b"\0"),
    "line-feeds": junk(b"\n" * 5000),
    "random-bytes": over(WorseCase(RANDOM), MAX_HEAD),
    "http-0.9": junk(HELLO),
    "icy": junk(lines("ICY 200 OK", "icy-name: Radio")),
    "status-without-number": junk(lines("HTTP/1.1 fine", HTML) + HELLO),
    "status-of-four-digits": junk(lines("HTTP/1.1 2000 OK", HTML) + HELLO),
    "http-and-nothing-else": cut(b"HTTP"),
}


def numbered(number: int, case: WorseCase) -> WorseCase:
    """The case with a page of its own, of the same length: equal payloads would be archived as revisits."""
    mark = b"W%04d" % number
    return replace(case, wire=case.wire.replace(b"Bytes", mark), payload=case.payload.replace(b"Bytes", mark))


WORSE_CASES: Mapping[str, WorseCase] = {
    name: numbered(number, case)
    for number, (name, case) in enumerate(
        chain.from_iterable(table.items() for table in (ABORTED, BARE, INTERIM, HEADS, LENGTHS, CHUNKS, NOT_HTTP))
    )
}


def host_of(name: str) -> str:
    """The host of a case."""
    return f"{name.replace('.', '-')}.{SUFFIX}"
