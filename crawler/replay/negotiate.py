"""What a client asks for, read from its fields: a moment (RFC 7089 §2.1.1), content codings, a range (RFC 9110).

Rules:
- Pure: field values in, choices out. A date that cannot be read is a value, too: MALFORMED.
- The memento nearest the moment is chosen, the earlier of two equally near; before the first it is the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from crawler.ledger.mementos import Around
from crawler.model import captured_at

LATEST = "99991231235959999"
MALFORMED = "malformed"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# RFC 7089 §2.1.1.1: an rfc1123-date, case-sensitive, always GMT.
_RFC1123 = re.compile(
    rf"(?:{'|'.join(_DAYS)}), (\d\d) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII
)
_RANGE = re.compile(r"bytes=[ \t]*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))[ \t]*", re.ASCII | re.IGNORECASE)
_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A memento by its timestamp, and those of its series around it: the ends, the one before, the one after."""

    this: str
    first: str
    last: str
    prev: str | None
    next: str | None


def read_moment(values: Sequence[str]) -> str:
    """The 17 digits of Accept-Datetime; the latest moment where there is none, MALFORMED for what is no such date."""
    if not values:
        return LATEST
    found = _RFC1123.fullmatch(values[0].strip(" \t")) if len(values) == 1 else None
    if found is None:
        return MALFORMED
    day, month, year, *clock = found.groups()
    at = (int(year), _MONTHS.index(month) + 1, int(day), *map(int, clock))
    try:
        datetime(*at, tzinfo=UTC)  # type: ignore[misc,arg-type] # six numbers
    except ValueError:
        return MALFORMED
    return f"{at[0]:04}{at[1]:02}{at[2]:02}{''.join(clock)}000"


@lru_cache(4096)
def http_date(timestamp: str) -> str:
    """A timestamp as an rfc1123-date; not strftime, which follows the machine's locale."""
    at = captured_at(timestamp)
    return f"{_DAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at.year:04} {at:%H:%M:%S} GMT"


def choose(around: Around, moment: str) -> Neighbours:
    """The memento nearest a moment, with its neighbours."""
    near = sorted({*around.before, *around.after})
    earlier = [one for one in near if one <= moment]
    later = [one for one in near if one > moment]
    return beside(
        around,
        _nearer(earlier[-1], later[0], moment) if earlier and later else (earlier or later)[-1 if earlier else 0],
    )


def beside(around: Around, timestamp: str) -> Neighbours:
    """The neighbours of a memento, which need not be in the series itself."""
    near = {*around.before, *around.after, around.first, around.last}
    return Neighbours(
        timestamp,
        around.first,
        around.last,
        max((one for one in near if one < timestamp), default=None),
        min((one for one in near if one > timestamp), default=None),
    )


def _nearer(earlier: str, later: str, moment: str) -> str:
    asked = captured_at(moment)
    return earlier if asked - captured_at(earlier) <= captured_at(later) - asked else later


# ---------------------------------------------------------------- content codings


def accepts(values: Sequence[str], codings: Sequence[str]) -> bool:
    """Whether a client takes content in all these codings (RFC 9110 §12.5.3).

    One that names none is given none: it may, but most that say nothing cannot undo them.
    """
    taken = _qualities(values)
    return all(taken.get(name, taken.get("*", 0.0)) > 0 for name in codings)


@lru_cache(256)
def _words(value: str) -> tuple[tuple[str, float], ...]:
    found = []
    for part in value.lower().split(","):
        name, *parameters = part.split(";")
        quality = next((match[1] for text in parameters if (match := _QUALITY.fullmatch(text))), "1")
        found.append((name.strip(), float(quality)))
    return tuple(found)


def _qualities(values: Sequence[str]) -> dict[str, float]:
    taken = {name: quality for value in values for name, quality in _words(value)}
    return taken | {f"x-{name}": taken[name] for name in ("gzip", "compress") if name in taken}


# ---------------------------------------------------------------- ranges


def read_range(value: str | None, length: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last that a Range asks of a representation; None: all of it.

    Several ranges, other units and what is no range are answered with all of it (RFC 9110 §14.2). An empty range
    stands for one that cannot be satisfied.
    """
    found = _RANGE.fullmatch(value) if value is not None else None
    if found is None:
        return None
    start, end, suffix = found.groups()
    if suffix is not None:
        return max(0, length - int(suffix)), length if int(suffix) else 0
    if end and int(end) < int(start):
        return None
    stop = min(int(end) + 1, length) if end else length
    return (int(start), stop) if int(start) < length else (0, 0)
