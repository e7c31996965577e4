"""The report as a browser shows it: at several widths, in both languages, filtered, without script or network.

Uses the system's Chromium: browser drivers cannot download one of their own everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from crawler.reports.render_html import render_pages
from tests.house import House
from tests.pictures import FLAGS, find_chromium
from tests.test_reports_render import contrast, crowded_report
from tests.web.answers import NotFound
from tests.web.answers import Page as WebPage
from tests.web.server import FakeWeb
from tests.web.sites import Site
from tests.web.walls import CLOUDFLARE, WALLS

HOSTILE = "<script>document.title='owned'</script>“><img src=x onerror=document.title='owned'>\u202etxt.exe\u202c"
BRIEFING = f"""\
# 一份虚构的简报

## 最新进展

- 第一条消息的标题：https://www.example.org/ok
- {HOSTILE.replace("<", chr(92) + "<")}
  https://www.example.org/dead?title=%3Cscript%3Ealert(1)%3C/script%3E
- 第三条消息 https://www.example.org/{"a-very-long-path-without-any-break" * 12}
- 第四条消息 https://walled.example.org/page
- 第五条消息 https://www.example.org/gone
"""


@pytest.fixture(scope="module")
def latest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a third night with something in most groups."""
    sites = [
        Site("www.example.org", {"/ok": WebPage("A page"), "/gone": WALLS["gone"], "/dead": NotFound()}),
        Site("walled.example.org", otherwise=CLOUDFLARE),
    ]
    with FakeWeb(sites) as web:
        house = House(tmp_path_factory.mktemp("house"), web)
        (house.seeds / "简报.md").write_text(BRIEFING, "utf-8")
        for number in range(3):
            ran = house.night(number)
            assert ran.status in (0, 1), ran.log
        return house.reports / "latest"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a made-up night with everything that a report can hold."""
    folder = tmp_path_factory.mktemp("crowded")
    for name, text in render_pages(crowded_report(), "zh").items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def said() -> list[str]:
    """Every request a page makes and every message it writes to the console."""
    return []


@pytest.fixture
def page(browser: Browser, said: list[str]) -> Iterator[Page]:
    opened = browser.new_page()
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: said.append(request.url))
    yield opened
    opened.close()


def open_report(page: Page, latest: Path, language: str, width: int = 1280) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((latest / f"index.{language}.html").as_uri())


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_runs_out_of_the_page(page: Page, latest: Path, crowded: Path, language: str, width: int) -> None:
    for report in (latest, crowded):
        open_report(page, report, language, width)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"an editor would have to scroll sideways: {wide} px in a window of {width} px"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_asks_for_nothing_and_complains_of_nothing(page: Page, said: list[str], latest: Path, language: str) -> None:
    open_report(page, latest, language)
    here = (latest / f"index.{language}.html").as_uri()
    assert [text for text in said if text != here and not text.startswith("data:")] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_hostile_title_is_shown_and_does_nothing(page: Page, latest: Path, language: str) -> None:
    open_report(page, latest, language)
    assert page.title() != "owned"
    assert page.locator("script").count() == 1, "beside the report's own script there is another"
    assert page.locator("iframe, object, img[src='x']").count() == 0
    assert "<script>" in page.inner_text("body"), "the title an editor wrote is not shown as it was written"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_anchor_leads_to_a_place_on_the_page(page: Page, latest: Path, language: str) -> None:
    open_report(page, latest, language)
    targets = page.eval_on_selector_all("a[href^='#']", "links => links.map(a => a.getAttribute('href').slice(1))")
    assert targets
    assert [t for t in targets if page.locator(f"[id='{t}']").count() != 1] == []


def test_every_link_to_a_file_answers(page: Page, latest: Path) -> None:
    folders = [latest, next(night for night in sorted(latest.parent.iterdir()) if night.name.startswith("2"))]
    for name in ("index.html", "index.zh.html", "index.en.html", "paste.zh.html", "paste.en.html"):
        for folder in folders:
            page.goto((folder / name).as_uri())
            links = page.eval_on_selector_all("a[href]", "links => links.map(a => a.getAttribute('href'))")
            beside = {link.partition("#")[0] for link in links if not link.startswith(("#", "http:", "https:"))}
            assert len(beside) > 1
            lost = [link for link in beside if not (folder / unquote(link)).is_file()]
            assert lost == [], f"an editor who opens {folder.name}/{name} clicks in vain"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_counts_equal_the_rows_they_head(page: Page, latest: Path, crowded: Path, language: str) -> None:
    for report in (latest, crowded):
        open_report(page, report, language)
        groups = page.locator("section.group")
        assert groups.count() >= 3
        assert wrong_counts(page) == []


def wrong_counts(page: Page) -> list[str]:
    """The numbers on a page that are not those of the rows they head, as an editor sees them."""
    found: list[str] = page.evaluate(
        """() => {
            const shown = [...document.querySelectorAll("article")].filter(row => !row.hidden);
            const having = token => shown.filter(row => row.dataset.is.split(" ").includes(token)).length;
            const told = [...document.querySelectorAll("[data-counts]")];
            return told.filter(at => parseInt(at.textContent) !== having(at.dataset.counts))
                .map(at => `${at.dataset.counts}: ${at.textContent}`);
        }"""
    )
    return found


# ---------------------------------------------------------------- filters


STATUS = "#filters [role=status]"


def shown_rows(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "article", "rows => rows.filter(row => !row.hidden).map(row => row.id)"
    )
    return found


def choose(page: Page, name: str, value: str) -> None:
    """Choose an option by its value, and wait until the page has answered."""
    page.select_option(f"#filters select[name={name}]", value)
    expect(page.locator(STATUS)).not_to_be_empty()


def test_every_choice_shows_the_rows_it_names(page: Page, crowded: Path) -> None:
    open_report(page, crowded, "en")
    everything = shown_rows(page)
    options = page.eval_on_selector_all(
        "#filters option[data-is]", "all => all.map(one => [one.closest('select').name, one.value, one.textContent])"
    )
    assert {name for name, _, _ in options} == {"verdict", "document", "section", "organisation"}
    for name, value, text in options:
        choose(page, name, value)
        told = int(text.rpartition("(")[2].rstrip(")"))
        rows = shown_rows(page)
        assert len(rows) == told > 0, f"{name} {text!r} promised {told} rows and shows {len(rows)}"
        assert page.inner_text(STATUS).startswith(f"Showing {told} of {len(everything)}")
        assert wrong_counts(page) == [], f"{name} {text!r} left numbers as they were"
        page.click("#filters button")
        assert shown_rows(page) == everything, "cleared filters still hide rows"
        assert page.inner_text(STATUS) == ""


def test_words_are_searched_in_what_is_shown(page: Page, crowded: Path) -> None:
    open_report(page, crowded, "zh")
    box = page.get_by_label("查找文字")
    box.fill("HAND.example 示例条目")
    expect(page.locator("article:not([hidden])")).to_have_count(1)
    assert shown_rows(page) == [f"c-{13:012x}"]
    assert page.locator("section.group:not([hidden])").count() == 1, "empty groups are in the way of what was found"
    box.fill("no such words anywhere")
    expect(page.locator("article:not([hidden])")).to_have_count(0)
    assert page.inner_text(STATUS).startswith("显示 0 条")


def test_what_changed_and_since_when(page: Page, crowded: Path) -> None:
    open_report(page, crowded, "en")
    page.get_by_label("Only what changed since last night").check()
    expect(page.locator(STATUS)).not_to_be_empty()
    assert shown_rows(page) == [f"c-{1:012x}"]
    page.click("#filters button")
    page.get_by_label("Judged on or after").fill("2026-01-19")
    expect(page.locator(STATUS)).not_to_be_empty()
    rows = page.eval_on_selector_all("article:not([hidden])", "rows => rows.map(row => row.dataset.since)")
    assert rows
    assert all(since >= "2026-01-19" for since in rows), "rows judged earlier are shown as if they were new"


def test_a_filter_can_be_sent(page: Page, browser: Browser, crowded: Path) -> None:
    open_report(page, crowded, "en")
    choose(page, "verdict", "needs-you")
    choose(page, "document", "briefing-07.txt")
    sent, rows = page.url, shown_rows(page)
    assert "#filter:" in sent
    other = browser.new_page()
    for language in ("en", "zh"):
        other.goto(sent.replace("index.en", f"index.{language}"))
        assert shown_rows(other) == rows, f"a colleague who opens it in {language} sees other rows"
    other.close()


def test_a_link_to_a_row_that_is_filtered_out_still_leads_there(page: Page, crowded: Path) -> None:
    open_report(page, crowded, "en")
    choose(page, "verdict", "fine")
    row = f"c-{1:012x}"
    assert row not in shown_rows(page)
    page.evaluate(f"location.hash = '#{row}'")
    expect(page.locator(f"#{row}")).to_be_visible()


def test_a_link_leads_into_what_is_folded(page: Page, crowded: Path) -> None:
    open_report(page, crowded, "en")
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = false")
    page.evaluate(f"location.hash = '#c-{10:012x}'")
    expect(page.locator(f"#c-{10:012x}")).to_be_visible()


def test_filters_are_reached_by_keyboard_and_have_names(page: Page, crowded: Path) -> None:
    open_report(page, crowded, "en")
    page.focus("#filters [name=words]")
    names = []
    for _ in range(7):
        names.append(page.evaluate("document.activeElement.labels?.[0]?.textContent.trim().slice(0, 8) || ''"))
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.name") == "since" and names[-1].startswith("Judged"):
            page.keyboard.press("Tab")
    assert all(names), f"a screen reader would say nothing of a field: {names}"
    assert len(set(names)) == 7
    assert page.locator(STATUS).count() == 1, "what the filter did is not spoken"


def test_without_script_the_report_is_complete(browser: Browser, crowded: Path) -> None:
    opened = browser.new_page(java_script_enabled=False)
    opened.goto((crowded / "index.zh.html").as_uri())
    assert not opened.locator("#filters").is_visible(), "controls that do nothing are shown"
    hidden = opened.locator("article[hidden], section[hidden]:not(#filters), li[hidden]")
    assert hidden.count() == 0
    assert opened.locator("article").count() == len(crowded_report().rows)
    opened.close()


def test_what_is_filtered_is_printed_and_said(page: Page, crowded: Path) -> None:
    open_report(page, crowded, "zh")
    choose(page, "verdict", "needs-you")
    page.emulate_media(media="print")
    assert page.locator(STATUS).is_visible(), "a print of a part would be taken for the whole"
    assert not page.locator("#filters select").first.is_visible()
    assert "需要处理" in page.inner_text(STATUS)
    page.emulate_media(media="screen")
    page.click("#filters button")
    page.emulate_media(media="print")
    assert not page.locator("#filters").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_drawn_can_be_read(browser: Browser, crowded: Path, scheme: Literal["light", "dark"]) -> None:
    opened = browser.new_page(color_scheme=scheme)
    opened.goto((crowded / "index.zh.html").as_uri())
    colours = opened.evaluate(
        """() => ["body", ".lead", ".hint", ".verdict", ".place", "mark", ".late", "a.url", ".filters label", ".count"]
            .map(name => [name, getComputedStyle(document.querySelector(name)).color])"""
    )
    ground = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    for name, colour in colours:
        assert contrast(hexed(colour), hexed(ground)) >= 4.5, f"{name} is hard to read in {scheme} (WCAG AA asks 4.5)"
    opened.close()


def hexed(colour: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])


# ---------------------------------------------------------------- languages, fonts, paper


def test_both_languages_lead_to_each_other(page: Page, latest: Path) -> None:
    open_report(page, latest, "zh")
    page.click("a[hreflang='en']")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.click("a[hreflang='zh-Hans']")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"


def test_chinese_is_drawn_with_a_font_that_has_it(page: Page, latest: Path) -> None:
    open_report(page, latest, "zh")
    # Two different characters drawn without a font for them are the same empty box.
    same = page.evaluate(
        """() => {
            const draw = text => {
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 40;
                const brush = canvas.getContext("2d");
                brush.font = "30px " + getComputedStyle(document.body).fontFamily;
                brush.fillText(text, 2, 32);
                return canvas.toDataURL();
            };
            return draw("链") === draw("需");
        }"""
    )
    assert not same, "the pictures and the print would show boxes; install fonts-noto-cjk"


def test_it_prints(page: Page, latest: Path) -> None:
    open_report(page, latest, "zh")
    assert page.pdf(format="A4").startswith(b"%PDF-")
