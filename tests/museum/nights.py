"""Real nights of a museum, one process each, into one archive and ledger; and the editors' words in between.

Rules:
- The web turns before a night starts, never during one.
- On a night when our own network is down nothing resolves and nothing connects; the web stays as it is.
- What was told is read from the reports: what an editor saw is what counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.model import Outcome, Verdict
from tests.house import House, Ran
from tests.museum.briefing import write_briefing
from tests.museum.drawn import NIGHTS
from tests.museum.sites import museum_hosts
from tests.museum.truth import Museum, Ruling
from tests.web.turning import TurningWeb

EVENING = timedelta(hours=3)
SETTINGS: dict[str, Any] = {
    "exchange_deadline_s": 1.5,
    "connect_timeout_s": 1.5,
    "requisites": False,
    "learn_refetch_s": 0.05,
    "timezone": "UTC",
    "language": "en",
}
NO_NETWORK: dict[str, Any] = {"connect_to": {}, "resolvers": ["127.0.0.1:9"], "connect_timeout_s": 0.5}
FINE = (0, 1)
INVALID = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What one night's report says of a target; `said` is the sentence an editor reads."""

    target: str
    night: int
    outcome: Outcome
    verdict: Verdict
    said: str


class Stay:
    """A museum played in a folder."""

    def __init__(self, museum: Museum, folder: Path, web: TurningWeb) -> None:
        self.museum = museum
        self.web = web
        self.house = House(folder, web, **SETTINGS)
        (self.house.seeds / f"{museum.name}.html").write_text(write_briefing(museum), "utf-8")

    def play(self, nights: int = NIGHTS) -> Iterator[list[Told]]:
        """Run so many nights; after each run, what it told. Raises RuntimeError when a night fails."""
        for night in range(nights):
            yield self._run(night, self.house.now(night))
            if night in self.museum.evenings:
                yield self._run(night, self.house.now(night) + EVENING)
            self._rule(night)

    def _run(self, night: int, at: datetime) -> list[Told]:
        down = night in self.museum.down
        self.web.turn(night)
        self.house.write_config(**SETTINGS | (NO_NETWORK if down else {}))
        ran = self.house.run("night", "--now", at.isoformat(), timeout_s=300)
        if ran.status not in ((INVALID,) if down else FINE):
            raise RuntimeError(f"{self.museum.name}, night {night}: status {ran.status}\n{_tail(ran)}")
        return [_told(row, night) for row in self.house.report_at(at)["citations"]]

    def _rule(self, night: int) -> None:
        """Let editors say what they say after a night, ten hours later."""
        for target in self.museum.targets:
            for ruling in target.rulings:
                if ruling.night == night:
                    self._say(target.id, ruling)

    def _say(self, target: str, ruling: Ruling) -> None:
        number = next(row["id"] for row in self.house.report(ruling.night)["citations"] if row["section"] == target)
        at = self.house.now(ruling.night) + timedelta(hours=10)
        words = ["verdict", "accept", number] if ruling.word == "accept" else ["verdict", "set", number, ruling.word]
        if ruling.until is not None:
            words += ["--until", f"{self.house.now(ruling.until):%Y-%m-%d}"]
        ran = self.house.run(*words, "--why", "looked at by hand", "--now", at.isoformat())
        if ran.status:
            raise RuntimeError(f"{target}: {' '.join(words)}: status {ran.status}\n{_tail(ran)}")


def play_museum(museum: Museum, folder: Path, nights: int = NIGHTS) -> list[Told]:
    """All that was told of a museum."""
    with TurningWeb(museum_hosts(museum)) as web:
        return [told for run in Stay(museum, folder, web).play(nights) for told in run]


def play_side_by_side(museums: Sequence[Museum], folder: Path, nights: int = NIGHTS) -> dict[str, list[Told]]:
    """All that was told of each, by name; every museum has a folder of its name and a thread that waits for it."""
    with ThreadPoolExecutor(len(museums)) as pool:
        runs = {museum.name: pool.submit(play_museum, museum, folder / museum.name, nights) for museum in museums}
        return {name: run.result() for name, run in runs.items()}


def _told(row: dict[str, Any], night: int) -> Told:
    evidence = row["evidence"]
    return Told(row["section"], night, Outcome(row["outcome"]), Verdict(row["verdict"]), evidence["en"])


def _tail(ran: Ran) -> str:
    return (ran.said + ran.log)[-2000:]
