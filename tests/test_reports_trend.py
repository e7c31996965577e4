"""Link rot over time: which night tells a month, what is counted, and a picture that says what its table says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.model import Evidence, Group, Night, Outcome, Standing, Verdict
from crawler.reports.chart import MOST_HOSTS, MOST_MONTHS, Share, draw_months, find_worst
from crawler.reports.health import HealthReport
from crawler.reports.page import environment, framed
from crawler.reports.trend import DEAD, Month, count_months, month_of, pick_nights
from crawler.reports.words import LANGUAGES, say
from tests.test_reports_health import NOW, citation, full_report, report_of, row

SHANGHAI = ZoneInfo("Asia/Shanghai")
PAGE = (
    '{% extends "page.html.j2" %}{% from "trend.html.j2" import trend with context %}'
    "{% block main %}{{ trend(report) }}{% endblock %}"
)


def night(at: str, *, valid: bool = True, ended: bool = True) -> Night:
    started = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return Night(f"{started:%Y%m%dT%H%M%SZ}", started, False, started if ended else None, valid)


def standing(verdict: Verdict, group: Group) -> Standing:
    return Standing(verdict, group, NOW, 3, Evidence(str(verdict), "Why.", "原因。"))


DEAD_ONE = standing(Verdict.DEAD, Group.NEEDS_YOU)
MOVED = standing(Verdict.OK_MOVED, Group.NEEDS_YOU)
FINE = standing(Verdict.OK, Group.FINE)


def test_a_month_is_told_by_its_last_night_that_counts() -> None:
    nights = [
        night("2026-01-05T02:00"),
        night("2026-01-30T02:00"),
        night("2026-01-31T02:00", valid=False),
        night("2026-02-03T02:00", ended=False),
        night("2026-03-01T02:00"),
    ]
    picked = pick_nights(reversed(nights), SHANGHAI)
    assert {month: found.id for month, found in picked.items()} == {
        "2026-01": "20260130T020000Z",
        "2026-03": "20260301T020000Z",
    }, "a night of our own trouble, or one that was cut off, speaks for a month"
    assert list(picked) == ["2026-01", "2026-03"]


def test_months_are_those_of_the_editors() -> None:
    late = [night("2026-01-31T18:05")]
    assert list(pick_nights(late, SHANGHAI)) == ["2026-02"], "18:05 UTC is 2:05 of the next day in Shanghai"
    assert list(pick_nights(late, UTC)) == ["2026-01"]


def test_a_month_counts_citations_and_the_dead() -> None:
    found = [(DEAD_ONE, "a.example"), (MOVED, "a.example"), (FINE, "b.example"), (FINE, "")]
    month = month_of("2026-01", "20260130T020000Z", found)
    assert month.counts == {Group.NEEDS_YOU: 2, Group.FINE: 2}
    assert (month.cited, month.dead) == (4, 1), "a page that moved is not rot"
    assert month.hosts == {"a.example": {Group.NEEDS_YOU: 2}, "b.example": {Group.FINE: 1}}


def test_months_are_counted_from_their_own_nights() -> None:
    nights = [night("2026-01-30T02:00"), night("2026-02-27T02:00")]
    told = {"20260130T020000Z": [(FINE, "a.example")], "20260227T020000Z": [(DEAD_ONE, "a.example")]}
    months = count_months(nights, SHANGHAI, told.__getitem__)
    assert [(month.month, month.dead, month.cited) for month in months] == [("2026-01", 0, 1), ("2026-02", 1, 1)]


def test_what_counts_as_dead() -> None:
    assert {str(verdict) for verdict in DEAD} == {
        *("dead", "gone", "dead-inferred", "host-gone", "dead-unreachable", "hijacked", "human-dead")
    }


# ---------------------------------------------------------------- pictures


def months(n: int, *, dead: int = 2, needs: int = 3, cited: int = 40) -> tuple[Month, ...]:
    return tuple(
        Month(
            f"{2020 + place // 12}-{place % 12 + 1:02d}",
            f"{place:08d}T020000Z",
            {Group.NEEDS_YOU: needs, Group.FINE: cited - needs},
            {},
            dead,
        )
        for place in range(n)
    )


def test_shares_are_told_as_people_do() -> None:
    told = [str(Share(n, of)) for n, of in ((0, 40), (1, 40), (1, 1000), (4, 40), (40, 40), (0, 0))]
    assert told == ["0%", "2.5%", "0.1%", "10%", "100%", "0%"]


@given(st.integers(0, 50), st.integers(0, 50))
def test_no_bar_leaves_the_picture(dead: int, needs: int) -> None:
    chart = draw_months([*months(3, dead=dead, needs=needs, cited=50), *months(1, dead=1, needs=1, cited=10_000)])
    for bar in chart.bars:
        for share in (bar.dead, bar.needs):
            assert 0 <= chart.height(share, 92) <= 92
            assert (chart.height(share, 92) > 0) == (share.n > 0), "one dead link in a thousand must be seen"


def test_old_months_are_left_out_and_it_is_said() -> None:
    chart = draw_months(months(MOST_MONTHS + 5))
    assert (len(chart.bars), chart.left_out) == (MOST_MONTHS, 5)
    page = shown(replace(full_report(), trend=months(MOST_MONTHS + 5)), "en")
    assert say("trend.earlier", "en", n=MOST_MONTHS) in page.text_content()


def test_the_worst_hosts_come_first() -> None:
    rows = [
        row(citation(n, f"https://{host}.example/{n}"), Outcome.NOT_FOUND, verdict, Group.NEEDS_YOU, 3)
        for n, (host, verdict) in enumerate(
            [("b", Verdict.DEAD), ("a", Verdict.DEAD), ("b", Verdict.GONE), ("c", Verdict.OK_MOVED)], 1
        )
    ]
    worst = find_worst(report_of(rows))
    assert [(site.host, site.dead.n, site.dead.of) for site in worst] == [("b.example", 2, 2), ("a.example", 1, 1)]
    many = [
        row(citation(n, f"https://h{n}.example/"), Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3)
        for n in range(1, MOST_HOSTS + 9)
    ]
    assert len(find_worst(report_of(many))) == MOST_HOSTS


def shown(report: HealthReport, language: str) -> html.HtmlElement:
    text = environment().from_string(PAGE).render(**framed(language, report.timezone), report=report)
    return html.document_fromstring(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_says_what_the_picture_says(language: str) -> None:
    page = shown(replace(full_report(), trend=months(13)), language)
    bars = [" ".join(title.split()) for title in page.xpath("//svg[@class='months']/g/title/text()")]
    rows = [[" ".join(cell.text_content().split()) for cell in line] for line in page.xpath("(//tbody)[1]/tr")]
    assert len(rows) == len(bars) == 13
    for bar, (month, cited, dead, needs) in zip(bars, reversed(rows), strict=True):
        assert cited == "40"
        assert bar == f"{month} · {say('trend.dead', language)} {dead} · {say('trend.needs', language)} {needs}"
    assert not page.xpath("//*[@style]"), "the policy would not let it act"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_month_is_no_trend(language: str) -> None:
    page = shown(replace(full_report(), trend=months(1)), language)
    assert say("trend.one_month", language) in page.text_content()
    assert not page.xpath("//svg[@class='months']"), "a picture of one month looks like a trend"
    assert len(page.xpath("(//tbody)[1]/tr")) == 1
    empty = shown(report_of([]), language)
    assert say("trend.none_dead", language) in empty.text_content()


def test_a_host_of_a_stranger_stays_text() -> None:
    cited = citation(1, "https://<b>x.example/")
    page = shown(report_of([row(cited, Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3)]), "en")
    assert not page.xpath("//b")


def test_nights_may_come_in_any_order() -> None:
    nights = [night(f"{datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=n):%Y-%m-%dT%H:%M}") for n in range(59)]
    assert pick_nights(nights, UTC) == pick_nights(nights[::-1], UTC)
