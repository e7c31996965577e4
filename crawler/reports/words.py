"""The words of the reports in both languages, read once from words.toml, and dates as people write them."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, tzinfo
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("zh", "en")
HTML_LANGUAGES = {"zh": "zh-Hans", "en": "en"}
CATALOG: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    files("crawler.reports").joinpath("words.toml").read_text("utf-8")
)

# A part of a document as readers name it: alone, after a comma, or in brackets behind a cell.
_PART = re.compile(
    r"(?:(?<=^)|(?<=, )|(?<=\())("
    + "|".join(sorted((name.replace("_", " ") for name in CATALOG["part"]), key=len, reverse=True))
    + r")(?: (\d+))?(?=$|, |\))"
)
# Day before month, as the briefing's readers write English dates. Not strftime: that follows the machine's locale.
_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


def say(key: str, language: str, **figures: object) -> str:
    """The words of `section.id`, with figures filled in. Raises KeyError for an unknown id."""
    section, _, name = key.partition(".")
    return CATALOG[section][name][language].format(**figures)


def tell_date(at: datetime, language: str, zone: tzinfo) -> str:
    """A date: 2026年1月2日, 2 January 2026."""
    return _tell_day(at.astimezone(zone).date(), "", language)


def tell_short(at: datetime, language: str, zone: tzinfo) -> str:
    """A date within the year: 1月2日, 2 Jan."""
    return _tell_day(at.astimezone(zone).date(), "MMMd", language)


def tell_issue(day: str, language: str) -> str:
    """An issue date, which may be a month (ISO 8601): 2025年6月, June 2025."""
    year, month, *rest = (int(part) for part in day.split("-"))
    return _tell_day(date(year, month, rest[0] if rest else 1), "" if rest else "yMMMM", language)


@lru_cache(4096)
def _tell_day(day: date, skeleton: str, language: str) -> str:
    """A day, or the parts of it that a skeleton names (UTS #35 §Date Field Symbol Table)."""
    from babel.dates import format_date, format_skeleton

    locale = _LOCALES[language]
    return format_skeleton(skeleton, day, locale=locale) if skeleton else format_date(day, "long", locale)


def tell_part(part: str, language: str) -> str:
    """The part of a document a citation stands in: `footnote 2`, `Sheet1!B7 (hidden)`."""
    told = _PART.sub(lambda found: say(f"part.{found[1].replace(' ', '_')}", language, n=found[2] or "").strip(), part)
    return told.replace(", ", "，") if language == "zh" else told


def tell_time(at: datetime, language: str, zone: tzinfo) -> str:
    """A date and the time of day."""
    return f"{tell_date(at, language, zone)}{' ' if language == 'zh' else ', '}{at.astimezone(zone):%H:%M}"
