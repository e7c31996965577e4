"""When the dead are looked at again, whether https shows the same, and whether another place agrees."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.judge.due import MONTH, is_due
from crawler.judge.https import serves_same
from crawler.judge.rows import DEADS
from crawler.judge.vantage import agrees, fails_there
from crawler.model import (
    Content,
    Coverage,
    Failure,
    Hop,
    Observation,
    Page,
    Refusal,
    Sight,
    SightKind,
    Verdict,
)

DIED = datetime(2026, 1, 10, 2, tzinfo=UTC)
DAY = timedelta(days=1)
LINK = "https://www.ferry.example/winter"


def looked_at(uri: str, nights: list[datetime], verdict: Verdict = Verdict.DEAD) -> list[datetime]:
    """The nights on which a link that died on the first of them is looked at."""
    found: list[datetime] = []
    for now in nights:
        if is_due(uri, verdict, nights[0], found[-1] if found else None, now):
            found.append(now)
    return found


def every_night(count: int) -> list[datetime]:
    return [DIED + n * DAY for n in range(count)]


def gaps(nights: list[datetime]) -> list[int]:
    return [round((later - sooner) / DAY) for sooner, later in pairwise(nights)]


def test_the_dead_are_looked_at_nightly_then_weekly_then_monthly_for_ever() -> None:
    seen = looked_at(LINK, every_night(3 * 365))
    month = [night for night in seen if night - DIED < MONTH]
    weekly = [night for night in seen if MONTH + 7 * DAY <= night - DIED < timedelta(days=182)]
    monthly = [night for night in seen if night - DIED >= timedelta(days=182 + 31)]
    assert len(month) == 30, "a link that died by mistake would stay dead for longer than a night"
    assert set(gaps(weekly)) == {7}
    assert set(gaps(monthly)) == {30}
    assert len(monthly) > 25, "the dead are forgotten"


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict not in DEADS])
def test_whatever_is_not_dead_is_looked_at_every_night(verdict: Verdict) -> None:
    assert is_due(LINK, verdict, DIED, DIED + 299 * DAY, DIED + 300 * DAY), f"{verdict} would not be looked at"


@pytest.mark.parametrize("verdict", sorted(DEADS))
def test_every_death_is_looked_at_less(verdict: Verdict) -> None:
    assert len(looked_at(LINK, every_night(365), verdict)) < 70


def test_what_was_never_seen_is_due() -> None:
    assert is_due(LINK, Verdict.GONE, DIED, None, DIED + 400 * DAY)


def test_the_dead_of_one_day_do_not_come_back_on_one_night() -> None:
    uris = [f"https://www.library.example/shelf/{n}" for n in range(700)]
    nights = every_night(120)
    counted = Counter(night for uri in uris for night in looked_at(uri, nights) if night - DIED >= timedelta(days=40))
    assert max(counted.values()) < 160, "one night would bear what a week should share"
    assert min(counted.values()) > 50


@settings(max_examples=25)
@given(st.text(min_size=1), st.lists(st.integers(-3 * 3600, 3 * 3600), min_size=260, max_size=260))
def test_a_late_timer_costs_no_look(uri: str, delays: list[int]) -> None:
    nights = [night + timedelta(seconds=delay) for night, delay in zip(every_night(260), delays, strict=True)]
    seen = looked_at(uri, nights)
    later = gaps([night for night in seen if night - nights[0] >= MONTH])
    assert later, "a dead link is never looked at again"
    assert max(later) <= 31
    weekly = gaps([n for n in seen if MONTH <= n - nights[0] < timedelta(days=181)])
    assert max(weekly) <= 8, f"a week's look came after {max(weekly)} days"


@given(st.integers(1, 400), st.integers(0, 400))
def test_a_machine_that_slept_looks_at_once(asleep: int, dead: int) -> None:
    last, now = DIED + dead * DAY, DIED + (dead + 31 + asleep) * DAY
    assert is_due(LINK, Verdict.DEAD, DIED, last, now)


# ---------------------------------------------------------------- https


def seen(
    uri: str = LINK, status: int | None = 200, failure: Failure | None = None, detail: str = "", digest: str = "a"
) -> Observation:
    content = Content("text/html", 900, f"sha256:{digest}") if failure is None and status else None
    return Observation("20260110T020000Z", uri, DIED, (Hop(uri, status, failure, detail=detail),), content)


def page(text: str, key: str = "k") -> Page:
    return Page(Sight(key, SightKind.HTML), text, 200)


PLAIN = "http://www.ferry.example/winter"
PROSE = " ".join(f"The ferry of {n} o'clock leaves pier {n % 7} for island {n % 11}." for n in range(60))


@pytest.mark.parametrize(
    ("http", "http_page", "https", "https_page", "same"),
    [
        (seen(PLAIN), None, seen(LINK), None, True),
        (seen(PLAIN), page(PROSE, "a"), seen(LINK, digest="b"), page(PROSE + " Visits: 7", "b"), True),
        (seen(PLAIN), page("short", "a"), seen(LINK, digest="b"), page("short", "a"), True),
        (seen(PLAIN), page("short", "a"), seen(LINK, digest="b"), page("short.", "b"), False),
        (seen(PLAIN), page(PROSE, "a"), seen(LINK, digest="b"), page(PROSE[: len(PROSE) // 2], "b"), False),
        (seen(PLAIN), page(PROSE, "a"), seen(LINK, digest="b"), None, False),
        (seen(PLAIN), None, seen(PLAIN), None, False),  # https led back to http
        (seen(LINK), None, seen(LINK), None, False),  # http led to https already
        (seen(PLAIN), None, seen(LINK, 404), None, False),
        (seen(PLAIN, 404), None, seen(LINK, 404), None, False),
        (seen(PLAIN), None, seen(LINK, None, Failure.TLS_EXPIRED), None, False),
        (seen(PLAIN), None, seen(LINK, None, Failure.REFUSED), None, False),
    ],
)
def test_https_must_serve_the_same(
    http: Observation, http_page: Page | None, https: Observation, https_page: Page | None, same: bool
) -> None:
    told = serves_same(http, http_page, https, https_page)
    assert told is same, "an editor would be told to replace a link by one that shows something else" * (not same)


def test_what_came_in_part_is_not_compared() -> None:
    cut = replace(seen(LINK), content=Content("text/html", 900, "sha256:a", Coverage.CUT_BY_PEER))
    assert not serves_same(seen(PLAIN), None, cut, None)


def test_a_confirmed_body_counts_as_that_body() -> None:
    confirmed = replace(seen(PLAIN, 304), content=Content("text/html", 900, "sha256:a", not_modified=True))
    assert serves_same(confirmed, None, seen(LINK), None)


# ---------------------------------------------------------------- another place

CONTROL = seen("https://www.garden.example/")
SILENT = seen(status=None, failure=Failure.TIMEOUT)


@pytest.mark.parametrize(
    ("look", "fails"),
    [
        (SILENT, True),
        (seen(status=None, failure=Failure.DNS_NXDOMAIN), True),
        (seen(status=None, failure=Failure.REFUSED), True),
        (seen(status=None, failure=Failure.REFUSED, detail="the proxy answered CONNECT with 502 Bad Gateway"), True),
        (seen(status=None, failure=Failure.REFUSED, detail="the proxy answered CONNECT with 403 Forbidden"), None),
        (seen(status=None, failure=Failure.REFUSED, detail="the proxy answered CONNECT with 407"), None),
        (seen(PLAIN, 504), True),  # said by the proxy itself
        (seen(LINK, 504), False),  # said by the host: it is there
        (seen(status=200), False),
        (seen(status=404), False),
        (seen(status=None, failure=Failure.TLS_EXPIRED), False),
        (seen(status=None, failure=Failure.BAD_HTTP), False),
        (replace(seen(), refusal=Refusal.DEADLINE), None),
        (replace(seen(), robots=True), None),
        (replace(seen(), hops=()), None),
    ],
)
def test_what_a_look_from_elsewhere_says(look: Observation, fails: bool | None) -> None:
    assert fails_there(look) is fails


OTHER = seen("https://www.ferry.example/summer")


@pytest.mark.parametrize(
    ("host", "night", "told"),
    [
        ([SILENT], [SILENT, CONTROL], True),
        ([SILENT], [SILENT], None),  # nothing answers there: its own network may be down
        ([SILENT], [SILENT, seen("http://www.garden.example/")], None),  # only http works there
        ([SILENT, OTHER], [SILENT, OTHER, CONTROL], False),  # another page of the host answers there
        ([OTHER], [OTHER], False),
        ([], [CONTROL], None),
        ([replace(SILENT, refusal=Refusal.BUDGET)], [CONTROL], None),
        ([seen(PLAIN, 502)], [seen("http://www.garden.example/")], True),
        ([seen(PLAIN, 502)], [seen("http://www.garden.example/", 502)], None),
    ],
)
def test_a_place_that_reaches_nobody_agrees_with_nothing(
    host: list[Observation], night: list[Observation], told: bool | None
) -> None:
    assert agrees(host, night) is told, "a proxy that is down would bury half the web"
