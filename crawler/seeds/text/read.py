"""Bytes of a text document → a reading, or why they are not text.

Rules:
- UTF-8 is read, and UTF-16 with its mark; else what is plainly a Chinese charset (charset.py). Any other bytes
  are refused with the place where they stop being UTF-8: a wrong guess would cite wrong addresses.
"""

from __future__ import annotations

from collections.abc import Callable

from crawler.content import BOMS
from crawler.seeds.mention import Mention
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why
from crawler.seeds.text import markdown, page_text
from crawler.seeds.text.charset import GUESSES, decode_text, reads_as
from crawler.seeds.text.urllist import is_url_list, read_urls


def read_text(content: bytes) -> Reading | Why:
    """The reading of a text document, or of a list of URLs with titles."""
    return _read(content, lambda words: (read_urls if is_url_list(words) else page_text.read_text)(words))


def read_markdown(content: bytes) -> Reading | Why:
    """The reading of a Markdown document."""
    return _read(content, markdown.read_markdown)


def _read(content: bytes, find: Callable[[str], list[Mention]]) -> Reading | Why:
    words = _text(content)
    if isinstance(words, Why):
        return words
    if "\0" in words:
        return Why("holds NUL characters: it is no text document", "含有空字符（NUL），不是文本文件")
    if not words.strip():
        return Why("is empty but for white space", "文件中只有空白")
    return Reading(tuple(find(words)), words[:OPENING_CHARACTERS])


def _text(content: bytes) -> str | Why:
    """The text of bytes, without a byte order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        marked = any(content.startswith(mark) for mark, _ in BOMS)
        if (marked and len(content) % 2 == 0) or any(reads_as(guess, content) for guess in GUESSES):
            return decode_text(content)
        return Why(
            f"is no text in UTF-8 (byte {error.start}), UTF-16, GBK or Big5; save it again as UTF-8",
            f"无法识别文字编码（可读 UTF-8、UTF-16、GBK、Big5，第 {error.start} 字节起有误）；请另存为 UTF-8 编码",
        )
