"""A URL that is broken over lines: where two lines plainly say that they are one address.

Rules:
- The first line ends inside an address (after a hyphen, a slash, in a percent escape), or the next one begins so;
  the next is one piece without spaces that is no word and no URL of its own.
- Every shorter reading is kept.
"""

from __future__ import annotations

import re

from crawler.seeds.boundary.marks import STOP

MAX_LINES = 8  # of one URL; a longer one is no URL, and a hostile text only costs time

_LINE_END = re.compile(r"[^\S\n]{0,80}\r?\n[^\S\n]{0,80}")
_GOES_ON = re.compile(r"(?:[-/_=&%~+\u00ad]|%[0-9A-Fa-f])\Z")
_QUERY_OPENED = re.compile(r"\?\Z")
_EXTENSION_OPENED = re.compile(r"[\w-]\.\Z")
_PIECE = re.compile(r"[A-Za-z0-9%/_=&?.~+#;,:@!$'()*-]{1,2000}")
_SIGN = re.compile(r"[-/_=&%?#]|\.(?:s?html?|pdf|aspx?|php|docx?|xlsx?|jpe?g|png)\Z", re.IGNORECASE)
_BEGINS_INSIDE = re.compile(r"[/?&=%](?=[\w%])")
_EXTENSION = re.compile(
    r"(?:s?html?|pdf|aspx?|php|docx?|xlsx?|jpe?g|png|com|org|net|gov|edu|cn)(?![\w-])", re.IGNORECASE
)
_NEW_URL = re.compile(r"(?:https?|hxxps?|ftp|mailto)[:：]|www\.", re.IGNORECASE)
_STOP = re.compile(rf"[{STOP}]")


def continuation(text: str, start: int, end: int) -> int | None:
    """Where the next line's piece of the URL text[start:end] ends, or None; `end` is before a line's end."""
    line_end = _LINE_END.match(text, end)
    piece = line_end and _PIECE.match(text, line_end.end())
    if not piece or _NEW_URL.match(piece[0]) or not _fills_line(text, piece.end()):
        return None
    return piece.end() if _is_one(text[max(start, end - 8) : end], piece[0]) else None


def _fills_line(text: str, end: int) -> bool:
    rest = text[end : end + 1]
    return rest in ("", "\n", "\r") or bool(_STOP.match(rest) and not rest.isspace())


def _is_one(first: str, piece: str) -> bool:
    """Whether the end of a line and the piece that begins the next are one address."""
    if _QUERY_OPENED.search(first):
        return "=" in piece
    if _EXTENSION_OPENED.search(first):
        return bool(_EXTENSION.match(piece))
    return bool(_GOES_ON.search(first) and _SIGN.search(piece)) or bool(_BEGINS_INSIDE.match(piece))
