"""Bytes of a web page, a table or a mail part → text, whatever charset they were written in.

Rules:
- A byte order mark counts before a label, a label before the bytes' own look; a label that the bytes
  contradict is wrong: what reads as UTF-8 is UTF-8.
- Without a label: UTF-8, else a Chinese charset whose everyday characters the bytes are made of, else Western.
- Nothing is refused: what cannot be read becomes U+FFFD, and addresses are ASCII in all these charsets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from crawler.content import BOMS, charset_of
from crawler.model import Head

MOSTLY = 0.9  # of the wide characters
SAMPLE_CHARACTERS = 4096
FALLBACK = "cp1252"
UNREADABLE = "\ufffd"

_WIDE = re.compile(r"[^\x00-\x7f]+")
_WESTERN = re.compile(r"cp125\d|iso8859-\d+|latin|ascii|koi8|mac")


@dataclass(frozen=True, slots=True)
class Guess:
    """A charset that unlabelled bytes may be in: its codec, and which of its characters are of everyday use."""

    codec: str
    is_everyday: Callable[[str], bool]


def _is_gb2312(character: str) -> bool:
    """True for the characters of GB 2312; other charsets read as GB18030 scatter over rare ones."""
    return len(character.encode("gb2312", "ignore")) == 2


def _is_big5_level_1(character: str) -> bool:
    """True for Big5's punctuation and its frequent Han: lead bytes A1 to C6."""
    code = character.encode("big5", "ignore")
    return len(code) == 2 and 0xA1 <= code[0] <= 0xC6


GUESSES = (Guess("gb18030", _is_gb2312), Guess("big5hkscs", _is_big5_level_1))


def decode_html(content: bytes, label: str = "") -> str:
    """The text of a page; `label` is the charset declared outside it, which comes before the page's own word."""
    return _decode(content, _declared(label, content))


def decode_text(content: bytes, label: str = "") -> str:
    """The text of bytes that declare nothing themselves but for a byte order mark."""
    return _decode(content, _declared(label, content[:3]) or _utf16_by_look(content))


def _declared(label: str, start: bytes) -> str:
    """The codec of a label, or of what the start of a page says (WHATWG Encoding, and HTML §13.2.3.2)."""
    quoted = label.replace('"', "").replace("\n", " ")
    return charset_of(Head("", 0, "", (("content-type", f'text/html; charset="{quoted}"'),)), start)


def _decode(content: bytes, name: str) -> str:
    mark = next((mark for mark, _ in BOMS if content.startswith(mark)), b"")
    if mark:
        return content[len(mark) :].decode(name, "replace")
    return _as_labelled(content, name) or content.decode(_likeliest(content) or name or FALLBACK, "replace")


def _as_labelled(content: bytes, name: str) -> str:
    """The text by its label where the bytes agree; a Western label agrees with any bytes, so it proves nothing."""
    try:
        return "" if not name or _WESTERN.match(name) else content.decode(name)
    except UnicodeError:
        return ""


def _likeliest(content: bytes) -> str:
    if _reads_as_utf8(content):
        return "utf-8"
    return next((guess.codec for guess in GUESSES if reads_as(guess, content)), "")


def _reads_as_utf8(content: bytes) -> bool:
    """True for UTF-8, also with a few broken characters in it."""
    text = content.decode("utf-8", "replace")
    broken = text.count(UNREADABLE)
    return not broken or broken < (1 - MOSTLY) * sum(map(len, _WIDE.findall(text)))


def reads_as(guess: Guess, content: bytes) -> bool:
    """True when what is not ASCII in the bytes is mostly everyday characters of that charset."""
    wide = "".join(_WIDE.findall(content.decode(guess.codec, "replace")))[:SAMPLE_CHARACTERS]
    return bool(wide) and sum(map(guess.is_everyday, wide)) > len(wide) * MOSTLY


def _utf16_by_look(content: bytes) -> str:
    """The byte order of unmarked UTF-16, which shows where its zero bytes stand."""
    start = content[:SAMPLE_CHARACTERS]
    zeros = [start[side::2].count(0) for side in (0, 1)]
    if max(zeros) < len(start) / 8 or min(zeros) * 4 > max(zeros):
        return ""
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
