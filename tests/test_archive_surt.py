"""The keys that other tools look addresses up by; tests/test_judged_index.py holds them against the tool itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.surt import surt

ID = "0A1B2C3D4E5F60718293A4B5C6D7E8F9"
ASP = "a1" * 12


@pytest.mark.parametrize(
    ("uri", "key"),
    [
        ("http://www.example.org", "org,example)/"),
        ("https://www2.Example.org./A/B.HTML#part", "org,example)/a/b.html"),
        ("https://example.org:443/a/", "org,example)/a"),
        ("http://example.org:443/a/", "org,example:443)/a"),
        ("http://user:secret@example.org/", "org,example)/"),
        ("http://www.com/", "com)/"),
        ("http://192.0.2.7/x", "7,2,0,192)/x"),
        ("http://[2001:db8::7]:81/x", "2001:db8::7:81)/x"),
        ("http://xn--grten-gra.example/", "example,xn--grten-gra)/"),
        ("http://example.org/%E7%BC%BA", "org,example)/%e7%bc%ba"),
        ("http://example.org/a%2520b%2fc", "org,example)/a%20b/c"),
        ("http://example.org//a///b//", "org,example)/a/b"),
        ("http://example.org/a/%252e%252e/b", "org,example)/b"),
        ("http://example.org/%23%25", "org,example)/%23%25"),
        ("http://example.org/a?", "org,example)/a"),
        ("http://example.org/?B=2&a=1&A=3&&a", "org,example)/?&a&a=1&a=3&b=2"),
        ("http://example.org/?q=%2f%C3%A9+%20", "org,example)/?q=/%c3%a9+%20"),
        (f"http://example.org/a;jsessionid={ID}", f"org,example)/a;jsessionid={ID.lower()}"),
        (f"http://example.org/?a=1&PHPSESSID={ID}&b=2", "org,example)/?a=1&b=2"),
        (f"http://example.org/?sid={ID}", "org,example)/"),
        ("http://example.org/?x=1&CFID=12&CFTOKEN=34", "org,example)/?&x=1"),
        ("http://example.org/?ASPSESSIONIDABCDEFGH=abcdefghijklmnopqrstuvwx", "org,example)/"),
        (f"http://example.org/(S({ASP}))/page.aspx", "org,example)/page.aspx"),
        (f"http://example.org/({ASP})/sub/page.aspx?x", "org,example)/sub/page.aspx?x"),
        (f"http://example.org/(S({ASP}))/page.html", f"org,example)/(s({ASP}))/page.html"),
    ],
)
def test_keys(uri: str, key: str) -> None:
    assert surt(uri) == key, "a player would not find the page"


@pytest.mark.parametrize("uri", ["http://[broken/", "http://example.org:port/"])
def test_what_cannot_be_taken_apart_is_its_own_key(uri: str) -> None:
    assert surt(uri) == uri


@given(st.text(st.sampled_from("%25aA/.?&=;#(S)~é\\ "), max_size=60))
def test_a_key_is_one_lower_case_word(rest: str) -> None:
    key = surt(f"http://example.org/{rest}")
    assert key.startswith("org,example)/")
    assert key.isascii()
    assert not any(character.isspace() or character.isupper() for character in key)


@pytest.mark.parametrize("piece", ["%25", "25", "/", "(" + ASP + ")/", "&", "cfid=", "sid=", "../", "%2e%2e/"])
@pytest.mark.timeout(20)
def test_a_hostile_uri_costs_no_more_than_its_length(piece: str) -> None:
    length = 256 * 1024 // len(piece)
    for mark in ("/", "?"):
        assert surt(f"http://example.org{mark}%{piece * length}?.aspx")
