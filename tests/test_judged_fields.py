"""The record set, field by field, in an archive of two nights and of odd answers, read with the standard library alone.

Sources: WARC 1.1 §5 (which fields a record type must, may and must not have), §6 (the record types), and what our own
design adds: exact digests, microseconds, protocol and cipher, the three fields of every revisit.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from crawler.archive.ciphers import suite_name
from crawler.wire.tls import CIPHERS
from tests.judges import docket
from tests.judges.docket import Docket
from tests.judges.plain import Read, read

ID = r"<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}>"
DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
DIGEST = r"sha256:[0-9a-f]{64}"
# No brackets around it (§5: a mistake of WARC 1.0's grammar), no fragment, one word of ASCII.
URI = r"(?:https?://|ni://|urn:)[!-;=?-~]*"
FORMATS = {
    "WARC-Type": "warcinfo|response|request|revisit|metadata|resource",
    "WARC-Record-ID": ID,
    "WARC-Date": DATE,
    "WARC-Target-URI": URI.replace("!-;", '!"$-;'),
    "WARC-Concurrent-To": ID,
    "WARC-Refers-To": ID,
    "WARC-Refers-To-Target-URI": URI.replace("!-;", '!"$-;'),
    "WARC-Refers-To-Date": DATE,
    "WARC-Warcinfo-ID": ID,
    "WARC-Filename": r"evercite-\d{17}-\d{5}-[\w.-]+\.warc\.gz",
    "WARC-Profile": r"http://netpreserve\.org/warc/1\.1/revisit/(?:identical-payload-digest|server-not-modified)",
    "WARC-IP-Address": r"127\.0\.0\.1|192\.0\.2\.7",
    "WARC-Block-Digest": DIGEST,
    "WARC-Payload-Digest": DIGEST,
    "WARC-Truncated": "length|time|disconnect",
    "WARC-Protocol": r"http/\d(?:\.\d)?|tls/1\.[23]",
    "WARC-Cipher-Suite": r"TLS_[A-Z0-9_]+",
    "Content-Type": r"[a-z]+/[a-z-]+(?:;msgtype=(?:request|response)|; charset=utf-8)?",
    "Content-Length": r"\d+",
}
REPEATED = {"WARC-Protocol"}


@dataclass(frozen=True)
class Kind:
    """The fields that records of a kind must have and may have besides; all others they must not."""

    content_type: str
    must: frozenset[str]
    may: frozenset[str] = frozenset()


ALWAYS = {"WARC-Type", "WARC-Record-ID", "WARC-Date", "WARC-Block-Digest", "Content-Type", "Content-Length"}
OF_A_URI = {*ALWAYS, "WARC-Target-URI", "WARC-Warcinfo-ID"}
IP = "WARC-IP-Address"
REFERRING = {"WARC-Profile", "WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"}
SPOKEN = {"WARC-Protocol", "WARC-Cipher-Suite"}
RESPONSE, REQUEST = "application/http;msgtype=response", "application/http;msgtype=request"
WARC_FIELDS = "application/warc-fields"


def kind(content_type: str, must: set[str], may: set[str] | None = None) -> Kind:
    return Kind(content_type, frozenset(must), frozenset(may or ()))


KINDS: Mapping[str, Kind] = {
    "warcinfo": kind(WARC_FIELDS, {*ALWAYS, "WARC-Filename"}),
    "response": kind(RESPONSE, OF_A_URI, {IP, "WARC-Payload-Digest", "WARC-Truncated", *SPOKEN}),
    "identical-payload-digest": kind(
        RESPONSE,
        {*OF_A_URI, IP, *REFERRING, "WARC-Payload-Digest", "WARC-Truncated", "WARC-Protocol"},
        {"WARC-Cipher-Suite"},
    ),
    "server-not-modified": kind(
        RESPONSE,
        {*OF_A_URI, IP, *REFERRING, "WARC-Payload-Digest", "WARC-Protocol"},
        {"WARC-Cipher-Suite"},
    ),
    "request": kind(REQUEST, {*OF_A_URI, "WARC-Protocol"}, {IP, "WARC-Concurrent-To", "WARC-Cipher-Suite"}),
    "metadata": kind(WARC_FIELDS, {*OF_A_URI, "WARC-Concurrent-To"}, {IP}),
    "later": kind(WARC_FIELDS, {*OF_A_URI, "WARC-Refers-To"}),
    "certificate": kind("application/pkix-cert", {*OF_A_URI, "WARC-Concurrent-To", "WARC-Payload-Digest"}),
    "resource": kind("application/json|text/plain; charset=utf-8", {*OF_A_URI, "WARC-Payload-Digest"}),
}
# What the blocks of application/warc-fields may say: the standard's words (§6.2, §6.6), and ours in its style.
WARCINFO_FIELDS = {
    "software", "format", "conformsTo", "isPartOf", "operator", "robots", "description", "clock",
    "http-header-user-agent",
}  # fmt: skip
METADATA_FIELDS = {
    "via", "hopsFromSeed", "fetchTimeMs", "dnsTimeMs", "connectTimeMs", "tlsTimeMs", "firstByteTimeMs", "charset",
    "citedBy", "outlink", "interim", "truncated", "failure", "failureDetail", "refusal", "certificateVerified",
    "certificateSha256",
}  # fmt: skip


@pytest.fixture(name="judged", scope="module")
def the_docket() -> Docket:
    """The archive that is judged."""
    return docket.shared()


@pytest.fixture(name="records", scope="module")
def all_records(judged: Docket) -> list[Read]:
    """Its records, in order."""
    return [record for path in judged.files for record in read(path)]


@pytest.fixture(name="by_id", scope="module")
def records_by_id(records: list[Read]) -> Mapping[str, Read]:
    return {record.record_id: record for record in records}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_the_fields_it_must_and_no_others(records: list[Read], name: str) -> None:
    rows, wanted = [record for record in records if record.kind == name], KINDS[name]
    assert rows, f"no {name} was written: the row proves nothing"
    for record in rows:
        names = {field for field, _ in record.fields}
        assert wanted.must <= names, f"{name} lacks {wanted.must - names}: {record.fields}"
        assert names <= wanted.must | wanted.may, f"{name} must not have {names - wanted.must - wanted.may}"
        assert re.fullmatch(wanted.content_type, record.one("Content-Type"))
    used = {field for record in rows for field, _ in record.fields}
    assert used == wanted.must | wanted.may, f"never seen on {name}: {wanted.must | wanted.may - used}"


def test_every_field_has_its_exact_form_and_stands_once(records: list[Read]) -> None:
    for record in records:
        for name, value in record.fields:
            assert re.fullmatch(FORMATS[name], value), f"{name}: {value}"
        repeated = {name for name, times in Counter(name for name, _ in record.fields).items() if times > 1}
        assert repeated <= REPEATED


def test_digests_and_lengths_are_those_of_the_blocks(records: list[Read]) -> None:
    for record in records:
        digest = f"sha256:{hashlib.sha256(record.block).hexdigest()}"
        assert record.one("WARC-Block-Digest") == digest
        assert record.one("Content-Length") == str(len(record.block))
        if record.one("WARC-Type") == "resource":
            assert record.one("WARC-Payload-Digest") == digest


def test_no_record_id_stands_twice(records: list[Read]) -> None:
    assert len({record.record_id for record in records}) == len(records)


def test_each_file_begins_with_the_warcinfo_that_its_records_name(judged: Docket) -> None:
    for path in judged.files:
        info, *others = read(path)
        assert info.kind == "warcinfo"
        assert info.one("WARC-Filename") == path.name
        assert {record.one("WARC-Warcinfo-ID") for record in others} == {info.record_id}
        assert "warcinfo" not in {record.kind for record in others}


def test_a_warcinfo_says_who_crawled_how_and_for_which_night(records: list[Read]) -> None:
    infos = [dict(record.said()) for record in records if record.kind == "warcinfo"]
    for said in infos:
        assert set(said) <= WARCINFO_FIELDS
        assert said["software"].startswith("evercite/")
        assert said["format"] == "WARC File Format 1.1"
        assert said["conformsTo"].endswith("/warc-1.1/")
        assert re.fullmatch(r"\d{8}T\d{6}Z", said["isPartOf"])
        assert said["clock"].startswith("simulated"), "a night that was simulated must say so"
    whole = infos[0]
    assert set(whole) == WARCINFO_FIELDS
    assert "mailto:" in whole["operator"]
    assert whole["http-header-user-agent"].startswith("evercite/")
    assert "9309" in whole["robots"]


def test_metadata_says_nothing_that_is_not_explained(records: list[Read]) -> None:
    said = {name for record in records if record.kind == "metadata" for name, _ in record.said()}
    assert said <= METADATA_FIELDS
    assert {"hopsFromSeed", "via", "fetchTimeMs", "charset", "citedBy", "interim", "certificateSha256"} <= said


def test_records_of_an_exchange_stand_together_and_agree(records: list[Read], by_id: Mapping[str, Read]) -> None:
    shared = ("WARC-Date", "WARC-Warcinfo-ID", "WARC-Target-URI", IP)
    places = {record.record_id: place for place, record in enumerate(records)}
    for record in records:
        for about in map(by_id.__getitem__, record.all("WARC-Concurrent-To")):
            names = shared[:2] if record.kind == "certificate" else shared
            assert [record.all(name) for name in names] == [about.all(name) for name in names]
            assert 0 < places[record.record_id] - places[about.record_id] <= 3, "they would be torn apart"


def test_every_answer_has_its_request_and_its_metadata(records: list[Read], by_id: Mapping[str, Read]) -> None:
    about = Counter((one, record.kind) for record in records for one in record.all("WARC-Concurrent-To"))
    for record in records:
        if record.one("WARC-Type") in ("response", "revisit"):
            assert (about[record.record_id, "request"], about[record.record_id, "metadata"]) == (1, 1)
        if record.kind == "request" and not record.all("WARC-Concurrent-To"):
            assert about[record.record_id, "metadata"] == 1, "a request without an answer is explained by nothing"
    assert any(record.kind == "request" and not record.all("WARC-Concurrent-To") for record in records)


def test_a_revisit_points_at_an_earlier_response_by_all_it_is_known_by(
    records: list[Read], by_id: Mapping[str, Read]
) -> None:
    places = {record.record_id: place for place, record in enumerate(records)}
    for record in records:
        if not record.all("WARC-Profile"):
            continue
        original = by_id[record.one("WARC-Refers-To")]
        assert original.kind == "response", "a revisit of a revisit cannot be resolved"
        assert record.one("WARC-Refers-To-Target-URI") == original.one("WARC-Target-URI")
        assert record.one("WARC-Refers-To-Date") == original.one("WARC-Date")
        assert record.one("WARC-Payload-Digest") == original.one("WARC-Payload-Digest")
        assert places[original.record_id] < places[record.record_id]
        assert record.block.endswith((b"\r\n\r\n", b"\n\n")), "the head of the answer is not kept whole"
        if record.kind == "identical-payload-digest":
            assert record.one("WARC-Truncated") == "length"


def test_what_was_spoken_is_told_by_every_request_and_every_answer_with_a_head(records: list[Read]) -> None:
    for record in records:
        spoken = record.all("WARC-Protocol")
        secure = record.all("WARC-Target-URI")[:1] and record.one("WARC-Target-URI").startswith("https:")
        if record.one("WARC-Type") in ("request", "response", "revisit"):
            assert [name for name in spoken if name.startswith("tls/")] == spoken[len(spoken) - bool(secure) :]
            assert len(record.all("WARC-Cipher-Suite")) == bool(secure)
        if record.all("WARC-Payload-Digest") and record.one("WARC-Type") == "response":
            assert spoken[0].startswith("http/"), "the version stands first"


def test_only_what_a_proxy_fetched_has_no_address(records: list[Read]) -> None:
    kinds = ("response", "request", "metadata")
    without = [record for record in records if record.kind in kinds and not record.all(IP)]
    assert {record.one("WARC-Target-URI").rpartition("/")[2] for record in without} == {"proxied"}
    assert tuple(record.kind for record in without) == kinds


def test_what_is_shorter_than_it_was_says_why(records: list[Read]) -> None:
    stated = {
        (record.one("WARC-Target-URI").rpartition("/")[2], *record.all("WARC-Truncated"))
        for record in records
        if record.kind == "response"
    }
    assert {
        ("body-cut-short", "disconnect"),
        ("cut-chunk", "disconnect"),
        ("half-a-head", "disconnect"),
        ("silent", "time"),
        ("long", "length"),
    } <= stated
    assert {name for name, *why in stated if why} == {"body-cut-short", "cut-chunk", "half-a-head", "silent", "long"}


def test_a_payload_digest_stands_where_there_is_a_payload(records: list[Read]) -> None:
    without = {
        record.one("WARC-Target-URI").rpartition("/")[2]
        for record in records
        if record.kind == "response" and not record.all("WARC-Payload-Digest")
    }
    malformed = {"half-a-head", "mail", "no-version", "banner", "noise", "two-lengths", "bad-chunk"}
    assert without == malformed, "§5.9: only on a well-defined payload"


def test_every_cipher_we_offer_has_its_registered_name() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers(CIPHERS)
    names = [suite_name(cipher["name"]) for cipher in context.get_ciphers()]
    assert len(names) > 10
    assert [name for name in names if not re.fullmatch(FORMATS["WARC-Cipher-Suite"], name)] == []
