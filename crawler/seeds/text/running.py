"""Documents of running text, as people type them: sections on lines of their own, titles right above an address.

Rules:
- `【国内】` alone on a line is a section; so is `一、国内`, where the document has at least two such lines in order.
- A short line right above an address, with no blank line between, titles it; the mark of a list is no word of it.
  It is a title only where no sentence is left open: it begins its block, or what stands before it is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crawler.seeds.text.headings import could_be_title, is_closed
from crawler.seeds.text.pages import Line, Page

_BRACKETED = re.compile(r"[【\[［]\s*([^】\]］，。；：]{1,14})\s*[】\]］]")
_NUMBERED = re.compile(r"([一二三四五六七八九十]{1,3})、\s*([^\s，。；：、,.;:]{1,14})")
_NUMBERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_MARK = re.compile(r"^(?:[※•●·○■□◆◇*►>-]|[（(]?\d{1,3}[.、)）]|[一二三四五六七八九十]{1,3}、)\s*")


def section_lines(pages: Iterable[Page]) -> dict[int, str]:
    """Line number → the section that begins there."""
    lines = [line for page in pages for line in page.lines if not line.is_link]
    numbered = [(line, found) for line in lines if (found := _NUMBERED.fullmatch(line.words))]
    in_order = tuple(found[1] for _, found in numbered) == _NUMBERS[: len(numbered)] and len(numbered) > 1
    sections = {line.number: found[2] for line, found in numbered} if in_order else {}
    return sections | {line.number: found[1] for line in lines if (found := _BRACKETED.fullmatch(line.words))}


def title_over(page: Page, number: int, sections: Iterable[int]) -> str | None:
    """The title on the line right above a line with an address, or None."""
    place = number - page.lines[0].number
    above = page.lines[max(0, place - 2) : place][::-1]
    if not above or above[0].is_link or above[0].number in sections or not _is_title(above[0]):
        return None
    return bare(above[0].words) if _is_free(above[1:2], sections) else None


def bare(words: str) -> str:
    """A title without the mark of the list it stands in."""
    return _MARK.sub("", words)


def _is_free(before: Sequence[Line], sections: Iterable[int]) -> bool:
    """Whether nothing that stands right before a line goes on in it."""
    return not before or not before[0].words or before[0].is_link or before[0].number in sections or _ends(before[0])


def _ends(line: Line) -> bool:
    return is_closed(line.words)


def _is_title(line: Line) -> bool:
    return bool(line.words) and could_be_title(bare(line.words))
