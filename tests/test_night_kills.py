"""Two hundred kills at random moments of busy nights: nothing that was confirmed is lost, nothing is half there.

Each house runs nights over a web of its own; each night is killed, taken up and killed again until it ends. After
each kill a copy of the archive is recovered and proven: the real one is recovered by the next start, which may be
killed at that as well. The kills are SIGKILL to the whole process group, so the page cache survives them: what a
power cut takes is the matter of test_archive_recovery.py.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from crawler.archive.check import check
from crawler.archive.files import finished_files
from crawler.archive.recovery import recover
from crawler.ledger.ledger import Ledger
from crawler.urls.canonical import urlkey
from tests.house import House
from tests.web.answers import Behaviour, File, Page, ValidatedPage
from tests.web.server import FakeWeb
from tests.web.sites import Site

HOUSES = 10
KILLS = 20
HOSTS = 40

# Where a kill strikes: so many seconds at most after a phase began ("" is the whole run), and how often of 20.
MOMENTS = {
    ("crawl", 0.8): 12,
    ("", 0.0): 2,
    ("recovery", 0.02): 1,
    ("judging", 0.1): 1,
    ("report", 0.1): 1,
    ("resources", 0.03): 1,
    ("merge", 0.01): 1,
    ("latest", 0.03): 1,
}

# A night whose files are small, and which notes how far it is, so that the kills can be told by phase.
NIGHT = """
import os, sys
from functools import partial, wraps
import crawler.night.order as order
from crawler.cli import main

place = os.open(sys.argv.pop(1), os.O_WRONLY)
order.ArchiveWriter = partial(order.ArchiveWriter, max_file_bytes=150_000)

def noted(name, phase):
    called = getattr(order, name)
    @wraps(called)
    def noting(*args, **more):
        os.pwrite(place, phase.ljust(10).encode(), 0)
        return called(*args, **more)
    setattr(order, name, noting)

for name, phase in [("recover", "recovery"), ("settle", "reading"), ("crawl", "crawl"), ("_finish", "judging"),
                    ("tell", "report"), ("_archive_resources", "resources"), ("merge_index", "merge"),
                    ("_replace_latest", "latest")]:
    noted(name, phase)
sys.exit(main())
"""


def a_busy_web(seed: int) -> FakeWeb:
    """Clear and TLS; pages that stay, that change, that answer 304; files of several lengths."""
    noise = random.Random(seed)
    sites = []
    for number in range(HOSTS):
        changes = {night: f"On day {night} the ferry was late." for night in range(1 + number % 3, 40, 3)}
        pages: dict[str, Behaviour] = {
            "/a": Page(f"Garden {number}", changes=changes if number % 2 else {}),
            "/b": ValidatedPage(f"Ferry {number}", changes=changes if number % 5 == 0 else {}),
            "/c": File(
                noise.randbytes(noise.choice([500, 20_000, 60_000, 200_000])),
                "application/octet-stream",
                number % 2 == 0,
            ),
        }
        sites.append(Site(f"h{number}.example.org", pages))
    return FakeWeb(sites)


def uris() -> list[str]:
    return [
        f"{'https' if number % 2 else 'http'}://h{number}.example.org/{page}"
        for number in range(HOSTS)
        for page in "abc"
    ]


class Busy:
    """A house whose nights are killed; what it had confirmed must stand after each kill."""

    def __init__(self, folder: Path, web: FakeWeb, seed: int) -> None:
        self.chance = random.Random(seed)
        self.house = House(folder / "house", web, delay_s=0.12, max_delay_s=0.12)
        self.house.cite(uris())
        self.web = web
        self.copy = folder / "copy"
        self.phase = folder / "phase"
        self.number = 0
        self.length_s = 4.0
        self.met: Counter[str] = Counter()
        self.observed: dict[tuple[str, str], str] = {}
        self.digests: dict[str, str] = {}

    def run_until_killed(self) -> bool:
        """Run the night, or what is left of it, up to a random moment; whether it was killed there."""
        self.web.night = self.number
        self.phase.write_bytes(b"start".ljust(10))
        words = [sys.executable, "-c", textwrap.dedent(NIGHT), str(self.phase), *self.house.night_words(self.number)]
        night = subprocess.Popen(
            words,
            cwd=self.house.folder,
            env=self.house.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        began = time.monotonic()
        self._await_the_moment(night)
        if night.poll() is None:
            os.killpg(night.pid, signal.SIGKILL)
        _, log = night.communicate()
        if night.returncode == -signal.SIGKILL:
            self.met[self.phase.read_text().strip()] += 1
            return True
        assert night.returncode in (0, 1), log.decode()[-3000:]
        self.length_s = min(self.length_s, time.monotonic() - began)
        return False

    def _await_the_moment(self, night: subprocess.Popen[bytes]) -> None:
        """Most kills while it crawls; some anywhere in the run, some right after another phase began."""
        phase, within_s = self.chance.choices(list(MOMENTS), list(MOMENTS.values()))[0]
        last = time.monotonic() + 2 * self.length_s
        ends = last if phase else time.monotonic() + self.chance.uniform(0.05, self.length_s)
        while night.poll() is None and (now := time.monotonic()) < ends:
            if phase and self.phase.read_bytes().startswith(phase.encode()):
                phase, ends = "", now + within_s * self.chance.random() ** 2
            time.sleep(0.001)

    def end_if_ended(self) -> None:
        """Go on to the next night when this one is closed in the ledger."""
        with closing(sqlite3.connect(f"file:{self.copy / 'ledger.sqlite3'}?mode=ro", uri=True)) as database:
            night = f"{self.house.now(self.number):%Y%m%dT%H%M%SZ}"
            rows = database.execute("SELECT ended_at FROM nights WHERE id = ?", (night,)).fetchall()
        self.number += bool(rows and rows[0][0])

    def prove(self) -> None:
        """Recover a copy of what the kill left, and hold it against everything that was confirmed."""
        if not (self.house.archive / "ledger.sqlite3").exists():
            return
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.house.archive, self.copy)
        before = {path.name: digest_of(path) for path in finished_files(self.copy)}
        assert self.digests.items() <= before.items(), "a finished file was changed or is gone"
        with closing(Ledger.open(self.copy / "ledger.sqlite3")) as ledger:
            recover(self.copy, ledger, urlkey)
            assert check(self.copy, ledger).sentences() == []
            indexed = {capture.record_id for capture in ledger.all_captures()}
        self._prove_observations(indexed)
        assert not list((self.copy / "warc").glob("*.open")), "a file was left unfinished"
        fresh = [path for path in finished_files(self.copy) if path.name not in self.digests]
        if fresh:
            subprocess.run(["gzip", "-t", *map(str, fresh)], check=True)
        self.digests |= before
        self.end_if_ended()

    def _prove_observations(self, indexed: set[str]) -> None:
        with closing(sqlite3.connect(self.copy / "ledger.sqlite3")) as database:
            rows = database.execute("SELECT night, uri, data FROM observations").fetchall()
        seen = {(night, uri): data for night, uri, data in rows}
        assert self.observed.items() <= seen.items(), "an observation was lost or made again"
        for (_, uri), data in seen.items():
            pointed = {hop["record_id"] for hop in json.loads(data)["hops"]} - {None}
            assert pointed <= indexed, f"{uri} was observed, and its record is not there"
            assert pointed, f"{uri} was observed without a record"
        self.observed = seen


def digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@pytest.fixture(name="memory")
def a_folder_in_memory(tmp_path: Path) -> Iterator[Path]:
    """kill -9 takes nothing from the page cache: a disk would only be slower."""
    shm = Path("/dev/shm")
    with TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(HOUSES))
def test_killed_again_and_again(memory: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    with a_busy_web(seed) as web:
        busy = Busy(memory, web, seed)
        kills = 0
        while kills < KILLS:
            kills += busy.run_until_killed()
            busy.prove()
        ran = busy.house.night(busy.number)
        assert ran.status in (0, 1), ran.log[-3000:]
        busy.prove()
        assert len(ran.report["citations"]) == len(uris())
        kinds = {kind: count_of(busy.copy, kind) for kind in ("response", "revisit")}
        with capsys.disabled():
            print(f"\n{kills} kills over {busy.number} nights: {dict(busy.met.most_common())};", end=" ")
            print(f"{len(busy.digests)} files, {kinds}, {len(busy.observed)} observations", flush=True)
        assert kinds["revisit"] > 50, "too little repeated to prove anything"
        assert len(busy.digests) > 10, "no file was rotated"


def count_of(archive: Path, kind: str) -> int:
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM captures WHERE record_type = ?", (kind,)).fetchone()[0])
