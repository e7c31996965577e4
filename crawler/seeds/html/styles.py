"""What an element's inline looks say: shown or hidden, bold, and how large.

Rules:
- Inline styles and the old attributes alone, as in mail; style sheets are not computed.
- A font size of zero hides nothing: layout tables close the gaps around pictures with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

PLAIN_PX = 16.0
MAX_STYLE = 4000

FONT_SIZES = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}  # HTML §15.3.4
BOLD_TAGS = frozenset({"b", "strong"})  # not th: a column's head titles no row
SCALED_TAGS = {"big": 1.2, "small": 0.83}

_HIDDEN = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|max-height\s*:\s*0(?:px|pt|em|%)?\s*(?:!|;|$))", re.I
)
_WEIGHT = re.compile(r"(?:^|[;\s])font(?:-weight)?\s*:[^;]*?\b(bold(?:er)?|normal|lighter|[1-9]00)\b", re.I)
_SIZE = re.compile(r"(?:^|[;\s])font(?:-size)?\s*:[^;]*?\b(\d{1,3}(?:\.\d{1,4})?)(px|pt|em|rem|%)", re.I)
_BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})


@dataclass(frozen=True, slots=True)
class Look:
    """How text is shown; `size_px` is CSS pixels."""

    hidden: bool = False
    bold: bool = False
    size_px: float = PLAIN_PX


@dataclass(frozen=True, slots=True)
class _Said:
    """What one style attribute says: None where it is silent."""

    hidden: bool
    bold: bool | None
    size: tuple[float, str] | None


def look_of(tag: str, attributes: Mapping[str, str], around: Look) -> Look:
    """The look of an element inside one that looks `around`."""
    look = _by_tag(tag, attributes, around)
    style = attributes.get("style")
    if style:
        look = _by_style(_read_style(style[:MAX_STYLE]), look)
    return replace(look, hidden=True) if "hidden" in attributes else look


def _by_tag(tag: str, attributes: Mapping[str, str], around: Look) -> Look:
    if tag in BOLD_TAGS:
        return replace(around, bold=True)
    if tag in SCALED_TAGS:
        return replace(around, size_px=around.size_px * SCALED_TAGS[tag])
    if tag == "font" and attributes.get("size") in FONT_SIZES:
        return replace(around, size_px=FONT_SIZES[attributes["size"]])
    return around


def _by_style(said: _Said, look: Look) -> Look:
    return Look(
        hidden=look.hidden or said.hidden,
        bold=look.bold if said.bold is None else said.bold,
        size_px=_pixels(said.size, look.size_px) if said.size else look.size_px,
    )


@lru_cache(maxsize=512)
def _read_style(style: str) -> _Said:
    weight, size = _WEIGHT.search(style), _SIZE.search(style)
    return _Said(
        hidden=bool(_HIDDEN.search(style)),
        bold=weight[1].lower() in _BOLD if weight else None,
        size=(float(size[1]), size[2].lower()) if size else None,
    )


def _pixels(size: tuple[float, str], around_px: float) -> float:
    number, unit = size
    factors = {"px": 1.0, "pt": 4 / 3, "em": around_px, "rem": PLAIN_PX, "%": around_px / 100}
    return number * factors[unit]
