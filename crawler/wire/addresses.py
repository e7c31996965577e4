"""Which IP addresses a crawler must not connect to: a table of special-purpose networks with their sources.

Rules:
- An IPv6 address that carries an IPv4 one is judged by the IPv4 address within.
- What `allow_private_networks` lists is allowed, in whichever form the address is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Special:
    """A network that no public web page lives in, what it is for, and who says so."""

    network: Network
    purpose: str
    source: str


def _row(network: str, purpose: str, source: str) -> Special:
    return Special(ip_network(network), purpose, source)


# First match names the reason. The IANA special-purpose registries (RFC 6890) list most of these.
SPECIAL: tuple[Special, ...] = (
    _row("0.0.0.0/8", "this network", "RFC 791 §3.2"),
    _row("10.0.0.0/8", "private", "RFC 1918 §3"),
    _row("172.16.0.0/12", "private", "RFC 1918 §3"),
    _row("192.168.0.0/16", "private", "RFC 1918 §3"),
    _row("100.64.0.0/10", "shared by carriers", "RFC 6598 §7"),
    _row("127.0.0.0/8", "loopback", "RFC 1122 §3.2.1.3"),
    _row("169.254.0.0/16", "link-local, cloud metadata", "RFC 3927 §2.1"),
    _row("168.63.129.16/32", "cloud metadata", "Microsoft Learn, What is IP address 168.63.129.16"),
    _row("192.0.0.0/24", "protocol assignments", "RFC 6890 §2.1"),
    _row("192.0.2.0/24", "documentation", "RFC 5737 §3"),
    _row("198.51.100.0/24", "documentation", "RFC 5737 §3"),
    _row("203.0.113.0/24", "documentation", "RFC 5737 §3"),
    _row("192.88.99.0/24", "6to4 relays, withdrawn", "RFC 7526 §6"),
    _row("198.18.0.0/15", "benchmarking", "RFC 2544 §C.2.2"),
    _row("224.0.0.0/4", "multicast", "RFC 5771 §3"),
    _row("255.255.255.255/32", "broadcast", "RFC 919 §7"),
    _row("240.0.0.0/4", "reserved", "RFC 1112 §4"),
    _row("::/128", "unspecified", "RFC 4291 §2.5.2"),
    _row("::1/128", "loopback", "RFC 4291 §2.5.3"),
    _row("64:ff9b:1::/48", "local translation", "RFC 8215 §3"),
    _row("100::/64", "discard", "RFC 6666 §4"),
    _row("2001::/32", "Teredo", "RFC 4380 §2.6"),
    _row("2001::/23", "protocol assignments", "RFC 2928 §2"),
    _row("2001:db8::/32", "documentation", "RFC 3849 §2"),
    _row("3fff::/20", "documentation", "RFC 9637 §3"),
    _row("5f00::/16", "segment routing", "RFC 9602 §6"),
    _row("fc00::/7", "private", "RFC 4193 §3.1"),
    _row("fe80::/10", "link-local", "RFC 4291 §2.5.6"),
    _row("fec0::/10", "site-local, withdrawn", "RFC 3879 §4"),
    _row("ff00::/8", "multicast", "RFC 4291 §2.7"),
    _row("::/3", "not allocated", "IANA IPv6 Address Space: global unicast is 2000::/3"),
    _row("4000::/2", "not allocated", "IANA IPv6 Address Space: global unicast is 2000::/3"),
    _row("8000::/1", "not allocated", "IANA IPv6 Address Space: global unicast is 2000::/3"),
)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A network whose addresses carry an IPv4 address, and how many bits stand behind it."""

    network: IPv6Network
    shift: int
    source: str


CARRIERS: tuple[Carrier, ...] = (
    Carrier(IPv6Network("::ffff:0:0/96"), 0, "RFC 4291 §2.5.5.2, IPv4-mapped"),
    Carrier(IPv6Network("::/96"), 0, "RFC 4291 §2.5.5.1, IPv4-compatible"),
    Carrier(IPv6Network("::ffff:0:0:0/96"), 0, "RFC 2765 §2.1, IPv4-translated"),
    Carrier(IPv6Network("64:ff9b::/96"), 0, "RFC 6052 §2.1, NAT64"),
    Carrier(IPv6Network("2002::/16"), 80, "RFC 3056 §2, 6to4"),
)


def networks_of(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks of `allow_private_networks`."""
    return tuple(ip_network(text) for text in texts)


def refusal_of(address: str, allowed: Sequence[Network] = ()) -> str:
    """Why this address must not be connected to, in words with the source; "" when it may be."""
    forms = _forms(ip_address(address))
    if any(form in network for form in forms for network in allowed):
        return ""
    row = next((row for row in SPECIAL if forms[-1] in row.network), None)
    return f"{address} is {row.purpose} ({row.source})" if row else ""


def _forms(address: Address) -> list[Address]:
    """The address itself and, last, the IPv4 address it carries."""
    if isinstance(address, IPv4Address) or address in (IPv6Address("::"), IPv6Address("::1")):
        return [address]
    carrier = next((carrier for carrier in CARRIERS if address in carrier.network), None)
    if carrier is None:
        return [address]
    return [address, IPv4Address(int(address) >> carrier.shift & 0xFFFFFFFF)]


@lru_cache(1024)
def is_literal(host: str) -> bool:
    """Whether a host is an IP address, in brackets or not, rather than a name."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
