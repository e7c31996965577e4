"""Archived pages in a real browser: they are shown, and nothing in them reaches our pages, cookies or anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from crawler.archive.recording import Recording
from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.ledger.ledger import Ledger
from crawler.model import Night
from crawler.urls.canonical import urlkey
from tests.house import FIRST
from tests.memento_house import Served, served
from tests.pictures import FLAGS, find_chromium
from tests.test_archive_exchanges import exchanged
from tests.web.bodies import make_pdf, make_png

HOST = "https://www.hostile.example"
# What an archived page may try, with MAIN for an origin where a signed-in editor's browser is heard.
ATTACK = """<!doctype html><meta charset=utf-8><title>An archived page</title>
<meta http-equiv=refresh content="0; url=MAIN/timegate/taken-by-refresh">
<base href="MAIN/timegate/base/">
<link rel=stylesheet href="MAIN/timegate/style"><link rel=preload as=script href="MAIN/timegate/preload">
<style>h1 { color: rgb(1, 2, 3); background: url(MAIN/timegate/background) }</style>
<script>
  document.title = 'owned'; document.cookie = 'planted=1';
  fetch('MAIN/timegate/fetched', {credentials: 'include'}); new Image().src = 'MAIN/timegate/beacon';
  navigator.serviceWorker && navigator.serviceWorker.register('/memento/worker.js');
  top.location = 'MAIN/timegate/taken-by-script'; window.open('MAIN/timegate/opened');
</script>
<body onload="document.title='owned'"><h1>Kept words</h1>
<img src="MAIN/timegate/picture" onerror="document.title='owned'"><img src="MAIN/elsewhere/pixel">
<iframe src="MAIN/timegate/framed"></iframe><object data="MAIN/timegate/object"></object>
<iframe srcdoc="<script>top.document.title='owned'</script>"></iframe>
<form id=f action="MAIN/timegate/form"><button id=send>Send</button></form>
<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='owned'"></svg>
<a id=js href="javascript:document.title='owned'">run</a>
</body>"""
SVG = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='document.title=1'>"
    "<script>fetch('MAIN/timegate/fetched')</script><rect width='9' height='9' fill='red'/></svg>"
)
CONTENTS = {
    "page.html": ("text/html; charset=utf-8", ATTACK.encode()),
    "drawing.svg": ("image/svg+xml", SVG.encode()),
    "picture.png": ("image/png", make_png(shade=9)),
    "paper.pdf": ("application/pdf", make_pdf("Kept paper", ["Words on paper."])),
    "program.exe": ("application/x-msdownload", b"MZ"),
    "sniffed.txt": ("text/plain", ATTACK.encode()),
    "untyped": ("", ATTACK.encode()),
}


@pytest.fixture(name="archive", scope="module")
def the_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive to be filled once the origins are known."""
    return tmp_path_factory.mktemp("hostile")


class Ear(ThreadingHTTPServer):
    """An origin that hears every request and answers all of them alike."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Heard)
        self.heard: list[str] = []
        self.base = f"http://127.0.0.1:{self.server_port}"


class _Heard(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Ear)
        self.server.heard.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()

    do_POST = do_OPTIONS = do_HEAD = do_GET

    def log_message(self, format: str, *words: object) -> None:
        pass


@pytest.fixture(name="ear", scope="module")
def the_ear() -> Iterator[Ear]:
    with Ear() as ear:
        Thread(target=ear.serve_forever, daemon=True).start()
        yield ear
        ear.shutdown()


@pytest.fixture(name="site", scope="module")
def the_site(archive: Path, ear: Ear) -> Iterator[Served]:
    fill(archive, ear.base)
    with served(archive) as site:
        yield site


def fill(archive: Path, main: str) -> None:
    """Archive the pages as answers of one night."""
    night = Night(f"{FIRST:%Y%m%dT%H%M%SZ}", FIRST, simulated=True)
    with closing(Ledger.open(archive / "ledger.sqlite3")) as ledger:
        ledger.begin_night(night, "{}")
        writer = ArchiveWriter(archive, ledger, night, Clock(FIRST), {})
        for place, (name, (media_type, template)) in enumerate(CONTENTS.items()):
            body = template.replace(b"MAIN", main.encode())
            kind = f"Content-Type: {media_type}\r\n" if media_type else ""
            wire = f"HTTP/1.1 200 OK\r\n{kind}Set-Cookie: a=1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
            uri = f"{HOST}/{name}"
            writer.write([Recording(exchanged(wire, uri=uri, at=FIRST + timedelta(seconds=place)), urlkey(uri))])
        writer.close()


@pytest.fixture(name="browser", scope="module")
def the_browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(name="page")
def the_page(browser: Browser, site: Served, ear: Ear) -> Iterator[Page]:
    """A page of a browser in which an editor is signed in to our own pages."""
    ear.heard.clear()
    context = browser.new_context()
    context.add_cookies([{"name": "evercite", "value": "signed-in", "url": ear.base}])
    yield context.new_page()
    context.close()


def address_of(site: Served, name: str) -> str:
    """A memento's address on the content origin."""
    [found] = site.captures(f"{HOST}/{name}")
    return f"{site.content}/memento/{found.timestamp}/{found.uri}"


def test_an_archived_page_is_shown_and_reaches_nobody(site: Served, page: Page, ear: Ear) -> None:
    address = address_of(site, "page.html")
    page.goto(address)
    page.wait_for_timeout(1500)  # longer than any of its tricks takes
    assert page.inner_text("h1") == "Kept words"
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
    assert page.title() == "An archived page", "an archived script ran in the editor's browser"
    assert page.url == address, "an archived page took the editor elsewhere"
    assert ear.heard == [], "an archived page asked for something"
    assert [cookie["name"] for cookie in page.context.cookies()] == ["evercite"], "an archived page planted a cookie"
    assert len(page.context.pages) == 1


def test_what_is_clicked_in_it_runs_nothing(site: Served, page: Page, ear: Ear) -> None:
    page.goto(address_of(site, "page.html"))
    page.click("#js")
    page.click("#send")
    page.wait_for_timeout(500)
    assert page.title() == "An archived page"
    assert ear.heard == [], "a form of an archived page was sent"


def test_an_archived_page_cannot_be_framed_by_others(site: Served, page: Page) -> None:
    page.goto(address_of(site, "sniffed.txt"))
    page.set_content(f"<iframe src='{address_of(site, 'picture.png')}'></iframe>")
    page.wait_for_timeout(500)
    assert all("/picture.png" not in frame.url for frame in page.frames)


@pytest.mark.parametrize("name", ["drawing.svg", "sniffed.txt"])
def test_no_other_type_runs_a_script(site: Served, page: Page, ear: Ear, name: str) -> None:
    page.goto(address_of(site, name))
    page.wait_for_timeout(500)
    assert page.title() not in ("owned", "1")
    assert ear.heard == []


@pytest.mark.parametrize("name", ["program.exe", "untyped"])
def test_what_a_browser_should_not_open_is_saved(site: Served, page: Page, name: str) -> None:
    with page.expect_download() as download:
        page.evaluate("address => { location.href = address }", address_of(site, name))
    assert download.value.suggested_filename == name


def test_the_tricks_work_where_nothing_stops_them(page: Page, ear: Ear) -> None:
    page.route("**/plain", lambda route: route.fulfill(body=ATTACK.replace("MAIN", ear.base), content_type="text/html"))
    with suppress(Error):  # it takes the page elsewhere meanwhile
        page.goto(f"{ear.base}/plain")
    page.wait_for_timeout(500)
    assert len(ear.heard) > 3, "the tricks are none: the tests above would hold for any page"


def test_our_own_pages_cannot_read_a_copy_nor_be_read(site: Served, page: Page) -> None:
    page.goto(f"{site.main}/timegate/nothing")
    read = "address => fetch(address).then(answer => answer.text(), () => 'refused')"
    assert page.evaluate(read, address_of(site, "page.html")) == "refused"
