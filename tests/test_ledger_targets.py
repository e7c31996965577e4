"""The ledger never overwrites what was said of a target: typed, chosen, merged, undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crawler.ledger.ledger import Ledger
from crawler.model import Choice, Content, Coverage, Evidence, Look, Merge, Outcome, Override, Reading, Sight, SightKind
from tests.test_ledger import AT, URI, WORDS, night, observation

OTHER = "https://www.example.org/b"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger.open(tmp_path / "ledger.sqlite3")
    for number in range(1, 5):
        ledger.begin_night(night(number), "{}")
    return ledger


def test_the_newest_typed_target_counts_and_all_are_kept(ledger: Ledger) -> None:
    said = [Override("w" * 64, "a" * 12, uri, why, AT) for uri, why in ((URI, "one"), (OTHER, "two"), (None, "no"))]
    counted = []
    for one in said:
        ledger.type_target(one)
        counted.append(ledger.tracker_targets().get("w" * 64))
    assert counted == [URI, OTHER, None]
    assert ledger.overrides_of("w" * 64) == said


def test_a_typed_target_beats_an_answer_and_gives_it_back(ledger: Ledger) -> None:
    ledger.intend_tracker("w", "redacted", None, AT)
    ledger.settle_tracker("w", AT, '{"answer": "resolved"}', URI, True)
    ledger.type_target(Override("w", "a" * 12, OTHER, "why", AT))
    assert ledger.tracker_targets() == {"w": OTHER}
    ledger.type_target(Override("w", "a" * 12, None, "why", AT))
    assert ledger.tracker_targets() == {"w": URI}
    assert [(attempt.night, attempt.sent) for attempt in ledger.attempts_of("w")] == [(None, True)]


def test_a_reading_is_chosen_once(ledger: Ledger) -> None:
    first = Choice("a" * 12, URI, night(1).id, WORDS)
    ledger.choose([first])
    ledger.choose([replace(first, uri=OTHER), replace(first, citation="b" * 12)])
    assert ledger.choices() == {"a" * 12: first, "b" * 12: replace(first, citation="b" * 12)}


def test_a_merge_holds_until_it_is_undone_and_may_come_again(ledger: Ledger) -> None:
    rows = [
        Merge(OTHER, same_as, night(n).id, Evidence("r", f"{n}", f"{n}"))
        for n, same_as in ((1, URI), (2, None), (3, URI))
    ]
    held = []
    for one in rows:
        ledger.merge([one])
        held.append(ledger.merges().get(OTHER))
    assert held == [rows[0], None, rows[2]]
    assert ledger.merges_of(OTHER) == rows


def test_looks_are_of_nights_that_count_the_oldest_first(ledger: Ledger) -> None:
    cut = Content("text/html", 5, "sha256:cc", Coverage.CUT_BY_US)
    for number in range(1, 5):
        seen = observation(night(number))
        ledger.add_observations([replace(seen, content=cut) if number == 4 else seen])
        ledger.store_readings(night(number), [(URI, Reading(Outcome.OK, WORDS), seen)], "1")
    ledger.validate_night(night(1).id, False, WORDS, False)
    ledger.validate_night(night(2).id, True, None, True)
    ledger.link_payload(("sha256:aa", "text/html"), "html:1", "x")
    ledger.store_sight(Sight("html:1", SightKind.HTML), "正文", "x")
    seen_at = [night(number).started_at for number in (3, 4)]
    assert ledger.looks_of(URI, night(4).id) == [
        Look(URI, night(3).id, seen_at[0], Outcome.OK, None, "sha256:aa", "正文"),
        Look(URI, night(4).id, seen_at[1], Outcome.OK),
    ]
    assert [look.night for look in ledger.looks_of(URI, night(4).id, 1)] == [night(4).id]
    assert ledger.looks_of(OTHER, night(4).id) == []
