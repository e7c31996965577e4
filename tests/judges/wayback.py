"""pywb's `wayback` server over an archive of ours, and what it answers: a player that knows only our folder."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.http1 import read_message
from crawler.model import Head
from tests.judges.commands import judge

COLLECTION = "evercite"
# All that pywb is told: where our index and our files are.
CONFIG = """\
collections:
  {collection}:
    index_paths: {archive}/index.cdxj
    archive_paths: {archive}/warc/
framed_replay: false
enable_memento: true
"""


@dataclass(frozen=True)
class Replayed:
    """What the player answered: its head, and the payload as bytes."""

    head: Head
    payload: bytes

    @property
    def memento_datetime(self) -> str | None:
        """The time it says the capture is of (RFC 7089 §2.1.1)."""
        return self.head.value("Memento-Datetime")


@dataclass(frozen=True)
class Wayback:
    """A running player."""

    port: int
    process: int

    def replay(self, uri: str, timestamp: str = "") -> Replayed:
        """The capture nearest a timestamp, unchanged (`id_`); without one, the newest."""
        return self.ask(f"/{COLLECTION}/{timestamp}id_/{uri}")

    def negotiate(self, uri: str, at: str) -> Replayed:
        """What a TimeGate answers for a date (RFC 7089 §4.1)."""
        return self.ask(f"/{COLLECTION}/{uri}", f"Accept-Datetime: {at}")

    def ask(self, target: str, *fields: str) -> Replayed:
        """One request over a connection of its own: its target goes out, and a coded payload comes, as it is."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=30)) as connection:
            lines = (f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close", *fields)
            connection.sendall("\r\n".join([*lines, "Accept-Encoding: gzip, br", "", ""]).encode())
            head, payload = read_message(iter(lambda: connection.recv(65536), b""))
            assert head is not None, f"pywb answered nothing to {target}"
            return Replayed(head, b"".join(payload))


@contextmanager
def serving(archive: Path, folder: Path, settings: str = "") -> Iterator[Wayback]:
    """A player over `archive` as long as the block runs; `folder` holds its configuration and its log."""
    (folder / "config.yaml").write_text(CONFIG.format(collection=COLLECTION, archive=archive) + settings, "utf-8")
    port = free_port()
    with (folder / "wayback.log").open("wb") as log:
        words = [str(judge("wayback")), "--bind", "127.0.0.1", "--port", str(port), "--directory", str(folder)]
        server = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(server, port, folder / "wayback.log")
            yield Wayback(port, server.pid)
        finally:
            server.terminate()
            server.wait(20)


def free_port() -> int:
    """A port that is free now; pywb cannot tell which one it would choose."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(server: subprocess.Popen[bytes], port: int, log: Path, patience_s: float = 60) -> None:
    """Until the server listens."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"pywb did not start: {log.read_text('utf-8', 'replace')[-2000:]}")
