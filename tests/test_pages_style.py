"""The parts of style sheets: a table, charsets, and sheets made to be slow."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.links import MOST_LINKS
from crawler.pages.style import read_style_links

CASES = tomllib.loads((Path(__file__).parent / "cases" / "pages_css.toml").read_text("utf-8"))["case"]
SHEET = "https://garden.example/css/site.css"
FOLDER = SHEET.removesuffix("site.css")


def parts_of(css: bytes, charset: str | None = None) -> list[str]:
    found = read_style_links(css, SHEET, charset)
    assert not found.outlinks
    return [f"{link.kind} {link.uri.removeprefix(FOLDER)}" for link in found.requisites]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_style_sheet_names(case: dict[str, Any]) -> None:
    assert parts_of(case["css"].encode()) == case["parts"], "the copy of a page would lack a part"


@pytest.mark.parametrize(
    ("css", "charset"),
    [
        ("a{background:url(叶.png)}".encode(), None),
        ("\ufeffa{background:url(叶.png)}".encode(), "gb18030"),  # the mark comes before what the field says
        ("a{background:url(叶.png)}".encode("gb18030"), "gb18030"),
        ('@charset "gb18030";a{background:url(叶.png)}'.encode("gb18030"), None),
        ('@charset "no-such";a{background:url(叶.png)}'.encode(), None),
        (b"\xff\xfe" + "a{background:url(叶.png)}".encode("utf-16-le"), None),
    ],
)
def test_a_style_sheet_is_read_in_its_charset(css: bytes, charset: str | None) -> None:
    assert parts_of(css, charset) == ["image %E5%8F%B6.png"]


HOSTILE = {
    "urls in urls": "url(" * 600_000,
    "imports": "@import " * 300_000,
    "imports and spaces": ("@import" + " " * 3000) * 800,
    "comments": "/*" * 1_000_000,
    "comments that do not end": "/* *" * 500_000,
    "strings": "\"'" * 1_000_000,
    "escapes": "\\" * 2_000_000,
    "fonts": "@font-face" * 200_000,
    "sets": "image-set(" * 200_000,
    "sets of strings": "image-set('a' 1x, " * 100_000,
    "namespaces": "@namespace '" * 200_000,
    "urls of spaces": ("url(" + " " * 3000) * 800,
    "brackets": "(" * 2_000_000,
}


@pytest.mark.parametrize("css", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_style_sheet_takes_more_than_its_length(css: str) -> None:
    # A quadratic reader takes minutes over these: the bound is a wide one, and no measurement.
    began = time.process_time()
    found = read_style_links(css.encode(), SHEET, None)
    assert time.process_time() - began < 10, "one style sheet would hold up the night"
    assert len(found.requisites) <= MOST_LINKS


@given(
    st.lists(
        st.sampled_from(
            [*"{}();\"'\\/*@ \n", "url(", "@import ", "@font-face", "image-set(", "a.png", "type(", "\\75", "/*"]
        )
    ).map("".join)
)
def test_no_style_sheet_is_too_broken(css: str) -> None:
    for link in read_style_links(css.encode(), SHEET, None).requisites:
        assert link.uri.startswith(("http://", "https://"))
