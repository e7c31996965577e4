"""Archives that earlier versions wrote: today's version goes on with them, and nothing they saw is lost.

The archives stand in tests/ledgers/, written by those versions themselves; see the README there.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.ledger.ledger import Ledger
from crawler.ledger.schema import MIGRATIONS
from tests.house import House
from tests.web.answers import Behaviour, NotFound, Page
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site

LEDGERS = Path(__file__).parent / "ledgers"
VERSIONS = sorted(path.name for path in LEDGERS.iterdir() if path.is_dir())
# The made-up recipient that those nights' document named.
SIGNATURE, USER = "5ec2e70d15ea5e0fbadc0ffee0ddf00d", "b0a710ad1337c0de8badf00dcafed00d"
TRACKER = f"https://un.mdrtor.com/track/link/key/1/signature/{SIGNATURE}/userid/{USER}"
MUSEUM = "https://museum.example.org"
LETTER = f"# A letter\n\n- The hall {MUSEUM}/hall\n- The exhibit {TRACKER}\n- Gone {MUSEUM}/gone\n"


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    pages: dict[str, Behaviour] = {"/hall": Page("The hall"), "/exhibit": Page("An exhibit"), "/gone": NotFound()}
    hop = {TRACKER.removeprefix("https://un.mdrtor.com"): Redirect(f"{MUSEUM}/exhibit")}
    with FakeWeb([Site("un.mdrtor.com", hop), Site("museum.example.org", pages)]) as fake:
        yield fake


@pytest.fixture(params=VERSIONS)
def house(request: pytest.FixtureRequest, web: FakeWeb, tmp_path: Path) -> House:
    """An installation whose archive an earlier version wrote."""
    made = House(tmp_path, web)
    (made.seeds / "letter.md").write_text(LETTER, "utf-8")
    shutil.copytree(LEDGERS / request.param, made.archive)
    with closing(sqlite3.connect(made.archive / "ledger.sqlite3")) as db:
        db.executescript((made.archive / "ledger.sql").read_text("utf-8"))
    return made


def test_every_released_version_is_kept() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        from sqlite_utils.db import Database

        known = [one.name.partition("_")[0] for one in MIGRATIONS.pending(Database(db))]
    released = known[: known.index("m004") + 1]
    assert released == VERSIONS[: len(released)], "an upgrade from a version that people run would not be tried"


def test_the_next_night_goes_on(house: House, web: FakeWeb) -> None:
    before = len(web.log)
    ran = house.night(3)
    assert ran.status in (0, 1), ran.log[-2000:]
    asked = [served.uri for served in list(web.log)[before:]]
    assert not [uri for uri in asked if "mdrtor" in uri], "the subscriber's link was opened once more"
    told = {row["uri"]: row for row in house.report(3)["citations"]}
    assert set(told) == {f"{MUSEUM}/hall", f"{MUSEUM}/exhibit", f"{MUSEUM}/gone"}
    for uri, row in told.items():
        assert len(row["strip"]) == 4, f"the nights before the upgrade are forgotten: {uri}"
    gone = told[f"{MUSEUM}/gone"]
    assert gone["verdict"] == "dead"
    assert gone["since"] == "2026-01-03T02:00:00Z", "a link that was dead before the upgrade is told anew"
    assert told[f"{MUSEUM}/hall"]["copies"], "the copies from before the upgrade are lost"
    assert told[f"{MUSEUM}/hall"]["copies"][-1]["timestamp"].startswith("20260101")


def test_what_was_archived_holds_and_is_handed_out(house: House) -> None:
    checked = house.run("archive", "check")
    assert checked.status == 0, checked.said
    got = house.run("archive", "get", f"{MUSEUM}/hall", "--at", "2026-01-01")
    assert got.status == 0, got.log
    assert "The hall" in got.said
    assert house.run("report", "--night", "20260103T020000Z").status == 0


def test_judging_again_finds_the_same_deaths(house: House) -> None:
    ran = house.run("rejudge")
    assert ran.status == 0, ran.log
    with closing(Ledger.open(house.archive / "ledger.sqlite3")) as ledger:
        standings = ledger.standings_of("20260103T020000Z")
    assert standings[f"{MUSEUM}/gone"].verdict == "dead"
    assert standings[f"{MUSEUM}/hall"].verdict == "ok"
    assert standings[f"{MUSEUM}/exhibit"].verdict == "ok"
