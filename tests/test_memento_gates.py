"""TimeGates and TimeMaps over real nights, as clients meet them: which copies, under which names and dates."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from memento_client import MementoClient  # type: ignore[import-untyped]  # ships no types

from tests.house import House
from tests.memento_house import HOST, PATHS, SECRETS, TRACKER, Served, ask, by_rel, links_of, served, shared, sites
from tests.web.server import FakeWeb

FIRST, SECOND = "Thu, 01 Jan 2026", "Fri, 02 Jan 2026"


@pytest.fixture(name="site", scope="module")
def the_site() -> Iterator[Served]:
    with served(shared().archive) as site:
        yield site


# ---------------------------------------------------------------- TimeGate


@pytest.mark.parametrize(
    ("path", "at", "dated"),
    [
        ("/same", f"{FIRST} 09:00:00 GMT", FIRST),
        ("/same", f"{SECOND} 09:00:00 GMT", SECOND),
        ("/same", "Mon, 01 Jan 1990 00:00:00 GMT", FIRST),
        ("/same", "Fri, 01 Jan 2100 00:00:00 GMT", SECOND),
        ("/same", "", SECOND),
        ("/validated", "", SECOND),
        ("/walled", "", FIRST),
        ("/gone", f"{SECOND} 09:00:00 GMT", FIRST),
        ("/old", f"{FIRST} 09:00:00 GMT", FIRST),
        ("/half", "", SECOND),
    ],
)
def test_a_timegate_leads_to_the_nearest_copy_fit_to_show(site: Served, path: str, at: str, dated: str) -> None:
    uri = HOST + path
    gate = site.ask(f"/timegate/{uri}", **({"Accept_Datetime": at} if at else {}))
    assert (gate.status, gate.value("vary")) == (302, "accept-datetime"), gate.content
    assert not gate.value("memento-datetime"), "a client would take the TimeGate for a copy"
    rels = by_rel(gate.value("link"))
    assert rels["original"] == uri
    assert rels["timegate"] == f"{site.main}/timegate/{uri}"
    assert links_of(gate.value("link"))[gate.value("location")]["datetime"].startswith(dated)
    shown = ask(site.content, gate.value("location").removeprefix(site.content))
    assert shown.status == 200, "what a TimeGate leads to must be there"
    assert shown.value("memento-datetime") == links_of(gate.value("link"))[gate.value("location")]["datetime"]
    assert by_rel(shown.value("link"))["original"] == uri


def test_links_lead_back_and_forth(site: Served) -> None:
    first, second = (c.timestamp for c in site.captures(f"{HOST}/same"))
    gate = links_of(site.ask(f"/timegate/{HOST}/same").value("link"))
    assert gate[f"{site.content}/memento/{first}/{HOST}/same"]["rel"] == "first prev memento"
    assert gate[f"{site.content}/memento/{second}/{HOST}/same"]["rel"] == "last memento"
    timemap = next(link for uri, link in gate.items() if uri.startswith(f"{site.main}/timemap/link/"))
    assert (timemap["from"][:16], timemap["until"][:16]) == (FIRST, SECOND)


def test_a_date_that_cannot_be_read_is_refused(site: Served) -> None:
    told = site.ask(f"/timegate/{HOST}/same", Accept_Datetime="yesterday", Accept_Language="zh")
    assert (told.status, told.value("vary")) == (400, "accept-datetime")
    assert "无法识别" in told.content.decode()


@pytest.mark.parametrize("asked", [f"{HOST}/never", f"{HOST}/unheard-of", "mailto:a@example.org", "", "x", "https://"])
def test_what_has_no_copy_is_not_found(site: Served, asked: str) -> None:
    for kind in ("/timegate/", "/timemap/link/", "/timemap/json/", "/memento/20260101020000000/"):
        told = site.ask(kind + asked)
        assert (told.status, told.value("content-type")) == (404, "text/plain; charset=utf-8")
        assert told.content.decode().count("\n") == 1
        assert not told.value("memento-datetime")


@pytest.mark.parametrize("path", [path for path in PATHS if path not in ("/never", "/old")])
def test_any_address_is_found_as_it_is_written(site: Served, path: str) -> None:
    for asked in (f"{HOST}{path}", f"{HOST}{path}".replace("//", "/"), f"{HOST}{path}".replace("https", "http")):
        gate = site.ask(f"/timegate/{asked}")
        assert gate.status == 302, f"{asked} is archived, and would not be found"
        assert site.ask(gate.value("location").removeprefix(site.content)).status == 200


def test_escapes_stay_as_they_are(site: Served) -> None:
    for path in ("/escaped%2Fslash%2520twice", "/search?b=2&a=%2f1&c[]=|"):
        assert site.ask(f"/timegate/{HOST}{path}").value("location").endswith(f"/{HOST}{path}")
    packed = f"{HOST}/escaped%2Fslash%2520twice".replace("%", "%25").replace(":", "%3A").replace("/", "%2F")
    assert site.ask(f"/timegate/{packed}").value("location").endswith(f"/{HOST}/escaped%2Fslash%2520twice")


def test_a_tracker_leads_to_its_target_and_is_never_said_again(site: Served) -> None:
    stamp = site.captures(f"{HOST}/same")[0].timestamp
    for base, kind in (
        (site.main, "timegate"),
        (site.main, "timemap/link"),
        (site.main, "timemap/json"),
        (site.main, f"memento/{stamp}"),
        (site.content, f"memento/{stamp}"),
    ):
        told = ask(base, f"/{kind}/{TRACKER}")
        assert told.status in (200, 302, 307)
        assert f"{HOST}/same" in f"{told.fields}{told.content!r}"
        assert not any(secret in f"{told.fields}{told.content!r}" for secret in SECRETS), "a recipient would be shown"


# ---------------------------------------------------------------- TimeMap


def test_a_timemap_lists_what_may_be_handed_out(site: Served) -> None:
    told = site.ask(f"/timemap/link/{HOST}/validated")
    assert (told.status, told.value("content-type")) == (200, "application/link-format")
    stamps = [c.timestamp for c in site.captures(f"{HOST}/validated")]
    lines = told.content.decode().splitlines()
    assert lines[0] == f'<{HOST}/validated>; rel="original",'
    listed = [line for line in lines if 'memento"' in line]
    assert [line[1:].split(">")[0] for line in listed] == [
        f"{site.content}/memento/{at}/{HOST}/validated" for at in stamps
    ]
    assert 'rel="first memento"' in listed[0]
    assert 'rel="last memento"' in listed[-1]
    assert by_rel(told.content.decode())["self"] == f"{site.main}/timemap/link/{HOST}/validated"
    assert site.ask(f"/timemap/link/{HOST}/walled").content.count(b'memento"') == 1, "a challenge is no copy"


def test_a_timemap_is_json_too(site: Served) -> None:
    told = site.ask(f"/timemap/json/{HOST}/same")
    found: dict[str, Any] = json.loads(told.content)
    assert told.value("content-type") == "application/json"
    assert found["original_uri"] == f"{HOST}/same"
    assert found["timegate_uri"] == f"{site.main}/timegate/{HOST}/same"
    assert [one["datetime"][:10] for one in found["mementos"]["list"]] == ["2026-01-01", "2026-01-02"]
    assert found["mementos"]["first"] == found["mementos"]["list"][0]
    assert found["mementos"]["last"] == found["mementos"]["list"][-1]


# ---------------------------------------------------------------- who asks


def test_the_memento_client_finds_its_way(site: Served) -> None:
    client = MementoClient(timegate_uri=f"{site.main}/timegate/", check_native_timegate=False)
    newest = site.captures(f"{HOST}/same")[-1]
    info = client.get_memento_info(f"{site.content}/memento/{newest.timestamp}/{newest.uri}", datetime(2026, 1, 1, 9))  # noqa: DTZ001 -- as it wants them
    assert info["original_uri"] == f"{HOST}/same"
    closest = info["mementos"]["closest"]
    first = site.captures(f"{HOST}/same")[0]
    assert closest["uri"] == [f"{site.content}/memento/{first.timestamp}/{first.uri}"]
    assert closest["datetime"] == first.seen_at.replace(microsecond=0, tzinfo=None)
    assert closest["http_status_code"] == 200
    assert info["mementos"]["next"]["datetime"].date() == datetime(2026, 1, 2, tzinfo=UTC).date()
    assert set(info["mementos"]) == {"closest", "first", "next", "last"}


def test_copies_are_there_while_a_night_writes(tmp_path: Path) -> None:
    shutil.copytree(shared().folder, tmp_path / "house")
    with FakeWeb(sites()) as web, served(tmp_path / "house" / "archive") as site:
        web.night = 4
        house = House(tmp_path / "house", web, learn_refetch_s=0)
        words = house.command(*house.night_words(4))
        night = subprocess.Popen(words, cwd=house.folder, env=house.environment(), stdout=subprocess.DEVNULL)
        asked = 0
        while night.poll() is None:
            for path in ("/same", "/validated", "/new"):
                shown = site.open(HOST + path)
                assert shown.status == 200, shown.content
                asked += 1
            time.sleep(0.02)
        assert night.returncode in (0, 1)
        assert asked > 10
        assert site.open(f"{HOST}/same").value("memento-datetime").startswith("Mon, 05 Jan 2026")
