"""What strangers' servers and our own faults must not do to a night: stop it, or be told as something else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.house import House
from tests.web.answers import Answer, Behaviour, Nights, NotFound, Page, ValidatedPage, text
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site, robots
from tests.web.trouble import Raw
from tests.web.walls import CLOUDFLARE

BODY = b"<!doctype html><title>A page</title><p>Some text that a person could read.</p>"


AKAMAI_IN_CHUNKS = (
    b"HTTP/1.1 400 Bad Request\r\nServer: AkamaiGHost\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1e\r\n<title>Invalid request</title>\r\n0\r\n\r\n"
)


def page(**fields: str) -> Behaviour:
    return Answer(200, BODY, fields=tuple((k.replace("_", "-"), v) for k, v in fields.items()))


def html(markup: str) -> Behaviour:
    return Answer(200, markup.encode() + BODY)


# host label → (page, robots.txt, outcome)
ODD: Mapping[str, tuple[Behaviour, Behaviour, str]] = {
    "refresh-to-nothing": (html("<meta http-equiv=refresh content='5; '>"), NotFound(), "ok"),
    "refresh-to-empty-url": (html("<meta http-equiv=refresh content='5;url='>"), NotFound(), "ok"),
    "refresh-to-quote": (html('<meta http-equiv=refresh content="0; url=\'">'), NotFound(), "ok"),
    "retry-after-in-odd-digits": (page(Retry_After="\xb2"), NotFound(), "ok"),
    "to-a-urn": (Redirect("urn:isbn:0451450523"), NotFound(), "not-checked"),
    "to-a-backslash": (Redirect("foo:\\bar"), NotFound(), "not-checked"),
    "robots-to-ftp": (Page("A page"), Redirect("ftp://elsewhere.example/robots.txt"), "ok"),
    "robots-to-metadata": (Page("A page"), Redirect("http://169.254.169.254/robots.txt"), "ok"),
    "robots-as-octets": (
        Page("A page"),
        Answer(200, b"User-agent: *\nDisallow: /\n", "application/octet-stream"),
        "robots",
    ),
    "robots-without-type": (Page("A page"), Answer(200, b"User-agent: *\nDisallow: /\n", ""), "robots"),
    "robots-with-bom": (Page("A page"), text("\ufeffUser-agent: *\nDisallow: /\n"), "robots"),
    "retry-after-in-no-zone": (page(Retry_After="Mon, 01 Jan 2030 00:00:00 +99999999999999"), NotFound(), "ok"),
    "to-very-far": (Redirect("/n" + "/a%2541" * 30_000), NotFound(), "bad-http"),
    "attributes": (html("<p " + " ".join(f"a{n}=1" for n in range(150_000)) + ">"), NotFound(), "ok"),
    "akamai-in-chunks": (Raw(AKAMAI_IN_CHUNKS), NotFound(), "blocked"),
    "nested": (html("<div>" * 100_000), NotFound(), "ok"),
    "endless-titles": (html("<title>" + "\u202e<script>" * 5_000), NotFound(), "ok"),
}


@pytest.fixture(scope="module")
def odd_night(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One night over the odd servers and one healthy page: host label → outcome."""
    sites = [Site(f"{label}.example.org", {"/page": served}, rules) for label, (served, rules, _) in ODD.items()]
    with FakeWeb([*sites, Site("healthy.example.org", {"/page": Page("A page")})]) as web:
        house = House(tmp_path_factory.mktemp("house"), web)
        house.cite(f"https://{label}.example.org/page" for label in [*ODD, "healthy"])
        ran = house.night()
        assert ran.status == 0, ran.log[-3000:]
        assert "fault of ours" not in ran.log
    return {row["uri"].split("/")[2].partition(".")[0]: row["outcome"] for row in ran.report["citations"]}


@pytest.mark.parametrize("label", [*ODD, "healthy"])
def test_an_odd_server_is_told_for_what_it_is_and_stops_nobody(odd_night: dict[str, str], label: str) -> None:
    assert odd_night[label] == (ODD[label][2] if label in ODD else "ok")


class TestReports:
    """Old nights stay what they were; copies are only what was good."""

    @pytest.fixture
    def web(self) -> Iterator[FakeWeb]:
        challenged = Nights({0: Page("A good page"), 1: CLOUDFLARE})
        with FakeWeb([Site("www.example.org", {"/page": challenged, "/kept": ValidatedPage("Kept")})]) as fake:
            yield fake

    def test_a_challenge_is_never_handed_out_as_a_copy(self, web: FakeWeb, tmp_path: Path) -> None:
        house = House(tmp_path, web)
        house.cite(["https://www.example.org/page"])
        for number in (0, 1):
            house.night(number)
        assert "A good page" in house.run("archive", "get", "https://www.example.org/page").said
        assert len(house.run("archive", "list", "https://www.example.org/page").said.splitlines()) == 2

    def test_what_was_only_refused_has_no_copy(self, web: FakeWeb, tmp_path: Path) -> None:
        house = House(tmp_path, web)
        house.cite(["https://www.example.org/page"])
        house.night(1)
        ran = house.run("archive", "get", "https://www.example.org/page")
        assert (ran.status, ran.said) == (3, "")
        assert "never in a good state" in ran.log

    def test_a_304_without_its_original_is_asked_again_in_full(self, web: FakeWeb, tmp_path: Path) -> None:
        house = House(tmp_path, web)
        house.cite(["https://www.example.org/kept"])
        house.night(0)
        for path in (house.archive / "warc").glob("*.warc.gz"):
            path.write_bytes(b"destroyed by hand")
        outcomes = [house.night(number).outcome("https://www.example.org/kept") for number in (1, 2)]
        assert outcomes == ["ok", "ok"]
        assert "Kept" in house.run("archive", "get", "https://www.example.org/kept").said

    def test_a_renamed_and_corrected_document_keeps_its_ids(self, web: FakeWeb, tmp_path: Path) -> None:
        house = House(tmp_path, web)
        house.cite(["https://www.example.org/kept"], "a.txt")
        ids = [house.night(0).report["citations"][0]["id"]]
        (house.seeds / "a.txt").rename(house.seeds / "b.txt")
        ids.append(house.night(1).report["citations"][0]["id"])
        house.cite(["https://www.example.org/kept", "https://www.example.org/page"], "b.txt")
        ids.append(house.night(2).report["citations"][0]["id"])
        assert len(set(ids)) == 1, "an editor's notes on a citation would be lost with its id"

    def test_a_night_under_way_changes_no_earlier_report(self, web: FakeWeb, tmp_path: Path) -> None:
        house = House(tmp_path, web)
        house.cite(["https://www.example.org/kept"])
        first = house.night(0).report
        with closing(sqlite3.connect(house.archive / "ledger.sqlite3")) as db, db:
            db.execute(
                "INSERT INTO nights (id, started_at, simulated, settings)"
                " VALUES ('20260102T020000Z', '2026-01-02T02:00:00+00:00', 1, '{\"resolvers\": []}')"
            )
        house.run("report", "--night", first["night"]["id"], "--format", "json", "--out", "again")
        again = (house.folder / "again" / "report.json").read_text("utf-8")
        assert json.loads(again.replace('"copies/', '"../copies/')) == first  # its copies lie with it
        unended = house.run("report", "--night", "20260102T020000Z")
        assert unended.status == 3


def test_verbose_tells_each_observation(tmp_path: Path) -> None:
    with FakeWeb([Site("www.example.org", {"/a": Page("A page"), "/b": NotFound()}, robots("Disallow: /c"))]) as web:
        house = House(tmp_path, web)
        house.cite(f"https://www.example.org/{name}" for name in "abc")
        log = house.night(0, "-v").log
    for words in ("/a: 200", "/b: 404", "/c: robots.txt"):
        assert words in log
