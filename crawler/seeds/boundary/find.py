"""Where a URL in running text starts and ends, in every script.

Rules:
- A URL starts at a scheme, at `www.`, at a host under a known top-level domain, or is a mail address
  (boundary_starts, boundary_hosts, boundary_bare); words may stand right before it.
- It stops at white space, CJK punctuation, full-width forms (unless it was typed with them) and quotes;
  trailing punctuation and unbalanced brackets are the sentence's (boundary_ends).
- Han, kana or hangul in a path: the short reading counts, the longer one is kept, flagged.
- It is joined with the next line only on strong signs, and the unjoined reading is kept (boundary_lines).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from crawler.model import Flag
from crawler.seeds.boundary.ends import MAX_CHARACTERS, cut, is_cut_short, read_ends, trimmed
from crawler.seeds.boundary.lines import MAX_LINES, continuation
from crawler.seeds.boundary.marks import TYPED_WIDE
from crawler.seeds.boundary.starts import Start, find_start
from crawler.urls.redact import MAIL

__all__ = ["MAX_CHARACTERS", "Span", "find_urls", "trimmed"]


@dataclass(frozen=True, slots=True)
class Span:
    """A printed URL: text[start:end], what else it may read as, and why that is uncertain."""

    start: int
    end: int
    alternatives: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()


# Hosts that hand out one form of path only; what goes on after it is the sentence's (twitter-text, conformance).
_TCO = r"(?:/[A-Za-z0-9]{1,40}(?![A-Za-z0-9])(?:\?[\w=&%.-]+(?:#[\w-]+)?)?|/)?(?![A-Za-z0-9]|/[A-Za-z0-9])"
_PATHS = {"t.co": re.compile(_TCO, re.ASCII)}

_PATH = re.compile(r"(?P<port>:\d+)?(?P<path>[/?#\\])?")
_WIDE_PATH = re.compile(r"(?P<port>[:：]\d+)?(?P<path>[/／?？#＃\\])?")
_MAILTO_BEFORE = re.compile(r"mailto[:：]\s?\Z", re.IGNORECASE)
_MAIL_FIELDS = re.compile(r"\?(?=[A-Za-z-]+=)")  # RFC 6068 §2


def find_urls(text: str) -> list[Span]:
    """Every URL and mail address in running text, in order, none overlapping."""
    found: list[Span] = []
    for span in sorted(chain(_addresses(text), _mails(text)), key=lambda span: (span.start, -span.end)):
        if not found or span.start >= found[-1].end:
            found.append(span)
    return found


def _addresses(text: str) -> Iterator[Span]:
    place = 0
    while start := find_start(text, place):
        span = _span(text, start)
        if span:
            yield span
        place = span.end if span else start.host.end


def _mails(text: str) -> Iterator[Span]:
    if "@" not in text:
        return
    for mail in MAIL.finditer(text):
        scheme = _MAILTO_BEFORE.search(text, max(0, mail.start() - 8), mail.start())
        start = scheme.start() if scheme else mail.start()
        fields = _MAIL_FIELDS.match(text, mail.end()) if scheme else None
        yield Span(start, cut(text, start, read_ends(text, start, mail.end())[0]) if fields else mail.end())


def _span(text: str, start: Start) -> Span | None:
    first = start.start
    ends = _ends(text, start)
    if not ends:
        return None
    end, *others = [cut(text, first, one) for one in ends]
    readings = tuple(text[first:other] for other in dict.fromkeys(others) if other != end)
    if readings or not start.host.is_certain or is_cut_short(text, end):
        return Span(first, end, readings, (Flag.BOUNDARY_AMBIGUOUS,))
    return _joined(text, Span(first, end), ends[0])


def _ends(text: str, start: Start) -> list[int]:
    """Where the address may end, the likeliest first; nowhere where its host hands out no such path."""
    host_end = start.host.end
    row = _PATHS.get(start.host.name.lower())
    if row:
        known = row.match(text, host_end)
        return [known.end()] if known else []
    is_wide = TYPED_WIDE.search(text, start.start, host_end)
    path = (_WIDE_PATH if is_wide else _PATH).match(text, host_end)
    assert path is not None  # each of its parts may be missing
    return read_ends(text, start.start, path.start("path")) if path["path"] else [path.end()]


def _joined(text: str, span: Span, end: int) -> Span:
    """The URL with its continuation on the next lines; `end` is where its own line stops it, not yet trimmed."""
    readings: list[str] = []
    while end - span.end <= 1 and len(readings) < MAX_LINES:
        further = continuation(text, span.start, end)
        if further is None:
            break
        readings.append(text[span.start : span.end])
        end = further
        span = Span(span.start, cut(text, span.start, end), tuple(readings), (Flag.JOINED_LINES,))
    return span
