"""Mementos over real nights, as they cross the socket: which bytes, under which head, status, coding and range."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from tests.memento_house import HOST, LARGE, PAGE, ZIPPED, Served, by_rel, links_of, served, shared

FIRST, SECOND = "Thu, 01 Jan 2026", "Fri, 02 Jan 2026"


@pytest.fixture(name="site", scope="module")
def the_site() -> Iterator[Served]:
    with served(shared().archive) as site:
        yield site


# ---------------------------------------------------------------- mementos


def test_a_memento_is_the_archived_answer(site: Served) -> None:
    shown = site.open(f"{HOST}/same")
    assert b"A page that stays" in shown.content
    assert shown.value("content-length") == str(len(shown.content))
    assert shown.value("content-type") == "text/html; charset=utf-8"
    assert shown.value("etag").startswith('"sha256-')
    assert "immutable" in shown.value("cache-control")
    assert shown.value("x-archive-orig-status") == "200 OK"


def test_a_304_is_its_payload_under_both_dates(site: Served) -> None:
    first, second = site.captures(f"{HOST}/validated")
    assert second.not_modified
    shown = site.ask(f"/memento/{second.timestamp}/{second.uri}")
    assert (shown.status, shown.value("memento-datetime")[:16]) == (200, SECOND)
    assert shown.value("x-evercite-payload-datetime")[:16] == FIRST
    assert links_of(shown.value("link"))[f"{site.content}/memento/{first.timestamp}/{first.uri}"]
    assert 'rel="duplicate"' in shown.value("link")
    assert shown.content == site.ask(f"/memento/{first.timestamp}/{first.uri}").content


def test_a_revisit_has_its_own_head_and_the_same_bytes(site: Served) -> None:
    first, second = (site.ask(f"/memento/{c.timestamp}/{c.uri}") for c in site.captures(f"{HOST}/same"))
    assert first.content == second.content
    assert first.value("x-archive-orig-date") != second.value("x-archive-orig-date")
    assert not second.value("x-evercite-payload-datetime")


@pytest.mark.parametrize("path", ["/walled", "/gone"])
def test_any_capture_is_reachable_by_its_moment(site: Served, path: str) -> None:
    bad = site.captures(HOST + path)[-1]
    shown = site.ask(f"/memento/{bad.timestamp}/{bad.uri}")
    assert shown.status == bad.status >= 400
    assert shown.value("memento-datetime")[:16] == SECOND
    assert by_rel(shown.value("link"))["first"] != f"{site.content}/memento/{bad.timestamp}/{bad.uri}"


def test_a_redirect_leads_to_the_memento_of_where_it_led(site: Served) -> None:
    old, new = site.captures(f"{HOST}/old")[0], site.captures(f"{HOST}/new")[0]
    shown = site.ask(f"/memento/{old.timestamp}/{old.uri}")
    assert (shown.status, shown.value("location")) == (301, f"{site.content}/memento/{new.timestamp}/{new.uri}")
    assert shown.value("x-archive-orig-location") == "/new"
    away = site.captures(f"{HOST}/odd/away")[0]
    shown = site.ask(f"/memento/{away.timestamp}/{away.uri}")
    assert (shown.status, shown.value("location")) == (302, ""), "a copy would send its reader to the live web"


def test_the_end_of_a_redirect_is_a_memento_of_what_was_cited(site: Served) -> None:
    new = site.captures(f"{HOST}/new")[0]
    shown = site.ask(f"/memento/{new.timestamp}/{HOST}/old")
    assert shown.status == 200
    assert by_rel(shown.value("link"))["original"] == f"{HOST}/old"
    assert shown.value("content-location") == f"{site.content}/memento/{new.timestamp}/{HOST}/new"


def test_nothing_archived_acts_in_the_readers_browser(site: Served) -> None:
    shown = site.open(f"{HOST}/odd/bossy")
    assert shown.value("content-security-policy").startswith("sandbox; default-src 'none';")
    assert shown.fields.get_all("memento-datetime") != ["Thu, 01 Jan 1970 00:00:00 GMT"]
    assert len(shown.fields.get_all("memento-datetime") or []) == 1
    assert (shown.value("x-content-type-options"), shown.value("referrer-policy")) == ("nosniff", "no-referrer")
    assert shown.value("cross-origin-resource-policy") == "same-origin"
    for name in (
        "set-cookie",
        "strict-transport-security",
        "refresh",
        "clear-site-data",
        "access-control-allow-origin",
    ):
        assert not shown.value(name), f"an archived {name} would act on the reader"


@pytest.mark.parametrize(
    ("name", "status", "content"),
    [
        ("teapot", 418, b"tea"),
        ("denied", 502, b"no"),
        ("garbled", 200, b"ok"),
        ("empty", 204, b""),
        ("many", 200, b"many"),
        ("program", 200, b"MZ"),
    ],
)
def test_any_status_and_head_is_shown(site: Served, name: str, status: int, content: bytes) -> None:
    found = site.captures(f"{HOST}/odd/{name}")[0]
    shown = site.ask(f"/memento/{found.timestamp}/{found.uri}")
    assert (shown.status, shown.content) == (status, content)
    assert shown.value("x-archive-orig-status").startswith(str(found.status))
    assert bool(shown.value("content-disposition")) == (name == "program")


def test_what_came_in_part_is_said_to_be_a_part(site: Served) -> None:
    shown = site.open(f"{HOST}/half")
    assert shown.content == b"<p>half"
    assert shown.value("x-evercite-truncated") == "disconnect", "half a page would be shown as all of it"


# ---------------------------------------------------------------- content


@pytest.mark.parametrize(
    ("accepted", "coding", "content"),
    [("gzip", "gzip", ZIPPED), ("identity", "", PAGE), ("br", "", PAGE), ("gzip;q=0, *", "", PAGE)],
)
def test_content_is_coded_as_the_client_takes_it(site: Served, accepted: str, coding: str, content: bytes) -> None:
    shown = site.open(f"{HOST}/odd/zipped", Accept_Encoding=accepted)
    assert (shown.value("content-encoding"), shown.value("vary")) == (coding, "accept-encoding")
    assert shown.content == content
    assert shown.value("content-length") == str(len(content))


def test_the_two_codings_are_two_entities(site: Served) -> None:
    tags = {site.open(f"{HOST}/odd/zipped", Accept_Encoding=coding).value("etag") for coding in ("gzip", "br")}
    assert len(tags) == 2, "a cache would hand out gzip to who cannot read it"


def test_a_bomb_stays_packed(site: Served) -> None:
    shown = site.open(f"{HOST}/odd/bomb", Accept_Encoding="identity")
    assert shown.value("content-encoding") == "gzip"
    assert len(gzip.decompress(shown.content)) == 40 * 1024 * 1024


@pytest.mark.parametrize(("name", "whole"), [("large.bin", LARGE), ("zipped", PAGE)])
def test_ranges_are_parts_of_the_whole(site: Served, name: str, whole: bytes) -> None:
    length = len(whole)
    for asked, start, stop in (("0-9", 0, 10), ("-5", length - 5, length), (f"{length - 1}-", length - 1, length)):
        part = site.open(f"{HOST}/odd/{name}", Range=f"bytes={asked}")
        assert (part.status, part.content) == (206, whole[start:stop])
        assert part.value("content-range") == f"bytes {start}-{stop - 1}/{length}"
    beyond = site.open(f"{HOST}/odd/{name}", Range=f"bytes={length}-")
    assert (beyond.status, beyond.value("content-range")) == (416, f"bytes */{length}")
    assert site.open(f"{HOST}/odd/{name}", Range="bytes=0-1,3-4").content == whole


def test_what_a_cache_holds_is_not_sent_again(site: Served) -> None:
    tag = site.open(f"{HOST}/same").value("etag")
    again = site.open(f"{HOST}/same", If_None_Match=f'"other", W/{tag}')
    assert (again.status, again.content, again.value("etag")) == (304, b"", tag)
    assert site.open(f"{HOST}/same", Range="bytes=0-1", If_Range='"other"').status == 200
    assert site.open(f"{HOST}/same", Range="bytes=0-1", If_Range=tag).status == 206


@pytest.mark.parametrize("path", ["/timegate/{}/same", "/timemap/json/{}/same", "/memento/20260101000000000/{}/same"])
def test_head_tells_what_get_tells(site: Served, path: str) -> None:
    target = path.format(HOST)
    whole, head = site.ask(target), site.ask(target, "HEAD")
    assert (head.status, head.content) == (whole.status, b"")
    told = [{n.lower(): v for n, v in answer.fields.items() if n.lower() != "date"} for answer in (whole, head)]
    assert told[0] == told[1]


def test_head_of_a_large_memento_has_its_length(site: Served) -> None:
    found = site.captures(f"{HOST}/odd/large.bin")[0]
    head = site.ask(f"/memento/{found.timestamp}/{found.uri}", "HEAD")
    assert (head.value("content-length"), head.content) == (str(len(LARGE)), b"")
