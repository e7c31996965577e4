"""The ledger upgraded in place, and what it keeps of seeds: dates, files read in part, readings, documents retired."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils.db import Database

from crawler.ledger.ledger import Ledger
from crawler.ledger.schema import MIGRATIONS
from crawler.ledger.values import write_json
from crawler.model import DateSource, Document, Issued, Retired, Unreadable
from tests.test_ledger import AT, citation, night


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "ledger.sqlite3")


def write_first_ledger(path: Path) -> None:
    """A ledger as the first release left it: one night, one document, a tracker that was asked twice."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        MIGRATIONS.apply(Database(db), stop_before="m002_targets")
        at, one = night().started_at.isoformat(), citation()
        db.execute("INSERT INTO nights (id, started_at, simulated, settings) VALUES (?, ?, 1, '{}')", (night().id, at))
        db.execute("INSERT INTO documents VALUES ('briefing.txt', 'd1', 'briefing', ?)", (night().id,))
        db.execute("INSERT INTO night_documents VALUES (?, 0, 'briefing.txt', 'd1')", (night().id,))
        db.execute("INSERT INTO unreadable VALUES (?, 'x.pdf', 'is empty', '文件为空')", (night().id,))
        db.execute("INSERT INTO citations (id, data) VALUES (?, ?)", (one.id, write_json(one)))
        db.execute("INSERT INTO night_citations VALUES (?, 0, 1)", (night().id,))
        db.execute("INSERT INTO trackers VALUES ('w', 'redacted', 'https://a.example/', ?, '{}')", (at,))
        for answer, sent in (("timeout", 0), ("resolved", 1)):
            db.execute("INSERT INTO tracker_attempts VALUES ('w', ?, ?, ?, ?)", (night().id, at, answer, sent))


def test_a_ledger_of_the_first_release_is_upgraded_with_everything_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    write_first_ledger(path)
    with closing(Ledger.open(path)) as ledger:
        assert ledger.documents_of(night().id) == [Document("briefing.txt", "briefing", "d1")]
        assert ledger.unreadable_of(night().id) == [Unreadable("x.pdf", "is empty", "文件为空")]
        assert [one.id for one in ledger.citations_of(night().id)] == [citation().id]
        assert [(a.answer, a.sent, a.night) for a in ledger.attempts_of("w")] == [
            ("timeout", False, night().id),
            ("resolved", True, night().id),
        ], "an upgrade would forget how often a subscriber's link was asked"
        ledger.settle_tracker("w", AT, "later", None, True)
        assert [a.answer for a in ledger.attempts_of("w")] == ["timeout", "later"], "the wrong attempt is the last"
        assert ledger.tracker_targets() == {"w": "https://a.example/"}
    Ledger.open(path).close()


def test_a_documents_date_and_what_was_read_only_in_part_come_back(ledger: Ledger) -> None:
    ledger.begin_night(night(), "{}")
    documents = [Document("a.pdf", "a", "d1", Issued("2025-06", DateSource.TEXT)), Document("b.txt", "b", "d2")]
    unreadable = [Unreadable("a.pdf", "pages 3 is a picture", "第 3 页是图片", partly=True), Unreadable("c.doc", "x")]
    ledger.record_seeds(night().id, documents, [], unreadable)
    assert ledger.documents_of(night().id) == documents
    assert ledger.unreadable_of(night().id) == unreadable


def test_a_reading_is_recalled_only_by_the_version_that_made_it(ledger: Ledger) -> None:
    assert ledger.recall_reading("k", "1") is None
    ledger.keep_reading("k", "1", "甲")
    ledger.keep_reading("other", "1", "乙")
    assert (ledger.recall_reading("k", "1"), ledger.recall_reading("k", "2")) == ("甲", None)
    ledger.keep_reading("k", "2", "丙")
    assert (ledger.recall_reading("k", "1"), ledger.recall_reading("k", "2")) == (None, "丙"), "stale readings pile up"
    ledger.drop_readings_but({"k", "unknown"})
    assert (ledger.recall_reading("k", "2"), ledger.recall_reading("other", "1")) == ("丙", None)


def test_a_citation_is_told_in_the_form_of_its_newest_night(ledger: Ledger) -> None:
    forms = [citation(uri=uri) for uri in ("https://a.example/", "https://b.example/", "https://a.example/")]
    for number, form in enumerate(forms, 1):
        ledger.begin_night(night(number), "{}")
        ledger.record_seeds(night(number).id, [Document("briefing.txt", "b", "d1")], [form], [])
    found = ledger.citation(citation().id)
    assert found is not None
    assert found.uri == "https://a.example/", "a target taken back would still be told"


class TestRetired:
    def seen(self, ledger: Ledger, number: int, paths: dict[str, str], *failing: str) -> list[Retired]:
        ledger.begin_night(night(number), "{}")
        documents = [Document(path, path.partition(".")[0], sha256) for path, sha256 in paths.items()]
        ledger.record_seeds(night(number).id, documents, [], [Unreadable(path, "broken") for path in failing])
        return ledger.retired(night(number).id)

    def test_what_is_gone_is_named_with_its_last_night(self, ledger: Ledger) -> None:
        assert self.seen(ledger, 1, {"a.txt": "1", "b.txt": "2"}) == []
        assert self.seen(ledger, 2, {"b.txt": "2"}) == [Retired("a.txt", "a", night(1).id)]
        assert self.seen(ledger, 3, {}) == [Retired("a.txt", "a", night(1).id), Retired("b.txt", "b", night(2).id)]
        assert ledger.retired(night(1).id) == [], "an old report would speak of what came later"
        assert self.seen(ledger, 4, {"a.txt": "9", "b.txt": "2"}) == [], "a document that came back is called gone"

    def test_what_is_corrected_renamed_or_broken_tonight_is_not_gone(self, ledger: Ledger) -> None:
        ledger.begin_night(night(1), "{}")
        first = [Document("a.txt", "a", "1"), Document("b.txt", "b", "2"), Document("c/d.txt", "c/d", "3")]
        ledger.record_seeds(night(1).id, first, [], [])
        ledger.begin_night(night(2), "{}")
        then = [Document("a.txt", "a", "1b"), Document("renamed.txt", "b", "2")]
        ledger.record_seeds(night(2).id, then, [], [Unreadable("c", "cannot be listed")])
        assert ledger.retired(night(2).id) == []
