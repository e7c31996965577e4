"""Repair, fetch uri, urlkey and unwrapping: tables first, then properties."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls.address import read_address, url_json
from crawler.urls.canonical import clean, urlkey
from crawler.urls.redact import redact, redact_fragment
from crawler.urls.repair import repair
from crawler.urls.unwrap import unwrap
from crawler.urls.wrappers import OFFLINE, OPAQUE, RULES, Rule

CASES = Path(__file__).parent / "cases"


def read_cases(name: str) -> list[dict[str, Any]]:
    """The cases of a table."""
    cases: list[dict[str, Any]] = tomllib.loads((CASES / name).read_text("utf-8"))["case"]
    return cases


@pytest.mark.parametrize("case", read_cases("urls_repair.toml"), ids=lambda case: repr(case["printed"]))
def test_a_printed_url_is_read_as_its_author_meant_it(case: dict[str, Any]) -> None:
    repaired = repair(case["printed"])
    read = (repaired.uri, repaired.defect and repaired.defect.value, [flag.value for flag in repaired.flags])
    assert read == (case.get("uri"), case.get("defect"), case["flags"]), "the editor is sent to another address"


@pytest.mark.parametrize("case", read_cases("urls_clean.toml"), ids=lambda case: case["uri"])
def test_the_fetch_uri_changes_least_and_the_key_folds(case: dict[str, Any]) -> None:
    cleaned = clean(case["uri"])
    assert cleaned.uri == case["clean"], "another page would be fetched than the one cited"
    assert list(cleaned.stripped) == case["stripped"]
    assert urlkey(case["uri"]) == case["urlkey"], "the archived copy would not be found again"
    assert cleaned.personal or not case.get("personal"), "an editor would not be told that the link named somebody"
    assert cleaned.text_fragment == case.get("text_fragment")
    assert cleaned.uri_fragment == case.get("uri_fragment")


@pytest.mark.parametrize("rule", OFFLINE, ids=lambda rule: rule.name)
def test_an_offline_wrapper_opens_to_its_target(rule: Rule) -> None:
    wrapped, target = rule.example
    address = read_address(wrapped)
    assert (address.rule, address.uri, address.target) == (rule.name, target, target)
    assert address.personal_rule is rule.personal
    assert not address.is_tracker


@pytest.mark.parametrize("rule", OPAQUE, ids=lambda rule: rule.name)
def test_an_opaque_tracker_has_no_uri_and_shows_no_recipient(rule: Rule) -> None:
    address = read_address(rule.example[0])
    assert (address.rule, address.uri, address.urlkey) == (rule.name, None, None)
    assert address.is_tracker
    assert "[redacted]" in address.printed, "the recipient would be printed in the report"
    asked = rule.example[0] if rule.asked else address.display + "#opt-out"
    assert address.hidden == asked, "a member's own page would be opened, and end the subscription"
    assert rule.example[0] not in repr(address)


def test_every_rule_has_a_source_and_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.source for rule in RULES)


@pytest.mark.parametrize(
    "printed",
    [
        "https://www.google.com/url?q=/search%3Fq%3Dx",
        "https://www.baidu.com/link?url=opaque-token",
        "https://r.ap-south-1.awstrack.me.example.test/L0/https:%2F%2Fexample.org%2F/1/a/b",
        "https://www.youtube.com/watch?v=abc",
        "https://example.us1.list-manage.com/subscribe?u=1&id=2",
        "https://example.org/l.php?u=https://example.com/",
    ],
)
def test_what_only_looks_like_a_wrapper_is_a_page(printed: str) -> None:
    address = read_address(printed)
    assert (address.rule, address.uri) == (None, printed), "a page would be taken for a tracker"


def test_layers_open_one_after_the_other() -> None:
    inner = (
        "https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fexample.org%252Fa%253Futm_id%253D1%2526b%253D2"
    )
    found = url_json(f"https://eur01.safelinks.protection.outlook.com/?url={inner}&data=x")
    assert found["uri"] == "https://example.org/a?b=2"
    assert found["wrapper"] == {"rule": "safelinks", "personal": True, "offline": True}
    assert found["stripped"] == ["utm_id"]


def test_a_tracker_inside_an_offline_wrapper_stays_unknown() -> None:
    opaque = "https://un.mdrtor.com/track/link/key/1/signature/aa/userid/bb"
    found = url_json("https://www.google.com/url?q=" + opaque.replace("/", "%2F"))
    assert (found["uri"], found["wrapper"]["rule"], found["wrapper"]["offline"]) == (None, "mdrtor", False)
    assert "/aa" not in str(found)
    assert "%2Faa" not in str(found)


def test_a_personal_wrapper_that_does_not_open_is_a_tracker() -> None:
    found = url_json("https://mandrillapp.com/track/click/1/example.org?p=broken")
    assert (found["uri"], found["wrapper"]) == (None, {"rule": "mandrill", "personal": True, "offline": False})


@pytest.mark.parametrize("loop", ["https://www.google.com/url?q=", "https://duckduckgo.com/l/?uddg="])
def test_wrappers_in_wrappers_end(loop: str) -> None:
    uri = "https://example.org/"
    for _ in range(30):
        uri = loop + uri.replace("%", "%25").replace(":", "%3A").replace("/", "%2F").replace("?", "%3F")
    assert read_address(uri).uri


def test_a_target_in_another_encoding_survives() -> None:
    address = read_address("https://link.zhihu.com/?target=http%3A//example.org/%C1%AA%3Fa%3D%252F")
    assert address.uri == "http://example.org/%C1%AA?a=%2F", "the bytes of a GBK path would be destroyed"


def test_the_session_is_left_out_first_and_kept_as_a_fallback() -> None:
    address = read_address("https://example.org/a;jsessionid=2D0F?utm_source=x&b=1")
    assert address.uri == "https://example.org/a?b=1"
    assert address.fallbacks == ("https://example.org/a;jsessionid=2D0F?b=1",)


def test_the_json_has_the_fields_of_the_contract() -> None:
    found = url_json("https://www.example.org/a?utm_source=x#:~:text=y")
    assert list(found)[:9] == [
        "printed", "uri", "urlkey", "display", "wrapper", "target", "stripped", "text_fragment", "flags",
    ]  # fmt: skip
    assert found["uri"] == "https://www.example.org/a"
    assert found["urlkey"] == "org,example)/a"
    assert (found["stripped"], found["wrapper"], found["target"]) == (["utm_source"], None, None)


def test_a_tracker_redacted_in_its_source_says_so() -> None:
    address = read_address("https://un.mdrtor.com/track/link/key/1/signature/[redacted]/userid/[redacted]")
    assert address.redacted_in_source, "a link that can never be resolved would be asked"
    assert [flag.value for flag in address.flags] == ["personal", "redacted-in-source"]


_segment = st.text("abZ09-._~%/;()=&+ :@'!*[]é报", max_size=12)
_hosts = st.sampled_from(["example.org", "www.example.org", "WWW3.example.co.uk:8080", "127.0.0.1", "例子.中国"])
_names = st.sampled_from(["utm_source", "mc_eid", "PHPSESSID", "id", "b", "a", "uid", "email", "%75tm_id", "sid", ""])
_pairs = st.lists(st.tuples(_names, _segment), max_size=4)
_sessions = st.sampled_from(["", ";jsessionid=A1", "/(S(abc))", "/(S(a)F(b))/x"])


@st.composite
def uris(draw: st.DrawFn) -> str:
    """Addresses with everything that gets stripped, folded or redacted."""
    query = "&".join(f"{name}={value}" for name, value in draw(_pairs))
    path = draw(_segment).replace("?", "") + draw(_sessions) + draw(st.sampled_from(["", "/", "/b", "//c"]))
    return f"http://{draw(_hosts)}/{path}?{query}#{draw(_segment)}"


_personal = st.sampled_from(
    [
        "wang.li@example.com",
        "wang%40example.com",
        "jane@例子.中国",
        "d2FuZ0BleGFtcGxlLmNvbQ",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
        "00112233445566778899aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddeeff",
        "/signature/aa11/userid/bb22",
    ]
)
_keys = st.sampled_from(["uid", "user[]", "users", "email", "recipient_id", "subscriberId", "a", "%75id", "PHPSESSID"])
_marks = st.sampled_from(["&", ";", "&amp;", "&&", "=", "/"])


@given(st.lists(st.tuples(_marks, _keys, st.one_of(_personal, _segment)), max_size=4))
def test_nothing_personal_stays_in_the_query_that_is_fetched(pairs: list[tuple[str, str, str]]) -> None:
    query = "".join(f"{mark}{key}={value}" for mark, key, value in pairs)
    uri = str(repair(f"http://example.org/a?b=1{query}#{query}").uri)
    cleaned = clean(uri)
    for fetched in filter(None, [cleaned.uri, cleaned.with_session]):
        assert redact(fetched) == fetched, "a recipient would be written to the archive"
    assert clean(cleaned.uri).uri == cleaned.uri
    assert urlkey(cleaned.uri) == urlkey(uri)
    assert redact_fragment(cleaned.uri_fragment or "") == (cleaned.uri_fragment or "")


@pytest.mark.parametrize(
    "path",
    [
        "//track//link/key/1/signature//aa11//userid//bb22",
        "/%74rack/link/key/1/%73ignature/aa11/userid/bb22",
        "/x/../track/click/aa11/bb22",
        "\\track\\link\\signature\\aa11\\userid\\bb22",
        "/TRACK/open/userid/bb22?s=aa11#bb22",
    ],
)
@pytest.mark.parametrize(
    "host", ["https://un.mdrtor.com", "http:un.mdrtor.com", "un.mdrtor.com", "https://un。mdrtor。com"]
)
def test_a_tracker_is_one_however_its_path_is_written(host: str, path: str) -> None:
    address = read_address(host + path)
    assert address.uri is None, "the recipient's own link would be asked as a page"
    assert address.rule == "mdrtor" or address.defect
    assert not [one for one in ("aa11", "bb22") if one in address.printed + address.display]


@given(uris())
def test_the_key_of_an_address_is_the_key_of_its_clean_form(printed: str) -> None:
    uri = repair(printed).uri
    if uri is None:
        return
    cleaned = clean(uri).uri
    assert urlkey(cleaned) == urlkey(uri), "one target would be filed under two keys"
    assert clean(cleaned).uri == cleaned, "the fetch uri would change from night to night"


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(printed: str) -> None:
    address = read_address(printed)
    assert (address.uri is not None) + (address.defect is not None) + (
        address.mail is not None
    ) + address.is_tracker == 1


def _uri_of(key: str) -> str:
    """An address that a key was made of: its host turned round again."""
    host, _, path = key.partition(")")
    name, colon, port = host.rpartition(":") if not host.startswith("[") else (host, "", "")
    name, port = (name, port) if colon else (host, "")
    return f"http://{'.'.join(reversed(name.split(',')))}{':' + port if port else ''}{path}"


@given(uris())
def test_a_key_is_its_own_key(printed: str) -> None:
    uri = repair(printed).uri
    if uri is None or "127.0.0.1" in uri:
        return
    key = urlkey(uri)
    assert urlkey(_uri_of(key)) == key, "a copy would be filed anew each time its key is made again"


_WRAPPED = (
    "https://www.google.com/url?q={}&sa=D",
    "https://www.youtube.com/redirect?event=video_description&q={}",
    "https://l.facebook.com/l.php?u={}&h=AT0synthetic",
    "https://www.linkedin.com/safety/go?url={}&trk=feed",
    "https://eur01.safelinks.protection.outlook.com/?url={}&data=05%7C01%7Cwang%40example.com&reserved=0",
    "https://urldefense.proofpoint.com/v1/url?u={}&k=k1&r=cmVjaXBpZW50&m=bWVzc2FnZQ&s=c2lnbg",
)


@given(st.lists(st.sampled_from(_WRAPPED), max_size=6), uris())
def test_unwrapping_never_lengthens_a_chain(wrappers: list[str], printed: str) -> None:
    uri = repair(printed).uri
    if uri is None:
        return
    wrapped, layers = uri, []
    for wrapper in wrappers:
        wrapped = wrapper.format(quote(wrapped, safe=""))
        layers.append(wrapped)
    found = unwrap(wrapped)
    assert (found is not None) == bool(wrappers)
    if found is None or found.uri is None:
        return
    assert len(found.uri) < len(wrapped), "each unwrapping would make the address longer"
    assert unwrap(found.uri) is None, "a wrapper would be asked though it opens offline"
    assert clean(found.uri).uri == clean(uri).uri, "another page would be checked than the one wrapped"
