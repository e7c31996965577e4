"""References: the short cut and the standard's parser say the same."""

from __future__ import annotations

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.pages.reference import LONGEST_URI, Base

BASES = ["https://garden.example/plots/page.html?n=1#x", "http://garden.example:8080", "https://garden.example/a/"]

HOSTS = """a.example A.example 1.2.3.4 0x7f.1 1 a.1 xn--a.example a--b.example a..b a.example. 1a.example a-.example
a.example:443 a.example:80 a_b.example localhost [::1] 图.example"""
hosts = st.sampled_from(HOSTS.split())
tails = st.text(st.sampled_from("ab/.%2eE?&=#:;,@!~$*()+'\"|^[]{}\\ \t图<>-_0"), max_size=14)
references = st.one_of(
    tails,
    st.builds(
        lambda scheme, host, tail: f"{scheme}://{host}{tail}", st.sampled_from(["http", "https", "HTTP"]), hosts, tails
    ),
    st.builds(lambda host, tail: f"//{host}/{tail}", hosts, tails),
    st.builds(lambda tail: f"/{tail}", tails),
    st.builds(
        lambda word, tail: f"{word}{tail}", st.sampled_from(["img", "mailto:", "data:", "javascript:", "x:y"]), tails
    ),
)


@given(st.sampled_from(BASES), references)
@example(BASES[0], "https://a.example/b|c")
@example(BASES[0], "https://1.2/")
def test_the_short_cut_is_the_standard(base: str, reference: str) -> None:
    # The standard ends an opaque path's trailing spaces differently with a fragment; neither is a web address.
    try:
        expected = ada_url.join_url(base, reference.partition("#")[0])
    except ValueError:
        expected = ""
    reads = bool(reference.strip("".join(map(chr, range(0x21)))).partition("#")[0])
    wanted = expected if reads and expected.startswith(("http://", "https://")) else None
    assert Base(base).join(reference) == wanted


def test_a_reference_longer_than_any_server_reads_leads_nowhere() -> None:
    assert Base(BASES[0]).join("/" + "a" * LONGEST_URI) is None
    assert Base(BASES[0]).join("图" * (LONGEST_URI // 4)) is None, "its escaped form is as long"


def test_a_base_that_is_no_url_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match=r".*"):
        Base("no base")


def test_nobody_is_asked_with_the_credentials_of_a_base() -> None:
    base = Base("https://user:word@garden.example/a/")
    assert base.join("b") == "https://garden.example/a/b"
    assert base.join("../图") == "https://garden.example/%E5%9B%BE"
