"""The commands as scripts meet them: exit codes, streams, formats, and one sentence for every mistake."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.model import Group, Outcome, Verdict
from crawler.version import VERSION
from tests.house import ROOT, House
from tests.web.answers import Behaviour, NotFound, Page
from tests.web.server import FakeWeb
from tests.web.sites import Site
from tests.web.walls import WALLS

OK, DEAD, GONE = (f"https://www.example.org/{name}" for name in ("ok", "dead", "gone"))


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    paths: dict[str, Behaviour] = {"/ok": Page("A page"), "/dead": NotFound(), "/gone": WALLS["gone"]}
    with FakeWeb([Site("www.example.org", paths)]) as fake:
        yield fake


@pytest.fixture
def house(web: FakeWeb, tmp_path: Path) -> House:
    return House(tmp_path, web)


def test_version(house: House) -> None:
    ran = house.run("--version")
    assert (ran.status, ran.said) == (0, f"evercite {VERSION}\n")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ([], "required"),
        (["nihgt"], "invalid choice"),
        (["night", "--now", "tomorrow"], "2026-01-02T02:00:00Z"),
        (["night", "--seeds", "nowhere"], "nowhere"),
        (["night", "--config", "nowhere.toml"], "nowhere.toml"),
        (["cite", "nowhere"], "nowhere"),
        (["cite", "--explain", "0123456789ab"], "0123456789ab"),
        (["report"], "evercite night"),
        (["report", "--lang", "fr"], "invalid choice"),
        (["archive", "get", OK], "evercite night"),
        (["archive"], "required"),
    ],
)
def test_a_mistake_on_the_command_line_exits_3_and_says_what_to_do(house: House, words: list[str], hint: str) -> None:
    house.cite([OK])
    ran = house.run(*words)
    assert ran.status == 3, ran.log
    assert ran.said == ""
    assert hint in ran.log
    assert "Traceback" not in ran.log


def test_a_mistake_in_the_configuration_exits_3_naming_the_nearest_key(house: House) -> None:
    house.cite([OK])
    house.write_config(dellay_s=1)
    ran = house.night()
    assert ran.status == 3
    assert "'delay_s'" in ran.log
    assert not house.archive.exists(), "a night that cannot run has begun to write"


def test_seeds_without_anything_readable_exit_3(house: House) -> None:
    (house.seeds / "README.md").write_text("# not a seed\n", "utf-8")
    (house.seeds / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    ran = house.night()
    assert ran.status == 3
    assert "picture.png" in ran.log


def test_one_unreadable_file_is_named_and_changes_no_exit_code(house: House) -> None:
    house.cite([OK])
    (house.seeds / "broken.txt").write_bytes(b"\xff\xfe\x00\xd8 broken \x81")
    ran = house.night()
    assert ran.status == 0
    assert [row["document"] for row in ran.report["night"]["unreadable"]] == ["broken.txt"]
    assert "broken.txt" in (house.reports / "latest" / "index.html").read_text("utf-8")


def test_statuses_0_and_1_tell_whether_something_newly_needs_an_editor(house: House) -> None:
    house.cite([OK, GONE])
    assert [house.night(number).status for number in range(4)] == [0, 1, 0, 0], "an editor would be alarmed twice"


def test_a_dead_page_is_told_on_its_third_night(house: House) -> None:
    house.cite([OK, DEAD])
    rans = [house.night(number) for number in range(3)]
    assert [ran.rows(DEAD)[0]["verdict"] for ran in rans] == ["suspect", "suspect", "dead"]
    assert [ran.status for ran in rans] == [0, 0, 1]


def test_a_night_ends_with_one_sentence_and_the_reports_path(house: House) -> None:
    house.cite([OK])
    ran = house.night(0, "-q")
    sentence, path = ran.said.splitlines()
    assert sentence.endswith("。")
    assert (house.folder / path).is_file()
    assert ran.log == "", "-q still talks"


def test_seeds_may_be_named_more_than_once(house: House) -> None:
    other = house.folder / "other"
    other.mkdir()
    (other / "more.txt").write_text(f"{DEAD}\n", "utf-8")
    house.cite([OK])
    ran = house.night(0, "--seeds", "seeds", "--seeds", "other/more.txt")
    assert {row["uri"] for row in ran.report["citations"]} == {OK, DEAD}


def test_archive_and_reports_go_where_they_are_told(house: House) -> None:
    house.cite([OK])
    assert house.night(0, "--archive", "a", "--reports", "r").status == 0
    assert (house.folder / "a" / "ledger.sqlite3").exists()
    assert (house.folder / "r" / "latest" / "report.json").exists()
    assert not house.archive.exists()
    assert house.run("archive", "get", OK, "--archive", "a").status == 0


class TestReport:
    def test_json_keeps_the_contract(self, house: House) -> None:
        house.cite([OK, DEAD, "mailto:someone@example.org"])
        report = house.night().report
        assert set(report) >= {"schema", "night", "rules_version", "counts", "citations"}
        assert report["schema"] == 1
        night = report["night"]
        assert night | {"id": "20260101T020000Z", "simulated": True, "valid": True} == night
        assert night["now"].startswith("2026-01-01T02:00:00")
        assert (night["invalid_reason"], night["unreadable"]) == (None, [])
        assert set(report["counts"]) == {group.value for group in Group}
        assert sum(report["counts"].values()) == len(report["citations"]) == 3
        for row in report["citations"]:
            assert set(row) >= {
                "id", "document", "ordinal", "section", "item", "printed", "uri", "final_uri", "hops", "outcome",
                "verdict", "group", "since", "failing_nights", "evidence", "copies",
            }  # fmt: skip
            assert row["outcome"] in set(Outcome)
            assert row["verdict"] in set(Verdict)
            assert row["group"] in set(Group)
            assert set(row["evidence"]) >= {"rule", "en", "zh"}
            assert all(set(hop) >= {"uri", "status", "failure", "via"} for hop in row["hops"])
            assert all(set(copy) >= {"timestamp", "digest", "record_id"} for copy in row["copies"])
        mail = next(row for row in report["citations"] if row["uri"] is None)
        assert (mail["outcome"], mail["printed"]) == ("not-crawled", "mailto:s***@example.org")
        copy = next(row for row in report["citations"] if row["uri"] == OK)["copies"][0]
        assert len(copy["timestamp"]) == 17
        assert copy["digest"].startswith("sha256:")
        assert copy["record_id"].startswith("<urn:uuid:")

    def test_it_can_be_written_again_from_the_ledger(self, house: House) -> None:
        house.cite([OK, DEAD])
        first = house.night(0)
        house.night(1)
        ran = house.run("report", "--night", first.report["night"]["id"], "--format", "json", "--out", "again")
        assert ran.status == 0
        text = (house.folder / "again" / "report.json").read_text("utf-8")
        again = json.loads(text.replace('"copies/', '"../copies/'))  # its copies lie with it
        assert again == first.report, "an old night would be told differently today"

    def test_latest_and_language(self, house: House) -> None:
        house.cite([OK])
        house.night(0)
        house.night(1)
        assert house.run("report", "--lang", "en", "--out", "again").status == 0
        page = (house.folder / "again" / "index.html").read_text("utf-8")
        assert '<html lang="en"' in page
        unknown = house.run("report", "--night", "20200101T000000Z")
        assert unknown.status == 3
        assert "20260102T020000Z" in unknown.log
        in_the_way = house.run("report", "--out", "evercite.toml")
        assert (in_the_way.status, "is a file; name a folder" in in_the_way.log) == (3, True)
        for folder in ("again", "/"):
            got = house.run("archive", "get", OK, "-o", folder)
            assert (got.status, "is a folder; name a file" in got.log) == (3, True), got.log


class TestScrapy:
    """The crawl is an ordinary Scrapy project."""

    def scrapy(self, house: House, *words: str) -> subprocess.CompletedProcess[str]:
        (house.folder / "scrapy.cfg").write_text((ROOT / "scrapy.cfg").read_text("utf-8"), "utf-8")
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *words],
            cwd=house.folder,
            env=house.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def test_list(self, house: House) -> None:
        assert self.scrapy(house, "list").stdout == "citations\n"

    def test_crawl_runs_the_same_night(self, house: House) -> None:
        house.cite([OK, DEAD])
        ran = self.scrapy(house, "crawl", "citations")
        assert ran.returncode == 0, ran.stderr[-2000:]
        report = json.loads((house.reports / "latest" / "report.json").read_text("utf-8"))
        assert {row["uri"]: row["outcome"] for row in report["citations"]} == {OK: "ok", DEAD: "not-found"}
        assert report["night"]["simulated"] is False
        assert house.run("archive", "get", OK).status == 0

    def test_feeds_get_the_observations(self, house: House) -> None:
        house.cite([OK])
        ran = self.scrapy(house, "crawl", "citations", "-O", "seen.jsonl")
        assert ran.returncode == 0, ran.stderr[-2000:]
        assert json.loads((house.folder / "seen.jsonl").read_text("utf-8").splitlines()[0])["uri"] == OK


def test_url_prints_one_object_a_line_and_needs_no_network(house: House) -> None:
    ran = house.run("url", "http:www.example.org", "https://www.example.org/a?utm_source=x", "not a url")
    rows = [json.loads(line) for line in ran.said.splitlines()]
    assert [row["uri"] for row in rows] == ["http://www.example.org/", "https://www.example.org/a", None]
    keys = ["printed", "uri", "urlkey", "display", "wrapper", "target", "stripped", "text_fragment", "flags"]
    assert all(list(row)[: len(keys)] == keys for row in rows)


def test_a_reader_that_goes_away_is_no_failure(house: House) -> None:
    house.cite([f"{OK}?n={n}" for n in range(3000)])
    words = " ".join(house.command("cite", "--format", "jsonl"))
    piped = subprocess.run(
        ["sh", "-c", f"{words} | head -1"],
        cwd=house.folder,
        env=house.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in piped.stderr, piped.stderr[-500:]


def test_the_progress_line_fits_a_terminal_of_80_columns(house: House) -> None:
    from crawler.fetch.work import Progress
    from crawler.night.voice import progress_line

    busy = tuple(f"a-long-host-name-{n}.example.org" for n in range(40))
    line = progress_line(Progress(12, 40, 31, 5 * 2**20, busy), 10.0)
    assert line.startswith("12/40 checked, 31 requests, 3.1/s, 5.0 MiB; busy: ")
    assert "and 38 more" in line


def test_a_lost_ledger_is_read_again_from_the_files(house: House) -> None:
    house.cite([OK])
    house.night()
    for file in house.archive.glob("ledger.sqlite3*"):
        file.unlink()
    lost = house.run("archive", "list", OK)
    assert lost.status == 3
    assert "evercite archive reindex" in lost.log, "an archivist would not learn that nothing is lost"
    assert house.run("archive", "reindex").status == 0
    assert house.run("archive", "check").status == 0
    assert b"A page" in house.run("archive", "get", OK).said.encode()


def test_work_goes_on_when_nobody_reads_what_it_says(house: House) -> None:
    house.cite([OK])
    house.night()
    for file in (house.archive / "warc").glob("*.warc.gz"):
        file.write_bytes(file.read_bytes()[:-40])
    words = " ".join(house.command("archive", "repair"))
    subprocess.run(["sh", "-c", f"{words} | true"], cwd=house.folder, env=house.environment(), check=False)
    assert house.run("archive", "repair").said == "Nothing to repair.\n", "a pipe would have ended the repair"
