"""Names in running text that are hosts though no scheme says so: what is read around a dot, and what may stand beside.

Rules:
- A label is of one script: `テストexample.com` begins at its first Latin letter.
- A name that another word, a hashtag, a path or a mail address goes on in is none; an impossible port says the same.
- A Han label is bounded by what is no letter, and as its beginning is uncertain it is flagged; a Chinese
  top-level domain is bounded too (`入.中国的` is a sentence), one in kana need not be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.seeds.boundary.hosts import Host, plain
from crawler.seeds.boundary.marks import CJK, LATIN, SPACELESS
from crawler.suffixes import is_top_level, leading_top_level
from crawler.urls.barehost import is_bare_host

_DOT = r"(?:[.．]|\[\.\])"
_TOD = r"(?:[.．]|\]\.\[)"  # the dot of a text read backwards
_WORD = rf"(?:[{LATIN}-]{{1,64}}|[^\W_{LATIN}{CJK}{SPACELESS}]{{1,64}})"
_NAME = re.compile(rf"{_WORD}(?:{_DOT}{_WORD}){{1,40}}")
_FORWARDS = re.compile(rf"(?:{_DOT}{_WORD}){{1,40}}")
_BACKWARDS = re.compile(rf"{_WORD}(?:{_TOD}{_WORD}){{0,40}}")
_BEFORE_CHARACTERS = 253  # RFC 1035 §2.3.4: of a host
_AFTER_CHARACTERS = 300  # enough of a path to tell a file's name

_HAN_LABEL = re.compile(rf"[{CJK}][{CJK}A-Za-z0-9-]{{0,11}}(?![^\W_])")
_UNDER_HAN = frozenset(("com", "net", "org", "cn"))
_HAN_TOP = re.compile(rf"{_DOT}([{CJK}]{{1,10}})")
_UNBOUNDED_TOP = re.compile(r"[\u3040-\u30ff]+")
_BOUND = re.compile(rf"[{CJK}A-Za-z0-9]")
_RUN_ON = re.compile(r"[.．][A-Z][a-z]+\Z")
_NOT_BEFORE = frozenset("@#$/\\._%&~+-＃＠")
_NOT_AFTER = frozenset("@_＠")
_BAD_PORT = re.compile(r":(?:\d{6}|6553[6-9]|655[4-9]\d|65[6-9]\d\d|6[6-9]\d{3}|[7-9]\d{4})")


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name in a text; without a host it is none, and nothing in it is to be looked at again."""

    start: int
    end: int
    host: Host | None


def read_name(text: str, dot: int, place: int) -> Name | None:
    """The name around a dot, not before `place`."""
    right = _FORWARDS.match(text, dot)
    if right and _is_one_plain_word(right[0]) and not is_top_level(right[0][1:]):
        return Name(dot, right.end(), None)  # `report.pdf`, `e.g`, `3.14`: what most dots between letters are
    before = text[max(place, dot - _BEFORE_CHARACTERS) : dot][::-1]
    left = _BACKWARDS.match(before)
    if left and right:
        return _judged(text, dot - left.end(), right.end())
    if left:
        return _under_han(text, dot - left.end(), dot)
    return _of_han(text, dot, before, right.end()) if right else None


def _is_one_plain_word(labels: str) -> bool:
    return labels[1:].isalnum() and labels.isascii()


def read_name_at(text: str, start: int) -> Name | None:
    """The name after the two slashes of a reference without a scheme (RFC 3986 §4.2)."""
    name = _NAME.match(text, start)
    if not name or (start > 2 and (text[start - 3].isalnum() or text[start - 3] in "_.:/\\")):
        return None
    host = _host(text, start, name.end())
    return Name(start - 2, name.end(), host)


def _judged(text: str, start: int, end: int) -> Name:
    is_part = text[start - 1 : start] in _NOT_BEFORE if start else False
    is_mixed = start > 0 and not text[start].isascii() and text[start - 1].isalnum() and text[start - 1].isascii()
    return Name(start, end, None if is_part or is_mixed else _host(text, start, end))


def _host(text: str, start: int, end: int) -> Host | None:
    """The host between two places, without a word that only a missing space or a hyphen binds to it."""
    while run_on := _RUN_ON.search(text, start, end):
        end = run_on.start()
    name = plain(text[start:end])
    top = name.rpartition(".")[2]
    head, hyphen, _ = top.partition("-")
    if hyphen and head != "xn" and is_top_level(head):
        end -= len(top) - len(head)
        name = plain(text[start:end])
    after = text[end : end + _AFTER_CHARACTERS]
    if (after and after[0] in _NOT_AFTER) or _BAD_PORT.match(after):
        return None
    return Host(name, end) if is_bare_host(name, after) else None


def _under_han(text: str, start: int, dot: int) -> Name | None:
    """A Latin name under a top-level domain in Han, kana or hangul."""
    words = _HAN_TOP.match(text, dot)
    top = leading_top_level(words[1]) if words else ""
    if not words or not top:
        return None
    end = words.start(1) + len(top)
    is_bounded = _UNBOUNDED_TOP.fullmatch(top) or not _BOUND.match(text, end)
    name = _judged(text, start, end)
    return name if is_bounded else None


def _of_han(text: str, dot: int, before: str, end: int) -> Name | None:
    """A Han label under a Latin top-level domain."""
    label = _HAN_LABEL.match(before)
    if not label:
        return None
    name = _judged(text, dot - label.end(), end)
    if not name.host or name.host.name.rpartition(".")[2] not in _UNDER_HAN:
        return None
    return Name(name.start, name.end, Host(name.host.name, name.host.end, is_certain=False))
