"""pywb, told nothing but where our folder is, replays what was captured: exact bytes, under their own date.

What it replays in another way is listed here with its reason, and for people in docs/decisions/008-other-tools.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from crawler.archive.cdxj import parse_line
from crawler.archive.reader import read_payload
from crawler.archive.surt import surt
from crawler.archive.warcfields import parse_date
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, RecordType
from tests.judges import docket
from tests.judges.docket import CLEAR, PAPER, PATHS, PICTURE, PORT, SECURE, Docket
from tests.judges.wayback import Replayed, Wayback, serving
from tests.web.answers import Page

pytestmark = pytest.mark.proof

FIRST, SECOND = "20260101", "20260102"


@pytest.fixture(name="judged", scope="module")
def the_docket() -> Docket:
    """The archive that is judged."""
    return docket.shared()


@pytest.fixture(name="player", scope="module")
def the_player(judged: Docket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wayback]:
    """pywb over that archive."""
    with serving(judged.archive, tmp_path_factory.mktemp("pywb")) as player:
        yield player


def page(path: str, night: int = 0) -> bytes:
    """What the fake web sent at a path."""
    behaviour = PATHS[path]
    assert isinstance(behaviour, Page)
    return behaviour.body(night)


def dates_of(judged: Docket, uri: str, night: str) -> set[str]:
    """The dates under which an address was captured on a night, but for those of its 304s."""
    return {
        dated(parse_date(record.fields["WARC-Date"]))
        for record in judged.records
        if record.kind in ("response", "revisit")
        and surt(record.uri) == surt(uri)
        and record.fields["WARC-Date"].replace("-", "").startswith(night)
        and not record.fields.get("WARC-Profile", "").endswith("/server-not-modified")
    }


def dated(at: datetime) -> str:
    return format_datetime(at.replace(microsecond=0), usegmt=True)


# ---------------------------------------------------------------- one by one


@pytest.mark.parametrize(
    ("uri", "asked", "body", "told"),
    [
        (f"{SECURE}/same", FIRST, page("/same"), FIRST),
        (f"{SECURE}/same", SECOND, page("/same"), SECOND),
        (f"{SECURE}/changed", FIRST, page("/changed", 0), FIRST),
        (f"{SECURE}/changed", SECOND, page("/changed", 1), SECOND),
        (f"{SECURE}/winter.pdf", FIRST, PAPER, FIRST),
        (f"{SECURE}/winter.pdf", SECOND, PAPER, SECOND),
        (f"{SECURE}/copies/winter.pdf", FIRST, PAPER, FIRST),
        (f"{SECURE}/copies/winter.pdf", SECOND, PAPER, SECOND),
        (f"{SECURE}/picture.png", SECOND, PICTURE, SECOND),
        (f"{SECURE}/validated", SECOND, page("/validated"), FIRST),
        (f"{SECURE}/Reading/Room.HTML", SECOND, page("/Reading/Room.HTML"), SECOND),
        (
            f"{SECURE}/%e6%8a%a5%e5%91%8a/%e5%be%aa%e7%8e%af.html",
            FIRST,
            page("/%E6%8A%A5%E5%91%8A/%E5%BE%AA%E7%8E%AF.html"),
            FIRST,
        ),
        (f"{SECURE}/caf%E9", FIRST, page("/caf%e9"), FIRST),
        (f"{SECURE}/escaped%2Fslash%2520twice", FIRST, page("/escaped%2Fslash%2520twice"), FIRST),
        (f"{CLEAR}:{PORT}/port", SECOND, page("/port"), SECOND),
    ],
)
def test_pages_and_files_are_replayed_byte_for_byte(
    judged: Docket, player: Wayback, uri: str, asked: str, body: bytes, told: str
) -> None:
    replayed = player.replay(uri, f"{asked}020000")
    assert replayed.head.status == 200
    assert replayed.payload == body, "another tool would show other bytes than were archived"
    assert replayed.memento_datetime in dates_of(judged, uri, told), "another tool would date the page wrongly"


@pytest.mark.parametrize("night", [FIRST, SECOND])
@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/old", 301, "/same"),
        ("/relative", 302, "../landing?from=relative#part"),
        ("/campaign", 302, "/landing?utm_source=letter&page=2"),
    ],
)
def test_redirects_lead_where_they_led(
    judged: Docket, player: Wayback, night: str, path: str, status: int, location: str
) -> None:
    replayed = player.replay(f"{SECURE}{path}", f"{night}020000")
    assert (replayed.head.status, replayed.head.value("Location")) == (status, location)
    assert replayed.memento_datetime in dates_of(judged, f"{SECURE}{path}", night)


@pytest.mark.parametrize("night", [FIRST, SECOND])
@pytest.mark.parametrize("path", ["/same", "/changed", "/Reading/Room.HTML"])
def test_a_date_is_negotiated(judged: Docket, player: Wayback, night: str, path: str) -> None:
    at = datetime.strptime(f"{night}0330", "%Y%m%d%H%M").replace(tzinfo=UTC)
    replayed = player.negotiate(f"{SECURE}{path}", dated(at))
    assert replayed.memento_datetime in dates_of(judged, f"{SECURE}{path}", night)
    assert "accept-datetime" in (replayed.head.value("Vary") or "")


def test_a_timemap_lists_both_nights(judged: Docket, player: Wayback) -> None:
    uri = f"{SECURE}/Reading/Room.HTML"
    listed = player.ask(f"/evercite/timemap/link/{uri}").payload.decode()
    dates = dates_of(judged, uri, FIRST) | dates_of(judged, uri, SECOND)
    assert len(dates) == 2
    assert listed.count('rel="memento"') == 2
    assert all(date in listed for date in dates)


def test_what_was_never_captured_is_not_found(player: Wayback) -> None:
    assert player.replay(f"{SECURE}/never").head.status == 404


# ---------------------------------------------------------------- all of them


@dataclass(frozen=True)
class Case:
    """A listed capture: its bytes by our reader, and what pywb made of it."""

    capture: Capture
    wire: bytes
    payload: bytes
    replayed: Replayed
    shares_its_second: bool


@dataclass(frozen=True)
class Row:
    """A class of captures that pywb replays in another way than they were."""

    name: str
    holds: Callable[[Case], bool]
    why: str


ROWS = (
    Row(
        "repeated redirect",
        lambda case: case.capture.record_type is RecordType.REVISIT and 300 <= case.capture.status < 400,
        "the body of a redirect is not looked up, browsers do not show it",
    ),
    Row(
        "trailers",
        lambda case: b"\nTrailer:" in case.wire and case.replayed.payload.startswith(case.payload),
        "a chunked body's trailer lines are handed out behind it",
    ),
    Row(
        "status line without a version",
        lambda case: case.wire.startswith((b"HTTP 200", b"HTTP/2 200")),
        "the head is not read; browsers read it",
    ),
    Row(
        "one key, one second",
        lambda case: case.shares_its_second and case.replayed.memento_datetime == dated(case.capture.seen_at),
        "captures are told apart by seconds: of several in one, the first is shown",
    ),
)


@pytest.fixture(name="cases", scope="module")
def all_cases(judged: Docket, player: Wayback) -> list[Case]:
    """Every line of the index, replayed."""
    lines = [parse_line(line) for line in (judged.archive / "index.cdxj").read_text("utf-8").splitlines()]
    seconds = Counter((line.key, line.timestamp[:14]) for line in lines)
    found = []
    with closing(Ledger.open(judged.archive / "ledger.sqlite3")) as ledger:
        for line in lines:
            places = {(one.filename, str(one.offset)): one for one in ledger.captures_in(line.fields["filename"])}
            capture = places[line.fields["filename"], line.fields["offset"]]
            wire = next(record.block for record in judged.records if is_of(record.fields, capture))
            payload = b"".join(read_payload(judged.archive, ledger, capture).pieces)
            shares = seconds[line.key, line.timestamp[:14]] > 1
            found.append(Case(capture, wire, payload, player.replay(line.fields["url"], line.timestamp), shares))
    return found


def is_of(fields: dict[str, str], capture: Capture) -> bool:
    return fields["WARC-Record-ID"] == capture.record_id


def is_exact(case: Case) -> bool:
    replayed, capture = case.replayed, case.capture
    return (replayed.head.status, replayed.payload, replayed.memento_datetime) == (
        capture.status,
        case.payload,
        dated(capture.seen_at),
    )


def test_every_listed_capture_is_replayed_exactly_or_in_a_listed_way(cases: list[Case]) -> None:
    assert len(cases) > 80
    others = [case for case in cases if not is_exact(case) and not any(row.holds(case) for row in ROWS)]
    assert others == [], [(case.capture.uri, case.replayed.head.status) for case in others]


def test_every_listed_way_is_there(cases: list[Case]) -> None:
    inexact = [case for case in cases if not is_exact(case)]
    idle = [row.name for row in ROWS if not any(row.holds(case) for case in inexact)]
    assert idle == [], "the list tells of differences that are none"


def test_most_of_what_is_listed_is_exact_and_revisits_are_among_it(cases: list[Case]) -> None:
    exact = [case for case in cases if is_exact(case)]
    assert len(exact) > len(cases) * 0.85
    assert sum(case.capture.record_type is RecordType.REVISIT for case in exact) > 20
