"""The payload of an exchange that still lies in its spool."""

from __future__ import annotations

from collections.abc import Iterator

from crawler import http1
from crawler.model import Exchange


def payload(exchange: Exchange) -> Iterator[bytes]:
    """The entity body of an exchange, de-chunked, still content-coded, in pieces.

    Where every byte after the head is one of it, there is no framing to take off, and nothing is parsed again.
    """
    unframed = exchange.payload_length == exchange.received_length - exchange.head_length
    exchange.received.seek(exchange.head_length if unframed else 0)
    if not unframed:
        return http1.payload_of(exchange.received)
    return iter(lambda: exchange.received.read(http1.BLOCK_BYTES), b"")
