"""The programs that are measured: what each is called, how it is run, and what it needs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(".venv-bench/bin/python")

Command = Callable[[Path, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Program:
    """A program: `command` of the folder it writes to and the list it reads; `does` tells what sets it apart.

    `archives` is False for one that only counts what it fetched, `tells_links` True for one that stores pages' links.
    """

    name: str
    does: str
    command: Command
    needs: Path | None = PEERS
    archives: bool = True
    tells_links: bool = False

    def missing(self) -> str:
        """Why the program cannot be run here, as a sentence; empty when it can."""
        if self.needs is None or self.needs.exists():
            return ""
        if self.needs == PEERS:
            return f"{self.name} was left out: its packages are not installed (`make bench` installs them)."
        return f"{self.name} was left out: it is not installed."


def _ours(folder: Path, listed: Path) -> list[str]:
    return [*_ours_with_links(folder, listed), "--no-links"]


def _ours_with_links(folder: Path, listed: Path) -> list[str]:
    return [sys.executable, "-m", "bench.ours", str(folder), str(listed)]


def _peer(module: str) -> Command:
    def command(folder: Path, listed: Path) -> list[str]:
        return [str(PEERS), "-m", f"bench.peers.{module}", str(folder), str(listed)]

    return command


def _wget(folder: Path, listed: Path) -> list[str]:
    return [*_wget_words(folder, listed), "-O", "/dev/null"]


def _wget_with_links(folder: Path, listed: Path) -> list[str]:
    """wget reads a page's links only when it may follow them; the pattern then refuses them all, before robots.txt."""
    follow = ["-r", "-l", "1", "-p", "--reject-regex", "."]
    return [*_wget_words(folder, listed), *follow, "-nd", "--delete-after", "-P", str(folder / "pages")]


def _wget_words(folder: Path, listed: Path) -> list[str]:
    return ["wget", "-q", "-i", str(listed), f"--warc-file={folder / 'wget'}", "--warc-cdx", f"--warc-tempdir={folder}"]


WGET_AT = Path(shutil.which("wget") or "/usr/bin/wget")

OURS = Program(
    "ours",
    "response, request and metadata records, wire-exact; sha256; fsync before it is indexed; SQLite and CDXJ",
    _ours,
    None,
)
OURS_LINKS = Program(
    "ours with links",
    "the same as it runs every night: each page's outlinks and requisites are read and stored in its metadata record",
    _ours_with_links,
    None,
    tells_links=True,
)
WGET = Program(
    "wget",
    "response and request records; sha1; zlib level 9; CDX; no robots.txt for a list; one request at a time",
    _wget,
    WGET_AT,
)
WGET_LINKS = Program(
    "wget with links",
    "the same with `-r -l 1 -p --reject-regex .`: every link is read and resolved, none is stored or followed",
    _wget_with_links,
    WGET_AT,
)
AIOHTTP = Program(
    "aiohttp + warcio",
    "response and request records rebuilt; sha1; zlib level 9; no index, no fsync",
    _peer("aiohttp_warcio"),
)
SCRAPY = Program("Scrapy", "nothing archived: pages are counted", _peer("scrapy_plain"), archives=False)
SCRAPY_WARCIO = Program(
    "Scrapy + warcio",
    "response and request records rebuilt; sha1; zlib level 9; no index, no fsync",
    _peer("scrapy_warcio"),
)
WARCPROX = Program(
    "warcprox + Scrapy",
    "response and request records; sha256; both processes are counted; its peak is the larger process's",
    _peer("warcprox_scrapy"),
)
FLOOR = Program(
    "floor",
    "receive, sha256 twice, isal level 2, fsync a group, SQLite and CDXJ; survives nothing; one request at a time",
    _peer("floor"),
)


def runnable(programs: Sequence[Program]) -> tuple[list[Program], list[str]]:
    """The programs that can be run here, and a sentence for each that cannot."""
    found = [program for program in programs if not program.missing()]
    return found, [program.missing() for program in programs if program.missing()]


def versions() -> str:
    """What the peers are, in a sentence."""
    said = []
    if WGET_AT.exists():
        words = subprocess.run([WGET_AT, "--version"], capture_output=True, text=True, check=True).stdout.split()
        said.append(f"wget {words[2]}")
    if PEERS.exists():
        pins = Path(__file__).with_name("requirements.txt").read_text("ascii").split()
        said += [
            pin.replace("==", " ") for pin in pins if pin.split("==")[0] in ("aiohttp", "Scrapy", "warcio", "warcprox")
        ]
    return ", ".join(said)
