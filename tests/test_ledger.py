"""The ledger keeps what each night saw, exactly once, and nothing that could name a subscriber."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.errors import LedgerError
from crawler.ledger.ledger import Ledger
from crawler.ledger.values import read_json, write_json
from crawler.model import (
    Capture,
    Citation,
    Content,
    Document,
    Evidence,
    Failure,
    Flag,
    Group,
    Hop,
    ItemCandidate,
    Kind,
    KnownNames,
    Night,
    Observation,
    Outcome,
    Reading,
    RecordType,
    Standing,
    Unreadable,
    Verdict,
    Via,
    Wrapper,
)

AT = datetime(2026, 1, 2, 2, tzinfo=UTC)
URI = "https://www.example.org/a"
WORDS = Evidence("rule", "words", "话")


def night(number: int = 1) -> Night:
    at = AT + timedelta(days=number)
    return Night(f"{at:%Y%m%dT%H%M%SZ}", at, simulated=True)


def citation(**more: object) -> Citation:
    values: dict[str, object] = {
        "id": "0123456789ab",
        "document": "briefing.txt",
        "sha256": "d1",
        "ordinal": 1,
        "fragments": 2,
        "page": 1,
        "lines": (3, 4),
        "start": 10,
        "end": 30,
        "printed": URI,
        "anchor": None,
        "context": "上下文",
        "kind": Kind.PAGE,
        "uri": URI,
        "urlkey": "org,example)/a",
        "section": "最新进展",
        "item": None,
        "item_candidates": (ItemCandidate("甲", "same-page"), ItemCandidate("乙", "same-page")),
        "flags": (Flag.WRAPPED,),
    }
    return Citation(**values | more)  # type: ignore[arg-type]


def observation(of: Night, uri: str = URI, status: int = 200, record_id: str | None = None) -> Observation:
    hop = Hop(uri, status, None, fields=(("server", "x"),), record_id=record_id)
    return Observation(of.id, uri, of.started_at, (hop,), Content("text/html", 5, "sha256:aa"))


def capture(of: Night, record_id: str, digest: str = "sha256:aa", **more: object) -> Capture:
    at = of.started_at
    made = Capture(
        "org,example)/a", f"{at:%Y%m%d%H%M%S}000", URI, "text/html", 200, digest, "a.warc.gz", 10, 20, record_id,
        RecordType.RESPONSE, at, of.id, payload_length=5,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "archive" / "ledger.sqlite3")


def test_values_come_back_as_they_were() -> None:
    of = night()
    hops = (Hop(URI, 301, None), Hop(f"{URI}/b", None, Failure.TIMEOUT, Via.LOCATION, "slow", (("a", "b"),), "<urn>"))
    seen = Observation(of.id, URI, AT, hops, Content("text/html", 3, "sha256:b"), attempts=3)
    assert read_json(Observation, write_json(seen)) == seen
    assert read_json(Citation, write_json(citation())) == citation()


@given(st.text(), st.text(), st.lists(st.integers(1, 10**6)).map(tuple))
def test_any_text_comes_back(printed: str, section: str, lines: tuple[int, ...]) -> None:
    made = citation(printed=printed, section=section or None, lines=lines)
    assert read_json(Citation, write_json(made)) == made


def test_a_raw_tracking_link_never_reaches_the_file(ledger: Ledger, tmp_path: Path) -> None:
    raw = "https://t.example/track/signature/5ec2e7/userid/ab12"
    wrapper = Wrapper("sha", "https://t.example/track/signature/[redacted]/userid/[redacted]", "t", True, raw)
    ledger.begin_night(night(), "{}")
    ledger.record_seeds(night().id, [Document("b.txt", "b", "d1")], [citation(uri=None, wrapper=wrapper)], [])
    ledger.intend_tracker("sha", wrapper.redacted, night().id, AT)
    ledger.close()
    stored = b"".join(path.read_bytes() for path in (tmp_path / "archive").iterdir())
    assert b"5ec2e7" not in stored, "a subscriber's signature would stand in the ledger"
    assert b"redacted" in stored


def test_a_target_has_one_observation_a_night(ledger: Ledger) -> None:
    ledger.begin_night(night(), "{}")
    ledger.add_observations([observation(night())])
    with pytest.raises(LedgerError, match="twice"):
        ledger.add_observations([observation(night(), "https://b.example/"), observation(night(), status=404)])
    assert set(ledger.observations_of(night().id)) == {URI}, "half a group would stand"
    assert ledger.observations_of(night().id)[URI].hops[0].status == 200


def test_citations_come_back_in_the_order_they_were_read(ledger: Ledger) -> None:
    ledger.begin_night(night(), "{}")
    documents = [Document("z.txt", "z", "d2"), Document("a.txt", "a", "d1")]
    rows = [citation(document="a.txt"), citation(document="z.txt", sha256="d2", ordinal=2, id="b" * 12)]
    rows.append(citation(document="z.txt", sha256="d2", ordinal=1, id="c" * 12))
    ledger.record_seeds(night().id, documents, rows, [Unreadable("x.pdf", "it is empty")])
    assert [c.id for c in ledger.citations_of(night().id)] == [row.id for row in rows]
    assert ledger.unreadable_of(night().id) == [Unreadable("x.pdf", "it is empty")]


def test_a_renamed_document_keeps_its_first_name(ledger: Ledger) -> None:
    for number, path in ((1, "old.txt"), (2, "new.txt")):
        ledger.begin_night(night(number), "{}")
        ledger.record_seeds(night(number).id, [Document(path, "old", "d1")], [], [])
    assert ledger.names() == KnownNames(
        {("old.txt", "d1"): "old", ("new.txt", "d1"): "old"},
        {"d1": ("old",)},
        {"old.txt": ("old",), "new.txt": ("old",)},
    )


def test_a_resumed_night_reads_its_seeds_again_without_doubling(ledger: Ledger) -> None:
    ledger.begin_night(night(), "{}")
    for _ in range(2):
        ledger.record_seeds(night().id, [Document("briefing.txt", "b", "d1")], [citation()], [Unreadable("x", "y")])
    assert len(ledger.citations_of(night().id)) == 1
    assert len(ledger.unreadable_of(night().id)) == 1


def test_the_newest_night_without_an_end_is_unfinished(ledger: Ledger) -> None:
    assert ledger.unfinished_night() is None
    ledger.begin_night(night(1), "{}")
    unfinished = ledger.unfinished_night()
    assert unfinished is not None
    assert unfinished.id == night(1).id
    ledger.end_night(night(1).id, AT + timedelta(days=1, hours=1), 0, "1")
    assert ledger.unfinished_night() is None


def test_a_tracker_is_answered_once_and_every_intent_counts(ledger: Ledger) -> None:
    ledger.begin_night(night(), "{}")
    ledger.intend_tracker("w", "redacted", night().id, AT)
    assert (ledger.tracker_attempts("w"), ledger.tracker_targets()) == (1, {})
    ledger.settle_tracker("w", AT, "timeout", None, True)
    ledger.intend_tracker("w", "redacted", night().id, AT)
    ledger.settle_tracker("w", AT, "resolved", URI, True)
    ledger.settle_tracker("w", AT, "resolved", "https://other.example/", True)
    assert (ledger.tracker_attempts("w"), ledger.tracker_targets()) == (2, {"w": URI}), "its target would change"


def test_an_attempt_that_sent_nothing_does_not_count(ledger: Ledger) -> None:
    ledger.begin_night(night(), "{}")
    for _ in range(3):
        ledger.intend_tracker("w", "redacted", night().id, AT)
        ledger.settle_tracker("w", AT, "dns-failure", None, False)
    assert ledger.tracker_attempts("w") == 0, "three nights offline would leave the link unknown for ever"
    ledger.intend_tracker("w", "redacted", night().id, AT)
    assert ledger.tracker_attempts("w") == 1, "a crash after sending would be forgotten"


def test_a_night_keeps_its_own_reading_of_a_citation(ledger: Ledger) -> None:
    unknown, settled = citation(uri=None, urlkey=None, kind=Kind.TRACKER), citation(kind=Kind.TRACKER)
    for number, read in ((1, unknown), (2, settled), (3, unknown)):
        ledger.begin_night(night(number), "{}")
        ledger.record_seeds(night(number).id, [Document("briefing.txt", "b", "d1")], [read], [])
    assert [ledger.citations_of(night(n).id)[0].uri for n in (1, 2, 3)] == [None, URI, None]


def test_robots_fail_without_a_break_or_not_at_all(ledger: Ledger) -> None:
    for number, failing, answering in ((1, ["a", "b"], []), (2, ["a"], ["b"]), (3, [], [])):
        ledger.begin_night(night(number), "{}")
        ledger.note_robots(night(number), failing, answering)
    assert ledger.robots_failing_since(night(2).id) == {"a": night(1).started_at}
    assert ledger.robots_failing_since(night(3).id) == {}, "a host not asked for weeks would be asked against its will"


def test_histories_end_at_the_night_asked_for(ledger: Ledger) -> None:
    for number, outcome in ((1, Outcome.OK), (2, Outcome.NOT_FOUND), (3, Outcome.OK)):
        of = night(number)
        ledger.begin_night(of, "{}")
        ledger.store_readings(of, [(URI, Reading(outcome, WORDS), observation(of))], "1")
    ledger.validate_night(night(2).id, False, WORDS, False)
    history = dict(ledger.histories(night(2).id))[URI]
    assert [(n.outcome, n.invalid) for n in history] == [(Outcome.OK, False), (Outcome.NOT_FOUND, True)]
    assert {subject: r.outcome for subject, r in ledger.last_readings().items()} == {URI: Outcome.OK}


def test_standings_before_a_night_are_the_newest_of_each(ledger: Ledger) -> None:
    for number, verdict in ((1, Verdict.OK), (2, Verdict.SUSPECT), (3, Verdict.DEAD)):
        ledger.begin_night(night(number), "{}")
        ledger.store_standings(night(number).id, {URI: Standing(verdict, Group.WATCHING, AT, 1, WORDS)}, "1")
    assert ledger.standings_before(night(3).id)[URI].verdict is Verdict.SUSPECT


def test_the_original_of_a_payload_is_its_first_response(ledger: Ledger) -> None:
    first, second = capture(night(1), "<1>"), capture(night(2), "<2>")
    revisit = capture(night(1), "<0>", record_type=RecordType.REVISIT, refers_to="<1>", timestamp="2" * 17)
    ledger.add_captures([second, first, revisit])
    ledger.add_captures([first])
    assert ledger.original_of("sha256:aa") == first
    assert len(list(ledger.all_captures())) == 3
    assert ledger.proven_stamp("<1>") == 0
    ledger.mark_proven({"<1>": 7, "<unknown>": 8})
    assert (ledger.proven_stamp("<1>"), ledger.proven_stamp("<unknown>")) == (7, 0)


def test_a_newer_ledger_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    Ledger.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('evercite', 'm999_later', 'x')"
        )
    for how in (Ledger.open, Ledger.open_to_read):
        with pytest.raises(LedgerError, match="newer Evercite"):
            how(path)


def test_a_file_that_is_no_ledger_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"This is no database, and long enough to show it." * 40)
    before = path.read_bytes()
    for how in (Ledger.open, Ledger.open_to_read):
        with pytest.raises(LedgerError, match=r"ledger\.sqlite3: cannot be opened: it is no ledger; restore it"):
            how(path)
    assert path.read_bytes() == before


def test_a_write_that_fails_says_what_to_do(ledger: Ledger) -> None:
    ledger._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(LedgerError, match="it is read-only; correct its permissions or the mount, and run again"):
        ledger.mark_proven({"<1>": 1})


def test_captures_come_in_parts_and_by_place(ledger: Ledger) -> None:
    kept = [capture(night(1), f"<{number}>", offset=100 * number) for number in range(7)]
    ledger.add_captures(kept)
    filename = kept[0].filename
    assert list(ledger.each_capture_in(filename)) == ledger.captures_in(filename) == kept
    assert [ledger.next_place(filename, offset) for offset in (-1, 0, 99, 100, 600)] == [0, 100, 100, 200, None]
    parts = [set(ledger.part(number, 4)) for number in range(4)]
    assert set.union(*parts) == set(kept)
    assert sum(map(len, parts)) == len(kept), "a record would be proven twice, and another never"
    ledger.replace_captures(["<0>", "<3>"], [capture(night(2), "<9>")])
    ledger.remove_captures(["<1>"])
    assert {one.record_id for one in ledger.all_captures()} == {"<2>", "<4>", "<5>", "<6>", "<9>"}
    assert ledger.filenames() == [filename]
    assert ledger.filenames_of(night(1).id) == [filename]
    assert ledger.filenames_of("another night") == []


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(2, 6))
def test_threads_may_write_side_by_side(tmp_path: Path, threads: int) -> None:
    ledger = Ledger.open(tmp_path / f"{threads}.sqlite3")
    if not ledger.nights():
        ledger.begin_night(night(), "{}")
    uris = [f"https://{n}-{len(ledger.observations_of(night().id))}.example/" for n in range(threads)]
    before = len(ledger.observations_of(night().id))
    writers = [threading.Thread(target=ledger.add_observations, args=([observation(night(), u)],)) for u in uris]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(ledger.observations_of(night().id)) == before + threads
    ledger.close()


def test_an_empty_file_is_not_made_a_ledger_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.touch()
    with pytest.raises(LedgerError, match="is empty; restore it"):
        Ledger.open_to_read(path)
    assert path.stat().st_size == 0, "what lies beside it would be taken for a ledger put back later"
