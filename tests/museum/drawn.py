"""Nights drawn as words: `ok*40 suspect*2 dead*` is one word for each of 120 nights.

Rules:
- `word*n` repeats a word, `(…)*n` a group; a last `*` without a number repeats to the end, cut off where it ends.
- `a|b` admits either; no word is empty, and a drawing is exactly as long as it should be.
"""

from __future__ import annotations

import re

NIGHTS = 120
_PIECE = re.compile(r"(?:\((?P<group>[^()]+)\)|(?P<word>[^\s()*]+))(?P<star>\*(?P<times>\d*))?\s*")


def draw(drawing: str, length: int = NIGHTS) -> list[str]:
    """The words of a drawing, one a night. Raises ValueError when it is misdrawn, too short or too long."""
    nights: list[str] = []
    place = 0
    while place < len(drawing):
        piece = _PIECE.match(drawing, place)
        if piece is None:
            raise ValueError(f"{drawing!r} is misdrawn at {drawing[place:]!r}")
        place = piece.end()
        nights += _repeated(piece, length - len(nights), place == len(drawing))
    if len(nights) != length:
        raise ValueError(f"{drawing!r} draws {len(nights)} nights, not {length}")
    return nights


def _repeated(piece: re.Match[str], left: int, is_last: bool) -> list[str]:
    """The words of one piece; one that fills the rest must be the last."""
    words = draw(piece["group"], _count(piece["group"])) if piece["group"] else [piece["word"]]
    if piece["star"] != "*":
        return words * int(piece["times"] or 1)
    if not is_last:
        raise ValueError(f"{piece[0]!r} fills the rest, but something follows")
    return (words * (left // len(words) + 1))[:left]


def _count(group: str) -> int:
    """How many nights a group draws."""
    return sum(int(times or 1) for _, times in re.findall(r"([^\s*]+)(?:\*(\d+))?", group))
