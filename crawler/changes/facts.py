"""Key facts of a text: standards, editions, dates, amounts, numbers – found by rows, and read into one spelling.

Rules:
- Rows are tried in order; what one has taken is no other's. A fact printed in another way is the same fact.
- Texts are in NFKC (passages.normal). A date keeps only what is printed of it; compatible dates agree in what both say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import NamedTuple

from crawler.changes.fact_rows import ROWS, FactRow, Needs
from crawler.changes.fact_words import CURRENCIES, MONTHS, MULTIPLIERS, ORDINALS, WEEKDAYS

Parts = dict[str, str | None]


class Fact(NamedTuple):
    """A key fact as it stands in a text: its kind, its value in one spelling, and its span."""

    kind: str
    value: str
    start: int
    end: int


# Facts of so many sentences are remembered: captures of one page hold the same ones, night after night.
REMEMBERED = 32_768


@lru_cache(maxsize=REMEMBERED)
def find_facts(text: str) -> tuple[Fact, ...]:
    """The key facts of a text, in order, none within another."""
    found: list[Fact] = []
    taken = bytearray(len(text))
    holds = {needs: _holds(needs, text) for needs in Needs}
    for row, pattern, read in _compiled():
        for match in pattern.finditer(text) if holds[row.needs] else ():
            start, end = match.span()
            if any(taken[start:end]) or not (value := read(match.groupdict())):
                continue
            taken[start:end] = b"\1" * (end - start)
            found.append(Fact(row.kind, value, start, end))
    return tuple(sorted(found, key=lambda fact: fact.start))


_WORD = re.compile(r"[^\W\d_]+")


def _holds(needs: Needs, text: str) -> bool:
    if needs.value is None:
        return not MONTHS.keys().isdisjoint(_WORD.findall(text.lower()))
    return needs.value.search(text) is not None


def same_fact(one: str, other: str) -> bool:
    """Whether two values of facts say the same, as far as both say it: `2026-03-05` and `--03-05` do, so do a standard
    with its year and without, and an amount in yuan and in `¥`."""
    if one == other:
        return True
    if core(one) != core(other):
        return False
    ones, others = _rest(one), _rest(other)
    return not ones or not others or ones == others or bool({ones, others} & _VAGUE)


def core(value: str) -> str:
    """What two values that say the same have in common: month and day, the number, the standard without its year."""
    if date := _DATE.fullmatch(value):
        return f"{date['m']}-{date['d'] or ''}"
    if amount := _AMOUNT.fullmatch(value):
        return amount["number"]
    return _YEAR_OF_STANDARD.sub("", value)


_DATE = re.compile(r"(?P<y>\d{4}|-)-(?P<m>\d\d)(?:-(?P<d>\d\d))?")
_AMOUNT = re.compile(r"(?:(?P<currency>[A-Z$¥]{1,3}) )?(?P<number>\d+(?:\.\d+)?)")
_YEAR_OF_STANDARD = re.compile(r"(?<=\d)[-:](?:(?:19|20)\d\d)$")
# Signs that several currencies share.
_VAGUE = frozenset({"$", "¥"})


def _rest(value: str) -> str:
    """What a value says beside its core: the year, the currency."""
    if date := _DATE.fullmatch(value):
        return date["y"].strip("-")
    if amount := _AMOUNT.fullmatch(value):
        return amount["currency"] or ""
    year = _YEAR_OF_STANDARD.search(value)
    return year[0][1:] if year else ""


# ---------------------------------------------------------------- reading what a row has found


@cache
def _compiled() -> tuple[tuple[FactRow, re.Pattern[str], Callable[[Parts], str]], ...]:
    return tuple(
        (row, re.compile(row.pattern, re.IGNORECASE if row.any_case else 0), _READERS[row.read]) for row in ROWS
    )


def _read_date(parts: Parts) -> str:
    year, month, day = (parts.get(name) for name in "ymd")
    if parts.get("n"):
        month = str(MONTHS.get((parts["n"] or "").lower().rstrip("."), 0))
    numbers = [_number(part) if part else None for part in (year, month, day)]
    if numbers[1] is not None and not 1 <= numbers[1] <= 12:
        return ""
    if numbers[2] is not None and not 1 <= numbers[2] <= 31:
        return ""
    return _told_date(*numbers)


def _told_date(year: int | None, month: int | None, day: int | None) -> str:
    if month is None:
        return str(year)
    told = f"{'-' if year is None else year}-{month:02}"
    return told if day is None else f"{told}-{day:02}"


def _read_time(parts: Parts) -> str:
    hour, minute = int(parts["h"] or 0), int(parts.get("min") or 0)
    half = (parts.get("half") or parts.get("half2") or "").lower().replace(".", "")
    if half in ("pm", "下午", "晚上", "晚") and hour < 12:
        hour += 12
    return f"T{hour:02}:{minute:02}" if hour <= 24 and minute < 60 else ""


def _read_quarter(parts: Parts) -> str:
    return f"{parts.get('y') or ''}Q{_number(parts['q'] or '')}"


def _read_weekday(parts: Parts) -> str:
    return f"W{WEEKDAYS[(parts['w'] or '').lower()]}"


def _read_money(parts: Parts) -> str:
    unit = (parts.get("sign") or parts.get("word") or "").lower().replace(" ", "")
    value = _value(parts)
    return f"{CURRENCIES.get(unit, unit.upper())} {value}" if value else ""


def _read_number(parts: Parts) -> str:
    return _value(parts) + ("%" if parts.get("percent") else "")


def _read_version(parts: Parts) -> str:
    return parts["v"] or ""


def _read_standard(parts: Parts) -> str:
    return re.sub(r"[-—–]+", "-", re.sub(r"\s+", "", parts["s"] or "")).upper()


def _read_edition(parts: Parts) -> str:
    told = (parts.get("e") or "").lower()
    return f"edition {ORDINALS.get(told) or _number(told) or told}"


def _value(parts: Parts) -> str:
    """A number with its multiplier written out, without trailing noughts."""
    try:
        value = Decimal(re.sub(r"[,'\s]", "", parts["num"] or ""))
    except InvalidOperation:
        return ""
    value *= MULTIPLIERS.get((parts.get("mult") or "").lower(), 1)
    return f"{value.normalize():f}"


def _number(told: str) -> int:
    """A small number in digits or in Chinese numerals; 0 for what is none."""
    if told.isdecimal():
        return int(told)
    if "十" in told:
        tens, _, ones = told.partition("十")
        return (_number(tens) if tens else 1) * 10 + (_number(ones) if ones else 0)
    digits = ["〇一二三四五六七八九".find(one.replace("零", "〇").replace("○", "〇")) for one in told]
    return int("".join(map(str, digits))) if digits and min(digits) >= 0 else 0


_READERS: dict[str, Callable[[Parts], str]] = {
    "date": _read_date,
    "time": _read_time,
    "quarter": _read_quarter,
    "weekday": _read_weekday,
    "money": _read_money,
    "number": _read_number,
    "version": _read_version,
    "standard": _read_standard,
    "edition": _read_edition,
}
