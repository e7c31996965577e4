"""From one answer to the next hop: Location, Refresh and meta refresh, read without asking anything.

Rules:
- 301, 302, 303, 307, 308 are followed (RFC 9110 §15.4); 300 is a choice for a person, 304 an answer.
- A Location in raw UTF-8 or Latin-1 is percent-encoded as the WHATWG URL parser does; its fragment is dropped.
- A refresh is followed up to 10 s of delay and only to another URL: slower ones are slide shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import ada_url
from lxml import html
from lxml.etree import LxmlError

from crawler.model import Head, Via
from crawler.urls.redact import redact

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REFRESH_S = 10.0
# A page of nothing but attributes takes the parser seconds per megabyte; what refreshes says so early.
META_SCAN_BYTES = 64 * 1024
# Beyond any server's limit for a request line (RFC 9112 §3 asks for 8,000): such a reference leads nowhere.
LONGEST_URI = 16 * 1024
# The response fields that outcome rules and retries read (docs: verdicts), kept with each hop.
KEPT_FIELDS = frozenset(
    {
        "age",
        "cf-mitigated",
        "content-language",
        "content-length",
        "content-type",
        "etag",
        "last-modified",
        "location",
        "refresh",
        "retry-after",
        "server",
        "via",
        "www-authenticate",
        "x-amzn-waf-action",
        "x-cache",
        "x-robots-tag",
    }
)
KEPT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Next:
    """Where an answer sends us: the absolute uri and the mechanism; uri None when it cannot be read."""

    uri: str | None
    via: Via


def next_hop(uri: str, head: Head, body: bytes) -> Next | None:
    """The next hop of an answer, or None when the chain ends here. `body` is decoded HTML or empty."""
    if head.status in REDIRECTS:
        location = head.value("location")
        return Next(resolve(uri, as_text(location)) if location else None, Via.LOCATION)
    if not 200 <= head.status < 300:
        return None
    refresh = read_refresh(as_text(head.value("refresh") or ""))
    if refresh is not None:
        return _refreshed(uri, refresh, Via.REFRESH_HEADER)
    refresh = read_meta_refresh(body)
    return _refreshed(uri, refresh, Via.META_REFRESH) if refresh is not None else None


def _refreshed(uri: str, reference: str, via: Via) -> Next | None:
    target = resolve(uri, reference)
    return Next(target, via) if target and target != without_fragment(uri) else None


def as_text(value: str) -> str:
    """A field value, decoded as Latin-1, as the text its bytes most likely mean: UTF-8 if they are."""
    try:
        return value.encode("latin-1").decode("utf-8").strip()
    except (UnicodeDecodeError, UnicodeEncodeError):
        return value.strip()


def resolve(base: str, reference: str) -> str | None:
    """A reference against its base (WHATWG URL), without fragment; None when it is no URL."""
    if len(reference) > LONGEST_URI:
        return None
    try:
        return without_fragment(ada_url.join_url(base, reference))
    except ValueError:
        return None


def without_fragment(uri: str) -> str:
    """The uri up to its fragment, which is never sent (RFC 9110 §7.1)."""
    return uri.partition("#")[0]


_REFRESH = re.compile(r"\s*([0-9]{1,6}(?:\.[0-9]*)?)\s*(?:[;,]|\s)\s*(.+)", re.DOTALL)
_URL_IS = re.compile(r"^url\s*=\s*", re.IGNORECASE)


def read_refresh(value: str) -> str | None:
    """The reference of a refresh value `N; url=…` (HTML, shared declarative refresh steps), if N ≤ 10 s."""
    found = _REFRESH.fullmatch(value)
    if not found or float(found[1]) > MAX_REFRESH_S:
        return None
    reference = _URL_IS.sub("", found[2].strip(), count=1).strip()
    if reference.startswith(("'", '"')):
        reference = reference[1:].partition(reference[0])[0]
    return reference or None


def read_meta_refresh(body: bytes) -> str | None:
    """The reference of a page's first meta refresh outside noscript, if its delay is ≤ 10 s."""
    start = body[:META_SCAN_BYTES]
    if b"refresh" not in start.lower():
        return None
    try:
        page = html.document_fromstring(start)
    except (LxmlError, ValueError):
        return None
    for meta in page.iter("meta"):
        if (meta.get("http-equiv") or "").strip().lower() == "refresh" and not _in_noscript(meta):
            return read_refresh(meta.get("content") or "")
    return None


def _in_noscript(element: html.HtmlElement) -> bool:
    return any(parent.tag == "noscript" for parent in element.iterancestors())


def kept_fields(head: Head) -> tuple[tuple[str, str], ...]:
    """The fields that the rules read, names in lower case, long values cut."""
    kept = [(name.lower(), as_text(value)[:KEPT_LENGTH]) for name, value in head.fields]
    return tuple((name, redact(value)) for name, value in kept if name in KEPT_FIELDS)
