"""Real nights' reports in every format: all tell the same citations, keep to the schema, and link to what is there."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as Xml

import jsonschema
import openpyxl
import pytest
from lxml import html

from crawler.model import Group
from crawler.reports.words import say
from tests.house import House
from tests.web.answers import Nights, NotFound, Page
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site

SITES = [
    Site(
        "garden.example.org",
        {
            "/roses": Page("Roses"),
            "/lilies": Nights({0: Page("Lilies"), 1: NotFound()}),
            "/old": Redirect("/new", 301),
            "/new": Page("A new bed"),
            "/=1+1": Page("=1+1"),
        },
    )
]
SEED = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>园艺简报</title></head><body>
<h1>园艺简报</h1><h2>=HYPERLINK("玫瑰")</h2>
<p>玫瑰的修剪见 <a href="https://garden.example.org/roses">@everyone 玫瑰</a>，百合见
<a href="https://garden.example.org/lilies">+百合</a>，旧苗圃见 <a href="https://garden.example.org/old">-苗圃</a>，
其他见 <a href="https://garden.example.org/=1+1">=1+1</a>；来信请寄 <a href="mailto:wang@example.org">编辑部</a>。</p>
</body></html>
"""
NIGHTS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The reports of four nights, and the last one again in the formats that are made on demand."""
    with FakeWeb(SITES) as web:
        house = House(tmp_path_factory.mktemp("house"), web, requisites=False, learn_refetch_s=0)
        (house.seeds / "2026-01-01 园艺简报.html").write_text(SEED, "utf-8")
        for number in range(NIGHTS):
            ran = house.night(number)
            assert ran.status in (0, 1), ran.log
        again = house.run("report", "--format", "junit", "--format", "sarif", "--out", "again")
        assert again.status == 0, again.log
        yield house.folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "reports/latest/report.json").read_text("utf-8"))
    return found


def test_reports_of_real_nights_keep_to_the_schema(folder: Path) -> None:
    schema = json.loads(files("crawler.reports").joinpath("report.schema.json").read_text("utf-8"))
    reports = sorted(folder.glob("reports/2*/report.json"))
    assert len(reports) == NIGHTS
    for report in reports:
        jsonschema.Draft202012Validator(schema).validate(json.loads(report.read_text("utf-8")))


def test_every_format_tells_the_same_citations(folder: Path, told: dict[str, Any]) -> None:
    ids = {found["id"] for found in told["citations"]}
    assert len(ids) == 5
    latest, again = folder / "reports/latest", folder / "again"
    lines = csv.DictReader(io.StringIO((latest / "report.csv").read_text("utf-8-sig"), newline=""))
    assert {found[say("column.id", "zh")] for found in lines} == ids
    sheet = openpyxl.load_workbook(latest / "report.xlsx").worksheets[1]
    place = [cell.value for cell in sheet[1]].index(say("column.id", "zh")) + 1
    assert {cell.value for cell in next(sheet.iter_cols(place, place, 2))} == ids
    junit = Xml.fromstring((again / "report.junit.xml").read_bytes())
    assert (junit.get("tests"), junit.get("failures")) == ("5", str(told["counts"]["needs-you"]))
    [run] = json.loads((again / "report.sarif").read_text("utf-8"))["runs"]
    assert {result["partialFingerprints"]["citation/v1"] for result in run["results"]} == {
        found["id"] for found in told["citations"] if found["group"] not in ("fine", "handled")
    }
    markdown = (latest / "report.md").read_text("utf-8")
    for group in Group:
        assert (f"- {say(f'group.{group}', 'zh')}：{told['counts'][group]}" in markdown) == bool(told["counts"][group])


def test_nothing_of_a_strangers_text_acts(folder: Path) -> None:
    for sheet in openpyxl.load_workbook(folder / "reports/latest/report.xlsx").worksheets:
        assert not [cell.coordinate for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    for line in csv.reader(io.StringIO((folder / "reports/latest/report.csv").read_text("utf-8-sig"), newline="")):
        assert not [value for value in line if value.startswith(("=", "+", "-", "@"))]


def test_what_died_and_what_moved_is_ready_to_be_pasted(folder: Path, told: dict[str, Any]) -> None:
    verdicts = {urlsplit(found["uri"] or "").path: found["verdict"] for found in told["citations"]}
    assert (verdicts["/lilies"], verdicts["/old"]) == ("dead", "ok-moved")
    page = html.fromstring((folder / "reports/latest/paste.zh.html").read_bytes())
    errata = " ".join(block.text_content() for block in page.xpath("//section[@aria-labelledby='errata']//pre"))
    assert "https://garden.example.org/old 已迁移，新网址为 https://garden.example.org/new" in errata
    assert "https://garden.example.org/lilies 已无法打开；本刊存有2026年1月1日的存档" in errata
    assert "2026年1月1日出版" in errata


@pytest.mark.parametrize("night", ["latest", "20260104T020000Z", "20260101T020000Z"])
def test_every_link_between_the_pages_leads_somewhere(folder: Path, night: str) -> None:
    pages = [*(folder / "reports").glob("index*.html"), *(folder / "reports" / night).glob("*.html")]
    assert len(pages) == 8
    for page in pages:
        tree = html.fromstring(page.read_bytes())
        for href in tree.xpath("//a/@href[not(starts-with(.,'http'))]"):
            name, _, anchor = href.partition("#")
            target = page.parent / unquote(name) if name else page
            assert target.is_file(), f"{page.name}: {href} leads nowhere"
            if anchor and name:
                assert html.fromstring(target.read_bytes()).xpath("//*[@id=$id]", id=anchor), f"{href}: no such place"


def test_the_page_of_nights_tells_each(folder: Path) -> None:
    page = html.fromstring((folder / "reports/index.en.html").read_bytes())
    shown = [article.get("id")[2:] for article in page.xpath("//article")]
    assert shown == sorted((found.name for found in folder.glob("reports/2*")), reverse=True)
    said = [article.xpath("string(.//p[@class='said'])") for article in page.xpath("//article")]
    for night, sentence in zip(shown, said, strict=True):
        assert sentence == json.loads((folder / "reports" / night / "report.json").read_text("utf-8"))["sentence"]["en"]
