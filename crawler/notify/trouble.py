"""What kept a message from getting there, as a value: a sentence that names no address, and whether it may pass."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from crawler.notify.letter import clean

# Statuses and replies that ask to come back later (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4), beside 5xx.
PASSING_STATUSES = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a message was not sent, or not to all. `passing`: another try may do better, after `wait_s` at the earliest;
    `delivered`: somebody got it already, so that it counts as sent when no try is left."""

    why: str
    passing: bool = True
    wait_s: float = 0.0
    delivered: bool = False


def trouble_of(error: OSError) -> Trouble:
    """What a connection met, in our own words: what libraries say may hold the address that was asked."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble(f"its certificate is not accepted ({clean(error.verify_message)})", passing=False)
    return Trouble(next(words for kind, words in _WORDS if isinstance(error, kind)))


_WORDS: tuple[tuple[type[OSError], str], ...] = (
    (socket.gaierror, "its name is not found"),
    (TimeoutError, "it did not answer in time"),
    (ConnectionRefusedError, "it refuses connections"),
    (ConnectionError, "the connection broke"),
    (ssl.SSLError, "no secure connection came about"),
    (OSError, "it cannot be reached"),
)
