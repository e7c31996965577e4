"""The uris of a style sheet, a style element or a style attribute (CSS Syntax 3, CSS Values 4, CSS Cascade 5).

Rules:
- `@import` by string or url(), url() anywhere else, strings in image-set(); fonts are known by their @font-face.
- Not read: comments, other strings, `@namespace`, data: and fragments.
- One pass, linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from crawler.pages.links import Found, Kind, Links
from crawler.pages.reference import Base

READ_CHARACTERS = 8 * 1024 * 1024

_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}\s?|[\s\S])"
_STRING = rf"""(?:"(?:[^"\\\n]|{_ESCAPE})*+"?|'(?:[^'\\\n]|{_ESCAPE})*+'?)"""
_COMMENT = r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?"
_SPACE = rf"(?:\s|{_COMMENT})*+"


def _letters(word: str) -> str:
    """A word whose letters may be escaped, as `u\\72l` (CSS Syntax 3 §4.3.7)."""
    each = ((f"{ord(c.lower()):x}", f"{ord(c.upper()):x}", c) for c in word)
    return "".join(rf"(?:{c}|\\0{{0,4}}(?:{low}|{high})\s?)" for low, high, c in each)


_BARE = rf"((?:[^\"'()\\\s]|{_ESCAPE})*+)"
_BAD_URL = rf"(?:[^)\\]|{_ESCAPE})*+\)?"
_URL = rf"{_letters('url')}\(\s*+(?:({_STRING})|{_BARE}\s*+(?:\)|$)|{_BAD_URL})"
_TOKEN = re.compile(
    rf"{_COMMENT}|{_STRING}|{_URL}|@(import|namespace|font-face)\b|((?:-webkit-)?image-set\()", re.IGNORECASE
)
_IMPORTED = re.compile(rf"{_SPACE}(?:{_URL}|({_STRING}))", re.IGNORECASE)
_STATEMENT = re.compile(rf"(?:[^;{{}}\"'/]|{_STRING}|{_COMMENT}|/)*+", re.IGNORECASE)
_IN_SET = re.compile(rf"{_COMMENT}|{_URL}|({_STRING})|([()])|[;{{}}]", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(\r\n|[\s\S]))")
_CHARSET = re.compile(rb'@charset "([\x20-\x7e]{1,40}?)";')
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))

Add = Callable[[str, Kind], None]


def read_style_links(body: bytes, uri: str, charset: str | None) -> Links:
    """The requisites of a style sheet. `charset` is the one declared outside of it, as Python names it."""
    found = Found(Base(uri))
    read_style(_text(body, charset), lambda reference, kind: found.add(reference, kind, f"css/{kind}"))
    return found.links()


def read_style(text: str, add: Add) -> None:
    """Hand on every reference of CSS text."""
    at = font_ends = 0
    text = text[:READ_CHARACTERS]
    while token := _TOKEN.search(text, at):
        string, bare, rule, image_set = token.groups()
        at = token.end()
        if string or bare:
            add(_value(string, bare), Kind.FONT if at <= font_ends else Kind.IMAGE)
        elif image_set:
            at = _read_set(text, at, add)
        elif rule and rule.lower() == "import":
            at = _read_import(text, at, add)
        elif rule and rule.lower() == "namespace":
            at = _match_end(_STATEMENT, text, at)
        elif rule and font_ends < at:
            font_ends = _or_end(text, text.find("}", at))


def _read_import(text: str, at: int, add: Add) -> int:
    found = _IMPORTED.match(text, at)
    if found is None:
        return at
    string, bare, name = found.groups()
    if string or bare or name:
        add(_value(string or name, bare), Kind.STYLE)
    return found.end()


def _read_set(text: str, at: int, add: Add) -> int:
    """The strings of an image-set(); those of its type() functions are none of them."""
    depth = 1
    while depth and (token := _IN_SET.search(text, at)):
        string, bare, name, bracket = token.groups()
        at = token.end()
        if string or bare or (name and depth == 1):
            add(_value(string or name, bare), Kind.IMAGE)
        elif bracket:
            depth += 1 if bracket == "(" else -1
        elif token[0] in (";", "{", "}"):
            return at
    return at if not depth else len(text)


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _or_end(text: str, place: int) -> int:
    return place if place >= 0 else len(text)


def _value(string: str | None, bare: str | None) -> str:
    """What a string or a bare url() says, its escapes undone (§4.3.7)."""
    text = bare or ""
    if string:
        text = string[1:-1] if string[-1] == string[0] and len(string) > 1 else string[1:]
    return _ESCAPED.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    if not found[1]:
        return "" if found[2] in ("\n", "\r\n", "\r", "\f") else found[2]
    code = int(found[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _text(body: bytes, charset: str | None) -> str:
    """The text of a style sheet: by its byte order mark, what was declared outside, or @charset (§3.2)."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    own = _CHARSET.match(body)
    try:
        return body.decode(charset or (own[1].decode("ascii") if own else "utf-8"), "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")
