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
from crawler.judge.rows import DEADS, GROUP, TABLE, Change, Known
from crawler.judge.sentences import SENTENCES
from crawler.judge.verdict import Override, course, judge
from crawler.model import Family, Group, NightReading, Outcome, Standing, Verdict

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("cases").joinpath("verdicts.toml").read_text("utf-8")
)["case"]
FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
SHORT = {"404": "not-found", "410": "gone"}
WORD = re.compile(
    r"(?P<outcome>[a-z0-9-]+)(?P<marks>[!~^]*)(?:>(?P<uri>[^#*]+))?(?:#(?P<state>[^*]+))?(?:\*(?P<n>\d+))?"
)


def words_of(text: str) -> Iterator[str]:
    """The words of a drawing, repeated as `*n` says."""
    for word in text.split():
        plain, _, times = word.partition("*")
        yield from [plain] * int(times or 1)


def change_of(state: str) -> Change:
    name, _, kind = state.partition("!")
    return Change(name, replaced=kind in ("r", "h"), other_domain=kind == "h")


def nights_of(text: str, every_h: float = 24) -> tuple[list[NightReading], frozenset[str], dict[str, Change]]:
    """The nights of a drawing, the ids of capped ones, and what comparisons found."""
    nights, capped, changes = [], set(), {}
    for n, word in enumerate(words_of(text)):
        found = WORD.fullmatch(word)
        if word == ".":
            continue
        assert found, f"unreadable night {word!r}"
        at = FIRST + timedelta(hours=every_h * n)
        night, marks = at.strftime("%Y%m%dT%H%M%SZ"), found["marks"]
        outcome = Outcome(SHORT.get(found["outcome"], found["outcome"]))
        nights.append(NightReading(night, at, outcome, "~" in marks, "!" in marks, found["uri"]))
        if "^" in marks:
            capped.add(night)
        if found["state"]:
            changes[night] = change_of(found["state"])
    return nights, frozenset(capped), changes


def known_of(
    case: dict[str, Any], nights: list[NightReading], capped: frozenset[str], changes: dict[str, Change]
) -> Known:
    said = frozenset(night.night for night in nights) if case.get("said_not_found") else frozenset()
    return Known(
        case.get("host_answered", True),
        case.get("second_resolver_confirms", False),
        case.get("second_vantage_agrees", False),
        case.get("unlike_last_good"),
        said,
        capped,
        changes,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdicts_of_case(case: dict[str, Any]) -> None:
    nights, capped, changes = nights_of(case["nights"], case.get("every_h", 24))
    standings = list(course(nights, known_of(case, nights, capped, changes)))
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
        nights, capped, changes = nights_of(case["nights"], case.get("every_h", 24))
        reached |= {standing.verdict for standing in course(nights, known_of(case, nights, capped, changes))}
    missing = set(Verdict) - reached
    assert missing == {Verdict.HUMAN_OK, Verdict.HUMAN_DEAD, Verdict.IGNORED}, f"no case shows {sorted(missing)}"


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
    nights = dated(drawn)
    mixed = list(nights)
    random.shuffle(mixed)
    assert judge(nights, host_answered=answered) == judge(mixed, host_answered=answered)


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
    for standing in course([replace(night, robots_only=True) for night in bad], Known(unlike_last_good=True)):
        assert standing.verdict not in above, f"robots.txt alone made it {standing.verdict}"


@given(NIGHTS)
def test_invalid_nights_never_make_things_worse(drawn: Any) -> None:
    nights = [replace(night, invalid=True) for night in dated(drawn)]
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
    nights, _, _ = nights_of("ok 404*3 blocked")
    standing = judge(nights, host_answered=True)
    assert standing.since == nights[3].seen_at
    assert "2 January 2026" in standing.evidence.en, "the sentence must date the first failing night"


def test_dates_are_told_in_the_readers_zone() -> None:
    late = NightReading("20260101T180000Z", datetime(2026, 1, 1, 18, tzinfo=UTC), Outcome.NOT_FOUND)
    shanghai = timezone(timedelta(hours=8))
    assert "2026年1月2日" in judge([late], host_answered=True, zone=shanghai).evidence.zh


def test_nights_before_the_first_answer_are_judged_as_they_were() -> None:
    nights, _, _ = nights_of("timeout*16 ok ok")
    standing = judge(nights, host_answered=True, host_answered_since=nights[16].seen_at)
    assert standing.verdict is Verdict.OK, "told recovered, though it never was called dead"


def test_a_target_without_nights_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        judge([], host_answered=True)


OVERRIDE = Override(Verdict.HUMAN_OK, "Lin", FIRST, "opened by hand", family=Family.REFUSAL)


@pytest.mark.parametrize(
    ("drawing", "override", "verdict"),
    [
        ("blocked*3", OVERRIDE, Verdict.HUMAN_OK),
        ("blocked*3 rate-limited", OVERRIDE, Verdict.HUMAN_OK),
        ("blocked*3 404", OVERRIDE, Verdict.SUSPECT),
        ("blocked*3 404!", OVERRIDE, Verdict.HUMAN_OK),
        ("blocked*3 not-checked", OVERRIDE, Verdict.HUMAN_OK),
        ("blocked*90", OVERRIDE, Verdict.HUMAN_OK),
        ("blocked*91", OVERRIDE, Verdict.BLOCKED),
        ("404*200", replace(OVERRIDE, verdict=Verdict.IGNORED, family=Family.GONE), Verdict.IGNORED),
        ("404*9", replace(OVERRIDE, family=None, expires_at=FIRST + timedelta(days=3)), Verdict.DEAD),
        ("ok", replace(OVERRIDE, verdict=Verdict.HUMAN_DEAD, family=None), Verdict.HUMAN_DEAD),
    ],
)
def test_an_editors_word(drawing: str, override: Override, verdict: Verdict) -> None:
    nights, _, _ = nights_of(drawing)
    standing = judge(nights, override=override, host_answered=True)
    assert standing.verdict is verdict
    if verdict in (Verdict.HUMAN_OK, Verdict.HUMAN_DEAD, Verdict.IGNORED):
        assert standing.group is Group.HANDLED
        assert "Lin" in standing.evidence.zh
        assert "opened by hand" in standing.evidence.en


def test_a_reason_with_braces_is_told_as_written() -> None:
    override = replace(OVERRIDE, reason="{0} {nights} 100%")
    nights, _, _ = nights_of("blocked")
    assert "{0} {nights} 100%" in judge(nights, override=override, host_answered=True).evidence.en
