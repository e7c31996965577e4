"""The account of one exchange while it runs: what was sent, what came, how long each stage took."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from crawler.model import Exchange, Failure, Head, Timings, Tls
from crawler.wire.answer import Answer, Ending
from crawler.wire.connection import Connection
from crawler.wire.dial import Stages
from crawler.wire.quota import Quota
from crawler.wire.spool import Spool

# A server that gives up an idle connection may say so first (RFC 9110 §15.5.9).
REQUEST_TIMEOUT = 408
ASKED_AGAIN = "asked a second time: the connection had rested, and ended without an answer to the first"


class Account:
    """Gathers what becomes an Exchange; `close` it when it does not."""

    def __init__(self, uri: str, started_at: datetime, spool_folder: Path | None, quota: Quota) -> None:
        self._uri = uri
        self._started_at = started_at
        self._spool_folder = spool_folder
        self._quota = quota
        self._loop = asyncio.get_running_loop()
        self._began = self._asked = self._loop.time()
        self.stages = Stages()
        self.spool = Spool(spool_folder, quota)
        self._note = ""
        self._sent = b""
        self._ip: str | None = None
        self._tls: Tls | None = None
        self._head: Head | None = None
        self._first_byte_s: float | None = None

    def note_request(self, connection: Connection, sent: bytes) -> None:
        """So much of the request is going out over this connection: all of it, or nothing where it has ended."""
        self._sent, self._ip, self._tls = sent, connection.ip, connection.tls
        self._asked = self._loop.time()

    def note_answer(self, answer: Answer) -> None:
        """The answer has come as far as it will."""
        self._head = answer.head
        if answer.first_byte_at is not None:
            self._first_byte_s = max(
                0.0, answer.first_byte_at - self._asked
            )  # some servers speak before they are asked

    def was_stale(self, ending: Ending) -> bool:
        """Whether a resting connection turned out to be dead, so that the request may be asked again
        (RFC 9112 §9.3.1: it is a GET, and nothing of an answer to it came)."""
        if self._head is not None:
            return self._head.status == REQUEST_TIMEOUT
        return ending.failure is Failure.RESET and self._first_byte_s is None

    def begin_again(self) -> None:
        """Forget what came over a stale connection, but for the fact; the clock runs on."""
        self.close()
        self._note = ASKED_AGAIN
        self.spool = Spool(self._spool_folder, self._quota)
        self._sent, self._ip, self._tls, self._head, self._first_byte_s = b"", None, None, None, None

    def close(self) -> None:
        """Release the spooled bytes."""
        self.spool.file.close()

    def exchange(self, ending: Ending) -> Exchange:
        """The value that leaves."""
        stages, spool = self.stages, self.spool
        total_s = self._loop.time() - self._began
        return Exchange(
            uri=self._uri,
            started_at=self._started_at,
            sent=self._sent,
            interim=spool.interim,
            received=spool.file,
            received_length=spool.length,
            head_length=spool.head_length,
            head=self._head,
            block_digest=spool.block_digest,
            payload_digest=spool.payload_digest,
            payload_length=spool.payload_length,
            truncated=ending.truncated,
            failure=ending.failure,
            failure_detail="; ".join(filter(None, (ending.detail, self._note))),
            refusal=ending.refusal,
            ip=self._ip,
            tls=self._tls,
            timings=Timings(stages.dns_s, stages.connect_s, stages.tls_s, self._first_byte_s, total_s),
        )
