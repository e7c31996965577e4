"""Whether a run may be believed: a machine without network must never report a dead web."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.judge import RULES_VERSION
from crawler.judge.run import Turnout, run_validity
from crawler.model import Failure, Hop, Observation, Refusal

SEEN_AT = datetime(2026, 1, 2, 2, tzinfo=UTC)
HOSTS = [f"h{n}.example" for n in range(12)]


def seen(host: str, answer: int | Failure | None) -> Observation:
    uri = f"https://{host}/a"
    status, failure = (answer, None) if isinstance(answer, int) else (None, answer)
    hops = () if answer is None else (Hop(uri, status, failure),)
    return Observation("20260102T020000Z", uri, SEEN_AT, hops, refusal=Refusal.BUDGET if answer is None else None)


def run(*answers: int | Failure | None) -> Turnout:
    return Turnout.of(seen(host, answer) for host, answer in zip(HOSTS, answers, strict=False))


NX, SLOW, CERT, CUT = Failure.DNS_NXDOMAIN, Failure.TIMEOUT, Failure.TLS_EXPIRED, Failure.TRUNCATED
SIX = frozenset(HOSTS[:6])


@pytest.mark.parametrize(
    ("answers", "before", "running", "valid", "few", "rule"),
    [
        ([NX, NX, NX], frozenset(), 0, False, False, "run-no-answer"),
        ([NX] * 10, SIX, 9, False, False, "run-no-answer"),
        ([NX, SLOW, Failure.TLS_PROTOCOL], frozenset(), 0, False, False, "run-no-answer"),
        ([NX, NX], frozenset(), 0, True, True, None),
        ([NX], SIX, 0, True, True, None),
        ([], frozenset(), 0, True, True, None),
        ([NX, NX, 500], frozenset(), 0, True, False, None),
        ([NX, NX, CERT], frozenset(), 0, True, False, None),
        ([NX, NX, CUT], frozenset(), 0, True, False, None),
        ([403], frozenset(), 0, True, False, None),
        ([NX, NX, None, None], frozenset(), 0, True, True, None),
        ([NX, NX, NX, NX, 200, 200], SIX, 0, False, False, "run-half-lost"),
        ([NX, NX, NX, NX, 200, 200], SIX, 2, False, False, "run-half-lost"),
        ([NX, NX, NX, NX, 200, 200], SIX, 3, True, False, None),
        ([NX, NX, NX, 200, 200, 200], SIX, 0, True, False, None),
        ([CERT, CERT, CERT, CERT, 200, 200], SIX, 0, True, False, None),
        ([503, 503, 503, 503, 200, 200], SIX, 0, True, False, None),
        ([NX, NX, NX, 200, 200], frozenset(HOSTS[:4]), 0, True, False, None),
        ([200, 200, 200, 200, 200, 200, NX, NX, NX, NX, NX, NX], SIX, 0, True, False, None),
    ],
)
def test_validity(
    answers: list[int | Failure | None], before: frozenset[str], running: int, valid: bool, few: bool, rule: str | None
) -> None:
    said = run_validity(run(*answers), before, running)
    assert (said.valid, said.few_hosts) == (valid, few), "our outage would be told as theirs, or theirs as ours"
    assert (said.reason.rule if said.reason else None) == rule


def test_a_redirects_host_counts_as_asked_and_answered() -> None:
    chain = Observation(
        "20260102T020000Z",
        "https://a.example/",
        SEEN_AT,
        (Hop("https://a.example/", 302, None), Hop("https://B.example/", None, NX)),
    )
    assert Turnout.of([chain]) == Turnout({"a.example", "b.example"}, {"a.example"})


def test_one_answer_of_a_host_is_enough() -> None:
    both = [seen("a.example", SLOW), seen("a.example", 200)]
    assert Turnout.of(both).answered == {"a.example"}


def test_the_reason_names_the_figures() -> None:
    reason = run_validity(run(*[NX] * 7), frozenset(), 0).reason
    assert reason is not None
    assert "7" in reason.en
    assert "7" in reason.zh


def test_rules_have_a_version() -> None:
    assert RULES_VERSION == "2"
