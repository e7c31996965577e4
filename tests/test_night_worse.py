"""A whole night over the worse byte cases: what hostile servers send ends in records, and the night goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.archive.metadata import interim_of
from crawler.wire.account import ASKED_AGAIN
from tests.house import House
from tests.warcs import Stored, records_of
from tests.web.server import FakeWeb
from tests.web.sites import Site, robots
from tests.web.worse_cases import MAX_BODY, MAX_HEAD, WORSE_CASES, Then, host_of

# The silent ones are asked for as long as an exchange may take: test_wire_worse.py has them.
CASES = {name: case for name, case in WORSE_CASES.items() if case.then not in (Then.SILENCE, Then.DRIBBLE)}


def uri_of(name: str) -> str:
    """Where a case stands."""
    return f"http://{host_of(name)}/{name}"


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb(
        [Site(host_of(name), {f"/{name}": CASES[name]}, robots=robots("Disallow:")) for name in CASES]
    ) as fake:
        yield fake


@pytest.fixture(scope="module")
def house(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The night. So much goes wrong in it that it may look invalid: then nothing is asked twice."""
    house = House(
        tmp_path_factory.mktemp("worse"),
        web,
        max_header_bytes=MAX_HEAD,
        max_body_bytes=MAX_BODY,
        exchange_deadline_s=20.0,
        requisites=False,
    )
    house.cite(uri_of(name) for name in CASES)
    ran = house.night()
    assert ran.status in (0, 1, 4), ran.log[-2000:]
    return house


@pytest.fixture(scope="module")
def records(house: House) -> dict[str, list[Stored]]:
    """The records of the night by their uri."""
    found: dict[str, list[Stored]] = {}
    for record in records_of(house.archive):
        found.setdefault(record.uri, []).append(record)
    return found


@pytest.mark.parametrize("name", CASES)
def test_requests_are_the_bytes_the_server_received(records: dict[str, list[Stored]], web: FakeWeb, name: str) -> None:
    served, own = [exchange.request for exchange in web.log.for_uri(uri_of(name))], records[uri_of(name)]
    asked = [record.block for record in own if record.kind == "request"]
    again = [record.block for record in own if record.kind == "metadata" and ASKED_AGAIN.encode() in record.block]
    assert set(asked) == set(served)
    assert len(asked) + len(again) == len(served), "a request would go unrecorded and untold"


@pytest.mark.parametrize("name", CASES)
def test_answers_are_the_bytes_the_server_sent(records: dict[str, list[Stored]], web: FakeWeb, name: str) -> None:
    own, case = records[uri_of(name)], CASES[name]
    answers = {record.fields["WARC-Record-ID"]: record for record in own if record.kind == "response"}
    for told in (record for record in own if record.kind == "metadata"):
        answer = answers.get(told.fields["WARC-Concurrent-To"])
        stored = interim_of(told.block) + (answer.block if answer else b"")
        assert stored == case.expected, "the archive would not hold what was sent"
        assert answer is None or answer.fields.get("WARC-Truncated") == case.truncated, "a cut would go unseen"


def test_what_was_archived_is_proven_again(house: House) -> None:
    checked = house.run("archive", "check")
    assert checked.status == 0, checked.said
