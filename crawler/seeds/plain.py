"""Bytes that should be UTF-8 text → a reading, or why they are not text."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from crawler.seeds import markdown, text
from crawler.seeds.mention import Mention
from crawler.seeds.reading import OPENING_CHARACTERS, Reading, Why

MOSTLY = 0.9  # of a text's wide characters


def read_text(content: bytes) -> Reading | Why:
    """The reading of a text document."""
    return _read(content, text.read_text)


def read_markdown(content: bytes) -> Reading | Why:
    """The reading of a Markdown document."""
    return _read(content, markdown.read_markdown)


def _read(content: bytes, find: Callable[[str], list[Mention]]) -> Reading | Why:
    words = _text(content)
    if words is None:
        return _not_text(content)
    return Reading(tuple(find(words)), words[:OPENING_CHARACTERS])


def _text(content: bytes) -> str | None:
    """The text of UTF-8 bytes, without a byte order mark; None when they are not text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or not text.strip() else text


def _not_text(content: bytes) -> Why:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf8(content, error.start)
    if not text.strip():
        return Why("is empty but for white space", "文件中只有空白")
    return Why("holds NUL characters: it is no text document", "含有空字符（NUL），不是文本文件")


def _not_utf8(content: bytes, place: int) -> Why:
    found = "UTF-16" if _is_utf16(content) else "GB18030" if _is_gb18030(content) else ""
    if found:
        return Why(f"looks like {found}; save it again as UTF-8", f"编码似乎是 {found}；请另存为 UTF-8 编码")
    return Why(
        f"is not UTF-8 (byte {place}); save it again as UTF-8",
        f"不是 UTF-8 编码（第 {place} 字节起）；请另存为 UTF-8 编码",
    )


def _is_utf16(content: bytes) -> bool:
    return content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _is_gb18030(content: bytes) -> bool:
    """True when bytes read as GB18030 and what is not ASCII in them is mostly Han of everyday use."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    wide = [character for character in text if not character.isascii()]
    return sum(map(_is_everyday, wide)) > len(wide) * MOSTLY


def _is_everyday(character: str) -> bool:
    """True for the Han and the marks of GB 2312; other encodings read as GB18030 scatter over rare ones."""
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
