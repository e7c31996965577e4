"""Which reading of a print holds, which look-alikes are one page, and what is offered: decided by what nights saw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.judge.rows import GOOD
from crawler.ledger.ledger import Ledger
from crawler.model import Evidence, Kind, Look, Outcome, Reading, Refusal, Wrapper
from crawler.night.lookalikes import alike, find_merges, find_undone, likeness
from crawler.night.plan import look_again, targets_of
from crawler.night.settling import NOT_THERE, choose, decoded_once, other_readings
from tests.house import House
from tests.test_ledger import citation, night, observation
from tests.warcs import records_of
from tests.web.answers import Behaviour, Nights, NotFound, Page
from tests.web.server import FakeWeb
from tests.web.sites import Site

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
SHORT, LONG, LONGER = (f"https://ferry.example.org/plan{more}" for more in ("", "%E8%A7%81", "%E8%A7%81%E9%99%84"))

# One character a night: A B C good pages, m moved for good to page A, 4 not found, g gone, t timeout, r refused by a
# wall, s soft 404, x excluded by configuration, d too late (not asked), ~ good but cut, . not looked at.
OUTCOMES = {
    "A": Outcome.OK,
    "B": Outcome.OK,
    "C": Outcome.OK,
    "m": Outcome.OK_MOVED,
    "~": Outcome.OK,
    "4": Outcome.NOT_FOUND,
    "g": Outcome.GONE,
    "t": Outcome.TIMEOUT,
    "r": Outcome.BLOCKED,
    "s": Outcome.SOFT_404,
    "x": Outcome.NOT_CHECKED,
    "d": Outcome.NOT_CHECKED,
}
REFUSALS = {"x": Refusal.EXCLUDED, "d": Refusal.DEADLINE}


def at(number: int, hours: float = 24) -> datetime:
    return FIRST + timedelta(hours=number * hours)


def night_id(number: int) -> str:
    return f"{FIRST + timedelta(days=number):%Y%m%dT%H%M%SZ}"


def looks(uri: str, drawn: str, hours: float = 24) -> list[Look]:
    found = []
    for number, mark in enumerate(drawn):
        if mark == ".":
            continue
        digest = "sha256:A" if mark == "m" else f"sha256:{mark}" if mark in "ABC" else None
        seen = Look(uri, night_id(number), at(number, hours), OUTCOMES[mark], REFUSALS.get(mark), digest, digest)
        found.append(seen)
    return found


# printed reading, nights of the printed one, of the other, and which of them holds (None: open)
READINGS = [
    ("the longer is there, the shorter is not", SHORT, "4", "A", LONG),
    ("the longer is another page", SHORT, "A", "B", LONG),
    ("the longer is gone", SHORT, "A", "g", SHORT),
    ("the longer is a page that says it is not there", SHORT, "A", "s", SHORT),
    ("the longer is printed, and not there", LONG, "4", "A", SHORT),
    ("the longer is printed, and another page", LONG, "B", "A", LONG),
    ("both show the same page", SHORT, "A", "A", None),
    ("neither is there", SHORT, "4", "4", None),
    ("the longer fails in passing", SHORT, "A", "t", None),
    ("the shorter fails in passing", SHORT, "t", "B", None),
    ("the longer is refused by a wall", SHORT, "A", "r", None),
    ("the longer is not checked", SHORT, "A", "d", None),
    ("the longer was cut: its content is unknown", SHORT, "A", "~", None),
    ("the same page for three nights", SHORT, "AAA", "AAA", SHORT),
    ("neither there for three nights", LONG, "444", "444", LONG),
    ("in trouble for two nights, clear on the third", SHORT, "AA4", "ttB", LONG),
    ("nights too late to ask are no nights", SHORT, "AAA", "ddt", None),
    ("excluded for three nights", SHORT, "AAA", "xxx", SHORT),
    ("not looked at on the last night: the night before decides nothing new", SHORT, "A.", ".B", None),
]


@pytest.mark.parametrize(("label", "printed", "own", "other", "holds"), READINGS, ids=[row[0] for row in READINGS])
def test_which_of_two_readings_holds(label: str, printed: str, own: str, other: str, holds: str | None) -> None:
    second = LONG if printed == SHORT else SHORT
    found = choose([looks(printed, own), looks(second, other)])
    assert (found[0] if found else None) == holds, f"{label}: an editor would be sent to the wrong page"


@pytest.mark.parametrize(
    ("drawn", "holds"),
    [
        (("A", "4", "B"), LONGER),
        (("A", "B", "4"), LONG),
        (("A", "4", "4"), SHORT),
        (("4", "4", "A"), LONGER),
        (("A", "B", "B"), None),
        (("t", "B", "4"), None),
        (("4", "4", "4"), None),
    ],
)
def test_which_of_three_readings_holds(drawn: Sequence[str], holds: str | None) -> None:
    found = choose([looks(uri, one) for uri, one in zip((SHORT, LONG, LONGER), drawn, strict=True)])
    assert (found[0] if found else None) == holds


def test_why_a_reading_holds_names_the_ones_that_do_not() -> None:
    found = choose([looks(SHORT, "A"), looks(LONG, "4"), looks(LONGER, "B")])
    assert found
    assert found[1].rule == "reading-found"
    for words in (found[1].en, found[1].zh):
        assert all(uri in words for uri in (SHORT, LONG, LONGER)), words
    given_up = choose([looks(SHORT, "AAA"), looks(LONG, "AAA")])
    assert given_up
    assert given_up[1].rule == "reading-as-printed"


def test_three_nights_in_one_evening_are_not_three_nights() -> None:
    assert choose([looks(SHORT, "AAA", hours=1), looks(LONG, "AAA", hours=1)]) is None


MARK = st.sampled_from(sorted(set(OUTCOMES) - {"d"}))


@given(st.lists(st.tuples(MARK, MARK, MARK), min_size=1, max_size=5))
def test_no_reading_is_taken_that_is_not_there_tonight(nights: list[tuple[str, str, str]]) -> None:
    """A reading is chosen only when good tonight and no shorter one may be meant, or as printed after three nights."""
    rows = [
        looks(uri, "".join(marks)) for uri, marks in zip((SHORT, LONG, LONGER), zip(*nights, strict=True), strict=True)
    ]
    found = choose(rows)
    if found is None:
        return
    if found[1].rule == "reading-as-printed":
        assert found[0] == SHORT
        assert len(nights) >= 3
        return
    tonight = {row[0].uri: row[-1].outcome for row in rows}
    assert tonight[found[0]] in GOOD
    assert all(tonight[uri] in NOT_THERE | GOOD for uri in tonight if len(uri) < len(found[0]))
    assert all(tonight[uri] in NOT_THERE for uri in tonight if len(uri) > len(found[0]))


def test_the_form_with_a_session_is_no_other_reading() -> None:
    session = f"{SHORT};jsessionid=0a1b2c3d4e5f"
    cited = citation(uri=SHORT, alternatives=(session, LONG, LONGER, f"{LONGER}a", f"{LONGER}b"), kind=Kind.PAGE)
    assert other_readings(cited) == (LONG, LONGER, f"{LONGER}a")
    assert other_readings(citation(uri=None, alternatives=(LONG,))) == ()
    wrapper = Wrapper("s", "redacted", "mdrtor", True, "")
    answered = citation(uri=SHORT, alternatives=(LONG,), wrapper=wrapper)
    assert other_readings(answered) == (), "a piece of a tracking link would be asked"


@pytest.mark.parametrize(
    ("uri", "decoded"),
    [
        ("https://a.example/2024%2520annual%2520report.pdf", "https://a.example/2024%20annual%20report.pdf"),
        ("https://a.example/%25E5%25B9%25B4/x?q=%2520", "https://a.example/%E5%B9%B4/x?q=%2520"),
        ("https://a.example/a%252Fb", "https://a.example/a%2Fb"),
        ("https://a.example/%252520", "https://a.example/%2520"),
        ("https://a.example/annual%20report", None),
        ("https://a.example/100%25", None),
        ("https://a.example/100%25zz", None),
        ("https://a.example/?q=%2520", None),
        ("https://a.example/member/jane%2540a.example/card", None),
    ],
)
def test_escapes_that_were_escaped_again_are_decoded_once(uri: str, decoded: str | None) -> None:
    assert decoded_once(uri) == decoded


# ---------------------------------------------------------------- look-alikes

A = "https://www.library.example.org/news/7"
B = f"{A}?from=mail"
C = f"{A}?from=mail&spm=1.2"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (A, B, True),
        (B, C, True),
        (A, "http://library.example.org/news/7", True),
        (f"{A}?a=1&b=2", f"{A}?b=2&a=1&ref=x", True),
        (f"{A}?ref=x&REF=y", A, True),
        (A, f"{A}?id=2", False),
        (A, f"{A}/", False),
        (f"{A}?cid=1", f"{A}?id=1", False),
        (A, "https://www.library.example.org/News/7", False),
        (A, "https://museum.example.org/news/7", False),
    ],
)
def test_what_looks_alike(one: str, other: str, same: bool) -> None:
    assert (likeness(one) == likeness(other)) is same
    assert alike([one, other, one]) == ([[one, other]] if same else [])


MERGES = [
    ("the same bytes on two nights", "AA", "AA", True),
    ("other bytes each night, but the same of both", "AB", "AB", True),
    ("one night only", "A", "A", False),
    ("the same only tonight", "BA", "AA", False),
    ("the same, but not tonight", "AAB", "AAC", False),
    ("the same before, one not looked at tonight", "AAA", "AA.", False),
    ("nights without the other count for nothing", "AAAA", "A..A", True),
    ("both not found", "44", "44", False),
    ("a failing night between breaks it", "AtA", "AAA", False),
    ("bodies that were cut", "~~", "~~", False),
    ("one is redirected to the other", "mm", "AA", False),
    ("both are redirected to a third", "mm", "mm", True),
]


@pytest.mark.parametrize(("label", "one", "other", "merged"), MERGES, ids=[row[0] for row in MERGES])
def test_look_alikes_merge_on_two_agreeing_nights(label: str, one: str, other: str, merged: bool) -> None:
    seen = {A: looks(A, one), B: looks(B, other)}
    found = find_merges([A, B], seen, night_id(max(len(one), len(other)) - 1))
    assert [(m.uri, m.same_as) for m in found] == ([(B, A)] if merged else []), label


def test_two_runs_in_one_evening_merge_nothing() -> None:
    seen = {A: looks(A, "AA", hours=2), B: looks(B, "AA", hours=2)}
    assert find_merges([A, B], seen, night_id(1)) == []


def test_each_uri_joins_the_first_that_is_the_same() -> None:
    seen = {A: looks(A, "AA"), B: looks(B, "BB"), C: looks(C, "BB")}
    assert [(m.uri, m.same_as) for m in find_merges([A, B, C], seen, night_id(1))] == [(C, B)]
    why = find_merges([A, B, C], seen, night_id(1))[0].why
    assert "2026-01-01, 2026-01-02" in why.en
    assert "2026-01-01, 2026-01-02" in why.zh


@pytest.mark.parametrize(
    ("one", "other", "undone"),
    [
        ("A", "A", False),
        ("A", "B", True),
        ("A", "4", True),
        ("4", "A", True),
        ("t", "A", True),
        ("4", "g", False),
        ("t", "t", False),
        ("~", "A", False),
        ("m", "A", True),
        (".", "A", False),
        ("A", ".", False),
    ],
)
def test_a_merge_is_undone_when_tonight_contradicts_it(one: str, other: str, undone: bool) -> None:
    found = find_undone({B: A}, {A: looks(A, one), B: looks(B, other)}, night_id(0))
    assert [(m.uri, m.same_as) for m in found] == ([(B, None)] if undone else [])


# ---------------------------------------------------------------- whole nights

FERRY = "https://ferry.example.org"
NOTICE = f"""\
渡轮通讯最新进展

夏季班次

夏季班次表的网址是{FERRY}/plan附件一，冬季的航线图{FERRY}/map见下图。

票价与去年相同，见{FERRY}/fares?from=mail，网页版是 {FERRY}/fares 。

年报在 {FERRY}/2024%2520annual%2520report.html ，摘要在 {FERRY}/short%2520summary.html ，请查阅。
"""
FARES = Page("Fares of the ferry", "zh")
PATHS: dict[str, Behaviour] = {
    quote("/plan附件一"): Page("Plan of the summer", "zh"),
    "/map": Page("Map of the winter", "zh"),
    "/2024%20annual%20report.html": Page("Annual report"),
    "/fares?from=mail": Nights({0: FARES, 2: NotFound()}),
    "/fares": FARES,
}


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb([Site("ferry.example.org", PATHS)]) as fake:
        yield fake


@pytest.fixture(scope="module")
def house(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Four nights over a notice whose addresses are unclear, doubled and broken; on the third, one goes away."""
    house = House(tmp_path_factory.mktemp("house"), web)
    (house.seeds / "ferry.txt").write_text(NOTICE, "utf-8")
    for number in range(4):
        ran = house.night(number)
        assert ran.status in (0, 1), ran.log[-2000:]
    return house


def row_of(house: House, number: int, printed: str) -> dict[str, Any]:
    return next(row for row in house.report(number)["citations"] if row["printed"] == f"{FERRY}{printed}")


def asked(web: FakeWeb, number: int) -> set[str]:
    return {served.uri.removeprefix(FERRY) for served in web.log if served.night == number}


def test_the_crawl_settles_where_an_unclear_address_ends(house: House, web: FakeWeb) -> None:
    longer = row_of(house, 0, "/plan")
    assert (longer["uri"], longer["outcome"]) == (f"{FERRY}{quote('/plan附件一')}", "ok")
    assert longer["notes"][0]["rule"] == "reading-found"
    assert f"{FERRY}/plan is not found" in longer["notes"][0]["en"]
    shorter = row_of(house, 0, "/map")
    assert (shorter["uri"], shorter["outcome"]) == (f"{FERRY}/map", "ok")
    assert "找不到" in shorter["notes"][0]["zh"]
    assert {"/plan", quote("/plan附件一"), "/map", quote("/map见下图")} <= asked(web, 0)
    assert not {"/plan", quote("/map见下图")} & asked(web, 1), "what is settled is looked at again"
    assert row_of(house, 3, "/plan")["notes"] == longer["notes"]


def test_every_reading_looked_at_has_its_own_record(house: House) -> None:
    archived = {record.uri for record in records_of(house.archive) if record.kind == "response"}
    assert {f"{FERRY}/plan", f"{FERRY}{quote('/plan附件一')}"} <= archived


def test_a_form_that_answers_is_offered_never_taken(house: House) -> None:
    broken = row_of(house, 0, "/2024%2520annual%2520report.html")
    assert (broken["uri"], broken["outcome"]) == (broken["printed"], "not-found")
    assert broken["offer"]["uri"] == f"{FERRY}/2024%20annual%20report.html"
    assert broken["offer"]["why_zh"]
    page = (house.reports / "latest" / "index.html").read_text("utf-8")
    assert f'href="{FERRY}/2024%20annual%20report.html"' in page
    assert row_of(house, 0, "/short%2520summary.html")["offer"] is None, "a form that is not there is offered"


def test_look_alikes_are_checked_together_until_one_of_them_goes_its_own_way(house: House, web: FakeWeb) -> None:
    first, other = "/fares?from=mail", "/fares"
    assert [{first, other} & asked(web, number) for number in (0, 1)] == [{first, other}] * 2
    assert row_of(house, 0, other)["same_as"] is None
    merged = row_of(house, 1, other)
    assert (merged["same_as"], merged["uri"]) == (f"{FERRY}{first}", f"{FERRY}{other}")
    assert merged["notes"][0]["rule"] == "looks-alike-and-is"
    assert {first, other} & asked(web, 2) == {first}, "a merged page is fetched twice"
    assert row_of(house, 2, other)["outcome"] == "not-found"
    assert {first, other} & asked(web, 3) == {first, other}
    apart = row_of(house, 3, other)
    assert (apart["same_as"], apart["outcome"], apart["verdict"]) == (None, "ok", "ok")
    assert row_of(house, 3, first)["verdict"] == "suspect"
    logs = {number: log_of(house, number) for number in (1, 3)}
    assert "Checked together" in logs[1]
    assert "No longer checked together" in logs[3]


def log_of(house: House, number: int) -> str:
    return (house.reports / f"{house.now(number):%Y%m%dT%H%M%SZ}" / "night.log").read_text("utf-8")


def without_places(citations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without where their copies open: a report apart brings copies of its own."""
    return [{**one, "copy": one["copy"] and {**one["copy"], "href": ""}} for one in citations]


def test_an_old_report_written_again_says_what_it_said(house: House) -> None:
    folder = house.folder / "again"
    ran = house.run("report", "--night", f"{house.now(1):%Y%m%dT%H%M%SZ}", "--out", str(folder), "--format", "json")
    assert ran.status == 0
    again = json.loads((folder / "report.json").read_text("utf-8"))
    assert without_places(again["citations"]) == without_places(house.report(1)["citations"])


# ---------------------------------------------------------------- what is fetched again


class TestLookAgain:
    """Which merged uris a night fetches on their own, over a ledger of one night a day."""

    def merged(self, ledger: Ledger, outcomes: Sequence[Outcome]) -> list[int]:
        """The nights after a merge on night 0 that look at both again, where the first answers as drawn."""
        cited = [citation(uri=A, urlkey=likeness(A)), citation(id="b" * 12, uri=B, urlkey=likeness(B), same_as=A)]
        again = []
        for number, outcome in enumerate(outcomes):
            of = night(number)
            ledger.begin_night(of, "{}")
            uris = {target.uri for target in targets_of(cited, look_again(ledger, cited, of.id))}
            again += [number] if B in uris else []
            seen = [replace(observation(of), uri=uri) for uri in uris]
            ledger.add_observations(seen)
            words = Evidence("r", "w", "话")
            ledger.store_readings(of, [(one.uri, Reading(outcome, words), one) for one in seen], "1")
        return again

    def test_every_seventh_night_both_are_fetched(self, tmp_path: Path) -> None:
        ledger = Ledger.open(tmp_path / "ledger.sqlite3")
        assert self.merged(ledger, [Outcome.OK] * 17) == [0, 7, 14]

    @pytest.mark.parametrize(
        ("odd", "again"),
        [
            (Outcome.NOT_FOUND, [0, 3, 4, 5]),
            (Outcome.TIMEOUT, [0, 3, 4, 5]),
            (Outcome.OK_MOVED, [0, 3, 6]),
        ],
    )
    def test_nothing_is_called_dead_or_moved_for_what_another_one_answered(
        self, tmp_path: Path, odd: Outcome, again: list[int]
    ) -> None:
        ledger = Ledger.open(tmp_path / "ledger.sqlite3")
        outcomes = [Outcome.OK, Outcome.OK, odd, odd, odd, Outcome.OK, Outcome.OK, Outcome.OK]
        assert self.merged(ledger, outcomes) == again
