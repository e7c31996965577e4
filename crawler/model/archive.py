"""Where the bytes lie, and how much of a page is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from crawler.model.evidence import Evidence
from crawler.model.wire import Failure, Refusal


class RecordType(StrEnum):
    """WARC-Type (WARC 1.1 §5.5) of the records we write."""

    WARCINFO = "warcinfo"
    RESPONSE = "response"
    REQUEST = "request"
    METADATA = "metadata"
    REVISIT = "revisit"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Capture:
    """One indexed record: where the bytes of an answer lie (CDXJ's fields and the WARC record id).

    `timestamp` has 17 digits (YYYYMMDDhhmmssmmm); `offset` and `length` are bytes of the gzip
    member; `refers_to` is set on revisits: the record id of the original.
    """

    urlkey: str
    timestamp: str
    uri: str
    mime: str
    status: int
    digest: str
    filename: str
    offset: int
    length: int
    record_id: str
    record_type: RecordType
    seen_at: datetime
    night: str
    payload_length: int = 0
    refers_to: str | None = None
    not_modified: bool = False
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """The archived copy that answers for a citation, and why it is this one.

    `days` is how long after the issue date it was captured (negative: before); None where the document has no date.
    """

    capture: Capture
    why: Evidence
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Night:
    """One run of the nightly job. `id` is its UTC start as YYYYMMDDTHHMMSSZ; `status` its exit status once ended."""

    id: str
    started_at: datetime
    simulated: bool
    ended_at: datetime | None = None
    valid: bool = True
    invalid_reason: str | None = None
    status: int | None = None


def night_at(night: str) -> datetime:
    """The instant a night's id names (YYYYMMDDTHHMMSSZ)."""
    return datetime.strptime(night, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def captured_at(timestamp: str) -> datetime:
    """The instant of a 17-digit timestamp (YYYYMMDDhhmmssmmm); shorter ones count from their start."""
    whole = timestamp + "00000101000000000"[len(timestamp) :]
    year, millisecond, rest = int(whole[:4]), int(whole[14:17]), whole[4:14]
    month, day, hour, minute, second = (int(rest[place : place + 2]) for place in range(0, 10, 2))
    return datetime(year, month, day, hour, minute, second, millisecond * 1000, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of a page's requisites the archive holds, as one night found it, and why the others are missing.

    `record_id` is the response record of the page's payload, `uri` the page's own: the same payload may stand at
    several. `captured` counts those held from earlier nights, too: `held` of them. `missing` are reasons and how many:
    ids of Refusal and Failure, `status-404`, and `robots`, `robots-unreadable`, `personal`, `tracker`, `number`,
    `bytes`, `depth`, `redirects`.
    """

    record_id: str
    uri: str
    night: str
    noted_at: datetime
    referenced: int
    captured: int
    held: int = 0
    missing: tuple[tuple[str, int], ...] = ()

    @property
    def may_grow(self) -> bool:
        """Whether something is missing that another night may find."""
        return any(reason in PASSING_REASONS for reason, _ in self.missing)


# Why a part may be missing tonight and be there tomorrow: our own bounds in time, and what passes on the web.
PASSING_REASONS = frozenset(
    {
        *(Refusal.BUDGET, Refusal.DEADLINE, Refusal.OUR_FAULT, "robots-unreadable"),
        *(Failure.DNS_FAILURE, Failure.REFUSED, Failure.RESET, Failure.TIMEOUT, Failure.TRUNCATED),
        *(f"status-{status}" for status in (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)),
    }
)
