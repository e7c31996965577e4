"""`evercite serve` over real nights, as an editor leafs through it: every link answers, every count is that of its
rows, nothing personal shows, in a real browser at several widths and in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urldefrag, urljoin

import pytest
from lxml import html
from lxml.html import HtmlElement
from playwright.sync_api import Browser, Page, sync_playwright

from tests.house import House
from tests.pictures import FLAGS, find_chromium
from tests.serving import Answered, Served, ask, serving
from tests.web.answers import File, NotFound
from tests.web.answers import Page as WebPage
from tests.web.server import FakeWeb
from tests.web.sites import Site
from tests.web.walls import CLOUDFLARE, WALLS

SECRET = "5ec2e70d15ea5e0fbadc0ffee0ddf00d"
USER = "b0a710ad1337c0de8badf00dcafed00d"
MAILED = "jane.roe@post.example.org"
HOSTILE = "=1+1<script>document.title='owned'</script>\u202etxt.exe\u202c"
BRIEFING = f"""\
# 一份虚构的简报

## 最新进展

- 第一条消息的标题：https://www.example.org/ok
- {HOSTILE.replace("<", chr(92) + "<")}
  https://www.example.org/dead?title=%3Cscript%3Ealert(1)%3C/script%3E
- 第三条消息 https://www.example.org/{"a-very-long-path-without-any-break" * 12}
- 第四条消息 https://walled.example.org/page
- 第五条消息 https://www.example.org/changing
- 第六条消息 https://un.mdrtor.com/track/link/key/11-22-33/signature/{SECRET}/userid/{USER}
- 第七条消息 https://www.example.org/evil
- 写信给 {MAILED}
"""
OLD = "# 旧信\n\n- 旧消息 https://www.example.org/ok\n- 又一条 https://www.example.org/gone\n"
EVIL = b"""<!doctype html><title>Evil</title><p id=p>quiet</p><script>
document.getElementById('p').textContent = 'awake'; fetch('/documents/');</script><form action=/>
<button>go</button></form>"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Three nights; a page changed on the second, a document was taken away before the third."""
    paths = {
        "/ok": WebPage("A page"),
        "/gone": WALLS["gone"],
        "/dead": NotFound(),
        "/changing": WebPage("A plan", changes={1: "The deadline is now 30 September and the sum is 4.2 million."}),
        "/evil": File(EVIL, "text/html"),
    }
    with FakeWeb([Site("www.example.org", paths), Site("walled.example.org", otherwise=CLOUDFLARE)]) as web:
        made = House(tmp_path_factory.mktemp("house"), web)
        (made.seeds / "简报.md").write_text(BRIEFING, "utf-8")
        (made.seeds / f"{MAILED} 旧信.md").write_text(OLD, "utf-8")
        for number in range(3):
            if number == 2:
                (made.seeds / f"{MAILED} 旧信.md").unlink()
            ran = made.night(number)
            assert ran.status in (0, 1), ran.log
        walled = next(row["id"] for row in made.report(2)["citations"] if "walled" in str(row["uri"]))
        ruled = made.run("verdict", "set", walled, "human-ok", "--why", f"问过 {MAILED}", "--by", "编辑甲")
        assert ruled.status == 0, ruled.log
        yield made


@pytest.fixture(scope="module")
def served(house: House) -> Iterator[Served]:
    with serving(house) as running:
        yield running


@pytest.fixture(scope="module")
def found(served: Served) -> dict[str, Answered]:
    """Every page that can be reached from the first one, by its target."""
    return crawl(served)


def crawl(served: Served) -> dict[str, Answered]:
    """Follow every link within our own origin, from the first page on."""
    todo, seen = ["/", "/?lang=en"], dict[str, Answered]()
    while todo:
        target = todo.pop()
        if target in seen:
            continue
        answer = seen[target] = served.ask(target)
        if answer.fields.get("content-type", "").startswith("text/html"):
            todo += [other for other in links(served, target, answer) if other not in seen]
    return seen


def links(served: Served, target: str, answer: Answered) -> list[str]:
    """The targets that a page links to within its origin."""
    page = html.fromstring(answer.body)
    uris = (urldefrag(urljoin(served.base + target, str(href))).url for href in page.xpath("//a/@href"))
    return [uri.removeprefix(served.base) for uri in uris if uri.startswith(f"{served.base}/")]


def page_of(answer: Answered) -> HtmlElement:
    return html.fromstring(answer.body)


def link_to(found: dict[str, Answered], words: str) -> str:
    """The page of the link under an item or address."""
    return next(t for t, a in found.items() if re.fullmatch("/links/[0-9a-f]{12}", t) and words in a.text)


# ---------------------------------------------------------------- links and counts


def test_every_link_on_every_page_answers(served: Served, found: dict[str, Answered]) -> None:
    broken = {target: answer.status for target, answer in found.items() if answer.status not in (200, 307)}
    assert not broken, f"an editor would land on nothing: {broken}"
    kinds = {target.split("?")[0].split("/")[1] for target in found}
    assert kinds >= {"", "documents", "links", "reports", "memento"}, "a whole kind of page cannot be reached"


def test_every_copy_opens_on_the_other_origin(served: Served, found: dict[str, Answered]) -> None:
    ways = {target: answer for target, answer in found.items() if answer.status == 307}
    assert ways
    for target, answer in ways.items():
        assert answer.fields["location"] == served.copies + target
        copy = ask(served.copies, target)
        assert copy.status in (200, 403, 404, 410), f"{target}: the archived copy does not open ({copy.status})"
        assert "sandbox" in copy.fields["content-security-policy"]
        assert copy.fields["x-content-type-options"] == "nosniff"
        assert copy.fields["memento-datetime"]


def test_every_anchor_is_there(served: Served, found: dict[str, Answered]) -> None:
    for target, answer in found.items():
        if not answer.fields.get("content-type", "").startswith("text/html") or target.startswith("/reports/"):
            continue
        for href in page_of(answer).xpath("//a/@href[contains(., '#')]"):
            uri, anchor = urldefrag(urljoin(served.base + target, str(href)))
            if uri.startswith(served.base):
                there = page_of(found[uri.removeprefix(served.base)])
                assert there.xpath("//*[@id=$id]", id=anchor), f"{target}: {href} leads nowhere on its page"


def test_counts_are_those_of_the_rows_they_head(found: dict[str, Answered]) -> None:
    told = 0
    for target, answer in found.items():
        if not target.split("?")[0].startswith(("/links/", "/documents/")) and not target.startswith("/?"):
            continue
        for section in page_of(answer).xpath("//section[h2/span[@class='count']]"):
            rows, count = rows_of(section), int(section.xpath("string(h2/span)").strip().replace(",", ""))
            assert rows == count, f"{target} #{section.xpath('string(h2/@id)')}: says {count}, shows {rows}"
            told += 1
    assert told > 20


def rows_of(section: HtmlElement) -> int:
    """How many things a section shows: nights in its first table, or else rows."""
    if section.xpath("h2[@id='nights'][../table or ../div/div/table]"):
        return sum(int(cell.text) for cell in section.xpath(".//table")[0].xpath(".//td[@class='n']"))
    return len(section.xpath("ul/li | ol/li | article | table/tbody/tr"))


def test_documents_have_the_counts_of_their_pages(found: dict[str, Answered]) -> None:
    first = page_of(found["/?lang=en"])
    items = first.xpath("//section[h2/@id='documents']//li")
    assert len(items) == 1, "the document that was taken away is counted among the current ones"
    for item in items:
        page = page_of(found[str(item.xpath("a/@href")[0])])
        assert tallied(item) == tallied(page), "the first page and the document's own disagree"
        groups = [str(card.get("class")).split()[-1] for card in page.xpath("//article")]
        assert {name: groups.count(name) for name in groups} == tallied(page)


def tallied(part: HtmlElement) -> dict[str, int]:
    """Counts by group as a page tells them."""
    spans = part.xpath(".//p[@class='tallied']/span")
    return {str(span.get("class")): int(re.findall(r"\d+", span.text_content())[-1]) for span in spans}


def test_the_first_page_says_what_each_report_says(house: House, found: dict[str, Answered]) -> None:
    text = page_of(found["/?lang=en"]).text_content()
    for number in range(3):
        assert house.report(number)["sentence"]["en"] in text


# ---------------------------------------------------------------- the page of a link


def test_a_links_page_tells_its_history(found: dict[str, Answered]) -> None:
    page = page_of(found[link_to(found, "example.org/changing") + "?lang=en"])
    told = page.text_content()
    assert "3" in page.xpath("string(//h2[@id='nights']/span)")
    assert "unchanged" in told
    assert "4.2 million" in found[str(page.xpath("//a[contains(@href, '/diff?')]/@href")[0])].text
    assert page.xpath("//svg[@class='days']//path"), "the nights are not drawn"


def test_every_document_citing_it_is_named(found: dict[str, Answered]) -> None:
    page = page_of(found[link_to(found, "example.org/ok") + "?lang=en"])
    places = page.xpath("//section[h2/@id='citing']//li")
    assert len(places) == 2
    assert "last read on 2 January 2026" in places[1].text_content(), "the retired document is not told to be one"


def test_where_no_copy_is_held_public_archives_are_named(found: dict[str, Answered]) -> None:
    page = page_of(found[link_to(found, "walled.example.org") + "?lang=en"])
    hrefs = [str(href) for href in page.xpath("//dd/a/@href")]
    assert any(href.startswith("https://web.archive.org/") for href in hrefs), hrefs


def test_an_editors_word_is_told_with_its_reason(found: dict[str, Answered]) -> None:
    page = page_of(found[link_to(found, "walled.example.org") + "?lang=en"])
    word = page.xpath("string(//section[h2/@id='said']//li)")
    assert "fine, says an editor" in word
    assert "编辑甲" in word
    assert "问过" in word


def test_a_first_failure_is_no_unchanged_copy(found: dict[str, Answered]) -> None:
    page = page_of(found[link_to(found, "example.org/changing") + "?lang=en"])
    contents = [str(cell.text_content()) for cell in page.xpath("//section[h2/@id='captures']//tr/td[5]")]
    assert contents == ["unchanged", "new", "new"], "what differs from the copy before is told to be the same"


@pytest.mark.parametrize(
    "asked", ["https://www.example.org/ok?utm_source=x", "www.example.org/ok", "第一条消息", "example.org ok"]
)
def test_the_box_finds_a_citation(served: Served, asked: str) -> None:
    page = page_of(served.ask(f"/?lang=en&q={quote(asked)}"))
    hrefs = [str(href) for href in page.xpath("//section[h2/@id='found']//li/a/@href")]
    assert hrefs, f"nothing is found for {asked}"
    assert "https://www.example.org/ok" in served.ask(hrefs[0]).text


def test_the_box_takes_an_id_and_says_when_nothing_is_there(served: Served, found: dict[str, Answered]) -> None:
    name = link_to(found, "example.org/ok").rpartition("/")[2]
    assert f"/links/{name}" in served.ask(f"/?q={name}").text
    for nothing in ("zzzz-nothing", "e%25f", "e_ample", "'; DROP TABLE citations; --", "%00", "%ff", "a" * 9000):
        answer = served.ask(f"/?lang=en&q={nothing.replace(' ', '%20')}")
        assert answer.status == 200
        assert "Nothing was found" in answer.text, f"{nothing[:20]} finds something"


# ---------------------------------------------------------------- nothing personal, nothing that acts


def test_nothing_personal_shows_anywhere(served: Served, found: dict[str, Answered]) -> None:
    asked = [
        served.ask(f"/{query}https://un.mdrtor.com/track/link/key/11-22-33/signature/{SECRET}/userid/{USER}").text
        for query in ("?q=", "?", "?q=x&lang=en&x=", "?q=%68ttps%3A//a.example/%3Fu%3D")
    ]
    served.ask(f"/timegate/https://un.mdrtor.com/track/link/key/11-22-33/signature/{SECRET}/userid/{USER}")
    served.ask(f"/documents/{MAILED}")
    told = "\n".join(
        [*asked, *found, *(answer.body.decode("utf-8", "replace") for answer in found.values()), served.log]
    )
    for secret in (SECRET, USER, MAILED.partition("@")[0]):
        assert secret not in told, "a subscriber or correspondent could be recognised"


def test_what_strangers_wrote_is_text(found: dict[str, Answered]) -> None:
    for target, answer in found.items():
        if target.startswith(("/reports/", "/memento/")):
            continue
        page = page_of(answer)
        assert not page.xpath("//script | //iframe | //object | //*[@onerror]"), target
        assert "\u202e" not in answer.text, f"{target}: a reader would see words turned around"
    assert any("[U+202E]" in answer.text for answer in found.values())


def test_every_answer_is_guarded(found: dict[str, Answered]) -> None:
    for target, answer in found.items():
        assert "frame-ancestors 'none'" in answer.fields["content-security-policy"], target
        assert answer.fields["x-content-type-options"] == "nosniff", target
        assert answer.fields["referrer-policy"] == "no-referrer", target
        assert answer.fields["cross-origin-opener-policy"] == "same-origin", target
        assert "server" not in answer.fields


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def test_pages_fit_every_width_and_complain_of_nothing(page: Page, served: Served, found: dict[str, Answered]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    link = link_to(found, "example.org/changing")
    long = link_to(found, "a-very-long-path")
    for path in ("/", "/?q=example", "/documents/", "/documents/简报.md", link, long, f"{link}/diff"):
        for width, language in ((360, "en"), (768, "zh"), (1280, "en")):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{served.base}{path}{'&' if '?' in path else '?'}lang={language}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path}: an editor would have to scroll sideways at {width} px ({wide} px)"
            assert page.evaluate("document.documentElement.lang") == {"zh": "zh-Hans", "en": "en"}[language]
    assert said == []


def test_the_box_sends_itself_and_keeps_the_language(page: Page, served: Served) -> None:
    page.goto(f"{served.base}/?lang=en")
    page.fill("input[name=q]", "https://www.example.org/ok")
    page.click("form button")
    assert "lang=en" in page.url
    page.click("section[aria-labelledby=found] li a")
    assert "lang=en" in page.url
    assert page.locator("section.now").count() == 1


def test_a_reader_gets_the_language_of_the_browser(browser: Browser, served: Served) -> None:
    for locale, language in (("en-GB", "en"), ("zh-TW", "zh-Hans"), ("fr-FR", "zh-Hans")):
        opened = browser.new_page(locale=locale)
        opened.goto(f"{served.base}/")
        assert opened.evaluate("document.documentElement.lang") == language
        opened.close()


def test_an_archived_page_opens_and_does_nothing(page: Page, served: Served, found: dict[str, Answered]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served.base + link_to(found, "example.org/evil"))
    page.locator("section[aria-labelledby=captures] a").first.click()
    page.wait_for_url(f"{served.copies}/**")
    assert page.inner_text("#p") == "quiet", "a script of an archived page ran"
    assert not [url for url in asked if url.endswith("/documents/") and url.startswith(served.copies)]


def test_a_report_is_served_with_its_script_and_style(page: Page, served: Served, house: House) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{served.base}/reports/latest/")
    assert page.locator("main").count() == 1
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none", "the report's style is refused"
    assert said == []
    assert (house.reports / "latest" / "index.html").is_file()


def test_a_link_with_the_token_opens_pages_and_copies(
    browser: Browser, house: House, found: dict[str, Answered]
) -> None:
    (house.folder / "token").write_text(SECRET * 2, "ascii")
    with serving(house, "--token-file", "token") as guarded:
        page, asked = browser.new_page(), list[str]()
        page.goto(f"{guarded.base}/documents/")
        assert page.locator("section.error").count() == 1, "the archive stands open"
        page.goto(f"{guarded.base}/documents/?lang=en&token={SECRET * 2}")
        page.wait_for_url(f"{guarded.base}/documents/?lang=en")
        page.on("request", lambda request: asked.append(f"{request.url} {request.all_headers()}"))
        page.goto(guarded.base + link_to(found, "example.org/ok"))
        page.locator("section[aria-labelledby=captures] a").first.click()
        page.wait_for_url(f"{guarded.copies}/**")
        assert "A page" in page.inner_text("body")
        assert not [one for one in asked if SECRET * 2 in one], "the token goes on in an address or a Referer"
        assert ask(guarded.copies, page.url.removeprefix(guarded.copies)).status == 200, "a pass needs no cookie"
        assert ask(guarded.copies, f"/memento/{page.url.partition('/memento/')[2]}").status == 401
        assert SECRET * 2 not in guarded.log
        page.close()


def test_a_fault_of_the_disk_is_told_in_a_sentence(house: House, served: Served) -> None:
    ledger = house.archive / "ledger.sqlite3"
    away = Path(f"{ledger}.away")
    ledger.rename(away)
    try:
        answer = served.ask("/", Accept_Language="en")
    finally:
        away.rename(ledger)
    assert answer.status == 500
    assert "The archive cannot be read at the moment" in answer.text
    assert "Traceback" not in answer.text
    assert str(house.folder) not in answer.text
    assert "there is no ledger to read" in served.log
    assert served.ask("/").status == 200, "it does not come back by itself"
