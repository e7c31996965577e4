"""The Capture of an answer: from the exchange just written, or from a record found in a file.

Rules:
- Both ways give the same value for the same record, so that a lost index can be read again.
- Pure: the only question asked of an index, which original a revisit refers to, comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from crawler.archive.cdxj import NO_DIGEST, UNKNOWN
from crawler.archive.recording import Recording
from crawler.archive.records import Profile, Revisit, WarcRecord
from crawler.archive.stored import StoredRecord
from crawler.archive.warcfields import parse_date, target_uri, timestamp17
from crawler.errors import ArchiveError
from crawler.http1 import read_message
from crawler.model import Capture, Head, RecordType


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its file's final name, and the bytes of its gzip member."""

    filename: str
    offset: int
    length: int
    night: str


def capture_of_exchange(recording: Recording, answer: WarcRecord, revisit: Revisit | None, place: Place) -> Capture:
    """The capture of an answer as it was written."""
    exchange = recording.exchange
    capture = _capture(
        answer.record_id, recording.urlkey, target_uri(exchange.uri), exchange.started_at, exchange.head, place
    )
    if revisit is not None:
        return _repeating(capture, revisit.original.record_id, revisit.profile, revisit.original)
    if not exchange.has_payload:
        return capture
    return replace(capture, digest=exchange.payload_digest, payload_length=exchange.payload_length)


def capture_of_record(
    record: StoredRecord,
    filename: str,
    night: str,
    urlkey_of: Callable[[str], str],
    find: Callable[[str], Capture | None],
) -> Capture | None:
    """The capture of a stored response or revisit, read to its end; None for records of other types.

    `find` gives the capture of a record id. Raises ArchiveError when the record is not whole.
    """
    if record.record_type not in (RecordType.RESPONSE, RecordType.REVISIT):
        return None
    head, payload = read_message(record.block)
    payload_length = sum(len(piece) for piece in payload)
    place = Place(filename, record.offset, record.finish(), night)
    uri = record.value("WARC-Target-URI") or ""
    capture = _capture(record.record_id, urlkey_of(uri), uri, _date_of(record), head, place)
    digest = record.value("WARC-Payload-Digest") or NO_DIGEST
    if record.record_type == RecordType.RESPONSE:
        return replace(capture, digest=digest, payload_length=payload_length if digest != NO_DIGEST else 0)
    refers_to = record.value("WARC-Refers-To") or ""
    original = find(refers_to)
    return _repeating(replace(capture, digest=digest), refers_to, _profile_of(record), original)


def media_type_of(head: Head | None) -> str:
    """The media type a head declares, without parameters, in lower case; `unk` without one."""
    declared = (head.value("Content-Type") or "") if head else ""
    return declared.partition(";")[0].strip().lower() or UNKNOWN


def _capture(record_id: str, urlkey: str, uri: str, seen_at: datetime, head: Head | None, place: Place) -> Capture:
    return Capture(
        urlkey=urlkey,
        timestamp=timestamp17(seen_at),
        uri=uri,
        mime=media_type_of(head),
        status=head.status if head else 0,
        digest=NO_DIGEST,
        filename=place.filename,
        offset=place.offset,
        length=place.length,
        record_id=record_id,
        record_type=RecordType.RESPONSE,
        seen_at=seen_at,
        night=place.night,
        etag=head.value("ETag") if head else None,
        last_modified=head.value("Last-Modified") if head else None,
    )


def _repeating(capture: Capture, refers_to: str, profile: Profile, original: Capture | None) -> Capture:
    """A capture as a revisit: its payload is the original's (WARC 1.1 §6.7)."""
    capture = replace(
        capture,
        record_type=RecordType.REVISIT,
        refers_to=refers_to,
        not_modified=profile is Profile.SERVER_NOT_MODIFIED,
    )
    if original is None:
        return capture
    capture = replace(capture, digest=original.digest, payload_length=original.payload_length)
    if not capture.not_modified:
        return capture
    # A 304 repeats few fields (RFC 9110 §15.4.5); the validators and the type it leaves out still hold.
    return replace(
        capture,
        mime=original.mime if capture.mime == UNKNOWN else capture.mime,
        etag=capture.etag or original.etag,
        last_modified=capture.last_modified or original.last_modified,
    )


def _profile_of(record: StoredRecord) -> Profile:
    named = record.value("WARC-Profile") or ""
    last_word = Profile.SERVER_NOT_MODIFIED.rpartition("/")[2]
    return Profile.SERVER_NOT_MODIFIED if named.endswith(last_word) else Profile.IDENTICAL_PAYLOAD_DIGEST


def _date_of(record: StoredRecord) -> datetime:
    try:
        return parse_date(record.value("WARC-Date") or "")
    except ValueError as error:
        raise ArchiveError(f"the record at byte {record.offset} has no WARC-Date") from error
