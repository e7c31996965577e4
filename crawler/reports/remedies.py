"""What to print instead of an address that fails: the page's new one, a copy, or where to look for one.

Rules:
- A copy's address is only proposed where others can reach it; else the command that takes the copy out.
- Nothing is proposed for an address that is fine, and no personal or redacted one is proposed or looked up.
- A tracking link is never printed again: where its target is known, that is proposed, however well it works.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from crawler.model import Kind, Verdict
from crawler.reports.health import HealthReport
from crawler.reports.lookups import find_lookups
from crawler.reports.rows import Row
from crawler.reports.trend import DEAD
from crawler.reports.visible import is_web

# Verdicts under which something else is printed, and what happened to the page in a word.
FATES: dict[Verdict, str] = {
    **dict.fromkeys(DEAD, "dead"),
    Verdict.HIJACKED: "hijacked",
    Verdict.REPLACED: "replaced",
    Verdict.CHANGED: "changed",
    Verdict.OK_MOVED: "moved",
    Verdict.OK_HTTPS: "https",
}
# What is wrong with a tracking link that works.
TRACKER = "tracker"
# Names that lead to another machine for every reader, or to none (RFC 6761 §6.3, RFC 6762 §3, RFC 8375 §3).
_HERE = ("localhost", "local", "home.arpa", "internal", "lan")


class Way(StrEnum):
    """What stands in for an address: the page's new one, our copy, our copy by command, a public archive's."""

    ADDRESS = "address"
    COPY = "copy"
    COMMAND = "command"
    PUBLIC = "public"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to print instead of an address: `text` is an address, or the command that takes our copy out."""

    way: Way
    text: str = ""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A citation whose address should not be printed again as it is, what happened to it, and what to print instead."""

    row: Row
    fate: str
    remedy: Remedy


def replacements(report: HealthReport) -> tuple[Replacement, ...]:
    """Everything of a report that should be printed otherwise from now on, in the order of the documents."""
    found = ((row, remedy_of(row)) for row in report.rows)
    return tuple(Replacement(row, fate_of(row), remedy) for row, remedy in found if remedy)


def fate_of(row: Row) -> str:
    """What happened to a row's address, in a word; '' where nothing did."""
    return FATES.get(row.standing.verdict, "") or (TRACKER if row.citation.wrapper and row.citation.uri else "")


def remedy_of(row: Row) -> Remedy | None:
    """What to print instead of a row's address; None where it may stand as it is."""
    fate = fate_of(row)
    if not fate or row.citation.kind is Kind.MAIL:
        return None
    if fate == TRACKER:
        return Remedy(Way.ADDRESS, row.citation.uri or "") if is_printable(row.citation.uri) else None
    if fate in ("moved", "https"):
        new = _moved_to(row) if fate == "moved" else _secure(row.citation.uri)
        return Remedy(Way.ADDRESS, new) if new else None
    if row.offer and is_printable(row.offer.uri):
        return Remedy(Way.ADDRESS, row.offer.uri)
    return _copy_of(row)


def _moved_to(row: Row) -> str:
    new = row.final_uri or ""
    return new if is_printable(new) and new != row.citation.uri else ""


def _secure(uri: str | None) -> str:
    return f"https{uri[4:]}" if uri and uri.startswith("http:") and is_printable(uri) else ""


def _copy_of(row: Row) -> Remedy:
    if row.copy and is_public(row.copy_href):
        return Remedy(Way.COPY, row.copy_href)
    if row.copy:
        return Remedy(Way.COMMAND, f"evercite archive get {row.citation.id}")
    found = find_lookups(row.citation)
    return Remedy(Way.PUBLIC, found[0].uri) if found else Remedy(Way.NONE)


def is_printable(uri: str | None) -> bool:
    """Whether an address may be printed for all readers: a web address that names nobody."""
    return uri is not None and is_web(uri) and "[redacted]" not in uri


def is_public(uri: str) -> bool:
    """Whether readers elsewhere can reach an address, as far as its host's name tells."""
    if not is_printable(uri):
        return False
    host = (urlsplit(uri).hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(tuple(f".{name}" for name in _HERE))
