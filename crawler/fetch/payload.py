"""The payload of an exchange that still lies in its spool."""

from __future__ import annotations

from collections.abc import Iterator

from crawler import http1
from crawler.model import Exchange


def payload(exchange: Exchange) -> Iterator[bytes]:
    """The entity body of an exchange, de-chunked, still content-coded."""
    exchange.received.seek(0)
    return http1.payload_of(exchange.received)
