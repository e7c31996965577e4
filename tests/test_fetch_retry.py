"""Which failing targets are asked again the same night, how often, and after how long."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.config import Config
from crawler.fetch.retry import is_asked_again, is_final, is_passing, observe_again, retry_after_s
from crawler.judge.outcome import FAMILY, read
from crawler.model import Content, Failure, Family, Hop, Observation, Refusal

NOW = datetime(2026, 1, 2, 2, tzinfo=UTC)


def seen(status: int | None = None, failure: Failure | None = None, **more: object) -> Observation:
    hop = Hop("https://www.example.org/", status, failure, **more)  # type: ignore[arg-type]
    return Observation("20260102T020000Z", "https://www.example.org/", NOW, (hop,))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(status: int) -> None:
    assert is_passing(seen(status))


@pytest.mark.parametrize("status", [200, 301, 401, 403, 404, 410, 451, 501])
def test_what_will_not_pass_is_not(status: int) -> None:
    assert not is_passing(seen(status)), "a site that refused would be asked over and over"


@pytest.mark.parametrize(("failure", "passing"), [(f, "tls-" not in f or f == "tls-protocol") for f in Failure])
def test_failures(failure: Failure, passing: bool) -> None:
    assert is_passing(seen(failure=failure)) is passing


def test_refusals_and_loops_are_not_asked_again() -> None:
    assert not is_passing(replace(seen(503), robots=True))
    assert not is_passing(replace(seen(503), refusal=Refusal.BUDGET))
    assert not is_passing(seen(302, detail="redirect-loop"))
    assert not is_asked_again(replace(seen(404), robots=True))
    assert not is_asked_again(replace(seen(404), refusal=Refusal.BUDGET))


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Fri, 02 Jan 2026 02:00:30 GMT", 30.0),
        ("Fri, 02 Jan 2026 01:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
        ("-5", None),
    ],
)
def test_retry_after(value: str | None, wait_s: float | None) -> None:
    assert retry_after_s(value, NOW) == wait_s


def observe(first: Observation, later: list[Observation], waits: tuple[float, ...]) -> tuple[Observation, list[int]]:
    attempts: list[int] = []

    async def look(attempt: int) -> Observation:
        attempts.append(attempt)
        return later[attempt - 2]

    config = Config(retry_waits_s=waits, retry_after_cap_s=0.01)
    return asyncio.run(observe_again(first, look, config, lambda: NOW)), attempts


@pytest.mark.parametrize("status", [202, 206, 300, 303, 304, 400, 404, 410, 414, 501, 505, 530])
def test_what_is_said_for_good_is_asked_once_more(status: int) -> None:
    assert is_final(seen(status)), "one machine behind a load balancer could call a page dead for all of them"


@pytest.mark.parametrize("status", [200, 203, 204, 401, 402, 403, 405, 406, 407, 418, 451, 999])
def test_what_is_fine_or_refused_is_asked_once(status: int) -> None:
    assert not is_asked_again(seen(status)), "a site that refused would be asked over and over"


def test_a_body_that_is_confirmed_is_not_asked_again() -> None:
    assert not is_asked_again(replace(seen(304), content=Content("text/html", 9, "sha256:0", not_modified=True)))


@pytest.mark.parametrize("status", range(200, 600))
def test_every_counted_status_is_looked_at_twice(status: int) -> None:
    """The table of outcomes says what counts: none of it may rest on a single look."""
    family = FAMILY[read(seen(status), "https://www.example.org/").outcome]
    if family in (Family.GONE, Family.OUTAGE):
        assert is_asked_again(seen(status)), f"{status} counts as {family} after a single look"


def test_the_first_good_answer_counts() -> None:
    observation, attempts = observe(seen(503), [seen(500), seen(200), seen(404)], (0.0, 0.0, 0.0))
    assert (observation.hops[0].status, attempts) == (200, [2, 3]), "a healthy page would be told as failing"


def test_the_last_answer_counts_when_none_is_good() -> None:
    observation, attempts = observe(seen(503), [seen(500), seen(502)], (0.0, 0.0))
    assert (observation.hops[0].status, attempts) == (502, [2, 3])


@pytest.mark.parametrize(
    ("looks", "counts", "attempts"),
    [
        ("404 404", "404", 2),  # said twice: believed, and nobody asked a third time
        ("404 200", "200", 2),  # one machine did not know
        ("404 503 404", "404", 3),
        ("404 410 404", "404", 3),
        ("503 404 404", "404", 3),
        ("503 503 404", "503", 3),  # said once, at the end of the night: the outage counts
        ("404 503 503", "503", 3),
        ("404 403", "403", 2),
        ("410 410", "410", 2),
        ("503 404 200", "200", 3),
    ],
)
def test_what_is_said_once_is_not_believed(looks: str, counts: str, attempts: int) -> None:
    first, *later = [seen(int(status)) for status in looks.split()]
    later = [replace(look, attempts=place) for place, look in enumerate(later, 2)]
    observation, asked = observe(first, later, (0.0, 0.0))
    final = observation.final
    assert final is not None
    assert (str(final.status), observation.attempts, len(asked)) == (counts, attempts, attempts - 1), looks


def test_a_loop_is_asked_once_more() -> None:
    loop = seen(302, detail="redirect-loop")
    observation, asked = observe(loop, [loop], (0.0, 0.0))
    assert (observation, asked) == (loop, [2]), "a loop of one machine would count for all"


def test_a_look_that_the_end_of_the_night_refuses_takes_nothing_back() -> None:
    refused = replace(seen(), hops=(), refusal=Refusal.DEADLINE)
    observation, asked = observe(seen(404), [refused], (0.0, 0.0))
    assert (observation, asked) == (seen(404), [2])


def test_without_waits_one_look_is_all_there_is() -> None:
    observation, asked = observe(seen(404), [], ())
    assert (observation, asked) == (seen(404), [])


def test_retry_after_is_capped() -> None:
    first = seen(429, fields=(("retry-after", "86400"),))
    observation, _ = observe(first, [seen(200)], (0.0,))
    assert observation.hops[0].status == 200
