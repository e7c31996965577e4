"""The linear text of a laid-out document while it is being written: words, gaps between them, and its blocks.

Rules:
- White space is one space; a line break is a line end, a block begins after a blank line.
- A line end in the source between two Han is no gap (CSS Text 3 §4.1.3).
- Every block remembers how its characters look, so that headings can be told afterwards.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from crawler.seeds.html.styles import Look

INVISIBLE = "\u00ad\u034f\u200b\u200c\u200d\u2060\ufeff"  # preheaders are padded with these

_HAN = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_HAN_LINE_END = re.compile(rf"(?<={_HAN})[ \t]*[\r\n]\s*(?={_HAN})")


@dataclass(slots=True)
class Block:
    """One paragraph: text[start:end], and how many of its characters are bold or linked, by size the smallest."""

    start: int
    end: int = 0
    characters: int = 0
    bold: int = 0
    linked: int = 0
    smallest_px: float = 1000.0
    sizes: dict[float, int] = field(default_factory=dict)

    def add(self, length: int, look: Look, is_linked: bool) -> None:
        """Count characters that look so."""
        self.characters += length
        self.bold += length * look.bold
        self.linked += length * is_linked
        self.smallest_px = min(self.smallest_px, look.size_px)
        self.sizes[look.size_px] = self.sizes.get(look.size_px, 0) + length


class Flow:
    """Text in the order it is read."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.length = 0
        self._pieces: list[str] = []
        self._gap = ""

    @property
    def text(self) -> str:
        """All that was written."""
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    def break_line(self) -> None:
        """Begin a new line; a second one in a row begins a new block."""
        self._gap = "\n\n" if "\n" in self._gap else "\n"

    def break_block(self) -> None:
        """Begin a new block."""
        self._gap = "\n\n"

    def space(self) -> None:
        """Leave a space at least."""
        self._gap = self._gap or " "

    def write(self, data: str, look: Look, is_linked: bool = False) -> int | None:
        """Write words with white space collapsed; returns where they begin, None when there are none."""
        words = " ".join(_HAN_LINE_END.sub("", data).split())
        if not words.strip(INVISIBLE):
            if data:
                self.space()
            return None
        if data[0].isspace():
            self.space()
        start = self._append(words, look, is_linked)
        if data[-1].isspace():
            self.space()
        return start

    def write_as_is(self, data: str, look: Look, is_linked: bool = False) -> int | None:
        """Write preformatted text line by line."""
        starts: list[int | None] = []
        for number, line in enumerate(data.splitlines() or [data]):
            if number:
                self.break_line()
            starts.append(self.write(line, look, is_linked))
        if data.endswith("\n"):
            self.break_line()
        return next((start for start in starts if start is not None), None)

    def _append(self, words: str, look: Look, is_linked: bool) -> int:
        gap = self._gap if self.length else ""
        self._gap = ""
        start = self.length + len(gap)
        self._pieces += (gap, words)
        self.length = start + len(words)
        if gap == "\n\n" or not self.blocks:
            self.blocks.append(Block(start))
        self.blocks[-1].end = self.length
        self.blocks[-1].add(len(words), look, is_linked)
        return start


def paragraph_finder(blocks: list[Block]) -> Callable[[int], int]:
    """A function from a place in the text to the number of its block, from 1."""
    starts = [block.start for block in blocks]
    return lambda place: max(1, bisect_right(starts, place))
