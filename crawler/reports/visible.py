"""Text of strangers made safe to look at: what is invisible is shown, and only web addresses become links.

Rules:
- Control characters, bidirectional controls, zero-width characters and tags are written out as [U+202E].
- Markup is escaped by the template; this is about characters that escaping leaves in place.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from markupsafe import Markup

# Cc control, Cf format (bidi controls, zero-width, tags), Cs lone surrogates, Co private use, Zl/Zp separators.
_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_BLANKS = "\t\n\r"
BRIEF = 200  # characters that stand for a long text where it is only named
# Emoji joined to one picture, and the joiners that Persian and Indic scripts spell with (UAX #31).
_JOINERS = re.compile("(?<=\\w)[\u200c\u200d](?=\\w)|(?<=[\ufe0f\U0001f300-\U0001faff])\u200d")

# The blocks of Hebrew, Arabic, Syriac, Thaana, N'Ko and all else that Unicode reserves for such scripts (UAX #9 §3.2).
_FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


def show(text: str) -> str:
    """The text with invisible characters written out, line breaks as spaces."""
    if text.isprintable():  # nothing of those categories is (str.isprintable): most texts
        return text
    joined = {found.start() for found in _JOINERS.finditer(text)}
    return "".join(char if n in joined else _show_char(char) for n, char in enumerate(text))


def _show_char(char: str) -> str:
    if char in _BLANKS:
        return " "
    return f"[U+{ord(char):04X}]" if unicodedata.category(char) in _SHOWN else char


def brief(text: str) -> str:
    """The text shown, its begin where it is long."""
    return show(text) if len(text) <= BRIEF else show(text[:BRIEF]) + "…"


def isolate(text: str) -> str:
    """The text shown briefly, isolated in its own direction where it has letters that are written from right to left.

    An element more on each of ten thousand rows is what isolating every text would cost.
    """
    shown = brief(text)
    return Markup("<bdi>{}</bdi>").format(shown) if _FROM_RIGHT.search(shown) else shown


@lru_cache(1 << 16)
def is_web(uri: str | None) -> bool:
    """Whether a uri may become a link: http or https with a host, and nothing invisible in it."""
    if not uri or show(uri) != uri or " " in uri:
        return False
    try:
        split = urlsplit(uri)
        return split.scheme in ("http", "https") and bool(split.hostname)
    except ValueError:
        return False
