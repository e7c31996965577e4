"""One observation → one outcome: the cases of outcomes.toml, totality of the table, and what no input may break."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.judge.outcome import CERTIFICATE_FAILURES, FAMILY, FIELDS_READ, TABLE, Stage, read, read_citation
from crawler.judge.redirects import same_uri
from crawler.judge.sites import is_home, site
from crawler.judge.walls import WALLS
from crawler.model import (
    NO_CONNECTION,
    Citation,
    Content,
    Coverage,
    Defect,
    Failure,
    Family,
    Hop,
    Kind,
    Observation,
    Outcome,
    Refusal,
    Via,
)

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases").joinpath("outcomes.toml").read_text("utf-8")
)["case"]
SEEN_AT = datetime(2026, 1, 2, 2, tzinfo=UTC)


def hop_of(text: str, first: bool, fields: dict[str, str], detail: str) -> Hop:
    answer, uri, *via = text.split()
    mechanism = None if first else Via(via[0]) if via else Via.LOCATION
    pairs = tuple(fields.items())
    if answer.isdigit():
        return Hop(uri, int(answer), None, mechanism, detail, pairs)
    return Hop(uri, None, Failure(answer), mechanism, detail, pairs)


def observation_of(case: dict[str, Any]) -> Observation:
    texts: list[str] = case["hops"]
    hops = tuple(
        hop_of(text, n == 0, case.get("fields", {}) if last else {}, case.get("detail", "") if last else "")
        for n, text in enumerate(texts)
        for last in [n == len(texts) - 1]
    )
    content = Content(
        "text/html",
        case.get("length", 5000),
        "sha256:00",
        Coverage(case.get("coverage", "complete")),
        case.get("not_modified", False),
    )
    answered = bool(hops) and hops[-1].status is not None
    return Observation(
        "20260102T020000Z",
        texts[0].split()[1] if texts else "https://www.example.org/a/b",
        SEEN_AT,
        hops,
        content if answered else None,
        Refusal(case["refusal"]) if "refusal" in case else None,
        case.get("refusal_detail", ""),
        case.get("robots", False),
        case.get("robots_only", False),
        case.get("attempts", 1),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_outcome_of_case(case: dict[str, Any]) -> None:
    seen = observation_of(case)
    reading = read(seen, case.get("cited", seen.uri))
    said = (reading.outcome, reading.evidence.rule)
    assert said == (case["outcome"], case["rule"]), f"{case['name']}: an editor would be told {said}"
    assert reading.robots_only is case.get("robots_only", False), "the cap of robots.txt failures was lost"
    if "sub" in case:
        assert reading.sub == case["sub"], f"{case['name']}: the kind of refusal was lost"


def test_enough_cases() -> None:
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES), "two cases of one name hide each other"


def test_every_outcome_has_exactly_one_row() -> None:
    assert sorted(row.outcome for row in TABLE) == sorted(Outcome), "an outcome without a row is never reported"
    assert set(FAMILY) == set(Outcome)
    assert set(Family) == set(FAMILY.values()), "a family nobody belongs to"


@pytest.mark.parametrize("row", TABLE, ids=[row.outcome for row in TABLE])
def test_row_names_what_it_looks_at(row: Any) -> None:
    assert row.looks_at.strip(), f"{row.outcome}: nobody could tell what this row is about"
    assert bool(row.tests) is (row.stage is not Stage.CITATION), f"{row.outcome}: tests and stage contradict each other"


def test_every_wire_row_is_reached_by_a_case() -> None:
    reached = {case["outcome"] for case in CASES}
    wire = {row.outcome for row in TABLE if row.stage is Stage.WIRE}
    assert wire <= reached, f"no case shows these outcomes: {sorted(wire - reached)}"
    assert not {row.outcome for row in TABLE if row.stage is Stage.CITATION} & reached


def test_every_wall_is_reached_and_sourced() -> None:
    rules = {case["rule"] for case in CASES}
    for wall in WALLS:
        assert wall.id in rules, f"no case climbs {wall.id}"
        assert wall.source, f"{wall.id} without source cannot be checked again"
        assert datetime.fromisoformat(wall.read_on)


def test_tls_protocol_is_an_outage() -> None:
    assert FAMILY[Outcome.TLS_PROTOCOL] is Family.OUTAGE, "a broken handshake would be reported as a bad certificate"
    assert Failure.TLS_PROTOCOL not in CERTIFICATE_FAILURES


def test_fields_are_named_in_lower_case() -> None:
    assert {"cf-mitigated", "server", "retry-after", "x-amzn-waf-action", "x-cache"} <= FIELDS_READ
    assert all(name == name.lower() for name in FIELDS_READ)


URIS = st.sampled_from(
    ["https://www.example.org/", "http://a.example.org/x?y=1#z", "https://[::1]/x", "https://exa mple", "not a uri", ""]
)
HOPS = st.builds(
    Hop,
    uri=URIS,
    status=st.none() | st.integers(100, 999),
    failure=st.none() | st.sampled_from(Failure),
    via=st.none() | st.sampled_from(Via),
    detail=st.sampled_from(["", "redirect-loop", "max-hops", "x"]),
    fields=st.lists(st.tuples(st.sampled_from(sorted(FIELDS_READ)), st.text(max_size=20)), max_size=4).map(tuple),
)
CONTENTS = st.builds(
    Content,
    media_type=st.just("text/html"),
    length_bytes=st.integers(0, 10**6),
    digest=st.just("sha256:00"),
    coverage=st.sampled_from(Coverage),
    not_modified=st.booleans(),
)
OBSERVATIONS = st.builds(
    Observation,
    night=st.just("20260102T020000Z"),
    uri=URIS,
    seen_at=st.just(SEEN_AT),
    hops=st.lists(HOPS, max_size=4).map(tuple),
    content=st.none() | CONTENTS,
    refusal=st.none() | st.sampled_from(Refusal),
    robots=st.booleans(),
    robots_only=st.booleans(),
    attempts=st.integers(1, 4),
)


@pytest.mark.parametrize(
    ("failure", "detail", "capped"),
    [
        (Failure.REFUSED, "", False),
        (Failure.DNS_FAILURE, "", False),
        (Failure.DNS_NODATA, "", False),
        (Failure.TLS_PROTOCOL, "", False),
        (Failure.TIMEOUT, NO_CONNECTION, False),
        (Failure.TIMEOUT, "no byte of the answer within 2 s", True),
        (Failure.RESET, "", True),
        (None, "", True),
    ],
)
def test_a_robots_txt_that_cannot_be_reached_is_the_whole_hosts_trouble(
    failure: Failure | None, detail: str, capped: bool
) -> None:
    hop = Hop("https://www.example.org/robots.txt", None if failure else 502, failure, detail=detail)
    seen = Observation("20260102T020000Z", "https://www.example.org/a", SEEN_AT, (hop,), robots_only=True)
    assert read(seen, seen.uri).robots_only is capped, (
        "a host that refuses every connection would never be told dead"
        if not capped
        else "pages behind a broken robots.txt would be told dead, unseen"
    )


@given(OBSERVATIONS, URIS)
def test_any_observation_is_read(seen: Observation, cited: str) -> None:
    reading = read(seen, cited)
    assert FAMILY[reading.outcome]
    assert seen.robots_only or not reading.robots_only, "a page is capped for a robots.txt that did not fail"
    for sentence in (reading.evidence.en, reading.evidence.zh):
        assert sentence.strip(), "an editor would see a verdict without a reason"
        assert "{" not in sentence, f"a figure was not filled in: {sentence}"


@given(OBSERVATIONS, URIS)
def test_outcomes_that_need_the_page_are_never_guessed(seen: Observation, cited: str) -> None:
    by_their_page = {row.outcome for row in TABLE if row.stage is Stage.PAGE} - {Outcome.CONSENT, Outcome.PARKED}
    assert read(seen, cited).outcome not in by_their_page


@given(OBSERVATIONS, URIS, st.sampled_from(sorted(CERTIFICATE_FAILURES)))
def test_a_bad_certificate_outweighs_what_stands_behind_it(seen: Observation, cited: str, failure: Failure) -> None:
    hops = (Hop("https://www.example.org/x", None, failure), *seen.hops)
    behind = Observation(seen.night, seen.uri, SEEN_AT, hops, seen.content)
    assert read(behind, cited).outcome.value == failure.value


@given(OBSERVATIONS)
def test_a_refusal_of_ours_is_never_a_death(seen: Observation) -> None:
    if seen.refusal is None:
        return
    assert FAMILY[read(seen, seen.uri).outcome] not in (Family.GONE, Family.HOST), "we would blame a site for our limit"


def citation_of(kind: Kind, uri: str | None, defect: Defect | None = None) -> Citation:
    return Citation(
        "000000000001",
        "a.txt",
        "00",
        1,
        1,
        None,
        (1,),
        0,
        1,
        "x",
        None,
        "x",
        kind,
        uri,
        None,
        None,
        None,
        defect=defect,
    )


@pytest.mark.parametrize(
    ("citation", "outcome"),
    [
        (citation_of(Kind.MAIL, None), Outcome.NOT_CRAWLED),
        (citation_of(Kind.OTHER, None), Outcome.NOT_CRAWLED),
        (citation_of(Kind.OTHER, None, Defect.UNSUPPORTED_SCHEME), Outcome.NOT_CRAWLED),
        (citation_of(Kind.PAGE, None, Defect.NOT_A_URI), Outcome.MALFORMED),
        (citation_of(Kind.OTHER, None, Defect.NO_HOST), Outcome.MALFORMED),
        (citation_of(Kind.TRACKER, None), Outcome.TARGET_UNKNOWN),
    ],
)
def test_citations_without_target(citation: Citation, outcome: Outcome) -> None:
    reading = read_citation(citation)
    assert reading is not None
    assert reading.outcome is outcome


def test_a_citation_with_a_target_is_observed() -> None:
    assert read_citation(citation_of(Kind.PAGE, "https://www.example.org/")) is None


@pytest.mark.parametrize(
    ("uri", "domain"),
    [
        ("https://www.example.org/", "example.org"),
        ("https://a.b.example.co.uk/", "example.co.uk"),
        ("https://example.com.cn", "example.com.cn"),
        ("https://me.github.io/x", "me.github.io"),
        ("https://github.com/x", "github.com"),
        ("https://192.0.2.1:8443/", "192.0.2.1"),
        ("https://[2001:db8::1]/", "2001:db8::1"),
        ("https://localhost/", "localhost"),
        ("https://WWW.Example.ORG./", "example.org"),
        ("::", ""),
    ],
)
def test_site(uri: str, domain: str) -> None:
    assert site(uri) == domain


@pytest.mark.parametrize(
    ("uri", "home"),
    [
        ("https://e.org", True),
        ("https://e.org/?lang=fr", True),
        ("https://e.org/en/", True),
        ("https://e.org/pt_BR/index.html", True),
        ("https://e.org/zh-Hans-CN", True),
        ("https://e.org/?p=1", False),
        ("https://e.org/api", False),
        ("https://e.org/en/news", False),
    ],
)
def test_is_home(uri: str, home: bool) -> None:
    assert is_home(uri) is home


def test_same_uri_forgives_spelling_only() -> None:
    assert same_uri("http://E.org:80", "http://e.org/#x")
    assert not same_uri("http://e.org/a", "http://e.org/A")
    assert not same_uri("http://e.org/a", "https://e.org/a")
    assert same_uri("http://e.org/a", "https://e.org/a", scheme=False)
