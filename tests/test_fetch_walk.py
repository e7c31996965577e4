"""The parts of one page, without a web: bounds, order, depth; the counters; what is remembered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from crawler.archive.completeness import told
from crawler.fetch.outlinks import MOST_OUTLINKS, outlink_fields
from crawler.fetch.recent import Recent
from crawler.fetch.walk import MAX_STYLES, MOST_COUNTED, Got, Walk, Wanted
from crawler.model import Capture, Completeness, RecordType
from crawler.pages.beacons import BEACONS, is_beacon
from crawler.pages.links import Kind, Link, Links

AT = datetime(2026, 1, 1, 2, tzinfo=UTC)
PAGE = Capture(
    urlkey="example,garden)/plot",
    timestamp="20260101020000000",
    uri="https://garden.example/plot",
    mime="text/html",
    status=200,
    digest="sha256:00",
    filename="a.warc.gz",
    offset=0,
    length=1,
    record_id="<urn:uuid:1>",
    record_type=RecordType.RESPONSE,
    seen_at=AT,
    night="20260101T020000Z",
)


def link(name: str, kind: Kind = Kind.IMAGE) -> Link:
    return Link(f"https://garden.example/{name}", kind, "img/@src")


def walked(
    links: list[Link], names: dict[str, list[Link]], most: int = 100, most_bytes: int = 1000, each: int = 1
) -> tuple[Completeness, list[str]]:
    """A walk over links where every part is there, `each` bytes long, and names others: the account, what was got."""
    got: list[str] = []

    async def get(wanted: Wanted) -> Got:
        name = wanted.uri.rpartition("/")[2]
        got.append(name)
        return Got(links=tuple(names.get(name, ())), length_bytes=each)

    walk = Walk(PAGE, "R", get, most, most_bytes)
    asyncio.run(walk.go(links))
    return walk.account(PAGE.night, AT).completeness, got


def test_style_sheets_come_first_and_the_number_ends_it() -> None:
    links = [link("a"), link("b"), link("s", Kind.STYLE), link("c")]
    account, got = walked(links, {}, most=3)
    assert got == ["s", "a", "b"]
    assert (account.referenced, account.captured, account.missing) == (4, 3, (("number", 1),))


def test_the_size_ends_it_and_what_follows_is_counted() -> None:
    account, got = walked([link(name) for name in "abcdef"], {}, most_bytes=10, each=4)
    assert got == ["a", "b", "c"]
    assert account.missing == (("bytes", 3),)


def test_style_sheets_lead_on_to_a_depth_and_pictures_never() -> None:
    chain = {f"s{n}": [link(f"s{n + 1}", Kind.STYLE), link(f"i{n}")] for n in range(9)}
    account, got = walked([link("s0", Kind.STYLE), link("i8")], chain)
    assert [name for name in got if name.startswith("s")] == [f"s{n}" for n in range(MAX_STYLES)]
    assert account.missing == (("depth", 1),)
    account, got = walked([link("s0")], chain)
    assert got == ["s0"], "a picture that claims to be a style sheet names nothing"


def test_what_names_itself_or_one_another_is_got_once() -> None:
    around = {"s0": [link("s1", Kind.STYLE)], "s1": [link("s0", Kind.STYLE)], "f": [link("f", Kind.FRAME)]}
    account, got = walked([link("s0", Kind.STYLE), link("f", Kind.FRAME)], around)
    assert got == ["s0", "f", "s1"]
    assert account.referenced == account.captured == 3


def test_a_dot_is_a_counter_where_it_tells_something_and_else_a_picture() -> None:
    dots = [link("dot.gif", Kind.PIXEL), link("dot.gif?reader=1", Kind.PIXEL)]
    dots.append(Link("https://count.example/dot.gif", Kind.PIXEL, "img/@src"))
    account, got = walked(dots, {})
    assert got == ["dot.gif"]
    assert account.missing == (("tracker", 2),)


def test_a_page_made_to_fill_memory_is_counted_up_to_a_number() -> None:
    many = [link(f"x{n}") for n in range(MOST_COUNTED + 5)]
    account, got = walked([link("s0", Kind.STYLE)], {"s0": many}, most=10)
    assert (len(got), account.referenced) == (10, 1 + MOST_COUNTED)


def test_a_part_s_hop_path_goes_on_from_its_page_s() -> None:
    root = Wanted(PAGE.uri, Kind.LINK, "", "R")
    sheet = root.named(link("s", Kind.STYLE))
    assert (sheet.hop_path, sheet.came_from) == ("RE", PAGE.uri)
    assert sheet.named(link("i")).hop_path == "REE"


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (Completeness("r", "u", "n", AT, 0, 0), "no parts"),
        (Completeness("r", "u", "n", AT, 3, 3, 2), "3 of 3 parts"),
        (
            Completeness("r", "u", "n", AT, 14, 12, 0, (("robots", 1), ("status-404", 1))),
            "12 of 14 parts (1 robots.txt, 1 not found)",
        ),
        (
            Completeness("r", "u", "n", AT, 2, 0, 0, (("status-503", 1), ("timeout", 1))),
            "0 of 2 parts (1 status 503, 1 timeout)",
        ),
    ],
)
def test_an_account_in_words(account: Completeness, words: str) -> None:
    assert told(account) == words


@pytest.mark.parametrize(
    ("reason", "may_grow"),
    [
        ("deadline", True),
        ("budget", True),
        ("timeout", True),
        ("status-503", True),
        ("status-404", False),
        ("robots", False),
    ],
)
def test_what_another_night_may_find(reason: str, may_grow: bool) -> None:
    assert Completeness("r", "u", "n", AT, 1, 0, 0, ((reason, 1),)).may_grow is may_grow


@pytest.mark.parametrize("row", BEACONS, ids=lambda row: row.host)
def test_counters_are_known_on_their_hosts_and_below(row: tuple[str, tuple[str, ...], str]) -> None:
    host, paths, _ = row
    for path in paths:
        assert is_beacon(f"https://{host}{path}")
        assert is_beacon(f"https://www.{host}{path.rstrip('/')}/x?id=1")
        assert not is_beacon(f"https://{host}.example.org{path}")


@pytest.mark.parametrize(
    "uri",
    [
        "https://www.google-analytics.com/analytics.js",
        "https://www.facebook.com/travel.png",
        "https://hm.baidu.com/hm.js",
        "https://garden.example/collect",
        "https://localhost/tr",
    ],
)
def test_scripts_and_others_hosts_are_no_counters(uri: str) -> None:
    assert not is_beacon(uri)


def test_a_counter_on_a_site_s_own_host() -> None:
    assert is_beacon("https://garden.example/stats/matomo.php?idsite=1&rec=1")


def test_links_over_what_a_record_holds_are_counted() -> None:
    parts = tuple(link(f"i{n}") for n in range(3))
    outlinks = tuple(Link(f"https://garden.example/p{n}", Kind.LINK, "a/@href") for n in range(MOST_OUTLINKS))
    fields = outlink_fields(Links(outlinks, parts, cut=2))
    assert len(fields) == MOST_OUTLINKS + 1
    assert fields[0] == ("outlink", "https://garden.example/i0 E img/@src")
    assert fields[-1] == ("outlinksCut", "5")


def test_what_was_met_last_is_remembered_up_to_a_weight() -> None:
    recent: Recent[str, int] = Recent(5)
    for number, key in enumerate("abc"):
        recent.put(key, number, 2)
    assert [recent.get(key) for key in "abc"] == [None, 1, 2]
    recent.get("b")
    recent.put("d", 3, 2)
    assert [recent.get(key) for key in "bcd"] == [1, None, 3], "what was asked for last stays"
    recent.put("e", 4, 6)
    assert [recent.get(key) for key in "bde"] == [None, None, None], "what is heavier than all is not kept"
    recent.put("f", 5, 1)
    recent.put("f", 6, 5)
    assert recent.take("f") == 6
    assert recent.take("f") is None
