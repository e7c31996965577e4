"""What a server shows and to whom: the archive and its ledger, the reports, the two origins, the token if there is one.

Rules:
- Nothing is written: the ledger is asked, files are read.
- Archived content stands on an origin of its own; pages of ours never hold any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.ledger.ledger import Ledger
from crawler.replay.memento_app import Ledgers
from crawler.serve.token import Token


@dataclass(frozen=True, slots=True)
class Site:
    """One archive as it is served. `base` and `copies_base` are the origins as readers reach them, without a slash at
    the end; `log` writes a line for whoever runs the server."""

    archive: Path
    reports: Path
    ledgers: Ledgers
    config: Config
    base: str
    copies_base: str
    token: Token | None
    log: Callable[[str], None]

    @property
    def ledger(self) -> Ledger:
        """This thread's ledger, the one that stands there now. Raises LedgerError where there is none."""
        return self.ledgers.open()

    @property
    def zone(self) -> ZoneInfo:
        """The zone that dates are told in."""
        return ZoneInfo(self.config.timezone)
