"""Ready to be pasted: what is printed instead of what, errata, robust links, footnotes – and the page they stand on."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from playwright.sync_api import Page, sync_playwright

from crawler.model import Copy, DateSource, Evidence, Group, Issued, Kind, Outcome, Verdict, Wrapper
from crawler.reports.health import HealthReport
from crawler.reports.page import policy
from crawler.reports.paste import SHEET, is_erratum, tell_errata, tell_footnote, tell_link, tell_sheet
from crawler.reports.plain import LONGEST, title_of
from crawler.reports.remedies import FATES, Way, is_printable, is_public, remedy_of, replacements
from crawler.reports.render_paste import render_paste, render_paste_pages
from crawler.reports.rows import Offer, Row
from crawler.reports.words import CATALOG, LANGUAGES, say
from tests.pictures import FLAGS, find_chromium
from tests.test_reports_formats import EVIL, evil_report, evil_row
from tests.test_reports_health import HOSTILE, capture, citation, full_report, invalid_report, report_of, row

PUBLIC = "https://links.example.org/memento/20260116180500042/https://www.example.org/a"
TITLE = "示例条目 1：循环经济与气候行动的年度综述"
WHY = Evidence("nearest-issue", "Captured nearest the issue date.", "与出版日期最近的存档。")


def failing(verdict: Verdict = Verdict.DEAD, href: str | None = None, **more: object) -> Row:
    """A row of an issue of June 2025 with this verdict; `href` is where its copy is, None for no copy."""
    cited = citation(1, "https://www.example.org/a", issued=Issued("2025-06-30", DateSource.FILE_NAME))
    made = row(cited, Outcome.NOT_FOUND, verdict, Group.NEEDS_YOU, 3, "oooooooo4444")
    copy = Copy(capture("https://www.example.org/a", 4), WHY, 200) if href is not None else None
    return replace(made, copy=copy, copy_href=href or "", **more)  # type: ignore[arg-type]


MOVED = failing(Verdict.OK_MOVED, "", final_uri="https://www.example.org/b")

# ---------------------------------------------------------------- what is printed instead

REMEDIES = [
    ("moved", MOVED, Way.ADDRESS, "https://www.example.org/b"),
    ("moved, but to somebody's own", failing(Verdict.OK_MOVED, final_uri="https://x.example/[redacted]"), None, ""),
    ("moved, but not on the web", failing(Verdict.OK_MOVED, final_uri="javascript:alert(1)"), None, ""),
    ("dead, copy that readers reach", failing(href=PUBLIC), Way.COPY, PUBLIC),
    ("dead, copy in a file", failing(href="../copies/0a.html"), Way.COMMAND, "evercite archive get 000000000001"),
    (
        "dead, copy on this machine",
        failing(href="http://127.0.0.1:8000/memento/1/x"),
        Way.COMMAND,
        "evercite archive get 000000000001",
    ),
    (
        "dead, no copy",
        failing(),
        Way.PUBLIC,
        "https://web.archive.org/web/20250630120000/https://www.example.org/a",
    ),
    (
        "dead, another form answers",
        failing(href=PUBLIC, offer=Offer("https://www.example.org/A", WHY)),
        Way.ADDRESS,
        "https://www.example.org/A",
    ),
    ("replaced", failing(Verdict.REPLACED, PUBLIC), Way.COPY, PUBLIC),
    ("changed", failing(Verdict.CHANGED, PUBLIC), Way.COPY, PUBLIC),
    ("hijacked", failing(Verdict.HIJACKED, PUBLIC), Way.COPY, PUBLIC),
    ("fine", failing(Verdict.OK, PUBLIC), None, ""),
    ("suspect", failing(Verdict.SUSPECT, PUBLIC), None, ""),
    ("to be looked at first", failing(Verdict.NEEDS_EYES, PUBLIC), None, ""),
]


@pytest.mark.parametrize(("found", "way", "text"), [case[1:] for case in REMEDIES], ids=[case[0] for case in REMEDIES])
def test_what_is_printed_instead(found: Row, way: Way | None, text: str) -> None:
    remedy = remedy_of(found)
    assert (remedy.way, remedy.text) == (way, text) if remedy else way is None


def test_https_is_proposed_for_what_answers_there() -> None:
    cited = citation(1, "http://www.example.org/a")
    remedy = remedy_of(row(cited, Outcome.OK_HTTPS, Verdict.OK_HTTPS, Group.FINE))
    assert remedy
    assert remedy.text == "https://www.example.org/a"


def test_nothing_is_proposed_for_what_names_somebody() -> None:
    cited = citation(1, "https://www.example.org/user/[redacted]")
    found = remedy_of(row(cited, Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3))
    assert found
    assert found.way is Way.NONE, "a redacted address would be asked of somebody else's archive"
    mail = citation(2, "w***@example.org", Kind.MAIL)
    assert remedy_of(row(mail, Outcome.NOT_CRAWLED, Verdict.DEAD, Group.NEEDS_YOU)) is None


@pytest.mark.parametrize(
    ("uri", "public"),
    [
        (PUBLIC, True),
        ("https://93.184.216.34/x", True),
        ("http://127.0.0.1:8000/x", False),
        ("http://[::1]/x", False),
        ("http://10.0.0.7/x", False),
        ("http://localhost:8000/x", False),
        ("http://newsroom/x", False),
        ("http://newsroom.local./x", False),
        ("../copies/a.html", False),
        ("", False),
    ],
)
def test_which_copies_readers_can_reach(uri: str, public: bool) -> None:
    assert is_public(uri) is public


def test_every_fate_has_its_words() -> None:
    assert {*FATES.values()} - {"https"} == {*CATALOG["erratum"]} - {"document"}
    assert {*map(str, Way)} - {"command"} == {*CATALOG["erratum_then"]} - {"copy_kept"}


# ---------------------------------------------------------------- lines to be pasted


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_pastes_as_a_table(language: str) -> None:
    lines = tell_sheet(replacements(evil_report()), language).split("\n")
    assert len(lines) == len(EVIL) + 1
    for line in lines:
        cells = line.split("\t")
        assert len(cells) == len(SHEET), "a title tore the table apart"
        assert not any(value.startswith(("=", "+", "-", "@", "＝")) for value in cells), "Excel would calculate it"


def test_a_quotation_mark_takes_in_no_other_cell() -> None:
    """Spreadsheets read a cell that begins with one up to the next one, tabs and line breaks included."""
    titles = ('"Green" buying', '"', 'a "plain" title')
    report = report_of([evil_row(n, text) for n, text in enumerate(titles, 1)])
    read = list(csv.reader(tell_sheet(replacements(report), "en").splitlines(), delimiter="\t"))
    assert [len(line) for line in read] == [len(SHEET)] * (len(titles) + 1), "a title swallowed the rows below it"


ERRATA = [
    (
        MOVED,
        "“示例条目 1：循环经济与气候行动的年度综述”所引网址 https://www.example.org/a 已迁移，新网址为 https://www.example.org/b",
    ),
    (failing(href=PUBLIC), f"所引网址 https://www.example.org/a 已无法打开；2026年1月17日的存档见 {PUBLIC}"),
    (failing(href="../copies/a.html"), "已无法打开；本刊存有2026年1月17日的存档，可向编辑部索取。"),
    (failing(Verdict.CHANGED, PUBLIC), f"的内容在引用之后有改动；2026年1月17日的存档见 {PUBLIC}"),
    (failing(Verdict.REPLACED, PUBLIC), "的内容已换成另一篇；2026年1月17日的存档见"),
    (failing(Verdict.HIJACKED, PUBLIC), "已不再属于原来的机构，请勿打开；"),
]


@pytest.mark.parametrize(("found", "sentence"), ERRATA)
def test_errata_are_ready_to_be_printed(found: Row, sentence: str) -> None:
    [(document, text)] = tell_errata(replacements(report_of([found])), report_of([]).zone, "zh").items()
    head, line = text.split("\n")
    assert (document, head) == ("briefing-07.txt", "briefing-07.txt（2025年6月30日出版）")
    assert sentence in line


def test_errata_in_english() -> None:
    [text] = tell_errata(replacements(report_of([failing(href=PUBLIC)])), report_of([]).zone, "en").values()
    assert text == (
        "briefing-07.txt (issued 30 June 2025)\n“示例条目 1：循环经济与气候行动的年度综述”: the address "
        f"https://www.example.org/a no longer works; a copy of 17 January 2026 is at {PUBLIC}"
    )


def test_errata_come_in_the_order_of_the_document() -> None:
    rows = [
        replace(failing(href=PUBLIC), citation=citation(n, f"https://www.example.org/{n}", document=name))
        for n, name in ((3, "b.txt"), (1, "a.txt"), (2, "b.txt"))
    ]
    told = tell_errata(replacements(report_of(rows)), report_of([]).zone, "en")
    assert list(told) == ["a.txt", "b.txt"]
    assert re.findall(r"example.org/(\d) no", told["b.txt"]) == ["2", "3"]


def test_a_tracking_link_is_never_printed_again() -> None:
    wrapper = Wrapper("00", "https://t.example/signature/[redacted]", "mdrtor", True, "")
    printed = "https://t.example/signature/[redacted]"
    cited = citation(1, printed, Kind.TRACKER, uri="https://www.example.org/a", wrapper=wrapper)
    found = replacements(report_of([row(cited, Outcome.OK, Verdict.OK, Group.FINE)]))
    assert [one.remedy.text for one in found] == ["https://www.example.org/a"], (
        "an editor would print whose link it was"
    )
    assert "跟踪链接" in tell_sheet(found, "zh")
    assert tell_errata(found, report_of([]).zone, "zh") == {}


def test_no_erratum_for_a_mere_https() -> None:
    found = row(citation(1, "http://www.example.org/a"), Outcome.OK_HTTPS, Verdict.OK_HTTPS, Group.FINE)
    assert len(replacements(report_of([found]))) == 1
    assert tell_errata(replacements(report_of([found])), report_of([]).zone, "zh") == {}


LINKS = [
    (failing(href=PUBLIC), {"href": PUBLIC, "data-versionurl": PUBLIC, "data-versiondate": "2026-01-16"}),
    (failing(href="../copies/a.html"), {"href": "https://www.example.org/a", "data-versiondate": "2026-01-16"}),
    (MOVED, {"href": "https://www.example.org/b", "data-versiondate": "2026-01-16"}),
    (failing(Verdict.OK, PUBLIC), {"href": "https://www.example.org/a", "data-versionurl": PUBLIC}),
]


@pytest.mark.parametrize(("found", "fields"), LINKS)
def test_robust_links_keep_address_copy_and_date(found: Row, fields: dict[str, str]) -> None:
    link = html.fragment_fromstring(tell_link(found, remedy_of(found)))
    assert link.attrib["data-originalurl"] == "https://www.example.org/a", "the spec asks for it"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(link.attrib["data-versiondate"])), "the spec asks for it"
    assert fields.items() <= dict(link.attrib).items()
    assert ("data-versionurl" in link.attrib) == is_public(found.copy_href if found.copy else "")


def test_robust_links_hold_any_title() -> None:
    copied = [replace(found, copy=failing(href="").copy) for found in evil_report().rows]
    for found in copied:
        [link] = html.fragments_fromstring(tell_link(found, remedy_of(found)))
        assert not isinstance(link, str)
        assert link.tag == "a"
        assert len(link) == 0, "a title became markup"
    personal = replace(failing(href=""), citation=citation(1, "https://www.example.org/user/[redacted]"))
    assert tell_link(personal, None) == ""


def test_no_version_is_named_where_none_is_held() -> None:
    assert tell_link(failing(), remedy_of(failing())) == "", "readers would look for a version that nobody has"


FOOTNOTES = [
    (
        failing(href=PUBLIC),
        f"“{TITLE}”，<https://www.example.org/a>，原网址已失效，2026年1月17日存档于 <{PUBLIC}>，访问日期 2026年1月17日",
    ),
    (
        failing(href=""),
        f"“{TITLE}”，<https://www.example.org/a>，原网址已失效，2026年1月17日由本刊存档，访问日期 2026年1月17日",
    ),
    (replace(failing(), strip=()), f"“{TITLE}”，<https://www.example.org/a>，原网址已失效"),
    (replace(failing(Verdict.OK), strip=()), f"“{TITLE}”，<https://www.example.org/a>"),
]


@pytest.mark.parametrize(("found", "line"), FOOTNOTES)
def test_footnotes(found: Row, line: str) -> None:
    assert tell_footnote(found, remedy_of(found), report_of([]).zone, "zh") == line


@pytest.mark.parametrize(
    ("item", "anchor", "title"),
    [
        ("绿色采购指南", "这里", "绿色采购指南"),
        (None, "这里", "这里"),
        ("https://www.example.org/a", "这里", "这里"),
        ("https://t.example/signature/[redacted]/userid/[redacted]", None, ""),
        ("https://www.example.org/other", "https://www.example.org/a", ""),
        (None, None, ""),
    ],
)
def test_an_address_is_no_title(item: str | None, anchor: str | None, title: str) -> None:
    assert title_of(citation(1, "https://www.example.org/a", item=item, anchor=anchor)) == title


def test_a_footnote_gives_the_address_without_what_a_visit_left_in_it() -> None:
    printed = "https://www.example.org/a;jsessionid=0A1B"
    cited = citation(1, printed, uri="https://www.example.org/a", item=None)
    line = tell_footnote(replace(failing(Verdict.OK), citation=cited, strip=()), None, report_of([]).zone, "en")
    assert line == "<https://www.example.org/a>"


def test_titles_in_a_line_are_short() -> None:
    for found in evil_report().rows:
        line = tell_footnote(found, remedy_of(found), report_of([]).zone, "en")
        assert "\n" not in line
        assert len(line) < LONGEST + 200


# ---------------------------------------------------------------- the page

REPORTS = {
    "full": full_report(),
    "evil": evil_report(),
    "empty": report_of([]),
    "invalid": invalid_report(),
    "copied": report_of([failing(href=PUBLIC), MOVED]),
    "beside": report_of([failing(href="../copies/0a.html")]),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPORTS)
def test_the_page_is_complete_and_stands_alone(name: str, language: str) -> None:
    report = REPORTS[name]
    text = render_paste(report, language)
    text.encode("utf-8")
    tree = html.document_fromstring(text)
    assert not tree.xpath("//script|//iframe|//img|//form|//*[@style]|//@*[starts-with(name(),'on')]")
    assert tree.xpath("string(//meta[@http-equiv]/@content)") == policy(tree.xpath("string(//style)"))
    found = replacements(report)
    assert len(tree.xpath("//table[contains(@class,'sheet')]/tbody/tr")) == len(found)
    for section, n in zip(("replacements", "errata", "links", "footnotes"), counted(report), strict=True):
        head = tree.xpath(f"//h2[@id='{section}']/span")[0].text_content()
        assert head == str(n), f"{section}: the head counts others than stand beneath"
    assert {href.split("#")[0] for href in tree.xpath("//a/@href") if not href.startswith(("http", "#"))} <= {
        "../copies/0a.html",
        f"paste.{'en' if language == 'zh' else 'zh'}.html",
        f"index.{language}.html",
    }
    for block in tree.xpath("//pre"):
        assert block.get("class", "").startswith("take"), "one click does not select it"


def counted(report: HealthReport) -> Iterator[int]:
    found = replacements(report)
    yield len(found)
    yield len([one for one in found if is_erratum(one)])
    yield sum(is_printable(row.citation.uri) and row.copy is not None for row in report.rows)
    yield sum(is_printable(row.citation.uri) for row in report.rows)


def test_strangers_text_stays_text() -> None:
    for text in render_paste_pages(REPORTS["evil"]).values():
        assert "<script" not in text
        assert "\u202e" not in text
        assert "\x00" not in text
        assert HOSTILE not in text
    for text in render_paste_pages(REPORTS["full"]).values():
        assert "SECRET" not in text, "a subscriber's signature"
        assert "signature/[redacted]/userid" not in text


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        yield browser.new_page()
        browser.close()


def test_one_click_takes_a_whole_block(browser_page: Page, tmp_path: Path) -> None:
    found = REPORTS["copied"]
    (tmp_path / "paste.zh.html").write_text(render_paste(found, "zh"), "utf-8")
    for width in (360, 768, 1280):
        browser_page.set_viewport_size({"width": width, "height": 900})
        browser_page.goto((tmp_path / "paste.zh.html").as_uri())
        assert browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{width} px: runs over"
    blocks = browser_page.locator("pre.take:visible")
    assert blocks.count() == 4
    for place in range(blocks.count()):
        blocks.nth(place).click(position={"x": 30, "y": 20})
        taken = browser_page.evaluate("getSelection().toString()")
        assert taken.strip() == (blocks.nth(place).text_content() or "").strip(), "a part of it would be pasted"
    assert say("paste.how", "zh") in browser_page.content()
