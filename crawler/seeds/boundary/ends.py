"""Where a URL ends after its host: what stops it, what else it may read as, what is the sentence's.

Rules:
- Letters of a script without spaces end the likeliest reading, but for a file's name (`/报告.pdf`); the longer
  reading is kept where it is short enough to be an address.
- A closing bracket that nothing in the URL opened is the sentence's, with all that follows it.
- Another address ends it: after a comma, or glued to it. One inside it (`…/web/2020/https://…`, `?u=http://…`)
  does not.
"""

from __future__ import annotations

import re

from crawler.seeds.boundary.marks import CJK, EMOJI, EMPHASIS, OPENING, PAIRS, SPACELESS, STOP, TRAILING
from crawler.seeds.boundary.marks import TYPED_WIDE as WIDE

MAX_CHARACTERS = 16384  # of one URL; beyond that a hostile document only costs time
MAX_LONGER_CHARACTERS = 200  # of words that may still be the end of an address: file systems take 255 bytes

_ADDRESS = r"(?:https?:|www\.|[\w.+-]{1,64}@[\w-]+\.[a-z])"
_STOPS = "|".join(
    (
        rf"[{STOP}|]",
        rf"[,;，](?={_ADDRESS})",
        r"(?<![/=?&#:@%+])(?<!%[23][ADFadf])https?://",
        r"&(?:gt|lt|quot|apos|nbsp|#0*(?:34|39|60|62)|#x0*(?:22|27|3c|3e));",  # what is left of HTML
        r"[،؛؟۔।॥](?=[^\W\d_])",  # of a sentence that goes on without a space; a title has `_` there
        r"\\(?![/_%#&~$\\])",  # what is left of JSON or LaTeX; its escapes of an address's characters go on
    )
)
_STOP = re.compile(_STOPS)
_STOP_OR_WORDS = re.compile(rf"(?P<words>[{CJK}{EMOJI}]|(?<=[A-Za-z0-9])[{SPACELESS}])|{_STOPS}")
_FILE_NAME = re.compile(r"[^?#]*?\.(?:pdf|docx?|xlsx?|pptx?|zip|jpe?g|png)(?![A-Za-z0-9.])", re.IGNORECASE)
_BRACKET = re.compile(r"[()\[\]{}]")
_FOOTNOTE = re.compile(r"\[\d{1,3}\]")
_ENTITY = re.compile(r"&[A-Za-z]{2,8}\Z")  # of HTML, its semicolon trimmed
_LONGEST_ENTITY = 9
_IN_QUERY = re.compile(r"\|[\w%|]", re.ASCII)
_QUERY_WINDOW = 300


def read_ends(text: str, start: int, path: int) -> list[int]:
    """Where a URL whose path begins at `path` may end, the likeliest first; not yet trimmed."""
    limit = min(len(text), path + MAX_CHARACTERS)
    end, is_words = _first(_STOP_OR_WORDS, text, start, path, limit)
    if not is_words:
        return [end]
    limit = min(limit, end + MAX_LONGER_CHARACTERS)
    longer, _ = _first(_STOP, text, start, end, limit)
    name = _FILE_NAME.match(text, path, longer)
    ends = [*([name.end()] if name and name.end() > end else []), end]
    return [*ends, longer] if longer < limit or longer == len(text) else ends


def _first(stops: re.Pattern[str], text: str, start: int, place: int, limit: int) -> tuple[int, bool]:
    """The first stop that is none of the URL's own characters, and whether words of the sentence may begin there."""
    path = place
    while stop := stops.search(text, place, limit):
        if not _is_own(text, start, path, stop):
            return stop.start(), stops is _STOP_OR_WORDS and stop["words"] is not None
        place = stop.end()
    return limit, False


def _is_own(text: str, start: int, path: int, stop: re.Match[str]) -> bool:
    """A stop that this URL holds all the same: it was typed with such characters."""
    mark = stop[0]
    if mark == "|":
        return _is_query_bar(text, start, path, stop.start())
    if mark == "\\":
        return text[start:path].count("\\") > text[start:path].count("\\/")
    return bool(WIDE.match(mark)) and bool(WIDE.search(text, start, path))


def _is_query_bar(text: str, start: int, path: int, bar: int) -> bool:
    """`?list=a|b`, but not the bar of a table or a wiki link."""
    if not _IN_QUERY.match(text, bar) or text.find("?", path, bar) < 0:
        return False
    line = text[max(0, start - _QUERY_WINDOW) : start].rpartition("\n")[2]
    return "|" not in line and not line.endswith("[")


def cut(text: str, start: int, end: int) -> int:
    """The end of a URL in running text: before what closes a bracket around it, and trimmed."""
    end = trimmed(text, start, _first_unopened(text, start, end))
    while text.startswith(";", end) and (entity := _ENTITY.search(text, max(start, end - _LONGEST_ENTITY), end)):
        end = trimmed(text, start, entity.start())
    note = _FOOTNOTE.search(text, max(start, end - 5), end)
    if note and note.end() == end and text.find("?", start, end) < 0:
        end = trimmed(text, start, note.start())
    return end


def _first_unopened(text: str, start: int, end: int) -> int:
    depth = dict.fromkeys(OPENING, 0)
    for bracket in _BRACKET.finditer(text, start, end):
        opening = PAIRS.get(bracket[0])
        if opening is None:
            depth[bracket[0]] += 1
        elif depth[opening] == 0:
            return bracket.start()
        else:
            depth[opening] -= 1
    return end


def trimmed(text: str, start: int, end: int) -> int:
    """The end without punctuation and brackets that belong to the sentence."""
    unopened = {closing: text.count(closing, start, end) - text.count(PAIRS[closing], start, end) for closing in PAIRS}
    quotes = text.count("'", start, end) if text[start - 1 : start] != "'" else 1
    emphasis = {mark for mark in EMPHASIS if text[start - 1 : start] == mark}
    while end > start:
        last = text[end - 1]
        if last in PAIRS:
            if unopened[last] <= 0:
                return end
            unopened[last] -= 1
        elif (last not in TRAILING and last not in emphasis) or (last == "'" and quotes and quotes % 2 == 0):
            return end
        elif last in OPENING:
            unopened[OPENING[last]] += 1
        quotes -= last == "'"
        end -= 1
    return end


def is_cut_short(text: str, end: int) -> bool:
    """True where a single ellipsis says that the author's programme left off there: `example.org/very-long…`"""
    return text.startswith("…", end) and not text.startswith("……", end)
