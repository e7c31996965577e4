"""The characters that bound a URL in running text, by script and by what they do.

Rules:
- A stop ends a URL wherever it stands; a trailing mark only at the end; letters of a script that is written
  without spaces may be either, so they end the likeliest reading only.
- An address typed in full-width forms may hold them.
"""

from __future__ import annotations

import re

CJK = (
    r"\u1100-\u11ff\u2e80-\u2fdf\u3007\u3040-\u30ff\u3100-\u318f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
SPACELESS = r"\u0e00-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
EMOJI = r"\u2600-\u275a\u275f-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
LATIN = r"A-Za-z0-9\u00c0-\u024f"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufe0f\ufeff"  # soft hyphen, zero widths, emoji selector, BOM

_STOP_ROWS = (
    r"\s\x00-\x1f\x7f-\x9f<>\"`^",
    r"\u3000-\u3006\u3008-\u303f\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uffef\ufffc",  # CJK punctuation, full-width forms
    r"\u2014\u2015\u2e3a\u2e3b\u2018-\u201f\u2026\u2032\u2033\u2039\u203a\u00ab\u00bb\u275b-\u275e",  # dashes, quotes
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",  # marks of direction
    r"\u2190-\u21ff\u2329\u232a\u2460-\u24ff\u2500-\u25ff\u27e6-\u27ef",  # arrows, ①, table lines, bullets, ⟨⟩
)
STOP = "".join(_STOP_ROWS)
TYPED_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ．：／－＿？＝＆％＃]")

# What belongs to the sentence at the end of a URL; of other scripts comma, semicolon, question mark, full stop.
TRAILING = frozenset(
    ".,;:!?'*|\\([{"
    "،؛؟۔"  # Arabic, Urdu
    "׀׃׳״"  # Hebrew
    "।॥"  # Devanagari and its neighbours
    "ฯ๚๛"  # Thai
    "։՝՞՜"  # Armenian
    "።፣፤"  # Ethiopic
    "།༎၊။។៕"  # Tibetan, Burmese, Khmer
    "·•‧–†‡§¶®™©¹²³⁰⁴⁵⁶⁷⁸⁹"  # bullets, a dash before more words, footnote signs
    f"{INVISIBLE}"
)
PAIRS = {")": "(", "]": "[", "}": "{"}
OPENING = {opening: closing for closing, opening in PAIRS.items()}
EMPHASIS = "_~"  # Markdown's, where they stand before the URL too
