"""What one night saw of one target: hops, and the body at their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model.wire import Failure, Refusal


class Via(StrEnum):
    """The mechanism that led to a hop (None for the first)."""

    LOCATION = "location"
    REFRESH_HEADER = "refresh-header"
    META_REFRESH = "meta-refresh"
    TRACKER = "tracker"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a chain: the uri asked, and the status or failure it answered with.

    `fields` keeps the response fields that the outcome rules read, names in lower case.
    `record_id` points at the WARC record of the exchange, when something was archived.
    """

    uri: str
    status: int | None
    failure: Failure | None
    via: Via | None = None
    detail: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    record_id: str | None = None
    ip: str | None = None

    def value(self, name: str) -> str | None:
        """The first kept value of a field (name in lower case), or None."""
        return next((value for field_name, value in self.fields if field_name == name), None)


class Coverage(StrEnum):
    """How much of a body came: all of it, cut by a limit of ours, or cut by the peer."""

    COMPLETE = "complete"
    CUT_BY_US = "cut-by-us"
    CUT_BY_PEER = "cut-by-peer"


@dataclass(frozen=True, slots=True)
class Content:
    """What the last hop's body was: `length_bytes` and `digest` of the payload, still content-coded.
    For a 304 they are those of the body our validator belongs to, `not_modified` is True."""

    media_type: str
    length_bytes: int
    digest: str
    coverage: Coverage = Coverage.COMPLETE
    not_modified: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What one night saw of one target: immutable evidence with pointers to its WARC bytes.

    `hops` is the chain of the attempt that counts (the last). `refusal` says what we refused or
    cut. `robots` is True for a parsed Disallow; `robots_only` marks a failure of robots.txt itself.
    `attempts` counts the tries of the night; together they are one observation.
    """

    night: str
    uri: str
    seen_at: datetime
    hops: tuple[Hop, ...]
    content: Content | None = None
    refusal: Refusal | None = None
    refusal_detail: str = ""
    robots: bool = False
    robots_only: bool = False
    attempts: int = 1

    @property
    def final(self) -> Hop | None:
        """The last hop, or None when nothing was asked."""
        return self.hops[-1] if self.hops else None


# ---------------------------------------------------------------- looks beside the target's own


class Beside(StrEnum):
    """Why something was asked beside a target itself."""

    SIBLING = "sibling"  # a random name in the same directory: what the host says where nothing can be
    SAMPLE = "sample"  # the target once more: what differs between two looks is volatile
    HTTPS = "https"  # an http citation asked with https
    VANTAGE = "vantage"  # the target from another place (vantage_proxy)


@dataclass(frozen=True, slots=True)
class Aside:
    """What to ask beside the targets. `about` is what the answer will be looked up by: a target's uri, or for siblings
    the host, directory and extension (urls.siblings); `not_before` is when to ask at the earliest."""

    kind: Beside
    uri: str
    about: str
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class SideLook:
    """What was seen beside a target: evidence like an observation, but never a night of its own."""

    kind: Beside
    about: str
    seen: Observation
