"""The dead man's message: told when no night has counted for too long, and only then, and with what is to be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawler.model import Evidence, Night
from crawler.notify.message import write_message
from crawler.notify.overdue import Overdue, find_overdue, overdue_payload, write_overdue

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
# A night a day: o counted, n counted with news, x invalid, c cut off and closed, u not ended, - none ran; then the
# hour of the look after the first night began, and since which night it is overdue (. for not at all).
NIGHTS = """
o       0    .
o       47   .
o       48   0
n       48   0
oo      71   .
oo      72   1
oxx     47   .
oxx     48   0
oxo     72   .
oc      49   0
ou      49   0
o--     70   0
x       10   .
x       48   0
xx      48   0
u       48   0
c       48   0
xo      60   .
"""
ROWS = [line.split() for line in NIGHTS.split("\n") if line.strip()]


def nights_of(drawn: str) -> list[Night]:
    made = []
    for number, mark in enumerate(drawn):
        at = FIRST + timedelta(days=number)
        status = {"o": 0, "n": 1, "x": 4, "c": 2}.get(mark)
        if mark != "-":
            ended = at + timedelta(hours=1) if mark != "u" else None
            made.append(Night(f"{at:%Y%m%dT%H%M%SZ}", at, True, ended, mark != "x", None, status))
    return made


def overdue(drawn: str, hour: float, hours: float = 48) -> Overdue | None:
    return find_overdue(nights_of(drawn), FIRST + timedelta(hours=hour), hours)


@pytest.mark.parametrize(("drawn", "hour", "since"), ROWS, ids=lambda word: str(word))
def test_what_counts_and_for_how_long(drawn: str, hour: str, since: str) -> None:
    found = overdue(drawn, float(hour))
    assert (found is None) == (since == ".")
    if found:
        assert found.since == FIRST + timedelta(days=int(since))
        assert found.ever == bool(set(drawn) & set("on"))


def test_an_archive_without_nights_is_not_overdue() -> None:
    assert find_overdue([], FIRST, 48) is None


@pytest.mark.parametrize(
    ("drawn", "zh", "en"),
    [
        ("o", "此后没有再运行过夜间检查。", "No night has run since then."),
        (
            "ox",
            "最近一晚（20260102T020000Z）无效：断网。",
            "The newest night (20260102T020000Z) was invalid: no network.",
        ),
        ("ou", "没有结束", "has not ended"),
        ("oc", "中途被打断，没有完成", "was cut off before it was complete"),
    ],
)
def test_the_message_says_since_when_what_happened_and_what_to_do(drawn: str, zh: str, en: str) -> None:
    found = overdue(drawn, 75)
    assert found is not None
    why = Evidence("run-no-answer", "no network.", "断网。") if "x" in drawn else None
    told = Overdue(found.since, found.now, found.newest, found.ever, why)
    texts = {code: write_message("d", "overdue", write_overdue(told, code, ZONE), {}).text for code in ("zh", "en")}
    assert zh in texts["zh"].replace("\n", "")
    assert en in texts["en"].replace("\n", " ")
    assert "2026年1月1日 10:00，距今 75 小时" in texts["zh"].replace("\n", "")
    assert all("evercite night" in text.replace("\n", " ") for text in texts.values())


def test_the_subject_is_one_line_and_the_object_the_same() -> None:
    found = overdue("x", 50)
    assert found is not None
    assert write_overdue(found, "en", ZONE).subject == "No valid night since 1 January 2026"
    assert write_overdue(found, "zh", ZONE).subject == "自2026年1月1日起没有有效的夜间检查"
    payload = overdue_payload(found, ZONE)
    assert (payload["schema"], payload["kind"], payload["since"], payload["hours"]) == (
        1, "overdue", "2026-01-01T02:00:00Z", 50
    )  # fmt: skip
