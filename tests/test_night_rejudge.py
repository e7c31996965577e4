"""Judging again: nights and rejudge find the same, in whatever order rows lie; what is spoilt is mended."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from bench.ledgers import build, observe, uri_of
from crawler.cli import main
from crawler.config import Config
from crawler.errors import UsageError
from crawler.ledger.ledger import Ledger
from crawler.ledger.shapes import Shapes, Stored
from crawler.ledger.values import read_json, write_json
from crawler.model import Hop, Night, Observation, Verdict
from crawler.night.assess import assess, find_settled, read_night
from crawler.night.lock import night_lock
from crawler.night.rejudge import Rejudged, rejudge, tell_changes

TARGETS, NIGHTS = 100, 16
DERIVED = (
    "SELECT night, subject, outcome, robots_only, sub, unlike_last_good, change, baseline, https, elsewhere, data"
    " FROM readings ORDER BY 1, 2",
    "SELECT night, subject, verdict, grp, since, failing_nights, data FROM standings ORDER BY 1, 2",
    "SELECT id, valid, invalid_reason, few_hosts FROM nights ORDER BY 1",
)


def derived_of(archive: Path) -> list[list[tuple[object, ...]]]:
    """Everything that judging derives."""
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as db:
        return [db.execute(query).fetchall() for query in DERIVED]


def rejudged(archive: Path, since: str | None = None) -> Rejudged:
    """Judge an archive again."""
    with closing(Ledger.open(archive / "ledger.sqlite3")) as ledger:
        return rejudge(ledger, archive, Config(), since)


def change(archive: Path, statement: str, *values: object) -> int:
    """Change the ledger behind its back; returns how many rows."""
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as db, db:
        return db.execute(statement, values).rowcount


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose nights were judged one by one, each when it was the newest."""
    archive = tmp_path_factory.mktemp("nights")
    build(archive / "ledger.sqlite3", TARGETS, NIGHTS, span=15)
    with closing(Ledger.open(archive / "ledger.sqlite3")) as ledger:
        for night in ledger.nights():
            validity = read_night(ledger, night)
            citations = ledger.citations_of(night.id)
            if validity.valid:
                find_settled(ledger, night, citations)
            assess(ledger, night, citations, Config())
    return archive


@pytest.fixture
def archive(judged: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    copytree(judged, tmp_path / "archive")
    return tmp_path / "archive"


def test_the_nights_tell_of_many_verdicts(judged: Path) -> None:
    with closing(sqlite3.connect(judged / "ledger.sqlite3")) as db:
        verdicts = {row[0] for row in db.execute("SELECT DISTINCT verdict FROM standings")}
    assert len(verdicts) >= 10, f"too few to prove anything with: {sorted(verdicts)}"
    assert {"changed", "dead", "gone", "ok-moved", "blocked"} <= verdicts


def test_rejudging_what_nights_judged_changes_nothing(archive: Path) -> None:
    before = derived_of(archive)
    found = rejudged(archive)
    assert (found.readings, found.standings, found.validity, found.turned) == (0, 0, [], [])
    assert derived_of(archive) == before
    assert list(tell_changes(found))[-1].endswith("nothing changed")


def test_the_order_of_rows_decides_nothing(archive: Path) -> None:
    before = derived_of(archive)
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as db, db:
        for table in ("observations", "captures", "readings", "standings"):
            rows = db.execute(f"SELECT * FROM {table}").fetchall()
            random.Random(7).shuffle(rows)
            db.execute(f"DELETE FROM {table}")
            if table in ("observations", "captures"):
                db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    found = rejudged(archive)
    assert found.readings == TARGETS * NIGHTS
    assert derived_of(archive) == before, "another order of the same observations gave other verdicts"


def test_what_other_rules_said_is_told_and_mended(archive: Path) -> None:
    before = derived_of(archive)
    spoilt = change(archive, "UPDATE readings SET outcome = 'not-found' WHERE subject = ?", uri_of(0))
    change(
        archive,
        'UPDATE standings SET verdict = \'dead\', data = replace(data, \'"verdict":"ok"\', \'"verdict":"dead"\')'
        " WHERE subject = ?",
        uri_of(0),
    )
    found = rejudged(archive)
    assert found.readings == spoilt == NIGHTS
    (turned,) = found.turned
    assert turned.subject == uri_of(0)
    assert turned.spells[-1].before is Verdict.DEAD
    assert turned.spells[-1].is_newest
    assert derived_of(archive) == before
    told = list(tell_changes(found))
    assert any("dead → ok  since" in line for line in told), told
    assert "1 citation with another verdict" in told[-1]


def test_since_leaves_earlier_nights_alone(archive: Path) -> None:
    with closing(Ledger.open(archive / "ledger.sqlite3")) as ledger:
        nights = [night.id for night in ledger.nights()]
    before = derived_of(archive)
    change(archive, "UPDATE standings SET data = replace(data, 'Opens', 'Opened') WHERE night = ?", nights[3])
    spoilt = derived_of(archive)
    assert rejudged(archive, nights[4]).standings == 0
    assert derived_of(archive) == spoilt
    day = f"{nights[3][:4]}-{nights[3][4:6]}-{nights[3][6:8]}"
    assert rejudged(archive, day).standings > 0
    assert derived_of(archive) == before


@pytest.mark.parametrize("since", ["yesterday", "2031-01-01", "20310101T020000Z"])
def test_since_has_to_name_a_night(archive: Path, since: str) -> None:
    with pytest.raises(UsageError, match="night"):
        rejudged(archive, since)


def test_a_night_that_counts_no_more_is_told(archive: Path) -> None:
    with closing(Ledger.open(archive / "ledger.sqlite3")) as ledger:
        night = ledger.nights()[5]
    change(archive, "UPDATE nights SET valid = 0 WHERE id = ?", night.id)
    found = rejudged(archive)
    assert found.validity == [(night.id, True)]
    assert f"night {night.id} counts now" in list(tell_changes(found))


def test_a_ledger_without_anything_derived_is_derived_whole(archive: Path) -> None:
    before = derived_of(archive)
    change(archive, "DELETE FROM readings")
    change(archive, "DELETE FROM standings")
    rejudged(archive)
    assert derived_of(archive) == before


def test_a_night_that_runs_keeps_the_ledger(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with night_lock(archive):
        assert main(["rejudge", "--archive", str(archive)]) == 75
    assert "another night" in capsys.readouterr().err


def test_the_command_says_what_changed(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rejudge", "--archive", str(archive)]) == 0
    assert capsys.readouterr().out == f"{NIGHTS} nights judged again by rules 2: nothing changed\n"
    assert main(["rejudge", "--archive", str(archive), "--since", "never"]) == 3


KILLS = 6


@pytest.mark.proof
def test_kill_9_leaves_the_old_verdicts_or_the_new(judged: Path, tmp_path: Path) -> None:
    copytree(judged, tmp_path / "whole")
    new = derived_of(tmp_path / "whole")
    change(tmp_path / "whole", "UPDATE readings SET outcome = 'client-error'")
    change(
        tmp_path / "whole", "UPDATE standings SET data = replace(data, '\"failing_nights\":0', '\"failing_nights\":9')"
    )
    old = derived_of(tmp_path / "whole")
    started = time.monotonic()
    copytree(tmp_path / "whole", tmp_path / "timed")
    _run(tmp_path / "timed").wait()
    took_s = time.monotonic() - started
    assert derived_of(tmp_path / "timed") == new
    for n in range(KILLS):
        archive = tmp_path / f"killed-{n}"
        copytree(tmp_path / "whole", archive)
        process = _run(archive)
        time.sleep(took_s * (n + 1) / (KILLS + 1))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert derived_of(archive) in (old, new), "a crash left verdicts that belong to no rules"
        assert _run(archive).wait() == 0
        assert derived_of(archive) == new, "what a crash left could not be judged again"


def _run(archive: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "crawler", "rejudge", "--archive", str(archive)]
    return subprocess.Popen(words, cwd=Path(__file__).parent.parent, stdout=subprocess.DEVNULL)


# ---------------------------------------------------------------- observations, read quickly


def _observations() -> Iterator[Observation]:
    night = Night("20260101T020000Z", datetime(2026, 1, 1, 2, tzinfo=UTC), simulated=True)
    yield from (observe(target, number, night) for target in range(TARGETS) for number in (0, 400, 999))
    tricky = Hop(uri_of(0), 200, None, detail='"night":"x" "digest":"y"', fields=(("location", '"ip":"203.0.113.9"'),))
    yield replace(observe(0, 0, night), hops=(tricky, tricky))


def test_reading_quickly_reads_the_same() -> None:
    shapes = Shapes()
    for seen in _observations():
        text = write_json(seen)
        assert Stored(seen.uri, text, shapes).seen == read_json(Observation, text)
        assert Stored(seen.uri, text, shapes).seen == seen


def test_an_observation_that_repeats_another_is_known_at_once() -> None:
    """The quick look says yes only where the slow one does, whatever differs."""
    shapes = Shapes()
    all_of_them = [(seen, Stored(seen.uri, write_json(seen), shapes)) for seen in _observations()]
    with_payload = [(seen, stored) for seen, stored in all_of_them if seen.content]
    repeated = 0
    for before, other in with_payload:
        for seen, stored in all_of_them:
            same = stored.shape == other.shape and seen.content == before.content
            if stored.repeats(other):
                assert same, f"another night would be taken for the one before:\n{seen}\n{before}"
                repeated += seen is not before
                if len(seen.hops) == 1:
                    assert stored.moment(other) == (seen.night, seen.seen_at, seen.hops[0].record_id)
    assert repeated, "the quick look never says yes"
