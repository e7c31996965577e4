"""One editor's installation in a folder of its own: seeds, configuration, and nights run as real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.web.server import FakeWeb

FIRST = datetime(2026, 1, 1, 2, tzinfo=UTC)
ROOT = Path(__file__).parent.parent

# Loopback answers at once: what a night waits for on the live web is shortened, nothing else is changed.
QUICK: Mapping[str, Any] = {
    "contact": "https://example.org/links; mailto:links@example.org",
    "allow_private_networks": ["127.0.0.0/8"],
    "delay_s": 0.001,
    "max_delay_s": 0.01,
    "connect_timeout_s": 2.0,
    "exchange_deadline_s": 2.0,
    "retry_waits_s": [0.05],
    "retry_after_cap_s": 0.1,
    "concurrency": 32,
}


@dataclass(frozen=True)
class Ran:
    """What a command did: its status, its words, and the report it wrote, if any."""

    status: int
    said: str
    log: str
    report: dict[str, Any] = field(default_factory=dict)

    def rows(self, uri: str) -> list[dict[str, Any]]:
        """The report's rows of a fetch uri."""
        return [row for row in self.report["citations"] if row["uri"] == uri]

    def outcome(self, uri: str) -> str:
        """The outcome of a fetch uri this night."""
        return str(self.rows(uri)[0]["outcome"])


class House:
    """An installation that sees a fake web. `now(n)` is the start of night n, a day apart."""

    def __init__(self, folder: Path, web: FakeWeb | None = None, **settings: Any) -> None:
        self.folder = folder
        self.seeds = folder / "seeds"
        self.archive = folder / "archive"
        self.reports = folder / "reports"
        self.web = web
        self.seeds.mkdir(parents=True, exist_ok=True)
        self.write_config(**settings)

    def write_config(self, **settings: Any) -> None:
        """Write evercite.toml: the quick settings, where the web is, and what a test says."""
        places = {"connect_to": self.web.connect_to, "resolvers": self.web.resolvers} if self.web else {}
        table = {**QUICK, **places, **settings}
        lines = [f"{name} = {toml(value)}" for name, value in table.items()]
        (self.folder / "evercite.toml").write_text("\n".join(lines) + "\n", "utf-8")

    def cite(self, uris: Iterable[str], name: str = "links.txt") -> None:
        """Put a plain list of URLs into the seeds."""
        (self.seeds / name).write_text("".join(f"{uri}\n" for uri in uris), "utf-8")

    def environment(self) -> dict[str, str]:
        """The environment of a command: the test authority is trusted, nothing else is changed."""
        trusted = {"SSL_CERT_FILE": str(self.web.ca_file)} if self.web else {}
        return {**os.environ, **trusted, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}

    def command(self, *words: str) -> list[str]:
        """`evercite WORDS` as an argument list."""
        return [sys.executable, "-m", "crawler", *words]

    def run(self, *words: str, timeout_s: float = 120) -> Ran:
        """Run a command to its end."""
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    def night_words(self, number: int, *more: str) -> Sequence[str]:
        """The command line of a simulated night."""
        return ("night", "--now", self.now(number).isoformat(), *more)

    def night(self, number: int = 0, *more: str) -> Ran:
        """Run a simulated night, the fake web being that night's."""
        if self.web is not None:
            self.web.night = number
        ran = self.run(*self.night_words(number, *more))
        return Ran(ran.status, ran.said, ran.log, self.report(number))

    def now(self, number: int) -> datetime:
        """The start of a night."""
        return FIRST + timedelta(days=number)

    def report(self, number: int) -> dict[str, Any]:
        """The report.json of a night; empty when there is none."""
        return self.report_at(self.now(number))

    def report_at(self, started: datetime) -> dict[str, Any]:
        """The report.json of the night that started then; empty when there is none."""
        path = self.reports / f"{started:%Y%m%dT%H%M%SZ}" / "report.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else {}


def toml(value: Any) -> str:
    """A value as TOML; JSON's texts, numbers and lists are TOML's, tables are written inline."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
