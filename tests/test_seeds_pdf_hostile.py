"""Hostile and damaged PDFs: each ends in a reading with warnings, or in one sentence; none raises or hangs."""

from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.seeds.pdf.pages import MAX_PAGES
from crawler.seeds.pdf.read import read_pdf
from crawler.seeds.reading import Reading, Why
from tests.makers.pdf_objects import CATALOG, link, one_page, pdf, written
from tests.test_seeds_pdf import DOCUMENTS, readable


def test_a_page_that_unpacks_without_end_is_named_and_its_links_read() -> None:
    bomb = zlib.compress(b"q " * (20 << 20), 9)
    content = one_page(bomb, [link("https://example.org/", 50, 697, 70, 710)], b"/Filter/FlateDecode")
    reading = readable(content)
    assert [(mention.url, mention.anchor) for mention in reading.mentions] == [("https://example.org/", None)]
    assert [why.en.split(",")[0] for why in reading.warnings] == ["page 1 is too large when unpacked"]


def test_a_page_tree_that_bites_its_tail_ends() -> None:
    content = pdf(
        CATALOG, b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>", b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>"
    )
    assert isinstance(read_pdf(content), (Why, Reading))


def test_a_page_tree_as_deep_as_a_well_ends() -> None:
    depth = 3000
    kids = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(depth)]
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 600 800]>>" % (depth + 1)
    assert isinstance(read_pdf(pdf(CATALOG, *kids, page)), (Why, Reading))


def test_more_pages_than_are_read_are_said() -> None:
    pages = b" ".join([b"3 0 R"] * (MAX_PAGES + 10))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"
    content = pdf(CATALOG, b"<</Type/Pages/Kids[%s]/Count %d>>" % (pages, MAX_PAGES + 10), page)
    assert any(str(MAX_PAGES) in why.en for why in readable(content).warnings), "pages would be left out silently"


def test_a_false_count_of_pages_is_believed_by_nobody() -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"
    content = pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>", page)
    assert isinstance(read_pdf(content), (Why, Reading))


def test_a_hundred_thousand_annotations_are_cut_and_said() -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Annots[%s]>>" % (b"4 0 R 5 0 R " * 50_000)
    links = link("https://example.org/1", 50, 697, 70, 710), link("https://example.org/2", 50, 697, 70, 710)
    reading = readable(pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, *links))
    assert [mention.url for mention in reading.mentions] == ["https://example.org/1", "https://example.org/2"]
    assert [why.en[:30] for why in reading.warnings] == ["some annotations of page 1 are"]


def test_letters_of_impossible_size_do_not_stop_the_others() -> None:
    content = written((50, 700, "see https://example.org/a")) + b" BT /F 1e30 Tf 1 0 0 1 5 5 Tm (huge) Tj ET"
    assert [mention.url for mention in readable(one_page(content)).mentions] == ["https://example.org/a"]


def test_a_link_of_impossible_size_costs_only_itself() -> None:
    odd = [
        b"<</Type/Annot/Subtype/Link/Rect[0 0 1e99 5]/A<</S/URI/URI(https://example.org/odd)>>>>",
        b"null",
        b"17",
        b"9 0 R",
    ]
    content = one_page(written((50, 700, "word")), [*odd, link("https://example.org/", 50, 697, 70, 710)])
    assert [mention.url for mention in readable(content).mentions] == ["https://example.org/"]


WHOLE = one_page(written((50, 700, "word")), [link("https://example.org/", 50, 697, 70, 710)])


@pytest.mark.parametrize(
    ("content", "anchor", "warning"),
    [
        (WHOLE, "word", ""),
        (WHOLE.replace(b"trailer<<", b"trailer<</Prev (x)"), "word", "its links were read as far as they can be found"),
        (WHOLE.replace(b"/Root 1 0 R", b"/Root 1 0 R /ID[("), None, "its links were read, its text could not be"),
    ],
    ids=["whole", "refused by pypdf", "refused by pdfium"],
)
def test_what_one_program_refuses_the_other_reads(content: bytes, anchor: str | None, warning: str) -> None:
    reading = readable(content)
    assert [(mention.url, mention.anchor) for mention in reading.mentions] == [("https://example.org/", anchor)]
    assert all(warning in why.en for why in reading.warnings)
    assert bool(reading.warnings) == bool(warning)


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"<html><body>404</body></html>", b"PK\x03\x04" * 30, b"\0" * 5000],
)
def test_what_is_no_pdf_is_said_in_both_languages(content: bytes) -> None:
    why = read_pdf(content)
    assert isinstance(why, Why)
    assert why.en.startswith("is no PDF")
    assert why.zh.startswith("不是 PDF")


def test_a_file_without_pages_is_said() -> None:
    assert isinstance(read_pdf(pdf(CATALOG, b"<</Type/Pages/Kids[]/Count 0>>")), Why)


SAMPLES = [(DOCUMENTS / name).read_bytes() for name in ("columns.pdf", "annotated.pdf", "owned.pdf")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SAMPLES),
    st.floats(0, 1),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), max_size=6),
)
def test_damage_never_raises(content: bytes, kept: float, wounds: list[tuple[float, bytes]]) -> None:
    damaged = io.BytesIO(content)
    for place, wound in wounds:
        damaged.seek(int(place * len(content)))
        damaged.write(wound)
    reading = read_pdf(damaged.getvalue()[: max(1, int((1 - kept**4) * len(content)))])
    assert isinstance(reading, (Reading, Why))
