"""The report as a browser shows it: at several widths, in both languages, without script, network or overflow.

Uses the system's Chromium: browser drivers cannot download one of their own everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.house import House
from tests.pictures import FLAGS, find_chromium
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
def test_nothing_runs_out_of_the_page(page: Page, latest: Path, language: str, width: int) -> None:
    open_report(page, latest, language, width)
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
    assert page.locator("script, iframe, object, img[src='x']").count() == 0
    assert "<script>" in page.inner_text("body"), "the title an editor wrote is not shown as it was written"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_anchor_leads_to_a_place_on_the_page(page: Page, latest: Path, language: str) -> None:
    open_report(page, latest, language)
    targets = page.eval_on_selector_all("a[href^='#']", "links => links.map(a => a.getAttribute('href').slice(1))")
    assert targets
    assert [t for t in targets if page.locator(f"[id='{t}']").count() != 1] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_counts_equal_the_rows_they_head(page: Page, latest: Path, language: str) -> None:
    open_report(page, latest, language)
    groups = page.locator("section.group")
    assert groups.count() >= 3
    for index in range(groups.count()):
        group = groups.nth(index)
        assert int(group.locator("h2 .count").inner_text()) == group.locator("article").count()


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
