"""Content as a reader sees it: content codings undone under a cap, media type and charset as declared (RFC 9110 §8).

Rules:
- Memory follows the cap, never the bomb: every stage hands on small pieces and is capped itself.
- Broken content gives what could be decoded and says what is wrong; nothing is raised.
"""

from __future__ import annotations

import codecs
import io
import itertools
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # ships no types
from backports import zstd

from crawler.model import Head

HTML = frozenset({"text/html", "application/xhtml+xml"})
PIECE_BYTES = 64 * 1024
MAX_CODINGS = 5
# Each costs time to begin, however little it holds; 64 MiB in blocks of BGZF are a thousand.
MAX_STREAMS = 100_000
# A window above 8 MiB must not be asked of a recipient (RFC 9659 §3).
ZSTD_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}


class Undecodable(Exception):
    """Says why a stage cannot go on; never leaves this room."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Content after its codings; `complete` when nothing is missing, `problem` in words or empty."""

    content: bytes = field(repr=False)
    complete: bool
    problem: str


# ---------------------------------------------------------------- codings


def codings_of(head: Head) -> list[str]:
    """The codings around the content in the order they were applied: content codings, then those
    transfer codings that de-chunking leaves (RFC 9110 §8.4, RFC 9112 §7.2)."""
    transfer = [word for word in _words(head, "transfer-encoding") if word in CODINGS]
    return _words(head, "content-encoding") + transfer


def _words(head: Head, name: str) -> list[str]:
    words = (part.partition(";")[0].strip().lower() for value in head.values(name) for part in value.split(","))
    return [word for word in words if word]


def decode(payload: Iterable[bytes], codings: Sequence[str], cap: int) -> Decoded:
    """The content of a payload; `cap` bounds it and each stage between, in bytes.

    Words that are no content coding are passed over, as browsers do: servers write charsets there.
    """
    known = [coding.strip().lower() for coding in codings]
    known = [coding for coding in known if coding in CODINGS]
    if len(known) > MAX_CODINGS:
        return Decoded(b"", False, f"{len(known)} codings around the content are too many")
    closed = [coding for coding in known if CODINGS[coding] is None]
    if closed:
        return Decoded(b"", False, f"the content coding {closed[0]} cannot be opened")
    return _collect(_stages(payload, known, cap), cap, _passed_over(codings))


def _passed_over(codings: Sequence[str]) -> str:
    unknown = [coding for coding in codings if coding.strip().lower() not in (*CODINGS, "identity", "")]
    return f"unknown content coding {unknown[0]!r} passed over" if unknown else ""


def _stages(payload: Iterable[bytes], codings: Sequence[str], cap: int) -> Iterator[bytes]:
    pieces = iter(payload)
    for coding in reversed(codings):
        stage = CODINGS[coding]
        assert stage is not None
        pieces = _capped(stage(pieces), cap)
    return pieces


def _capped(pieces: Iterator[bytes], cap: int) -> Iterator[bytes]:
    room = cap
    for piece in pieces:
        yield piece[:room]
        if len(piece) > room:
            raise Undecodable(f"the content is longer than {cap} bytes decoded")
        room -= len(piece)


def _collect(pieces: Iterator[bytes], cap: int, problem: str) -> Decoded:
    content = io.BytesIO()
    try:
        for piece in _capped(pieces, cap):
            content.write(piece)
    except Undecodable as trouble:
        return Decoded(content.getvalue(), False, str(trouble))
    return Decoded(content.getvalue(), True, problem)


# ---------------------------------------------------------------- stages: pieces in, pieces out


class _Stream(Protocol):
    """One compressed stream being opened; give() may raise the library's own error."""

    slice_bytes: int

    def give(self, data: bytes) -> bytes:
        """Take input, or b"" for more of what is ready; about PIECE_BYTES come out at most."""

    @property
    def hungry(self) -> bool:
        """Whether more input is needed before more output can come."""

    @property
    def ended(self) -> bool:
        """Whether the stream is whole."""

    @property
    def rest(self) -> bytes:
        """Input after the end of the stream."""


Stage = Callable[[Iterator[bytes]], Iterator[bytes]]
Start = Callable[[bytes], _Stream | None]


def _open(name: str, pieces: Iterator[bytes], start: Start) -> Iterator[bytes]:
    """Open streams one after another; `start` gives the stream for some first bytes, or None for junk.

    Bytes after a whole stream that begin no other one are ignored, as browsers do.
    """
    stream: _Stream | None = None
    room = MAX_STREAMS
    for piece in pieces:
        at = 0
        while at < len(piece):
            if stream is None or stream.ended:
                stream, room = start(piece[at : at + 1]), room - 1
            if stream is None:
                return
            if room < 0:
                raise Undecodable(f"more than {MAX_STREAMS} {name} streams stand in a row")
            part = piece[at : at + stream.slice_bytes]
            yield from _drain(name, stream, part)
            at += len(part) - (len(stream.rest) if stream.ended else 0)
    if stream is not None and not stream.ended:
        raise Undecodable(f"the {name} stream is cut short")


def _drain(name: str, stream: _Stream, data: bytes) -> Iterator[bytes]:
    try:
        yield stream.give(data)
        while not stream.ended and not stream.hungry:
            yield stream.give(b"")
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise Undecodable(f"the {name} stream is broken ({error})") from None


class _Zlib:
    """gzip, zlib or raw deflate by window size; a broken slice is read again byte by byte to its last good one."""

    slice_bytes = 16 * 1024

    def __init__(self, window: int) -> None:
        self._inflate = zlib.decompressobj(window)
        self._full = False
        self._error: zlib.error | None = None

    def give(self, data: bytes) -> bytes:
        if self._error:
            raise self._error
        data = self._inflate.unconsumed_tail + data
        before = self._inflate.copy()
        try:
            out = self._inflate.decompress(data, PIECE_BYTES)
        except zlib.error as error:
            self._error = error
            return b"".join(_until_broken(before, data))
        self._full = len(out) >= PIECE_BYTES
        return out

    @property
    def hungry(self) -> bool:
        return not (self._error or self._full or self._inflate.unconsumed_tail)

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    @property
    def rest(self) -> bytes:
        return self._inflate.unused_data


def _until_broken(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    try:
        for at in range(len(data)):
            yield inflate.decompress(data[at : at + 1])
    except zlib.error:
        return


class _Brotli:
    slice_bytes = 512  # what was ready is lost with the slice that turns out to be broken
    rest = b""

    def __init__(self) -> None:
        self._inflate = brotli.Decompressor()
        self._full = False

    def give(self, data: bytes) -> bytes:
        out = bytes(self._inflate.process(data, output_buffer_limit=PIECE_BYTES))
        self._full = len(out) >= PIECE_BYTES  # more may be ready, though the library accepts more input
        return out

    @property
    def hungry(self) -> bool:
        return not self._full and bool(self._inflate.can_accept_more_data())

    @property
    def ended(self) -> bool:
        return bool(self._inflate.is_finished())


class _Zstd:
    slice_bytes = 512

    def __init__(self) -> None:
        self._inflate = zstd.ZstdDecompressor(options=ZSTD_OPTIONS)

    def give(self, data: bytes) -> bytes:
        return self._inflate.decompress(data, PIECE_BYTES)

    @property
    def hungry(self) -> bool:
        return self._inflate.needs_input

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    @property
    def rest(self) -> bytes:
        return self._inflate.unused_data


def _many(begins: Callable[[int], bool], make: Callable[[], _Stream]) -> Start:
    """Streams in a row: whatever comes first is one, later ones are known by their first byte."""
    first = itertools.chain([True], itertools.repeat(False))
    return lambda data: make() if next(first) or begins(data[0]) else None


def _gzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Members in a row are one content (RFC 1952 §2.2)."""
    return _open("gzip", pieces, _many(lambda byte: byte == 0x1F, lambda: _Zlib(31)))


def _zstd(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Frames in a row, skippable ones too, are one content (RFC 8878 §3.1)."""
    return _open("zstd", pieces, _many(lambda byte: byte == 0x28 or 0x50 <= byte <= 0x5F, _Zstd))


def _brotli(pieces: Iterator[bytes]) -> Iterator[bytes]:
    return _open("br", pieces, _many(lambda byte: False, _Brotli))


def _deflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The zlib format, or raw deflate, which some servers send instead (RFC 9110 §8.4.1.2)."""
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= 2:
            break
    has_zlib_header = len(first) >= 2 and first[0] & 0x0F == 8 and (first[0] << 8 | first[1]) % 31 == 0
    window = 15 if has_zlib_header else -15
    yield from _open("deflate", itertools.chain([first], pieces), _many(lambda byte: False, lambda: _Zlib(window)))


# IANA HTTP Content Coding Registry; None: registered, but nothing here opens it.
CODINGS: dict[str, Stage | None] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "compress": None,
    "x-compress": None,
    "exi": None,
    "pack200-gzip": None,
    "aes128gcm": None,
    "dcb": None,
    "dcz": None,
}


# ---------------------------------------------------------------- media type and charset

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
MEDIA_TYPE = re.compile(rf"\s*({TOKEN}/{TOKEN})\s*(?:;(.*))?", re.DOTALL)
CHARSET_PARAMETER = re.compile(r"(?:^|;)\s*charset\s*=\s*[\"']?\s*([^\s;\"']+)", re.IGNORECASE)
# Browsers look at the first 1024 bytes (WHATWG HTML, "prescan a byte stream"); real pages put scripts before it.
PRESCAN_BYTES = 4096
COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
META = re.compile(rb"<meta[\s/][^>]*?charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.IGNORECASE)
XML_DECLARATION = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE)

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))

# Labels that mean another, larger charset on the web (WHATWG Encoding §4.2), as Python names them.
LABELS = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "csgb2312": "gb18030",
    "x-gbk": "gb18030",
    "gbk": "gb18030",
    "big5-hkscs": "big5hkscs",
    "big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "windows-1252": "cp1252",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-9": "cp1254",
    "x-user-defined": "cp1252",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
    "utf8": "utf-8",
}

# Python names these too; no page may be written in them (WHATWG Encoding knows none).
NO_CHARSETS = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})


def media_type(head: Head) -> str:
    """The declared media type in lower case, "" when there is none; of several the last valid one counts
    (WHATWG Fetch, "extract a MIME type")."""
    return _content_type(head)[0]


def charset_of(head: Head, body_start: bytes) -> str:
    """The declared charset of text, named as Python's codecs name it, "" when none that is known is declared.

    A byte order mark comes before the field, the field before the page's own word (WHATWG HTML §13.2.3.2).
    `body_start` is the start of the content, decoded.
    """
    for mark, name in BOMS:
        if body_start.startswith(mark):
            return name
    return _codec(_content_type(head)[1]) or _prescan(body_start[:PRESCAN_BYTES])


def _content_type(head: Head) -> tuple[str, str]:
    """The last valid media type and its charset parameter."""
    for value in reversed([part for text in head.values("content-type") for part in text.split(",")]):
        found = MEDIA_TYPE.fullmatch(value)
        if found and found[1] != "*/*":
            charset = CHARSET_PARAMETER.search(found[2] or "")
            return found[1].lower(), charset[1] if charset else ""
    return "", ""


def _prescan(start: bytes) -> str:
    start = COMMENT.sub(b"", start)
    found = XML_DECLARATION.match(start) or META.search(start)
    name = _codec(found[1].decode("latin-1")) if found else ""
    # A declaration readable as ASCII cannot be UTF-16 (same algorithm, last steps).
    return "utf-8" if name.startswith("utf-16") else name


def _codec(label: str) -> str:
    word = label.strip().lower()
    try:
        name = codecs.lookup(LABELS.get(word, word)).name
        b"a".decode(name, "replace")  # Python's codecs from bytes to bytes refuse
    except (LookupError, ValueError):
        return ""
    return "" if name in NO_CHARSETS else name
