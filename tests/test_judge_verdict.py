"""Many nights → one standing: the drawn nights of verdicts.toml, totality of the table, and its promises."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.judge.outcome import FAMILY
from crawler.judge.rows import DEADS, GROUP, RULED, TABLE, Known
from crawler.judge.sentences import SENTENCES
from crawler.judge.verdict import course, judge
from crawler.model import Change, Family, Group, NightReading, Outcome, Ruling, Standing, Verdict

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases").joinpath("verdicts.toml").read_text("utf-8")
)["case"]
FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
SHORT = {"404": "not-found", "410": "gone"}
WORD = re.compile(
    r"(?P<outcome>[a-z0-9-]+)(?P<marks>[^a-z0-9>#*]*)(?:>(?P<uri>[^#*]+))?(?:#(?P<state>[^*]+))?(?:\*(?P<n>\d+))?"
)
# What a mark behind an outcome says of the night: see the head of verdicts.toml.
MARKS: dict[str, dict[str, Any]] = {
    "!": {"invalid": True},
    "~": {"robots_only": True},
    "'": {"sub": "said"},
    "+": {"unlike_last_good": True},
    "=": {"unlike_last_good": False},
    "?": {"compared": False},
    "@": {"https": True},
    "%": {"https": False},
    "&": {"elsewhere": True},
    "/": {"elsewhere": False},
}
HEARD = Known(heard_since=FIRST - timedelta(days=1))


def words_of(text: str) -> Iterator[str]:
    """The words of a drawing, repeated as `*n` says."""
    for word in text.split():
        plain, _, times = word.partition("*")
        yield from [plain] * int(times or 1)


def change_of(state: str) -> Change:
    name, _, kind = state.partition("!")
    return Change(name, replaced=kind in ("r", "h"), other_domain=kind == "h")


def nights_of(text: str, every_h: float = 24) -> tuple[list[NightReading], Known]:
    """The nights of a drawing, and what is known beside them."""
    nights: list[NightReading] = []
    sets: dict[str, set[str]] = {"^": set(), "$": set()}
    for n, word in enumerate(words_of(text)):
        if word == ".":
            continue
        found = WORD.fullmatch(word)
        assert found, f"unreadable night {word!r}"
        at = FIRST + timedelta(hours=every_h * n)
        night = NightReading(f"{at:%Y%m%dT%H%M%SZ}", at, Outcome(SHORT.get(found["outcome"], found["outcome"])))
        for mark in found["marks"]:
            night = night._replace(**MARKS.get(mark, {}))
            assert mark in MARKS or mark in sets, f"no mark {mark}"
            sets.get(mark, set()).add(night.night)
        change = change_of(found["state"]) if found["state"] else None
        nights.append(night._replace(final_uri=found["uri"], change=change))
    return nights, replace(HEARD, capped=frozenset(sets["^"]), confirming=frozenset(sets["$"]))


def standings_of(case: dict[str, Any]) -> list[Standing]:
    """The standings of a case, night by night."""
    nights, known = nights_of(case["nights"], case.get("every_h", 24))
    if not case.get("host_answered", True):
        known = replace(known, heard_since=None)
    accepted = tuple(nights[place].seen_at + timedelta(hours=1) for place in case.get("accepted_after", []))
    return list(course(nights, replace(known, accepted_at=accepted)))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdicts_of_case(case: dict[str, Any]) -> None:
    standings = standings_of(case)
    said = [str(standing.verdict) for standing in standings]
    wanted = list(words_of(case["verdicts"])) if "verdicts" in case else [*said[:-1], case["last"]]
    assert said == wanted, f"{case['name']}: night by night an editor would read {' '.join(said)}"
    last = standings[-1]
    assert last.failing_nights == case.get("failing", last.failing_nights), "the nights confirmed are miscounted"
    assert last.group == case.get("group", last.group), "the row stands in the wrong group"
    assert last.evidence.rule == case.get("rule", last.evidence.rule)


def test_enough_cases() -> None:
    assert len(CASES) >= 50
    assert len({case["name"] for case in CASES}) == len(CASES), "two cases of one name hide each other"


def test_every_outcome_has_a_row() -> None:
    rowed = set().union(*(row.evidence for row in TABLE))
    assert rowed == set(Outcome), f"no verdict comes of {sorted(set(Outcome) - rowed)}"


def test_every_verdict_has_a_row_and_a_group() -> None:
    assert {row.verdict for row in TABLE} == set(Verdict)
    assert set(GROUP) == set(Verdict), "a verdict without group appears nowhere in the report"
    assert set(GROUP.values()) == set(Group), "a group that nothing can stand in"


def test_every_verdict_is_reached_by_a_case_or_an_override() -> None:
    reached = set()
    for case in CASES:
        reached |= {standing.verdict for standing in standings_of(case)}
    missing = set(Verdict) - reached
    assert missing == {Verdict.HUMAN_OK, Verdict.HUMAN_DEAD, Verdict.IGNORED}, f"no case shows {sorted(missing)}"


def test_every_sentence_is_told_by_a_case_or_an_override() -> None:
    told = {standing.evidence.rule for case in CASES for standing in standings_of(case)}
    assert set(SENTENCES) - told == {"human-ok", "human-dead", "ignored"}, "a sentence that nobody will ever read"


def test_every_row_has_its_own_id_and_sentence() -> None:
    rules = [row.rule for row in TABLE]
    assert len(set(rules)) == len(rules)
    assert set(rules) <= set(SENTENCES), "a verdict would be reported without a reason"


def test_refusals_and_blind_spots_count_towards_no_death() -> None:
    for row in TABLE:
        if row.verdict in DEADS | {Verdict.HIJACKED} and "replaced" not in row.rule:
            families = {FAMILY[outcome] for outcome in row.evidence}
            assert not families & {Family.REFUSAL, Family.OURS, Family.SIGHT, Family.CONTENT}, row.rule


OUTCOMES = st.sampled_from(Outcome)
NIGHTS = st.lists(
    st.builds(
        lambda outcome, robots_only, invalid, uri, gap: (outcome, robots_only, invalid, uri, gap),
        OUTCOMES,
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, "https://n/a", "https://n/b"]),
        st.integers(1, 60),
    ),
    min_size=1,
    max_size=40,
)


def dated(drawn: list[tuple[Outcome, bool, bool, str | None, int]]) -> list[NightReading]:
    nights, at = [], FIRST
    for outcome, robots_only, invalid, uri, gap in drawn:
        at += timedelta(hours=gap)
        nights.append(NightReading(at.strftime("%Y%m%dT%H%M%SZ"), at, outcome, robots_only, invalid, uri))
    return nights


@given(NIGHTS, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(drawn: Any, answered: bool, random: Any) -> None:
    nights, known = dated(drawn), HEARD if answered else Known()
    mixed = list(nights)
    random.shuffle(mixed)
    assert list(course(nights, known)) == list(course(mixed, known)), "the order of rows in a file decided a verdict"


@given(
    st.lists(
        st.sampled_from([o for o in Outcome if FAMILY[o] in (Family.REFUSAL, Family.SIGHT)]), min_size=1, max_size=60
    )
)
def test_refusals_alone_never_kill(outcomes: list[Outcome]) -> None:
    nights = dated([(outcome, False, False, None, 24) for outcome in outcomes])
    for standing in course(nights, Known()):
        assert standing.verdict in (Verdict.BLOCKED, Verdict.NOT_CHECKABLE), "a wall was reported as a death"


@given(NIGHTS)
def test_robots_failures_never_exceed_unreachable(drawn: Any) -> None:
    bad = [night for night in dated(drawn) if FAMILY[night.outcome] not in (Family.CONTENT, Family.OURS)]
    above = DEADS | {Verdict.HIJACKED, Verdict.NEEDS_EYES}
    for standing in course([night._replace(robots_only=True) for night in bad], HEARD):
        assert standing.verdict not in above, f"robots.txt alone made it {standing.verdict}"


@given(NIGHTS)
def test_invalid_nights_never_make_things_worse(drawn: Any) -> None:
    nights = [night._replace(invalid=True) for night in dated(drawn)]
    alarming = DEADS | {Verdict.SUSPECT, Verdict.UNREACHABLE, Verdict.HOST_GONE, Verdict.BLOCKED, Verdict.CERTIFICATE}
    assert not {standing.verdict for standing in course(nights, Known())} & alarming, (
        "our own outage was blamed on a site"
    )


@given(NIGHTS)
def test_since_and_groups_hold_together(drawn: Any) -> None:
    nights = dated(drawn)
    before: Standing | None = None
    for night, standing in zip(nights, course(nights, Known()), strict=True):
        assert standing.since <= night.seen_at
        assert standing.failing_nights >= 0
        if before is not None and before.verdict is standing.verdict:
            assert standing.since == before.since, "`since` moved although the verdict did not"
        if standing.verdict is not Verdict.TARGET_UNKNOWN:
            assert standing.group is GROUP[standing.verdict]
        assert "{" not in standing.evidence.en + standing.evidence.zh
        before = standing


def test_since_is_the_night_of_the_verdict() -> None:
    nights, _ = nights_of("ok 404*3 blocked")
    standing = judge(nights)
    assert standing.since == nights[3].seen_at
    assert "2 January 2026" in standing.evidence.en, "the sentence must date the first failing night"


def test_dates_are_told_in_the_readers_zone() -> None:
    late = NightReading("20260101T180000Z", datetime(2026, 1, 1, 18, tzinfo=UTC), Outcome.NOT_FOUND)
    shanghai = timezone(timedelta(hours=8))
    assert "2026年1月2日" in judge([late], zone=shanghai).evidence.zh


def test_nights_before_the_first_answer_are_judged_as_they_were() -> None:
    nights, _ = nights_of("timeout*16 ok ok")
    standing = judge(nights, Known(heard_since=nights[16].seen_at))
    assert standing.verdict is Verdict.OK, "told recovered, though it never was called dead"


def test_a_target_without_nights_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        judge([])


HAND = "opened by hand"
RULING = Ruling("https://a/", "c" * 12, Verdict.HUMAN_OK, "Lin", FIRST, HAND, family=Family.REFUSAL)
DEAD = replace(RULING, verdict=Verdict.HUMAN_DEAD, family=Family.GONE)


@pytest.mark.parametrize(
    ("drawing", "ruling", "verdicts"),
    [
        ("blocked*3", RULING, "human-ok*3"),
        ("blocked*3 rate-limited", RULING, "human-ok*4"),
        ("blocked*3 404", RULING, "human-ok*3 suspect"),
        ("blocked*3 404 blocked", RULING, "human-ok*3 suspect human-ok"),
        ("blocked*3 404 not-checked blocked", RULING, "human-ok*3 suspect suspect human-ok"),
        ("blocked*3 ok blocked", RULING, "human-ok*3 ok blocked"),
        ("blocked*3 timeout*3 blocked", RULING, "human-ok*3 suspect*2 unreachable blocked"),
        ("blocked*3 404!", RULING, "human-ok*4"),
        ("blocked*3 not-checked", RULING, "human-ok*4"),
        ("blocked*90 blocked", RULING, "human-ok*90 blocked"),
        ("404*200", replace(DEAD, verdict=Verdict.IGNORED), "ignored*200"),
        ("404*9", replace(RULING, family=None, expires_at=FIRST + timedelta(days=3)), "human-ok*3 dead*6"),
        ("ok*2", replace(RULING, verdict=Verdict.HUMAN_DEAD, family=None), "human-dead*2"),
        ("404*3 ok ok 404", DEAD, "human-dead*3 ok recovered suspect"),
        ("redirect-root*2 parked*2", replace(RULING, family=Family.INFERRED), "human-ok*3 hijacked"),
        (
            "parked*4",
            replace(RULING, family=Family.INFERRED, made_at=FIRST + timedelta(days=2)),
            "suspect hijacked human-ok*2",
        ),
        ("blocked*4", replace(RULING, made_at=FIRST + timedelta(days=1, hours=2)), "blocked human-ok*3"),
        ("blocked*4", replace(RULING, made_at=FIRST + timedelta(days=3)), "blocked*3 human-ok"),
        ("blocked*4", replace(RULING, made_at=FIRST + timedelta(days=9)), "blocked*3 human-ok"),
    ],
)
def test_an_editors_word(drawing: str, ruling: Ruling, verdicts: str) -> None:
    nights, known = nights_of(drawing)
    standings = list(course(nights, replace(known, rulings=(ruling,))))
    said = [str(standing.verdict) for standing in standings]
    assert said == list(words_of(verdicts)), f"an editor who ruled {ruling.verdict} would read {' '.join(said)}"
    ruled = [standing for standing in standings if standing.verdict in {row.verdict for row in RULED}]
    assert all(standing.group is Group.HANDLED for standing in ruled)
    assert all("Lin" in standing.evidence.zh and HAND in standing.evidence.en for standing in ruled)


def test_of_several_words_the_newest_counts_and_one_takes_it_back() -> None:
    nights, known = nights_of("blocked*6")
    said = [
        replace(RULING, made_at=FIRST + timedelta(days=4, hours=1), verdict=None),
        replace(RULING, made_at=FIRST + timedelta(days=1)),
        replace(RULING, made_at=FIRST + timedelta(days=3), verdict=Verdict.IGNORED),
    ]
    standings = course(nights, replace(known, rulings=tuple(said)))
    assert [str(one.verdict) for one in standings] == [
        "blocked",
        "human-ok",
        "human-ok",
        "ignored",
        "blocked",
        "blocked",
    ]


def test_a_reason_with_braces_is_told_as_written() -> None:
    ruling = replace(RULING, reason="{0} {nights} 100%")
    nights, known = nights_of("blocked")
    assert "{0} {nights} 100%" in judge(nights, replace(known, rulings=(ruling,))).evidence.en
