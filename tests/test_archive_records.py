"""The records of an exchange, field by field and byte by byte."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.ciphers import protocol_name, suite_name
from crawler.archive.metadata import interim_of
from crawler.archive.recording import Recording
from crawler.archive.records import Profile, Revisit, WarcRecord, exchange_records, warcinfo_record
from crawler.archive.warcfields import parse_fields, quote_bytes, target_uri, unquote_bytes, warc_date, write_fields
from crawler.model import Capture, Failure, RecordType, Tls, Truncated
from tests.test_archive_exchanges import AT, KEY, URI, exchanged, labelled, page

INFO_ID = "<urn:uuid:00000000-0000-4000-8000-000000000000>"
TLS = Tls("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", b"DER")
ORIGINAL = Capture(
    urlkey=KEY,
    timestamp="20260101020003000",
    uri="http://www.example.org/older",
    mime="text/html",
    status=200,
    digest=labelled(b"<p>hello</p>"),
    filename="evercite-x.warc.gz",
    offset=0,
    length=1,
    record_id="<urn:uuid:11111111-1111-4111-8111-111111111111>",
    record_type=RecordType.RESPONSE,
    seen_at=AT.replace(day=1, microsecond=7),
    night="20260101T020000Z",
    payload_length=12,
)


def numbered() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"<urn:uuid:{next(numbers)}>"


def records(recording: Recording, revisit: Revisit | None = None) -> list[WarcRecord]:
    return exchange_records(recording, revisit, INFO_ID, numbered())


def test_response_and_request_headers_in_full() -> None:
    wire = page()
    response, request, _ = records(Recording(exchanged(wire, tls=TLS), KEY))
    assert response.header.decode() == (
        "WARC/1.1\r\n"
        "WARC-Type: response\r\n"
        "WARC-Record-ID: <urn:uuid:1>\r\n"
        "WARC-Target-URI: https://www.example.org/a?b=c\r\n"
        "WARC-Date: 2026-01-02T02:00:03.123456Z\r\n"
        "WARC-IP-Address: 192.0.2.7\r\n"
        f"WARC-Warcinfo-ID: {INFO_ID}\r\n"
        f"WARC-Block-Digest: {labelled(wire)}\r\n"
        f"WARC-Payload-Digest: {labelled(b'<p>hello</p>')}\r\n"
        "WARC-Protocol: http/1.1\r\n"
        "WARC-Protocol: tls/1.2\r\n"
        "WARC-Cipher-Suite: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\r\n"
        "Content-Type: application/http;msgtype=response\r\n"
        f"Content-Length: {len(wire)}\r\n"
        "\r\n"
    )
    assert request.header.decode().splitlines()[1:8] == [
        "WARC-Type: request",
        "WARC-Record-ID: <urn:uuid:2>",
        "WARC-Target-URI: https://www.example.org/a?b=c",
        "WARC-Date: 2026-01-02T02:00:03.123456Z",
        "WARC-Concurrent-To: <urn:uuid:1>",
        "WARC-IP-Address: 192.0.2.7",
        f"WARC-Warcinfo-ID: {INFO_ID}",
    ]
    assert request.block == b"GET /a?b=c HTTP/1.1\r\nHost: www.example.org\r\n\r\n"


def test_metadata_says_what_the_answer_cannot() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </\xff.css>\r\n\r\n"
    exchange = exchanged(page(), interim=early, tls=TLS)
    recording = Recording(exchange, KEY, "https://www.example.org/", "R", ("ab12 ordinal 3", "cd34 第2页"))
    metadata = records(recording)[-1]
    assert isinstance(metadata.block, bytes)
    assert parse_fields(metadata.block) == (
        ("via", "https://www.example.org/"),
        ("hopsFromSeed", "R"),
        ("fetchTimeMs", "1500"),
        ("dnsTimeMs", "12"),
        ("connectTimeMs", "20"),
        ("charset", "utf-8"),
        ("citedBy", "ab12 ordinal 3"),
        ("citedBy", "cd34 第2页"),
        ("interim", quote_bytes(early)),
        ("certificateVerified", "yes"),
        ("certificateSha256", hashlib.sha256(b"DER").hexdigest()),
    )
    assert interim_of(metadata.block) == early, "interim heads + block must be what the wire carried"


def test_a_refused_or_silent_exchange() -> None:
    silent = records(Recording(exchanged(b"", failure=Failure.TIMEOUT), KEY))
    assert [r.record_type for r in silent] == [RecordType.REQUEST, RecordType.METADATA]
    assert ("WARC-Concurrent-To", silent[0].record_id) in silent[1].fields
    assert isinstance(silent[1].block, bytes)
    assert ("failure", "timeout") in parse_fields(silent[1].block)
    assert records(Recording(exchanged(b"", sent=b"", failure=Failure.REFUSED), KEY)) == []


@pytest.mark.parametrize(
    ("truncated", "failure", "stated"),
    [
        (Truncated.LENGTH, None, "length"),
        (Truncated.TIME, Failure.TIMEOUT, "time"),
        (None, Failure.TIMEOUT, "time"),
        (None, Failure.RESET, "disconnect"),
        (None, Failure.TRUNCATED, "disconnect"),
        (None, Failure.BAD_HTTP, None),
        (None, None, None),
    ],
)
def test_a_message_cut_short_says_why(truncated: Truncated | None, failure: Failure | None, stated: str | None) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"
    response = records(Recording(exchanged(cut, truncated=truncated, failure=failure), KEY))[0]
    assert dict(response.fields).get("WARC-Truncated") == stated


def test_half_a_head_has_no_payload_digest() -> None:
    response = records(Recording(exchanged(b"HTTP/1.1 200 O", failure=Failure.TRUNCATED), KEY))[0]
    assert response.record_type is RecordType.RESPONSE
    assert "WARC-Payload-Digest" not in dict(response.fields)
    assert dict(response.fields)["WARC-Truncated"] == "disconnect"
    assert dict(response.fields)["WARC-Block-Digest"] == labelled(b"HTTP/1.1 200 O")


def test_identical_payload_keeps_the_head_and_names_its_original() -> None:
    revisit = records(Recording(exchanged(page()), KEY), Revisit(Profile.IDENTICAL_PAYLOAD_DIGEST, ORIGINAL))[0]
    head = page().partition(b"<p>")[0]
    assert revisit.block == head
    assert revisit.fields == (
        ("WARC-Type", "revisit"),
        ("WARC-Record-ID", "<urn:uuid:1>"),
        ("WARC-Target-URI", URI),
        ("WARC-Date", "2026-01-02T02:00:03.123456Z"),
        ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
        ("WARC-Refers-To", ORIGINAL.record_id),
        ("WARC-Refers-To-Target-URI", "http://www.example.org/older"),
        ("WARC-Refers-To-Date", "2026-01-01T02:00:03.000007Z"),
        ("WARC-IP-Address", "192.0.2.7"),
        ("WARC-Warcinfo-ID", INFO_ID),
        ("WARC-Payload-Digest", ORIGINAL.digest),
        ("WARC-Truncated", "length"),
        ("WARC-Protocol", "http/1.1"),
        ("WARC-Block-Digest", labelled(head)),
        ("Content-Type", "application/http;msgtype=response"),
        ("Content-Length", str(len(head))),
    )


def test_not_modified_keeps_the_whole_304() -> None:
    wire = b'HTTP/1.1 304 Not Modified\r\netag: "v1"\r\n\r\n'
    revisit = records(Recording(exchanged(wire), KEY), Revisit(Profile.SERVER_NOT_MODIFIED, ORIGINAL))[0]
    fields = dict(revisit.fields)
    assert revisit.block == wire
    assert fields["WARC-Profile"].endswith("server-not-modified")
    assert fields["WARC-Refers-To-Date"] == "2026-01-01T02:00:03.000007Z"
    assert "WARC-Truncated" not in fields


def test_warcinfo_names_file_night_and_standard() -> None:
    info = warcinfo_record(INFO_ID, "x.warc.gz", AT, "20260102T020000Z", {"operator": "示例图书馆"})
    assert isinstance(info.block, bytes)
    fields = dict(parse_fields(info.block))
    assert fields["conformsTo"].endswith("/warc-1.1/")
    assert fields["isPartOf"] == "20260102T020000Z"
    assert fields["operator"] == "示例图书馆"
    assert ("WARC-Filename", "x.warc.gz") in info.fields
    assert "WARC-Target-URI" not in dict(info.fields), "WARC 1.1 §5 forbids it here"


@pytest.mark.parametrize(
    ("uri", "written"),
    [
        ("https://example.org/a#part", "https://example.org/a"),
        ("https://example.org/a b\r\nX: y", "https://example.org/a%20b%0D%0AX:%20y"),
        ("https://example.org/缺", "https://example.org/%E7%BC%BA"),
        ("https://example.org/%2520?<x>", "https://example.org/%2520?<x>"),
    ],
)
def test_target_uri_is_one_word_without_fragment(uri: str, written: str) -> None:
    assert target_uri(uri) == written


def test_names_of_tls() -> None:
    assert (protocol_name("TLSv1.3"), protocol_name("tls/1.2")) == ("tls/1.3", "tls/1.2")
    assert suite_name("TLS_AES_128_GCM_SHA256") == "TLS_AES_128_GCM_SHA256"
    assert suite_name("ECDHE-RSA-CHACHA20-POLY1305") == "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"


@given(st.binary())
def test_any_bytes_survive_as_a_field_value(octets: bytes) -> None:
    line = write_fields((("interim", quote_bytes(octets)),))
    assert line.count(b"\n") == 1
    assert unquote_bytes(dict(parse_fields(line))["interim"]) == octets


@given(st.text())
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    lines = write_fields((("failureDetail", text), ("next", "1")))
    assert lines.count(b"\r\n") == 2
    assert parse_fields(lines)[-1] == ("next", "1")


def test_dates_are_utc_with_all_digits() -> None:
    assert warc_date(AT.replace(microsecond=0)) == "2026-01-02T02:00:03.000000Z"


def test_records_of_one_exchange_share_their_date() -> None:
    exchange = replace(exchanged(page(), tls=TLS), started_at=AT)
    dates = {dict(record.fields)["WARC-Date"] for record in records(Recording(exchange, KEY))}
    assert dates == {"2026-01-02T02:00:03.123456Z"}
