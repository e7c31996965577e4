"""Which reading of a print holds, which look-alikes are one page, and what is offered: decided by what nights saw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.judge.rows import GOOD
from crawler.model import Kind, Look, Outcome, Refusal
from crawler.night.lookalikes import alike, find_merges, find_undone, likeness
from crawler.night.settling import NOT_THERE, choose, decoded_once, other_readings
from tests.test_ledger import citation

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
SHORT, LONG, LONGER = (f"https://ferry.example.org/plan{more}" for more in ("", "%E8%A7%81", "%E8%A7%81%E9%99%84"))

# One character a night: A B C good pages, 4 not found, g gone, t timeout, r refused by a wall, s soft 404,
# x excluded by configuration, d too late (not asked), ~ good but cut, . not looked at.
OUTCOMES = {
    "A": Outcome.OK,
    "B": Outcome.OK,
    "C": Outcome.OK_REDIRECTED,
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
        digest = f"sha256:{mark}" if mark in "ABC" else None
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
        (".", "A", False),
        ("A", ".", False),
    ],
)
def test_a_merge_is_undone_when_tonight_contradicts_it(one: str, other: str, undone: bool) -> None:
    found = find_undone({B: A}, {A: looks(A, one), B: looks(B, other)}, night_id(0))
    assert [(m.uri, m.same_as) for m in found] == ([(B, None)] if undone else [])
