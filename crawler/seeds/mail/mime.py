"""Bytes of a mail → the tree of its parts (RFC 2045, 2046), however broken.

Rules:
- Bodies are cut at their boundaries top down, in linear time; depth and number of parts are limited. The
  standard library's own parser recurses and compares every line with every boundary around it.
- Heads are read by the standard library, in its lenient policy: the other one raises on some broken fields.
- What a head says wrongly is passed over; a multipart without its boundary is plain text.
"""

from __future__ import annotations

import binascii
import email
import email.policy
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value

from crawler.seeds.text.charset import decode_text

MAX_DEPTH = 20
MAX_PARTS = 1000
MAX_HEAD_BYTES = 256 * 1024
MAX_FIELD = 4096
MESSAGES = ("message/rfc822", "message/global", "message/news")

Head = Message

_BLANK = re.compile(rb"^\r?\n", re.MULTILINE)
_DELIMITER_END = re.compile(rb"(--)?[ \t]*(?:\r?\n|$)")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_FOLD = re.compile(r"\r?\n[ \t]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its head, its body as sent, and the parts or the message inside it."""

    head: Head
    media_type: str
    body: memoryview
    parts: tuple[Part, ...] = ()

    def parameter(self, name: str) -> str:
        """A parameter of its Content-Type, "" when there is none."""
        return _parameter(self.head, name)

    @property
    def disposition(self) -> str:
        """`attachment`, `inline` or ""."""
        return field(self.head, "content-disposition").partition(";")[0].strip().lower()

    @property
    def file_name(self) -> str:
        """The name it should be saved under, "" when it has none."""
        try:
            return _decoded_words(self.head.get_filename("") or "")
        except (ValueError, LookupError, MessageError):
            return ""

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding (RFC 2045 §6); of a broken one what can be read."""
        return _decoded_body(self.head, bytes(self.body))


class Mail:
    """A parsed mail. `is_cut` where it has more or deeper parts than are read."""

    def __init__(self, content: bytes) -> None:
        self._left = MAX_PARTS
        self.is_cut = False
        self.root = self._read(memoryview(content), 0, "text/plain")

    def _read(self, content: memoryview, depth: int, default_type: str) -> Part:
        self._left -= 1
        head, body = _split_head(content)
        media_type = _media_type(head, default_type)
        parts = tuple(self._inside(head, media_type, body, depth))
        is_broken = media_type.startswith("multipart/") and not parts and not self.is_cut
        return Part(head, "text/plain" if is_broken else media_type, body, parts)

    def _inside(self, head: Head, media_type: str, body: memoryview, depth: int) -> Iterator[Part]:
        default_type = MESSAGES[0] if media_type == "multipart/digest" else "text/plain"
        for piece in _pieces(head, media_type, body):
            if depth >= MAX_DEPTH or self._left <= 0:
                self.is_cut = True
                return
            yield self._read(piece, depth + 1, default_type)


def field(head: Head, name: str) -> str:
    """A field's first value, unfolded, its encoded words read (RFC 2047), "" when it is absent."""
    value = next((value for key, value in head.raw_items() if key.lower() == name), "")
    text = decode_text(_FOLD.sub(" ", value[:MAX_FIELD]).encode("utf-8", "surrogateescape"))
    return _decoded_words(text).strip()


def _split_head(content: memoryview) -> tuple[Head, memoryview]:
    limit = min(len(content), MAX_HEAD_BYTES)
    blank = _BLANK.search(content, 0, limit)
    head = bytes(content[: blank.start() if blank else limit])
    message = email.message_from_bytes(head, policy=email.policy.compat32)
    for name in ("Content-Type", "Content-Disposition"):
        if len(str(message.get(name, ""))) > MAX_FIELD:  # its parameters are read in quadratic time
            message.replace_header(name, str(message[name])[:MAX_FIELD])
    return message, content[blank.end() if blank else limit :]


def _media_type(head: Head, default_type: str) -> str:
    declared = field(head, "content-type").partition(";")[0].strip().lower()
    return declared if declared.count("/") == 1 else default_type


def _parameter(head: Head, name: str) -> str:
    try:
        value = head.get_param(name, "")
        return collapse_rfc2231_value(value).strip() if value else ""
    except (ValueError, LookupError, MessageError):
        return ""


def _pieces(head: Head, media_type: str, body: memoryview) -> Iterator[memoryview]:
    """What stands inside a multipart or a message."""
    if media_type in MESSAGES:
        is_coded = bool(field(head, "content-transfer-encoding").lower() in _DECODERS)
        yield memoryview(_decoded_body(head, bytes(body))) if is_coded else body
    elif media_type.startswith("multipart/"):
        boundary = _parameter(head, "boundary").encode("utf-8", "surrogateescape")
        yield from _between(body, b"--" + boundary) if boundary else ()


def _between(body: memoryview, delimiter: bytes) -> Iterator[memoryview]:
    """The parts between delimiter lines (RFC 2046 §5.1.1); the last one may lack its end."""
    opened: int | None = None
    for found in re.finditer(rb"(?m)^" + re.escape(delimiter), body):
        end = _DELIMITER_END.match(body, found.end())
        if not end:
            continue
        if opened is not None:
            yield _without_line_end(body[opened : found.start()])
        if end[1]:
            return
        opened = end.end()
    if opened is not None:
        yield body[opened:]


def _without_line_end(piece: memoryview) -> memoryview:
    end = bytes(piece[-2:])
    return piece[: len(piece) - (2 if end == b"\r\n" else end.endswith(b"\n"))]


def _decoded_body(head: Head, body: bytes) -> bytes:
    decoder = _DECODERS.get(field(head, "content-transfer-encoding").lower())
    return decoder(body) if decoder else body


def _from_base64(body: bytes) -> bytes:
    """Base64 without what is none of it; a last, incomplete group is dropped."""
    pure = _NO_BASE64.sub(b"", body)
    return binascii.a2b_base64(pure[: len(pure) - (len(pure) % 4 == 1)] + b"==")


_DECODERS: dict[str, Callable[[bytes], bytes]] = {"base64": _from_base64, "quoted-printable": quopri.decodestring}


def _decoded_words(text: str) -> str:
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text[:MAX_FIELD])
    except (MessageError, ValueError):
        return text
    return "".join(decode_text(one, label or "") if isinstance(one, bytes) else one for one, label in pieces)
