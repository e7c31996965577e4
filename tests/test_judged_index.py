"""Our CDXJ held against cdxj-indexer's, line by line: every difference is one of those listed here.

The same list for people: docs/decisions/008-other-tools.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.archive.cdxj import CdxjLine, parse_line
from crawler.archive.files import cdxj_of
from crawler.archive.surt import surt
from tests.judges import docket
from tests.judges.commands import cdxj_index
from tests.judges.docket import Docket
from tests.warcs import Stored

pytestmark = pytest.mark.proof

NOT_MODIFIED = "/server-not-modified"


@dataclass(frozen=True)
class Pair:
    """A record as both indexes list it; None where one of them does not."""

    record: Stored
    ours: CdxjLine | None
    theirs: CdxjLine | None

    def values(self, name: str) -> tuple[str | None, str | None]:
        """A field's value in both lines."""
        ours, theirs = (line.fields.get(name) if line else None for line in (self.ours, self.theirs))
        return ours, theirs


@dataclass(frozen=True)
class Row:
    """A class of differences, by what differs: when it is one, and why we keep it."""

    differs: str
    name: str
    holds: Callable[[Pair], bool]
    why: str


ROWS = (
    Row(
        "timestamp",
        "milliseconds",
        lambda pair: bool(pair.ours and pair.theirs and pair.ours.timestamp[:14] == pair.theirs.timestamp),
        "17 digits tell captures of one second apart; their 14 are our first",
    ),
    Row(
        "line",
        "records of our own",
        lambda pair: pair.record.kind == "resource" and pair.ours is None,
        "logs, reports and certificates are no captures of the web",
    ),
    Row(
        "line",
        "304",
        lambda pair: pair.record.fields.get("WARC-Profile", "").endswith(NOT_MODIFIED) and pair.ours is None,
        "players show the empty 304 in place of the page",
    ),
    Row(
        "line",
        "no head",
        lambda pair: (
            pair.record.kind == "response" and "WARC-Payload-Digest" not in pair.record.fields and pair.ours is None
        ),
        "an answer that broke off in its head, or is no HTTP, cannot be shown; they index a made-up status",
    ),
    Row(
        "mime",
        "unk",
        lambda pair: pair.values("mime") == ("unk", None),
        "pywb's own indexer writes `unk` where no type was declared; they leave the field out",
    ),
    Row(
        "mime",
        "lower case",
        lambda pair: (pair.values("mime")[1] or "").lower() == pair.values("mime")[0],
        "media types are compared without case (RFC 9110 §8.3.1)",
    ),
    Row("mime", "stray bytes", lambda pair: pair.record.block[:2] == b"\r\n", "they do not find the head behind them"),
    Row(
        "status", "stray bytes", lambda pair: pair.record.block[:2] == b"\r\n", "they do not find the head behind them"
    ),
)
FIELDS = ("url", "mime", "status", "digest", "length", "offset", "filename")


@pytest.fixture(name="judged", scope="module")
def the_docket() -> Docket:
    """The archive that is judged."""
    return docket.shared()


@pytest.fixture(name="pairs", scope="module")
def all_pairs(judged: Docket) -> list[Pair]:
    """Every record that one of the indexes lists."""
    found = []
    for path in judged.files:
        ours = by_offset(cdxj_of(path).read_text("utf-8").splitlines())
        theirs = by_offset(cdxj_index(path))
        pairs = [
            Pair(record, ours.pop(record.offset, None), theirs.pop(record.offset, None)) for record in judged.of(path)
        ]
        assert (ours, theirs) == ({}, {}), "an index lists what is no record"
        found += [pair for pair in pairs if pair.ours or pair.theirs]
    return found


def by_offset(lines: list[str]) -> dict[int, CdxjLine]:
    parsed = [parse_line(line) for line in lines]
    return {int(line.fields["offset"]): line for line in parsed}


def differences(pair: Pair) -> list[str]:
    """What differs between the two lines of a record."""
    if pair.ours is None or pair.theirs is None:
        return ["line"]
    named: dict[str, tuple[str | None, str | None]] = {name: pair.values(name) for name in FIELDS}
    named |= {"key": (pair.ours.key, pair.theirs.key), "timestamp": (pair.ours.timestamp, pair.theirs.timestamp)}
    return [name for name, (own, other) in named.items() if own != other]


def row_for(pair: Pair, differs: str) -> str:
    rows = [row.name for row in ROWS if row.differs == differs and row.holds(pair)]
    return rows[0] if rows else f"UNKNOWN {differs}: {pair}"


def test_every_difference_is_a_listed_one(pairs: list[Pair]) -> None:
    unknown = [
        why for pair in pairs for differs in differences(pair) if (why := row_for(pair, differs)).startswith("UNKNOWN")
    ]
    assert unknown == [], "other tools would read our index in another way than their own"


def test_every_listed_difference_is_there(pairs: list[Pair]) -> None:
    met = Counter((differs, row_for(pair, differs)) for pair in pairs for differs in differences(pair))
    assert {(row.differs, row.name) for row in ROWS} == set(met), "the list tells of differences that are none"


def test_the_fields_stand_in_the_same_order(judged: Docket) -> None:
    for path in judged.files:
        for line in cdxj_of(path).read_text("utf-8").splitlines():
            assert tuple(json.loads(line.split(" ", 2)[2])) == FIELDS
        for line in cdxj_index(path):
            names = list(json.loads(line.split(" ", 2)[2]))
            assert names == [name for name in FIELDS if name in names]


# Addresses beyond those that were archived: what a key does with them has to be what the others do, too.
ODD_URIS = [
    f"{scheme}://{host}{rest}"
    for scheme in ("http", "https")
    for host in (
        "www.example.org", "www2.example.org:8080", "example.org:443", "example.org:80", "www.com", "wwwx.example",
        "192.0.2.7", "[2001:db8::7]:81", "user:secret@example.org", "xn--grten-gra.example", "a_b.example",
        "example.org.",
    )
    for rest in (
        "/", "/a/", "/A//b/./c/", "/%E7%BC%BA", "/caf%e9", "/a%2520b", "/%252e%252e/b", "/a%2Fb%3Fc%23d", "/~user/",
        "/a;b=1",
        "/?", "/?&", "/?a", "/?B=2&a=1&A=3&&a", "/?q=%2f%C3%A9+%20", "/?a=b=c&a=b", "/x?utm_source=mail",
        "/(x)/page.aspx",
        "/;jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9?x=1",
        "/?jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9&x=1",
        "/?x=1&PHPSESSID=0A1B2C3D4E5F60718293A4B5C6D7E8F9&y=2",
        "/?asid=0A1B2C3D4E5F60718293A4B5C6D7E8F9&y=2",
        "/?x&CFID=12&CFTOKEN=34&y", "/?cfid=&cftoken=3", "/?cfid=cfid=1&cftoken=2",
        "/?aspsessionidABCDEFGH=abcdefghijklmnopqrstuvwx",
        "/(S(abcdefghijklmnopqrstuvwx))/page.aspx", "/(abcdefghijklmnopqrstuvwx)/sub/Page.ASPX?x",
        "/(abcdefghijklmnopqrstuvwx)/x.aspx/(abcdefghijklmnopqrstuvwx)/y",
    )
]  # fmt: skip


def test_the_keys_of_odd_addresses_are_theirs(tmp_path: Path) -> None:
    path = tmp_path / "odd.warc"
    path.write_bytes(b"".join(map(bare_record, ODD_URIS)))
    theirs = {json.loads(line.split(" ", 2)[2])["url"]: line.split(" ", 1)[0] for line in cdxj_index(path)}
    assert len(theirs) == len(ODD_URIS)
    assert {uri: surt(uri) for uri in ODD_URIS} == theirs, "a player would not find these pages"


def bare_record(uri: str) -> bytes:
    """A resource record of nothing: enough to be indexed."""
    head = f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: {uri}\r\n"
    more = "WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    return (head + more).encode("ascii")
