"""The words around a citation on its page: the sentence, and the paragraph.

Rules:
- Running heads, feet and page numbers are left out, but for a citation that stands in one: its words are that line.
- The lines of a paragraph are one: no line ends, no broken words; an address that goes on over lines is whole, so
  that what is personal in it can be recognised.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from crawler.seeds.pdf.found import Found
from crawler.seeds.pdf.lines import BLOCK_END, CELL_END, LINE_END, Line, Lines, join, mend
from crawler.seeds.sentences import sentence_around

PARAGRAPH_LINES = 12


@dataclass(slots=True)
class Flow:
    """Lines of a page as running text, and where each begins in it."""

    text: str = ""
    starts: dict[int, int] = field(default_factory=dict)

    def add(self, number: int, line: Line, is_glued: bool) -> None:
        """Put a line after what is there already."""
        parted = {BLOCK_END: "\n\n", CELL_END: "\t"}.get(line.before, "") if self.text else ""
        self.text = self.text + parted + line.text if parted else join(self.text, line.text, is_glued)
        self.starts[number] = len(self.text) - len(line.text)


class Context:
    """What stands around the citations of one page."""

    def __init__(self, lines: Lines, furniture: Collection[int], glued: Collection[int]) -> None:
        self._lines = lines
        self._furniture = furniture
        self._flow = Flow()
        for number, line in enumerate(lines.lines):
            if number not in furniture:
                self._flow.add(number, line, number - 1 in glued)

    def sentence(self, found: Found) -> str:
        """The sentence that a citation stands in; nothing around a picture."""
        if found.line < 0 or found.start == found.end:
            return ""
        if found.line in self._furniture:
            return sentence_around(self._lines.lines[found.line].text, *self._on_line(found))
        start, end = self._place(found.line, found.start), self._place(found.last_line, _end(found))
        return sentence_around(self._flow.text, start, max(start, end))

    def paragraph(self, found: Found) -> str:
        """The lines of the paragraph that a citation stands in."""
        lines = self._lines.lines
        if not 0 <= found.line < len(lines) or found.start == found.end:
            return ""
        first = last = found.line
        while first and lines[first].before == LINE_END and found.line - first < PARAGRAPH_LINES:
            first -= 1
        while last + 1 < len(lines) and lines[last + 1].before == LINE_END and last - found.line < PARAGRAPH_LINES:
            last += 1
        return mend(lines[number].text for number in range(first, last + 1) if number not in self._furniture)

    def _on_line(self, found: Found) -> tuple[int, int]:
        line = self._lines.lines[found.line]
        return found.start - line.start, min(found.end, line.end) - line.start

    def _place(self, number: int, place: int) -> int:
        """A place of the page's text in the flow."""
        start = self._flow.starts.get(number, 0)
        return max(start, start + place - self._lines.lines[number].start) if number in self._flow.starts else start


def _end(found: Found) -> int:
    """Where its last words on its page end."""
    words = [one for one in (found.anchor.words if found.anchor else []) if one.page == found.page]
    return words[-1].end if words else found.end
