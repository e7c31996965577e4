"""Word documents → mentions: every kind of place, fields, headings, damaged and hostile documents."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.seeds.mention import Mention
from crawler.seeds.reading import Reading, Why
from crawler.seeds.word.fields import read_hyperlink
from crawler.seeds.word.read import docx_text, read_docx
from tests.makers.office_excel import catalogue
from tests.makers.office_word import HEADINGS, field, link, mark, note, notes, paragraph, run, table
from tests.makers.packages import NAMES, Part, pack, word, word_parts

HERE = Path(__file__).parent
DOCUMENTS = HERE / "cases" / "documents" / "office"
TABLE: list[dict[str, Any]] = tomllib.loads((HERE / "cases" / "seeds_docx.toml").read_text("utf-8"))["document"]
SAME = [{**case, "name": case["same"]} for case in TABLE if "same" in case]
LINKS = {"l1": "https://example.org/one", "l2": "https://example.org/two"}
ESCAPES = {"&": "&amp;", "<": "&lt;", '"': "&quot;"}


def reading(content: bytes) -> Reading:
    """What a document that must be readable holds."""
    found = read_docx(content)
    assert isinstance(found, Reading), f"an editor's document was refused: {found.en}"
    return found


def told(mention: Mention) -> dict[str, Any]:
    """What the table says of a mention."""
    items = [candidate.item for candidate in mention.candidates]
    row = {
        "part": mention.part,
        "paragraph": mention.paragraph,
        "uri": mention.url,
        "anchor": mention.anchor,
        "section": mention.section,
        "item": items[0] if len(items) == 1 else None,
        "candidates": items if len(items) > 1 else None,
        "fragments": mention.fragments if mention.fragments > 1 else None,
        "flags": [flag.value for flag in mention.flags] or None,
    }
    return {name: value for name, value in row.items() if value is not None}


def uris(content: bytes) -> list[str]:
    """The links and URLs of a document in order."""
    return [mention.url for mention in reading(content).mentions]


@pytest.mark.parametrize("case", [*TABLE, *SAME], ids=lambda case: case["name"])
def test_a_document_gives_its_citations(case: dict[str, Any]) -> None:
    found = reading((DOCUMENTS / case["name"]).read_bytes())
    rows = [told(mention) for mention in found.mentions]
    assert rows == case["expected"], "an editor would look for a link in the wrong place, or miss it"
    assert (found.dated, [why.en for why in found.warnings]) == (case["dated"], case["warnings"])


@pytest.mark.parametrize("case", [*TABLE, *SAME], ids=lambda case: case["name"])
def test_offsets_point_at_what_is_printed(case: dict[str, Any]) -> None:
    content = (DOCUMENTS / case["name"]).read_bytes()
    text = docx_text(content)
    for mention in reading(content).mentions:
        shown = " ".join(text[mention.start : mention.end].split())
        assert shown, "the place told is empty"
        assert (mention.anchor or mention.url).startswith(shown), "the place told is not where the link stands"
        assert shown in mention.context, "the sentence shown does not hold the link"


KINDS = {
    "a hyperlink in a paragraph": "1#top",
    "in a table's cell": "3",
    "in a table within a table": "4",
    "in a text box": "5",
    "in a header": "header",
    "in a footer": "footer",
    "in a footnote": "foot-a",
    "in an endnote": "end",
    "in a comment": "comment",
    "a simple field": "simple",
    "a complex field over several runs": "complex#part2",
    "a linked picture": "6",
    "a linked shape of old Word": "vml",
    "in a content control": "9",
    "in inserted text": "10",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_place_gives_its_link_once(kind: str) -> None:
    found = uris((DOCUMENTS / "kinds.docx").read_bytes())
    assert found.count(f"https://kinds.example.org/{KINDS[kind]}") == 1, f"a link {kind} was missed or counted twice"


FIELDS = [
    ('HYPERLINK "https://example.org/a"', "https://example.org/a"),
    (" hyperlink  https://example.org/a ", "https://example.org/a"),
    ('HYPERLINK \\o "一句提示" "https://example.org/a"', "https://example.org/a"),
    ('HYPERLINK "https://example.org/a" \\l "节" \\t "_blank"', "https://example.org/a#节"),
    ('HYPERLINK "https://example.org/a#b" \\l "c"', "https://example.org/a#b"),
    ("HYPERLINK “https://example.org/弯引号”", "https://example.org/弯引号"),
    ('HYPERLINK "https://example.org/未收尾', "https://example.org/未收尾"),
    ('HYPERLINK "D:\\\\文稿\\\\a.docx"', "D:\\文稿\\a.docx"),
    ('HYPERLINK \\l "_Toc7"', None),
    ("HYPERLINK", None),
    ("PAGEREF _Toc7 \\h", None),
    ('INCLUDEPICTURE "https://example.org/p.png"', None),
]


@pytest.mark.parametrize(("code", "uri"), FIELDS)
def test_a_field_code_says_its_target(code: str, uri: str | None) -> None:
    assert read_hyperlink(code) == uri


@given(st.lists(st.integers(1, 33), max_size=8))
def test_a_url_over_any_runs_is_one(cuts: list[int]) -> None:
    url = "https://example.org/a/path?x=1&y=2"
    ends = [0, *sorted(cuts), len(url)]
    runs = "".join(run(escaped(url[start:end])) for start, end in pairwise(ends))
    assert uris(word(paragraph(run("见") + runs + run("。")))) == [url], "Word split the URL and half of it was cited"


def escaped(text: str) -> str:
    """Text as XML holds it."""
    return "".join(ESCAPES.get(one, one) for one in text)


PIECES = (
    "p",
    "r",
    "tbl",
    "tr",
    "tc",
    "hyperlink",
    "fldSimple",
    "ins",
    "del",
    "sdt",
    "txbxContent",
    "footnoteReference",
)
LEAVES = ('<w:t>https://example.org/x</w:t>', '<w:fldChar w:fldCharType="begin"/>', '<w:fldChar w:fldCharType="end"/>',
          '<w:fldChar w:fldCharType="separate"/>', '<w:instrText>HYPERLINK "https://example.org/f"</w:instrText>',
          '<wp:docPr><a:hlinkClick r:id="l1"/></wp:docPr>', '<v:shape href="https://example.org/v"/>')  # fmt: skip
TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.tuples(st.sampled_from(PIECES), st.lists(inner, max_size=4)).map(
        lambda one: f'<w:{one[0]} r:id="l2" w:id="1">{"".join(one[1])}</w:{one[0]}>'
    ),
    max_leaves=25,
)


@given(TREES)
def test_no_order_of_elements_makes_the_reader_fail(tree: str) -> None:
    content = word(paragraph(run("前")) + tree, LINKS)
    text = docx_text(content)
    for mention in reading(content).mentions:
        assert 0 <= mention.start <= mention.end <= len(text)


def test_a_url_around_a_link_is_not_cited_by_halves() -> None:
    body = paragraph(
        run("见https://example.org/") + link("l1", "one") + run(" 与 www.example.com/b") + link("l2", "点击")
    )
    assert uris(word(body, LINKS)) == ["https://example.org/one", "www.example.com/b", "https://example.org/two"]


def test_a_field_that_never_ends_hides_no_text() -> None:
    body = paragraph(mark("begin") + run("还在的正文 https://example.org/kept")) + paragraph(link("l1", "后文"))
    assert uris(word(body, LINKS)) == ["https://example.org/kept", "https://example.org/one"]


def test_a_link_whose_mode_was_forgotten_is_still_external() -> None:
    parts = {
        name: str(xml).replace(' TargetMode="External"', "")
        for name, xml in word_parts(paragraph(link("l1", "甲")), LINKS).items()
    }
    assert uris(pack(parts)) == ["https://example.org/one"]


def test_notes_that_nothing_refers_to_are_read_last() -> None:
    inner = notes("footnote", {"1": paragraph(link("l1", "孤")), "2": paragraph(link("l2", "有"))}, LINKS)
    body = paragraph(run("甲"), "1") + paragraph(run("乙"), "1") + paragraph(run("正文") + note("footnote", "2"))
    found = reading(word(body, {}, {"footnotes": inner}, HEADINGS)).mentions
    assert [(one.part, one.anchor, one.section) for one in found] == [
        ("footnote 1", "有", "乙"),
        ("footnote 2", "孤", None),
    ]


def test_a_title_over_the_sections_is_no_section() -> None:
    styles = HEADINGS + '<w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style>'
    body = (
        paragraph(run("总题"), "t")
        + paragraph(run("栏目甲"), "1")
        + paragraph(link("l1", "文"))
        + paragraph(run("栏目乙"), "1")
    )
    assert [one.section for one in reading(word(body, LINKS, styles=styles)).mentions] == ["栏目甲"]


def test_an_outline_level_of_its_own_makes_a_paragraph_a_heading() -> None:
    headed = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr>' + run("直接设级") + "</w:p>"
    assert [one.section for one in reading(word(headed + paragraph(link("l1", "文")), LINKS)).mentions] == ["直接设级"]


def test_a_list_of_bold_titles_gives_items_and_no_section() -> None:
    body = "".join(
        paragraph(run(title, "<w:b/>")) + paragraph(run("介绍文字写得比标题长得多，占满一行以上，") + link(id_, "原文"))
        for title, id_ in (("木工课开班", "l1"), ("河边清扫", "l2"))
    )
    found = reading(word(body, LINKS)).mentions
    assert [(one.section, [item.item for item in one.candidates]) for one in found] == [
        (None, ["木工课开班"]),
        (None, ["河边清扫"]),
    ]


def test_a_single_running_head_before_all_is_a_section() -> None:
    body = paragraph(run("花园最新进展")) + paragraph(run("木工课开班", "<w:b/>"))
    body += paragraph(run("介绍文字写得比标题长得多，占满一行以上，") + link("l1", "原文"))
    (found,) = reading(word(body, LINKS)).mentions
    assert (found.section, found.candidates[0].item) == ("花园最新进展", "木工课开班")


def test_styles_based_on_each_other_end() -> None:
    round_ = "".join(
        f'<w:style w:type="paragraph" w:styleId="{one}"><w:name w:val="x"/><w:basedOn w:val="{other}"/></w:style>'
        for one, other in ("ab", "ba")
    )
    assert uris(word(paragraph(link("l1", "文"), "a"), LINKS, styles=round_)) == ["https://example.org/one"]


def test_a_damaged_part_is_named_and_the_rest_is_read() -> None:
    found = reading(word(paragraph(link("l1", "文")), LINKS, {"comments": Part("<w:comments>")}))
    assert [one.url for one in found.mentions] == ["https://example.org/one"]
    assert ["word/comments.xml" in why.en for why in found.warnings] == [True], (
        "nobody would know that comments are missing"
    )


def test_embedded_documents_are_named() -> None:
    relations = {"e1": ("package", "word/embeddings/book.xlsx"), "e2": ("oleObject", "word/embeddings/old.bin")}
    header = Part(f"<w:hdr {NAMES}/>", relations)
    named = [why.en for why in reading(word(paragraph(run("文")), {}, {"header1": header})).warnings]
    assert ["book.xlsx" in named[0], "old.bin" in named[1]] == [True, True]


def test_a_body_nested_beyond_reason_is_refused() -> None:
    deep = "<w:sdt>" * 100_000 + "</w:sdt>" * 100_000
    assert isinstance(read_docx(word(deep)), Why), "a document nested 100,000 deep must be one clear sentence"


def test_tables_nested_as_deep_as_a_parser_allows_are_read() -> None:
    inner = paragraph(link("l1", "底"))
    for _ in range(60):
        inner = table((inner,))
    assert uris(word(inner, LINKS)) == ["https://example.org/one"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (catalogue(), "Excel workbook"),
        (word("<w:p>"), "word/document.xml"),
        (pack({"[Content_Types].xml": "<Types/>"}), "no Word"),
    ],
    ids=["a workbook", "a damaged body", "no main part"],
)
def test_what_is_no_word_document_is_told(content: bytes, words: str) -> None:
    why = read_docx(content)
    assert isinstance(why, Why)
    assert words in why.en
    assert why.zh


def test_a_field_within_a_text_box_does_not_reach_outside() -> None:
    inner = paragraph(field('HYPERLINK "https://example.org/in"', run("里")) + mark("end"))
    boxed = f"<w:r><w:pict><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></w:pict></w:r>"
    outer = (
        mark("begin") + '<w:r><w:instrText>HYPERLINK "https://example.org/out"</w:instrText></w:r>' + mark("separate")
    )
    found = reading(word(paragraph(outer + run("甲") + boxed + run("乙") + mark("end")))).mentions
    assert {one.url: one.anchor for one in found} == {"https://example.org/out": "甲乙", "https://example.org/in": "里"}
