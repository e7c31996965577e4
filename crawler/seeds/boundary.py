"""Where a URL in running text starts and ends, in Chinese and in English.

Rules:
- A URL starts at a scheme, at `www.`, or is a mail address; Han may stand right before it.
- It stops at white space, CJK punctuation, full-width forms (unless the URL itself was typed with them)
  and quotes; trailing ASCII punctuation and unbalanced brackets are the sentence's.
- Han, kana or hangul after a host or in a path: the short reading counts, the longer one is kept; one that
  ends as a file's name does (`/报告.pdf`) counts before it. In a host they are believed under a known
  top-level domain and, flagged, where nothing before them could be the host (`http://例子.测试/`).
- A URL is joined with the next line only on strong signs, and the unjoined reading is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.model import Flag
from crawler.urls.redact import MAIL
from crawler.urls.repair import TLDS, ascii_forms

MAX_CHARACTERS = 16384  # of one URL; beyond that a hostile document only costs time


@dataclass(frozen=True, slots=True)
class Span:
    """A printed URL: text[start:end], what else it may read as, and why that is uncertain."""

    start: int
    end: int
    alternatives: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()


_START = re.compile(
    r"""(?<![A-Za-z0-9@])(?:
        (?:https?|hxxps?|h\*\*ps?|ftp)(?:\[:\]|[:：;])[/／\\]{1,3}(?=[^\s/／\\:：])
      | https?[:：](?=[A-Za-z0-9Ａ-Ｚａ-ｚ][\w-]*[.．])
      | https?//(?=\w)
      | (?<![A-Za-z0-9._/-])[wｗＷ]{3}\d?[.．](?=\w)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_MAILTO_BEFORE = re.compile(r"mailto[:：]\s?$", re.IGNORECASE)
_HARD_STOP = re.compile(
    r"[,;](?=https?:)|[\s<>\"`{}|^\u3000-\u3006\u3008-\u303f\uff00-\uffef\u2014\u2018-\u201f\u2026\u00ab\u00bb\u200e\u200f]"
)
_TYPED_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ．：／－＿？＝＆％＃]")
_CJK = re.compile(
    r"[\u2e80-\u2fdf\u3007\u3040-\u30ff\u3100-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_FILE_NAME = re.compile(r"[^?#]*?\.(?:pdf|docx?|xlsx?|pptx?|zip|jpe?g|png)(?![A-Za-z0-9.])", re.IGNORECASE)
_DOTTED = re.compile(r"(?:www\.)?[^\W_][\w-]*(?:\.[^\W_][\w-]*)+", re.IGNORECASE)
_HOST_END = re.compile(r"[/／?？#＃:：]")
_TRAILING = ".,;:!?'\"*"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_LINE_END = re.compile(r"[^\S\n]*\r?\n[^\S\n]*")
_GOES_ON = re.compile(r"[-/_=&%?.~+]$|%[0-9A-Fa-f]?$")
_NEXT_PIECE = re.compile(r"[A-Za-z0-9%/_=&?.~+#;,:@!$'()*-]+")
_PIECE_SIGN = re.compile(r"[-/_=&%?#]|\.(?:s?html?|pdf|aspx?|php|docx?|xlsx?|jpe?g|png)$", re.IGNORECASE)


def find_urls(text: str) -> list[Span]:
    """Every URL and mail address in running text, in order, none overlapping."""
    found: list[Span] = []
    for span in sorted(_candidates(text), key=lambda span: (span.start, -span.end)):
        if not found or span.start >= found[-1].end:
            found.append(span)
    return found


def _candidates(text: str) -> Iterator[Span]:
    place = 0
    while start := _START.search(text, place):
        span = _span(text, start.start(), start.end())
        if span:
            yield span
        place = max(span.end if span else 0, start.end())
    for mail in MAIL.finditer(text):
        scheme = _MAILTO_BEFORE.search(text[max(0, mail.start() - 8) : mail.start()])
        yield Span(mail.start() - (len(scheme[0]) if scheme else 0), mail.end())


def _span(text: str, start: int, host_start: int) -> Span | None:
    typed_wide = ascii_forms(text[start:host_start]) != text[start:host_start]
    host_start = start if text[start].lower() in "wｗ" else host_start
    hard = _hard_end(text, host_start, typed_wide)
    host_end, is_certain = _host_end(text, host_start, hard)
    if host_end == host_start:
        return None
    end, *others = [trimmed(text, start, end) for end in _ends(text, host_end, hard)]
    readings = tuple(text[start:other] for other in dict.fromkeys(others) if other != end)
    if readings or not is_certain:
        return Span(start, end, readings, (Flag.BOUNDARY_AMBIGUOUS,))
    return _joined(text, Span(start, end))


def _ends(text: str, host_end: int, hard: int) -> list[int]:
    """Where a URL may end, the likeliest first: before Han in its path, unless a file's name goes on there."""
    if not _is_path(text, host_end, hard):
        return [host_end]
    cjk = _CJK.search(text, host_end, hard)
    if not cjk:
        return [hard]
    name = _FILE_NAME.match(text, host_end, hard)
    return [*([name.end()] if name and name.end() > cjk.start() else []), cjk.start(), hard]


def _hard_end(text: str, place: int, typed_wide: bool) -> int:
    limit = min(len(text), place + MAX_CHARACTERS)
    while stop := _HARD_STOP.search(text, place, limit):
        if not (typed_wide and _TYPED_WIDE.match(stop[0])):
            return stop.start()
        place = stop.end()
    return limit


def _host_end(text: str, host_start: int, hard: int) -> tuple[int, bool]:
    """Where the host ends, and whether that is certain: Han in it is, under a known top-level domain."""
    found = _HOST_END.search(text, host_start, hard)
    end = found.start() if found else hard
    cjk = _CJK.search(text, host_start, end)
    host = text[host_start:end].rstrip(_TRAILING)
    if not cjk or host.rpartition(".")[2].lower() in TLDS:
        return end, True
    if _DOTTED.fullmatch(host) and not _could_be_host(text[host_start : cjk.start()]):
        return end, False
    return cjk.start(), True


def _could_be_host(text: str) -> bool:
    """True for what stands before Han: `www.unep.org`, but not ``, `www.` or `news.`"""
    name = text.rstrip(".")
    return "." in name and (name == text or name.rpartition(".")[2].lower() in TLDS)


def _is_path(text: str, host_end: int, hard: int) -> bool:
    return host_end < hard and bool(_HOST_END.match(text[host_end]))


def trimmed(text: str, start: int, end: int) -> int:
    """The end without punctuation and brackets that belong to the sentence."""
    while end > start and _belongs_to_sentence(text, start, end):
        end -= 1
    return end


def _belongs_to_sentence(text: str, start: int, end: int) -> bool:
    last = text[end - 1]
    if last in _PAIRS:
        return text.count(last, start, end) > text.count(_PAIRS[last], start, end)
    return last in _TRAILING or last in _PAIRS.values()


def _joined(text: str, span: Span) -> Span:
    """The URL with its continuation on the next line, where both lines plainly say there is one."""
    line_end = _LINE_END.match(text, span.end)
    if not line_end or not _GOES_ON.search(text[span.start : span.end]):
        return span
    piece = _NEXT_PIECE.match(text, line_end.end())
    if not piece or not _is_continuation(text, piece):
        return span
    readings = (*span.alternatives, text[span.start : span.end])
    end = trimmed(text, span.start, piece.end())
    return _joined(text, Span(span.start, end, readings, (Flag.JOINED_LINES,)))


def _is_continuation(text: str, piece: re.Match[str]) -> bool:
    """A piece that is no word and no URL of its own, and fills its line or ends at a CJK stop."""
    rest = text[piece.end() : piece.end() + 1]
    ends = rest in ("", "\n", "\r") or bool(_HARD_STOP.match(rest) and not rest.isspace())
    return ends and bool(_PIECE_SIGN.search(piece[0])) and not _START.match(text, piece.start())
