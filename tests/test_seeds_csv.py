"""CSV files and lists of URLs → mentions: sample tables, the csv module as judge, delimiters, hostile tables."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.seeds.reading import Reading, Why
from crawler.seeds.tables.cells import read_rows
from crawler.seeds.tables.read import ONE_COLUMN, csv_text, find_delimiter, read_csv
from crawler.seeds.text.urllist import is_url_list, read_url_list, read_urls
from tests.makers.mails import tables
from tests.told import DOCUMENTS, hold, read, shown, table

SAMPLES = sorted((DOCUMENTS / "csv").iterdir())


@pytest.mark.parametrize("case", table("seeds_csv.toml"), ids=lambda case: case["name"])
def test_a_sample_table_gives_its_citations(case: dict[str, Any]) -> None:
    hold(read_csv, "csv", case)


def test_the_samples_are_what_their_maker_makes_and_each_has_its_table() -> None:
    assert {path.name: path.read_bytes() for path in SAMPLES} == tables()
    assert [path.name for path in SAMPLES] == sorted(case["name"] for case in table("seeds_csv.toml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_offsets_point_at_what_stands_in_the_file(path: Any) -> None:
    content = path.read_bytes()
    text = csv_text(content)
    for mention in read(read_csv, content).mentions:
        told = text[mention.start : mention.end]
        assert (mention.anchor or mention.url) == told.replace('""""', '"')
        assert text.count("\n", 0, mention.start) + 1 >= mention.lines[0]


CELLS = st.text(st.sampled_from('ab"",;\t\n\r |月见https://e.org'), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5), st.sampled_from(",;\t|"))
def test_cells_are_those_of_the_csv_module_and_stand_where_they_say(rows: list[list[str]], delimiter: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(rows)
    text = written.getvalue()
    found = list(read_rows(text, delimiter))
    judged = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert [list(row.words) for row in found] == [row or [""] for row in judged]
    for row in found:
        for cell in row.cells:
            places = [text[cell.place(index)] for index in range(len(cell.words))]
            assert "".join(places) == cell.words, "the report would mark the wrong place"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\nc,d\n", ","),
        ("a;b,c\nd;e\n", ";"),
        ("标题\t网址\n一\thttps://e.org/a,b\n", "\t"),
        ("a|b\nc|d\n", "|"),
        ("sep=|\na,b|c\n", "|"),
        ('"a;b";c\n"d;e";f\n', ";"),
        ("https://e.org/1\nhttps://e.org/2,3\nhttps://e.org/4\n", ONE_COLUMN),
        ("网址\nhttps://e.org/1\n", ONE_COLUMN),
        ("", ONE_COLUMN),
    ],
)
def test_the_delimiter_is_told_by_the_rows(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


@pytest.mark.parametrize(
    ("row", "url", "anchor"),
    [
        ('x,"=HYPERLINK(""https://e.org/a"",""词"")"', "https://e.org/a", "词"),
        ('x,"=hyperlink(""https://e.org/a"")"', "https://e.org/a", None),
        ('x,"=HYPERLINK(""https://e.org/a"";A1)"', "https://e.org/a", None),
        ('x,"+HYPERLINK( ""https://e.org/a"" , """")"', "https://e.org/a", None),
        ('x,"=HYPERLINK(""https://e.org/a"",""词""&B2)"', "https://e.org/a", None),
        ('x,\'=HYPERLINK("https://e.org/a";"词")', "https://e.org/a", "词"),
        ('x,=IMAGE("https://e.org/a.png")', "https://e.org/a.png", None),
        ('x,="https://e.org/a"', "https://e.org/a", None),
        ('x,  "https://e.org/a,b"', "https://e.org/a,b", None),
        ("x,见 https://e.org/a。", "https://e.org/a", None),
    ],
)
def test_a_cell_gives_its_link(row: str, url: str, anchor: str | None) -> None:
    mentions = read(read_csv, f"标题,链接\r\n{row}\r\n".encode()).mentions
    assert [(one.url, one.anchor, one.part) for one in mentions] == [(url, anchor, "row 2, column 2")]
    assert mentions[0].candidates == () or mentions[0].candidates[0].item == "x"


def test_a_formula_that_opens_nothing_outside_is_no_citation() -> None:
    assert read(read_csv, '链接\r\n"=HYPERLINK(""#Sheet2!A1"",""页"")"\r\n'.encode()).mentions == ()


CALCULATED = [
    'HYPERLINK(""https://e.org/6?a=1&b=""&A2,""词"")',
    "HYPERLINK(A2)",
    'HYPERLINK(CONCAT(""https://e.org/"",A2))',
    'CONCAT(""https://e.org/"",""a"")',
    '""https://e.org/""&A2',
    'IF(A2>1,""https://e.org/1"",""https://e.org/2"")',
]


@pytest.mark.parametrize("formula", CALCULATED)
def test_a_formula_that_must_be_calculated_is_told_and_not_cited(formula: str) -> None:
    reading = read(read_csv, f'标题,链接\r\n"={formula}",https://e.org/own\r\n甲文,"={formula}"\r\n'.encode())
    assert [one.url for one in reading.mentions] == ["https://e.org/own"], "an address that nobody wrote would be cited"
    assert "row 2, column 1 and 1 more" in reading.warnings[0].en
    assert "第 2 行第 1 列等 2 个单元格" in reading.warnings[0].zh


def test_a_formula_is_no_item() -> None:
    told = read(
        read_csv, '标题,链接\n=IMAGE("https://e.org/i.png"),https://e.org/1\n=SUM(1;2),https://e.org/2\n'.encode()
    )
    assert [(one.url, one.candidates, one.context) for one in told.mentions] == [
        ("https://e.org/i.png", (), "https://e.org/1"),
        ("https://e.org/1", (), "https://e.org/1"),
        ("https://e.org/2", (), "https://e.org/2"),
    ], "an editor would read a formula where a title belongs"
    (linked,) = read(read_csv, '标题\n"=HYPERLINK(""https://e.org/1"",""甲文"")"\n'.encode()).mentions
    assert linked.context == "甲文"


def test_a_recipient_stands_nowhere_in_what_is_kept() -> None:
    secret = "00112233445566778899aabbccddeeff"
    url = f"https://un.mdrtor.com/track/link/key/1/signature/{secret}/userid/{secret}"
    told = shown(read(read_csv, f"标题,链接,备注\n{secret},{url},wang@example.com\n".encode()))
    assert secret not in told
    assert "wang@" not in told


HOSTILE = {
    "quotes": b'"a\n""a\n' * 5_000,
    "one quote": b'x,"y\n' * 5_001,
    "only quotes": b'"' * 50_001,
    "commas": b"," * 50_000,
    "huge cell": b'a,"' + b"y" * 500_000 + b'"\n',
    "no end": b'a,"b\n',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_table_is_read_to_its_end(name: str) -> None:
    reading = read_csv(HOSTILE[name] + b'"\nx,https://last.example/\n')
    assert isinstance(reading, Reading)
    assert [one.url for one in reading.mentions] == ["https://last.example/"], "an editor would never learn of it"


@pytest.mark.parametrize("content", [b"", b" \r\n", b"a,\0b\n"])
def test_what_is_no_table_is_said(content: bytes) -> None:
    assert isinstance(read_csv(content), Why)


LINES = [
    "# 三月的网址\n",
    "https://e.org/a\t月季园开放\r",
    "- 池塘鱼群 https://e.org/b",
    "3. https://e.org/c",
    "www.example.org | 官网",
]
LIST = "\n".join(LINES)


def test_a_list_of_urls_gives_titles_as_items() -> None:
    assert is_url_list(LIST)
    found = read_urls(LIST)
    assert [LIST[one.start : one.end] for one in found] == [one.url for one in found]
    assert [(one.url, one.lines, [item.item for item in one.candidates]) for one in found] == [
        ("https://e.org/a", (3,), ["月季园开放"]),
        ("https://e.org/b", (4,), ["池塘鱼群"]),
        ("https://e.org/c", (5,), []),
        ("www.example.org", (6,), ["官网"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "https://e.org/a\nhttps://e.org/b\n",
        "标题\n\n正文见 https://e.org/a\n",
        "见 https://e.org/a。另一句。\nhttps://e.org/b\n",
        "前 https://e.org/a 后\nhttps://e.org/b\n",
        "两个 https://e.org/a https://e.org/b\n",
        f"{'长' * 81} https://e.org/a\nhttps://e.org/b\n",
        "# 只有说明\n",
        "",
    ],
)
def test_other_texts_are_no_list_of_urls(text: str) -> None:
    assert not is_url_list(text)


def test_a_list_in_any_charset_is_read_and_other_text_as_text() -> None:
    assert len(read(read_url_list, LIST.encode("gb18030")).mentions) == 4
    assert len(read(read_url_list, b"https://e.org/a\nhttps://e.org/b\n").mentions) == 2
    assert isinstance(read_url_list(b" \n"), Why)
