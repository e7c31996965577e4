"""A row of the report: one citation, what is concluded of it, its nights and its copies.

Rules:
- What is shown of a row names nobody: e-mail addresses are masked, a tracking link appears as redacted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from crawler.model import Capture, Citation, Copy, Evidence, Hop, Kind, Outcome, Standing, Verdict
from crawler.reports.changed import Changed

STRIP_NIGHTS = 14


class Tone(StrEnum):
    """How a night's outcome is shown in a strip; grey says nothing against a link."""

    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    GREY = "grey"


_GREY = (
    "not-crawled malformed target-unknown not-checked robots blocked rate-limited login consent empty js-shell "
    "unsupported-type"
)
_BAD = "gone not-found dns-nxdomain redirect-root redirect-error redirect-sink parked soft-404 soft-404-suspected"
_WARN = (
    "dns-failure dns-nodata refused reset timeout truncated bad-http redirect-loop unavailable server-error "
    "client-error tls-expired tls-hostname tls-self-signed tls-incomplete-chain tls-protocol"
)
_GOOD = "fragment-missing text-fragment-missing ok-https ok-moved ok-redirected ok"
TONE: dict[Outcome, Tone] = {
    Outcome(name): tone
    for tone, spaced in ((Tone.GREY, _GREY), (Tone.BAD, _BAD), (Tone.WARN, _WARN), (Tone.GOOD, _GOOD))
    for name in spaced.split()
}
OURS = frozenset({Outcome.NOT_CRAWLED, Outcome.MALFORMED, Outcome.TARGET_UNKNOWN, Outcome.NOT_CHECKED})


@dataclass(frozen=True, slots=True)
class Cell:
    """One night in a row's strip: its outcome, None where the target was not due; `counted` is False on an invalid
    night."""

    night: str
    outcome: Outcome | None
    counted: bool = True

    @property
    def tone(self) -> Tone:
        """How the cell is shown; what did not count is grey."""
        if self.outcome is None or not (self.counted or TONE[self.outcome] is Tone.GOOD):
            return Tone.GREY
        return TONE[self.outcome]


@dataclass(frozen=True, slots=True)
class Offer:
    """Another way to write a broken link that answers: put before an editor, never taken by itself."""

    uri: str
    why: Evidence


@dataclass(frozen=True, slots=True)
class Row:
    """One citation in the report. `evidence` is tonight's reading; `copies` come best first; `strip` is in order of
    time and may be longer than is shown; `previous` is the verdict after the night before; `changed` is what differs
    from the copy it is compared with, where that matters. `copy` is the copy that answers for the citation, `copy_href`
    where a reader of the report opens it ('' where only the command takes it out)."""

    citation: Citation
    outcome: Outcome
    standing: Standing
    evidence: Evidence
    final_uri: str | None = None
    hops: tuple[Hop, ...] = ()
    copies: tuple[Capture, ...] = ()
    strip: tuple[Cell, ...] = ()
    changed_since_last_night: bool = False
    previous: Verdict | None = None
    offer: Offer | None = None
    changed: Changed | None = None
    copy: Copy | None = None
    copy_href: str = ""

    @property
    def printed(self) -> str:
        """The cited text as shown: e-mail addresses masked."""
        return mask_mail(self.citation.printed) if self.citation.kind is Kind.MAIL else self.citation.printed

    @property
    def target(self) -> str | None:
        """Where the citation leads as far as is known: the chain's end, else the cited uri."""
        return self.final_uri or self.citation.uri

    @property
    def has_conclusion(self) -> bool:
        """Whether the verdict concludes anything that could hold since some night."""
        return self.standing.verdict not in (Verdict.NOT_CHECKED, Verdict.NOT_CRAWLED)

    @property
    def context(self) -> str:
        """The text around the citation as shown: an e-mail row's address masked."""
        if self.citation.kind is not Kind.MAIL:
            return self.citation.context
        return self.citation.context.replace(self.citation.printed, self.printed)

    @property
    def held(self) -> Capture | None:
        """The copy to open: the one that answers for the citation, else the first there is."""
        return self.copy.capture if self.copy else next(iter(self.copies), None)

    @property
    def nights(self) -> tuple[Cell, ...]:
        """The nights of the strip that are shown."""
        return self.strip[-STRIP_NIGHTS:]

    @property
    def host(self) -> str:
        """The host of the cited uri, '' where there is none."""
        return _host(self.citation.uri or "")

    def hop_uri(self, hop: Hop) -> str:
        """A hop's uri as shown: a tracking link appears as redacted."""
        wrapper = self.citation.wrapper
        return wrapper.redacted if wrapper and wrapper.raw and hop.uri == wrapper.raw else hop.uri


def mask_mail(printed: str) -> str:
    """An e-mail address with all but its first letter and its domain hidden: `w***@example.org`."""
    scheme, colon, rest = printed.rpartition(":")
    local, at, domain = rest.partition("@")
    if not at:
        return printed
    return f"{scheme}{colon}{local[:1]}***@{domain.partition('?')[0]}"


def _host(uri: str) -> str:
    try:
        return (urlsplit(uri).hostname or "").rstrip(".")
    except ValueError:
        return ""
