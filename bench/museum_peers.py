"""Public link checkers as commands: what each is, how it is run over a list, and which links it calls broken.

Rules:
- A peer is never imported. It runs in a mount namespace of its own, where /etc/hosts and /etc/resolv.conf lead to
  the fake web, and without a proxy.
- It is asked for the list alone: nothing is followed, its own settings stand but for a short timeout.
- A link that it does not name stops the suite.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bench.programs import PEERS
from tests.web.server import FakeWeb

TIMEOUT_S = 3
LINKCHECKER = PEERS.with_name("linkchecker").absolute()
LINKINATOR = PEERS.parent.with_name("node").joinpath("node_modules/.bin/linkinator").absolute()

# Of a folder that holds list.html: the command; of its output and the folder: which uris are broken, by uri.
Command = Callable[[Path], list[str]]
Reader = Callable[[str, Path], dict[str, bool]]


@dataclass(frozen=True, slots=True)
class Peer:
    """A link checker: its command over a folder with list.html, and how its result is read (uri → broken)."""

    name: str
    at: Path
    command: Command
    read: Reader
    environment: tuple[tuple[str, str], ...] = ()

    def missing(self) -> str:
        """Why it cannot be run here, as a sentence; empty when it can."""
        if os.geteuid() or shutil.which("unshare") is None:
            return f"{self.name} was left out: the fake web's names need root and a mount namespace."
        return "" if self.at.exists() else f"{self.name} was left out: it is not installed (`make bench` installs it)."


def _linkchecker(folder: Path) -> list[str]:
    """Every link of the list once, verbosely, so that the good ones are named, too."""
    (folder / "linkcheckerrc").write_text(f"[checking]\nsslverify={folder / 'ca.pem'}\n", "utf-8")
    words = ["--check-extern", "-r", "1", "--timeout", str(TIMEOUT_S), "-v", "--no-status", "-o", "none"]
    files = ["-f", str(folder / "linkcheckerrc"), "-F", f"csv/utf-8/{folder / 'found.csv'}"]
    return [str(LINKCHECKER), *words, *files, str(folder / "list.html")]


def _read_linkchecker(said: str, folder: Path) -> dict[str, bool]:
    lines = [line for line in (folder / "found.csv").read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter=";")
    return {row["urlname"]: row["valid"] != "True" for row in rows if row["parentname"]}


def _linkinator(folder: Path) -> list[str]:
    """With verbosity info it names those, too, that it skips because they refuse robots."""
    words = ["--format", "json", "--verbosity", "info", "--timeout", str(TIMEOUT_S * 1000)]
    return [str(LINKINATOR), "list.html", *words]


def _read_linkinator(said: str, folder: Path) -> dict[str, bool]:
    rows = json.loads(said[said.index("{") :])["links"]
    return {row["url"]: row["state"] == "BROKEN" for row in rows if row.get("parent")}


ALL = (
    Peer("LinkChecker", LINKCHECKER, _linkchecker, _read_linkchecker),
    Peer("linkinator", LINKINATOR, _linkinator, _read_linkinator, (("NODE_EXTRA_CA_CERTS", "ca.pem"),)),
)


SPACE = 'mount --bind hosts /etc/hosts && mount --bind resolv.conf "$(realpath /etc/resolv.conf)" && exec "$@"'


def run_peer(peer: Peer, uris: Sequence[str], folder: Path, web: FakeWeb) -> dict[str, bool]:
    """Which of the uris a peer calls broken. Raises RuntimeError when one of them is missing from what it says."""
    _lay_out(folder, uris, web)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", SPACE, "-", *peer.command(folder)],
        cwd=folder,
        env=_environment(peer, folder),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,  # both end with 1 when a link is broken
    )
    found = peer.read(done.stdout, folder)
    if left := [uri for uri in uris if uri not in found]:
        raise RuntimeError(f"{peer.name} says nothing of {left[0]} and {len(left) - 1} more\n{done.stderr[-2000:]}")
    return {uri: found[uri] for uri in uris}


def _environment(peer: Peer, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {name: str(folder / file) for name, file in peer.environment}


def _lay_out(folder: Path, uris: Sequence[str], web: FakeWeb) -> None:
    """The list as a page, the names, and the authority, where a program that drops its rights can read and write."""
    links = "".join(f'<p><a href="{escape(uri)}">{number}</a></p>\n' for number, uri in enumerate(uris))
    page = f'<!doctype html><html lang="en"><head><title>List</title></head><body>\n{links}</body></html>\n'
    (folder / "list.html").write_text(page, "utf-8")
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{web.hosts_lines()}", "utf-8")
    servers = [place.rpartition(":")[0] for place in web.resolvers]
    (folder / "resolv.conf").write_text("".join(f"nameserver {server}\n" for server in servers), "utf-8")
    (folder / "ca.pem").write_bytes(web.ca_file.read_bytes())
    folder.chmod(0o777)


def versions() -> str:
    """What the peers are, in a sentence."""
    pins = Path(__file__).with_name("requirements.txt").read_text("ascii").split()
    wanted = json.loads(Path(__file__).with_name("package.json").read_text("utf-8"))["dependencies"]
    checker = next(pin.split("==")[1] for pin in pins if pin.startswith("LinkChecker=="))
    return f"LinkChecker {checker}, linkinator {wanted['linkinator']}"
