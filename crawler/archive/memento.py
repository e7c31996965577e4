"""Which capture of a uri to show: the memento nearest a date (RFC 7089 §4.5.3).

Rules:
- One with a 2xx body first, whatever its date; then one of exactly this uri (a key may stand for several);
  then the nearest in time, the earlier of two equally near.
- A 304 counts as the body it stands for: the server's word that it was still so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from crawler.model import Capture


def best_capture(captures: Iterable[Capture], uri: str, at: datetime | None) -> Capture | None:
    """The best of these captures by the rules above."""

    def rank(capture: Capture) -> tuple[bool, bool, float, datetime]:
        distance = abs((capture.seen_at - at).total_seconds()) if at else -capture.seen_at.timestamp()
        return (not has_body(capture), capture.uri != uri, distance, capture.seen_at)

    return min(captures, key=rank, default=None)


def has_body(capture: Capture) -> bool:
    """Whether a capture stands for a successful answer that is not empty."""
    return (capture.not_modified or 200 <= capture.status < 300) and capture.payload_length > 0
