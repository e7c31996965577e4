"""Paragraphs that are headings by their looks alone, as in newsletters laid out in tables.

Rules:
- A heading is a short paragraph, wholly bold or plainly larger than the body, without closing punctuation.
- Bold says nothing where most of the text is bold. A paragraph that is one link must be larger to be a
  heading (buttons are bold, too), and never says what all buttons say.
- A paragraph in the form of a running head is a section, whatever it looks like.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from crawler.seeds.html.flow import Block
from crawler.seeds.html.styles import PLAIN_PX
from crawler.seeds.outline import Heading, is_button
from crawler.seeds.text.headings import MAX_TITLE_COLUMNS, NO_TITLES, RUNNING_HEADS

SECTION_LEVEL = 0
ITEM_LEVEL = 9
LARGER = 1.2  # than the size most characters have

_PUNCTUATED = re.compile(r"[，。；：！？、,.;:!?…]$")
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]")


def is_running_head(words: str) -> bool:
    """True for the form of a running head (headings.RUNNING_HEADS)."""
    return any(pattern.fullmatch(words) for _, pattern, _ in RUNNING_HEADS)


def running_heads(text: str, blocks: Sequence[Block]) -> Iterator[Heading]:
    """The blocks that are running heads, as sections."""
    for block in blocks:
        words = _words(text, block) if block.end - block.start < MAX_TITLE_COLUMNS else ""
        if is_running_head(words):
            yield Heading(block.start, SECTION_LEVEL, words)


def styled_headings(text: str, blocks: Sequence[Block]) -> Iterator[Heading]:
    """The blocks that look like headings, as items."""
    body_px = _body_px(blocks)
    mostly_bold = sum(block.bold for block in blocks) * 2 > sum(block.characters for block in blocks)
    for block in blocks:
        if _stands_out(block, body_px, mostly_bold) and block.end - block.start <= 2 * MAX_TITLE_COLUMNS:
            words = _words(text, block)
            if _could_be_title(words) and not is_running_head(words):
                yield Heading(block.start, ITEM_LEVEL, words)


def _stands_out(block: Block, body_px: float, mostly_bold: bool) -> bool:
    is_large = block.smallest_px >= LARGER * body_px
    is_link = block.linked == block.characters
    return is_large or (block.bold == block.characters and not mostly_bold and not is_link)


def _body_px(blocks: Sequence[Block]) -> float:
    sizes: Counter[float] = Counter()
    for block in blocks:
        sizes.update(block.sizes)
    return sizes.most_common(1)[0][0] if sizes else PLAIN_PX


def _could_be_title(words: str) -> bool:
    return (
        len(_WORD.findall(words)) >= 2
        and _columns(words) <= MAX_TITLE_COLUMNS
        and not _PUNCTUATED.search(words)
        and not _ADDRESS.search(words)
        and not any(pattern.match(words) for name, pattern, _ in NO_TITLES if name != "list item")
        and not is_button(words)
    )


def _words(text: str, block: Block) -> str:
    return " ".join(text[block.start : block.end].split())


def _columns(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in words)
