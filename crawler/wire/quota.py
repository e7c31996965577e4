"""How many bytes all answers may hold together before they are archived, and who waits when they hold too many.

Rules:
- An answer holds the bytes it has brought until its exchange is closed, in memory or on disk.
- At the cap bodies wait: their connections are not read until there is room. What one read brings (64 KiB a
  connection) may go beyond the cap. Heads never wait: they are small, and an answer is known by its head.
- A night always goes on: when nothing waits to be archived, so that no room will come, the eldest answer comes
  as far as its own cap allows. At most the two caps together are ever held.
- A wait is ours: a body that is still waiting at its deadline, or that its server gave up while it waited, is
  truncated by time and no failure.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Protocol


class Flow(Protocol):
    """An answer under way, that can be made to wait."""

    @property
    def held_bytes(self) -> int: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...


class Quota:
    """Counts what answers hold, in bytes; lets flows wait at `cap_bytes`."""

    def __init__(self, cap_bytes: int) -> None:
        self._cap_bytes = cap_bytes
        self._loop: asyncio.AbstractEventLoop | None = None  # of those that wait
        self._coming: dict[Flow, None] = {}  # the eldest first
        self._waiting: dict[Flow, None] = {}
        self._lock = threading.Lock()  # a spool may be closed by whoever drops it last, on any thread
        self.held_bytes = 0

    def begin(self, flow: Flow) -> None:
        """An answer is about to come."""
        self._coming[flow] = None

    def end(self, flow: Flow) -> None:
        """An answer has come as far as it will; what it holds waits to be archived."""
        self._coming.pop(flow, None)
        self._waiting.pop(flow, None)
        self._resume()

    def hold(self, octets: int) -> None:
        """So many more bytes are held."""
        with self._lock:
            self.held_bytes += octets

    def release(self, octets: int) -> None:
        """So many bytes are held no longer; may be called from any thread."""
        with self._lock:
            self.held_bytes -= octets
        if self._waiting and self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._resume)

    def admit(self, flow: Flow) -> None:
        """Let a flow go on, or wait until it may."""
        if self.held_bytes >= self._cap_bytes and not self._may_go_on(flow):
            self._loop = asyncio.get_running_loop()
            self._waiting[flow] = None
            flow.pause()

    def _may_go_on(self, flow: Flow) -> bool:
        if self.held_bytes < self._cap_bytes:
            return True
        eldest = next(iter(self._coming), None)
        return flow is eldest and sum(other.held_bytes for other in self._coming) >= self.held_bytes

    def _resume(self) -> None:
        for flow in [flow for flow in self._waiting if self._may_go_on(flow)]:
            del self._waiting[flow]
            flow.resume()
