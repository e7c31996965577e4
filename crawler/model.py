"""The vocabulary: every value that passes between rooms.

Rules:
- Standard library only; values are frozen; times are aware UTC and end in `_at`.
- The web's failures are values here (Failure, Defect, Outcome); our own are exceptions (errors.py).
- `uri` is what the domain speaks of; `url` is only text as printed and CDXJ's own key.
- Nothing here holds a subscriber's identity but Wrapper.raw, which lives in memory alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO

# ---------------------------------------------------------------- documents and citations


class Kind(StrEnum):
    """What a printed URL points at, as far as its text tells."""

    PAGE = "page"
    FILE = "file"
    IMAGE = "image"
    TRACKER = "tracker"
    MAIL = "mail"
    OTHER = "other"


class Flag(StrEnum):
    """What had to be done to a printed URL, or is to be known of it."""

    WRAPPED = "wrapped"
    SCHEME_INFERRED = "scheme-inferred"
    REPAIRED = "repaired"
    PERSONAL = "personal"
    REDACTED_IN_SOURCE = "redacted-in-source"
    BOUNDARY_AMBIGUOUS = "boundary-ambiguous"
    JOINED_LINES = "joined-lines"
    PRINTED_TARGET_MISMATCH = "printed-target-mismatch"


class Defect(StrEnum):
    """Why a printed URL points nowhere, even after repair."""

    NOT_A_URI = "not-a-uri"
    UNSUPPORTED_SCHEME = "unsupported-scheme"
    NO_HOST = "no-host"


class DateSource(StrEnum):
    """Where a document's issue date was found, the surest first."""

    SEEDS_TOML = "seeds.toml"
    FILE_NAME = "file-name"
    TEXT = "text"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Issued:
    """When a document was issued: an ISO 8601 date, or year and month (`2025-06`), and where that was found."""

    date: str
    source: DateSource


@dataclass(frozen=True, slots=True)
class Document:
    """A seed document as read on one night. `path` is below the folder given, or the file's name;
    `name` is that path without suffix as first recorded, which citation ids are made of."""

    path: str
    name: str
    sha256: str
    issued: Issued | None = None


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What documents are called, as earlier nights recorded it: by (path, sha256), by sha256, and by path (the
    newest first)."""

    by_file: Mapping[tuple[str, str], str] = field(default_factory=dict)
    by_digest: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A seed document that could not be read, and one clear sentence saying why; `why_zh` says it in Chinese.

    `partly`: the rest of the document was read.
    """

    document: str
    why: str
    why_zh: str = ""
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Retired:
    """A document that is no longer among the seeds: its last path, its name, and the last night that read it."""

    path: str
    name: str
    last_night: str


@dataclass(frozen=True, slots=True)
class Rectangle:
    """An area on a page (numbered from 1), in points from the page's lower left corner (ISO 32000-1 §8.3.2.3)."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class ItemCandidate:
    """An item heading a citation may belong to, and the rule that proposes it."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A tracking link around a target. Only `sha256` (of the raw text) and `redacted` may leave memory."""

    sha256: str
    redacted: str
    rule: str
    personal: bool
    raw: str = field(repr=False, compare=False)
    redacted_in_source: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """One cited URL with its place and context in one document; the fields of `cite --format jsonl`.

    `printed` and `context` are redacted. `lines` and `column` count from 1 (no lines where a format has
    none); `start`/`end` are character offsets into the document's text. `part` names the part of the
    document that is not its running text (`footnote 2`, `table 1`, `Sheet1!B7`), `paragraph` counts from 1
    in it. `uri` is None for mail, a defect, or a tracker not yet resolved.
    `alternatives` are further fetch uris of the same print: the one with its session part, and other readings
    of where it ends, until the crawl settles which holds. `same_as` is the uri whose fetches stand for this one's.
    `notes` say how the target came to be, where the print alone does not tell it.
    """

    id: str
    document: str
    sha256: str
    ordinal: int
    fragments: int
    page: int | None
    lines: tuple[int, ...]
    start: int
    end: int
    printed: str
    anchor: str | None
    context: str
    kind: Kind
    uri: str | None
    urlkey: str | None
    section: str | None
    item: str | None
    item_candidates: tuple[ItemCandidate, ...] = ()
    flags: tuple[Flag, ...] = ()
    defect: Defect | None = None
    text_fragment: str | None = None
    uri_fragment: str | None = None
    wrapper: Wrapper | None = None
    alternatives: tuple[str, ...] = ()
    column: int | None = None
    part: str | None = None
    paragraph: int | None = None
    rectangles: tuple[Rectangle, ...] = ()
    issued: Issued | None = None
    same_as: str | None = None
    notes: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a citation points at: the fetch uri, and the key it is looked up and grouped by."""

    uri: str
    urlkey: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The targets of one host: the unit that a queue hands to `fetch`."""

    host: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """What an editor typed as a target, when and why. `subject` is a wrapper's sha256 or a citation's id,
    `citation` the id it was typed for; `uri` None takes an earlier one back."""

    subject: str
    citation: str
    uri: str | None
    why: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Which reading of a citation's print holds, as a night found."""

    citation: str
    uri: str
    night: str
    why: Evidence


@dataclass(frozen=True, slots=True)
class Merge:
    """Two fetch uris found to be one page: `uri` stands for the same as `same_as`; None undoes an earlier merge."""

    uri: str
    same_as: str | None
    night: str
    why: Evidence


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time a tracking link was asked, or was about to be: `answer` is its evidence as JSON; no night for an
    editor's own asking."""

    intended_at: datetime
    night: str | None
    answer: str | None
    sent: bool | None


# ---------------------------------------------------------------- the wire


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


# ---------------------------------------------------------------- what one night saw


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


# ---------------------------------------------------------------- judgement


class Outcome(StrEnum):
    """The reading of one observation; ids are closed (docs: verdicts)."""

    NOT_CRAWLED = "not-crawled"
    MALFORMED = "malformed"
    TARGET_UNKNOWN = "target-unknown"
    NOT_CHECKED = "not-checked"
    ROBOTS = "robots"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate-limited"
    LOGIN = "login"
    CONSENT = "consent"
    GONE = "gone"
    NOT_FOUND = "not-found"
    DNS_NXDOMAIN = "dns-nxdomain"
    DNS_FAILURE = "dns-failure"
    DNS_NODATA = "dns-nodata"
    REFUSED = "refused"
    RESET = "reset"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    BAD_HTTP = "bad-http"
    REDIRECT_LOOP = "redirect-loop"
    UNAVAILABLE = "unavailable"
    SERVER_ERROR = "server-error"
    CLIENT_ERROR = "client-error"
    TLS_EXPIRED = "tls-expired"
    TLS_HOSTNAME = "tls-hostname"
    TLS_SELF_SIGNED = "tls-self-signed"
    TLS_INCOMPLETE_CHAIN = "tls-incomplete-chain"
    TLS_PROTOCOL = "tls-protocol"
    EMPTY = "empty"
    JS_SHELL = "js-shell"
    UNSUPPORTED_TYPE = "unsupported-type"
    REDIRECT_ROOT = "redirect-root"
    REDIRECT_ERROR = "redirect-error"
    REDIRECT_SINK = "redirect-sink"
    PARKED = "parked"
    SOFT_404 = "soft-404"
    SOFT_404_SUSPECTED = "soft-404-suspected"
    FRAGMENT_MISSING = "fragment-missing"
    TEXT_FRAGMENT_MISSING = "text-fragment-missing"
    OK_HTTPS = "ok-https"
    OK_MOVED = "ok-moved"
    OK_REDIRECTED = "ok-redirected"
    OK = "ok"


class Family(StrEnum):
    """The families of outcomes; a verdict's evidence belongs to one of them."""

    OURS = "ours"
    REFUSAL = "refusal"
    GONE = "gone"
    HOST = "host"
    OUTAGE = "outage"
    CERTIFICATE = "certificate"
    SIGHT = "sight"
    INFERRED = "inferred"
    CONTENT = "content"


class Verdict(StrEnum):
    """What the nights so far say of a target; ids are closed (docs: verdicts)."""

    OK = "ok"
    OK_MOVED = "ok-moved"
    OK_HTTPS = "ok-https"
    SUSPECT = "suspect"
    GONE = "gone"
    DEAD = "dead"
    DEAD_INFERRED = "dead-inferred"
    NEEDS_EYES = "needs-eyes"
    HOST_GONE = "host-gone"
    UNREACHABLE = "unreachable"
    DEAD_UNREACHABLE = "dead-unreachable"
    UNREACHABLE_FROM_HERE = "unreachable-from-here"
    HIJACKED = "hijacked"
    BLOCKED = "blocked"
    NOT_CHECKABLE = "not-checkable"
    CERTIFICATE = "certificate"
    CHANGED = "changed"
    REPLACED = "replaced"
    RECOVERED = "recovered"
    TARGET_UNKNOWN = "target-unknown"
    MALFORMED = "malformed"
    NOT_CRAWLED = "not-crawled"
    NOT_CHECKED = "not-checked"
    HUMAN_OK = "human-ok"
    HUMAN_DEAD = "human-dead"
    IGNORED = "ignored"


class Group(StrEnum):
    """The groups of the report, in the order an editor reads them."""

    NEEDS_YOU = "needs-you"
    WATCHING = "watching"
    CANNOT_JUDGE = "cannot-judge"
    CHANGED = "changed"
    FINE = "fine"
    HANDLED = "handled"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an outcome or verdict: the rule's id and the words to show, in both languages."""

    rule: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome of one observation and the rule that gave it. `sub` keeps a sub-class
    (auth, payment, legal …) and `robots_only` caps what may follow from it."""

    outcome: Outcome
    evidence: Evidence
    sub: str = ""
    robots_only: bool = False


@dataclass(frozen=True, slots=True)
class NightReading:
    """One night of a target's history as the verdict rules see it. `invalid` marks a night whose
    negative readings do not count; `final_uri` is where the chain ended."""

    night: str
    seen_at: datetime
    outcome: Outcome
    robots_only: bool = False
    invalid: bool = False
    final_uri: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one counted night saw of a uri, as far as two uris are compared by it.

    `digest` is that of a whole payload, `content` stands for what a reader sees of it (its main text, where there
    is one); None where nothing whole came.
    """

    uri: str
    night: str
    seen_at: datetime
    outcome: Outcome
    refusal: Refusal | None = None
    digest: str | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict on a target after a night: since when, on how many counted failing nights."""

    verdict: Verdict
    group: Group
    since: datetime
    failing_nights: int
    evidence: Evidence


# ---------------------------------------------------------------- archive


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
class Night:
    """One run of the nightly job. `id` is its UTC start as YYYYMMDDTHHMMSSZ; `status` its exit status once ended."""

    id: str
    started_at: datetime
    simulated: bool
    ended_at: datetime | None = None
    valid: bool = True
    invalid_reason: str | None = None
    status: int | None = None


# ---------------------------------------------------------------- parts of pages


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
