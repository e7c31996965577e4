"""An exchange as WARC 1.1 records: response or revisit, request, metadata; and the records about a file or a night.

Rules:
- A block is the bytes that crossed the wire; nothing is rebuilt from a parsed form.
- All records of one exchange carry one WARC-Date (§5.4) and point at its answer by WARC-Concurrent-To (§5.7).
- Interim (1xx) heads stand in the metadata record: interim heads + the answer's block = what was received.
- Pure: record ids, times and the decision to write a revisit come in as arguments.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO
from urllib.parse import urlsplit

from crawler.archive.ciphers import protocol_name, suite_name
from crawler.archive.metadata import metadata_fields, truncation
from crawler.archive.recording import Recording
from crawler.archive.warcfields import MEDIA_TYPE, VERSION, Fields, target_uri, value_of, warc_date, write_fields
from crawler.model import Capture, Exchange, RecordType
from crawler.version import VERSION as SOFTWARE_VERSION

FORMAT = "WARC File Format 1.1"
CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"

Pairs = list[tuple[str, str | None]]


class Profile(StrEnum):
    """WARC-Profile of a revisit record (WARC 1.1 §6.7.2, §6.7.3)."""

    IDENTICAL_PAYLOAD_DIGEST = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    SERVER_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


@dataclass(frozen=True, slots=True)
class Revisit:
    """That an answer repeats `original`, a response record, and on whose word."""

    profile: Profile
    original: Capture


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record ready to be written: its named fields and its block of `length` bytes (a file is read from 0)."""

    fields: Fields
    block: bytes | IO[bytes]
    length: int

    @property
    def record_id(self) -> str:
        """WARC-Record-ID, in its brackets."""
        return value_of(self.fields, "WARC-Record-ID") or ""

    @property
    def record_type(self) -> RecordType:
        """WARC-Type."""
        return RecordType(value_of(self.fields, "WARC-Type") or "")

    @property
    def header(self) -> bytes:
        """The version line, the named fields and the empty line before the block (§4)."""
        return VERSION + write_fields(self.fields) + b"\r\n"


def exchange_records(
    recording: Recording, revisit: Revisit | None, warcinfo_id: str, new_id: Callable[[], str]
) -> list[WarcRecord]:
    """The records of one exchange, the answer first; none where nothing was sent and nothing came."""
    exchange = recording.exchange
    answer = _answer(exchange, revisit, warcinfo_id, new_id()) if exchange.received_length else None
    request = _request(exchange, answer, warcinfo_id, new_id()) if exchange.sent else None
    found = [record for record in (answer, request) if record is not None]
    return [*found, _metadata(recording, revisit, found[0], warcinfo_id, new_id())] if found else []


def warcinfo_record(record_id: str, filename: str, at: datetime, night: str, info: Mapping[str, str]) -> WarcRecord:
    """What stands first in every file (§6.2): who crawled, with what, for which night, and `info`."""
    first = (("software", f"evercite/{SOFTWARE_VERSION}"), ("format", FORMAT), ("conformsTo", CONFORMS_TO))
    block = write_fields((*first, ("isPartOf", night), *info.items()))
    head: Pairs = [("WARC-Date", warc_date(at)), ("WARC-Filename", filename)]
    return _record(RecordType.WARCINFO, record_id, head, MEDIA_TYPE, block)


def resource_record(
    record_id: str, uri: str, at: datetime, media_type: str, block: bytes, warcinfo_id: str, concurrent_to: str = ""
) -> WarcRecord:
    """A thing without a protocol around it (§6.4): the payload is the block."""
    digest = sha256_of(block)
    head: Pairs = [
        ("WARC-Target-URI", target_uri(uri)),
        ("WARC-Date", warc_date(at)),
        ("WARC-Concurrent-To", concurrent_to or None),
        ("WARC-Warcinfo-ID", warcinfo_id),
        ("WARC-Payload-Digest", digest),
    ]
    return _record(RecordType.RESOURCE, record_id, head, media_type, block)


def metadata_record(
    record_id: str, uri: str, at: datetime, refers_to: str, fields: Fields, warcinfo_id: str
) -> WarcRecord:
    """What became known of an earlier record later on (§6.6)."""
    head: Pairs = [
        ("WARC-Target-URI", target_uri(uri)),
        ("WARC-Date", warc_date(at)),
        ("WARC-Refers-To", refers_to),
        ("WARC-Warcinfo-ID", warcinfo_id),
    ]
    return _record(RecordType.METADATA, record_id, head, MEDIA_TYPE, write_fields(fields))


def certificate_record(record_id: str, exchange: Exchange, warcinfo_id: str, concurrent_to: str) -> WarcRecord:
    """The certificate a host showed, as DER (RFC 2585), named by its hash (RFC 6920)."""
    certificate = exchange.tls.certificate if exchange.tls else b""
    value = urlsafe_b64encode(hashlib.sha256(certificate).digest()).rstrip(b"=").decode("ascii")
    uri = f"ni://{urlsplit(target_uri(exchange.uri)).netloc}/sha-256;{value}"
    media_type = "application/pkix-cert"
    return resource_record(record_id, uri, exchange.started_at, media_type, certificate, warcinfo_id, concurrent_to)


def sha256_of(block: bytes) -> str:
    """A digest as every record here labels it (§5.8)."""
    return "sha256:" + hashlib.sha256(block).hexdigest()


def _answer(exchange: Exchange, revisit: Revisit | None, warcinfo_id: str, record_id: str) -> WarcRecord:
    if revisit is None:
        return _response(exchange, warcinfo_id, record_id)
    shortened = revisit.profile is Profile.IDENTICAL_PAYLOAD_DIGEST
    block = _start(exchange, exchange.head_length if shortened else exchange.received_length)
    original = revisit.original
    head: Pairs = [
        *_where(exchange),
        ("WARC-Profile", revisit.profile.value),
        ("WARC-Refers-To", original.record_id),
        ("WARC-Refers-To-Target-URI", original.uri),
        ("WARC-Refers-To-Date", warc_date(original.seen_at)),
        ("WARC-IP-Address", exchange.ip),
        ("WARC-Warcinfo-ID", warcinfo_id),
        ("WARC-Payload-Digest", original.digest),
        ("WARC-Truncated", "length" if shortened else None),
        *_protocols(exchange),
    ]
    return _record(RecordType.REVISIT, record_id, head, "application/http;msgtype=response", block)


def _response(exchange: Exchange, warcinfo_id: str, record_id: str) -> WarcRecord:
    head: Pairs = [
        *_where(exchange),
        ("WARC-IP-Address", exchange.ip),
        ("WARC-Warcinfo-ID", warcinfo_id),
        ("WARC-Block-Digest", exchange.block_digest),
        # §5.9: not on a record without a well-defined payload.
        ("WARC-Payload-Digest", exchange.payload_digest if exchange.has_payload else None),
        ("WARC-Truncated", truncation(exchange)),
        *_protocols(exchange),
        ("Content-Type", "application/http;msgtype=response"),
        ("Content-Length", str(exchange.received_length)),
    ]
    fields = _fields(RecordType.RESPONSE, record_id, head)
    return WarcRecord(fields, exchange.received, exchange.received_length)


def _request(exchange: Exchange, answer: WarcRecord | None, warcinfo_id: str, record_id: str) -> WarcRecord:
    head: Pairs = [
        *_where(exchange),
        ("WARC-Concurrent-To", answer.record_id if answer else None),
        ("WARC-IP-Address", exchange.ip),
        ("WARC-Warcinfo-ID", warcinfo_id),
        ("WARC-Protocol", "http/1.1"),
        *_tls(exchange),
    ]
    return _record(RecordType.REQUEST, record_id, head, "application/http;msgtype=request", exchange.sent)


def _metadata(
    recording: Recording, revisit: Revisit | None, about: WarcRecord, warcinfo_id: str, record_id: str
) -> WarcRecord:
    head: Pairs = [
        *_where(recording.exchange),
        ("WARC-Concurrent-To", about.record_id),
        ("WARC-IP-Address", recording.exchange.ip),
        ("WARC-Warcinfo-ID", warcinfo_id),
    ]
    links = recording.outlinks() if recording.outlinks is not None and revisit is None else ()
    fields = (*metadata_fields(recording), *links)
    return _record(RecordType.METADATA, record_id, head, MEDIA_TYPE, write_fields(fields))


def _record(record_type: RecordType, record_id: str, head: Pairs, media_type: str, block: bytes) -> WarcRecord:
    tail: Pairs = [
        ("WARC-Block-Digest", sha256_of(block)),
        ("Content-Type", media_type),
        ("Content-Length", str(len(block))),
    ]
    return WarcRecord(_fields(record_type, record_id, head + tail), block, len(block))


def _fields(record_type: RecordType, record_id: str, rest: Pairs) -> Fields:
    first: Pairs = [("WARC-Type", record_type.value), ("WARC-Record-ID", record_id)]
    return tuple((name, value) for name, value in first + rest if value is not None)


def _where(exchange: Exchange) -> Pairs:
    return [("WARC-Target-URI", target_uri(exchange.uri)), ("WARC-Date", warc_date(exchange.started_at))]


def _protocols(exchange: Exchange) -> Pairs:
    spoken = exchange.head.version.lower() if exchange.head else None
    if spoken and not spoken.startswith("http/"):
        spoken = f"http/{spoken}"
    return [("WARC-Protocol", spoken), *_tls(exchange)]


def _tls(exchange: Exchange) -> Pairs:
    if exchange.tls is None:
        return []
    return [
        ("WARC-Protocol", protocol_name(exchange.tls.version)),
        ("WARC-Cipher-Suite", suite_name(exchange.tls.cipher)),
    ]


def _start(exchange: Exchange, length: int) -> bytes:
    exchange.received.seek(0)
    return exchange.received.read(length)
