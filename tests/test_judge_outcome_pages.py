"""One observation and its page → one outcome: whole pages of a town's site, read by the reader that nights use."""

from __future__ import annotations

from collections import Counter

import pytest

from crawler.judge.outcome import FAMILY, read
from crawler.model import Family, Outcome
from tests.judged_pages import Case, cases_of, observation_of, surroundings_of

TABLES = ("outcomes_soft404", "outcomes_walls", "outcomes_barriers", "outcomes_parked", "outcomes_places")
CASES = [(table, case) for table in TABLES for case in cases_of(table)]


@pytest.mark.parametrize(("table", "case"), CASES, ids=[f"{table}: {case['name']}" for table, case in CASES])
def test_outcome_of_page(table: str, case: Case) -> None:
    seen = observation_of(case)
    reading = read(seen, case.get("cited", seen.uri), surroundings_of(case))
    said = f"{case['name']}: an editor would be told {reading.outcome}, as {reading.evidence.en}"
    assert reading.outcome == case["outcome"], said
    if "rule" in case:
        assert reading.evidence.rule == case["rule"], said
    if "sub" in case:
        assert reading.sub == case["sub"], said
    if "unlike" in case:
        assert reading.unlike_last_good is case["unlike"], said
    assert (reading.unlike_last_good is None) or FAMILY[reading.outcome] is Family.INFERRED


def test_enough_cases_and_more_that_must_not_match() -> None:
    by_outcome = Counter(FAMILY[Outcome(case["outcome"])] is Family.CONTENT for _, case in CASES)
    assert len(CASES) >= 150
    assert by_outcome[True] >= 70, "what only sounds like a dead page is what false deaths are made of"
    assert len({(table, case["name"]) for table, case in CASES}) == len(CASES), "two cases of one name hide each other"
