"""Plain text of mails with soft line breaks (RFC 3676) → paragraphs on one line each.

Rules:
- A line that ends in a space goes on; with DelSp=yes that space is no part of the text.
- Quotation marks at the start of a line are its depth, and only lines of one depth are one paragraph.
- Where an address meets a soft break without DelSp, the line end stays: the rules of text documents tell
  whether it goes on (boundary.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

SIGNATURE = "-- "

_ADDRESS_AT_END = re.compile(r"(?:https?:|www\.)[!-~]{0,2000}$", re.IGNORECASE)
_ADDRESS_CHARACTERS = 2010
_QUOTED = re.compile(r"(>*) ?(.*)", re.DOTALL)


def unflow(text: str, is_space_deleted: bool) -> str:
    """The text with its soft line breaks undone."""
    lines = [_read_line(line) for line in text.splitlines()]
    return "\n".join(
        paragraph
        for depth, run in groupby(lines, key=lambda line: line[0])
        for paragraph in _paragraphs([words for _, words in run], is_space_deleted, "> " if depth else "")
    )


def _read_line(line: str) -> tuple[int, str]:
    """A line's depth of quotation, and its text without quotation marks and stuffed space."""
    found = _QUOTED.match(line)
    assert found is not None  # every part of the pattern may be empty
    return len(found[1]), found[2]


def _paragraphs(lines: list[str], is_space_deleted: bool, mark: str) -> Iterator[str]:
    pieces: list[str] = []
    for line in lines:
        is_soft = line.endswith(" ") and line != SIGNATURE
        pieces.append(_piece(line, is_space_deleted) if is_soft else line)
        if not is_soft:
            yield mark + "".join(pieces)
            pieces = []
    if pieces:
        yield mark + "".join(pieces)


def _piece(line: str, is_space_deleted: bool) -> str:
    if is_space_deleted:
        return line[:-1]
    return line[:-1] + "\n" if _ADDRESS_AT_END.search(line[-_ADDRESS_CHARACTERS:-1]) else line
