"""A night's life and death: killed, ended, doubled, without network – and the next one."""

from __future__ import annotations

import gzip
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.house import House
from tests.warcs import files_of, records_of
from tests.web.answers import Page
from tests.web.server import FakeWeb
from tests.web.sites import Site
from tests.web.trouble import Silence

HOSTS = 12
PAGES = 4
KILLS = 10


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    """Healthy hosts with some pages each."""
    sites = [
        Site(f"h{host}.example.org", {f"/p{page}": Page(f"Page {page} of host {host}") for page in range(PAGES)})
        for host in range(HOSTS)
    ]
    sites.append(Site("slow.example.org", otherwise=Silence()))
    with FakeWeb(sites) as fake:
        yield fake


URIS = [f"https://h{host}.example.org/p{page}" for host in range(HOSTS) for page in range(PAGES)]


def begin(house: House, number: int = 0) -> subprocess.Popen[bytes]:
    """A night under way."""
    words = house.command(*house.night_words(number))
    return subprocess.Popen(
        words, cwd=house.folder, env=house.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def observed(house: House) -> int:
    """How many observations the ledger holds by now."""
    path = house.archive / "ledger.sqlite3"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            return int(db.execute("SELECT count(*) FROM observations").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def committed(house: House) -> dict[str, tuple[str, str]]:
    """What the ledger holds: uri → (night, data)."""
    with closing(sqlite3.connect(f"file:{house.archive / 'ledger.sqlite3'}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT uri, night, data FROM observations").fetchall()
    return {uri: (night, data) for uri, night, data in rows}


def wait_until(ready: int, house: House, night: subprocess.Popen[bytes]) -> None:
    """Wait until that many observations are committed, or the night has ended by itself."""
    for _ in range(3000):
        if observed(house) >= ready or night.poll() is not None:
            return
        time.sleep(0.01)


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_night_is_taken_up_and_loses_nothing(web: FakeWeb, tmp_path: Path, kill: int) -> None:
    chance = random.Random(kill)
    house = House(tmp_path, web, delay_s=0.05, max_delay_s=0.05)
    house.cite(URIS)
    night = begin(house)
    wait_until(chance.randrange(len(URIS) * 3 // 4), house, night)
    time.sleep(chance.random() * 0.05)
    night.send_signal(signal.SIGKILL)
    assert night.wait() == -signal.SIGKILL, "the night ended by itself: nothing was killed in its middle"
    before = committed(house) if observed(house) else {}

    ran = house.night()
    assert ran.status in (0, 1), f"the next start failed: {ran.log[-1500:]}"
    after = committed(house)
    assert {uri: after.get(uri) for uri in before} == before, "an observation was lost or made twice"
    assert set(after) == set(URIS)
    assert {night_id for night_id, _ in after.values()} == {"20260101T020000Z"}, "the night did not keep its id"
    for path in files_of(house.archive):
        gzip.decompress(path.read_bytes())
    assert not list((house.archive / "warc").glob("*.open")), "a file was left unfinished"
    checked = house.run("archive", "check")
    assert checked.status == 0, checked.said
    indexed = {record.fields["WARC-Record-ID"] for record in records_of(house.archive)}
    with closing(sqlite3.connect(house.archive / "ledger.sqlite3")) as db:
        assert {row[0] for row in db.execute("SELECT record_id FROM captures")} <= indexed
    assert len(ran.report["citations"]) == len(URIS)


def test_sigterm_ends_politely_and_the_next_start_takes_up(web: FakeWeb, tmp_path: Path) -> None:
    house = House(tmp_path, web, exchange_deadline_s=60.0)
    house.cite([*URIS[:8], "https://slow.example.org/"])
    night = begin(house)
    wait_until(8, house, night)
    night.send_signal(signal.SIGTERM)
    assert night.wait(timeout=20) == 143
    before = committed(house)
    assert len(before) == 8
    assert not list((house.archive / "warc").glob("*.open"))
    house.write_config(exchange_deadline_s=0.5)
    assert house.night().status in (0, 1)
    after = committed(house)
    assert {uri: after[uri] for uri in before} == before
    assert len(after) == 9


def test_two_nights_at_once_are_refused(web: FakeWeb, tmp_path: Path) -> None:
    house = House(tmp_path, web, exchange_deadline_s=60.0)
    house.cite([*URIS[:2], "https://slow.example.org/"])
    first = begin(house)
    wait_until(2, house, first)
    second = house.run(*house.night_words(1))
    assert second.status == 75
    assert "another night is running" in second.log
    assert str(first.pid) in second.log
    first.send_signal(signal.SIGKILL)
    first.wait()
    house.write_config(exchange_deadline_s=0.5)
    assert house.night().status in (0, 1), "a crashed night would lock everyone out"


def test_a_night_that_was_cut_off_long_ago_is_closed_and_a_new_one_begins(web: FakeWeb, tmp_path: Path) -> None:
    house = House(tmp_path, web, exchange_deadline_s=60.0)
    house.cite([*URIS[:3], "https://slow.example.org/"])
    night = begin(house)
    wait_until(3, house, night)
    night.send_signal(signal.SIGKILL)
    night.wait()
    house.write_config(exchange_deadline_s=0.5)
    ran = house.night(1)
    assert ran.report["night"]["id"] == "20260102T020000Z"
    with closing(sqlite3.connect(house.archive / "ledger.sqlite3")) as db:
        assert db.execute("SELECT count(*) FROM nights WHERE ended_at IS NULL").fetchone() == (0,)


def test_the_same_night_is_not_run_twice(web: FakeWeb, tmp_path: Path) -> None:
    house = House(tmp_path, web)
    house.cite(URIS[:1])
    assert house.night().status == 0
    again = house.run(*house.night_words(0))
    assert again.status == 3
    assert "already run" in again.log


def test_each_night_proves_a_part_of_the_archive_again(web: FakeWeb, tmp_path: Path) -> None:
    house = House(tmp_path, web)
    house.cite(URIS[:3])
    assert "answers proven again (part 1 of 1)" in house.night(0).log
    ran = house.night(1)
    assert "all of them hold" in ran.log
    assert "archive check" not in ran.said, "an editor would be sent to look at a sound archive"


class TestWithoutNetwork:
    """A machine whose network is gone: nothing resolves, nothing connects."""

    SETTINGS: ClassVar[dict[str, Any]] = {"resolvers": ["127.0.0.1:9"], "connect_timeout_s": 1.0}

    def test_the_first_night_judges_nothing_and_says_whose_fault_it_was(self, tmp_path: Path) -> None:
        house = House(tmp_path, None, **self.SETTINGS)
        house.cite(URIS)
        ran = house.night()
        assert ran.status == 4
        assert ran.report["night"]["valid"] is False
        assert ran.report["night"]["invalid_reason"]
        assert {row["verdict"] for row in ran.report["citations"]} == {"not-checked"}, "the web would be called dead"
        assert "网络" in ran.said
        assert len(committed(house)) == len(URIS), "what was tried is evidence, too"

    def test_a_later_night_keeps_what_was_known(self, web: FakeWeb, tmp_path: Path) -> None:
        house = House(tmp_path, web)
        house.cite(URIS)
        assert house.night(0).status == 0
        kept = house.run("archive", "get", URIS[0]).said
        house.web = None
        house.write_config(**self.SETTINGS)
        ran = house.night(1)
        assert ran.status == 4
        assert {row["verdict"] for row in ran.report["citations"]} == {"ok"}
        assert house.run("archive", "get", URIS[0]).said == kept
        assert (house.reports / "latest" / "report.json").read_bytes() == (
            house.reports / "20260102T020000Z" / "report.json"
        ).read_bytes()

    def test_the_network_comes_back(self, web: FakeWeb, tmp_path: Path) -> None:
        house = House(tmp_path, None, **self.SETTINGS)
        house.cite(URIS)
        assert house.night(0).status == 4
        house.web = web
        house.write_config()
        ran = house.night(1)
        assert ran.status == 0
        assert {row["verdict"] for row in ran.report["citations"]} == {"ok"}


def test_a_disk_that_refuses_in_the_middle_gets_one_sentence_and_status_2(web: FakeWeb, tmp_path: Path) -> None:
    house = House(tmp_path, web)
    house.cite(URIS)
    house.archive.mkdir()
    (house.archive / "warc").write_text("a file where the folder should be", "utf-8")
    ran = house.night()
    assert ran.status == 2
    assert "Traceback" not in ran.log, ran.log[-1500:]
    (house.archive / "warc").unlink()
    assert house.night().status == 0, "the night was not taken up"


def test_an_archive_that_cannot_be_written_gets_one_sentence(web: FakeWeb, tmp_path: Path) -> None:
    house = House(tmp_path, web)
    house.cite(URIS[:1])
    house.archive.write_text("a file where the folder should be", "utf-8")
    ran = house.run(*house.night_words(0))
    assert ran.status == 2
    assert len(ran.log.strip().splitlines()) == 1, ran.log
    assert "archive" in ran.log
