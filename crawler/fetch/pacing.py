"""Who may be asked when: one exchange at a time per host, spaced by its delay, within its budget.

Rules:
- A turn is held for the whole exchange; the delay counts from its end.
- A delay is never 0; Crawl-delay lengthens it, `max_delay_s` caps it (a host cannot eat the night).
- Retry-After holds the whole host back, not only the page that said so (RFC 9110 §10.2.3).
- Nobody waits beyond the end of the night; whoever gets a turn then, or on a spent budget, skips it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from crawler.config import Config


@dataclass(slots=True)
class Turn:
    """A host's turn, and what it spent so far."""

    delay_s: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_at: float = 0.0
    spent_s: float = 0.0
    spent_bytes: int = 0
    turns: int = 0
    skipped: bool = False

    def skip(self) -> None:
        """Nothing was asked in this turn: the next need not wait."""
        self.skipped = True


class Pacer:
    """Hands out turns. Times are of the running loop's monotonic clock, in seconds."""

    def __init__(
        self, delay_s: float, max_delay_s: float, hold_cap_s: float, budget_s: float, budget_bytes: int
    ) -> None:
        self._delay_s = delay_s
        self._max_delay_s = max(delay_s, max_delay_s)
        self._hold_cap_s = hold_cap_s
        self._budget_s = budget_s
        self._budget_bytes = budget_bytes
        self._hosts: dict[str, Turn] = {}
        self._ends_at: float | None = None

    def end_in(self, seconds: float) -> None:
        """Let nobody wait for longer than this from now on."""
        self._ends_at = _now() + seconds

    async def _wait_for(self, state: Turn) -> None:
        while True:
            until = state.next_at if self._ends_at is None else min(state.next_at, self._ends_at)
            if (wait_s := until - _now()) <= 0:
                return
            await asyncio.sleep(wait_s)

    def _of(self, host: str) -> Turn:
        if host not in self._hosts:
            self._hosts[host] = Turn(self._delay_s)
        return self._hosts[host]

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[Turn]:
        """Wait for this host's turn and hold it; turns are given in the order they were asked for."""
        state = self._of(host)
        state.turns += 1
        try:
            async with state.lock:
                await self._wait_for(state)
                began, state.skipped = _now(), False
                try:
                    yield state
                finally:
                    state.spent_s += _now() - began
                    if not state.skipped:
                        state.next_at = max(state.next_at, _now() + state.delay_s)
        finally:
            state.turns -= 1

    def slow(self, host: str, crawl_delay_s: float) -> None:
        """Keep a host's Crawl-delay, up to `max_delay_s`."""
        state = self._of(host)
        state.delay_s = min(self._max_delay_s, max(self._delay_s, crawl_delay_s))

    def hold(self, host: str, wait_s: float) -> None:
        """Ask nothing of a host for `wait_s` seconds (Retry-After), capped: no host may hold us for a day."""
        state = self._of(host)
        state.next_at = max(state.next_at, _now() + min(wait_s, self._hold_cap_s))

    def spend(self, host: str, length_bytes: int) -> None:
        """Count what an exchange brought against the host's budget."""
        self._of(host).spent_bytes += length_bytes

    def is_spent(self, host: str) -> bool:
        """Whether a host used up its budget of time or bytes for this night."""
        state = self._of(host)
        return state.spent_s > self._budget_s or state.spent_bytes > self._budget_bytes

    def busy(self) -> list[str]:
        """The hosts that have a turn or wait for one, for the progress line; a domain's are told by themselves."""
        return [host for host, state in self._hosts.items() if state.turns and not host.startswith("*.")]


def pacer_of(config: Config) -> Pacer:
    """The turns that a configuration allows."""
    return Pacer(
        config.delay_s,
        config.max_delay_s,
        config.retry_after_cap_s,
        config.per_host_budget_s,
        config.per_host_budget_bytes,
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
