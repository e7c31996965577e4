"""Where the host of a URL ends, in every script, and whether it can be one.

Rules:
- Words that follow a host without a space are no part of it: `unep.org网站`, `example.com-based`, `unep.org.Then`.
- Han, kana or hangul in a host are believed under a known top-level domain and, as uncertain, where nothing
  before them could be the host (`http://例子.测试/`).
- What no registry can hand out is no host (RFC 1123 §2.1, RFC 5891 §4.2.3): a label that begins or ends in a
  hyphen or is longer than 63 characters, an underscore in the domain itself, a top-level domain of one letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.seeds.boundary.marks import CJK, EMOJI, INVISIBLE, LATIN, SPACELESS, STOP
from crawler.suffixes import is_top_level, leading_top_level
from crawler.urls.barehost import MAX_LABEL_CHARACTERS
from crawler.urls.repair import ascii_forms

MAX_HOST_CHARACTERS = 1024  # a name in its own script is shorter than its 253 octets; the rest is room for `[.]`

_DEFANGED = r"\[\.\]|\(\.\)|\{\.\}|\[dot\]"
_PUNCTUATION = r"!#$&'()*+,/:;=?@\\\[\]{|}~"
_HOST = re.compile(rf"(?:[^{STOP}{_PUNCTUATION}]|{_DEFANGED}){{1,{MAX_HOST_CHARACTERS}}}", re.IGNORECASE)
_WIDE_HOST = re.compile(rf"(?:[^{STOP}{_PUNCTUATION}]|[０-９Ａ-Ｚａ-ｚ．－＿]){{1,{MAX_HOST_CHARACTERS}}}")
_ADDRESS = re.compile(r"\[[0-9A-Fa-f:.]{2,45}(?:%25[\w.~-]{1,30})?\]")  # RFC 3986 §3.2.2, RFC 6874
_USER = re.compile(r"[\w.~%!$&'*+=-]{1,64}(?::[^\s/?#@]{0,64})?@", re.ASCII)
_DEFANGED_DOT = re.compile(_DEFANGED, re.IGNORECASE)
_WORDS = re.compile(rf"[{CJK}{EMOJI}{SPACELESS}]|(?<=[A-Za-z0-9])[\u0370-\u0dff]")
_LATIN_HEAD = re.compile(rf"[{LATIN}-]*")
_DOTTED = re.compile(r"[^\W_][\w-]*(?:\.[^\W_][\w-]*)+")
_RUN_ON = re.compile(r"\.[A-Z][a-z]+$")
_GLUED = re.compile(r"(?<=[^\W_])https?://\Z", re.IGNORECASE)  # a.orghttps://b.org
_ENDING = ".-_%" + INVISIBLE


@dataclass(frozen=True, slots=True)
class Host:
    """A printed host: its name with ASCII dots, where it ends in the text, and whether that is certain."""

    name: str
    end: int
    is_certain: bool = True


def read_host(text: str, start: int, is_wide: bool) -> Host | None:
    """The host that begins at `start`, credentials before it skipped, or None where none can."""
    user = _USER.match(text, start)
    start = user.end() if user else start
    address = _ADDRESS.match(text, start)
    if address:
        return Host(address[0], address.end())
    found = (_WIDE_HOST if is_wide else _HOST).match(text, start)
    if not found:
        return None
    glued = _GLUED.search(text, start, min(len(text), found.end() + len("://")))
    end, is_certain = _end_of_words(text, start, glued.start() if glued else found.end())
    end = _end_of_name(text, start, end)
    name = plain(text[start:end])
    return Host(name, end, is_certain) if is_possible(name) else None


def plain(printed: str) -> str:
    """A host with its dots and letters as ASCII where they were typed otherwise."""
    return ascii_forms(_DEFANGED_DOT.sub(".", printed))


def is_possible(name: str) -> bool:
    """Whether a name can be a host at all."""
    labels = name.removesuffix(".").split(".")
    if not all(map(_is_possible_label, labels)):
        return False
    top = labels[-1]
    return len(labels) == 1 or (not (len(top) == 1 and top.isalpha()) and "_" not in labels[-2] + top)


def _is_possible_label(label: str) -> bool:
    if not label or len(label) > MAX_LABEL_CHARACTERS or label[0] in "-_" or label[-1] in "-_":
        return False
    return label.isascii() or not label.lower().startswith("xn--")


def _end_of_name(text: str, start: int, end: int) -> int:
    """Before a word that only a missing space or a hyphen binds to the host, and before a sentence's full stop."""
    if not text.startswith(("/", "\\/"), end):
        end = start + len(text[start:end].rstrip(_ENDING))
    while (run_on := _RUN_ON.search(text, start, end)) and "." in text[start : run_on.start()]:
        if is_top_level(text[run_on.start() + 1 : end]) or not _is_dotted(text[start : run_on.start()]):
            break
        end = run_on.start()
    dot = text.rfind(".", start, end)
    head, hyphen, _ = text[dot + 1 : end].partition("-")
    is_name = dot > start and hyphen and head.lower() != "xn" and is_top_level(head)
    return dot + 1 + len(head) if is_name else end


def _is_dotted(name: str) -> bool:
    return is_top_level(name.rpartition(".")[2])


def _end_of_words(text: str, start: int, end: int) -> tuple[int, bool]:
    """Where a host ends that words of the sentence may follow without a space, and whether that is certain."""
    words = _WORDS.search(text, start, end)
    if not words:
        return end, True
    host = text[start:end].rstrip(_ENDING)
    label_start = 0
    for label in host.split("."):
        glued = _known_head(label) if label_start else ""
        if glued and (glued != label or label_start + len(label) == len(host)):
            return start + label_start + len(glued), True
        label_start += len(label) + 1
    if _DOTTED.fullmatch(host) and not _could_be_host(text[start : words.start()]):
        return start + len(host), False
    return words.start(), True


def _known_head(label: str) -> str:
    """The top-level domain that a label is, or begins with before words: `中国` of `中国的网站`, `com` of `com网站`."""
    if is_top_level(label):
        return label
    latin = _LATIN_HEAD.match(label)
    head = latin[0] if latin else ""
    return head if head and head != label and is_top_level(head) else leading_top_level(label)


def _could_be_host(text: str) -> bool:
    """True for what stands before Han: `www.unep.org`, but not ``, `www.` or `news.`"""
    name = text.rstrip(".")
    return "." in name and (name == text or is_top_level(name.rpartition(".")[2]))
