"""What a night's answers show: read once, the text of what shows the same once, and whatever a body does."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from crawler.archive.recording import Recording
from crawler.config import Config
from crawler.model import Capture, Content, Coverage, Hop, Observation, Page, Sight, SightKind, Truncated
from crawler.night import sights
from crawler.night.apart import Pool, Work
from crawler.night.shown import shown_of
from crawler.night.sights import BARE, FEW, read_sights
from crawler.pages.sight import Body, Shown
from tests.test_archive_exchanges import AT, NIGHT, Archive, an_archive, exchanged, key_of, later, recorded

__all__ = ["an_archive"]

SITE = "https://www.example.org"
PROSE = "The ferry to Linhu leaves the north pier every morning, and comes back with the readers of the library. " * 8


def html(text: str, head: str = "", status: str = "200 OK") -> bytes:
    return answer(f"<html lang=en><head>{head}</head><body>{text}</body></html>".encode(), status=status)


def article(paragraph: str = "", nonce: str = "a1", views: int = 12) -> bytes:
    return html(
        f"<h1>Ferries</h1><article><p>{PROSE}</p><p>{paragraph}</p></article><div>Views: {views}</div>"
        f"<form><input type=hidden name=csrf value={nonce}></form>",
        f"<title>Ferries of Linhu</title><script nonce={nonce}>go()</script>",
    )


def answer(body: bytes, media_type: str = "text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def pdf(*texts: str) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file)
    for text in texts:
        canvas.drawString(70, 700, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def png(colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return file.getvalue()


SIGHT = Sight("html:0", SightKind.HTML)
_DOES: dict[int, tuple[object, tuple[int]]] = {}


class Doing(Sight):
    """What does something to the process that unpickles it."""

    def __init__(self, what: Callable[[int], object], number: int) -> None:
        super().__init__("", SightKind.HTML)
        _DOES[id(self)] = (what, (number,))

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return _DOES[id(self)]


class Nights:
    """Answers archived and observed, night after night."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.ledger = archive.ledger
        self._numbers = count()
        self.begin(NIGHT.id, AT)

    def begin(self, night_id: str, at: datetime) -> None:
        self.night, self.at = night_id, at
        self.ledger.begin_night(replace(NIGHT, id=night_id, started_at=at), "{}")

    def see(self, wire: bytes, path: str = "", truncated: Truncated | None = None) -> Observation:
        uri = f"{SITE}/{path or next(self._numbers)}"
        recording = Recording(exchanged(wire, uri=uri, at=self.at, truncated=truncated), key_of(uri))
        [capture] = self.archive.keep(recording, now=self.at + timedelta(milliseconds=next(self._numbers)))
        seen = observed(self.night, uri, self.at, capture, truncated)
        self.ledger.add_observations([seen])
        return seen

    def read(self) -> None:
        read_sights(self.ledger, self.archive.folder, self.night, Config())

    def page(self, seen: Observation) -> Page:
        page = self.ledger.page_of(seen)
        assert page is not None, f"what {seen.uri} shows was not read"
        return page


def observed(night: str, uri: str, at: datetime, capture: Capture, truncated: Truncated | None) -> Observation:
    hop = Hop(uri, capture.status, None, record_id=capture.record_id)
    coverage = Coverage.CUT_BY_US if truncated else Coverage.COMPLETE
    content = Content(capture.mime, capture.payload_length, capture.digest, coverage)
    return Observation(night, uri, at, (hop,), content if capture.status < 300 else None)


@pytest.fixture(name="nights")
def some_nights(archive: Archive) -> Nights:
    return Nights(archive)


@pytest.fixture(name="extracted")
def the_texts_extracted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The uris of pages whose main text was read here."""
    found: list[str] = []

    def counting(body: Body, sight: Sight | None) -> Shown:
        found.append(body.uri)
        return shown_of(body, sight)

    monkeypatch.setattr(sights, "shown_of", counting)
    return found


def test_a_page_is_kept_with_its_text(nights: Nights) -> None:
    seen = nights.see(article())
    nights.read()
    page = nights.page(seen)
    assert (page.sight.title, page.sight.headings, page.sight.language) == ("Ferries of Linhu", ("Ferries",), "en")
    assert "leaves the north pier" in page.text
    assert page.status == 200
    assert nights.ledger.sight_key_of(seen) == page.sight.key


def test_what_shows_the_same_is_extracted_once(nights: Nights, extracted: list[str]) -> None:
    first = nights.see(article(nonce="a1", views=12))
    nights.read()
    nights.begin("20260103T020000Z", AT + timedelta(days=1))
    second = nights.see(article(nonce="b2", views=1_309))
    nights.read()
    assert extracted == [first.uri], "every night would pay for the text of every page with a nonce"
    assert nights.ledger.sight_key_of(first) == nights.ledger.sight_key_of(second)
    assert nights.page(second).text == nights.page(first).text


def test_one_changed_deadline_is_another_sight(nights: Nights) -> None:
    first = nights.see(article("Applications close on 12 March 2026."))
    nights.begin("20260103T020000Z", AT + timedelta(days=1))
    second = nights.see(article("Applications close on 21 March 2026."))
    nights.read()
    nights.ledger.night(NIGHT.id)
    read_sights(nights.ledger, nights.archive.folder, NIGHT.id, Config())
    assert nights.ledger.sight_key_of(first) != nights.ledger.sight_key_of(second)
    assert "21 March" in nights.page(second).text


def test_called_again_it_reads_only_what_is_new(nights: Nights, extracted: list[str]) -> None:
    nights.see(article("One."))
    nights.read()
    nights.see(article("Two."))
    nights.read()
    nights.read()
    assert len(extracted) == 2


def test_what_an_older_reader_read_is_read_again(
    nights: Nights, extracted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = nights.see(article())
    with monkeypatch.context() as patched:
        patched.setattr(sights, "reader_version", lambda: "0")
        nights.read()
    nights.read()
    assert extracted == [seen.uri] * 2


def test_it_reads_while_the_night_still_writes(nights: Nights, archive: Archive) -> None:
    writer = archive.writer()
    uri = f"{SITE}/open"
    [capture] = writer.write([recorded(article(), uri=uri, at=later(5))])
    assert capture is not None
    seen = observed(nights.night, uri, AT, capture, None)
    nights.ledger.add_observations([seen])
    nights.read()
    assert "north pier" in nights.page(seen).text
    writer.close()


def test_errors_are_looked_at_too(nights: Nights) -> None:
    small = nights.see(html("<h1>页面不存在</h1><p>您访问的页面已删除。</p>", status="404 Not Found"))
    large = nights.see(html("<p>" + "not here " * 30_000, status="503 Service Unavailable"))
    nights.read()
    assert (nights.page(small).status, nights.page(small).sight.headings) == (404, ("页面不存在",))
    assert nights.page(large).text == ""
    assert nights.page(large).sight.opening.startswith("not here")
    again = nights.see(html("<p>" + "not here " * 30_000))
    nights.read()
    key = nights.ledger.sight_key_of(again)
    assert key is not None
    assert not key.startswith(BARE), "a page would be compared without its text"


def test_what_was_cut_shows_nothing(nights: Nights) -> None:
    cut = nights.see(article(), truncated=Truncated.LENGTH)
    error = nights.see(html("half", status="404 Not Found"), truncated=Truncated.DISCONNECT)
    nights.read()
    assert nights.ledger.page_of(cut) is None
    assert nights.ledger.page_of(error) is None


def test_pdfs_and_pictures_are_read_apart(nights: Nights) -> None:
    report = nights.see(answer(pdf("Harvest of 2025", "Ferries"), "application/pdf"))
    picture = nights.see(answer(png(), "image/png"))
    broken = nights.see(answer(b"%PDF-1.7 and then nothing", "application/pdf"))
    nights.read()
    sight = nights.page(report).sight
    assert (sight.kind, sight.page_count, len(sight.part_digests)) == (SightKind.PDF, 2, 2)
    assert nights.page(report).text == "Harvest of 2025\fFerries"
    assert (nights.page(picture).sight.width, nights.page(picture).sight.height) == (40, 30)
    assert not nights.page(broken).sight.opens


def test_what_takes_too_long_has_a_sight_and_no_text(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sights, "Pool", lambda: Pool(wall_s=0.0))  # before a process has begun
    page = nights.see(html(f"<article><p>{PROSE}</p></article>" + "<p>x</p>" * 40_000))
    nights.read()
    assert nights.page(page).text == ""
    assert nights.page(page).sight.chars > len(PROSE)
    nights.begin("20260103T020000Z", AT + timedelta(days=1))
    report = nights.see(answer(pdf("slow"), "application/pdf"))
    nights.read()
    assert (nights.page(report).sight.kind, nights.page(report).sight.opens) == (SightKind.PDF, True)


def test_a_broken_content_coding_opens_as_nothing(nights: Nights) -> None:
    body = b"\x1f\x8b\x08 and then no deflate"
    wire = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    seen = nights.see(wire.encode() + body)
    nights.read()
    assert not nights.page(seen).sight.opens


def test_a_lost_file_costs_its_own_pages_only(nights: Nights, archive: Archive) -> None:
    lost = nights.see(article("lost"))
    for path in archive.files():
        path.unlink()
    kept = nights.see(article("kept"))
    nights.read()
    assert nights.ledger.page_of(lost) is None
    assert "north pier" in nights.page(kept).text


def test_nobody_is_named_in_what_is_kept(nights: Nights) -> None:
    link = "https://track.example/click/signature/0123456789abcdef/userid/77aa"
    mail = "jane.reader@example.org"
    text = f"<h1>For {mail}</h1><p>{PROSE}</p><p>See {link}</p><a href='/f.pdf?email={mail}'>{mail}</a>"
    text += f"<h2 id='to={mail}'>x</h2><a href='{link}.pdf'>y</a>"
    seen = nights.see(html(f"<article>{text}</article>", f"<title>{'x' * 495} {mail}</title>"))
    nights.read()
    kept = repr(nights.page(seen))
    assert "jane.reader" not in kept
    assert "0123456789abcdef" not in kept


# ---------------------------------------------------------------- processes


def works(number: int) -> Iterator[Work]:
    for place in range(number):
        body = Body(f"<article><p>{PROSE} {place}</p></article>".encode(), "text/html", "utf-8", SITE, AT.date())
        yield Work(("", ""), body)


def test_many_pages_are_read_by_several_processes(nights: Nights, extracted: list[str]) -> None:
    seen = [nights.see(article(f"Number {number} of many, each with words of its own.")) for number in range(FEW + 4)]
    nights.read()
    assert extracted == []
    assert all("north pier" in nights.page(one).text for one in seen)


def test_a_process_that_dies_costs_one_body() -> None:
    poison = Work(("", ""), Body(b"\0", "application/pdf", "", SITE, AT.date()), Doing(os._exit, 3))
    with Pool(processes=1) as pool:
        found = [shown is not None for _, shown in pool.each(iter([*works(2), poison, *works(2)]))]
    assert found == [True, True, False, True, True]


def test_a_page_made_to_be_slow_costs_its_limit() -> None:
    deep = Work(("", ""), Body(b"<table><tr><td>" * 20_000, "text/html", "utf-8", SITE, AT.date()), SIGHT)
    with Pool(processes=1, cpu_s=0.05) as pool:
        assert [shown for _, shown in pool.each(iter([deep]))] == [None]


def test_a_process_that_hangs_is_ended() -> None:
    with Pool(processes=1, wall_s=0.3) as pool:
        [(_, shown)] = pool.each(iter([Work(("", ""), Body(b"", "", "", SITE, AT.date()), Doing(time.sleep, 3600))]))
        assert shown is None
        assert pool._processes == []


def test_a_pool_of_nothing_starts_nothing() -> None:
    with Pool() as pool:
        assert list(pool.each(iter(()))) == []
        assert pool._processes == []
