"""Top-level and registrable domains, and the names that are hosts without a scheme."""

from __future__ import annotations

import subprocess
import sys

import pytest

from crawler.suffixes import is_top_level, leading_top_level, registrable
from crawler.urls.barehost import is_bare_host
from crawler.urls.repair import looks_like_host


@pytest.mark.parametrize(
    "label", ["org", "ORG", "cn", "eco", "museum", "рф", "xn--p1ai", "xn--fiqs8s", "みんな", "zip"]
)
def test_a_delegated_domain_is_known(label: str) -> None:
    assert is_top_level(label), "a cited host would pass for a file"


@pytest.mark.parametrize(
    "label", ["", "pdf", "docx", "corp", "invalid", "xn--", "xn--bogus---", "c_m", "1", "js", "中"]
)
def test_anything_else_is_not(label: str) -> None:
    assert not is_top_level(label), "a file would be cited as a host"


@pytest.mark.parametrize(
    ("text", "top"),
    [
        ("中国的网站", "中国"),
        ("みんなです", "みんな"),
        ("公司", "公司"),
        ("中", ""),
        ("com网站", ""),
        ("", ""),
        ("한국어", "한국"),
    ],
)
def test_words_may_follow_a_domain_of_a_script_without_spaces(text: str, top: str) -> None:
    assert leading_top_level(text) == top


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.org", "example.org"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("www.example.com.cn", "example.com.cn"),
        ("garden.bj.cn", "garden.bj.cn"),
        ("me.github.io", "me.github.io"),
        ("www.me.github.io", "me.github.io"),
        ("github.io", "github.io"),
        ("www.xn--fsqu00a.xn--fiqs8s", "xn--fsqu00a.xn--fiqs8s"),
        ("a.b.corp", "b.corp"),
        ("localhost", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_registrable(host: str, domain: str) -> None:
    assert registrable(host) == domain


@pytest.mark.parametrize(
    ("name", "after", "is_host"),
    [
        ("unep.org", "", True),
        ("unep.org", "/zh-hans", True),
        ("README.md", "", False),
        ("README.md", "/main.py", False),
        ("docs.rs", "/serde", True),
        ("me.netlify.app", "", True),
        ("example.app", ":8080/a", True),
        ("main.py", ":12", False),
        ("ended.Then", "", False),
        ("GOOGLE.COM", "", True),
        ("RBS.CA", "", False),
        ("RBS.CA", "/a", True),
        ("e.g", "", False),
        ("day.one", "", False),
        ("day.one", "/a", True),
        ("www.day.one", "", True),
        ("192.0.2.1", "", False),
        ("192.0.2.1", "/a", True),
        ("10.0.0.0", "/8", False),
        ("-a.org", "", False),
        ("a.org.", "", False),
        ("org", "", False),
        ("", "", False),
        (".", "", False),
    ],
)
def test_a_name_is_a_host_or_a_file(name: str, after: str, is_host: bool) -> None:
    assert is_bare_host(name, after) is is_host
    if name and not name.endswith("."):
        assert looks_like_host(name + after) is is_host, "a reader and the repair would disagree"


def test_an_address_with_a_scheme_needs_no_list() -> None:
    asked = (
        "import sys; from crawler.seeds.boundary.find import find_urls; from crawler.urls.address import read_address;"
        "read_address('https://www.example.zz/a'); find_urls('见https://www.example.org/a。或unep.org，3.14');"
        "sys.exit('tldextract' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0, (
        "every command would start slower"
    )
