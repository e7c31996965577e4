"""Excel workbooks → mentions: links on cells, by formula and on drawings; sections, items, hostile ranges."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment

from crawler.seeds.excel.formula import Place, column_letters, column_number, read_calls
from crawler.seeds.excel.read import read_xlsx, xlsx_text
from crawler.seeds.mention import Mention
from crawler.seeds.reading import Reading, Why
from tests.makers.office_excel import cell, cells
from tests.makers.packages import Part, excel, pack, package, sheet, word

HERE = Path(__file__).parent
DOCUMENTS = HERE / "cases" / "documents" / "office"
TABLE: list[dict[str, Any]] = tomllib.loads((HERE / "cases" / "seeds_xlsx.toml").read_text("utf-8"))["document"]
SAME = [{**case, "name": case["same"]} for case in TABLE if "same" in case]
EVERYWHERE = "A1:XFD1048576"
ONE = {"l1": ("hyperlink", "https://example.org/one")}


def reading(content: bytes) -> Reading:
    """What a workbook that must be readable holds."""
    found = read_xlsx(content)
    assert isinstance(found, Reading), f"an editor's workbook was refused: {found.en}"
    return found


def told(mention: Mention) -> dict[str, Any]:
    """What the table says of a mention."""
    items = [candidate.item for candidate in mention.candidates]
    row = {
        "part": mention.part,
        "uri": mention.url,
        "anchor": mention.anchor,
        "section": mention.section,
        "item": items[0] if len(items) == 1 else None,
        "candidates": items if len(items) > 1 else None,
    }
    return {name: value for name, value in row.items() if value is not None}


def found_in(rows: str, after: str = "", strings: str = "") -> list[dict[str, Any]]:
    """What is told of a workbook with one sheet of these rows."""
    return [told(one) for one in reading(excel({"表": sheet(rows, after, ONE)}, strings)).mentions]


@pytest.mark.parametrize("case", [*TABLE, *SAME], ids=lambda case: case["name"])
def test_a_workbook_gives_its_citations(case: dict[str, Any]) -> None:
    found = reading((DOCUMENTS / case["name"]).read_bytes())
    assert [told(one) for one in found.mentions] == case["expected"], (
        "an editor would look for a link in the wrong cell"
    )
    assert (found.dated, [why.en for why in found.warnings]) == (case["dated"], case["warnings"])


@pytest.mark.parametrize("case", [*TABLE, *SAME], ids=lambda case: case["name"])
def test_offsets_point_at_what_is_printed(case: dict[str, Any]) -> None:
    content = (DOCUMENTS / case["name"]).read_bytes()
    text = xlsx_text(content)
    for mention in reading(content).mentions:
        shown = " ".join(text[mention.start : mention.end].split())
        assert shown == (mention.url if mention.anchor is None else mention.anchor)
        assert shown in mention.context, "the words shown around a link do not hold it"


def test_another_library_sees_the_same_links_on_cells() -> None:
    content = (DOCUMENTS / "lending.xlsx").read_bytes()
    pages = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    linked = ((page, one) for page in pages for row in page.iter_rows() for one in row if one.hyperlink)
    theirs = {(f"{page.title}!{one.coordinate}", one.hyperlink.target) for page, one in linked if one.hyperlink}
    ours = {(str(one.part), one.url.partition("#")[0]) for one in reading(content).mentions if one.anchor}
    assert theirs, "the library sees no link to compare with"
    assert {(part, str(target).partition("#")[0]) for part, target in theirs} <= ours, "a link was missed"


def test_a_workbook_of_another_library_is_read() -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "花事"
    page["A1"], page["B1"], page["C1"] = "条目", "网址", "说明"
    page["A2"], page["B2"], page["C2"] = "玉兰开了", "看花", '=HYPERLINK("https://example.org/"&A2,"按名")'
    page["B2"].hyperlink = "https://example.org/magnolia"
    page["A3"], page["B3"] = "海棠", "https://example.org/begonia"
    page["A3"].comment = Comment("来源 https://example.org/source", "编辑")
    buffer = io.BytesIO()
    book.save(buffer)
    assert [(one.part, one.url, one.candidates[0].item) for one in reading(buffer.getvalue()).mentions] == [
        ("花事!B2", "https://example.org/magnolia", "玉兰开了"),
        ("花事!C2", "https://example.org/玉兰开了", "玉兰开了"),
        ("花事!B3", "https://example.org/begonia", "海棠"),
        ("花事!A3 (comment)", "https://example.org/source", "海棠"),
    ]


FORMULAS = [
    ('HYPERLINK("https://example.org/a","甲")', "https://example.org/a", "甲"),
    ('hyperlink( "https://example.org/a" ; "甲" )', "https://example.org/a", "甲"),
    ('HYPERLINK("https://example.org/"&"a"&"?x="&1,"甲"&"乙")', "https://example.org/a?x=1", "甲乙"),
    ('HYPERLINK("https://example.org/"&B2,B2)', "https://example.org/rose", "rose"),
    ('HYPERLINK("https://example.org/"&$B$2)', "https://example.org/rose", None),
    ('IF(B2="","",HYPERLINK(CONCATENATE("https://example.org/",B2,"/x"),"看"))', "https://example.org/rose/x", "看"),
    ('HYPERLINK("https://example.org/?q=""x""","引号")', 'https://example.org/?q="x"', "引号"),
    ('HYPERLINK("https://example.org/a,b;c","逗号")', "https://example.org/a,b;c", "逗号"),
    ('HYPERLINK("https://example.org/a",SUM(1,2))', "https://example.org/a", None),
    ('HYPERLINK(INDIRECT("B2"),"算出")', None, "算出"),
    ("HYPERLINK(别的表!B2)", None, None),
    ('HYPERLINK("https://example.org/a', None, None),
]


def words_of(place: Place) -> str:
    """The cells that the formulas refer to."""
    return {(2, 2): "rose", (3, 2): "lily"}.get(place, "")


@pytest.mark.parametrize(("formula", "uri", "words"), FORMULAS)
def test_a_formula_says_where_it_leads(formula: str, uri: str | None, words: str | None) -> None:
    (call,) = read_calls(formula, words_of)
    assert (call.uri, call.words) == (uri, words)


def test_a_shared_formula_moves_with_its_cell() -> None:
    (call,) = read_calls('HYPERLINK("https://example.org/"&B2,$B$2)', words_of, (1, 0))
    assert (call.uri, call.words) == ("https://example.org/lily", "rose")


@given(st.text(alphabet='HYPERLINK(&,;)"AB2 1.甲', max_size=80))
def test_no_formula_makes_the_reader_fail(rest: str) -> None:
    for call in read_calls("HYPERLINK(" + rest, words_of):
        assert call.uri is None or isinstance(call.uri, str)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30))
def test_a_text_in_a_formula_is_read_as_it_was_written(words: str) -> None:
    (call,) = read_calls('HYPERLINK("https://example.org/","' + words.replace('"', '""') + '")', words_of)
    assert call.words == words


@given(st.integers(1, 16_384))
def test_columns_are_numbered_as_their_letters_say(number: int) -> None:
    assert column_number(column_letters(number)) == number


def test_ranges_over_all_cells_expand_to_nothing() -> None:
    links = f'<mergeCells><mergeCell ref="{EVERYWHERE}"/></mergeCells><hyperlinks>'
    links += f'<hyperlink ref="{EVERYWHERE}" r:id="l1"/>' * 200 + "</hyperlinks>"
    rows = "".join(cells(number, A="甲", C="乙") for number in range(1, 40))
    assert len(found_in(rows, links)) == 78, "a range of 17 billion cells must cost what the file holds, no more"


def test_a_link_on_an_empty_cell_is_kept() -> None:
    links = '<hyperlinks><hyperlink ref="B9:C9" r:id="l1" display="见此"/></hyperlinks>'
    assert found_in("", links) == [
        {"part": "表!B9", "uri": "https://example.org/one", "anchor": "见此", "item": "见此"}
    ]


def test_a_link_on_a_number_shows_it() -> None:
    links = '<hyperlinks><hyperlink ref="A1" r:id="l1"/></hyperlinks>'
    rows = '<row r="1"><c r="A1"><v>2024</v></c><c r="B1"><v>7</v></c></row>'
    content = excel({"表": sheet(rows, links, ONE)})
    assert [one.anchor for one in reading(content).mentions] == ["2024"]
    assert "7" not in xlsx_text(content)


def test_cells_without_places_follow_each_other() -> None:
    inline = '<c t="inlineStr"><is><t>www.example.org/a</t></is></c>'
    rows = f"<row>{inline}{inline}</row><row>{inline}</row>"
    assert [one["part"] for one in found_in(rows)] == ["表!A1", "表!B1", "表!A2"]


def test_shared_texts_are_joined_without_their_phonetic_guides() -> None:
    strings = (
        "<si><r><t>见 https://example.</t></r><r><t>org/a</t></r><rPh><t>よみ</t></rPh></si><si><t>a_x000A_b</t></si>"
    )
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="s"><v>99</v></c></row>'
    content = excel({"表": sheet(rows)}, strings)
    assert [one.url for one in reading(content).mentions] == ["https://example.org/a"]
    assert "よみ" not in xlsx_text(content)
    assert "a\nb" in xlsx_text(content)


def test_a_title_alone_above_the_table_is_no_section() -> None:
    merged = '<mergeCells><mergeCell ref="A1:C1"/></mergeCells>'
    rows = cells(1, A="全年链接") + cells(2, A="风筝节", B="https://example.org/kite")
    assert found_in(rows, merged) == [{"part": "表!B2", "uri": "https://example.org/kite", "item": "风筝节"}]


def test_of_two_merged_rows_at_the_top_the_first_is_the_title() -> None:
    merged = '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A2:C2"/></mergeCells>'
    rows = cells(1, A="全年链接") + cells(2, A="春季") + cells(3, A="风筝节", B="https://example.org/kite")
    assert [one["section"] for one in found_in(rows, merged)] == ["春季"]
    later = cells(1, A="春季") + cells(2, A="风筝节", B="https://example.org/kite") + cells(3, A="夏季")
    merged = merged.replace("A2:C2", "A3:C3")
    assert [one["section"] for one in found_in(later, merged)] == ["春季"], "the first section was taken for a title"


def test_a_sheet_named_after_a_person_does_not_tell_the_address() -> None:
    content = excel({"wang@example.org": sheet(cells(1, A="https://example.org/a"))})
    assert "wang" not in str(reading(content).mentions)


def test_two_columns_of_words_decide_no_item() -> None:
    rows = cells(1, A="甲街灯会", B="乙社主办", C="https://example.org/lamp") + cells(
        2, A="丙", B="丁", C="www.example.org/b"
    )
    assert found_in(rows)[0]["candidates"] == ["甲街灯会", "乙社主办"], "a guess would be told as certain"


def test_a_damaged_sheet_is_named_and_the_others_are_read() -> None:
    content = excel({"坏": Part("<worksheet>"), "好": sheet(cells(1, A="https://example.org/good"))})
    found = reading(content)
    assert [one.part for one in found.mentions] == ["好!A1"]
    assert ["sheet1.xml" in why.en for why in found.warnings] == [True]


def test_many_cells_cost_little() -> None:
    rows = "".join(f'<row r="{number}">{cell(f"A{number}", "甲" * 9)}</row>' for number in range(1, 20_001))
    assert len(found_in(rows + cells(20_001, A="https://example.org/last"))) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (word("<w:p/>"), "Word document"),
        (pack({"[Content_Types].xml": "<Types/>"}), "no Excel"),
        (pack(package("xl/workbook.bin", {"xl/workbook.bin": Part("?")})), ".xlsb"),
    ],
    ids=["a Word document", "no main part", "a binary workbook"],
)
def test_what_is_no_workbook_is_told(content: bytes, words: str) -> None:
    why = read_xlsx(content)
    assert isinstance(why, Why)
    assert words in why.en
    assert why.zh
