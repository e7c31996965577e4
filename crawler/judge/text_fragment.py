"""Text directives (`#:~:text=prefix-,start,end,-suffix`): what they quote, and whether a text still says it.

Rules:
- A directive is compared token by token: case, accents, width and punctuation do not count, and a match begins and
  ends at words, as the standard has it; what stands in prefix and suffix touches the quotation.
- A directive that cannot be read quotes nothing, and is not missing.

Source: WICG Scroll To Text Fragment, https://wicg.github.io/scroll-to-text-fragment/, read 2026-11-22.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

from crawler.shingles import tokens

_MARKER = "text="


@dataclass(frozen=True, slots=True)
class TextDirective:
    """One quotation: from `start` up to `end` where there is one, between `prefix` and `suffix`."""

    start: str
    end: str = ""
    prefix: str = ""
    suffix: str = ""


def read_directives(fragment: str) -> list[TextDirective]:
    """The quotations of what stands behind `:~:`, still encoded; those that cannot be read are left out."""
    found = (_read(part.removeprefix(_MARKER)) for part in fragment.split("&") if _is_text(part))
    return [directive for directive in found if directive is not None]


def _is_text(part: str) -> bool:
    """Whether a directive is one of text; a value alone, without a name, is taken for one."""
    return part.startswith(_MARKER) or "=" not in part


def _read(value: str) -> TextDirective | None:
    terms = value.split(",")
    prefix = terms.pop(0)[:-1] if len(terms) > 1 and terms[0].endswith("-") else ""
    suffix = terms.pop()[1:] if len(terms) > 1 and terms[-1].startswith("-") else ""
    if len(terms) not in (1, 2) or not all(terms):
        return None
    start, end, prefix, suffix = (unquote(term) for term in (terms[0], terms[1] if terms[1:] else "", prefix, suffix))
    return TextDirective(start, end, prefix, suffix) if _folded(start) else None


def quotes(text: str, directive: TextDirective) -> bool:
    """Whether a text says what a directive quotes."""
    said = _line(_folded(text))
    before = _folded(directive.prefix) + _folded(directive.start)
    after = _folded(directive.suffix)
    if not _folded(directive.end):
        return _line(before + after) in said
    place = said.find(_line(before))
    return place >= 0 and said.find(_line(_folded(directive.end) + after), place + len(_line(before)) - 1) >= 0


def _folded(text: str) -> list[str]:
    letters = unicodedata.normalize("NFD", text)
    return tokens("".join(letter for letter in letters if not unicodedata.combining(letter)))


def _line(words: list[str]) -> str:
    """Tokens in a row that only whole tokens can be found in."""
    return f" {' '.join(words)} "
