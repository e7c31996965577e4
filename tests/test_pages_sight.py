"""What payloads show: pages at a glance, PDFs, pictures, other files; hostile and damaged ones of each."""

from __future__ import annotations

import io
import time
import tomllib
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright
from reportlab.pdfgen.canvas import Canvas

from crawler.model import Sight, SightKind
from crawler.pages.charset import text_of
from crawler.pages.glance import MOST_ANCHORS, MOST_DOWNLOADS, MOST_TAGS, glance
from crawler.pages.image import MOST_PIXELS, difference_hash
from crawler.pages.pdf import iso_date
from crawler.pages.sight import READ_BYTES, Body, kind_of, read_sight
from crawler.pages.tags import plain
from crawler.pages.text import main_text
from tests.pictures import FLAGS, find_chromium
from tests.test_pages_html import HOSTILE, markup

CASES = tomllib.loads((Path(__file__).parent / "cases" / "pages_sight.toml").read_text("utf-8"))["case"]
PAGE = "https://garden.example/plots/page.html"
DAY = date(2026, 11, 22)


def body(content: bytes | str, media_type: str = "text/html", on: date = DAY) -> Body:
    octets = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return Body(octets, media_type, "utf-8" if media_type == "text/html" else "", PAGE, on)


def sight(content: bytes | str, media_type: str = "text/html", on: date = DAY) -> Sight:
    return read_sight(body(content, media_type, on)).sight


def full(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(full, value))
    return value.replace("g:/", "https://garden.example/") if isinstance(value, str) else value


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_page_shows(case: dict[str, Any]) -> None:
    found = sight(case["html"])
    if "text" in case:
        assert found.opening.replace("\n", " / ") == case["text"]
        assert found.chars == len(found.opening)
    for name in case.keys() - {"name", "html", "text", "unlike"}:
        assert getattr(found, name) == full(case[name]), f"{name}: rules would judge another page"


@pytest.mark.proof
def test_a_browser_shows_the_same() -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        opened = browser.new_page()
        for case in CASES:
            if "unlike" not in case:
                opened.goto("data:text/html;charset=utf-8," + quote(f"<meta charset=utf-8>{case['html']}"))
                shown = "".join(opened.evaluate("document.documentElement.innerText").split())
                assert "".join(glance(case["html"], PAGE).text.split()) == shown, case["name"]
        browser.close()


def page(text: str = "", **other: str) -> str:
    marks = {"nonce": "a", "views": "12", "day": "2026年11月22日", "ident": "s5f3a9b2c1", "bust": "1"} | other
    return (
        "<html class='{nonce}1f2e3d4c5'><head><title>Ferries</title><meta name=csrf content={nonce}></head><body>"
        "<h1>Ferries</h1><p>今天是{day}</p><main id={ident}><p id=north>The ferry leaves at nine. {text}</p></main>"
        "<p>Views: {views}</p><a href='/f.pdf?v={bust}'>Plan</a><input type=hidden value={nonce}>"
        "<script nonce={nonce}>t={nonce}</script></body></html>"
    ).format(text=text, **marks)


def test_what_is_other_at_every_look_leaves_the_key() -> None:
    one = sight(page())
    other = sight(
        page(nonce="zz9", views="1,309", day="2026年11月25日", ident="s0a1b2c3d4", bust="2026112502"),
        on=DAY + timedelta(days=3),
    )
    assert one.key == other.key


@pytest.mark.parametrize(
    "changed",
    [
        page("Apply by 1 December 2026."),
        page().replace("at nine", "at ten"),
        page().replace("<title>Ferries", "<title>Boats"),
        page().replace("id=north", "id=south"),
        page().replace("/f.pdf", "/g.pdf"),
        page().replace("Plan</a>", "Plans</a>"),
        page().replace("<head>", "<head><meta name=robots content=noindex>"),
        page().replace("<head>", "<head><link rel=canonical href=/404>"),
        page().replace("<html class='", "<html class='error404 "),
        page().replace("<body>", "<body><input type=password>"),
        page().replace("<head>", "<head><meta property=article:modified_time content=2026-03-04>"),
    ],
)
def test_what_an_editor_or_a_rule_looks_at_makes_another_key(changed: str) -> None:
    assert sight(page()).key != sight(changed).key, "the change would never be looked at"


def test_the_same_text_elsewhere_is_another_text() -> None:
    assert sight("<p>ab</p><p>c</p>").key != sight("<p>a</p><p>bc</p>").key
    assert sight("<title>a</title>b").key != sight("<title>b</title>a").key


def test_what_is_behind_all_that_is_read_makes_another_key() -> None:
    tags = "<b>" * MOST_TAGS
    assert sight(f"{tags}<p>one").key != sight(f"{tags}<p>two").key
    text = "x" * READ_BYTES
    assert sight(f"{text}one").key != sight(f"{text}two").key


def test_what_is_gathered_is_bounded() -> None:
    found = sight("".join(f"<p id=a{number}><a href={number}.pdf>" for number in range(MOST_ANCHORS + 5)))
    assert (len(found.anchors), found.anchors_cut, len(found.downloads)) == (MOST_ANCHORS, True, MOST_DOWNLOADS)
    assert found.anchors[0] == "a0"
    assert not sight("<p id=a>").anchors_cut


def test_the_opening_is_longer_than_what_is_kept_and_bounded() -> None:
    found = sight("<p>" + "长文" * 50_000)
    assert found.chars == 100_000
    assert 2_000 < len(found.opening) < 10_000


MORE_HOSTILE = {
    "less-than signs": "<" * 4_000_000,
    "ampersands in text": "&" * 2_000_000,
    "numbers of thousands of digits": "<p>&#" + "9" * 1_000_000 + ";",
    "hidden and never shown again": "<div hidden>" * 300_000,
    "headings that never end": "<h1>a" * 300_000,
    "links that never end": "<a href=a.pdf>b" * 300_000,
    "end tags of nothing": "</div>" * 500_000,
    "end tags that never end": "</a" * 1_000_000,
    "blanks": "<p> \n" * 500_000,
    "line ends and blanks": "\n " * 2_000_000,
    "a class of millions": "<body class='" + "a " * 1_000_000 + "'>",
    "structured data without an end": '<script type="application/ld+json">' + '"datePublished"' * 200_000,
    "dates": "<p>" + "2026-11-22 14:05 " * 200_000,
    "counters": "<p>" + "浏览 1 次 12 views " * 150_000,
    "a word for ever": "<p>" + "a" * 4_000_000,
}


@pytest.mark.parametrize("html", [*HOSTILE.values(), *MORE_HOSTILE.values()], ids=[*HOSTILE, *MORE_HOSTILE])
def test_no_page_takes_more_than_its_length(html: str) -> None:
    # A quadratic reader takes minutes over these: the bound is a wide one, and no measurement.
    began = time.process_time()
    sight(html[:600_000])
    assert time.process_time() - began < 5, "one page would hold up the night"


@given(markup)
def test_no_markup_is_too_broken(html: str) -> None:
    found = glance(html, PAGE)
    assert "\n\n" not in found.text
    assert found.text == found.text.strip()


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "text/html", "application/pdf", "image/png", "text/plain", "application/zip"]),
)
def test_no_bytes_are_too_broken(content: bytes, media_type: str) -> None:
    assert read_sight(body(content, media_type)).sight.key


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<&\0\r")))
def test_text_is_seen_as_it_is_written(text: str) -> None:
    seen = glance(f"<p>{text}</p>", PAGE).text
    assert seen.split() == text.split()


@pytest.mark.parametrize("uri", ["", "no uri", "https://[", "mailto:a@b.example"])
def test_a_page_of_no_address_is_read_all_the_same(uri: str) -> None:
    found = read_sight(replace(body("<a href=a.pdf>x</a>y"), uri=uri)).sight
    assert found.opening.startswith("xy")


def test_a_reference_of_thousands_of_digits_is_no_character() -> None:
    assert plain(f"&#{'1' * 5_000};a") == "\ufffda"


# ---------------------------------------------------------------- charsets


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        ("临湖图书馆的渡轮时刻表与花园地图", "gb18030", ""),
        ("<html lang='ru'>Паромы и сады", "cp1251", ""),
        ("<html lang=ar>حديقة ومكتبة", "cp1256", ""),
        ("<html lang=zh-TW>花園與圖書館", "big5hkscs", ""),
        ("Médiathèque de l'été", "cp1252", ""),
        ("<html lang=fr>Médiathèque", "cp1252", ""),
        ("花园", "utf-8", ""),
        ("花园", "gb18030", "gb18030"),
        ("花园", "utf-8", "no-such-charset"),
    ],
)
def test_undeclared_text_is_read_as_its_language_was_written(text: str, codec: str, declared: str) -> None:
    assert text_of(text.encode(codec), declared)[0] == text


def test_text_that_was_cut_inside_a_character_is_still_utf_8() -> None:
    assert text_of("花园".encode()[:-1], "") == ("花\ufffd", "utf-8")


# ---------------------------------------------------------------- PDFs


def pdf(*texts: str, title: str = "") -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.setTitle(title)
    for text in texts:
        for row, line in enumerate(text.split("\n")):
            canvas.drawString(70, 700 - 20 * row, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def read_pdf(content: bytes, on: date = DAY) -> Sight:
    return sight(content, "application/pdf", on)


def test_a_pdf_shows_its_pages() -> None:
    shown = read_sight(body(pdf("Harvest of 2025\n12 tonnes", "Ferries", title="Garden report"), "application/pdf"))
    found = shown.sight
    assert (found.kind, found.opens, found.page_count, found.title) == (SightKind.PDF, True, 2, "Garden report")
    assert shown.text == "Harvest of 2025\n12 tonnes\fFerries"
    assert len(set(found.part_digests)) == 2
    assert len(found.document_id) == 32
    assert found.published[:2] == "20"


def test_a_pdf_that_was_written_again_shows_the_same() -> None:
    one, other = pdf("Harvest"), pdf("Harvest").replace(b"ReportLab", b"Reportlab")
    assert one != other
    assert read_pdf(one).key == read_pdf(other).key
    assert read_pdf(one).key != read_pdf(pdf("Harvests")).key
    assert read_pdf(one).key != read_pdf(pdf("Harvest", "more")).key


def test_one_changed_page_changes_its_part_alone() -> None:
    one, other = read_pdf(pdf("A", "B", "C")), read_pdf(pdf("A", "Z", "C"))
    assert [a == b for a, b in zip(one.part_digests, other.part_digests, strict=True)] == [True, False, True]


def test_a_pdf_of_pictures_is_told_by_its_bytes() -> None:
    one, other = pdf(""), pdf("").replace(b"ReportLab", b"Reportlab")
    assert read_pdf(one).key != read_pdf(other).key, "scans have no text to compare"


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"%PDF-1.7\n" + b"\xff" * 5_000, pdf("a")[:200], b"no pdf", b"<html>Not found</html>"]
)
def test_a_damaged_pdf_does_not_open(content: bytes) -> None:
    assert not read_pdf(content).opens


@given(st.data())
def test_no_damage_brings_the_reader_of_pdfs_down(data: st.DataObject) -> None:
    content = bytearray(A_PDF)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_pdf(bytes(content[: data.draw(st.integers(0, len(content)))]))


A_PDF = pdf("one", "two")


@pytest.mark.parametrize(
    ("stated", "iso"),
    [
        ("D:20260105103000+08'00'", "2026-01-05T10:30:00+08:00"),
        ("D:20260105103000Z", "2026-01-05T10:30:00Z"),
        ("D:202601051030", "2026-01-05T10:30:00"),
        ("D:2026", "2026-01-01"),
        ("20260105", "2026-01-05"),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_dates_of_pdfs(stated: str, iso: str) -> None:
    assert iso_date(stated) == iso


# ---------------------------------------------------------------- pictures


def picture(format_: str = "PNG", side: int = 20, size: tuple[int, int] = (200, 150), **options: Any) -> bytes:
    image = Image.new("RGB", size, "white")
    drawn = ImageDraw.Draw(image)
    drawn.rectangle((10, 10, 10 + side, 100), fill="navy")
    drawn.ellipse((100, 40, 180, 120), fill="green")
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("format_", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")],
)
def test_a_picture_shows(format_: str, media_type: str) -> None:
    found = sight(picture(format_), media_type)
    assert (found.kind, found.opens, found.width, found.height) == (SightKind.IMAGE, True, 200, 150)
    assert apart(found, sight(picture(), "image/png")) <= 2, "the same picture in another format would count as another"


def apart(one: Sight, other: Sight) -> int:
    return (int(one.perceptual_hash, 16) ^ int(other.perceptual_hash, 16)).bit_count()


def test_a_picture_that_was_packed_again_shows_the_same() -> None:
    one, other = picture(compress_level=1), picture(compress_level=9)
    assert one != other
    assert sight(one, "image/png").key == sight(other, "image/png").key


def test_pictures_that_look_alike_hash_alike_and_others_do_not() -> None:
    one = sight(picture(), "image/png")
    smaller = sight(picture("JPEG", quality=60), "image/jpeg")
    other = io.BytesIO()
    Image.radial_gradient("L").save(other, "PNG")
    assert one.key != smaller.key
    assert apart(one, smaller) <= 4 < 10 <= apart(one, sight(other.getvalue(), "image/png"))


def test_a_hash_of_one_colour_is_nought() -> None:
    assert difference_hash(Image.new("RGB", (50, 50), "teal")) == "0" * 16


def test_what_is_transparent_stands_on_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(file, "PNG")
    white = io.BytesIO()
    Image.new("RGB", (30, 30), "white").save(white, "PNG")
    assert sight(file.getvalue(), "image/png").key == sight(white.getvalue(), "image/png").key


def chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def test_a_picture_of_too_many_pixels_is_measured_only() -> None:
    side = 10 * int(MOST_PIXELS**0.5)
    header = side.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
    found = sight(bomb, "image/png")
    assert (found.opens, found.width, found.perceptual_hash) == (True, side, "")


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"no picture", b"\xff\xd8\xff", b"<!doctype html>"]
)
def test_a_damaged_picture_does_not_open(content: bytes) -> None:
    assert not sight(content, "image/png").opens


def test_half_a_picture_is_shown_as_browsers_do() -> None:
    whole = picture("JPEG", size=(400, 400))
    found = sight(whole[: len(whole) * 2 // 3], "image/jpeg")
    assert (found.opens, found.width) == (True, 400)


@settings(deadline=None)
@given(st.data(), st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]))
def test_no_damage_brings_the_reader_of_pictures_down(data: st.DataObject, format_: str) -> None:
    content = bytearray(PICTURES[format_])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    sight(bytes(content), "image/png")


PICTURES = {format_: picture(format_, size=(60, 50)) for format_ in ("PNG", "JPEG", "GIF", "WEBP")}


# ---------------------------------------------------------------- other types


def package(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name, content in parts.items():
            zipped.writestr(name.replace("__", "/"), content)
    return file.getvalue()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("media_type", "content", "kind", "opens"),
    [
        ("application/zip", package(a="x"), "other", True),
        ("application/zip", package(a="x")[:-30], "other", False),
        ("application/zip", b"PK\x03\x04 and nothing", "other", False),
        ("application/zip", b"no zip", "other", False),
        (DOCX, package(word__document="x"), "other", True),
        (DOCX, OLE, "other", True),
        (DOCX, b"<!DOCTYPE html><p>Not found", "other", False),
        ("application/msword", OLE, "other", True),
        ("application/msword", b"{\\rtf1}", "other", True),
        ("application/msword", b"<html>a report", "other", True),
        ("video/mp4", b"\n <html>Not found", "other", False),
        ("application/gzip", b"\x1f\x8b\x08", "other", True),
        ("application/gzip", b"BZh", "other", False),
        ("application/x-anything", b"\0\1\2", "other", True),
        ("application/x-anything", b"<html>", "other", True),
        ("video/mp4", b"\0\0\0\x20ftypisom", "other", True),
        ("", b"%PDF-1.7", "pdf", False),
        ("application/octet-stream", A_PDF, "pdf", True),
        ("application/octet-stream", picture(), "image", True),
        ("application/octet-stream", package(a="x"), "other", True),
        ("", b"<!doctype html><p>x", "html", True),
        ("", b"\0\1", "other", True),
        ("text/html", A_PDF, "html", False),
        ("text/html", b"just words", "html", True),
        ("image/svg+xml", b"<svg/>", "text", True),
        ("image/png", A_PDF, "image", False),
        ("text/plain", "花园".encode("gb18030"), "text", True),
        ("application/atom+xml", b"<feed/>", "text", True),
        ("application/json", b"{", "text", True),
    ],
    ids=lambda value: value.hex()[:12] if isinstance(value, bytes) else None,  # a package's bytes tell the time
)
def test_a_claimed_type_is_read_as(media_type: str, content: bytes, kind: str, opens: bool) -> None:
    found = sight(content, media_type)
    assert (found.kind.value, found.opens) == (kind, opens)


def test_a_package_that_was_saved_again_shows_the_same() -> None:
    one = package(word__document="x", docProps__core="monday")
    other = package(word__document="x", docProps__core="tuesday")
    assert sight(one, DOCX).key == sight(other, DOCX).key
    assert sight(one, DOCX).key != sight(package(word__document="y"), DOCX).key


def test_text_is_its_own_text() -> None:
    shown = read_sight(body("渡轮\n浏览 12 次\n".encode(), "text/plain"))
    assert shown.text == "渡轮\n浏览 12 次\n"
    assert shown.sight.key == sight("渡轮\n浏览 99 次\n".encode(), "text/plain").key


def test_what_cannot_be_decoded_or_was_cut_is_told_apart() -> None:
    assert not read_sight(replace(body("x"), decodes=False)).sight.opens
    assert read_sight(replace(body(A_PDF[:300], "application/pdf"), whole=False)).sight.opens
    assert read_sight(replace(body(package(a="x")[:20], "application/zip"), whole=False)).sight.opens


def test_kinds_share_no_keys() -> None:
    assert (
        len(
            {
                sight(b"", media_type).key
                for media_type in ("text/html", "application/pdf", "image/png", "text/css", "x/y")
            }
        )
        == 5
    )


# ---------------------------------------------------------------- main text


def test_main_text_keeps_tables_and_leaves_menus() -> None:
    prose = "The ferry to Linhu leaves the north pier every morning and comes back at night. " * 5
    html = (
        f"<html><body><nav><a href=/>Menu of the site</a></nav><article><h1>Ferries</h1><p>{prose}</p>"
        "<table><tr><td>Pier</td><td>North</td></tr></table></article><footer>Imprint</footer></body></html>"
    )
    text = main_text(html, PAGE)
    assert "leaves the north pier" in text
    assert "North" in text
    assert "Menu of the site" not in text


@pytest.mark.parametrize(
    "html",
    [
        "",
        "\0",
        "<",
        "<?xml version='1.0' encoding='gb2312'?><html><p>x</html>",
        "<div>" * 3_000,
        "<p>" + "\ud7ff\ufffe" * 100,
    ],
)
def test_main_text_of_what_is_hardly_a_page(html: str) -> None:
    assert isinstance(main_text(html, PAGE), str)


def test_kinds_are_told_without_reading() -> None:
    reads: Callable[[Body], SightKind] = kind_of
    assert reads(body(b"", "application/pdf")) is SightKind.PDF
