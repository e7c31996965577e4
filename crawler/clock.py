"""The one clock of a run: WARC-Date, `since`, spans and the night's id all come from here.

Real UTC, or a given instant plus the monotonic time elapsed since (a simulated night).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time of this run: `Clock()` is real, `Clock(now=…)` starts at that aware instant.

    `started_at` is when it began: what the night is named after, however slowly the machine got going.
    """

    def __init__(self, now: datetime | None = None) -> None:
        self.simulated = now is not None
        self.started_at = now.astimezone(UTC) if now else datetime.now(UTC)
        self._mark = time.monotonic()

    def now(self) -> datetime:
        """The present as aware UTC."""
        if not self.simulated:
            return datetime.now(UTC)
        return self.started_at + timedelta(seconds=time.monotonic() - self._mark)
