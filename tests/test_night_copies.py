"""Copies beside the reports of real nights: every link opens what it says, from each folder, and nothing acts there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from crawler.cli.nights import FORMATS as NAMED
from crawler.night import publishing
from crawler.night.copying import extension_of
from tests.house import House, Ran
from tests.test_night_disk import Cage
from tests.web.answers import Answer, Behaviour, File, Nights, NotFound, Page, ValidatedPage
from tests.web.bodies import make_pdf, make_png
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site

HOST = "https://www.example.org"
NIGHTS = 4
PAPER, PICTURE = make_pdf("Annual table", ["One line."]), make_png()
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><circle r="4"/></svg>'
LETTER = "简报正文。\n采购标准自 5 月起施行。\n".encode("gbk")
# Markup in a title, a bidi override, and a script: shown as text or not at all.
HOSTILE = Page("A <b>bold</b> \u202etitle", extra='<script>document.title = "taken over"</script>')
OLD, NEW, THERE = Page("Ferries and harbours"), Page("Lottery results of the week"), Page("A page that stays")
PATHS: dict[str, Behaviour] = {
    "/stays": ValidatedPage("A page that stays"),
    "/report.pdf": File(PAPER, "application/octet-stream"),
    "/picture": File(PICTURE, "image/png"),
    "/drawing": File(DRAWING, "image/svg+xml"),
    "/letter": File(LETTER, "text/plain; charset=gbk"),
    "/hostile": HOSTILE,
    "/moved": Redirect("/report.pdf", 301),
    "/never": NotFound(),
    "/replaced": Nights({0: OLD, 2: NEW}),
    "/between": Nights({0: OLD, 1: Answer(503), 2: NEW}),
    "/gone": Nights({0: THERE, 1: NotFound()}),
}
SITES = [Site("www.example.org", PATHS)]


@pytest.fixture(scope="module", name="house")
def a_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with FakeWeb(SITES) as web:
        house = House(tmp_path_factory.mktemp("house"), web)
        house.cite([f"{HOST}{path}" for path in PATHS], "2024-11.txt")
        house.cite([f"{HOST}/between"], "2026-01-02.txt")
        house.cite([f"{HOST}/replaced"], "2026-01-04.txt")
        house.cite([f"{HOST}/stays"], "undated.txt")
        for number in range(NIGHTS):
            ran = house.night(number)
            assert ran.status in (0, 1), ran.log[-2000:]
            if number == 0:
                (house.folder / "first").write_text(json.dumps(stamps(house)))
        yield house


def stamps(house: House) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (house.reports / "copies").iterdir()}


def row_of(house: House, path: str, document: str = "2024-11.txt") -> dict[str, Any]:
    found = house.report(NIGHTS - 1)["citations"]
    return next(row for row in found if row["uri"] == f"{HOST}{path}" and row["document"] == document)


def copy_of(house: House, path: str, document: str = "2024-11.txt") -> Path:
    """The file that a row's link opens from the night's own folder."""
    night = house.reports / f"{house.now(NIGHTS - 1):%Y%m%dT%H%M%SZ}"
    return (night / str(row_of(house, path, document)["copy"]["href"])).resolve()


# ---------------------------------------------------------------- what the links open


@pytest.mark.parametrize(
    ("path", "content", "extension"),
    [
        ("/report.pdf", PAPER, ".pdf"),
        ("/picture", PICTURE, ".png"),
        ("/moved", PAPER, ".pdf"),
    ],
)
def test_files_lie_there_as_they_came_named_by_what_they_are(
    house: House, path: str, content: bytes, extension: str
) -> None:
    copy = copy_of(house, path)
    assert copy.read_bytes() == content, "the link in the report opens something else than was archived"
    assert copy.suffix == extension


@pytest.mark.parametrize("folder", ["latest", "20260104T020000Z"])
def test_every_link_in_every_page_opens_from_its_folder(house: House, folder: str) -> None:
    rows = json.loads((house.reports / folder / "report.json").read_text())["citations"]
    hrefs = [row["copy"]["href"] for row in rows if row["copy"] and row["copy"]["href"]]
    assert len(hrefs) == 12, "a copy is held and cannot be opened"
    for page in ("index.html", "index.en.html", "report.json"):
        text = (house.reports / folder / page).read_text("utf-8")
        assert all(href in text for href in hrefs), f"{page} leaves a copy out"
    assert not [href for href in hrefs if not (house.reports / folder / href).is_file()]


def test_a_page_is_laid_as_text_that_cannot_act(house: House) -> None:
    page = copy_of(house, "/hostile").read_text("utf-8")
    assert "A &lt;b&gt;bold&lt;/b&gt; [U+202E]title" in page
    assert "<script" not in page
    assert "default-src 'none'" in unescape(page)
    assert f"{HOST}/hostile" in page


def test_a_text_is_readable_whatever_its_charset(house: House) -> None:
    assert "采购标准自 5 月起施行。" in copy_of(house, "/letter").read_text("utf-8")


def test_what_could_act_from_a_disk_is_left_to_the_command(house: House) -> None:
    row = row_of(house, "/drawing")
    assert row["copy"]["href"] is None
    assert house.run("archive", "get", row["id"]).said.encode() == DRAWING
    assert not list((house.reports / "copies").glob("*.svg"))


def test_a_payload_is_one_file_written_once(house: House) -> None:
    now, first = stamps(house), json.loads((house.folder / "first").read_text())
    assert {name: now[name] for name in first} == first, "a copy that reports of earlier nights link to was rewritten"
    digests = [name.partition(".")[0] for name in now]
    assert len(digests) == len(set(digests))
    assert not [name for name in now if name.endswith(".part")]


# ---------------------------------------------------------------- which copy, and why


def test_a_replaced_pages_copy_is_the_one_from_before(house: House) -> None:
    row = row_of(house, "/replaced")
    assert row["verdict"] == "replaced"
    assert "Ferries and harbours" in copy_of(house, "/replaced").read_text("utf-8"), "the new text is shown as cited"
    assert row["copy"]["why"]["rule"] == "first-capture-late"
    assert "13 months" in row["copy"]["why"]["en"]
    assert "13 个月" in row["copy"]["why"]["zh"]


def test_a_nearer_copy_of_another_text_is_passed_over_and_that_is_said(house: House) -> None:
    row = row_of(house, "/between", "2026-01-02.txt")
    assert row["copy"]["why"]["rule"] == "before-replacement"
    assert "3 January 2026" in row["copy"]["why"]["en"]
    assert "2026年1月3日" in row["copy"]["why"]["zh"]
    assert "Ferries" in copy_of(house, "/between", "2026-01-02.txt").read_text("utf-8")


def test_who_cited_the_new_text_gets_the_new_text(house: House) -> None:
    assert "Lottery" in copy_of(house, "/replaced", "2026-01-04.txt").read_text("utf-8")
    assert row_of(house, "/replaced", "2026-01-04.txt")["copy"]["days"] == 0


def test_an_undated_document_gets_the_first_copy(house: House) -> None:
    copy = row_of(house, "/stays", "undated.txt")["copy"]
    assert copy["why"]["rule"] == "first-of-undated"
    assert copy["timestamp"].startswith("20260101")


def test_what_was_never_good_has_no_copy(house: House) -> None:
    row = row_of(house, "/never")
    assert (row["copy"], row["copies"]) == (None, [])
    ran = house.run("archive", "get", row["id"], "--explain", "--lang", "en")
    assert ran.status == 3
    assert ran.said.count("not usable") == NIGHTS
    assert "No copy may be used." in ran.said


# ---------------------------------------------------------------- the command


def test_a_citation_is_answered_by_its_issue_date_and_a_url_by_the_newest(house: House) -> None:
    cited = house.run("archive", "get", row_of(house, "/replaced")["id"])
    newest = house.run("archive", "get", f"{HOST}/replaced?utm_source=mail")
    assert "Ferries" in cited.said
    assert "Lottery" in newest.said
    dated = house.run("archive", "get", f"{HOST}/replaced", "--at", "2026-01-02")
    assert dated.said == cited.said


def test_list_marks_the_copy_that_get_hands_out(house: House) -> None:
    row = row_of(house, "/gone")
    lines = house.run("archive", "list", row["id"]).said.splitlines()
    marked = [line for line in lines if line.endswith("← best copy")]
    assert [line[:17] for line in marked] == [row["copy"]["timestamp"]]
    assert "  ok" in marked[0]
    assert sum("  not-found" in line for line in lines) == NIGHTS - 1


def test_explain_tells_every_capture_and_writes_no_copy(house: House) -> None:
    row = row_of(house, "/between", "2026-01-02.txt")
    ran = house.run("archive", "get", row["id"], "--explain", "--lang", "en")
    assert ran.status == 0
    lines = ran.said.splitlines()
    assert f"citation {row['id']}, 2026-01-02.txt" in lines
    assert "issue date: 2 January 2026 (from file-name)" in lines
    assert [line[:12] for line in lines if line.startswith("→")] == ["→ 2026-01-01"]
    assert sum("shows another text" in line for line in lines) == 2
    assert "Another text has stood there since 3 January 2026" in ran.said
    assert "<html" not in ran.said
    assert max(map(len, lines)) <= 80
    assert "要找的：离出版日期最近的存档" in house.run("archive", "get", row["id"], "--explain").said
    assert house.run("archive", "get", row["id"], "--explain", "-o", "x").status == 3


# ---------------------------------------------------------------- reports again, and elsewhere


def again(house: House, out: Path, *words: str) -> Ran:
    ran = house.run("report", "--out", str(out), *words)
    assert ran.status == 0, ran.log
    return ran


def test_a_report_in_a_folder_of_its_own_has_its_copies_with_it(house: House, tmp_path: Path) -> None:
    again(house, tmp_path / "mail", "--format", "html", "--format", "json")
    moved = shutil.move(tmp_path / "mail", tmp_path / "elsewhere")
    rows = json.loads((Path(moved) / "report.json").read_text())["citations"]
    hrefs = [row["copy"]["href"] for row in rows if row["copy"] and row["copy"]["href"]]
    assert len(hrefs) == 12
    assert all(href.startswith("copies/") and (Path(moved) / href).is_file() for href in hrefs)
    assert "../" not in (Path(moved) / "index.html").read_text("utf-8"), "a link leads out of what was handed on"


def test_a_report_written_again_stands_in_its_place(house: House) -> None:
    index, page = house.reports / "index.html", house.reports / "20260104T020000Z" / "index.html"
    for path in (index, page):
        path.unlink()
    ran = house.run("report", "--format", "html")
    assert (ran.status, ran.said) == (0, "reports/20260104T020000Z\n"), ran.log
    assert "../copies/" in page.read_text("utf-8")
    assert index.is_file()


def test_with_a_server_the_links_lead_there(house: House, tmp_path: Path) -> None:
    house.write_config(copies_url="https://copies.example.org/")
    try:
        again(house, tmp_path, "--format", "json")
    finally:
        house.write_config()
    rows = json.loads((tmp_path / "report.json").read_text())["citations"]
    copy = next(row["copy"] for row in rows if row["uri"] == f"{HOST}/moved")
    assert copy["href"] == f"https://copies.example.org/memento/{copy['timestamp']}/{HOST}/report.pdf"
    assert not (tmp_path / "copies").exists()


def test_every_format_is_written_and_an_unknown_one_names_them(house: House, tmp_path: Path) -> None:
    assert tuple(publishing.FORMATS) == NAMED
    again(house, tmp_path, *(word for name in NAMED for word in ("--format", name)))
    made = {path.name for path in tmp_path.iterdir()} - {"copies"}
    reports = {"report.xlsx", "report.csv", "report.json", "report.md", "report.junit.xml", "report.sarif"}
    assert made > reports | {"index.html", "paste.zh.html", "paste.en.html"}
    ran = house.run("report", "--format", "pdf")
    assert ran.status == 3
    assert all(name in ran.log for name in NAMED)


def test_a_night_writes_what_editors_open_and_the_page_over_all_nights(house: House) -> None:
    night = {path.name for path in (house.reports / "latest").iterdir()}
    assert night > {"index.html", "paste.zh.html", "report.xlsx", "report.csv", "report.json", "report.md"}
    assert not [name for name in night if name.endswith((".part", ".sarif", ".junit.xml"))]
    page = (house.reports / "index.en.html").read_text("utf-8")
    for number in range(NIGHTS):
        assert f'href="{house.now(number):%Y%m%dT%H%M%SZ}/index.en.html"' in page
        assert house.report(number)["sentence"]["en"] in page, "a night's own sentence is not on the page of all nights"


def test_the_trend_is_of_the_newest_night_that_counts(house: House) -> None:
    report = house.report(NIGHTS - 1)
    (month,) = report["trend"]
    assert (month["month"], month["night"]) == ("2026-01", report["night"]["id"])
    assert month["counts"] == report["counts"], "the trend tells other figures than the report it stands in"
    assert month["hosts"]["www.example.org"] == report["counts"]


# ---------------------------------------------------------------- trouble


def test_a_broken_copy_is_told_and_the_report_is_there(house: House, tmp_path: Path) -> None:
    broken = House(tmp_path / "broken", house.web)
    shutil.rmtree(broken.folder)
    shutil.copytree(house.folder, broken.folder)
    listed = house.run("archive", "list", f"{HOST}/report.pdf").said.splitlines()
    for path in (broken.archive / "warc").glob("*.warc.gz"):
        if f"{house.now(0):%Y%m%d}" in path.name or len(listed) == 1:
            path.unlink()
    again(broken, tmp_path / "out", "--format", "json")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    rows = {row["uri"]: row for row in report["citations"]}
    assert rows[f"{HOST}/report.pdf"]["copy"]["href"] is None
    assert any("archive check" in said["en"] for said in report["archive_problems"])
    assert (tmp_path / "out" / rows[f"{HOST}/stays"]["copy"]["href"]).is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_copies_costs_no_report(house: House, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir(mode=0o500)
    again(house, tmp_path, "--format", "json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert any("evercite report" in said["en"] for said in report["archive_problems"])


def test_a_copies_place_that_is_no_folder_costs_no_report(house: House, tmp_path: Path) -> None:
    (tmp_path / "copies").write_text("in the way")
    again(house, tmp_path, "--format", "json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert any("evercite report" in said["en"] for said in report["archive_problems"])
    assert all(row["copy"] is None or row["copy"]["href"] is None for row in report["citations"])


def test_copies_leave_the_report_its_room(house: House, tmp_path: Path) -> None:
    shutil.copytree(house.folder, tmp_path / "cage")
    assert house.web is not None
    cage = Cage(tmp_path / "cage", house.web)
    try:
        cage.mount("tmp", 4 * 1024 * 1024)
        cage.mount("small", 606_208)
        ran = cage.run("report", "--out", "small", "--format", "json")
        assert ran.status == 0, ran.log
        report = json.loads(cage.sh("cat small/report.json"))
        laid = cage.sh("ls small/copies").split()
    finally:
        cage.close()
    assert 0 < len(laid) < len(stamps(house)), "the disk is not as small as this test needs it"
    assert not [name for name in laid if name.endswith(".part")]
    assert any("evercite report" in said["en"] for said in report["archive_problems"]), "nobody is told what is missing"
    hrefs = {row["copy"]["href"] for row in report["citations"] if row["copy"] and row["copy"]["href"]}
    assert hrefs == {f"copies/{name}" for name in laid}


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\n\n%PDF-1.4", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", ""),
        (b"\0\0\0\x20ftypavif", "avif"),
        (DRAWING, ""),
        (b"<html><script>", ""),
        (b"PK\x03\x04", ""),
        (b"MZ\x90", ""),
        (b"", ""),
    ],
)
def test_only_what_a_browser_shows_and_nothing_else_gets_an_extension(content: bytes, extension: str) -> None:
    assert extension_of(content) == extension
