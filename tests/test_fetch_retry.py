"""Which failing targets are asked again the same night, how often, and after how long."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.config import Config
from crawler.fetch.retry import is_passing, observe_again, retry_after_s
from crawler.model import Failure, Hop, Observation, Refusal

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


def test_the_first_good_answer_counts() -> None:
    observation, attempts = observe(seen(503), [seen(500), seen(200), seen(404)], (0.0, 0.0, 0.0))
    assert (observation.hops[0].status, attempts) == (200, [2, 3]), "a healthy page would be told as failing"


def test_the_last_answer_counts_when_none_is_good() -> None:
    observation, attempts = observe(seen(503), [seen(500), seen(502)], (0.0, 0.0))
    assert (observation.hops[0].status, attempts) == (502, [2, 3])


def test_retry_after_is_capped() -> None:
    first = seen(429, fields=(("retry-after", "86400"),))
    observation, _ = observe(first, [seen(200)], (0.0,))
    assert observation.hops[0].status == 200
