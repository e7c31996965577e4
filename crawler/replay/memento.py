"""A memento: the archived answer of one moment, raw, under the date it was seen (RFC 7089 §4.2.1, §4.5.4, §4.5.5).

Rules:
- The status is the archived one; a redirect leads to the memento of where it led, or nowhere.
- A 304 is answered with the payload it stands for: Memento-Datetime says when the server said so, a field of ours and
  a link of rel duplicate (RFC 6249 §3) when the payload came.
- Content is coded as it was archived where the client takes that, else decoded, if the result is no bomb.
- Content is inert: sandboxed, never sniffed, on an origin of its own; what a browser should not open is a download.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from crawler.content import CODINGS, codings_of, decode, media_type
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Head
from crawler.replay.answer import Answer, Asked, Fields, refuse
from crawler.replay.fields import PDF, clean, disposition_of, replayed_fields, type_of
from crawler.replay.links import Places, fixed_links, link, link_field, memento_links
from crawler.replay.negotiate import Neighbours, accepts, beside, choose, http_date, read_range
from crawler.replay.originals import find_capture, find_mementos, find_original, read_asked
from crawler.replay.payloads import Opened, Payloads
from crawler.urls.redact import redact

MAX_DECODED_BYTES = 32 * 1024 * 1024
# Statuses that may stand in an answer; LinkedIn's 999 and the like are told, and sent as what they amount to.
_SENT = range(200, 600)
_ODD_STATUS = 502
_BODILESS = frozenset({204, 205, 304})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOREVER = ("Cache-Control", "max-age=31536000, immutable")
# No script, no request, no form, no frame; what is written in the page itself may style it.
_INERT = (
    "default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; form-action 'none';"
    " base-uri 'none'"
)
_SANDBOXED = f"sandbox; {_INERT}"


def show_memento(ledger: Ledger, payloads: Payloads, places: Places, asked: Asked) -> Answer:
    """The answer of a memento. Raises ArchiveError when its bytes cannot be read back."""
    timestamp, raw = split_timestamp(asked.rest)
    if not timestamp:
        return refuse(asked, 404, "no-timestamp")
    found = _find(ledger, read_asked(raw), timestamp)
    if found is None:
        return refuse(asked, 404, "not-captured")
    uri, capture = found
    opened = payloads.open(ledger, capture)
    series = find_mementos(ledger, uri, timestamp)
    around = beside(series[1], timestamp) if series else Neighbours(timestamp, timestamp, timestamp, None, None)
    fields = [*_told(opened, places, uri, around), *_lead(ledger, places, opened)]
    return _answered(asked, opened, fields)


def split_timestamp(rest: str) -> tuple[str, str]:
    """The 17 digits and the original of a memento's path; "" for digits that are none."""
    digits, _, raw = rest.partition("/")
    is_one = len(digits) == 17 and digits.isascii() and digits.isdigit()
    return (digits if is_one else "", raw)


def _find(ledger: Ledger, asked: str, timestamp: str) -> tuple[str, Capture] | None:
    """The original and its capture of a moment."""
    uri = find_original(ledger, asked)
    capture = find_capture(ledger, uri, timestamp) if uri else None
    return (uri, capture) if uri and capture else None


# ---------------------------------------------------------------- what is told of it


def _told(opened: Opened, places: Places, uri: str, around: Neighbours) -> Fields:
    """What every memento says of itself."""
    capture, original = opened.capture, opened.original
    links = [*fixed_links(places, uri, around), *memento_links(places, uri, around)]
    fields = [
        ("Memento-Datetime", http_date(capture.timestamp)),
        ("X-Archive-Orig-Status", clean(f"{opened.head.status} {opened.head.reason}")[:200]),
        ("Content-Location", places.memento(redact(capture.uri), capture.timestamp)),
        ("Content-Security-Policy", _policy(opened.head, places)),
        _FOREVER,
    ]
    if capture.not_modified:
        seen = http_date(original.timestamp)
        links.append(link(places.memento(redact(original.uri), original.timestamp), "duplicate", datetime=seen))
        fields.append(("X-Evercite-Payload-Datetime", seen))
    if opened.truncated:
        fields.append(("X-Evercite-Truncated", opened.truncated))
    if opened.length_bytes:
        fields.append(("Content-Type", type_of(opened.head)))
        disposition = disposition_of(opened.head, redact(capture.uri))
        fields += [("Content-Disposition", disposition)] if disposition else []
    return [*fields, ("Link", link_field(links)), *replayed_fields(opened.head)]


def _policy(head: Head, places: Places) -> str:
    """The Content-Security-Policy; only our own pages may frame a memento."""
    return f"{_INERT if media_type(head) == PDF else _SANDBOXED}; frame-ancestors {places.main_base}"


def _lead(ledger: Ledger, places: Places, opened: Opened) -> Fields:
    """Where an archived redirect leads: the memento nearest in time of where it led, if the archive has one."""
    location = opened.head.value("location")
    if opened.head.status not in _REDIRECTS or not location:
        return []
    try:
        target = find_original(ledger, urljoin(opened.capture.uri, location))
    except ValueError:  # what a browser would not follow either
        return []
    found = find_mementos(ledger, target, opened.capture.timestamp) if target else None
    if not target or not found:
        return []
    return [("Location", places.memento(target, choose(found[1], opened.capture.timestamp).this))]


# ---------------------------------------------------------------- its content


@dataclass(frozen=True, slots=True)
class Representation:
    """Content as it is sent: which `codings` are left around it, its entity tag, and where it comes from."""

    opened: Opened
    codings: tuple[str, ...] = ()
    etag: str = ""
    decoded: bytes | None = None
    problem: str = ""

    @property
    def length(self) -> int:
        """Its length in bytes."""
        return self.opened.length_bytes if self.decoded is None else len(self.decoded)


def represent(opened: Opened, accept_encoding: Sequence[str]) -> Representation:
    """The content for a client that takes these codings."""
    codings = tuple(name for name in codings_of(opened.head) if name in CODINGS)
    tag = opened.original.digest.replace(":", "-")
    coded = Representation(opened, codings, f'"{tag}"')
    if not codings or not opened.length_bytes or accepts(accept_encoding, codings):
        return coded
    decoded = decode(opened.pieces(), codings, MAX_DECODED_BYTES)
    if (not decoded.complete and len(decoded.content) >= MAX_DECODED_BYTES) or not decoded.content:
        return coded  # a client may be sent what it did not ask for, rather than nothing (RFC 9110 §12.5.3)
    return Representation(opened, (), f'"{tag}-decoded"', decoded.content, "" if decoded.complete else decoded.problem)


def _answered(asked: Asked, opened: Opened, fields: Fields) -> Answer:
    shown = represent(opened, asked.values("accept-encoding"))
    fields = [*fields, ("ETag", shown.etag)]
    if codings_of(opened.head):
        fields.append(("Vary", "accept-encoding"))
    if shown.codings:
        fields.append(("Content-Encoding", ", ".join(shown.codings)))
    if shown.problem:
        fields.append(("X-Evercite-Incomplete", shown.problem))
    status = opened.head.status if opened.head.status in _SENT else _ODD_STATUS
    if status in _BODILESS:
        return Answer(status, fields)
    return _conditional(asked, status, fields, shown)


def _conditional(asked: Asked, status: int, fields: Fields, shown: Representation) -> Answer:
    """The answer to preconditions and to a range (RFC 9110 §13.2.2): of what was answered with 200 only."""
    if status != 200:
        return _content(status, fields, shown)
    if matches(asked.values("if-none-match"), shown.etag):
        return Answer(304, fields)
    fields = [*fields, ("Accept-Ranges", "bytes")]
    if_range = asked.value("if-range")
    wanted = None if if_range and if_range != shown.etag else asked.value("range")
    part = read_range(wanted, shown.length) if asked.method == "GET" else None
    if part is None:
        return _content(status, fields, shown)
    if part[0] >= part[1]:
        refused = refuse(asked, 416, "no-range", [("Content-Range", f"bytes */{shown.length}")])
        return replace(refused, fields=[*refused.fields, ("Accept-Ranges", "bytes")])
    ranged = ("Content-Range", f"bytes {part[0]}-{part[1] - 1}/{shown.length}")
    return _content(206, [*fields, ranged], shown, part)


def matches(values: Sequence[str], etag: str) -> bool:
    """Whether If-None-Match names an entity tag; weak comparison (RFC 9110 §13.1.2)."""
    named = {word.strip().removeprefix("W/") for value in values for word in value.split(",")}
    return "*" in named or etag in named


def _content(status: int, fields: Fields, shown: Representation, part: tuple[int, int] | None = None) -> Answer:
    start, stop = part or (0, shown.length)
    held = shown.decoded if shown.decoded is not None else shown.opened.payload
    if held is not None:
        return Answer(status, fields, held[start:stop])
    return Answer(status, fields, b"", shown.opened.pieces(start, stop), stop - start)
