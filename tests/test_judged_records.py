"""Every record as gzip, warcio and FastWARC judge it: they reject what is listed here, for its reason, and no more.

The same list for people: docs/decisions/008-other-tools.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from tests.judges import docket
from tests.judges.commands import Said, fastwarc_check, gzip_test, warcio_check
from tests.judges.docket import Docket
from tests.warcs import Stored

# FastWARC gives up on a file where an HTTP head is longer, and reads nothing of what follows.
FASTWARC_HEAD_BYTES = 32 * 1024


@dataclass(frozen=True)
class Row:
    """A class of sound records that a judge rejects: which they are, and why it is not our mistake."""

    name: str
    holds: Callable[[Stored], bool]
    why: str


def answers(holds: Callable[[Stored], bool]) -> Callable[[Stored], bool]:
    return lambda record: record.kind == "response" and holds(record)


def head_of(record: Stored) -> bytes:
    return re.split(rb"\r?\n\r?\n", record.block, maxsplit=1)[0]


WARCIO = (
    Row(
        "chunked",
        answers(
            lambda record: (
                "WARC-Payload-Digest" in record.fields and b"transfer-encoding: chunked" in head_of(record).lower()
            )
        ),
        "chunk framing is hashed into the payload digest (warcio issues 74 and 75)",
    ),
    Row(
        "stray bytes before the status line",
        answers(lambda record: record.block.startswith(b"\r\n")),
        "an empty line that browsers pass over is taken for the end of the head",
    ),
)
FASTWARC = (
    *WARCIO,
    Row("revisit", lambda record: record.kind == "revisit", "the digest is its original's (§6.7); nothing is hashed"),
    Row("resource", lambda record: record.kind == "resource", "the payload is the block, which was read before"),
    Row(
        "bare line feeds",
        answers(lambda record: b"\r\n" not in record.block and b"\n\n" in record.block),
        "the end of the head is looked for as CRLF CRLF only (RFC 9112 §2.2 allows LF)",
    ),
)


@pytest.fixture(name="judged", scope="module")
def the_docket() -> Docket:
    """The archive that is judged."""
    return docket.shared()


def expected(records: Sequence[Stored], rows: Sequence[Row]) -> dict[str, str]:
    """Record ids that a judge rejects, and the row that says why."""
    found = {}
    for record in records:
        for row in rows:
            if row.holds(record):
                found[record.fields["WARC-Record-ID"]] = row.name
    return found


def told(said: Said, judged: Docket) -> dict[str, str]:
    """Record ids a judge rejected, and what they are."""
    by_id = {record.fields["WARC-Record-ID"]: f"{record.kind} {record.uri}" for record in judged.records}
    return {record: by_id[record] for record in said.rejected}


def test_the_docket_holds_what_is_judged(judged: Docket) -> None:
    assert len(judged.files) >= 4, "nothing was rotated"
    kinds = [record.kind for record in judged.records]
    assert {"warcinfo", "response", "request", "metadata", "revisit", "resource"} == set(kinds)
    for row in FASTWARC:
        assert any(row.holds(record) for record in judged.records), f"no record is {row.name}: the row proves nothing"
    for uri in {odd.uri for odd in docket.ODDITIES if odd.wire}:
        assert any(record.uri == uri and record.kind == "response" for record in judged.records), f"{uri} is a revisit"


def test_every_file_is_whole_gzip(judged: Docket) -> None:
    assert [gzip_test(path) for path in judged.files] == ["" for _ in judged.files]


def test_warcio_rejects_what_is_listed_and_no_more(judged: Docket) -> None:
    for path in judged.files:
        said = warcio_check(path)
        known = expected(judged.of(path), WARCIO)
        assert told(said, judged).keys() == known.keys(), told(said, judged)
        assert (said.status, said.complaint) == (1 if known else 0, "")
        assert len(said.passed) + len(known) == len(judged.of(path)), "warcio did not read every record"


def test_fastwarc_finds_every_block_as_it_was_written(judged: Docket) -> None:
    for path in judged.files:
        said = fastwarc_check(path)
        assert (said.status, said.complaint, said.rejected) == (0, "", frozenset())
        assert len(said.passed) == len(judged.of(path)), "FastWARC did not read every record"


def test_fastwarc_rejects_the_payloads_that_are_listed_and_no_more(judged: Docket) -> None:
    for path in judged.files:
        said = fastwarc_check(path, "--verify-payloads")
        records = judged.of(path)
        if any(record.kind == "response" and len(head_of(record)) > FASTWARC_HEAD_BYTES for record in records):
            assert "Maximum header length exceeded" in said.complaint
            assert said.rejected == frozenset()
            continue
        known = expected(records, FASTWARC)
        assert told(said, judged).keys() == known.keys(), told(said, judged)
        assert (said.status, said.complaint) == (1 if known else 0, "")
        assert len(said.passed) + len(known) == len(records), "FastWARC did not read every record"
