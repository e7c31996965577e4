"""The next hop of an answer: what is followed, how, and where it leads."""

from __future__ import annotations

import pytest

from crawler.fetch.cookies import ChainJar
from crawler.fetch.hops import Next, next_hop, read_meta_refresh, read_refresh
from crawler.model import Head, Via

BASE = "https://www.example.org/a/b?c=1#d"


def head(status: int, *fields: tuple[str, str]) -> Head:
    return Head("HTTP/1.1", status, "", fields)


@pytest.mark.parametrize(
    ("location", "uri"),
    [
        ("https://other.example/x", "https://other.example/x"),
        ("//other.example/x", "https://other.example/x"),
        ("/x", "https://www.example.org/x"),
        ("x", "https://www.example.org/a/x"),
        ("?q=2", "https://www.example.org/a/b?q=2"),
        ("", None),
        ("/x#top", "https://www.example.org/x"),
        ("/x//y/%2F%2520", "https://www.example.org/x//y/%2F%2520"),
        ("/报告".encode().decode("latin-1"), "https://www.example.org/%E6%8A%A5%E5%91%8A"),
        ("/caf\xe9", "https://www.example.org/caf%C3%A9"),
        ("http://[::bad", None),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        (" /x ", "https://www.example.org/x"),
    ],
)
def test_a_location_leads_where_a_browser_would_go(location: str, uri: str | None) -> None:
    found = next_hop(BASE, head(302, ("Location", location)), b"")
    assert found == Next(uri, Via.LOCATION), f"Location: {location!r} sends the editor's link elsewhere"


@pytest.mark.parametrize("status", [200, 204, 300, 304, 404, 410, 500])
def test_only_redirects_are_followed(status: int) -> None:
    assert next_hop(BASE, head(status, ("Location", "/x")), b"") is None


def test_a_redirect_without_location_is_no_dead_end_by_silence() -> None:
    assert next_hop(BASE, head(301), b"") == Next(None, Via.LOCATION)


@pytest.mark.parametrize(
    ("value", "reference"),
    [
        ("0; url=/x", "/x"),
        ("0;URL='/x'", "/x"),
        ('5; url="/x" ', "/x"),
        ("0, url=/x", "/x"),
        ("0 /x", "/x"),
        ("0; /x", "/x"),
        ("10; url=/x", "/x"),
        ("11; url=/x", None),
        ("0", None),
        ("5;", None),
        ("url=/x", None),
        ("", None),
        ("0.5; url=/x", "/x"),
    ],
)
def test_a_refresh_value(value: str, reference: str | None) -> None:
    assert read_refresh(value) == reference


@pytest.mark.parametrize(
    ("page", "reference"),
    [
        (b'<meta http-equiv="refresh" content="0; url=/x">', "/x"),
        (b"<META HTTP-EQUIV=Refresh CONTENT='3;URL=/x'>", "/x"),
        (b'<noscript><meta http-equiv="refresh" content="0; url=/nojs"></noscript>', None),
        (b'<meta http-equiv="refresh" content="300">', None),
        (b"<p>refresh yourself</p>", None),
        (b"", None),
        (b"\x00refresh\xff<<<", None),
    ],
)
def test_a_meta_refresh(page: bytes, reference: str | None) -> None:
    assert read_meta_refresh(page) == reference


def test_a_page_that_refreshes_itself_is_not_followed() -> None:
    page = b'<meta http-equiv="refresh" content="5; url=https://www.example.org/a/b?c=1">'
    assert next_hop(BASE, head(200), page) is None, "a slide show would be called a redirect loop"


def test_the_refresh_field_comes_before_the_page() -> None:
    answer = next_hop(BASE, head(200, ("Refresh", "0; url=/field")), b'<meta http-equiv=refresh content="0; url=/m">')
    assert answer == Next("https://www.example.org/field", Via.REFRESH_HEADER)


class TestCookies:
    def test_a_cookie_goes_back_to_its_host_and_nowhere_else(self) -> None:
        jar = ChainJar()
        jar.keep("https://a.example/x", head(302, ("Set-Cookie", "seen=1; Path=/")))
        assert jar.field("https://a.example/y") == "seen=1"
        assert jar.field("https://b.example/y") is None, "a tracker's cookie would reach the publisher"

    def test_a_cookie_for_another_host_is_not_kept(self) -> None:
        jar = ChainJar()
        jar.keep("https://a.example/x", head(200, ("Set-Cookie", "s=1; Domain=b.example")))
        assert jar.state() == frozenset()

    def test_the_state_tells_two_visits_of_one_uri_apart(self) -> None:
        jar = ChainJar()
        before = jar.state()
        jar.keep("https://a.example/x", head(302, ("Set-Cookie", "s=1")))
        assert jar.state() != before, "a chain that sets a cookie and returns would be called a loop"
