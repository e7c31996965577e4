"""Looks beside the targets as a crawl makes them: when, how, through what – and when none is made."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.config import Config, Exclusion
from crawler.errors import EverciteError
from crawler.fetch.beside import waiting_of
from crawler.fetch.crawl import crawl
from crawler.fetch.round import batches_of
from crawler.fetch.scribe import Scribe
from crawler.fetch.work import Work
from crawler.ledger.ledger import Ledger
from crawler.model import Aside, Beside, Failure, Night, Refusal, SideLook, Target
from crawler.urls.canonical import urlkey
from tests.warcs import records_of
from tests.web.answers import Page, ValidatedPage
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Door, Site, robots

NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)
NIGHT = Night("20260301T020000Z", NOW, simulated=True)
GARDEN, LIBRARY, ISLAND = "https://garden.example.org", "http://library.example.org", "http://island.example.org"

SITES = [
    Site(
        "garden.example.org",
        {"/roses": ValidatedPage("Roses"), "/far": Redirect("http://10.9.8.7/inner", 302)},
        robots=robots("Disallow: /closed"),
    ),
    Site("library.example.org", {"/shelf": Page("Shelves"), "/in": Redirect("http://10.9.8.7/inner", 302)}),
    Site("island.example.org", {"/": Page("The island")}, robots=robots("Disallow: /cave"), door=Door.REFUSED),
    Site("cliff.example.org", {"/": Page("The cliff")}, door=Door.REFUSED),
]


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb(SITES) as fake, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(fake.ca_file))
        yield fake


@dataclass
class Crawled:
    """A night's crawl: what it saw beside its targets, what stands in the ledger, what was asked of the web."""

    folder: Path
    looks: list[SideLook]
    answering: set[str]
    asked: list[str]
    served: list[Any]

    def look(self, about: str) -> SideLook:
        return next(look for look in self.looks if look.about == about)


Plan = Callable[[], Sequence[Aside]]


def run(
    web: FakeWeb, folder: Path, plan: Plan, targets: Sequence[str] = (f"{GARDEN}/roses",), **settings: Any
) -> Crawled:
    """One night over some targets, and what is planned beside them."""
    config = Config(
        **{
            "connect_to": tuple(web.connect_to.items()),
            "resolvers": tuple(web.resolvers),
            "allow_private_networks": ("127.0.0.0/8",),
            "delay_s": 0.001,
            "max_delay_s": 0.01,
            "connect_timeout_s": 2.0,
            "retry_waits_s": (0.01,),
            "requisites": False,
            **settings,
        }
    )
    before = len(web.log)
    clock = Clock(NOW)
    with closing(Ledger.open(folder / "ledger.sqlite3")) as ledger:
        ledger.begin_night(NIGHT, "{}")
        writer = ArchiveWriter(folder, ledger, NIGHT, clock, {"description": "a test"})
        scribe = Scribe(writer, ledger)
        work = Work(
            night=NIGHT.id,
            config=config,
            clock=clock,
            deadline_at=NOW + timedelta(hours=1),
            ledger=ledger,
            scribe=scribe,
            batches=batches_of([Target(uri, urlkey(uri)) for uri in targets]),
            plan_beside=plan,
        )
        try:
            crawl(work)
        finally:
            scribe.close()
            writer.close()
        served = list(web.log)[before:]
        looks, answering = ledger.side_looks(NIGHT.id), set(ledger.answered_since())
        assert set(ledger.observations_of(NIGHT.id)) == set(targets), "a side look counts as a night of a link"
    return Crawled(folder, looks, answering, [one.uri for one in served], served)


def planned(*asides: Aside) -> Plan:
    return lambda: asides


def test_a_look_is_whole_fresh_and_kept(web: FakeWeb, tmp_path: Path) -> None:
    sample = Aside(Beside.SAMPLE, f"{GARDEN}/roses", f"{GARDEN}/roses")
    crawled = run(web, tmp_path, planned(sample))
    first, second = [one for one in crawled.served if one.uri == f"{GARDEN}/roses"]
    assert first.connection != second.connection, "the sample may come from a connection's cache"
    assert b"if-none-match" not in second.request.lower()
    assert b"cookie" not in second.request.lower()
    look = crawled.look(f"{GARDEN}/roses")
    assert (look.kind, look.seen.night, look.seen.attempts) == (Beside.SAMPLE, NIGHT.id, 2)
    assert look.seen.content is not None
    record_id = look.seen.hops[-1].record_id
    assert record_id in {record.fields["WARC-Record-ID"] for record in records_of(tmp_path)}, "it is not archived"
    assert crawled.asked.count(f"{GARDEN}/robots.txt") == 1, "robots.txt is asked again for every look"


def test_a_look_that_waits_holds_up_nobody(web: FakeWeb, tmp_path: Path) -> None:
    wait = NOW + timedelta(seconds=1.5)
    crawled = run(
        web,
        tmp_path,
        planned(
            Aside(Beside.SAMPLE, f"{GARDEN}/roses", f"{GARDEN}/roses", wait),
            Aside(Beside.SIBLING, f"{GARDEN}/tulips", "garden.example.org/*"),
            Aside(Beside.HTTPS, f"{LIBRARY}/shelf", f"{LIBRARY}/shelf"),
        ),
    )
    pages = [uri for uri in crawled.asked if not uri.endswith("/robots.txt")]
    assert pages[0] == pages[-1] == f"{GARDEN}/roses", "the others waited for the one that had to"
    assert set(pages[1:-1]) == {f"{GARDEN}/tulips", f"{LIBRARY}/shelf"}
    assert crawled.look(f"{GARDEN}/roses").seen.seen_at >= wait, "asked before its time"


def test_what_cannot_wait_until_the_morning_is_left_out(web: FakeWeb, tmp_path: Path) -> None:
    crawled = run(web, tmp_path, planned(Aside(Beside.SAMPLE, f"{LIBRARY}/shelf", "x", NOW + timedelta(hours=2))))
    assert (crawled.looks, crawled.asked.count(f"{LIBRARY}/shelf")) == ([], 0)


def test_robots_exclusions_and_budgets_hold(web: FakeWeb, tmp_path: Path) -> None:
    crawled = run(
        web,
        tmp_path,
        planned(
            Aside(Beside.SIBLING, f"{GARDEN}/closed/x", "closed"),
            Aside(Beside.SIBLING, f"{LIBRARY}/secret/x", "secret"),
            Aside(Beside.SIBLING, f"{LIBRARY}/unsubscribe/x", "unsubscribe"),
        ),
        exclude=(Exclusion("/secret/", "not ours"),),
    )
    assert not {f"{GARDEN}/closed/x", f"{LIBRARY}/secret/x", f"{LIBRARY}/unsubscribe/x"} & set(crawled.asked)
    assert [(look.about, look.seen.robots) for look in crawled.looks] == [("closed", True)]


def test_a_spent_budget_asks_nothing_more(web: FakeWeb, tmp_path: Path) -> None:
    plan = planned(Aside(Beside.SIBLING, f"{GARDEN}/tulips", "tulips"), Aside(Beside.SIBLING, f"{LIBRARY}/a", "a"))
    crawled = run(web, tmp_path, plan, per_host_budget_bytes=1)
    assert f"{GARDEN}/tulips" not in crawled.asked
    assert [look.about for look in crawled.looks] == [], "robots.txt had eaten the budget of the other host, too"


def test_a_private_address_is_not_asked_whoever_leads_there(web: FakeWeb, tmp_path: Path) -> None:
    host, port = web.place_of("library.example.org")
    asides = (
        Aside(Beside.SIBLING, f"{GARDEN}/far", "here"),
        Aside(Beside.VANTAGE, f"{LIBRARY}/in", "there"),
        Aside(Beside.VANTAGE, "http://10.1.2.3/", "literal"),
    )
    crawled = run(web, tmp_path, planned(*asides), vantage_proxy=f"http://{host}:{port}")
    assert not [uri for uri in crawled.asked if "//10." in uri], "an address of somebody's inner network was asked"
    refused = {look.about: look.seen.refusal for look in crawled.looks}
    assert refused == {"here": Refusal.PRIVATE_ADDRESS, "there": Refusal.PRIVATE_ADDRESS}


def test_the_other_place_is_asked_through_its_proxy_and_told_apart(web: FakeWeb, tmp_path: Path) -> None:
    host, port = web.place_of("library.example.org")
    asides = [
        Aside(Beside.VANTAGE, uri, uri)
        for uri in (f"{ISLAND}/", f"{ISLAND}/cave", "https://cliff.example.org/", f"{GARDEN}/roses")
    ]
    targets = [f"{ISLAND}/", "https://cliff.example.org/", f"{LIBRARY}/shelf"]
    crawled = run(web, tmp_path, planned(*asides), targets, vantage_proxy=f"http://{host}:{port}")
    island, cave, cliff, garden = (crawled.look(aside.about).seen for aside in asides)
    assert (island.hops[-1].status, island.hops[-1].ip) == (200, None), "the island answers there"
    assert cave.robots, "its robots.txt was not asked there"
    assert cliff.robots_only
    assert cliff.hops[-1].failure is Failure.RESET
    assert garden.hops[-1].status == 200, "no tunnel was made"
    assert {"cliff.example.org:443", "garden.example.org:443"} <= set(crawled.asked)
    assert not {uri for uri in crawled.answering if "island" in uri or "garden" in uri}, (
        "a host that never answered from here would be called dead for silence"
    )
    assert f"{LIBRARY}/shelf" in crawled.answering


def test_without_another_place_nobody_is_asked_from_there(web: FakeWeb, tmp_path: Path) -> None:
    crawled = run(web, tmp_path, planned(Aside(Beside.VANTAGE, f"{LIBRARY}/shelf", f"{LIBRARY}/shelf")))
    assert (crawled.looks, crawled.asked.count(f"{LIBRARY}/shelf")) == ([], 0)


def test_a_fault_of_ours_costs_one_look(web: FakeWeb, tmp_path: Path) -> None:
    crawled = run(
        web,
        tmp_path,
        planned(Aside(Beside.SIBLING, "http://[broken", "broken"), Aside(Beside.SIBLING, f"{GARDEN}/tulips", "tulips")),
    )
    assert [look.about for look in crawled.looks] == ["tulips"]


def test_a_fault_of_ours_in_planning_costs_no_night(web: FakeWeb, tmp_path: Path) -> None:
    def plan() -> Sequence[Aside]:
        raise ZeroDivisionError

    assert run(web, tmp_path, plan).looks == []


def test_trouble_of_our_machine_stops_the_night(web: FakeWeb, tmp_path: Path) -> None:
    def plan() -> Sequence[Aside]:
        raise EverciteError("the disk is full; free some space")

    with pytest.raises(EverciteError, match="the disk is full"):
        run(web, tmp_path, plan)


def test_a_stop_that_is_asked_for_does_not_wait_for_the_plan(web: FakeWeb, tmp_path: Path) -> None:
    done = threading.Event()

    def plan() -> Sequence[Aside]:
        os.kill(os.getpid(), signal.SIGTERM)
        done.wait(60)
        return (Aside(Beside.SIBLING, f"{GARDEN}/tulips", "tulips"),)

    crawled = run(web, tmp_path, plan)
    assert not done.is_set()
    done.set()
    assert (crawled.looks, f"{GARDEN}/tulips" in crawled.asked) == ([], False), "a night that was ended asks on"


def test_nothing_is_planned_when_the_run_is_invalid(web: FakeWeb, tmp_path: Path) -> None:
    called: list[bool] = []

    def plan() -> Sequence[Aside]:
        called.append(True)
        return ()

    silent = [f"http://{name}.example.org/" for name in ("island", "cliff", "nowhere", "never")]
    run(web, tmp_path, plan, silent)
    assert not called, "a machine without network asks on"


ABOUTS = st.integers(0, 10_000).map(str)
WAITS = st.one_of(st.none(), st.integers(-60, 600).map(lambda seconds: NOW + timedelta(seconds=seconds)))
ASIDES = st.builds(
    lambda host, about, wait: Aside(Beside.SAMPLE, f"https://{host}.example.org/{about}", about, wait),
    st.sampled_from(["garden", "library", "island"]),
    ABOUTS,
    WAITS,
)


@given(st.lists(ASIDES))
def test_every_look_has_its_place_in_line(asides: list[Aside]) -> None:
    line = waiting_of(asides, NOW)
    assert sorted((a for batch in line for a in batch.asides), key=str) == sorted(asides, key=str)
    begins = [batch.begins_at or NOW for batch in line]
    assert begins == sorted(begins), "whoever waits at the head of the line holds up the others"
    for batch in line:
        assert all(aside.not_before is None or aside.not_before <= (batch.begins_at or NOW) for aside in batch.asides)
        assert len({aside.uri.split("/")[2] for aside in batch.asides}) == 1
