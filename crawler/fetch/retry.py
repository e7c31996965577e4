"""When a failing target is asked again the same night: which failures, and after which waits, with tenacity.

Rules:
- Only what may pass within minutes is asked again; a refusal, a 404 or a bad certificate is not.
- Retry-After (RFC 9110 §10.2.3: seconds or a date) is kept, up to `retry_after_cap_s`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt

from crawler.config import Config
from crawler.model import Failure, Observation

# A second try minutes later cannot mend these: the certificate stays what it is.
LASTING = frozenset({Failure.TLS_EXPIRED, Failure.TLS_HOSTNAME, Failure.TLS_SELF_SIGNED, Failure.TLS_INCOMPLETE_CHAIN})
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


def is_passing(observation: Observation) -> bool:
    """Whether what was seen may look different within minutes."""
    final = observation.final
    if observation.refusal or observation.robots or final is None or final.detail in ("redirect-loop", "max-hops"):
        return False
    if final.failure is not None:
        return final.failure not in LASTING
    return final.status in PASSING_STATUSES


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After field asks for, or None when there is none that can be read."""
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
        return max(0.0, (when - now).total_seconds()) if when.tzinfo else None
    except (ValueError, OverflowError, TypeError):
        # The parser lets some odd zones and numbers through to where they break.
        return None


async def observe_again(
    first: Observation, look: Callable[[int], Awaitable[Observation]], config: Config, now: Callable[[], datetime]
) -> Observation:
    """The observation that counts after this night's retries. `look(n)` makes the n-th attempt, n ≥ 2.

    An attempt that we refuse ourselves (the night ends, a budget is spent) says nothing: the one before it counts.
    """
    attempts, counts, refused = 1, first, False

    async def attempt() -> Observation:
        nonlocal attempts, counts, refused
        if attempts > 1:
            seen = await look(attempts)
            refused = seen.refusal is not None
            counts = counts if refused else seen
        attempts += 1
        return counts

    def wait(state: RetryCallState) -> float:
        return _wait_s(state, config, now())

    return await AsyncRetrying(
        retry=retry_if_result(lambda seen: not refused and is_passing(seen)),
        wait=wait,
        stop=stop_after_attempt(1 + len(config.retry_waits_s)),
        retry_error_callback=_last,
    )(attempt)


def _wait_s(state: RetryCallState, config: Config, now: datetime) -> float:
    # tenacity asks for a wait after the last attempt, too, before it stops.
    planned = config.retry_waits_s[min(state.attempt_number, len(config.retry_waits_s)) - 1]
    final = state.outcome.result().final if state.outcome else None
    asked = retry_after_s(final.value("retry-after"), now) if final else None
    return max(planned, min(asked or 0.0, config.retry_after_cap_s))


def _last(state: RetryCallState) -> Observation:
    assert state.outcome is not None  # tenacity calls this only after an attempt
    seen: Observation = state.outcome.result()
    return seen
