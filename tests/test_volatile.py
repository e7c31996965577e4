"""What is masked before two looks are compared, and what never is."""

from __future__ import annotations

import time
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.volatile import MASK, mask

CASES = tomllib.loads((Path(__file__).parent / "cases" / "volatile.toml").read_text("utf-8"))
FIRST, SECOND = date(2026, 11, 22), date(2026, 11, 25)


@pytest.mark.parametrize(("one", "other"), CASES["same"])
def test_two_looks_at_one_line_are_alike(one: str, other: str) -> None:
    masked = [mask(one, FIRST), mask(other, SECOND)]
    assert masked[0] == masked[1], "every night this page would count as another one"


@pytest.mark.parametrize(("one", "other"), CASES["differ"])
def test_a_changed_fact_is_seen(one: str, other: str) -> None:
    masked = [mask(one, FIRST), mask(other, SECOND)]
    assert masked[0] != masked[1], "an editor would not be told"
    assert MASK not in masked[0] + masked[1]


@pytest.mark.parametrize(("one", "other"), CASES["same"])
def test_lines_are_masked_wherever_they_stand(one: str, other: str) -> None:
    around = "临湖图书馆\n{}\nThe ferry leaves at 9:00."
    assert mask(around.format(one), FIRST) == mask(around.format(other), SECOND)


def test_a_day_that_is_printed_once_and_for_all_is_masked_for_both_looks() -> None:
    fixed = "Posted on Sunday, 22 November 2026"
    assert mask(fixed, FIRST) != mask(fixed, SECOND)
    assert mask(fixed, FIRST, SECOND) == mask(fixed, SECOND, FIRST)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_the_page_may_live_in_another_time_zone(off: int) -> None:
    day = FIRST + timedelta(off)
    assert mask(f"{day:%Y-%m-%d} 08:00", FIRST) == MASK


SPELLINGS = (
    *("{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%Y.%m.%d}", "{0.year}年{0.month}月{0.day}日", "{0:%Y}年{0:%m}月{0:%d}日"),
    *(
        "{0.day} {0:%B} {0.year}",
        "{0:%B} {0.day}, {0.year}",
        "{0:%b} {0.day}, {0.year}",
        "{0:%d-%b-%Y}",
        "{0:%A} {0.day} {0:%B}",
    ),
)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.sampled_from(SPELLINGS))
def test_any_day_is_known_in_its_spellings(day: date, spelling: str) -> None:
    text = spelling.format(day)
    assert mask(text, day) == MASK
    assert mask(text, day + timedelta(40)) == text


PIECES = [
    "0123456789:：-/.",
    "年月日前次天",
    "ago",
    "views",
    "阅读",
    "©",
    "ID",
    "in",
    "now",
    "at",
    "today",
    "今天",
    "a\n§▒٣İ",
    "\xa0",
]


@given(st.lists(st.sampled_from([*PIECES, " "])).map("".join), st.dates())
def test_no_text_is_too_odd(text: str, day: date) -> None:
    masked = mask(text, day)
    assert masked.count("\n") == text.count("\n")


@given(st.text(), st.dates())
def test_no_text_at_all_is_too_odd(text: str, day: date) -> None:
    mask(text, day)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "1,",
        "22 ",
        "2026-11-22 ",
        "11月",
        "views ",
        "©",
        "阅读",
        "今天",
        "前",
        "3 ",
        "a few ",
        "12 views ago ",
    ],
)
def test_masking_is_linear(piece: str) -> None:
    # One line without an end: a quadratic pattern takes minutes over it. The bound is wide, and no measurement.
    began = time.process_time()
    mask(piece * (150_000 // len(piece)), FIRST)
    assert time.process_time() - began < 10, "one page would hold up the night"
