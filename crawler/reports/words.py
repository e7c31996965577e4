"""The words of the reports in both languages, read once from words.toml, and dates as people write them."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, tzinfo
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
# Not strftime: that would follow the machine's locale.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def say(key: str, language: str, **figures: object) -> str:
    """The words of `section.id`, with figures filled in. Raises KeyError for an unknown id."""
    section, _, name = key.partition(".")
    return CATALOG[section][name][language].format(**figures)


def tell_date(at: datetime, language: str, zone: tzinfo) -> str:
    """A date: 2026年1月2日, 2 January 2026."""
    day = at.astimezone(zone)
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def tell_issue(day: str, language: str) -> str:
    """An issue date, which may be a month (ISO 8601): 2025年6月, June 2025."""
    year, month, *rest = (int(part) for part in day.split("-"))
    if language == "zh":
        return f"{year}年{month}月" + (f"{rest[0]}日" if rest else "")
    return (f"{rest[0]} " if rest else "") + f"{_MONTHS[month - 1]} {year}"


def tell_part(part: str, language: str) -> str:
    """The part of a document a citation stands in: `footnote 2`, `Sheet1!B7 (hidden)`."""
    told = _PART.sub(lambda found: say(f"part.{found[1].replace(' ', '_')}", language, n=found[2] or "").strip(), part)
    return told.replace(", ", "，") if language == "zh" else told


def tell_time(at: datetime, language: str, zone: tzinfo) -> str:
    """A date and the time of day."""
    return f"{tell_date(at, language, zone)}{' ' if language == 'zh' else ', '}{at.astimezone(zone):%H:%M}"


def night_at(night: str) -> datetime:
    """The instant a night's id names (YYYYMMDDTHHMMSSZ)."""
    return datetime.strptime(night, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def captured_at(timestamp: str) -> datetime:
    """The instant of a 17-digit timestamp (YYYYMMDDhhmmssmmm); shorter ones count from their start."""
    return datetime.strptime(timestamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
