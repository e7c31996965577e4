"""The two origins of Memento resources against whoever means ill, goes away, or has lost part of the archive."""

from __future__ import annotations

import re
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.replay import memento_app
from tests.memento_house import HOST, LARGE, Served, ask, served, shared


@pytest.fixture(name="site", scope="module")
def the_site() -> Iterator[Served]:
    with served(shared().archive) as site:
        yield site


# ---------------------------------------------------------------- the two origins


def test_each_origin_has_its_own_resources(site: Served) -> None:
    found = site.captures(f"{HOST}/same")[0]
    target = f"/memento/{found.timestamp}/{found.uri}"
    on = ask(site.main, target)
    assert (on.status, on.value("location")) == (307, site.content + target)
    for kind in ("timegate", "timemap/link", "timemap/json", "documents", "reports/latest"):
        told = ask(site.content, f"/{kind}/{HOST}/same")
        assert told.status == 404, "the content origin serves nothing but copies"
        assert "sandbox" in told.value("content-security-policy")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_nothing_can_be_written(site: Served, method: str) -> None:
    for base in (site.main, site.content):
        told = ask(base, f"/memento/20260101020000000/{HOST}/same", method)
        assert (told.status, told.value("allow")) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "fields",
    [
        {"X_Forwarded_Host": "evil.example"},
        {"X_Forwarded_Proto": "https", "Forwarded": "host=evil.example"},
        {"X_Original_URL": "/evil", "X_Rewrite_URL": "/evil"},
    ],
)
def test_no_field_steers_an_answer(site: Served, fields: dict[str, str]) -> None:
    plain, told = site.ask(f"/timegate/{HOST}/same"), site.ask(f"/timegate/{HOST}/same", **fields)
    assert told.value("location") == plain.value("location")
    assert "evil" not in str(told.fields)


def test_a_foreign_host_steers_no_answer(site: Served) -> None:
    told = raw(
        site.main, f"GET /timegate/{HOST}/same HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode()
    )
    assert b"evil" not in told
    assert f"location: {site.content}/".encode() in told


@pytest.mark.parametrize(
    "target",
    [
        "/timegate/https://www.garden.example/%0d%0aX-Evil:%20yes",
        "/timegate/https://www.garden.example/same%0d%0aX-Evil:yes",
        "/timegate/https://evil.example@www.garden.example/same%22%3E,%3Chttps://evil.example/%3E",
        "/timegate/javascript:alert(1)",
        "/timegate///evil.example/",
        "/timegate/" + "https://www.garden.example/" + "a" * 30_000,
        "/timegate/https://www.garden.example/same%00",
        "/timegate/https://[::1",
        "/timegate/https://www.garden.example:99999/",
        "/timegate/%ff%fe%fd",
        "/timegate/https%3A%2F%2F%ED%A0%80",
        "/memento/20260101020000000/..%2f..%2f..%2fetc/passwd",
        "/memento/../../../etc/passwd",
        "/memento/99999999999999999/https://www.garden.example/same",
        "/memento/00000000000000000/https://www.garden.example/same",
        "/memento/2026/https://www.garden.example/same",
        "/memento/%F0%9D%9F%8E0260101020000000/https://www.garden.example/same",
        "/memento/' OR 1=1 --/https://www.garden.example/same".replace(" ", "%20"),
        "/memento/",
        "/timemap/link/99999999999999999/https://www.garden.example/same",
        "/timemap/xml/https://www.garden.example/same",
    ],
)
def test_hostile_targets_meet_a_sentence(site: Served, target: str) -> None:
    for base in (site.main, site.content):
        told = ask(base, target)
        assert told.status in (302, 307, 400, 404), told.content
        assert not told.value("x-evil")
        assert not re.search(r"Traceback|/warc|ledger\.sqlite3|sqlite", told.content.decode())
        for name in ("location", "link"):
            assert "evil.example" not in re.sub(r"/(?:timegate|memento/\d+|timemap/\w+)/\S*", "", told.value(name))


def raw(base: str, request: bytes) -> bytes:
    """What comes back on a connection for these bytes."""
    place = urlsplit(base)
    with closing(socket.create_connection((place.hostname or "", place.port or 0), 20)) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


# ---------------------------------------------------------------- who goes away


def test_whoever_goes_away_leaves_no_file_open(site: Served) -> None:
    found = site.captures(f"{HOST}/odd/large.bin")[0]
    place = urlsplit(site.content)
    for _ in range(5):
        with closing(socket.create_connection((place.hostname or "", place.port or 0), 20)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(f"GET /memento/{found.timestamp}/{found.uri} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert connection.recv(1024).startswith(b"HTTP/1.1 200")
    assert soon(lambda: not files_held()), "a file of the archive would stay open for a client that is gone"
    assert site.open(f"{HOST}/odd/large.bin").content == LARGE


def test_whoever_takes_too_long_is_let_go(
    site: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(memento_app, "SLOW_S", 0.3)
    found = site.captures(f"{HOST}/odd/large.bin")[0]
    place = urlsplit(site.content)
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((place.hostname or "", place.port or 0))
        connection.sendall(f"GET /memento/{found.timestamp}/{found.uri} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert soon(lambda: "took too long" in caplog.text), "who reads nothing would be waited for for ever"
        assert soon(lambda: not files_held()), "a file of the archive would stay open for who reads nothing"


def files_held() -> list[Path]:
    """The WARC files that are open in this process, in which the server runs."""
    return [link for link in Path("/proc/self/fd").iterdir() if ".warc.gz" in target_of(link)]


def target_of(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile
        return ""


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold while somebody would wait."""
    for _ in range(400):
        if holds():
            return True
        time.sleep(0.05)
    return False


# ---------------------------------------------------------------- what is broken


def flip_bytes(archive: Path) -> None:
    """Alter a byte in the middle of each member, so that its checksum tells."""
    for path in (archive / "warc").glob("*.warc.gz"):
        data = bytearray(path.read_bytes())
        for at in range(300, len(data), 400):
            data[at] ^= 0xFF
        path.write_bytes(data)


def remove_files(archive: Path) -> None:
    shutil.rmtree(archive / "warc")


def cut_files(archive: Path) -> None:
    for path in (archive / "warc").glob("*.warc.gz"):
        path.write_bytes(path.read_bytes()[:200])


def swap_files(archive: Path) -> None:
    """Every file holds what belongs into another."""
    paths = sorted((archive / "warc").glob("*.warc.gz"))
    contents = [path.read_bytes() for path in paths]
    for path, data in zip(paths, [contents[-1], *contents[:-1]], strict=True):
        path.write_bytes(data)


def move_offsets(archive: Path) -> None:
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as db, db:
        db.execute("UPDATE captures SET start = start + 1")


def lose_originals(archive: Path) -> None:
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as db, db:
        db.execute("DELETE FROM captures WHERE record_type = 'response'")


def remove_ledger(archive: Path) -> None:
    for path in archive.glob("ledger.sqlite3*"):
        path.unlink()


def spoil_ledger(archive: Path) -> None:
    remove_ledger(archive)
    (archive / "ledger.sqlite3").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 64)


@pytest.mark.parametrize(
    ("break_it", "status"),
    [
        (flip_bytes, 500),
        (remove_files, 500),
        (cut_files, 500),
        (swap_files, 500),
        (move_offsets, 500),
        (lose_originals, 500),
        (remove_ledger, 503),
        (spoil_ledger, 503),
    ],
)
def test_what_is_broken_is_said_in_a_sentence(tmp_path: Path, break_it: Callable[[Path], None], status: int) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(shared().archive, archive)
    with served(archive) as site:
        targets = [
            f"/memento/{site.captures(uri)[-1].timestamp}/{uri}"
            for uri in (f"{HOST}/same", f"{HOST}/validated", *([f"{HOST}/odd/large.bin"] if status == 500 else []))
        ]
        targets = targets[:2] if break_it is lose_originals else targets
        assert all(site.ask(target).status == 200 for target in targets), "broken before anybody broke it"
        break_it(archive)
        for target in targets:
            told = site.ask(target)
            assert told.status == status, "what was altered or lost would be shown as a copy"
            assert told.content.decode().count("\n") == 1
            assert str(tmp_path) not in f"{told.content!r}{told.fields}"
            assert not told.value("memento-datetime")
            assert not told.value("cache-control").startswith("max-age")


def test_a_ledger_put_back_is_read_again(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(shared().archive, archive)
    with served(archive) as site:
        assert site.ask(f"/timegate/{HOST}/same").status == 302
        (archive / "ledger.sqlite3").rename(archive / "aside")
        assert site.ask(f"/timegate/{HOST}/same").status == 503
        (archive / "aside").rename(archive / "ledger.sqlite3")
        assert site.ask(f"/timegate/{HOST}/same").status == 302, "the server would have to be started again"
