"""Whole nights as an editor's installation runs them, against the fake web, one process a night."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.house import House
from tests.web.outcomes import OUTCOME_CASES, OutcomeCase, outcome_sites
from tests.web.server import FakeWeb


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb(outcome_sites()) as fake:
        yield fake


@pytest.fixture(scope="module")
def nights(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Two nights over every host of the outcome table."""
    house = House(tmp_path_factory.mktemp("house"), web)
    house.cite(case.uri for case in OUTCOME_CASES)
    for number in (0, 1):
        ran = house.night(number)
        assert ran.status in (0, 1), f"night {number} ended with {ran.status}: {ran.log[-2000:]}"
    return house


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("case", OUTCOME_CASES, ids=lambda case: str(case.label))
def test_each_misbehaviour_is_told_by_its_right_name(nights: House, case: OutcomeCase, number: int) -> None:
    rows = [row for row in nights.report(number)["citations"] if row["uri"] == case.uri]
    assert rows, f"{case.uri} is not in the report at all"
    assert rows[0]["outcome"] == case.on(number), (
        f"night {number}: an editor would be told {rows[0]['outcome']!r} of a link that is {case.on(number)!r}:"
        f" {json.dumps(rows[0], ensure_ascii=False)[:800]}"
    )
