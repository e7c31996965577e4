"""When a failing target is asked again the same night: which failures, and after which waits, with tenacity.

Rules:
- What may pass within minutes is asked again as often as there are waits.
- What a server says for good (404, 410 and whatever else counts as failing) is believed when it says so twice: behind
  a load balancer one machine may not know what the others know. What is not said twice does not count while another
  look stands: the one before it does.
- A refusal is not asked again, nor is a bad certificate: neither will look different.
- Retry-After (RFC 9110 §10.2.3: seconds or a date) is kept, up to `retry_after_cap_s`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt

from crawler.config import Config
from crawler.model import Failure, Observation

# A second try minutes later cannot mend these: the certificate stays what it is.
LASTING = frozenset({Failure.TLS_EXPIRED, Failure.TLS_HOSTNAME, Failure.TLS_SELF_SIGNED, Failure.TLS_INCOMPLETE_CHAIN})
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})


# Refused to a robot, not failing (docs: verdicts, refusals; 418 and 999 are words of walls): who asks once more asks
# for another refusal.
REFUSING_STATUSES = frozenset({401, 402, 403, 405, 406, 407, 418, 451, 999})
ENDLESS = ("redirect-loop", "max-hops")


def is_passing(observation: Observation) -> bool:
    """Whether what was seen may look different within minutes."""
    final = observation.final
    if observation.refusal or observation.robots or final is None or final.detail in ENDLESS:
        return False
    if final.failure is not None:
        return final.failure not in LASTING
    return final.status in PASSING_STATUSES


def is_final(observation: Observation) -> bool:
    """Whether a server says for good that there is nothing to be had: what is believed when it says so twice."""
    final = observation.final
    if observation.refusal or observation.robots or final is None or final.failure is not None:
        return False
    if final.detail in ENDLESS or final.status is None:
        return True
    if final.status == 304:
        return observation.content is None  # it confirms nothing that we hold
    # 202 is "later", 206 nobody asked for, and a redirect that stands at the end led nowhere.
    odd = final.status in (202, 206) or 300 <= final.status < 400
    return odd or (final.status >= 400 and final.status not in REFUSING_STATUSES | PASSING_STATUSES)


def is_asked_again(observation: Observation) -> bool:
    """Whether one look is not enough to believe what it saw."""
    return is_passing(observation) or is_final(observation)


def says_the_same(one: Observation, other: Observation) -> bool:
    """Whether two looks ended on the same word."""
    return _word(one) == _word(other)


def _word(seen: Observation) -> tuple[object, ...]:
    final = seen.final
    endless = final.detail if final and final.detail in ENDLESS else ""
    return (final.status, final.failure, endless) if final else ()


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
    if not config.retry_waits_s:
        return first
    looks = _Looks(first, look)
    await AsyncRetrying(
        retry=retry_if_result(lambda unsettled: unsettled),
        wait=lambda state: _wait_s(looks.last, state.attempt_number, config, now()),
        stop=stop_after_attempt(1 + len(config.retry_waits_s)),
        retry_error_callback=lambda state: None,
    )(looks.attempt)
    return looks.counting()


class _Looks:
    """The looks of a night at one target, in order."""

    def __init__(self, first: Observation, look: Callable[[int], Awaitable[Observation]]) -> None:
        self._seen: list[Observation] = []
        self._first = first
        self._look = look
        self._tries = 0
        self._refused = False

    @property
    def last(self) -> Observation:
        return self._seen[-1]

    async def attempt(self) -> bool:
        """Look once more (the first time: at what is there already); whether it is still not known what to believe."""
        self._tries += 1
        seen = self._first if self._tries == 1 else await self._look(self._tries)
        self._refused = self._tries > 1 and seen.refusal is not None
        if not self._refused:
            self._seen.append(seen)
        return not self._refused and (is_passing(self.last) or not self._is_confirmed())

    def _is_confirmed(self) -> bool:
        return not is_final(self.last) or any(says_the_same(self.last, earlier) for earlier in self._seen[:-1])

    def counting(self) -> Observation:
        """The last look; the one before where that is a server's word that nothing confirmed."""
        if self._is_confirmed() or len(self._seen) < 2:
            return self.last
        return replace(self._seen[-2], attempts=self.last.attempts)


def _wait_s(last: Observation, attempt: int, config: Config, now: datetime) -> float:
    # tenacity asks for a wait after the last attempt, too, before it stops.
    planned = config.retry_waits_s[min(attempt, len(config.retry_waits_s)) - 1]
    asked = retry_after_s(last.final.value("retry-after"), now) if last.final else None
    return max(planned, min(asked or 0.0, config.retry_after_cap_s))
