"""The parts of pages over whole nights: what is captured, what is not and why, and that nobody is asked too often."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crawler.archive.completeness import completeness_of
from crawler.archive.warcfields import parse_fields
from crawler.ledger.ledger import Ledger
from tests.house import House
from tests.warcs import Stored, everything_in, records_of
from tests.web.answers import HTML, Behaviour, File
from tests.web.bodies import make_png
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site, robots
from tests.web.wire import Call

GARDEN, CDN = "https://garden.example.org", "https://cdn.example.org"
READER = "5ec2e70d15ea5e0fbadc0ffee0ddf00d"
PNG = make_png()


@dataclass(frozen=True)
class Text:
    """A text of a type; another one from each night in `later`."""

    body: str
    media_type: str = HTML
    later: Mapping[int, str] = field(default_factory=dict)

    async def answer(self, call: Call) -> None:
        bodies = {0: self.body, **self.later}
        body = bodies[max(night for night in bodies if night <= call.night)]
        await call.reply(200, body.encode(), (("Content-Type", self.media_type),))


@dataclass
class Watched:
    """A behaviour whose host must not be asked for anything else meanwhile."""

    behaviour: Behaviour
    busy: Counter[str]
    at_once: list[int]
    key: Callable[[str], str] = str

    async def answer(self, call: Call) -> None:
        key = self.key(call.served.host)
        self.busy[key] += 1
        self.at_once.append(self.busy[key])
        await asyncio.sleep(0.005)
        self.busy[key] -= 1
        await self.behaviour.answer(call)


def css(text: str) -> Text:
    return Text(text, "text/css")


def html(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>园子</title>{head}</head><body><p>浇水的时间。</p>{body}</body></html>"


def png(number: int) -> File:
    return File(PNG + bytes([number]), "image/png", validated=True)


STYLE = '<link rel="stylesheet" href="/css/site.css">'
PLOT = html(
    f"""<img src="/a.png" srcset="/a.png 1x, /b.png 2x"><img src="/old.png"><script src="/app.js"></script>
    <iframe src="/frame.html"></iframe><img src="{CDN}/private/map.png"><img src="http://10.20.30.40/inside.png">
    <img src="https://count.example.org/p?u=1" width="1" height="1"><img src="https://www.facebook.com/tr?id=7">
    <img src="{CDN}/signature/{READER}/userid/{READER}/logo.png"><img src="https://gone.example.org/x.png">
    <a href="/next">下一页</a><a href="/for?email=reader@garden.example">给你</a>""",
    STYLE,
)
PATHS: dict[str, Behaviour] = {
    "/plot": Text(PLOT),
    "/css/site.css": css(
        f'@import "more.css"; @font-face {{ src: url({CDN}/leaf.woff2) }} p {{ background: url(leaf.png) }}'
    ),
    "/css/more.css": css("@import url(site.css); /* each names the other */"),
    "/css/leaf.png": png(1),
    "/a.png": png(2),
    "/b.png": png(3),
    "/old.png": Redirect("/new.png", 301),
    "/new.png": png(4),
    "/frame.html": Text(html('<img src="/in-frame.png"><iframe src="/frame.html"></iframe>', STYLE)),
    "/in-frame.png": png(5),
    "/robots.txt": robots("Disallow:"),
}
SAME = Text(html('<img src="leaf.png">'))
FURTHER: dict[str, Behaviour] = {
    "/deep": Text(html('<link rel=stylesheet href="/s0.css"><iframe src="/f0"></iframe>')),
    **{f"/s{n}.css": css(f"@import '/s{n + 1}.css';") for n in range(9)},
    **{f"/f{n}": Text(html(f'<iframe src="/f{n + 1}"></iframe>')) for n in range(5)},
    "/around": Text(html('<img src="/r0"><img src="/to-private"><img src="/to-reader">')),
    **{f"/r{n}": Redirect(f"/r{n + 1}", 302) for n in range(9)},
    "/to-private": Redirect("http://192.168.1.1/x.png", 302),
    "/to-reader": Redirect(f"/x?email=reader@garden.example&h={READER}", 302),
    "/one/page": SAME,
    "/two/page": SAME,
    "/one/leaf.png": png(6),
    "/two/leaf.png": png(7),
}
PAGES = [f"{GARDEN}/{name}" for name in ("plot", "deep", "around", "one/page", "two/page")]
SITES = [
    Site("garden.example.org", {**PATHS, **FURTHER}),
    Site("cdn.example.org", {"/leaf.woff2": File(b"font", "font/woff2")}, robots=robots("Disallow: /private/")),
    Site("count.example.org"),
    Site("www.facebook.com"),
]


def asked(web: FakeWeb, night: int | None = None) -> list[str]:
    """What was asked for, robots.txt left out, in order."""
    return [s.uri for s in web.log if not s.uri.endswith("/robots.txt") and night in (None, s.night)]


def completeness(house: House) -> dict[str, tuple[int, int, int, dict[str, int]]]:
    """By page: parts referenced, captured, held before, and missing by reason; the newest word of each."""
    with closing(sqlite3.connect(house.archive / "ledger.sqlite3")) as db:
        rows = db.execute("SELECT uri, referenced, captured, held, missing FROM completeness ORDER BY night")
        return {uri: (*counts, dict(json.loads(missing))) for uri, *counts, missing in rows}


def notes(house: House) -> list[Stored]:
    """The metadata records that tell how much of a page is held."""
    return [r for r in records_of(house.archive) if r.kind == "metadata" and b"partsReferenced:" in r.block]


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb(SITES) as fake:
        yield fake


@pytest.fixture(scope="module")
def house(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("house"), web)
    house.cite(PAGES)
    assert house.night().status in (0, 1)
    return house


def test_every_part_is_counted_and_every_missing_one_has_its_reason(house: House) -> None:
    reasons = {"dns-nxdomain": 1, "personal": 1, "private-address": 1, "robots": 1, "status-404": 1, "tracker": 2}
    assert completeness(house)[f"{GARDEN}/plot"] == (16, 9, 0, reasons)


def test_style_sheets_and_frames_are_followed_to_a_depth(house: House) -> None:
    assert completeness(house)[f"{GARDEN}/deep"] == (9, 7, 0, {"depth": 2})


def test_a_redirect_without_end_and_one_to_where_nobody_goes(house: House, web: FakeWeb) -> None:
    missing = {"personal": 1, "private-address": 1, "redirects": 1}
    assert completeness(house)[f"{GARDEN}/around"] == (3, 0, 0, missing)
    assert len([uri for uri in asked(web) if uri.startswith(f"{GARDEN}/r")]) == 6


def test_one_payload_at_two_addresses_names_other_parts(house: House, web: FakeWeb) -> None:
    assert {f"{GARDEN}/one/leaf.png", f"{GARDEN}/two/leaf.png"} <= set(asked(web))
    assert completeness(house)[f"{GARDEN}/one/page"] == completeness(house)[f"{GARDEN}/two/page"] == (1, 1, 0, {})


def test_what_a_page_needs_is_in_the_archive(house: House) -> None:
    held = {r.uri.rpartition("/")[2]: r for r in records_of(house.archive) if r.kind == "response"}
    needed = {"site.css", "more.css", "leaf.png", "leaf.woff2", "a.png", "b.png", "old.png", "new.png", "frame.html"}
    assert needed | {"in-frame.png", "app.js"} <= set(held)
    assert held["new.png"].block.endswith(PNG + b"\x04")


def test_how_a_part_was_come_to_stands_with_it(house: House) -> None:
    told = {r.uri: dict(parse_fields(r.block)) for r in records_of(house.archive) if r.kind == "metadata"}
    paths = {uri.rpartition("/")[2]: fields.get("hopsFromSeed") for uri, fields in told.items()}
    assert (paths["a.png"], paths["new.png"], paths["more.css"], paths["in-frame.png"]) == ("E", "ER", "EE", "EE")
    assert told[f"{GARDEN}/css/leaf.png"]["via"] == f"{GARDEN}/css/site.css"
    assert told[f"{GARDEN}/a.png"]["via"] == f"{GARDEN}/plot"


def test_the_links_of_a_page_stand_in_its_metadata(house: House) -> None:
    [fields] = [
        parse_fields(r.block)
        for r in records_of(house.archive)
        if r.kind == "metadata" and r.uri.endswith("/plot") and b"fetchTimeMs" in r.block
    ]
    links = [value for name, value in fields if name == "outlink"]
    assert f"{GARDEN}/css/site.css E link/@href" in links
    assert f"{GARDEN}/b.png E img/@srcset" in links
    assert f"{GARDEN}/next L a/@href" in links
    assert f"{GARDEN}/for?email=[redacted] L a/@href" in links


def test_nothing_personal_that_a_page_names_is_kept_or_asked_for(house: House, web: FakeWeb) -> None:
    # What servers sent is kept as it came; what we write about it is redacted.
    sent = [PLOT.encode(), f"Location: /x?email=reader@garden.example&h={READER}".encode()]
    for name, data in everything_in(house.folder / "archive").items():
        for bytes_of_a_server in sent:
            data = data.replace(bytes_of_a_server, b"")
        assert READER.encode() not in data, f"{name} names a reader"
        assert b"reader@garden" not in data, f"{name} names a reader"
    assert not [served for served in web.log if READER in served.uri]


def test_no_counter_is_told_that_a_page_was_read(web: FakeWeb, house: House) -> None:
    assert not [served for served in web.log if served.host in ("count.example.org", "www.facebook.com")]


def test_robots_are_obeyed_and_asked_once(web: FakeWeb, house: House) -> None:
    assert f"{CDN}/private/map.png" not in asked(web)
    assert len(web.log.for_uri(f"{CDN}/robots.txt")) == 1


def test_the_record_tells_which_parts_are_missing(house: House) -> None:
    [note] = [note for note in notes(house) if note.uri == f"{GARDEN}/plot"]
    [page] = [r for r in records_of(house.archive) if r.kind == "response" and r.uri == f"{GARDEN}/plot"]
    assert note.fields["WARC-Refers-To"] == page.fields["WARC-Record-ID"]
    missing = [value for name, value in parse_fields(note.block) if name == "partMissing"]
    assert f"status-404 {GARDEN}/app.js" in missing
    assert f"robots {CDN}/private/map.png" in missing
    assert [part for part in missing if part.startswith(f"personal {CDN}/signature/[redacted]/userid/[redacted]/")]


def test_archive_list_shows_how_much_of_a_page_is_held(house: House) -> None:
    listed = house.run("archive", "list", f"{GARDEN}/plot")
    assert (
        "9 of 16 parts (1 dns nxdomain, 1 names a reader, 1 private address, 1 robots.txt, 1 not found, 2 tracking)"
        in (listed.said)
    )


def test_the_ledger_s_rows_can_be_read_again_from_the_archive(house: House) -> None:
    assert len(notes(house)) == len(PAGES)
    with closing(Ledger.open(house.archive / "ledger.sqlite3")) as ledger:
        for note in notes(house):
            night = f"{house.now(0):%Y%m%dT%H%M%SZ}"
            read = completeness_of(tuple(note.fields.items()), parse_fields(note.block), night)
            assert read is not None
            assert read == ledger.completeness_of(read.record_id, read.uri)
    others = [r for r in records_of(house.archive) if r.kind == "metadata" and b"fetchTimeMs" in r.block]
    assert not [r for r in others if completeness_of(tuple(r.fields.items()), parse_fields(r.block), "n")]


# ---------------------------------------------------------------- more than one page, more than one night


def pages_of(count: int, body: Callable[[int], str]) -> dict[str, Behaviour]:
    return {f"/p{number}": Text(html(body(number), STYLE)) for number in range(count)}


def test_what_is_held_of_pages_can_be_read_again_from_the_records(house: House) -> None:
    before = completeness(house)
    with closing(sqlite3.connect(house.archive / "ledger.sqlite3")) as db:
        db.execute("DELETE FROM completeness")
        db.commit()
    said = house.run("archive", "reindex")
    assert said.status == 0, said
    assert completeness(house) == before, "a lost ledger would take with it what is known of the parts of pages"


def test_parts_that_pages_share_are_asked_for_once_and_one_at_a_time(tmp_path: Path) -> None:
    busy: Counter[str] = Counter()
    at_once: list[int] = []
    parts: dict[str, Behaviour] = {
        "/css/site.css": css("p { background: url(leaf.png) }"),
        "/css/leaf.png": png(99),
        **{f"/i{number}.png": png(number) for number in range(12)},
        **pages_of(6, lambda n: "".join(f'<img src="https://h{(n + k) % 3}.example.org/i{k}.png">' for k in range(12))),
    }
    watched = {path: Watched(behaviour, busy, at_once) for path, behaviour in parts.items()}
    sites = [Site(f"h{host}.example.org", watched) for host in range(3)]
    with FakeWeb(sites) as web:
        house = House(tmp_path, web)
        house.cite(f"https://h{host}.example.org/p{number}" for host in range(3) for number in range(6))
        assert house.night().status in (0, 1)
        counted = Counter(asked(web))
    assert set(counted.values()) == {1}, "a part that pages share was asked for more than once"
    assert len(counted) == 18 + 3 * 14
    assert max(at_once) == 1, "a host was asked for two things at a time"
    assert {(referenced, captured) for referenced, captured, *_ in completeness(house).values()} == {(14, 14)}


def test_a_domain_is_asked_for_one_part_at_a_time_however_many_hosts_it_has(tmp_path: Path) -> None:
    busy: Counter[str] = Counter()
    at_once: list[int] = []
    wild = [f"h{number}.wild.example.net" for number in range(12)]
    images = "".join(f'<img src="https://{host}/leaf.png">' for host in wild)
    picture = Watched(png(1), busy, at_once, key=lambda host: "wild.example.net")
    sites = [
        Site("garden.example.org", {"/page": Text(html(images))}),
        *(Site(h, {"/leaf.png": picture}) for h in wild),
    ]
    with FakeWeb(sites) as web:
        house = House(tmp_path, web)
        house.cite([f"{GARDEN}/page"])
        assert house.night().status in (0, 1)
    assert completeness(house)[f"{GARDEN}/page"][:2] == (12, 12)
    assert max(at_once) == 1, "a page with made-up host names would have us storm one server"


def test_over_the_nights_only_what_is_needed_is_asked_for(tmp_path: Path) -> None:
    steady, other = html('<img src="/a.png">', STYLE), html('<img src="/a.png"><img src="/b.png">', STYLE)
    paths: dict[str, Behaviour] = {
        "/steady": Text(steady),
        "/changing": Text(steady + " ", later={3: other, 9: other + " "}),
        "/css/site.css": css("p { background: url(leaf.png) }"),
        "/css/leaf.png": png(1),
        "/a.png": png(2),
        "/b.png": png(3),
    }
    pages = {f"{GARDEN}/steady", f"{GARDEN}/changing"}
    parts: dict[int, list[str]] = {}
    with FakeWeb([Site("garden.example.org", paths)]) as web:
        house = House(tmp_path, web, requisites=False)
        house.cite(sorted(pages))
        for night in (0, 1, 2, 3, 9):
            assert house.night(night).status in (0, 1)
            parts[night] = sorted(uri.removeprefix(GARDEN) for uri in asked(web, night) if uri not in pages)
            house.write_config()
        conditional = [served.request for served in web.log if served.night == 9 and served.uri.endswith(".png")]
    assert parts[0] == [], "switched off, nothing is fetched"
    assert parts[1] == ["/a.png", "/css/leaf.png", "/css/site.css"], "switched on, pages that stayed are completed"
    assert parts[2] == [], "unchanged pages need nothing new"
    assert parts[3] == ["/b.png"], "of a changed page only what is new is asked for"
    assert parts[9] == ["/a.png", "/css/leaf.png", "/css/site.css"], "older than a week: asked again; not older: held"
    assert all(b"If-None-Match" in request for request in conditional), "the server can say that nothing changed"
    assert completeness(house) == {f"{GARDEN}/steady": (3, 3, 0, {}), f"{GARDEN}/changing": (4, 4, 1, {})}


IMAGES = "".join(f'<img src="/i{n}.png">' for n in range(8))
ALL = {f"/i{n}.png": png(n) for n in range(8)}


def test_what_one_night_had_no_time_for_the_next_one_fetches(tmp_path: Path) -> None:
    paths: dict[str, Behaviour] = {"/page": Text(html(IMAGES)), **ALL}
    with FakeWeb([Site("garden.example.org", paths)]) as web:
        house = House(tmp_path, web, delay_s=0.6, max_delay_s=0.6, night_hours=0.001)
        house.cite([f"{GARDEN}/page"])
        assert house.night(0).status in (0, 1)
        referenced, captured, _, missing = completeness(house)[f"{GARDEN}/page"]
        assert (referenced, missing) == (8, {"deadline": 8 - captured})
        house.write_config()
        assert house.night(1).status in (0, 1)
        again = Counter(uri for uri in asked(web) if uri.endswith(".png"))
    assert completeness(house)[f"{GARDEN}/page"] == (8, 8, captured, {})
    assert set(again.values()) == {1}, "what was captured is not asked for again"


def test_an_invalid_run_fetches_no_parts(tmp_path: Path) -> None:
    others = [Site(f"h{number}.example.org", {"/x": Text(html(""))}) for number in range(7)]
    paths: dict[str, Behaviour] = {"/page": Text(html(""), later={1: html(IMAGES)}), **ALL}
    with FakeWeb([Site("garden.example.org", paths), *others]) as web:
        house = House(tmp_path, web)
        house.cite([f"{GARDEN}/page", *(f"https://{site.host}/x" for site in others)])
        assert house.night(0).status in (0, 1)
        reached = {name: place for name, place in web.connect_to.items() if name.startswith("garden")}
        house.write_config(connect_to=reached, resolvers=["127.0.0.1:9"])
        assert house.night(1).status == 4, "most hosts are out of reach at once"
        assert asked(web, 1) == [f"{GARDEN}/page"]
    assert completeness(house) == {
        uri: (0, 0, 0, {}) for uri in (f"{GARDEN}/page", *(f"https://{site.host}/x" for site in others))
    }, "what the invalid run saw is not accounted for"


def test_a_killed_night_is_taken_up_where_its_parts_were(tmp_path: Path) -> None:
    images = "".join(f'<img src="/i{n}.png">' for n in range(40))
    paths: dict[str, Behaviour] = {"/page": Text(html(images)), **{f"/i{n}.png": png(n) for n in range(40)}}
    with FakeWeb([Site("garden.example.org", paths)]) as web:
        house = House(tmp_path, web, delay_s=0.05, max_delay_s=0.05)
        house.cite([f"{GARDEN}/page"])
        words = house.command(*house.night_words(0))
        quiet = subprocess.DEVNULL
        night = subprocess.Popen(words, cwd=house.folder, env=house.environment(), stdout=quiet, stderr=quiet)
        ended_at = time.monotonic() + 60
        while len([uri for uri in asked(web) if uri.endswith(".png")]) < 12:
            assert time.monotonic() < ended_at
            assert night.poll() is None, "the night ended before it could be killed"
            time.sleep(0.01)
        night.send_signal(signal.SIGKILL)
        night.wait()
        before = set(asked(web))
        assert house.night().status in (0, 1)
        counted = Counter(asked(web))
    referenced, captured, held, missing = completeness(house)[f"{GARDEN}/page"]
    assert (referenced, captured, held, missing) == (40, 40, 0, {})
    assert len(before) < 41
    assert sum(counted.values()) <= 41 + 1, "what was archived before the kill was asked for again"
