"""When a document was issued: as its seeds.toml, its name, its own words or its metadata say.

Rules:
- The surest comes first (model.DateSource). A date in the text counts only where a line says nothing else, or
  says that it is the date of issue: a date inside a sentence is about something else.
- A year alone is no date. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath

from crawler.model import DateSource, Issued

_SHORT = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_REST = ("uary", "ruary", "ch", "il", "", "e", "y", "ust", "t(?:ember)?", "ober", "ember", "ember")
_MONTH = r"(?P<name>" + "|".join(f"{short}(?:{rest})?" for short, rest in zip(_SHORT, _REST, strict=True)) + r")\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HAN_YEAR = r"(?P<year>(?:一九|二[〇○零])[〇○零一二三四五六七八九]{2})"
_HAN_MONTH = r"(?P<month>十[一二]?|[一二三四五六七八九])月"
_HAN_DAY = r"(?:(?P<day>[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])日)?"

# (name, pattern, where it was met); no digit may stand on either side
DATES = (
    ("numeric", rf"{_YEAR}[-_./](?P<month>\d\d?)(?:[-_./](?P<day>\d\d?))?", "briefing-2025-06.pdf, 2025/6/30"),
    ("compact", rf"{_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])?", "20250630.docx"),
    ("chinese", rf"{_YEAR}\s*年\s*(?P<month>\d\d?)\s*月(?:\s*(?P<day>\d\d?)\s*日)?", "2025年6月30日"),
    ("chinese numerals", rf"{_HAN_YEAR}年{_HAN_MONTH}{_HAN_DAY}", "二〇二五年六月"),
    ("day first", rf"(?P<day>\d\d?)(?:st|nd|rd|th)?\s+{_MONTH},?\s+{_YEAR}", "30 June 2025"),
    ("month first", rf"{_MONTH}\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+{_YEAR}", "June 30, 2025"),
    ("month", rf"{_MONTH}[\s_-]+{_YEAR}", "June 2025"),
)
_DATES = [re.compile(rf"(?<!\d){pattern}(?!\d)", re.IGNORECASE) for _, pattern, _ in DATES]
_MARKS = "()（）[]【】|｜·•—–-,，:：."
# What a line may say beside its date: that it dates this issue.
_SAYS_ISSUE = re.compile(
    r"(?:发布|出版|印发|编制|刊发)?(?:日期|时间)|(?:总)?第\s*[\d一二三四五六七八九十百]+\s*期|简报|通讯|月报|季报|周报"
    r"|(?:issue|no|vol|volume)\.?\s*\d+|issued|published|date|newsletter|bulletin",
    re.IGNORECASE,
)
MAX_LINE_CHARACTERS = 40
LINES = 30


def find_issued(path: str, opening: str = "", dated: str | None = None, stated: str | None = None) -> Issued | None:
    """The issue date of a document: `stated` in seeds.toml, in its `path`, its `opening` words, or its metadata."""
    found = (
        (stated, DateSource.SEEDS_TOML),
        (_in_name(PurePosixPath(path)), DateSource.FILE_NAME),
        (_in_text(opening), DateSource.TEXT),
        (dated, DateSource.METADATA),
    )
    return next((Issued(day, source) for day, source in found if day), None)


def only_dates(line: str) -> bool:
    """True for a line that says nothing but when an issue appeared, or which one it is and when."""
    if len(line) > MAX_LINE_CHARACTERS:
        return False
    found = next((found for pattern in _DATES if (found := pattern.search(line)) and _iso(found)), None)
    beside = line[: found.start()] + " " + line[found.end() :] if found else line
    return found is not None and not _SAYS_ISSUE.sub("", beside).strip(_MARKS + " \t\u3000")


def _in_name(path: PurePosixPath) -> str | None:
    """The date in a file's name, or else in the folders it lies in (`2025/06/briefing.pdf`)."""
    return next((day for text in (path.stem, str(path.with_suffix(""))) for day in _dates_in(text)), None)


def _in_text(opening: str) -> str | None:
    """The date of the first line that holds nothing but a date, or says that it dates the issue."""
    lines = [line.strip() for line in opening.splitlines() if line.strip()][:LINES]
    dates = (_dating(line) for line in lines if len(line) <= MAX_LINE_CHARACTERS)
    return next((day for day in dates if day), None)


def _dating(line: str) -> str | None:
    for pattern in _DATES:
        found = pattern.search(line)
        day = _iso(found) if found else None
        if found and day:
            beside = line[: found.start()] + line[found.end() :]
            return day if not beside.strip(_MARKS + " \t\u3000") or _SAYS_ISSUE.search(beside) else None
    return None


def _dates_in(text: str) -> Iterator[str]:
    for pattern in _DATES:
        yield from (day for day in map(_iso, pattern.finditer(text)) if day)


def _iso(found: re.Match[str]) -> str | None:
    """ISO 8601 of a match: a date, or a month where no day is given; None for a day that does not exist."""
    parts = found.groupdict()
    year = int(str(parts["year"]).translate(_HAN_DIGITS))
    month = _SHORT.index(parts["name"].lower()[:3]) + 1 if parts.get("name") else _number(str(parts["month"]))
    day = _number(parts["day"]) if parts.get("day") else None
    try:
        whole = date(year, month, day or 1)
    except ValueError:
        return None
    return whole.isoformat() if day else f"{year:04}-{month:02}"


def _number(text: str) -> int:
    """A number below 100 in digits or in Chinese numerals: 十一 is 11, 三十 is 30."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(_HAN_DIGITS))
    return int(tens.translate(_HAN_DIGITS) or 1) * 10 + int(ones.translate(_HAN_DIGITS) or 0)
