"""Which captures are mementos of an original, against a plain reading of all of them; and TimeMaps of very many."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.judge.rows import GOOD
from crawler.ledger.ledger import Ledger
from crawler.ledger.mementos import By, Series
from crawler.model import Capture, Evidence, Hop, Merge, Night, Observation, Outcome, Reading, RecordType, Via
from crawler.replay.answer import Asked
from crawler.replay.best import CUT_SHORT
from crawler.replay.links import Places
from crawler.replay.negotiate import LATEST, choose
from crawler.replay.originals import find_capture, find_mementos
from crawler.replay.timemap import list_mementos
from crawler.urls.canonical import urlkey

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
CITED, MOVED = "https://www.example.org/cited", "https://www.example.org/moved"
PLACES = Places("http://main.example", "http://content.example")


@dataclass(frozen=True)
class Seen:
    """What one night saw of the cited uri: how it was read, where its chain ended, with which body."""

    outcome: Outcome = Outcome.OK
    ends: str = CITED
    status: int = 200
    length: int = 100
    not_modified: bool = False


@pytest.fixture(name="ledger")
def an_empty_ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path / "ledger.sqlite3")) as ledger:
        yield ledger


def stamp(night: int) -> str:
    """The timestamp of a night's capture: five minutes after it began."""
    return f"{FIRST + timedelta(days=night, minutes=5):%Y%m%d%H%M%S}000"


def capture(number: int, uri: str, seen: Seen = Seen()) -> Capture:
    at = FIRST + timedelta(days=number, minutes=5)
    return Capture(
        urlkey=urlkey(uri),
        timestamp=stamp(number),
        uri=uri,
        mime="text/html",
        status=seen.status,
        digest=f"sha256:{number}",
        filename="a.warc.gz",
        offset=number,
        length=1,
        record_id=f"<urn:uuid:{uri}-{number}>",
        record_type=RecordType.RESPONSE,
        seen_at=at,
        night=f"{FIRST + timedelta(days=number):%Y%m%dT%H%M%SZ}",
        payload_length=seen.length,
        not_modified=seen.not_modified,
    )


def write(ledger: Ledger, nights: Sequence[Seen | None], cited: str = CITED) -> None:
    """Nights that saw a cited uri, or did not."""
    for number, seen in enumerate(nights):
        at = FIRST + timedelta(days=number)
        night = Night(f"{at:%Y%m%dT%H%M%SZ}", at, simulated=True)
        ledger.begin_night(night, "{}")
        if seen is None:
            continue
        end = capture(number, seen.ends, seen)
        ledger.add_captures([end])
        via = Via.LOCATION if seen.ends != cited else None
        hop = Hop(seen.ends, seen.status, None, via, record_id=end.record_id)
        observation = Observation(night.id, cited, at, (hop,))
        reading = Reading(seen.outcome, Evidence("rule", "en", "zh"))
        ledger.store_readings(night, [(cited, reading, observation)], "1")


def listed(ledger: Ledger, uri: str) -> list[str]:
    """The timestamps of an original's mementos."""
    found = find_mementos(ledger, uri, LATEST)
    return ledger.timestamps(found[0]) if found else []


WALL, SOFT, CUT = Seen(Outcome.BLOCKED, status=403), Seen(Outcome.SOFT_404), Seen(Outcome.TRUNCATED)


@pytest.mark.parametrize(
    ("nights", "asked", "mementos"),
    [
        ([Seen(), Seen(), Seen()], CITED, [0, 1, 2]),
        ([Seen(), WALL, SOFT, Seen()], CITED, [0, 3]),
        ([WALL, SOFT], CITED, []),
        ([CUT, Seen(), CUT], CITED, [1]),
        ([CUT, WALL, CUT], CITED, [0, 2]),
        ([Seen(), Seen(length=0), Seen(status=304, not_modified=True)], CITED, [0, 2]),
        ([Seen(ends=MOVED), Seen(Outcome.SOFT_404, MOVED), Seen()], CITED, [0, 2]),
        ([Seen(ends=MOVED), Seen(Outcome.SOFT_404, MOVED), Seen()], MOVED, [0]),
        ([Seen(), WALL], "http://example.org/cited", [0]),
        ([CUT, WALL], "http://example.org/cited", [0]),
        ([WALL], "http://example.org/cited", []),
        ([Seen(ends=MOVED), Seen(Outcome.SOFT_404, MOVED)], "http://example.org/moved", [0]),
        ([None, Seen(), None], CITED, [1]),
        ([], CITED, []),
    ],
)
def test_mementos_are_copies_fit_to_hand_out(
    ledger: Ledger, nights: list[Seen | None], asked: str, mementos: list[int]
) -> None:
    write(ledger, nights)
    assert listed(ledger, asked) == [stamp(night) for night in mementos], (
        "a wall or an error would be shown as the page"
    )


def test_a_merged_look_alike_has_the_mementos_of_what_is_fetched(ledger: Ledger) -> None:
    write(ledger, [Seen(), Seen()])
    alike = "https://other.example.org/page"
    assert listed(ledger, alike) == []
    night = f"{FIRST:%Y%m%dT%H%M%SZ}"
    ledger.merge([Merge(alike, CITED, night, Evidence("rule", "en", "zh"))])
    assert listed(ledger, alike) == [stamp(0), stamp(1)]
    assert find_capture(ledger, alike, stamp(1)) == capture(1, CITED)
    ledger.merge([Merge(alike, None, night, Evidence("rule", "en", "zh"))])
    assert listed(ledger, alike) == []


@pytest.mark.parametrize(
    ("asked", "night", "uri"),
    [
        (CITED, 0, CITED),
        (CITED, 1, MOVED),
        (MOVED, 1, MOVED),
        ("http://example.org/cited", 0, CITED),
        ("http://example.org/moved", 1, MOVED),
        (CITED, 2, CITED),
        (CITED, 3, None),
        (MOVED, 0, None),
        ("https://nobody.example/", 0, None),
    ],
)
def test_any_capture_is_found_by_its_moment(ledger: Ledger, asked: str, night: int, uri: str | None) -> None:
    write(ledger, [Seen(), Seen(ends=MOVED), WALL])
    found = find_capture(ledger, asked, stamp(night))
    assert (found and found.uri) == uri


OUTCOMES = st.sampled_from([Outcome.OK, Outcome.OK_MOVED, Outcome.SOFT_404, Outcome.BLOCKED, Outcome.TRUNCATED])
SEEN = st.none() | st.builds(
    Seen, OUTCOMES, st.sampled_from([CITED, MOVED]), st.sampled_from([200, 206, 404]), st.sampled_from([0, 9])
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(SEEN, max_size=12), st.integers(0, 12), st.integers(-30, 30))
def test_what_is_looked_up_is_what_reading_everything_finds(
    tmp_path_factory: pytest.TempPathFactory, nights: list[Seen | None], day: int, minutes: int
) -> None:
    moment = f"{FIRST + timedelta(days=day, minutes=minutes):%Y%m%d%H%M%S}000"
    with closing(Ledger.open(tmp_path_factory.mktemp("any") / "ledger.sqlite3")) as ledger:
        write(ledger, nights)
        fit = [(n, s) for n, s in enumerate(nights) if s and s.length and 200 <= s.status < 300]
        good = [stamp(n) for n, s in fit if s.outcome in GOOD] or [stamp(n) for n, s in fit if s.outcome in CUT_SHORT]
        found = find_mementos(ledger, CITED, moment)
        assert listed(ledger, CITED) == good
        assert (found is None) == (not good)
        if found:
            nearest = min(good, key=lambda one: (abs(at(one) - at(moment)), one))
            chosen = choose(found[1], moment)
            place = good.index(nearest)
            assert (chosen.this, chosen.first, chosen.last) == (nearest, good[0], good[-1])
            assert chosen.prev == (good[place - 1] if place else None)
            assert chosen.next == (good[place + 1] if place + 1 < len(good) else None)


def at(timestamp: str) -> datetime:
    return datetime.strptime(timestamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def test_every_look_up_uses_an_index(ledger: Ledger) -> None:
    write(ledger, [Seen()])
    asked: list[str] = []
    ledger._connection.set_trace_callback(asked.append)
    for by in By:
        ledger.around(Series(by, CITED, GOOD), LATEST)
        ledger.timestamps(Series(by, CITED, GOOD))
    find_capture(ledger, MOVED, stamp(9))
    find_mementos(ledger, MOVED, LATEST)
    ledger._connection.set_trace_callback(None)
    plans = [row[3] for sql in asked for row in ledger._tuples(f"EXPLAIN QUERY PLAN {sql}")]
    scans = [plan for plan in plans if plan.startswith("SCAN") and "SUBQUERY" not in plan and "(" not in plan]
    assert len(plans) > 20
    assert not scans, "a look-up would read everything there is"


# ---------------------------------------------------------------- TimeMaps of very many


@pytest.fixture(name="many")
def a_ledger_of_many(ledger: Ledger) -> Ledger:
    ledger.add_captures([replace(capture(number, MOVED), record_id=f"<{number}>") for number in range(11)])
    return ledger


def timemap(ledger: Ledger, rest: str, form: str = "link", page: int = 4) -> str:
    answer = list_mementos(ledger, PLACES, Asked("GET", f"timemap/{form}", rest, {}), page)
    assert answer.status == 200
    return answer.content.decode()


def test_a_long_timemap_is_an_index_of_pages_that_list_everything_once(many: Ledger) -> None:
    index = timemap(many, MOVED)
    assert 'memento"' not in index
    pages = re.findall(
        r'<http://main\.example/timemap/link/([^>]*)>; rel="timemap"; [^\n]*from="([^"]*)"; until=', index
    )
    assert [place for place, _ in pages] == [f"{stamp(n)}/{MOVED}" for n in (0, 4, 8)]
    shown = [re.findall(r"/memento/(\d{17})/", timemap(many, place)) for place, _ in pages]
    assert [one for page in shown for one in page] == [stamp(n) for n in range(11)]
    first, last = timemap(many, pages[0][0]), timemap(many, pages[-1][0])
    assert ('rel="first memento"' in first, 'rel="last memento"' in first) == (True, False)
    assert ('rel="first memento"' in last, 'rel="last memento"' in last) == (False, True)
    assert f'<http://main.example/timemap/link/{MOVED}>; rel="timemap"' in last, "no way back to the index"


def test_a_page_stays_where_it_is_while_the_archive_grows(many: Ledger) -> None:
    page = f"{stamp(4)}/{MOVED}"
    before = timemap(many, page)
    many.add_captures([replace(capture(11, MOVED), record_id="<11>")])
    assert timemap(many, page) == before


def test_a_long_timemap_as_json(many: Ledger) -> None:
    index = json.loads(timemap(many, MOVED, "json"))
    assert index["mementos"]["list"] == []
    assert [one["uri"] for one in index["timemap_index"]] == [
        f"http://main.example/timemap/json/{stamp(n)}/{MOVED}" for n in (0, 4, 8)
    ]
    page = json.loads(timemap(many, f"{stamp(4)}/{MOVED}", "json"))
    assert len(page["mementos"]["list"]) == 4
    assert "timemap_index" not in page


def test_what_just_fits_is_one_timemap(many: Ledger) -> None:
    assert timemap(many, MOVED, page=11).count('memento"') == 11
