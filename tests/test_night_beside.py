"""What nights ask beside the links over weeks: how often, of whom, and what is heard; real nights over the fake web."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from crawler.judge.due import is_due
from crawler.ledger.ledger import Ledger
from crawler.model import Beside, Observation, SideLook, Verdict
from crawler.night.hearsay import fails_elsewhere, https_serves_same, sibling_of
from tests.house import FIRST, House
from tests.test_night_privacy import BRIEFING, SIGNATURE, USER
from tests.warcs import records_of
from tests.web.answers import Answer, Behaviour, NotFound, Page
from tests.web.briefing import MAILED, briefing_sites
from tests.web.prose import render_page, write_paragraphs
from tests.web.server import FakeWeb
from tests.web.sites import Door, Site
from tests.web.wire import Call

GARDEN, CLIFF = "https://garden.example.org/roses", "https://cliff.example.org/path"
SHELF, SHUT, ISLAND = "http://library.example.org/shelf", "http://shut.example.org", "http://island.example.org"
OLD = "https://harbour.example.org/boats/old-ferry-2019.html"
# The title alone says so: whether the page is there hangs on what a random name beside it shows.
VAGUE = Answer(body=render_page("Page not found - Harbour", write_paragraphs("The harbour")[:2]))


def is_looked_at(uri: str, last: int, night: int) -> bool:
    """Whether a link that died on night 2 is looked at, when it last was."""
    at = [FIRST + timedelta(days=number) for number in (2, last, night)]
    return is_due(uri, Verdict.DEAD, *at)


# A dead link that is not due on night 34, when it was looked at on night 33; and the night of its next look.
COINS = next(uri for n in count() if not is_looked_at(uri := f"https://museum.example.org/coins/{n}", 33, 34))
RETURN = next(night for night in count(35) if is_looked_at(COINS, 33, night))
NIGHTS = (0, 1, 2, 33, 34, RETURN)


@dataclass(frozen=True)
class Restored:
    """A page that is gone until a night."""

    page: Behaviour

    async def answer(self, call: Call) -> None:
        await (self.page if call.night >= RETURN else NotFound()).answer(call)


SITES = [
    Site("harbour.example.org", otherwise=VAGUE),
    Site("garden.example.org", {"/roses": Page("Roses")}),
    Site("library.example.org", {"/shelf": Page("Shelves")}),
    Site("shut.example.org", {f"/{n}": Page(f"Page {n}") for n in range(3)}, door=Door.PLAIN),
    Site("island.example.org", {f"/{n}": Page(f"Bay {n}") for n in range(3)}, door=Door.REFUSED),
    Site("cliff.example.org", door=Door.REFUSED),
    Site("museum.example.org", otherwise=Restored(Page("Coins"))),
]
CITED = [GARDEN, CLIFF, SHELF, OLD, COINS, *(f"{host}/{n}" for host in (SHUT, ISLAND) for n in range(3))]


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb(SITES) as fake:
        yield fake


@pytest.fixture(scope="module")
def house(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Six nights of six weeks, seen through a second place, too."""
    address, port = web.place_of("library.example.org")
    house = House(
        tmp_path_factory.mktemp("house"),
        web,
        vantage_proxy=f"http://{address}:{port}",
        learn_refetch_s=0.3,
        requisites=False,
    )
    house.cite(CITED)
    for number in NIGHTS:
        ran = house.night(number)
        assert ran.status in (0, 1), f"night {number} ended with {ran.status}: {ran.log[-2000:]}"
    return house


def nights_of(web: FakeWeb, uri: str) -> list[int]:
    """The nights on which a uri was asked, once for each time."""
    return [served.night for served in web.log.for_uri(uri)]


def side_looks(house: House, number: int, kind: Beside) -> list[SideLook]:
    with closing(Ledger.open_to_read(house.archive / "ledger.sqlite3")) as ledger:
        return ledger.side_looks(f"{house.now(number):%Y%m%dT%H%M%SZ}", kind)


def observation(ledger: Ledger, house: House, number: int, uri: str) -> Observation:
    return ledger.observations_of(f"{house.now(number):%Y%m%dT%H%M%SZ}")[uri]


def test_a_sibling_is_asked_when_it_tells_and_remembered_for_two_weeks(house: House, web: FakeWeb) -> None:
    asked = [served for served in web.log if served.host == "harbour.example.org" and "/boats/" in served.uri]
    siblings = [served for served in asked if served.uri != OLD]
    assert [served.night for served in siblings] == [0, 33], "a host is asked for random names night after night"
    assert len({served.uri for served in siblings}) == 2, "a name that is asked twice may be there the second time"
    assert all(served.uri.endswith(".html") and "?" not in served.uri for served in siblings)
    assert [look.about for look in side_looks(house, 0, Beside.SIBLING)] == ["harbour.example.org/boats/*.html"]


def test_what_a_sibling_showed_is_known_for_two_weeks_and_not_before(house: House) -> None:
    with closing(Ledger.open_to_read(house.archive / "ledger.sqlite3")) as ledger:
        known = {number: sibling_of(ledger, OLD, house.now(number)) for number in NIGHTS}
        assert sibling_of(ledger, f"{OLD.rpartition('/')[0]}/other.html", house.now(1)) == known[0]
        assert sibling_of(ledger, OLD, house.now(-1)) is None, "a night is judged by what was learned later"
        assert sibling_of(ledger, GARDEN, house.now(1)) is None
    assert all(sibling is not None and sibling.status == 200 for sibling in known.values())
    assert known[0] is not None
    assert known[0].page is not None
    assert "Page not found" in known[0].page.sight.title
    assert known[0] == known[2] != known[33]


def test_a_new_page_is_sampled_once(house: House) -> None:
    sampled = [n for n in NIGHTS for look in side_looks(house, n, Beside.SAMPLE) if look.about == GARDEN]
    assert sampled == [0], "a page is fetched twice every night, or never"
    look = next(look for look in side_looks(house, 0, Beside.SAMPLE) if look.about == GARDEN)
    with closing(Ledger.open_to_read(house.archive / "ledger.sqlite3")) as ledger:
        own = observation(ledger, house, 0, GARDEN)
        assert look.seen.content == own.content
        assert look.seen.seen_at - own.seen_at >= timedelta(seconds=0.3)
        assert ledger.samples_of(GARDEN) == [look]
    assert look.seen.hops[-1].record_id != own.hops[-1].record_id


def test_a_page_that_comes_back_is_sampled_then(house: House) -> None:
    assert [look.about for look in side_looks(house, RETURN, Beside.SAMPLE)] == [COINS]


def test_https_is_asked_on_two_nights_a_month(house: House, web: FakeWeb) -> None:
    assert nights_of(web, SHELF.replace("http:", "https:")) == [0, 1, 33, 34]
    with closing(Ledger.open_to_read(house.archive / "ledger.sqlite3")) as ledger:
        heard = {number: https_serves_same(ledger, observation(ledger, house, number, SHELF)) for number in NIGHTS}
    assert [number for number, same in heard.items() if same] == [0, 1, 33, 34]
    assert [number for number, same in heard.items() if same is None] == [2, RETURN]


def test_a_host_without_https_is_not_asked_for_every_link(house: House) -> None:
    looks = {number: side_looks(house, number, Beside.HTTPS) for number in NIGHTS}
    shut = {number: sum("shut" in look.about for look in found) for number, found in looks.items()}
    assert shut == {0: 1, 1: 1, 2: 0, 33: 1, 34: 1, RETURN: 0}
    with closing(Ledger.open_to_read(house.archive / "ledger.sqlite3")) as ledger:
        assert https_serves_same(ledger, observation(ledger, house, 0, f"{SHUT}/0")) is False


def test_a_silent_host_is_asked_from_elsewhere_for_one_link(house: House) -> None:
    for number in NIGHTS[:3]:
        asked = [look.about for look in side_looks(house, number, Beside.VANTAGE)]
        assert sum("island" in about for about in asked) == 1, "every link of a silent host is asked through the proxy"
        assert sum("cliff" in about for about in asked) == 1
        assert 2 <= len(asked) <= 6, "links that answer are asked through the proxy, too"


def test_what_another_place_says_is_heard(house: House) -> None:
    with closing(Ledger.open_to_read(house.archive / "ledger.sqlite3")) as ledger:
        for number in NIGHTS[:3]:
            for n in range(3):
                island = observation(ledger, house, number, f"{ISLAND}/{n}")
                assert fails_elsewhere(ledger, island) is False, "the island answers there: only we do not reach it"
            assert fails_elsewhere(ledger, observation(ledger, house, number, CLIFF)) is True
        answering = set(ledger.answered_since())
    assert not [uri for uri in answering if "island" in uri or "cliff" in uri]
    report = house.report(RETURN)
    verdicts = {row["uri"]: row["verdict"] for row in report["citations"]}
    assert {verdicts[f"{ISLAND}/{n}"] for n in range(3)} == {"unreachable-from-here"}


def test_a_dead_link_comes_back_weekly(house: House, web: FakeWeb) -> None:
    looked = sorted(set(nights_of(web, COINS)))
    assert looked == [0, 1, 2, 33, RETURN]
    rows = {number: house.report(number) for number in NIGHTS}
    told = {number: next(row for row in report["citations"] if row["uri"] == COINS) for number, report in rows.items()}
    assert [told[number]["verdict"] for number in (2, 33, 34)] == ["dead"] * 3
    assert told[34]["outcome"] == "not-checked", "it is told as looked at"
    assert told[RETURN]["verdict"] == "ok"


def test_side_looks_are_archived_like_everything(house: House) -> None:
    stored = {record.fields["WARC-Record-ID"] for record in records_of(house.archive)}
    looks = [look for number in NIGHTS for kind in Beside for look in side_looks(house, number, kind)]
    pointed = {hop.record_id for look in looks for hop in look.seen.hops if hop.record_id}
    assert len(pointed) > 10
    assert pointed <= stored
    assert house.run("archive", "check").status == 0


def begin(house: House) -> subprocess.Popen[bytes]:
    words = house.command(*house.night_words(0))
    return subprocess.Popen(
        words, cwd=house.folder, env=house.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_night_cut_off_while_it_waits_asks_nothing_twice(web: FakeWeb, tmp_path: Path, how: signal.Signals) -> None:
    """The sibling was asked, the samples still wait: taken up, the night makes only those."""
    web.night = 0
    before = len(web.log)
    house = House(tmp_path, web, learn_refetch_s=600.0, requisites=False)
    house.cite([GARDEN, OLD])
    night = begin(house)
    wait_for_side_look(house, night)
    night.send_signal(how)
    assert night.wait(timeout=20) == (143 if how is signal.SIGTERM else -signal.SIGKILL)
    house.write_config(learn_refetch_s=0.01, requisites=False)
    assert house.night().status in (0, 1)
    asked = [served.uri for served in list(web.log)[before:] if not served.uri.endswith("/robots.txt")]
    assert asked.count(GARDEN) == 2
    assert sum("/boats/" in uri and uri != OLD for uri in asked) == 1, "the sibling is asked again"
    assert [look.about for look in side_looks(house, 0, Beside.SAMPLE)] == [GARDEN]


def wait_for_side_look(house: House, night: subprocess.Popen[bytes]) -> None:
    """Wait until a side look is committed, or the night ended by itself."""
    path = house.archive / "ledger.sqlite3"
    for _ in range(3000):
        if night.poll() is not None:
            return
        time.sleep(0.01)
        if path.exists() and side_looks_or_none(path):
            return


def side_looks_or_none(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            return int(db.execute("SELECT count(*) FROM side_looks").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_no_tracker_is_asked_beside_and_no_look_names_a_subscriber(tmp_path: Path) -> None:
    with FakeWeb(briefing_sites()) as web:
        house = House(tmp_path, web, learn_refetch_s=0.01, requisites=False)
        (house.seeds / "briefing.txt").write_text(BRIEFING, "utf-8")
        assert house.night(0).status in (0, 1)
        looks = [look for kind in Beside for look in side_looks(house, 0, kind)]
        targets = {MAILED[n].partition("?")[0] for n in (849, 850, 851)}
        assert targets & {look.about for look in looks}, "what a tracker leads to is a target like any other"
        hosts = {hop.uri.split("/")[2] for look in looks for hop in look.seen.hops}
        assert "un.mdrtor.com" not in hosts, "a tracker's key was spent a second time"
        others = [served for served in web.log if served.host != "un.mdrtor.com"]
        assert not [one for one in others if SIGNATURE.encode() in one.request or USER.encode() in one.request]
