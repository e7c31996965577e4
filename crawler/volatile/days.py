"""The day of a look as pages print it, with its weekday and clock.

Rules:
- A date is read and compared: only the look's day and its neighbours are masked, however they are spelled.
- Without a year, or where day and month could be each other, a weekday, a clock or "today" must stand beside it.
- What is told as a deadline, or as one end of a span, stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import NamedTuple

from crawler.volatile.tongues import DUE, DUE_BEFORE, DUE_BEHIND, MONTHS, TODAY, WEEKDAYS

_MONTH_OF = {name.replace("\u00a0", " "): number for number, row in enumerate(MONTHS, 1) for name in row.split(" ")}
_NUMERALS = {numeral: digit for digit, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_WORD = r"[^\W\d_]{2,12}(?:\sال(?:ثاني|أول))?"
_NUMBER = re.compile(r"\d+")

# How dates are written, from their first number on: groups y, m, d; a and b where either may be the day; n, a month's
# name. A month that stands before its day is looked for behind.
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d|[-/.]\d)",
        r"(?P<y>\d{4})\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号號]",
        r"(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号號]",
        r"(?P<a>\d{1,2})(?P<s>[-/.])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d\d)(?!\d|[-/.]\d)",
        r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|ª)?\.?[\s-](?:de\s)?"
        rf"(?P<n>{_WORD})\.?(?:,?[\s-](?:de\s|del\s)?(?P<y>\d{{4}})(?!\d))?",
    )
)
_AFTER_MONTH = re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?(?!\d|[:.]\d)(?:,?\s(?P<y>\d{4})(?!\d))?")
_MONTH_BEFORE = re.compile(rf"\b(?P<n>{_WORD})\.?\s$")
_IN_NUMERALS = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]"
)

CLOCK = (
    r"(?:[上下]午|凌晨|晚上)?\s?\d{1,2}(?:[:：]\d\d(?:[:：]\d\d)?|[hHч点时時]\s?\d\d分?)(?:[.,]\d{1,6})?"
    r"(?:\s?(?:[AaPp]\.?[Mm]\b\.?|Uhr|[Zz]\b|(?:UTC|GMT|CES?T|BST|E[SD]T|P[SD]T|CST|HKT|МСК|北京时间|北京時間)))?"
    r"(?:\s?[+-]\d\d:?\d\d)?"
)
_DAY = rf"(?:{'|'.join(WEEKDAYS)})(?![^\W\d_])\.?"
_AT = r"(?:\s?(?:at|à|a las|às|um|kl\.?|в|الساعة)\s)?"
_BESIDE_BEFORE = re.compile(
    rf"(?:(?:{TODAY})|(?<![^\W\d_])(?:{_DAY})|{CLOCK})[\s,，:：(（、|·–-]{{0,4}}(?:le\s|el\s|the\s)?$", re.IGNORECASE
)
_BESIDE_BEHIND = re.compile(
    rf"(?:\s?г\.?)?(?:[\s,，(（、|·]{{0,3}}{_DAY}[)）]?)?(?:[\s,，、|·T–-]{{0,3}}{_AT}{CLOCK})?", re.IGNORECASE
)
_DUE = re.compile(DUE, re.IGNORECASE)
_DUE_BEFORE = re.compile(rf"(?:{DUE_BEFORE})\s{{0,2}}$", re.IGNORECASE)
_DUE_BEHIND = re.compile(rf"[\s(（,，]{{0,2}}(?:{DUE_BEHIND})", re.IGNORECASE)
# A number behind one of these is part of something longer; behind a colon only where digits stand before it (a clock).
_JOINED = re.compile(r"[./-]$|\d:$")
MOST_DATES = 5_000  # of the day in one text: with more, it is no clock but a table, or made to be slow
_NEAR = 24  # characters; a line's label is no further off


class _Found(NamedTuple):
    """A date as it stands: its span, and whether it may be another date."""

    start: int
    end: int
    unsure: bool


def mask_days(text: str, seen_on: frozenset[date], put: str) -> str:
    """The text with `put` for each date that is one of the days or beside one of them."""
    days = _around(seen_on)
    text = _mask_numerals(text, days, put)
    pieces: list[str] = []
    at = 0
    for found in islice(_dates(text, days), MOST_DATES):
        start, end = _widened(text, found)
        alone = (start, end) == (found.start, found.end)
        if start < at or (alone and found.unsure) or is_due(text, start, end):
            continue
        pieces += text[at:start], put
        at = end
    return "".join(pieces) + text[at:]


@cache
def _around(seen_on: frozenset[date]) -> frozenset[date]:
    """The days and their neighbours."""
    return frozenset(day + timedelta(off) for day in seen_on for off in (-1, 0, 1) if date.min < day < date.max)


def is_due(text: str, start: int, end: int) -> bool:
    """Whether the time that stands there is told as a deadline, or as one end of a span."""
    before = _line_before(text, start)
    return bool(_DUE.search(before) or _DUE_BEFORE.search(before) or _DUE_BEHIND.match(text, end))


def _line_before(text: str, start: int) -> str:
    return text[max(0, start - _NEAR) : start].rpartition("\n")[2]


def _widened(text: str, found: _Found) -> tuple[int, int]:
    """A date with the weekday, the clock and the word for today that stand around it."""
    before = _line_before(text, found.start)
    beside = _BESIDE_BEFORE.search(before)
    behind = _BESIDE_BEHIND.match(text, found.end)
    return found.start - (len(before) - beside.start() if beside else 0), behind.end() if behind else found.end


def _dates(text: str, days: frozenset[date]) -> Iterator[_Found]:
    """Dates that are one of the days, in order."""
    wanted, at = _numbers(days), 0
    for number in _NUMBER.finditer(text):
        place = number.start()
        if (
            place < at
            or len(number[0]) > 4
            or int(number[0]) not in wanted
            or _JOINED.search(text, max(0, place - 2), place)
        ):
            continue
        found = _read(text, place, days)
        if found is not None:
            yield found
            at = found.end


@cache
def _numbers(days: frozenset[date]) -> frozenset[int]:
    """The numbers that a date of these days may begin with."""
    return frozenset(number for day in days for number in (day.year, day.month, day.day))


def _read(text: str, place: int, days: frozenset[date]) -> _Found | None:
    """The date that begins with the number there, when it is one of the days."""
    for shape in _SHAPES:
        found = shape.match(text, place)
        if found and (told := _told(found.groupdict(), days)) is not None:
            return _Found(place, found.end(), told)
    return _read_behind_month(text, place, days)


def _read_behind_month(text: str, place: int, days: frozenset[date]) -> _Found | None:
    before = text[max(0, place - _NEAR) : place]
    month, found = _MONTH_BEFORE.search(before), _AFTER_MONTH.match(text, place)
    if month is None or found is None:
        return None
    told = _told({"n": month["n"], **found.groupdict()}, days)
    return None if told is None else _Found(place - (len(before) - month.start()), found.end(), told)


def _told(parts: dict[str, str | None], days: frozenset[date]) -> bool | None:
    """Whether a date may be another one, too; None when it is none of the days."""
    year, month, day = (parts.get(name) for name in "ymd")
    if name := parts.get("n"):
        month = str(_MONTH_OF.get(name.lower(), 0))
    readings = [(month, day)] if month and day else [(parts["b"], parts["a"]), (parts["a"], parts["b"])]
    for m, d in readings:
        if any((int(m or 0), int(d or 0)) == (one.month, one.day) and _is_year(year, one.year) for one in days):
            return year is None or (len(readings) == 2 and m != d and int(parts["a"] or 0) < 13 > int(parts["b"] or 0))
    return None


def _is_year(told: str | None, year: int) -> bool:
    return told is None or int(told) == (year if len(told) == 4 else year % 100)


def _mask_numerals(text: str, days: frozenset[date], put: str) -> str:
    """The same for dates in Chinese numerals (二〇二六年十一月二十二日), as government pages sign."""

    def masked(found: re.Match[str]) -> str:
        year = int("".join(str(_NUMERALS[one]) for one in found[1]))
        told = (year, _small(found[2]), _small(found[3]))
        hit = any(told == (day.year, day.month, day.day) for day in days)
        return put if hit and not is_due(text, found.start(), found.end()) else found[0]

    return _IN_NUMERALS.sub(masked, text)


def _small(numerals: str) -> int:
    """A number below a hundred in Chinese numerals; 0 for what is none."""
    tens, ten, ones = numerals.rpartition("十")
    digits = [_NUMERALS.get(part, 0) if part else None for part in (tens, ones)]
    return (digits[0] if digits[0] is not None else 1) * 10 * bool(ten) + (digits[1] or 0)
