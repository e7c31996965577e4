"""The page over all nights: newest first, each told as what it was, and no link that leads nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from crawler.model import Evidence, Group
from crawler.reports.health import Said
from crawler.reports.render_nights import NightLine, render_nights, render_nights_pages
from crawler.reports.words import LANGUAGES, say
from tests.test_reports_health import HOSTILE

NOW = datetime(2026, 2, 3, 18, 5, tzinfo=UTC)
LEAD = Said("Nothing needs you; 34 of 36 checked.", "没有需要您处理的链接；共 36 条，当晚检查了 34 条。")


def line(n: int, **more: object) -> NightLine:
    at = NOW - timedelta(days=n)
    fields: dict[str, object] = {"lead": LEAD, "counts": {Group.NEEDS_YOU: 2, Group.FINE: 34}, **more}
    return NightLine(f"{at:%Y%m%dT%H%M%SZ}", at, **fields)  # type: ignore[arg-type]


INVALID = line(1, valid=False, status=4, invalid_reason=Evidence("run-no-answer", "Nothing answered.", "无一应答。"))
FAILED = line(2, status=2, lead=None, counts={}, has_report=False)
UNFINISHED = line(0, status=None, lead=None, counts={}, has_report=False)
GONE = line(3, has_report=False)
LINES = [GONE, line(40), INVALID, UNFINISHED, FAILED]


def page(lines: list[NightLine], language: str) -> html.HtmlElement:
    return html.document_fromstring(render_nights(lines, language, "Asia/Shanghai", NOW))


@pytest.mark.parametrize("language", LANGUAGES)
def test_nights_come_newest_first_by_month(language: str) -> None:
    tree = page(LINES, language)
    shown = [article.get("id")[2:] for article in tree.xpath("//article")]
    assert shown == sorted((found.night for found in LINES), reverse=True)
    counts = tree.xpath("//section/h2/span/text()")
    assert counts == [str(len(section.xpath(".//article"))) for section in tree.xpath("//section")]
    assert len(tree.xpath("//section")) == 2, "months are those of the editors' zone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_what_is_there_is_linked(language: str) -> None:
    there = [found.night for found in (INVALID, line(40))]
    assert page(LINES, language).xpath("//article//a/@href") == [f"{night}/index.{language}.html" for night in there]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("found", "state"), [(INVALID, "invalid"), (FAILED, "failed"), (UNFINISHED, "unfinished")])
def test_a_night_that_went_wrong_says_so(found: NightLine, state: str, language: str) -> None:
    [article] = page([found], language).xpath("//article")
    assert found.state == state
    assert say(f"nights.{state}", language) in article.text_content()
    assert say(f"nights.{state}_why", language) in article.text_content()
    if found.invalid_reason:
        assert (found.invalid_reason.zh if language == "zh" else found.invalid_reason.en) in article.text_content()


def test_a_night_that_went_well_is_told_by_its_sentence_and_counts() -> None:
    [article] = page([line(5, simulated=True)], "zh").xpath("//article")
    text = " ".join(article.text_content().split())
    assert LEAD.zh in text
    assert "需要处理 2" in text
    assert "正常 34" in text
    assert say("ui.simulated", "zh") in text
    assert article.xpath(".//li//svg"), "colour alone tells the group"


def test_a_report_that_was_removed_is_told_not_linked() -> None:
    [article] = page([GONE], "en").xpath("//article")
    assert say("nights.no_report", "en") in article.text_content()
    assert not article.xpath(".//a")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_night_yet(language: str) -> None:
    assert say("nights.none", language) in page([], language).text_content()


def test_the_pages_link_to_each_other() -> None:
    pages = render_nights_pages(LINES, "zh", "Asia/Shanghai", NOW)
    assert set(pages) == {"index.html", "index.zh.html", "index.en.html"}
    assert pages["index.html"] == pages["index.zh.html"]
    assert 'href="index.en.html"' in pages["index.zh.html"]


def test_strangers_text_stays_text() -> None:
    text = render_nights([line(1, lead=Said(HOSTILE, HOSTILE))], "en", "Asia/Shanghai", NOW)
    text.encode("utf-8")
    assert "<script" not in text
    assert "\u202e" not in text
