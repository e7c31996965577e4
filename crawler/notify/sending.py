"""One round of sending: every message by its channel, tried again with tenacity until it is taken or time is up.

Rules:
- The waits are those of `retry_waits_s`, longer where a receiver asks for it; SENDING_S bounds the round as a whole.
- A try that takes too long is left alone: it is a thread that dies with the process, and counts as failed.
- Whatever a library raises is the channel's trouble. A failing channel keeps no other from its messages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt, stop_before_delay

from crawler.config import Config
from crawler.notify.channels import Channel, try_s
from crawler.notify.message import Message
from crawler.notify.trouble import Trouble

SENDING_S = 900.0


@dataclass(slots=True, eq=False)
class Parcel:
    """A message for a channel, and what the tries came to: `trouble` is that of the last, None once it was taken."""

    channel: Channel
    message: Message
    tries: int = 0
    trouble: Trouble | None = field(default_factory=lambda: Trouble("it was not tried"))

    @property
    def is_open(self) -> bool:
        """Whether another try may do better."""
        return self.trouble is not None and self.trouble.passing


def send_all(parcels: Sequence[Parcel], config: Config, settle: Callable[[Parcel], None]) -> None:
    """Send what can be sent within the round; `settle` is called once for each parcel, as soon as it is decided."""
    waits = config.retry_waits_s
    left = list(parcels)

    def attempt() -> bool:
        for parcel in tuple(left):
            _try(parcel, try_s(config))
            if not parcel.is_open:
                left.remove(parcel)
                settle(parcel)
        return bool(left)

    def wait(state: RetryCallState) -> float:
        # tenacity asks for a wait after the last attempt, too, before it stops.
        planned = waits[min(state.attempt_number, len(waits)) - 1] if waits else 0.0
        return max([planned, *(parcel.trouble.wait_s for parcel in left if parcel.trouble)])

    Retrying(
        retry=retry_if_result(bool),
        wait=wait,
        stop=stop_after_attempt(1 + len(waits)) | stop_before_delay(SENDING_S),
        retry_error_callback=lambda state: None,
    )(attempt)
    for parcel in left:
        settle(parcel)


def _try(parcel: Parcel, most_s: float) -> None:
    parcel.tries += 1
    parcel.trouble = within(most_s, lambda: parcel.channel.send(parcel.message))


def within(most_s: float, send: Callable[[], Trouble | None]) -> Trouble | None:
    """What a try came to, or that it took too long."""
    came: list[Trouble | None] = []
    thread = threading.Thread(target=lambda: came.append(_guarded(send)), daemon=True)
    thread.start()
    thread.join(most_s)
    return came[0] if came else Trouble("it did not answer in time")


def _guarded(send: Callable[[], Trouble | None]) -> Trouble | None:
    try:
        return send()
    except Exception as error:  # noqa: BLE001 -- a channel's fault, be it a library's, must not end the night
        return Trouble(f"it failed with {type(error).__name__}", passing=False)
