"""What is made of it: outcomes of nights, verdicts over nights, groups of the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from crawler.model.changes import Change
from crawler.model.evidence import Evidence
from crawler.model.sight import Sight
from crawler.model.wire import Refusal


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
class Reading:
    """The outcome of one observation and the rule that gave it. `sub` keeps a sub-class
    (auth, payment, legal …; `said` where a page itself says that it is not there) and `robots_only` caps what may
    follow from it. `unlike_last_good` as NightReading has it."""

    outcome: Outcome
    evidence: Evidence
    sub: str = ""
    robots_only: bool = False
    unlike_last_good: bool | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What a body showed: its sight and its main text; `status` is that of the answer."""

    sight: Sight
    text: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Sibling:
    """What a host said of a name that nobody can have cited: the status, and the page it showed, if any."""

    uri: str
    status: int | None
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reading may look at beside the observation itself; whatever is not known is left out.

    `page` is what the last answer's payload shows (of any status, and complete). `fragments` are those that citations
    of the target name (`section-2`, `page=3`), `text_fragments` the directives after `:~:text=`, still encoded.
    `sinking` are the cited uris of the same host that ended on the same uri that night, this one among them.
    `sibling` is what the host says of a random name beside the target. `last_good` is the newest good capture before
    that night.
    """

    page: Page | None = None
    fragments: tuple[str, ...] = ()
    text_fragments: tuple[str, ...] = ()
    sinking: tuple[str, ...] = ()
    sibling: Sibling | None = None
    last_good: Page | None = None


class NightReading(
    NamedTuple
):  # a tuple: judging again makes millions of them, and a dataclass costs four times as much
    """One night of a target's history as the verdict rules see it. `invalid` marks a night whose
    negative readings do not count; `final_uri` is where the chain ended; `sub` is the reading's sub-class.

    `unlike_last_good`: whether what was shown differs from the last good capture before it; None without one.
    `change`: how a good night differs from its baselines; None where it does not, or was not compared. `compared` tells
    these two apart. Looks beside the target, None where there was none that night: `https`, whether an http citation
    shows the same with https; `elsewhere`, whether another place found it failing, too.
    """

    night: str
    seen_at: datetime
    outcome: Outcome
    robots_only: bool = False
    invalid: bool = False
    final_uri: str | None = None
    sub: str = ""
    unlike_last_good: bool | None = None
    change: Change | None = None
    compared: bool = True
    https: bool | None = None
    elsewhere: bool | None = None


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


@dataclass(frozen=True, slots=True)
class Ruling:
    """An editor's word on a target: `verdict` is human-ok, human-dead or ignored; None takes an earlier one back.

    It holds until `expires_at` (without one: 90 days where robots are refused, else for good), and only while the
    outcome stays in `family`, the one the editor saw (None: whatever comes). `subject` is what the history is kept
    under, `citation` the id it was said of.
    """

    subject: str
    citation: str
    verdict: Verdict | None
    author: str
    made_at: datetime
    reason: str = ""
    expires_at: datetime | None = None
    family: Family | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A state that an editor accepted as the new baseline: the capture that shows it."""

    subject: str
    citation: str
    record_id: str
    author: str
    made_at: datetime
    reason: str = ""
