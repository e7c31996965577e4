"""The links and requisites of HTML: tables, hostile pages, and whether any text at all brings it down."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.links import MOST_CHARACTERS, MOST_LINKS, MOST_REFERENCES, Kind, Links
from crawler.pages.page import MOST_TAGS, READ_BYTES, each_candidate, read_links
from crawler.pages.tags import MOST_ATTRIBUTES, plain, read_attributes, read_tags

CASES = tomllib.loads((Path(__file__).parent / "cases" / "pages_html.toml").read_text("utf-8"))["case"]
PAGE = "https://garden.example/plots/page.html?n=1"
MIB = 1024 * 1024


def full(text: str) -> str:
    return text.replace("g:/", "https://garden.example/")


def read(html: str, charset: str | None = None) -> Links:
    codec = "gb18030" if charset == "gb18030" else "utf-8"
    return read_links(html.encode(codec), PAGE, charset)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_page_names(case: dict[str, Any]) -> None:
    found = read(case["html"], case.get("charset"))
    assert [link.uri for link in found.outlinks] == [full(uri) for uri in case.get("links", [])]
    parts = [f"{link.kind} {link.uri}" for link in found.requisites]
    assert parts == [full(part) for part in case.get("parts", [])], "the copy of this page would lack a part"
    assert found.cut == 0


def test_links_tell_where_they_stand_and_how_they_would_be_followed() -> None:
    found = read(
        '<a href="/a">x</a><img srcset="b.png"><p style="background:url(c.png)"><style>@import "d.css"</style>'
    )
    assert [(link.hop, link.where) for link in found.outlinks] == [("L", "a/@href")]
    assert [(link.hop, link.where) for link in found.requisites] == [
        ("E", "img/@srcset"),
        ("E", "p/@style"),
        ("E", "style"),
    ]


def test_a_page_of_more_links_than_are_kept_says_how_many_are_not() -> None:
    found = read("".join(f'<a href="/{number}">x</a>' for number in range(MOST_LINKS + 7)))
    assert len(found.outlinks) == MOST_LINKS
    assert found.cut == 7
    assert found.outlinks[-1].uri == f"https://garden.example/{MOST_LINKS - 1}", "the first ones are kept"


def test_long_addresses_fill_the_room_before_their_number_does() -> None:
    found = read("".join(f"<img src=/{'b' * 15_000}/{number}>" for number in range(500)))
    assert read(f'<base href="/{"b" * 15_000}/"><img src=a>').requisites[0].uri == "https://garden.example/plots/a"
    kept = sum(len(link.uri) for link in found.requisites)
    assert kept <= MOST_CHARACTERS
    assert found.cut > 0
    assert found.cut + len(found.requisites) == 500


def test_what_is_longer_than_we_read_counts_as_cut() -> None:
    found = read_links(b"<a href=/a>x</a>" + b" " * READ_BYTES + b"<a href=/b>y</a>", PAGE, None)
    assert [link.uri for link in found.outlinks] == ["https://garden.example/a"]
    assert found.cut == 1


def test_a_page_of_more_tags_than_are_read_says_so() -> None:
    found = read("<a href=/a>" + "<a>" * MOST_TAGS)
    assert len(found.outlinks) == found.cut == 1


def test_references_are_read_up_to_a_number() -> None:
    found = read("<a href=/a>" * (MOST_REFERENCES + 7))
    assert (len(found.outlinks), found.cut) == (1, 7), "a page of nothing but references would hold up the night"


def test_documents_in_attributes_do_not_nest_for_ever() -> None:
    html = '<img src="x.png">'
    for _ in range(5):
        html += f"<iframe srcdoc='{html.replace('&', '&amp;').replace(chr(39), '&#39;')}'></iframe>"
    assert [link.uri for link in read(html).requisites] == ["https://garden.example/plots/x.png"]


HOSTILE = {
    "deep nesting": "<div>" * 400_000 + "<img src=x.png>",
    "nested tables and forms": "<table><tr><td><form><b>" * 50_000 + "<img src=x.png>",
    "a million elements": "<b>" * 1_000_000 + "<img src=x.png>",
    "a tag of attributes": "<p " + " ".join(f"a{number}=1" for number in range(200_000)) + "><img src=x.png>",
    "tags that never end": "<a " * 500_000,
    "names that never end": "<a" * 1_000_000,
    "comments that never end": "<!--" * 500_000,
    "declarations that never end": "<!" * 1_000_000,
    "quotes that never end": "<a href=\"'" * 200_000,
    "scripts that never end": "<script>" * 250_000,
    "titles that end themselves": "<title/>" * 400_000 + "<img src=x.png>",
    "all kinds of text that end themselves": "<script/><style/><xmp/><iframe/>" * 50_000 + "<img src=x.png>",
    "references against a long base": f"<base href=/{'b' * 2000}/><img srcset='" + "./x ," * 800_000 + "'>",
    "spaces in a tag": "<a" + " " * 2_000_000 + "=" + " " * 2_000_000,
    "ampersands": "<a href='" + "&" * 2_000_000 + "'>",
    "commas": "<img srcset='" + "," * 2_000_000 + "'>",
    "brackets in a srcset": "<img srcset='" + "a (" * 500_000 + "'>",
    "styles that never end": "<p style='" + "url(" * 500_000 + "'>",
    "equals signs": "<a " + "=" * 2_000_000,
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_page_takes_more_than_its_length(html: str) -> None:
    # A quadratic reader takes minutes over these: the bound is a wide one, and no measurement.
    began = time.process_time()
    found = read(html)
    assert time.process_time() - began < 10, "one page would hold up the night"
    if "x.png" in html:
        assert [link.uri for link in found.requisites] == ["https://garden.example/plots/x.png"]


def test_a_tag_of_more_attributes_than_are_read_keeps_the_first_ones() -> None:
    rest = " ".join(f"a{number}=1" for number in range(1000))
    assert list(read_attributes(rest)) == [f"a{number}" for number in range(MOST_ATTRIBUTES)]


PIECES = """<a~ <img~ <!-- --> <script> </script> <style> </style> <base~ href= src= srcset= style= url( @import~
image-set( http://a.example/ // \\ &amp \x00 \ud7ff \u202e 图 data:, <svg> <iframe~srcdoc= <plaintext>
<link~rel=stylesheet~"""
markup = st.lists(st.sampled_from([*"<>=\"'&;/!- \n#xX", *(piece.replace("~", " ") for piece in PIECES.split())])).map(
    "".join
)


@given(markup)
def test_no_markup_is_too_broken(html: str) -> None:
    found = read(html)
    for link in (*found.outlinks, *found.requisites):
        assert link.uri.startswith(("http://", "https://"))
        assert "#" not in link.uri
        assert link.uri.isascii()
    assert all(link.kind is not Kind.LINK for link in found.requisites)


@given(st.binary(max_size=300), st.sampled_from([None, "utf-16-le", "gb18030", "shift_jis", "nonsense", "idna"]))
def test_no_bytes_are_too_broken(body: bytes, charset: str | None) -> None:
    read_links(body, PAGE, charset)


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_tag_is_read_back_whatever_its_quoted_value_holds(before: str, value: str) -> None:
    quoted = value.replace('"', "")
    text = f'{before.replace("<", "")}<img alt="{quoted}" src=x>'
    ((name, rest, _),) = read_tags(text, {"img"})
    assert (name, read_attributes(rest)) == ("img", {"alt": quoted, "src": "x"})


def test_a_character_reference_without_its_end_stays_where_a_name_goes_on() -> None:
    assert [plain(text) for text in ("a&amp", "a&amp=b", "a&ampb", "&notit;", "&#0;", "&#xD800;")] == [
        "a&",
        "a&amp=b",
        "a&ampb",
        "&notit;",
        "\ufffd",
        "\ufffd",
    ]


def test_candidates_of_a_srcset_that_is_none() -> None:
    assert list(each_candidate("")) == []
    assert list(each_candidate(" , ,")) == []
