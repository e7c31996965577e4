"""PDFs → mentions: documents of real programs against the table, then odd pages, then hostile bytes."""

from __future__ import annotations

import io
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from crawler.seeds.mention import Mention
from crawler.seeds.pdf import PAGE_END, read_pdf, read_pdf_text
from crawler.seeds.pdf_pages import MAX_PAGES
from crawler.seeds.pdf_whys import no_text
from crawler.seeds.reading import Reading, Why

HERE = Path(__file__).parent
DOCUMENTS = HERE / "cases" / "documents" / "pdf"
TABLE: list[dict[str, Any]] = tomllib.loads((HERE / "cases" / "seeds_pdf.toml").read_text("utf-8"))["document"]


def read(name: str) -> Reading:
    """A document of the tests as read."""
    return readable((DOCUMENTS / name).read_bytes())


def readable(content: bytes) -> Reading:
    """The reading of bytes that must be readable."""
    reading = read_pdf(content)
    assert isinstance(reading, Reading), f"an editor would be told: {reading.en}"
    return reading


def told(mention: Mention, row: dict[str, Any]) -> dict[str, Any]:
    """What a mention says, in the keys of the table; of what a row need not state only what it does."""
    items = [candidate.item for candidate in mention.candidates]
    facts = {
        "page": mention.page,
        "uri": "".join(mention.url.split()),
        "anchor": mention.anchor,
        "fragments": mention.fragments,
        "section": mention.section,
        "item": items[0] if len(items) == 1 else None,
        "candidates": sorted(items) if len(items) != 1 else [],
        "flags": sorted(flag.value for flag in mention.flags if flag.value != "wrapped"),
    }
    further = {"context": mention.context, "rectangles": len(mention.rectangles)}
    return facts | {key: further[key] for key in further if key in row}


def stated(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table with what it leaves out."""
    facts = {"anchor": None, "fragments": 1, "section": None, "item": None, "flags": [], **row}
    return facts | {"candidates": sorted(row.get("candidates", []))}


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_every_citation_is_told_as_its_author_meant_it(document: dict[str, Any]) -> None:
    mentions = read(document["name"]).mentions
    rows = document["expected"]
    assert [mention.url for mention in mentions] != [], "no link of the document would be checked"
    shown = [told(mention, row) for mention, row in zip(mentions, rows, strict=False)]
    assert shown == [stated(row) for row in rows]
    assert len(mentions) == len(rows), "a link is lost or invented"


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_what_could_not_be_read_is_said(document: dict[str, Any]) -> None:
    reading = read(document["name"])
    assert [why.en for why in reading.warnings] == document.get("warnings", [])
    assert all(why.zh for why in reading.warnings)
    assert reading.dated == document.get("dated", reading.dated)


def annotated(name: str) -> Counter[int]:
    """How many links to the web pypdf finds on each page, whatever else it finds."""
    found: Counter[int] = Counter()
    for number, page in enumerate(PdfReader(DOCUMENTS / name).pages, 1):
        for place in page.get("/Annots", []):
            annotation = place.get_object()
            action = annotation["/A"].get_object() if "/A" in annotation else {}
            is_web = action.get("/S") == "/URI" and not str(action["/URI"]).startswith("file:")
            found[number] += is_web and annotation["/Subtype"] == "/Link" and len(annotation["/Rect"]) == 4
    return +found


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_every_annotation_is_a_fragment_of_one_citation(document: dict[str, Any]) -> None:
    links = [mention for mention in read(document["name"]).mentions if mention.anchor is not None]
    total = annotated(document["name"]).total()
    assert sum(mention.fragments for mention in links) == total > 0, "a link is lost, or counted twice"
    for mention in links:
        assert ("wrapped" in {flag.value for flag in mention.flags}) == (mention.fragments > 1)
        assert {rectangle.page for rectangle in mention.rectangles} <= {mention.page, (mention.page or 0) + 1}
        assert len(mention.rectangles) >= mention.fragments


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_offsets_point_at_what_is_printed(document: dict[str, Any]) -> None:
    text = read_pdf_text((DOCUMENTS / document["name"]).read_bytes())
    mentions = read(document["name"]).mentions
    assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)
    for mention in mentions:
        printed = text[mention.start : mention.end]
        assert text[: mention.start].count(PAGE_END) == (mention.page or 0) - 1, "an editor would look on another page"
        if mention.anchor is None:
            assert printed == mention.url
        elif mention.anchor != "[image]":
            assert printed
            assert tight(mention.anchor).startswith(tight(printed))


def tight(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_an_undecided_item_has_candidates_or_none(document: dict[str, Any]) -> None:
    for mention in read(document["name"]).mentions:
        assert len({candidate.item for candidate in mention.candidates}) == len(mention.candidates)
        assert all(candidate.why for candidate in mention.candidates)


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_rectangles_lie_on_the_page(document: dict[str, Any]) -> None:
    pages = PdfReader(DOCUMENTS / document["name"]).pages
    for mention in read(document["name"]).mentions:
        assert mention.rectangles, "an editor could not be shown the place"
        for one in mention.rectangles:
            box = pages[one.page - 1].mediabox
            assert box.left <= one.left < one.right <= box.right
            assert box.bottom <= one.bottom < one.top <= box.top


def test_running_heads_and_page_numbers_are_no_context() -> None:
    for name in ("bulletin.pdf", "newsletter.pdf", "columns.pdf"):
        for mention in read(name).mentions:
            assert not any(head in mention.context for head in ("最新进展", "书馆通讯", "水岸通讯", "- 1 -", "1 / 3"))


def test_no_recipient_is_shown_in_a_context() -> None:
    shown = "".join(mention.context for name in ("bulletin.pdf", "newsletter.pdf") for mention in read(name).mentions)
    assert "***@garden.example.org" in shown
    assert "winter@garden.example.org" not in shown


def test_the_opening_is_the_beginning_of_the_text() -> None:
    reading = read("columns.pdf")
    assert reading.opening == read_pdf_text((DOCUMENTS / "columns.pdf").read_bytes())[: len(reading.opening)]
    assert "园圃的春天" in reading.opening


def test_a_password_is_asked_for_in_both_languages() -> None:
    why = read_pdf((DOCUMENTS / "encrypted.pdf").read_bytes())
    assert why == Why("is encrypted; save it without a password", "文件已加密；请另存为无密码的文件")


# ---------------------------------------------------------------- pages written object by object


def pdf(*objects: bytes) -> bytes:
    """A PDF of numbered objects, the first its catalog."""
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def one_page(content: bytes, annotations: Iterable[bytes] = (), entries: bytes = b"") -> bytes:
    """A PDF of one page."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Annots[%s]>>"
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf(CATALOG, pages, page % b" ".join(annotations), stream(content, entries), FONT)


def written(*lines: tuple[float, float, str], size: float = 10) -> bytes:
    """Page content that prints lines, each at a place."""
    return b"\n".join(f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET".encode("latin-1") for x, y, text in lines)


def link(uri: str, left: float, bottom: float, right: float, top: float) -> bytes:
    """A link annotation."""
    rectangle = f"{left} {bottom} {right} {top}"
    return f"<</Type/Annot/Subtype/Link/Rect[{rectangle}]/A<</S/URI/URI({uri})>>>>".encode()


def test_the_same_target_at_two_places_is_two_citations() -> None:
    content = written((50, 700, "one word"), (50, 500, "other word"))
    links = [link("https://example.org/", 50, 697, 70, 710), link("https://example.org/", 50, 497, 75, 510)]
    mentions = readable(one_page(content, links)).mentions
    assert [(mention.anchor, mention.fragments) for mention in mentions] == [("one", 1), ("other", 1)]


def test_words_between_two_links_part_them() -> None:
    content = written((50, 700, "here and there it goes"))
    links = [link("https://example.org/", 50, 697, 70, 710), link("https://example.org/", 93, 697, 116, 710)]
    assert [mention.anchor for mention in readable(one_page(content, links)).mentions] == ["here", "there"]


def test_neighbours_are_not_under_a_link() -> None:
    content = written((50, 714, "above the line"), (50, 700, "a link here"), (50, 686, "below the line"))
    mentions = readable(one_page(content, [link("https://example.org/", 58, 698, 73, 708)])).mentions
    assert [mention.anchor for mention in mentions] == ["link"]


def test_a_line_end_hyphen_is_mended_but_not_in_an_address() -> None:
    content = written(
        (50, 700, "the unbro-"), (50, 688, "ken word"), (50, 600, "https://example.org/a-"), (50, 588, "b/c.html")
    )
    links = [link("https://example.org/w", 68, 697, 100, 709), link("https://example.org/w", 50, 685, 66, 697)]
    linked, printed = readable(one_page(content, links)).mentions
    assert (linked.anchor, linked.fragments) == ("unbroken", 2)
    assert "".join(printed.url.split()) == "https://example.org/a-b/c.html"


def test_an_address_broken_over_lines_under_links_is_the_address() -> None:
    content = written((50, 700, "https://example.org/very-long"), (50, 688, "path/index"))
    links = [
        link("https://example.org/very-longpath/index", 50, 697, 300, 709),
        link("https://example.org/very-longpath/index", 50, 685, 120, 697),
    ]
    (mention,) = readable(one_page(content, links)).mentions
    assert (mention.anchor, mention.fragments) == ("https://example.org/very-longpath/index", 2)
    assert [flag.value for flag in mention.flags] == ["wrapped"], "an editor would be warned of nothing"


def test_kangxi_radicals_read_as_plain_han() -> None:
    to_unicode = b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfchar <41> <2F54> <42> <6D41>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Annots[%s]>>"
    content = pdf(
        CATALOG,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page % link("https://example.org/", 40, 690, 200, 712),
        stream(written((50, 700, "AB"))),
        font,
        stream(to_unicode + b" endbfchar endcmap"),
    )
    assert [mention.anchor for mention in readable(content).mentions] == ["水流"]


def prose(x: float, words: str, lines: int) -> list[tuple[float, float, str]]:
    """Lines of a column, from the top."""
    return [(x, 700 - 12 * number, f"{words} {number} and so on to the end") for number in range(lines)]


def test_columns_written_line_by_line_are_read_one_after_the_other() -> None:
    left, right = prose(50, "left", 10), prose(320, "right", 10)
    content = written(*(line for pair in zip(left, right, strict=True) for line in pair))
    text = read_pdf_text(one_page(content))
    assert text.index("left 9") < text.index("right 0"), "a sentence would be mixed with its neighbour's"


def test_a_table_is_read_row_by_row() -> None:
    rows = [((50.0, 700.0 - 30 * row, f"name {row}"), (320.0, 700.0 - 30 * row, f"text {row}")) for row in range(6)]
    text = read_pdf_text(one_page(written(*(cell for row in rows for cell in row))))
    assert text.split() == [word for row in range(6) for word in ("name", str(row), "text", str(row))]


def test_a_cell_of_several_lines_is_read_as_one() -> None:
    rows = [(50, 694, "name"), (320, 700, "https://example.org/long-"), (320, 688, "path/a.html"), (50, 660, "more")]
    (mention,) = readable(one_page(written(*rows))).mentions
    assert "".join(mention.url.split()) == "https://example.org/long-path/a.html"


def paged(*pages: bytes) -> bytes:
    """A PDF of several pages."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects = []
    for number, content in enumerate(pages):
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>"
        objects += [page % (5 + 2 * number), stream(content)]
    return pdf(CATALOG, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)), FONT, *objects)


def test_heads_that_follow_each_other_are_sections_and_page_numbers_are_not() -> None:
    heads = ["Gardens", "Gardens", "Ferries", "Ferries", "Letters"]
    pages = [
        written(
            (50, 770, "The Bulletin"),
            (480, 770, head),
            (50, 600, f"see https://example.org/{number}"),
            (290, 20, str(number)),
        )
        for number, head in enumerate(heads)
    ]
    mentions = readable(paged(*pages)).mentions
    assert [mention.section for mention in mentions] == heads
    assert [mention.context for mention in mentions] == [f"see https://example.org/{number}" for number in range(5)]


def test_a_head_on_every_page_names_no_section() -> None:
    pages = [written((50, 770, "The Bulletin"), (50, 600, f"https://example.org/{number}")) for number in range(4)]
    assert {mention.section for mention in readable(paged(*pages)).mentions} == {None}


def test_an_item_before_a_new_section_heads_nothing_in_it() -> None:
    title = b"BT /F 16 Tf 50 650 Td (The item) Tj ET "
    heads = ["Gardens", "Gardens", "Ferries", "Ferries"]
    bodies = [written((50, 770, head), (50, 600, "some words to tell the size of letters")) for head in heads]
    address = b"\n" + written((50, 580, "https://example.org/a"))
    mentions = readable(paged(title + bodies[0], bodies[1] + address, bodies[2] + address, bodies[3])).mentions
    assert [[one.item for one in mention.candidates] for mention in mentions] == [["The item"], []]


@pytest.mark.parametrize(
    ("pages", "en", "zh"),
    [
        ([4], "page 4 holds only pictures", "第 4 页只有图片"),
        ([2, 3, 4, 7], "pages 2-4, 7 hold only pictures", "第 2-4、7 页只有图片"),
        ([9, 1, 8, 1], "pages 1, 8-9 hold only pictures", "第 1、8-9 页只有图片"),
    ],
)
def test_pages_are_named_in_ranges(pages: list[int], en: str, zh: str) -> None:
    why = no_text(pages)
    assert why.en.startswith(en)
    assert why.zh.startswith(zh)


def test_a_relative_link_without_a_base_leads_nowhere() -> None:
    content = written((50, 700, "word"))
    links = [
        link("other.pdf", 50, 697, 70, 710),
        link("#page=2", 50, 697, 70, 710),
        link("www.example.org/a", 50, 697, 70, 710),
    ]
    assert [mention.url for mention in readable(one_page(content, links)).mentions] == ["www.example.org/a"]


def test_schemes_nobody_crawls_are_kept() -> None:
    links = [link("ftp://example.org/a", 50, 697, 70, 710), link("tel:+861234", 50, 597, 70, 610)]
    mentions = readable(one_page(written((50, 700, "word"), (50, 600, "call")), links)).mentions
    assert [mention.url for mention in mentions] == ["ftp://example.org/a", "tel:+861234"]


def test_text_pdfium_cannot_have_without_fonts_is_named_or_read() -> None:
    turned = b"q 0 1 -1 0 400 0 cm " + written((50, 100, "turned https://example.org/t")) + b" Q"
    assert [mention.url for mention in readable(one_page(turned)).mentions] == ["https://example.org/t"]


def test_a_date_is_read_from_xmp_where_nothing_else_states_it() -> None:
    xmp = (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description xmp:CreateDate='2025-06-01T09:30:00+08:00'/></x:xmpmeta>"
    )
    content = pdf(
        b"<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
        stream(xmp, b"/Type/Metadata/Subtype/XML"),
    )
    assert readable(content).dated == "2025-06-01"


# ---------------------------------------------------------------- hostile bytes


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
