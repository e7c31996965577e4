"""Addresses the crawler must refuse, in every spelling that could smuggle one in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.wire.addresses import SPECIAL, is_literal, networks_of, refusal_of

REFUSED = {
    "0.0.0.0": "this network",
    "0.1.2.3": "this network",
    "10.0.0.1": "private",
    "100.64.0.1": "shared",
    "100.100.100.200": "shared",  # a cloud's metadata
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "169.254.169.254": "metadata",
    "168.63.129.16": "metadata",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.192": "protocol",
    "192.0.2.1": "documentation",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "198.19.255.255": "benchmarking",
    "203.0.113.9": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "250.1.1.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::7f00:1": "loopback",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:a00:1": "private",
    "::ffff:0:127.0.0.1": "loopback",
    "64:ff9b::169.254.169.254": "metadata",
    "64:ff9b:1::1": "translation",
    "2002:7f00:1::": "loopback",
    "2002:c0a8:101::5": "private",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2": "Teredo",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "100::1": "discard",
    "fc00::1": "private",
    "fd00:ec2::254": "private",  # a cloud's metadata
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "5f00::1": "segment",
    "1::1": "not allocated",
    "4000::1": "not allocated",
    "e000::1": "not allocated",
}

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001:80b::200e",
    "2001:200::1",
    "2400:da00::6666",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_refused(address: str) -> None:
    assert REFUSED[address] in refusal_of(address), "a redirect could make the crawler read an inner service"


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert refusal_of(address) == "", "an editor's live link would never be checked"


def test_allowed_networks_are_allowed_in_every_form() -> None:
    allowed = networks_of(["127.0.0.0/8", "fd00::/8"])
    for address in ("127.0.0.1", "::ffff:127.9.9.9", "2002:7f00:1::", "fd12::1"):
        assert refusal_of(address, allowed) == ""
    for address in ("10.0.0.1", "::1", "fc00::1", "169.254.169.254"):
        assert refusal_of(address, allowed)


@given(st.ip_addresses())
def test_every_address_of_a_row_is_refused_and_every_other_agrees_with_the_registry(address: object) -> None:
    inside = any(address in row.network for row in SPECIAL)
    refused = bool(refusal_of(str(address)))
    carries = str(address).startswith(("2002:", "64:ff9b:", "::"))
    assert refused == inside or carries


@given(st.ip_addresses(v=4))
def test_a_carried_address_is_judged_as_the_address_itself(inner: object) -> None:
    want = bool(refusal_of(str(inner)))
    number = int(inner)  # type: ignore[call-overload]  # hypothesis types its addresses loosely
    forms = [f"::ffff:{inner}", f"64:ff9b::{inner}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"]
    assert [bool(refusal_of(form)) for form in forms] == [want] * 3


def test_literals() -> None:
    assert is_literal("1.2.3.4")
    assert is_literal("[::1]")
    assert not is_literal("example.org")
    assert not is_literal("")
