"""When a dead link is looked at again: nightly for a month, then weekly, then monthly, for ever.

Rules:
- Time is cut into spans of a week or a month that begin at a moment of the link's own (by a hash of its uri): due is
  the first night of a span in which it was not looked at. So the dead of one day do not come back on one night,
  nothing drifts, and a timer that is late costs no night.
- What is not known to be dead is due every night; one good night makes it so again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from crawler.judge.rows import DEADS
from crawler.model import Verdict

MONTH = timedelta(days=30)
# Dead for less than this → looked at again every so often; None: every night.
SPANS: tuple[tuple[timedelta, timedelta | None], ...] = (
    (MONTH, None),
    (timedelta(days=182), timedelta(days=7)),
    (timedelta.max, MONTH),
)


def is_due(uri: str, verdict: Verdict, since: datetime, last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether a link with this verdict `since` then is to be looked at now; `last_seen_at` is when a night that counts
    last did."""
    if verdict not in DEADS or last_seen_at is None:
        return True
    every = next(every for least, every in SPANS if now - since < least)
    return every is None or _span_of(uri, now, every) != _span_of(uri, last_seen_at, every)


def _span_of(uri: str, at: datetime, every: timedelta) -> int:
    """The number of the span that an instant lies in, as this uri counts them."""
    part = int.from_bytes(sha256(uri.encode("utf-8", "surrogatepass")).digest()[:8]) / 2**64
    return int(at.timestamp() / every.total_seconds() + part)
