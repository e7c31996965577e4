"""Our crawl and archive alone, no seeds, no judging, no report: `python -m bench.ours FOLDER LIST [--no-links]`.

FOLDER keeps its archive, so that a second run is a second night. Without links, no page is read for what it names.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.archive.recording import Recording
from crawler.archive.writer import ArchiveWriter
from crawler.clock import Clock
from crawler.config import Config
from crawler.fetch.crawl import crawl
from crawler.fetch.round import batches_of
from crawler.fetch.scribe import Scribe
from crawler.fetch.work import Work
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Night, Target
from crawler.night.plan import revalidations
from crawler.urls.canonical import urlkey

GIB = 1024**3
# What every program is given: no delay, 32 at a time, bodies of any size; page requisites would be pages more.
CONFIG = Config(
    contact="https://example.org/bench",
    allow_private_networks=("127.0.0.0/8",),
    delay_s=0.0001,
    max_delay_s=0.0001,
    concurrency=32,
    retry_waits_s=(),
    exchange_deadline_s=3600,
    max_body_bytes=4 * GIB,
    max_spool_bytes=8 * GIB,
    per_host_budget_bytes=64 * GIB,
    requisites=False,
)


class ScribeOfNoLinks(Scribe):
    """Archives pages without the links they name, as an archiver does that reads no HTML."""

    async def archive(self, recording: Recording) -> Capture | None:
        """Write an exchange's records, the metadata without links."""
        return await super().archive(replace(recording, outlinks=None))


def main() -> None:
    """Crawl and archive once."""
    folder, listed = Path(sys.argv[1]), Path(sys.argv[2]).read_text("ascii").split()
    ledger = Ledger.open(folder / "ledger.sqlite3")
    clock = Clock(datetime(2026, 1, 1 + len(ledger.nights()), 2, tzinfo=UTC))
    night = Night(f"{clock.started_at:%Y%m%dT%H%M%SZ}", clock.started_at, simulated=True)
    ledger.begin_night(night, "{}")
    writer = ArchiveWriter(folder, ledger, night, clock, {"description": "a measurement"})
    scribe = (ScribeOfNoLinks if sys.argv[3:] == ["--no-links"] else Scribe)(writer, ledger)
    crawl(work_of(listed, night, clock, ledger, scribe))
    scribe.close()
    writer.close()
    ledger.end_night(night.id, clock.now(), 0, "1")


def work_of(listed: list[str], night: Night, clock: Clock, ledger: Ledger, scribe: Scribe) -> Work:
    """The list as a night's work."""
    return Work(
        night=night.id,
        config=CONFIG,
        clock=clock,
        deadline_at=clock.started_at + timedelta(hours=10),
        ledger=ledger,
        scribe=scribe,
        batches=batches_of([Target(uri, urlkey(uri)) for uri in listed]),
        revalidations=revalidations(ledger, night.id),
    )


if __name__ == "__main__":
    main()
