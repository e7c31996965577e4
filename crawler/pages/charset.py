"""Text of a body whose charset is declared, or is not.

Rules:
- What is declared counts. Else UTF-8, if the body is that; else what the page's language was written in before it.
"""

from __future__ import annotations

import re

PRESCAN_BYTES = 4096
_LANGUAGE = re.compile(rb"<html[^>]{0,500}?\slang\s*=\s*[\"']?([a-z]{2,3}(?:-[a-z]{2,8})*)", re.IGNORECASE)

# The encodings that browsers fall back to in these languages (WHATWG HTML §13.2.3.2, table of suggested defaults).
_FALLBACKS = (
    ("zh-tw", "big5hkscs"),
    ("zh-hk", "big5hkscs"),
    ("zh-hant", "big5hkscs"),
    ("zh", "gb18030"),
    ("ru", "cp1251"),
    ("uk", "cp1251"),
    ("bg", "cp1251"),
    ("ar", "cp1256"),
    ("fa", "cp1256"),
    ("ja", "cp932"),
    ("ko", "cp949"),
    ("el", "iso-8859-7"),
    ("he", "cp1255"),
    ("th", "cp874"),
    ("tr", "cp1254"),
    ("pl", "iso-8859-2"),
    ("cs", "cp1250"),
    ("hu", "iso-8859-2"),
)


def text_of(body: bytes, charset: str) -> tuple[str, str]:
    """A body as text, and the charset (as Python names it) that it was read in."""
    name = charset or _undeclared(body)
    try:
        return body.decode(name, "replace"), name
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace"), "utf-8"


def _undeclared(body: bytes) -> str:
    try:
        body.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        if error.end >= len(body) - 3 and error.start > 0:
            return "utf-8"  # cut inside its last character
    stated = _LANGUAGE.search(body[:PRESCAN_BYTES])
    language = stated[1].decode("ascii").lower() if stated else ""
    for prefix, name in _FALLBACKS:
        if language.startswith(prefix):
            return name
    return "cp1252" if language or not _is_paired(body) else "gb18030"


def _is_paired(body: bytes) -> bool:
    """Whether bytes above ASCII stand in pairs, as those of Chinese text do."""
    runs = re.findall(rb"[\x81-\xfe]+", body[: 64 * 1024])
    paired = sum(len(run) for run in runs if len(run) % 2 == 0)
    return paired > 0.9 * sum(map(len, runs))
