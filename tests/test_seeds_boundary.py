"""Where URLs start and end in running text: the table, then properties, then hostile texts."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Defect, Flag
from crawler.seeds.boundary.find import MAX_CHARACTERS, find_urls, trimmed
from crawler.urls.address import read_address

TABLE = Path(__file__).parent / "cases" / "seeds_boundary.toml"
CASES: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["case"]


def printed(text: str) -> list[str]:
    """What is found in a text, as it was printed."""
    return [text[span.start : span.end] for span in find_urls(text)]


def test_the_table_covers_every_script() -> None:
    assert len({case["text"] for case in CASES}) >= 240


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_a_url_ends_where_its_author_ended_it(case: dict[str, Any]) -> None:
    spans = find_urls(case["text"])
    assert printed(case["text"]) == case["found"], "another address would be checked"
    assert [reading for span in spans for reading in span.alternatives] == case.get("longer", [])
    assert [flag.value for span in spans for flag in span.flags] == case.get("flags", [])


def test_what_is_found_reads_as_an_address() -> None:
    urls = [url for case in CASES for url in case["found"]]
    unread = [url for url in urls if read_address(url).defect is Defect.NOT_A_URI]
    assert unread == ["https://[fe80::1%25eth0]/"], "an editor would be shown a broken link that is none"


# ---------------------------------------------------------------- properties

_text = st.text("aZ09.:/-_?=&%()[],;!的。，：／ｗ《》“” \n@#*|\\'", max_size=60)
_pieces = st.sampled_from(["https://", "www.", "example.org", "a@b.org", "mailto:", "中国", ".com", "[.]", "//"])
_label = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
_host = st.builds(lambda labels, top: ".".join([*labels, top]), st.lists(_label, min_size=1, max_size=3), _label)
_known = st.builds(
    lambda labels, top: ".".join([*labels, top]),
    st.lists(st.from_regex(r"[a-z]{3,9}", fullmatch=True), min_size=1, max_size=2),
    st.sampled_from(["org", "com", "gov.cn", "co.jp", "int"]),
)
_path = st.from_regex(
    r"(?:/[a-zA-Z0-9][a-zA-Z0-9_~.-]{0,9}[a-zA-Z0-9]){0,3}(?:\?[a-z]=[a-z0-9&=%20]{0,9}[a-z0-9])?", fullmatch=True
)
_url = st.one_of(
    st.builds(lambda host, path: f"https://{host}.org{path}", _host, _path),
    st.builds(lambda host, path: f"www.{host}{path}", _known, _path),
)
_MARKS = "。，；：！？、）》”’】」…— \n"


@given(st.lists(st.one_of(_text, _pieces), max_size=8))
def test_spans_are_ordered_and_hold_no_white_space_inside(pieces: list[str]) -> None:
    text = "".join(pieces)
    spans = find_urls(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    for span in spans:
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""
        assert Flag.JOINED_LINES in span.flags or not any(mark in text[span.start : span.end] for mark in "\n。《”")


@given(st.lists(st.one_of(_text, _pieces, _url), max_size=8))
def test_no_url_ends_in_punctuation_of_the_sentence(pieces: list[str]) -> None:
    text = "".join(pieces)
    ends = [url[-1] for url in printed(text)]
    assert not set(ends) & set('.,;:!?*|"“”，。；：？！、([{'), "an address of its own would be made of a full stop"


@given(_url, st.sampled_from("。，；：！？）》”、’ \n"))
def test_chinese_punctuation_always_ends_a_url(url: str, mark: str) -> None:
    assert printed(f"见{url}{mark}下") == [url]


@given(
    _url, st.sampled_from(["（{}）", "《{}》", "“{}”", "见{}。", "：{}；", "【{}】", "「{}」、", "，{}……", "\n{}\n"])
)
def test_a_url_is_the_same_whatever_chinese_marks_stand_around_it(url: str, around: str) -> None:
    assert printed(around.format(url)) == printed(url) == [url]


@given(_known, st.sampled_from(_MARKS), _path.filter(lambda path: "?" not in path))
def test_a_host_without_a_scheme_is_found_whole(host: str, mark: str, path: str) -> None:
    assert printed(f"见{host}{path}{mark}") == [host + path], "a citation would be lost, or cut"


@given(st.lists(_url, min_size=1, max_size=6), st.sampled_from(["，", "、", " ", "\n", "；", "）（", "”“"]))
def test_a_list_of_urls_is_found_url_by_url(urls: list[str], mark: str) -> None:
    assert printed(mark.join(urls)) == urls


@given(_text)
def test_trimming_twice_trims_no_more(text: str) -> None:
    once = trimmed(text, 0, len(text))
    assert trimmed(text, 0, once) == once


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(text[span.start : span.end] for span in find_urls(text))


# ---------------------------------------------------------------- hostile texts

REPEATED = ["https://example.org/关于我们", "https://a.org/?a|", "https://a.org/&amp;", "https://a.org/a-\n"]
REPEATED += ["https://a.org/[1]", "http://", "//a.com", "a.com/的", "www.", "[.]a", "a[.]", "a.", "ａ．", "中国."]
REPEATED += ["a@", "x:y@", "'", "-"]


def test_a_hostile_line_costs_little() -> None:
    spans = find_urls("https://example.org/" + "(" * 300_000 + "(的" * 50_000)
    assert max(span.end - span.start for span in spans) <= MAX_CHARACTERS + len("https://example.org")


@pytest.mark.timeout(20)  # what was quadratic took minutes
@pytest.mark.parametrize("piece", REPEATED)
def test_a_repeated_piece_costs_no_more_than_its_length(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    readings = sum(len(reading) for span in find_urls(text) for reading in span.alternatives)
    assert readings <= 30 * len(text), "a hostile document would fill the memory"


def test_the_longest_path_of_words_is_still_no_paragraph() -> None:
    words = "湿地" * 500
    (span,) = find_urls(f"https://example.org/{words}。")
    assert span.alternatives == ()


def test_lines_are_joined_a_few_times_only() -> None:
    text = "https://example.org/a-\n" + "b-c/\n" * 3000
    (span,) = find_urls(text)
    assert len(span.alternatives) <= 8
    assert re.fullmatch(r"https://example\.org/a-\n(?:b-c/\n?)+", text[span.start : span.end])
