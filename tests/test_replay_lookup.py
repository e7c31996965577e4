"""Captures found by any form of a URL in a ledger, and the report's few look-ups against everything there is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.judge.rows import GOOD
from crawler.ledger.judgements import Entry
from crawler.ledger.ledger import Ledger
from crawler.model import (
    Acceptance,
    Change,
    Content,
    Coverage,
    Document,
    Evidence,
    Hop,
    Merge,
    Night,
    Observation,
    Outcome,
    Reading,
)
from crawler.replay.lookup import find_copy, find_holdings
from tests.test_night_changing import citation
from tests.test_replay_best import FIRST, OUTCOMES, SHANGHAI, capture

URI = "https://example.org/a"
CITED = citation(URI)
ID = CITED.id


def add_night(ledger: Ledger, day: int, letter: str, uri: str = URI, final: str = "") -> None:
    """A night of a citation: what its letter says (tests/test_replay_best.py)."""
    at = FIRST + timedelta(days=day)
    night = Night(f"{at:%Y%m%dT%H%M%SZ}", at, simulated=True)
    ledger.begin_night(night, "{}")
    ledger.record_seeds(night.id, [Document("letter.txt", "letter", "0")], [citation(uri)], [])
    outcome = OUTCOMES.get(letter)
    if outcome is None:
        return
    held = replace(capture(day, length=0 if letter == "e" else 10, uri=final or uri), night=night.id)
    hop = Hop(held.uri, 200, None, record_id=held.record_id)
    coverage = Coverage.CUT_BY_US if letter == "c" else Coverage.COMPLETE
    seen = Observation(night.id, uri, at, (hop,), Content("text/html", 10, held.digest, coverage))
    change = Change("another text", replaced=True) if letter == "R" else None
    ledger.add_captures([held])
    ledger.add_observations([seen])
    ledger.enter(night, [Entry(uri, Reading(outcome, Evidence("r", "r", "r")), seen, change)], "1")
    ledger.end_night(night.id, at, 0, "1")


def tell(ledger: Ledger, story: str) -> None:
    with ledger.whole():
        for day, letter in enumerate(story):
            add_night(ledger, day, letter)


@pytest.fixture(name="ledger")
def a_ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path / "ledger.sqlite3")
    yield ledger
    ledger.close()


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="".join(OUTCOMES) + " ", min_size=1, max_size=9),
    st.none() | st.sampled_from(["2024-11", "2026-01", "2026-01-03", "2026-01-05", "2026-03-01"]),
)
def test_the_reports_few_lookups_find_what_all_captures_say(story: str, date: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(Path(folder) / "ledger.sqlite3")
        tell(ledger, story)
        cited = citation(URI, issued=date)
        found = find_holdings(ledger, ID)
        whole = replace(found, citation=cited).copy(zone=SHANGHAI)
        told = find_copy(ledger, cited, "~", SHANGHAI)
        ledger.close()
    record = whole.capture.record_id if whole else None
    assert (told.capture.record_id if told else None) == record, "the report and the command name two copies"
    assert (told is None) == (whole is None)


def test_a_report_knows_nothing_of_later_nights(ledger: Ledger) -> None:
    tell(ledger, ".....")
    copy = find_copy(ledger, citation(URI, issued="2026-01-04"), f"{FIRST + timedelta(days=1):%Y%m%dT%H%M%SZ}")
    assert copy is not None
    assert copy.capture.record_id == "<1>"


def test_an_accepted_text_answers_for_the_citation(ledger: Ledger) -> None:
    tell(ledger, ".xRR")
    cited = citation(URI, issued="2026-01-02")
    before = find_copy(ledger, cited, "~", SHANGHAI)
    ledger.accept(Acceptance(URI, ID, "<3>", "ed", FIRST + timedelta(days=5)))
    after = find_copy(ledger, cited, "~", SHANGHAI)
    assert before is not None
    assert after is not None
    assert (before.capture.record_id, after.capture.record_id) == ("<0>", "<2>")


def test_payloads_are_listed_where_first_seen_and_the_newest(ledger: Ledger) -> None:
    tell(ledger, "..x.")
    again = replace(capture(9), digest="sha256:0", night="20260110T020000Z")
    ledger.add_captures([again])
    found = ledger.payloads_read_as(GOOD, "~")
    assert [one.record_id for one in found[URI]] == ["<0>", "<1>", "<3>"]
    assert [one.record_id for one in ledger.payloads_read_as(GOOD, "20260102T020000Z")[URI]] == ["<0>", "<1>"]


def test_where_a_chain_ended_is_judged_by_what_led_there(ledger: Ledger) -> None:
    with ledger.whole():
        for day, letter in enumerate("s.l"):
            add_night(ledger, day, letter, final="https://example.org/end")
    best = find_holdings(ledger, "https://example.org/end").best()
    assert best is not None
    assert best.record_id == "<1>", "a login page is handed out as the copy of a final address"


def test_a_merged_address_is_answered_by_the_one_that_is_fetched(ledger: Ledger) -> None:
    tell(ledger, "..")
    ledger.merge([Merge("https://www.example.org/a", URI, "20260101T020000Z", Evidence("same", "same", "同"))])
    other = replace(citation("https://www.example.org/a"), same_as=URI)
    ledger.record_seeds("20260102T020000Z", [Document("letter.txt", "letter", "0")], [other], [])
    assert find_holdings(ledger, "https://www.example.org/a?utm_source=x").best() is not None
    assert find_holdings(ledger, other.id).best() is not None


@pytest.mark.parametrize(
    "asked",
    [URI, "http://example.org/a", "example.org/a", f"{URI}?utm_source=mail&fbclid=1", f"{URI}#part", f"<{URI}>"],
)
def test_any_form_of_an_address_finds_its_copies(ledger: Ledger, asked: str) -> None:
    with ledger.whole():
        add_night(ledger, 0, ".")
    held = find_holdings(ledger, asked).best()
    assert held is not None, "the editor's own spelling finds nothing"
    assert Outcome.OK in {one.outcome for one in find_holdings(ledger, asked).candidates}


@pytest.mark.parametrize("asked", ["\udcff", "https://www.example.org/\udce4"])
def test_what_is_no_text_is_told(tmp_path: Path, asked: str) -> None:
    ledger = Ledger.open(tmp_path / "ledger.sqlite3")
    with pytest.raises(UsageError, match="not UTF-8"):
        find_holdings(ledger, asked)
