"""What robots.txt lets us do, for each way it can answer or fail (RFC 9309)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch.asking import Answer
from crawler.fetch.robots import read_rules
from crawler.model import Failure, Head, Hop, Refusal

NOW = datetime(2026, 1, 31, 2, tzinfo=UTC)
URI = "https://www.example.org/private/x"


def answer(
    status: int | None = None, body: bytes = b"", failure: Failure | None = None, refusal: Refusal | None = None
) -> Answer:
    head = Head("HTTP/1.1", status, "", ()) if status else None
    return Answer(Hop("https://www.example.org/robots.txt", status, failure), head, body, refusal=refusal)


def test_a_disallow_for_everyone_is_kept() -> None:
    rules = read_rules(answer(200, b"User-agent: *\nDisallow: /private/\n"), None, NOW)
    assert not rules.allows(URI)
    assert rules.allows("https://www.example.org/public")


def test_our_own_group_comes_before_everyone() -> None:
    rules = read_rules(answer(200, b"User-agent: *\nDisallow: /\n\nUser-agent: evercite\nAllow: /\n"), None, NOW)
    assert rules.allows(URI), "a site that lets us in by name would be reported as closed"


def test_crawl_delay_is_read() -> None:
    assert read_rules(answer(200, b"User-agent: *\nCrawl-delay: 7\n"), None, NOW).crawl_delay_s() == 7.0


@pytest.mark.parametrize("status", [301, 401, 403, 404, 410, 429])
def test_4xx_means_no_rules(status: int) -> None:
    rules = read_rules(answer(status), None, NOW)
    assert rules.failed is None
    assert rules.allows(URI)


@pytest.mark.parametrize(
    "failed",
    [answer(500), answer(503), *(answer(failure=f) for f in Failure if f is not Failure.DNS_NXDOMAIN)],
    ids=lambda a: str(a.hop.failure or a.hop.status),
)
def test_any_other_failure_forbids_for_thirty_days(failed: Answer) -> None:
    assert read_rules(failed, None, NOW).failed == failed.hop
    assert read_rules(failed, NOW - timedelta(days=29), NOW).failed == failed.hop
    assert read_rules(failed, NOW - timedelta(days=30), NOW).failed is None, "a site would stay unchecked for ever"


def test_a_name_that_does_not_exist_is_the_targets_own_failure() -> None:
    assert read_rules(answer(failure=Failure.DNS_NXDOMAIN), None, NOW).failed is None


def test_what_we_refuse_to_ask_forbids_nothing() -> None:
    assert read_rules(answer(refusal=Refusal.PRIVATE_ADDRESS), None, NOW).failed is None


def test_rules_behind_a_bad_certificate_still_hold() -> None:
    hop = Hop("https://www.example.org/robots.txt", None, Failure.TLS_EXPIRED)
    seen = Answer(hop, Head("HTTP/1.1", 200, "", ()), b"User-agent: *\nDisallow: /\n")
    assert not read_rules(seen, None, NOW).allows(URI)


def test_garbage_is_no_rule() -> None:
    assert read_rules(answer(200, b"\xff\xfe\x00<html>"), None, NOW).allows(URI)
