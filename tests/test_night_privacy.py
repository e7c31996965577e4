"""No subscriber's signature or user id reaches anything that is kept, shown or logged; trackers are asked once."""

from __future__ import annotations

import base64
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from crawler.cli.nights import FORMATS
from tests.demo import write_seeds
from tests.house import House
from tests.warcs import everything_in, records_of
from tests.web.briefing import KEYS, MAILED, briefing_sites
from tests.web.server import FakeWeb

# Made-up recipients, of the same shape as real ones.
SIGNATURE = "5ec2e70d15ea5e0fbadc0ffee0ddf00d"
USER = "b0a710ad1337c0de8badf00dcafed00d"


def link(number: int) -> str:
    return f"https://un.mdrtor.com/track/link/key/{KEYS[number]}/signature/{SIGNATURE}/userid/{USER}"


BRIEFING = f"""\
 一份虚构的简报最新进展

第一条消息的标题

这里是虚构的正文，用来说明引用如何排列，不含任何真实内容，也足够长到像一段话。

{link(849)}
{link(849)}


第二条消息的标题

又一段虚构的正文，放在另一页上，链接仍然排在本页文字之后，供程序读取和归类使用。

{link(850)}
{link(851)}
https://www.oneplanetnetwork.org/approach-knowledge-hub?mc_eid={USER}&utm_source=mail
"""


def spellings(secret: str) -> set[bytes]:
    """A secret as it may be hidden: plain, in other cases, percent-encoded, and inside base64 at any offset."""
    plain = secret.encode()
    inside = {base64.b64encode(b"x" * pad + plain)[4 * (pad > 0) : -4] for pad in range(3)}
    escaped = "".join(f"%{byte:02x}" for byte in plain).encode()
    return {plain, plain.upper(), escaped, escaped.upper(), quote(secret).encode(), *(part[2:-2] for part in inside)}


def unpacked(folder: Path) -> dict[str, bytes]:
    """What lies in the workbooks of a folder, part by part: packed, no secret could be found in them."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*.xlsx"):
        with zipfile.ZipFile(path) as book:
            found |= {f"{path}/{name}": book.read(name) for name in book.namelist()}
    return found


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb(briefing_sites()) as fake:
        yield fake


@pytest.fixture(scope="module")
def house(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Two verbose nights over a briefing with trackers."""
    house = House(tmp_path_factory.mktemp("house"), web)
    (house.seeds / "briefing.txt").write_text(BRIEFING, "utf-8")
    house.logs = ""  # type: ignore[attr-defined]
    for number in (0, 1):
        ran = house.night(number, "-v")
        assert ran.status in (0, 1), ran.log[-2000:]
        house.logs += ran.log + ran.said  # type: ignore[attr-defined]
    return house


def test_the_search_would_find_what_is_there(house: House) -> None:
    seed = (house.seeds / "briefing.txt").read_bytes()
    assert SIGNATURE.encode() in seed
    hidden = base64.b64encode(f"go?userid={USER}&x=1".encode())
    assert any(spelling in hidden for spelling in spellings(USER)), "the search is blind to base64"


@pytest.mark.parametrize("secret", [SIGNATURE, USER])
def test_nothing_kept_or_said_names_the_subscriber(house: House, secret: str) -> None:
    kept = {f"archive/{n}": data for n, data in everything_in(house.archive).items()}
    again = house.run("report", *(word for name in FORMATS for word in ("--format", name)))
    assert again.status == 0, again.log
    kept |= {f"reports/{n}": data for n, data in everything_in(house.reports).items()}
    kept |= unpacked(house.reports)
    names = {name.rpartition("/")[2] for name in kept}
    assert names > {"report.sarif", "report.junit.xml", "report.md", "report.csv", "paste.zh.html", "sharedStrings.xml"}
    assert any(name.startswith("reports/copies/") for name in kept)
    kept["standard output and error"] = house.logs.encode()  # type: ignore[attr-defined]
    for words in (["cite"], ["cite", "seeds", "--format", "jsonl"], ["url", link(849)], ["archive", "list", link(849)]):
        ran = house.run(*words)
        assert ran.status == 0
        kept[" ".join(words)] = (ran.said + ran.log).encode()
    found = [name for name, data in kept.items() for spelling in spellings(secret) if spelling in data]
    assert found == [], f"the subscriber can be identified from {sorted(set(found))}"


def test_every_ledger_cell_is_clean_too(house: House) -> None:
    with closing(sqlite3.connect(house.archive / "ledger.sqlite3")) as db:
        cells = list(db.iterdump())
    assert len(cells) > 50
    assert not [cell[:80] for cell in cells if SIGNATURE in cell or USER in cell]


def test_each_tracker_is_asked_once_and_leads_to_its_cleaned_target(house: House, web: FakeWeb) -> None:
    report = house.report(1)["citations"]
    trackers = [row for row in report if "mdrtor" in row["printed"]]
    assert [row["uri"] for row in trackers] == [MAILED[n].partition("?")[0] for n in (849, 850, 851)]
    asked = [served for served in web.log if served.host == "un.mdrtor.com" and "/track/link/" in served.uri]
    assert {served.night for served in asked} == {0}, "a tracker was asked again on a later night"
    assert len([served for served in asked if served.uri == link(849)]) == 1
    for served in asked:
        assert b"Referer" not in served.request


def test_a_trackers_cookies_stay_in_its_chain(house: House, web: FakeWeb) -> None:
    assert house.report(0)
    others = [served for served in web.log if served.host != "un.mdrtor.com"]
    assert others
    assert not [served.uri for served in others if b"\r\ncookie:" in served.request.lower() and "mdrtor" in served.uri]
    assert not [served for served in others if SIGNATURE.encode() in served.request or USER.encode() in served.request]


def test_a_trackers_exchanges_leave_no_record_but_its_hops_are_told(house: House) -> None:
    assert not [r.uri for r in records_of(house.archive) if "/track/link/" in r.uri]
    row = next(row for row in house.report(1)["citations"] if "-850-" in row["printed"])
    assert [hop["via"] for hop in row["hops"]].count("tracker") >= 1
    assert row["hops"][0]["uri"].endswith("/signature/[redacted]/userid/[redacted]")
    assert row["hops"][0]["status"] == 302
    assert row["outcome"] == "ok"


def test_a_copy_is_found_by_the_tracking_link_as_printed(house: House) -> None:
    got = house.run("archive", "get", link(849))
    assert got.status == 0
    assert "<title>" in got.said
    assert house.run("archive", "list", link(849)).status == 0


def test_redacted_trackers_are_unknown_never_dead(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> None:
    house = House(tmp_path_factory.mktemp("redacted"), web)
    write_seeds(house.seeds)
    for path in house.seeds.iterdir():
        path.write_text(path.read_text("utf-8").replace("0123456789abcdef" * 2, "[redacted]"), "utf-8")
    before = len([served for served in web.log if "/track/link/" in served.uri])
    groups = []
    for number in (0, 1):
        rows = [row for row in house.night(number).report["citations"] if "mdrtor" in row["printed"]]
        assert [row["verdict"] for row in rows] == ["target-unknown"] * 3
        groups.append({row["group"] for row in rows})
    assert groups == [{"needs-you"}, {"cannot-judge"}]
    assert len([served for served in web.log if "/track/link/" in served.uri]) == before, "a redacted link was asked"


def test_a_tracker_is_never_asked_when_told_so(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> None:
    house = House(tmp_path_factory.mktemp("never"), web, unwrap="never")
    (house.seeds / "briefing.txt").write_text(BRIEFING, "utf-8")
    before = len([served for served in web.log if "/track/link/" in served.uri])
    assert house.night().status == 1
    assert len([served for served in web.log if "/track/link/" in served.uri]) == before
