"""Tables → which columns hold URLs, titles and sections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.seeds.tables.columns import Columns, find_columns, is_url, read_header

HEADERS = [
    ("网址", "url"),
    ("原文链接", "url"),
    ("链接（URL）", "url"),
    ("链接地址：", "url"),
    ("Source URL", "url"),
    ("source_url", "url"),
    ("Web address", "url"),
    ("书名（题名）", "title"),
    ("新闻标题", "title"),
    ("链接标题", "title"),
    ("Article title", "title"),
    ("所属栏目", "section"),
    ("版块", "section"),
    ("Category", "section"),
    ("通讯地址", None),
    ("日期", None),
    ("Curl", None),
    ("本表所列的每一条都请在发稿以前再核对一遍链接", None),
    ("", None),
]
A, B = "https://example.org/a", "www.example.org/b"


@pytest.mark.parametrize(("cell", "meaning"), HEADERS)
def test_a_header_cell_says_what_its_column_holds(cell: str, meaning: str | None) -> None:
    assert read_header(cell) == meaning


TABLES = [
    ([["栏目", "标题", "链接"], ["花", "甲文", A]], Columns((2,), (1,), 0, 0)),
    ([["本月链接"], [], ["标题", "链接"], ["甲文", A]], Columns((1,), (0,), None, 2)),
    ([["标题", "中文链接", "英文链接"], ["甲文", A, B]], Columns((1, 2), (0,), None, 0)),
    ([["标题", "栏目"], ["甲文", "花", A]], Columns((2,), (0,), 1, 0)),
    ([["甲文", A], ["乙文", B], ["丙文", ""]], Columns((1,), (0,))),
    ([["甲文", "说明", A], ["乙文", "说明", B]], Columns((2,), (0, 1))),
    ([[A], [B]], Columns((0,))),
    ([["点击链接"], [A], [B]], Columns((0,), (), None, 0)),
    ([["请点下方链接", ""], ["甲文", A], ["乙文", B]], Columns((1,), (0,))),
    ([["甲", "乙"], ["丙", "丁"]], None),
    ([], None),
]


@pytest.mark.parametrize(("rows", "columns"), TABLES)
def test_a_table_says_its_columns(rows: list[list[str]], columns: Columns | None) -> None:
    assert find_columns(rows) == columns, "a link would be told under another row's title"


def test_a_title_decides_the_item_and_two_columns_of_words_do_not() -> None:
    assert [one.item for one in Columns((1,), (0,)).candidates_of(["甲文", A])] == ["甲文"]
    assert [one.item for one in Columns((2,), (0, 1)).candidates_of(["甲文", "乙社", A])] == ["甲文", "乙社"]
    assert Columns((1,)).candidates_of(["甲文", A]) == (), "a single guess would look certain"
    assert Columns((1,), (0,)).candidates_of([A, B]) == (), "a URL is no title"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (A, True),
        (B, True),
        ("example.org/a", True),
        ("见 " + A, False),
        ("报告.pdf", False),
        ("3.14", False),
        ("", False),
    ],
)
def test_a_cell_that_is_one_url(cell: str, expected: bool) -> None:
    assert is_url(cell) is expected


@given(st.lists(st.lists(st.sampled_from(["", "甲文", A, B, "标题", "链接", "栏目", "12"]), max_size=5), max_size=8))
def test_columns_are_within_the_table(rows: list[list[str]]) -> None:
    found = find_columns(rows)
    if found:
        width = max(map(len, rows))
        assert all(place < width for place in (*found.urls, *found.titles))
        assert not set(found.urls) & set(found.titles)
        for row in rows[found.first_row :]:
            found.candidates_of(row)
