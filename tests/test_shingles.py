"""Shingles: what counts as a token, and what resemblance and containment must hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.shingles import containment, jaccard, shingles, tokens

TEXTS = st.text(alphabet="ab cde 图书馆渡口، é１。-", max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry, at 7.30.", ["the", "ferry", "at", "7", "30"]),
        ("渡口7月关闭", ["渡", "口", "7", "月", "关", "闭"]),
        ("ＦＵＬＬ　ｗｉｄｔｈ", ["full", "width"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("الصفحة غير موجودة", ["الصفحة", "غير", "موجودة"]),
        ("カタカナ and 한글", ["カ", "タ", "カ", "ナ", "and", "한", "글"]),
        ("…—!", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_one_character_more_hardly_matters_in_chinese() -> None:
    old = "市立图书馆自三月一日起延长开放时间，周末开放到晚上九点，详情请见公告。" * 3
    assert jaccard(shingles(old), shingles(old.replace("九点", "十点", 1))) > 0.7, "one character would be a new page"


def test_a_text_shorter_than_a_shingle_is_one() -> None:
    assert len(shingles("no page")) == 1
    assert jaccard(shingles("no page"), shingles("No page!")) == 1.0
    assert jaccard(shingles("no page"), shingles("no pages")) == 0.0


@given(TEXTS, TEXTS)
def test_measures_of_any_two_texts(one: str, other: str) -> None:
    a, b = shingles(one), shingles(other)
    assert jaccard(a, b) == jaccard(b, a)
    assert 0 <= jaccard(a, b) <= min(containment(a, b), 1)
    assert jaccard(a, a) == containment(a, a) == 1.0


@given(TEXTS)
def test_a_beginning_is_contained(text: str) -> None:
    whole = text + " and then some more words that follow"
    if len(tokens(text)) >= 5 and tokens(whole)[: len(tokens(text))] == tokens(text):
        assert containment(shingles(text), shingles(whole)) == 1.0
