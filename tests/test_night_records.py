"""Over two nights: what is archived again, as what, and what `archive get` makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import House
from tests.warcs import Stored, records_of
from tests.web.answers import File, Page, ValidatedPage
from tests.web.bodies import make_pdf
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site

HOST = "https://www.example.org"
SAME, CHANGED, VALIDATED, PDF = (f"{HOST}/{name}" for name in ("same", "changed", "validated", "report.pdf"))
SESSION = ";jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9"
TWIN, MOVED = f"{HOST}/twin", f"{HOST}/moved"
PAPER = make_pdf("Annual table", ["One line."])
SITES = [
    Site(
        "www.example.org",
        {
            "/same": Page("A page that stays"),
            "/changed": Page("A page", changes={1: "The deadline is now 14 March."}),
            "/validated": ValidatedPage("A page with validators"),
            "/report.pdf": File(PAPER, "application/pdf"),
            "/twin": File(PAPER, "application/pdf"),
            "/moved": Redirect("/report.pdf", 301),
            "/handle/1;jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9": Page("Known by its session alone"),
            "/handle/2": Page("Known without a session"),
        },
    )
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with FakeWeb(SITES) as web:
        house = House(tmp_path_factory.mktemp("house"), web)
        house.cite([SAME, CHANGED, VALIDATED, PDF, TWIN, MOVED, *(f"{HOST}/handle/{n}{SESSION}" for n in (1, 2))])
        for number in (0, 1):
            assert house.night(number).status in (0, 1)
        yield house


@pytest.fixture(scope="module")
def records(house: House) -> list[Stored]:
    return list(records_of(house.archive))


def kinds(records: list[Stored], uri: str) -> list[str]:
    return [record.kind for record in records if record.uri == uri and record.kind in ("response", "revisit")]


def last(records: list[Stored], uri: str) -> Stored:
    return [record for record in records if record.uri == uri and record.kind in ("response", "revisit")][-1]


def test_an_unchanged_page_is_a_revisit_the_second_night(records: list[Stored]) -> None:
    assert kinds(records, SAME) == ["response", "revisit"]
    revisit, original = last(records, SAME), next(r for r in records if r.uri == SAME and r.kind == "response")
    assert revisit.fields["WARC-Profile"].endswith("/identical-payload-digest")
    assert revisit.fields["WARC-Refers-To"] == original.fields["WARC-Record-ID"]
    assert revisit.fields["WARC-Refers-To-Target-URI"] == SAME
    assert revisit.fields["WARC-Refers-To-Date"] == original.fields["WARC-Date"]
    assert revisit.fields["WARC-Payload-Digest"] == original.fields["WARC-Payload-Digest"]


def test_a_304_is_a_revisit_of_its_own_profile(records: list[Stored]) -> None:
    assert kinds(records, VALIDATED) == ["response", "revisit"]
    assert last(records, VALIDATED).fields["WARC-Profile"].endswith("/server-not-modified")
    assert last(records, VALIDATED).block.startswith(b"HTTP/1.1 304")


def test_a_changed_page_is_a_new_response(records: list[Stored]) -> None:
    assert kinds(records, CHANGED) == ["response", "response"], "the page before its change would be lost"


def test_the_same_bytes_elsewhere_are_a_revisit_too(records: list[Stored]) -> None:
    assert "revisit" in kinds(records, TWIN)
    assert kinds(records, TWIN + "x") == []


def test_a_session_is_left_out_first_and_tried_once_where_it_is_needed(house: House) -> None:
    rows = {row["uri"]: row for row in house.report(1)["citations"]}
    assert rows[f"{HOST}/handle/2"]["final_uri"] == f"{HOST}/handle/2"
    needed = rows[f"{HOST}/handle/1"]
    assert (needed["outcome"], needed["final_uri"]) == ("ok", f"{HOST}/handle/1{SESSION}"), "it would be called dead"


def test_both_nights_are_told_apart_when_a_copy_is_asked_for(house: House) -> None:
    first = house.run("archive", "get", CHANGED, "--at", "2026-01-01")
    second = house.run("archive", "get", CHANGED, "--at", "2026-01-02T12:00:00Z")
    newest = house.run("archive", "get", CHANGED)
    assert "14 March" not in first.said
    assert "14 March" in second.said
    assert newest.said == second.said


@pytest.mark.parametrize("asked", [PDF, "www.example.org/report.pdf", f"{PDF}?utm_source=mail", f"{PDF}#page=3", MOVED])
def test_a_copy_is_found_by_any_form_of_its_url(
    house: House, asked: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = tmp_path_factory.mktemp("copy") / "report.pdf"
    assert house.run("archive", "get", asked, "-o", str(copy)).status == 0
    assert copy.read_bytes() == PAPER


def test_a_copy_is_found_by_its_citation_and_listed(house: House) -> None:
    row = next(row for row in house.report(1)["citations"] if row["uri"] == VALIDATED)
    assert "validators" in house.run("archive", "get", row["id"]).said
    listed = house.run("archive", "list", row["id"])
    assert len(listed.said.splitlines()) == 2
    assert row["copies"][0]["timestamp"] in listed.said


def test_an_unknown_citation_is_not_called_never_captured(house: House) -> None:
    ran = house.run("archive", "get", "deadbeef0000")
    assert ran.status == 3
    assert "--archive" in ran.log


def test_headers_come_before_the_content(house: House) -> None:
    said = house.run("archive", "get", SAME, "--headers").said
    head, _, body = said.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK")
    assert "<title>" in body


def test_what_was_never_captured_says_so(house: House) -> None:
    for words in (("get",), ("list",)):
        ran = house.run("archive", *words, "https://never.example/")
        assert (ran.status, ran.said) == (3, "")
        assert "never captured" in ran.log


def test_a_broken_copy_says_so_and_leaves_no_file(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    broken = House(tmp_path_factory.mktemp("broken"))
    for path in (house.archive).rglob("*"):
        if path.is_file():
            place = broken.archive / path.relative_to(house.archive)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
    for path in (broken.archive / "warc").glob("*.warc.gz"):
        data = bytearray(path.read_bytes())
        data[len(data) // 8 : 7 * len(data) // 8] = bytes(7 * len(data) // 8 - len(data) // 8)
        path.write_bytes(data)
    copy = broken.folder / "copy"
    ran = broken.run("archive", "get", CHANGED, "-o", str(copy))
    assert ran.status == 4, f"{ran.status}: {ran.log}"
    assert not copy.exists(), "an editor would take half a document for the whole"
    assert broken.run("archive", "check").status != 0


def test_the_index_of_the_archive_lists_what_other_tools_can_replay(house: House) -> None:
    lines = (house.archive / "index.cdxj").read_bytes().splitlines()
    assert lines == sorted(lines)
    assert sum(b'"url": "' + SAME.encode() in line or b'"url":"' + SAME.encode() in line for line in lines) == 2
    assert sum(b"/validated" in line.split(b" ", 1)[0] for line in lines) == 1, (
        "a 304 replays as a blank page elsewhere"
    )


def test_the_figures_of_the_archive_are_those_of_its_records(house: House, records: list[Stored]) -> None:
    said = house.run("archive", "stats").said
    answers = [record for record in records if record.kind in ("response", "revisit")]
    revisits = [record for record in answers if record.kind == "revisit"]
    unchanged = [record for record in revisits if record.fields["WARC-Profile"].endswith("server-not-modified")]
    assert f"{len(answers)} of" in said, "the archive would be told larger or smaller than it is"
    assert f"{len(revisits) - len(unchanged)} answers with a payload held already" in said
    assert f"{len(unchanged)} answers of 304" in said
    assert unchanged
    on_disk = sum(path.stat().st_size for path in (house.archive / "warc").glob("*.warc.gz"))
    assert f"{on_disk / 1024:.1f} KiB on disk" in said
