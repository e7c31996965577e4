"""What an editor says of verdicts, from the command line, over nights: at once, with who and why, and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from crawler.cli import main
from crawler.ledger.ledger import Ledger
from crawler.night.lock import night_lock
from crawler.night.verdicts import WIDTH, columns
from tests.house import House
from tests.web.answers import Behaviour, NotFound, Page
from tests.web.server import FakeWeb
from tests.web.sites import Site

MUSEUM = "https://museum.example.org"
USER = "b0a710ad1337c0de8badf00dcafed00d"
PAGES: dict[str, Behaviour] = {"/hall": Page("The hall", "zh"), "/old": NotFound()}
LIST = f"{MUSEUM}/hall\n{MUSEUM}/old\neditor@garden.example.org\n"


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb([Site("museum.example.org", PAGES)]) as fake:
        yield fake


class Desk:
    """A house with an editor; every command's words are kept."""

    def __init__(self, folder: Path, web: FakeWeb) -> None:
        self.house, self.words = House(folder, web), ""
        (self.house.seeds / "links.txt").write_text(LIST, "utf-8")
        self.night(0)
        self.ids: dict[str, str] = {row["printed"]: row["id"] for row in self.house.report(0)["citations"]}

    def night(self, number: int) -> int:
        ran = self.house.night(number)
        assert ran.status in (0, 1), ran.log[-2000:]
        return ran.status

    def say(self, *words: str) -> tuple[int, str]:
        """Run `evercite verdict …` in this process: a process of its own would cost half a second each."""
        said, house = StringIO(), self.house
        places = ["--archive", str(house.archive), "--config", str(house.folder / "evercite.toml")]
        with redirect_stdout(said), redirect_stderr(said):
            status = main(["verdict", *words, *places])
        self.words += said.getvalue()
        return status, said.getvalue()

    def row(self, number: int, part: str) -> dict[str, Any]:
        found: dict[str, Any] = next(row for row in self.house.report(number)["citations"] if part in row["printed"])
        return found

    def told(self, part: str) -> str:
        """The verdict that `evercite report` tells of the newest night."""
        out = self.house.folder / "again"
        assert self.house.run("report", "--format", "json", "--out", str(out)).status == 0
        text = (out / "report.json").read_text("utf-8")
        rows = json.loads(text)["citations"]
        return str(next(row["verdict"] for row in rows if part in row["printed"]))

    def id_of(self, part: str) -> str:
        return next(value for printed, value in self.ids.items() if part in printed)


@pytest.fixture(scope="module")
def desk(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("house"), web)
    desk.night(1)
    return desk


@pytest.mark.parametrize(
    ("words", "status", "wanted"),
    [
        (("set", "0123456789ab", "human-ok", "--why", "x"), 3, "evercite cite"),
        (("set", "https://nowhere.example.org/", "human-ok", "--why", "x"), 3, "no night has read"),
        (("set", "OLD", "human-ok"), 3, "--why"),
        (("set", "OLD", "fine", "--why", "x"), 3, "human-ok"),
        (("set", "OLD", "human-ok", "--why", " \n "), 3, "say in a few words why"),
        (("set", "OLD", "human-ok", "--why", "x", "--by", " "), 3, "who you are"),
        (("set", "OLD", "human-ok", "--why", "x", "--until", "soon"), 3, "write one like"),
        (("set", "OLD", "human-ok", "--why", "x", "--until", "2025-01-01"), 3, "over already"),
        (("set", "MAIL", "human-ok", "--why", "x"), 3, "e-mail"),
        (("clear", "OLD"), 3, "no ruling to take back"),
        (("accept", "OLD"), 3, "no good copy"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(desk: Desk, words: tuple[str, ...], status: int, wanted: str) -> None:
    ids = {"OLD": desk.id_of("/old"), "MAIL": desk.id_of("@garden")}
    ran, said = desk.say(*(ids.get(word, word) for word in words))
    assert (ran, wanted in said) == (status, True), said
    assert "Traceback" not in said


def test_another_night_keeps_the_archive(desk: Desk) -> None:
    with night_lock(desk.house.archive):
        status, said = desk.say("set", desk.id_of("/old"), "ignored", "--why", "x")
    assert status == 75, said


def test_an_editor_rules_at_once_with_name_and_reason(desk: Desk) -> None:
    old = desk.id_of("/old")
    assert desk.row(1, "/old")["verdict"] == "suspect"
    why = f"删了，见 {MUSEUM}/x?utm_source=a&mc_eid={USER} 或 wang@museum.example.org"
    status, said = desk.say("set", old, "human-dead", "--why", why, "--by", "林编辑")
    assert status == 0, said
    assert desk.told("/old") == "human-dead", "a ruling must count at once"
    assert desk.night(2) == 0, "what an editor settled is no news"
    row = desk.row(2, "/old")
    assert (row["verdict"], row["group"], row["outcome"]) == ("human-dead", "handled", "not-found")
    with closing(Ledger.open(desk.house.archive / "ledger.sqlite3")) as ledger:
        standing = ledger.standings_of(ledger.nights()[-1].id)[f"{MUSEUM}/old"]
    assert "林编辑 于" in standing.evidence.zh
    assert "理由：删了" in standing.evidence.zh
    assert USER not in str(desk.house.report(2)), "a recipient's id reached the report"
    assert "wang@" not in str(desk.house.report(2))


def test_a_url_names_its_citation_and_show_tells_all(desk: Desk) -> None:
    status, said = desk.say("show", f"{MUSEUM}/old")
    assert status == 0, said
    lines = said.splitlines()
    assert desk.id_of("/old") in lines[0]
    assert any("human-dead" in line for line in lines), said
    assert any(line.startswith("nights") and line.endswith("xxx") for line in lines), said
    assert "suspect" in said
    assert "林编辑" in said
    assert USER not in said
    wide = [line for line in lines if columns(line) > WIDTH]
    assert not wide, f"too wide for a terminal: {wide}"


def test_a_ruling_is_taken_back(desk: Desk) -> None:
    status, said = desk.say("clear", desk.id_of("/old"), "--why", "was wrong")
    assert status == 0, said
    assert desk.told("/old") == "dead", "without the ruling three nights of 404 are dead"
    assert "taken back" in desk.say("show", desk.id_of("/old"))[1]


def test_a_new_state_is_accepted(desk: Desk) -> None:
    status, said = desk.say("accept", desk.id_of("/hall"), "--why", "the new text is right", "--by", "Lin")
    assert status == 0, said
    with closing(Ledger.open(desk.house.archive / "ledger.sqlite3")) as ledger:
        (acceptances,) = ledger.acceptances().values()
        assert ledger.capture_by_record_id(acceptances[0].record_id) is not None
    assert "accepted" in desk.say("show", desk.id_of("/hall"))[1]


def test_who_says_it_is_the_login_name_unless_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "lin")
    assert desk.say("set", desk.id_of("/hall"), "ignored", "--why", "x", "--until", "2026-03-01")[0] == 0
    shown = desk.say("show", desk.id_of("/hall"))[1]
    assert "ignored by lin, until 2026-03-01 00:00" in shown


def test_rejudging_finds_what_editors_and_nights_left(desk: Desk) -> None:
    ran = desk.house.run("rejudge")
    assert ran.status == 0, ran.log
    assert ran.said.splitlines()[-1].endswith("nothing changed"), ran.said
