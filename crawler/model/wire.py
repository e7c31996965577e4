"""One exchange as it crossed the wire: its head, its bytes, its failure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO


class Failure(StrEnum):
    """How an exchange ended without a usable answer; ids of outage and certificate outcomes."""

    DNS_NXDOMAIN = "dns-nxdomain"
    DNS_FAILURE = "dns-failure"
    DNS_NODATA = "dns-nodata"
    REFUSED = "refused"
    RESET = "reset"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    BAD_HTTP = "bad-http"
    TLS_EXPIRED = "tls-expired"
    TLS_HOSTNAME = "tls-hostname"
    TLS_SELF_SIGNED = "tls-self-signed"
    TLS_INCOMPLETE_CHAIN = "tls-incomplete-chain"
    TLS_PROTOCOL = "tls-protocol"


# Detail of a TIMEOUT where not even a connection came about.
NO_CONNECTION = "no connection in time"


class Refusal(StrEnum):
    """Why we did not ask, or stopped: ours, never the web's fault."""

    PRIVATE_ADDRESS = "private-address"
    OTHER_SCHEME = "other-scheme"
    EXCLUDED = "excluded"
    BUDGET = "budget"
    DEADLINE = "deadline"
    CREDENTIALS = "credentials"
    OUR_FAULT = "our-fault"
    OPT_OUT = "opt-out"


class Truncated(StrEnum):
    """WARC-Truncated (WARC 1.1 §5.13): why a stored block is shorter than the message."""

    LENGTH = "length"
    TIME = "time"
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds spent per stage of one exchange; None for a stage that did not happen."""

    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    first_byte_s: float | None = None
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Tls:
    """The TLS session of an exchange. `certificate` is the peer's leaf in DER; `verified` is False
    for the second look at a certificate that failed."""

    version: str
    cipher: str
    certificate: bytes = field(repr=False)
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Head:
    """A parsed response head (RFC 9112 §4-5): names and values as sent, bytes decoded as Latin-1."""

    version: str
    status: int
    reason: str
    fields: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """All values of a field, in order; the name is compared without case (RFC 9110 §5.1)."""
        wanted = name.lower()
        return [value for field_name, value in self.fields if field_name.lower() == wanted]

    def value(self, name: str) -> str | None:
        """The first value of a field, or None."""
        found = self.values(name)
        return found[0] if found else None


@dataclass(slots=True)
class Exchange:
    """One request and what came back, byte for byte.

    `sent` is every byte written for this request; `interim` the 1xx heads; `received` holds the
    final head and body as they crossed the wire (interim + received = the wire), rewound by no one
    but its reader. `head_length`, `received_length` and `payload_length` are bytes. Digests are
    `sha256:<hex>`: block over `received`, payload over the entity body, de-chunked and still
    content-coded. `head` is None where no complete final head came.
    """

    uri: str
    started_at: datetime
    sent: bytes
    interim: bytes
    received: IO[bytes]
    received_length: int
    head_length: int
    head: Head | None
    block_digest: str
    payload_digest: str
    payload_length: int
    truncated: Truncated | None
    failure: Failure | None
    failure_detail: str
    refusal: Refusal | None
    ip: str | None
    tls: Tls | None
    timings: Timings

    @property
    def has_payload(self) -> bool:
        """Whether the message says what its payload is: not without a whole head, nor where its framing contradicts
        itself (RFC 9112 §6.3)."""
        return self.head is not None and self.failure is not Failure.BAD_HTTP

    def close(self) -> None:
        """Release the spooled bytes."""
        self.received.close()
