"""A server of an installation as a real process, and one question to it at a time."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.house import House


@dataclass(frozen=True)
class Answered:
    """What a server answered; names of fields are in lower case."""

    status: int
    fields: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body of a page."""
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Served:
    """A server that runs: its two origins, and the file that its log goes into."""

    base: str
    copies: str
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def log(self) -> str:
        """Everything logged so far."""
        return self.log_file.read_text("utf-8")

    def ask(self, target: str, method: str = "GET", **fields: str) -> Answered:
        """Ask our own pages' origin; `Accept_Language="en"` is a field."""
        return ask(self.base, target, method, **fields)

    def end(self) -> int:
        """End it as a service manager does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def ask(base: str, target: str, method: str = "GET", **fields: str) -> Answered:
    """Ask an origin for a target, sent as it is written."""
    place = urlsplit(base)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    try:
        host = fields.pop("Host", place.netloc)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": host, **fields}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return Answered(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@contextmanager
def serving(house: House, *words: str) -> Iterator[Served]:
    """Serve an installation until the end of the block."""
    log_file = house.folder / f"serve-{os.getpid()}-{len(words)}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            house.command("serve", "--port", "0", *words),
            cwd=house.folder,
            env=house.environment(),
            stdout=subprocess.PIPE,
            stderr=log,
        )
        assert process.stdout is not None
        try:
            said = process.stdout.readline().decode().split()
            assert said, log_file.read_text("utf-8")
            yield Served(said[0].rstrip("/"), said[-1].rstrip("/)"), process, log_file)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
