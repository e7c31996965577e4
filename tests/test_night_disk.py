"""Disks that are full, read-only, altered by hand: one sentence, the right status, and nothing archived is touched.

The disks are tmpfs in a mount namespace of the test's own, as root or as an ordinary user.
"""

from __future__ import annotations

import hashlib
import os
import random
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, Ran
from tests.web.answers import File, Page
from tests.web.server import FakeWeb
from tests.web.sites import Site

ROOT_USER = os.geteuid() == 0
PAGES = [f"https://h{number}.example.org/page" for number in range(4)]
FILES = [f"https://h{number}.example.org/file" for number in range(24)]
LONG = "https://h0.example.org/long"
MIB = 1024 * 1024


@pytest.fixture(scope="module", name="web")
def a_web() -> Iterator[FakeWeb]:
    """Pages, and files of 200 KB that nothing packs."""
    noise = random.Random(4)
    sites = [
        Site(
            f"h{number}.example.org",
            {
                "/page": Page(f"Page {number}"),
                "/file": File(noise.randbytes(200_000), "application/octet-stream"),
                "/long": File(noise.randbytes(6 * MIB), "application/octet-stream"),
            },
        )
        for number in range(24)
    ]
    with FakeWeb(sites) as fake:
        yield fake


class Cage(House):
    """An installation whose commands see disks of their own."""

    def __init__(self, folder: Path, web: FakeWeb) -> None:
        super().__init__(folder, web)
        words = ["unshare", "--mount"] if ROOT_USER else ["unshare", "--map-root-user", "--mount"]
        self._keeper = subprocess.Popen(
            [*words, "sh", "-c", "echo ready; exec sleep 600"], stdout=subprocess.PIPE, text=True
        )
        assert self._keeper.stdout is not None
        assert self._keeper.stdout.readline() == "ready\n"

    def command(self, *words: str) -> list[str]:
        return self.inside("env", f"TMPDIR={self.temporary}", *super().command(*words))

    def inside(self, *words: str) -> list[str]:
        """A command line that runs in the namespace, in the installation's folder."""
        spaces = ["--mount"] if ROOT_USER else ["--user", "--preserve-credentials", "--mount"]
        enter = ["nsenter", "--target", str(self._keeper.pid), *spaces]
        return [*enter, "sh", "-c", 'cd "$0" && exec "$@"', str(self.folder), *words]

    def sh(self, script: str) -> str:
        """Run a shell script in the namespace."""
        done = subprocess.run(self.inside("sh", "-c", script), capture_output=True, text=True, check=False)
        return done.stdout

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    def mount(self, name: str, length_bytes: int) -> None:
        """Put a small disk at a folder."""
        self.sh(f"mkdir -p {name} && mount -t tmpfs -o size={length_bytes} tmpfs {name}")
        assert self.free(name) > 0, "no disk was mounted"

    def fill(self, name: str, leave_bytes: int) -> None:
        """Leave so little room on a disk."""
        room = self.free(name) - leave_bytes
        self.sh(f"head -c {room} /dev/zero > {name}/filler")

    def free(self, name: str) -> int:
        return int(self.sh(f"df --output=avail -B1 {name} | tail -n 1"))

    def hashes(self, *names: str) -> dict[str, str]:
        """The digest of each file in these folders, as seen inside; what belongs to the day's work left out."""
        found = self.sh(f"find {' '.join(names)} -type f -exec sha256sum {{}} +")
        rows = [line.split(maxsplit=1) for line in found.splitlines()]
        return {name: digest for digest, name in rows if not name.endswith(("filler", ".lock"))}

    def close(self) -> None:
        self._keeper.kill()
        self._keeper.wait()
        assert self._keeper.stdout is not None
        self._keeper.stdout.close()


@pytest.fixture(name="cage")
def a_cage(web: FakeWeb, tmp_path: Path) -> Iterator[Cage]:
    cage = Cage(tmp_path, web)
    cage.temporary.mkdir()
    yield cage
    cage.close()


def is_one_sentence(ran: Ran, *words: str) -> None:
    """The last words of a command that failed, and the only ones of their kind."""
    told = [line for line in ran.log.splitlines() if line.startswith("evercite: ")]
    assert len(told) == 1, ran.log[-3000:]
    assert "Traceback" not in ran.log, ran.log[-3000:]
    assert "Logging error" not in ran.log, ran.log[-3000:]
    assert "fault of ours" not in ran.log, ran.log[-3000:]
    assert all(word in told[0] for word in words), told[0]


def warcs_of(hashes: dict[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in hashes.items() if name.endswith(".warc.gz")}


LEFT = [400_000, *[pytest.param(leave, marks=pytest.mark.proof) for leave in (0, 4096, 60_000, 150_000, 2 * MIB)]]


@pytest.mark.parametrize("leave", LEFT)
def test_an_archive_disk_that_fills_up_mid_night(cage: Cage, leave: int) -> None:
    cage.mount("archive", 40 * MIB)
    cage.cite([*PAGES, FILES[0]])
    assert cage.night(0).status == 0
    kept = cage.run("archive", "get", PAGES[0]).said
    latest, before = cage.hashes("reports/latest"), warcs_of(cage.hashes("archive"))
    cage.fill("archive", leave)

    cage.cite([*PAGES, *FILES])
    ran = cage.night(1)
    assert ran.status == 2
    is_one_sentence(ran, "the disk is full", "free some space and run again")
    told = cage.sh("cat reports/20260102T020000Z/night.log")
    assert not told or "the disk is full" in told, "whoever looks into the log would not learn why the night ended"
    assert cage.hashes("reports/latest") == latest
    assert before.items() <= warcs_of(cage.hashes("archive")).items(), "what was archived was touched"
    assert cage.run("archive", "get", PAGES[0]).said == kept, "the archive cannot be read while its disk is full"
    checked = cage.run("archive", "check")
    assert checked.status == 0, checked.said + checked.log

    cage.sh("rm archive/filler")
    again = cage.night(1)
    assert again.status in (0, 1), again.log[-3000:]
    assert len(again.report["citations"]) == len(PAGES) + len(FILES)
    checked = cage.run("archive", "check")
    assert checked.status == 0, checked.said
    assert before.items() <= warcs_of(cage.hashes("archive")).items()
    assert cage.sh("ls archive/warc/*.open") == ""


@pytest.mark.proof
@pytest.mark.parametrize("leave", [0, 4096, 20_000])
def test_a_reports_disk_that_is_full(cage: Cage, leave: int) -> None:
    cage.mount("reports", 10 * MIB)
    cage.cite(PAGES)
    assert cage.night(0).status == 0
    latest = cage.hashes("reports/latest")
    cage.fill("reports", leave)
    ran = cage.night(1)
    assert ran.status == 2
    is_one_sentence(ran, "reports", "free")
    assert cage.hashes("reports/latest") == latest
    assert cage.run("archive", "check").status == 0
    cage.sh("rm reports/filler")
    again = cage.night(1)
    assert again.status in (0, 1), again.log[-3000:]
    assert cage.hashes("reports/latest") != latest
    assert cage.run("archive", "check").status == 0


@pytest.mark.proof
def test_a_temporary_disk_that_is_full(cage: Cage) -> None:
    """Long answers wait there on their way to the archive."""
    cage.mount("tmp", 3 * MIB)
    cage.cite([*PAGES, LONG])
    cage.fill("tmp", 100_000)
    ran = cage.night(0)
    assert ran.status == 2
    is_one_sentence(ran, "No space left on device", "free disk space there")
    assert cage.run("archive", "check").status == 0
    cage.sh("rm tmp/filler")
    cage.sh("mount -o remount,size=40m tmp")
    again = cage.night(0)
    assert again.status in (0, 1), again.log[-3000:]
    assert cage.run("archive", "check").status == 0


def test_an_archive_that_cannot_be_written_can_be_read(cage: Cage) -> None:
    cage.mount("archive", 40 * MIB)
    cage.cite(PAGES)
    assert cage.night(0).status == 0
    kept, latest = cage.hashes("archive"), cage.hashes("reports/latest")
    listed = cage.run("archive", "list", PAGES[0]).said
    cage.sh("mount -o remount,ro archive")
    ran = cage.night(1)
    assert ran.status == 2
    is_one_sentence(ran, "archive", "Read-only file system", "check the folder's permissions")
    got = cage.run("archive", "get", PAGES[0])
    assert "Page 0" in got.said, got.log
    assert cage.run("archive", "list", PAGES[0]).said == listed
    for words in (("check",), ("check", "--sample", "2"), ("stats",), ("repair", "--dry-run")):
        ran = cage.run("archive", *words)
        assert ran.status == 0, f"{words}: {ran.log}"
    ran = cage.run("archive", "repair")
    assert ran.status == 2
    is_one_sentence(ran, "archive")
    assert cage.hashes("archive") == kept
    assert cage.hashes("reports/latest") == latest


@pytest.mark.parametrize("wal", [True, pytest.param(False, marks=pytest.mark.proof)])
def test_a_killed_night_on_a_disk_that_became_read_only(cage: Cage, wal: bool) -> None:
    """What SQLite left beside the ledger can be read only by writing: it is read in a copy."""
    cage.mount("archive", 40 * MIB)
    cage.cite(PAGES)
    assert cage.night(0).status == 0
    change = "db.execute('UPDATE captures SET verified = 7');" if wal else ""
    opened = "import os, sqlite3; db = sqlite3.connect('archive/ledger.sqlite3', isolation_level=None)"
    die = f"{opened}; {change} os._exit(9)"
    cage.sh(f"{sys.executable} -c {shlex.quote(die)}")
    assert bool(cage.sh("ls archive/ledger.sqlite3-wal 2>/dev/null")) == wal
    kept = cage.hashes("archive")
    cage.sh("mount -o remount,ro archive")
    assert "Page 0" in cage.run("archive", "get", PAGES[0]).said
    assert cage.run("archive", "check").status == 0
    assert cage.hashes("archive") == kept


# ---------------------------------------------------------------- by hand


@pytest.fixture(name="first_night", scope="module")
def a_first_night(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One night over four pages and two files."""
    house = House(tmp_path_factory.mktemp("first"), web)
    house.cite([*PAGES, *FILES[:2]])
    assert house.night(0).status == 0
    return house.folder


@pytest.fixture(name="house")
def a_house(first_night: Path, web: FakeWeb, tmp_path: Path) -> House:
    """The day after it."""
    shutil.copytree(first_night, tmp_path, dirs_exist_ok=True)
    return House(tmp_path, web)


def digests(house: House) -> dict[str, str]:
    """What of the archive no later night may touch."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (house.archive / "warc").iterdir()
        if path.name.endswith((".warc.gz", ".cdxj"))
    }


def test_a_file_deleted_by_hand(house: House) -> None:
    [path] = (house.archive / "warc").glob("*.warc.gz")
    octets = path.read_bytes()
    path.unlink()
    ran = house.run("archive", "get", PAGES[0])
    assert ran.status == 4
    is_one_sentence(ran, path.name, "restore it from a backup")
    ran = house.night(1)
    assert ran.status == 0
    assert f"存档中有 1 个 WARC 文件缺失或无法读取（{path.name}），请从备份恢复。" in ran.said
    assert "处记录与其摘要不符" not in ran.said, "an editor would be told of altered records, where a file is gone"
    warned = [line for line in ran.log.splitlines() if path.name in line]
    assert 1 <= len(warned) <= 2, f"one loss, told line after line: {warned}"
    assert "Page 0" in house.run("archive", "get", PAGES[0]).said, "the new copy is there"
    checked = house.run("archive", "check")
    assert checked.status == 4
    assert "Restore this file from a backup" in " ".join(checked.said.split())
    before = digests(house)
    path.write_bytes(octets)
    house.run("archive", "reindex")
    assert house.run("archive", "check").status == 0
    assert before.items() <= digests(house).items()


def test_a_file_altered_by_hand(house: House) -> None:
    [path] = (house.archive / "warc").glob("*.warc.gz")
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)
    altered = digests(house)
    ran = house.night(1)
    assert ran.status == 0
    assert "存档中有" in ran.said
    assert altered.items() <= digests(house).items(), "the night changed what somebody may want to look into"
    checked = house.run("archive", "check")
    assert checked.status == 4
    assert path.name in checked.said
    repaired = house.run("archive", "repair")
    assert repaired.status == 4
    assert "lost; the index lines are moved to" in " ".join(repaired.said.split())
    again = house.run("archive", "repair").said
    assert again.endswith("\nNothing to repair.\n")
    assert "only a backup brings back what stood there" in " ".join(again.split()), "the damage is passed over"
    assert altered[path.name] == digests(house)[path.name], "damage inside a file is not cut"
    for uri in [*PAGES, *FILES[:2]]:
        assert house.run("archive", "get", uri, "-o", "copy").status == 0, (
            "the second night's copy stands for what is lost"
        )


def test_a_ledger_deleted_by_hand(house: House) -> None:
    before = digests(house)
    for path in house.archive.glob("ledger.sqlite3*"):
        path.unlink()
    ran = house.run("archive", "get", PAGES[0])
    assert ran.status == 3
    is_one_sentence(ran, "the ledger is gone", "evercite archive reindex")
    ran = house.night(1)
    assert ran.status == 0
    assert "was not in the index" in ran.log
    assert before.items() <= digests(house).items()
    assert house.run("archive", "check").status == 0
    assert len(house.run("archive", "list", PAGES[0]).said.splitlines()) == 2, "the first night's copies are forgotten"


def test_a_folder_replaced_by_a_file(house: House) -> None:
    house.archive.rename(house.folder / "kept")
    house.archive.write_text("somebody's notes", "utf-8")
    for words, status in ((("archive", "get", PAGES[0]), 3), (("archive", "check"), 3), (house.night_words(1), 2)):
        ran = house.run(*words)
        assert ran.status == status, ran.log
        is_one_sentence(ran, "archive")
    assert house.archive.read_text("utf-8") == "somebody's notes"
    house.archive.unlink()
    (house.folder / "kept").rename(house.archive)
    assert house.night(1).status == 0


def test_the_archives_commands_tell_their_usage(house: House) -> None:
    assert house.run("archive", "check", "--night", "20260101T020000Z").status == 0
    ran = house.run("archive", "check", "--night", "20300101T020000Z")
    assert ran.status == 3
    is_one_sentence(ran, "there is no night 20300101T020000Z; the newest are: 20260101T020000Z")
    assert house.run("archive", "check", "--sample", "0").status == 3
    assert house.run("archive", "check", "--sample", "3").said.startswith("Read: 1 file, ")
    (house.archive / "warc" / "WEB-1.warc.gz").write_bytes(b"")
    ran = house.run("archive", "repair")
    assert (ran.status, ran.said) == (
        0,
        "Note: WEB-1.warc.gz was not written by Evercite and is left alone.\nNothing to repair.\n",
    )
