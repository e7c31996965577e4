"""Which capture of a uri to show: the memento nearest a date (RFC 7089 §4.5.3).

Rules:
- One with a 2xx body first, whatever its date; then one of exactly this uri (a key may stand for several);
  then the nearest in time, the earlier of two equally near.
- A 304 counts as the body it stands for: the server's word that it was still so.
- Pure but for the one question to the index.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from crawler.archive.index import Index
from crawler.model import Capture


def find_memento(index: Index, uri: str, urlkey: str, at: datetime | None) -> Capture | None:
    """The capture to show for a uri near a date, or the newest; None when it was never captured.

    One whose `uri` differs is a variant: it shares the key alone, and is to be shown as such.
    """
    return best_capture(index.captures_of(uri, urlkey), uri, at)


def best_capture(captures: Iterable[Capture], uri: str, at: datetime | None) -> Capture | None:
    """The best of these captures by the rules above."""

    def rank(capture: Capture) -> tuple[bool, bool, float, datetime]:
        distance = abs((capture.seen_at - at).total_seconds()) if at else -capture.seen_at.timestamp()
        return (not has_body(capture), capture.uri != uri, distance, capture.seen_at)

    return min(captures, key=rank, default=None)


def has_body(capture: Capture) -> bool:
    """Whether a capture stands for a successful answer that is not empty."""
    return (capture.not_modified or 200 <= capture.status < 300) and capture.payload_length > 0
