"""Where URLs start and end in running text: the table, then properties."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Flag
from crawler.seeds.boundary import MAX_CHARACTERS, find_urls

TABLE = Path(__file__).parent / "cases" / "seeds_boundary.toml"
CASES: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_a_url_ends_where_its_author_ended_it(case: dict[str, Any]) -> None:
    spans = find_urls(case["text"])
    assert [case["text"][span.start : span.end] for span in spans] == case["found"], "another address would be checked"
    assert [reading for span in spans for reading in span.alternatives] == case.get("longer", [])


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("https://example.org/a的", Flag.BOUNDARY_AMBIGUOUS),
        ("https://example.org/报告.pdf", Flag.BOUNDARY_AMBIGUOUS),
        ("http://例子.测试", Flag.BOUNDARY_AMBIGUOUS),
        ("https://example.org/a-\nb/c.html", Flag.JOINED_LINES),
    ],
)
def test_an_uncertain_end_is_flagged(text: str, flag: Flag) -> None:
    assert find_urls(text)[0].flags == (flag,)


_text = st.text("aZ09.:/-_?=&%()[],;!的。，：／ｗ《》“” \n@#*", max_size=60)


@given(
    st.lists(st.one_of(_text, st.sampled_from(["https://", "www.", "example.org", "a@b.org", "mailto:"])), max_size=8)
)
def test_spans_are_ordered_and_hold_no_white_space_inside(pieces: list[str]) -> None:
    text = "".join(pieces)
    spans = find_urls(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    for span in spans:
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""
        assert Flag.JOINED_LINES in span.flags or not any(mark in text[span.start : span.end] for mark in "\n。《”")


@given(st.text("abc019/-_~=&%", min_size=1, max_size=30), st.sampled_from("。，；：！？》）”、’ \n"))
def test_chinese_punctuation_always_ends_a_url(path: str, mark: str) -> None:
    url = "https://example.org/" + path
    text = f"见{url}{mark}下"
    assert [text[span.start : span.end] for span in find_urls(text)] == [url]


def test_a_hostile_line_costs_little() -> None:
    spans = find_urls("https://example.org/" + ")" * 300_000 + "(的" * 50_000)
    assert max(span.end - span.start for span in spans) <= MAX_CHARACTERS + len("https://")
