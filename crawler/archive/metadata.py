"""The metadata record of an exchange (WARC 1.1 §6.6): what the answer's own bytes do not say.

Rules:
- `via`, `hopsFromSeed` and `fetchTimeMs` are the standard's words; the others are ours, in its style.
- A field is written only where there is something to say.
"""

from __future__ import annotations

import hashlib
import re

from crawler.archive.recording import Recording
from crawler.archive.warcfields import Fields, parse_fields, quote_bytes, unquote_bytes, value_of
from crawler.model import Exchange, Failure, Head, Tls, Truncated

# WARC-Truncated (WARC 1.1 §5): what cut a message short, where the exchange itself names no reason.
_CUT_BY = {
    Failure.TIMEOUT: Truncated.TIME,
    Failure.RESET: Truncated.DISCONNECT,
    Failure.TRUNCATED: Truncated.DISCONNECT,
}
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)


def metadata_fields(recording: Recording) -> Fields:
    """The fields of one exchange's metadata record."""
    exchange = recording.exchange
    pairs = [
        ("via", recording.via),
        ("hopsFromSeed", recording.hop_path),
        *_times(exchange),
        ("charset", charset_of(exchange.head)),
        *[("citedBy", place) for place in recording.cited_by],
        ("interim", quote_bytes(exchange.interim)),
        ("truncated", truncation(exchange)),
        ("failure", exchange.failure),
        ("failureDetail", exchange.failure_detail),
        ("refusal", exchange.refusal),
        *_certificate(exchange.tls),
    ]
    return tuple((name, str(value)) for name, value in pairs if value)


def interim_of(block: bytes) -> bytes:
    """The interim heads that a metadata block holds, byte for byte."""
    return unquote_bytes(value_of(parse_fields(block), "interim") or "")


def charset_of(head: Head | None) -> str | None:
    """The charset that the Content-Type field declares (RFC 9110 §8.3.2), or None."""
    match = _CHARSET.search(head.value("Content-Type") or "") if head else None
    return match[1].lower() if match else None


def truncation(exchange: Exchange) -> Truncated | None:
    """Why the stored message is shorter than it should be, or None when it is whole."""
    return exchange.truncated or (_CUT_BY.get(exchange.failure) if exchange.failure else None)


def _times(exchange: Exchange) -> list[tuple[str, str | None]]:
    timings = exchange.timings
    stages = [
        ("fetchTimeMs", timings.total_s),
        ("dnsTimeMs", timings.dns_s),
        ("connectTimeMs", timings.connect_s),
        ("tlsTimeMs", timings.tls_s),
        ("firstByteTimeMs", timings.first_byte_s),
    ]
    return [(name, None if spent_s is None else str(round(spent_s * 1000))) for name, spent_s in stages]


def _certificate(tls: Tls | None) -> list[tuple[str, str | None]]:
    if tls is None:
        return []
    return [
        ("certificateVerified", "yes" if tls.verified else "no"),
        ("certificateSha256", hashlib.sha256(tls.certificate).hexdigest() if tls.certificate else None),
    ]
