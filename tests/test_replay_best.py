"""Which capture answers for a citation: stories drawn as one letter a capture, and what holds of any of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Capture, DateSource, Issued, Outcome, RecordType
from crawler.replay.best import Candidate, Fitness, Sought, best_copy, days_after, fitness, tell_span

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
# A capture a day: what the letter says of it.
OUTCOMES = {
    ".": Outcome.OK,
    "m": Outcome.OK_MOVED,
    "x": Outcome.NOT_FOUND,
    "s": Outcome.SOFT_404,
    "b": Outcome.BLOCKED,
    "l": Outcome.LOGIN,
    "p": Outcome.TIMEOUT,
    "c": Outcome.OK,  # cut by a limit of ours
    "R": Outcome.OK,  # shows another text
    "-": None,  # no judged chain ended on it
    "e": Outcome.OK,  # empty
}


def capture(day: int, *, length: int = 10, uri: str = "https://example.org/a") -> Capture:
    """A capture of so many days after the first."""
    at = FIRST + timedelta(days=day)
    return Capture(
        urlkey="org,example)/a",
        timestamp=f"{at:%Y%m%d%H%M%S}000",
        uri=uri,
        mime="text/html",
        status=200,
        digest=f"sha256:{day}",
        filename="a.warc.gz",
        offset=0,
        length=1,
        record_id=f"<{day}>",
        record_type=RecordType.RESPONSE,
        seen_at=at,
        night=f"{at:%Y%m%dT%H%M%SZ}",
        payload_length=length,
    )


def candidates(story: str) -> list[Candidate]:
    """A capture a letter, from 1 January 2026 on; a space is a day without one."""
    since = FIRST + timedelta(days=story.find("R"))
    return [
        Candidate(
            capture(day, length=0 if letter == "e" else 10),
            OUTCOMES[letter],
            whole=letter not in "cp",
            replaced_at=since if letter == "R" else None,
        )
        for day, letter in enumerate(story)
        if letter != " "
    ]


def issued(date: str | None) -> Issued | None:
    return Issued(date, DateSource.TEXT) if date else None


# captures from 1 January on | the issue date | the best, counted from 0 | the rule
STORIES = (
    (".....", "2026-01-03", 2, "nearest-issue"),
    (".....", "2026-01", 4, "nearest-issue"),
    (".....", "2025-12-30", 0, "nearest-issue"),
    (".....", "2024-11", 0, "first-capture-late"),
    (".....", None, 0, "first-of-undated"),
    ("xs...", None, 2, "first-of-undated"),
    (". x .", "2026-01-03", 4, "nearest-issue"),  # 50 hours before noon, 46 after it
    (".xxxx", "2026-02-10", 0, "nearest-issue"),
    ("bl.lb", "2026-01-05", 2, "nearest-issue"),
    (".mmmm", "2026-01-04", 3, "nearest-issue"),
    ("..RRR", "2024-11", 0, "first-capture-late"),
    ("..RRR", None, 0, "first-of-undated"),
    (". RRR", "2026-01-02", 0, "before-replacement"),
    ("..RRR", "2026-01-04", 3, "nearest-issue"),  # issued after the text was another one: that was cited
    ("..RR.", "2026-01", 4, "nearest-issue"),
    ("ppppp", "2026-01-03", 2, "only-part"),
    ("ccxxx", None, 0, "only-part"),
    ("pp.pp", "2025-01", 2, "first-capture-late"),
    ("-.---", "2026-01-05", 1, "nearest-issue"),
    ("e...e", "2026-01-01", 1, "nearest-issue"),
)


@pytest.mark.parametrize(("story", "date", "best", "rule"), STORIES)
def test_the_copy_of_a_story_and_why(story: str, date: str | None, best: int, rule: str) -> None:
    found = best_copy(candidates(story), Sought(issued=issued(date), zone=SHANGHAI))
    assert found is not None
    assert (found.capture.record_id, found.why.rule) == (f"<{best}>", rule), "an editor would print another page"
    assert found.why.en.endswith(".")
    assert found.why.zh.endswith("。")


@pytest.mark.parametrize("story", ["", "xxxxx", "bl", "s", "-", "e", "RRR"])
def test_what_may_not_be_handed_out_is_no_copy(story: str) -> None:
    assert best_copy(candidates(story), Sought(issued=issued("2026-01-02"))) is None or story == "RRR"
    assert story != "RRR" or best_copy(candidates(story), Sought()) is None


# An address is asked for, not a citation: the newest, or the one nearest an instant, whatever text it shows.
ADDRESSES = (
    ("..RR", None, 3, "newest"),
    (".x", None, 0, "newest"),
    (". . .", 2, 2, "nearest-date"),
    ("....", 9, 3, ""),
)


@pytest.mark.parametrize(("story", "day", "best", "rule"), ADDRESSES)
def test_the_copy_of_an_address(story: str, day: int | None, best: int, rule: str) -> None:
    at = None if day is None else FIRST + timedelta(days=day)
    found = best_copy(candidates(story), Sought(cited=False, at=at))
    assert found is not None
    assert found.capture.record_id == f"<{best}>"
    assert found.why.rule == (rule or "nearest-date")
    assert found.days is None


def test_a_replaced_text_is_not_the_cited_one_at_any_date() -> None:
    found = best_copy(candidates("..RRR"), Sought(at=FIRST + timedelta(days=4)))
    assert found is not None
    assert found.capture.record_id == "<1>", "a citation's copy shows what took its place"


def test_what_an_editor_accepted_is_the_cited_thing() -> None:
    accepted = [Candidate(one.capture, one.outcome) for one in candidates(". RR")]
    found = best_copy(accepted, Sought(issued=issued("2026-01-02"), zone=SHANGHAI))
    assert found is not None
    assert found.capture.record_id == "<2>"


def test_what_nobody_judged_counts_where_nobody_judged_anything() -> None:
    assert fitness(candidates("-")[0], Sought(judged=False)) is Fitness.GOOD
    assert fitness(candidates("-")[0], Sought()) is Fitness.NOT_JUDGED


@pytest.mark.parametrize(
    ("day", "date", "days"),
    [(0, "2026-01-01", 0), (4, "2026-01", 0), (9, "2026-01-01", 9), (0, "2026-02", -31), (31, "2026-01", 1)],
)
def test_days_are_counted_from_the_days_of_issue(day: int, date: str, days: int) -> None:
    assert days_after(capture(day), Issued(date, DateSource.TEXT), SHANGHAI) == days


SPANS = ((1, "1 day", "1 天"), (45, "45 days", "45 天"), (60, "2 months", "2 个月"), (425, "14 months", "14 个月"))


@pytest.mark.parametrize(("days", "en", "zh"), [*SPANS, (900, "2 years", "2 年"), (3650, "10 years", "10 年")])
def test_spans_are_told_as_people_say_them(days: int, en: str, zh: str) -> None:
    assert tell_span(days) == (en, zh)


stories = st.text(alphabet="".join(OUTCOMES) + " ", max_size=12)
dates = st.none() | st.sampled_from(["2024-11", "2026-01", "2026-01-05", "2026-03-01"])


@given(stories, dates)
def test_any_copy_may_be_handed_out_and_none_fit_is_nearer(story: str, date: str | None) -> None:
    found, sought = candidates(story), Sought(issued=issued(date), zone=SHANGHAI)
    copy = best_copy(found, sought)
    fit = [one for one in found if fitness(one, sought) is Fitness.GOOD]
    part = [one for one in found if fitness(one, sought) is Fitness.PART]
    assert (copy is not None) == bool(fit or part)
    if copy is None:
        return
    assert copy.capture in [one.capture for one in fit or part]
    assert best_copy(reversed(found), sought) == copy, "the order of the captures decides"
    near = sought.near
    if near is not None:
        nearest = min(abs(one.capture.seen_at - near) for one in fit or part)
        assert abs(copy.capture.seen_at - near) == nearest
