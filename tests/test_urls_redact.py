"""Redaction: a table, then the property that nothing personal survives any encoding."""

from __future__ import annotations

import base64
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls.address import url_json
from crawler.urls.parameters import KNOWN_NAMES
from crawler.urls.redact import _redacted, is_plain, mask_mail, redact, redact_text
from crawler.urls.wrappers import RULES

TABLE = Path(__file__).parent / "cases" / "urls_redact.toml"
CASES: list[dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["case"]

SIGNATURE = "00112233445566778899aabbccddeeff"
USER = "ffeeddccbbaa99887766554433221100"
MAIL = "wang.li@example.com"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:70])
def test_what_names_a_recipient_is_redacted_and_nothing_else(case: dict[str, Any]) -> None:
    assert redact(case["text"]) == case["shown"]
    assert redact(case["shown"]) == case["shown"], "a redacted address would change when written again"


@pytest.mark.parametrize(("address", "masked"), [("wang@mepcec.com", "w***@mepcec.com"), ("a@b.cn", "a***@b.cn")])
def test_a_mail_address_is_masked_once(address: str, masked: str) -> None:
    assert mask_mail(address) == masked
    assert mask_mail(masked) == masked


def test_running_text_keeps_its_words() -> None:
    text = f"编辑：wang@example.com，见https://t.example.org/signature/{SIGNATURE}/userid/{USER}。完"
    assert (
        redact_text(text)
        == "编辑：w***@example.com，见https://t.example.org/signature/[redacted]/userid/[redacted]。完"
    )


def _percent(text: str) -> str:
    return quote(text, safe="")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _base64url(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ENCODINGS = (
    str,
    _percent,
    _base64,
    _base64url,
    lambda text: _percent(_percent(text)),
    lambda text: _percent(_base64(text)),
)
PERSONAL = (
    f"https://un.mdrtor.com/track/link/key/1/signature/{SIGNATURE}/userid/{USER}",
    f"/signature/{SIGNATURE}/userid/{USER}",
    f"https://example.org/a?mc_eid={USER}",
    f"https://example.org/u/x?recipient={USER}",
    MAIL,
)


@pytest.mark.parametrize("personal", PERSONAL)
@pytest.mark.parametrize("number", range(1, len(ENCODINGS)))
@pytest.mark.parametrize("place", ["https://example.org/go?to={}&x=1", "https://example.org/a#u={}"])
def test_encoding_hides_nobody(personal: str, number: int, place: str) -> None:
    encoded = ENCODINGS[number](personal)
    shown = redact(place.format(encoded))
    assert encoded not in shown, "the recipient could be decoded from the report"
    assert redact(shown) == shown


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.personal], ids=lambda rule: rule.name)
@pytest.mark.parametrize("encode", ENCODINGS[1:3])
def test_a_personal_wrapper_inside_a_parameter_is_redacted(rule: Any, encode: Any) -> None:
    shown = redact("https://example.org/go?to=" + encode(rule.example[0]))
    assert shown == "https://example.org/go?to=[redacted]"


_words = st.text("abc019-._~%/;=&+:@[]?# 报／＝", max_size=30)


@given(_words, _words, st.sampled_from(PERSONAL), st.sampled_from(ENCODINGS[1:]))
def test_redaction_is_idempotent(before: str, after: str, personal: str, encode: Any) -> None:
    shown = redact(f"https://example.org/{before}?a={encode(personal)}&{after}")
    assert redact(shown) == shown


@given(st.sampled_from(["https://", "http:", "http：//", "", "https://www.google.com/url?q=https://"]), _words, _words)
def test_signature_and_userid_never_leave(scheme: str, before: str, after: str) -> None:
    printed = (
        f"{scheme}un.mdrtor.com/{before.replace('?', '').replace('#', '')}/signature/{SIGNATURE}/userid/{USER}/{after}"
    )
    found = str(url_json(printed))
    assert SIGNATURE not in found
    assert USER not in found


_PLAIN_PIECES = st.one_of(
    st.text("abcdefghijklmnopqrstuvwxyz0123456789._~-", max_size=30),
    st.sampled_from(
        [SIGNATURE, USER, "user", "userid", "signature", "mail", "e-mail", "uid", "members", "url", "ls", "v3"]
    ),
    st.sampled_from(PERSONAL).map(lambda value: base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")),
)

_PLAIN_NAMES = st.one_of(_PLAIN_PIECES, st.sampled_from(sorted(KNOWN_NAMES)))


@given(
    st.sampled_from(["a.example.org", *(host for rule in RULES if (host := rule.example[0].split("/")[2]))]),
    st.lists(_PLAIN_PIECES, max_size=6),
    st.lists(st.tuples(_PLAIN_NAMES, _PLAIN_PIECES), max_size=3),
)
def test_what_is_passed_over_at_a_glance_would_not_have_changed(
    host: str, pieces: list[str], pairs: list[tuple[str, str]]
) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs)
    uri = "/".join(["https:/", host, *pieces]) + (f"?{query}" if query else "")
    if is_plain(uri):
        assert _redacted(uri, 0) == uri, "a recipient would be named, because a look at the address was too short"


def test_an_ordinary_address_is_passed_over_at_a_glance() -> None:
    assert is_plain("https://www.example.org/resources/2026/some-report_v2.pdf")
    assert is_plain("https://www.example.org/theme.css?v=3&page=2")
    assert not is_plain(f"https://www.example.org/userid/{USER}")
    assert not is_plain("https://www.example.org/?mc_eid=1a2b3c4d5e")
