"""Random siblings of an address: where they stand, what they look like, and what must never be in them."""

from __future__ import annotations

import random
import re
import secrets
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls.redact import redact
from crawler.urls.siblings import FEWEST, MOST, sibling, sibling_key

CASES = tomllib.loads((Path(__file__).parent / "cases" / "urls_siblings.toml").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["uri"]))
def test_where_siblings_stand_and_what_they_look_like(case: dict[str, Any]) -> None:
    assert sibling_key(case["uri"]) == case.get("key"), case.get("why")
    for _ in range(20):
        drawn = sibling(case["uri"], secrets.choice)
        if "looks" in case:
            assert drawn is not None
            assert re.fullmatch(case["looks"], drawn), f"{drawn}: {case.get('why', 'another handler would answer it')}"
        else:
            assert drawn is None, f"{drawn} would be asked: {case.get('why')}"


SEGMENTS = st.lists(st.text(min_size=1, max_size=30).map(lambda text: quote(text, safe="~-_.")), min_size=1, max_size=4)
URIS = st.builds(
    lambda scheme, segments, slash: f"{scheme}://www.garden.example/{'/'.join(segments)}{slash}",
    st.sampled_from(["http", "https"]),
    SEGMENTS,
    st.sampled_from(["", "/", ".html", ".php"]),
)


@given(URIS, st.integers())
def test_a_sibling_is_a_plain_address_beside_its_model(uri: str, seed: int) -> None:
    drawn = sibling(uri, random.Random(seed).choice)
    if drawn is None:
        assert sibling_key(uri) is None
        return
    assert sibling_key(drawn) == sibling_key(uri), "what was learned would never be found again"
    assert drawn.isascii()
    assert urlsplit(drawn).query == ""
    assert urlsplit(drawn).fragment == ""
    assert redact(drawn) == drawn, "the random name looks like somebody's"
    assert drawn != uri


@given(URIS)
def test_a_sibling_cannot_be_guessed(uri: str) -> None:
    drawn = {sibling(uri, secrets.choice) for _ in range(8)}
    assert drawn == {None} or len(drawn) == 8, "a name that is drawn twice could have been made for us"


@given(st.text(alphabet="abcdefghij", min_size=5, max_size=60), st.integers())
def test_nothing_of_the_model_is_in_the_name(name: str, seed: int) -> None:
    drawn = sibling(f"https://www.garden.example/{name}", random.Random(seed).choice)
    assert drawn is not None
    other = drawn.rpartition("/")[2]
    same = sum(mine == its for mine, its in zip(other, name, strict=False))
    assert same < len(name), "the host is asked for the target itself, and believed about random names"
    assert FEWEST <= len(other) <= MOST + FEWEST
