"""Single pages of PDFs → mentions: anchors, columns, tables, running heads, odd addresses."""

from __future__ import annotations

import pytest

from crawler.seeds.pdf.read import read_pdf_text
from crawler.seeds.pdf.whys import no_text
from tests.makers.pdf_objects import CATALOG, link, one_page, paged, pdf, stream, written
from tests.test_seeds_pdf import readable


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
