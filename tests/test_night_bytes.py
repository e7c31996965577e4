"""What a whole night archives equals what the fake web's sockets received and sent, byte for byte."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.archive.metadata import interim_of
from tests.house import House
from tests.warcs import Stored, files_of, records_of
from tests.web.byte_cases import BYTE_CASES, uri_of
from tests.web.server import FakeWeb
from tests.web.sites import byte_site

IN_CLEAR = [uri_of(name) for name in BYTE_CASES]
OVER_TLS = [uri.replace("http://", "https://") for uri in IN_CLEAR]


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    with FakeWeb([byte_site()]) as fake:
        yield fake


def one_night(folder: Path, web: FakeWeb, uris: list[str]) -> House:
    house = House(folder, web, exchange_deadline_s=1.0)
    house.cite(uris)
    ran = house.night()
    assert ran.status in (0, 1), ran.log[-2000:]
    return house


@pytest.fixture(scope="module")
def house(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> House:
    """One night over every byte case in the clear."""
    return one_night(tmp_path_factory.mktemp("clear"), web, IN_CLEAR)


@pytest.fixture(scope="module")
def records(house: House, web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> list[Stored]:
    """The records of that night, and of another over TLS with an archive of its own: neither revisits the other."""
    over_tls = one_night(tmp_path_factory.mktemp("tls"), web, OVER_TLS)
    return [*records_of(house.archive), *records_of(over_tls.archive)]


def of(records: list[Stored], uri: str, *kinds: str) -> list[Stored]:
    return [record for record in records if record.uri == uri and record.kind in kinds]


@pytest.mark.parametrize("uri", sorted({*IN_CLEAR, *OVER_TLS}))
def test_requests_are_the_bytes_the_server_received(records: list[Stored], web: FakeWeb, uri: str) -> None:
    served = [exchange.request for exchange in web.log.for_uri(uri)]
    assert served, f"{uri} was never asked for"
    assert [record.block for record in of(records, uri, "request")] == served


@pytest.mark.parametrize("uri", sorted({*IN_CLEAR, *OVER_TLS}))
def test_interim_heads_and_responses_are_the_bytes_the_server_sent(
    records: list[Stored], web: FakeWeb, uri: str
) -> None:
    answers = of(records, uri, "response", "revisit")
    interims = [interim_of(record.block) for record in of(records, uri, "metadata")]
    sent = [exchange.response for exchange in web.log.for_uri(uri)]
    assert len(sent) == len(answers)
    for interim, answer, whole in zip(interims, answers, sent, strict=True):
        stored = interim + answer.block
        # What is asked twice in a night, and answers the same, is a revisit the second time: its head alone.
        assert stored == (whole[: len(stored)] if answer.kind == "revisit" else whole), (
            "the archive would not hold what was sent"
        )
    assert any(answer.kind == "response" for answer in answers)


@pytest.mark.parametrize("name", BYTE_CASES)
def test_what_was_cut_says_so(records: list[Stored], name: str) -> None:
    answers = of(records, uri_of(name), "response")
    assert answers, f"{name} was not archived at all"
    for answer in answers:
        assert answer.fields.get("WARC-Truncated") == BYTE_CASES[name].truncated


@pytest.mark.parametrize("name", [name for name, case in BYTE_CASES.items() if case.payload and case.status == 200])
def test_archive_get_gives_the_exact_payload(house: House, name: str, tmp_path: Path) -> None:
    case, copy = BYTE_CASES[name], tmp_path / "copy"
    got = house.run("archive", "get", uri_of(name), "--raw", "-o", str(copy))
    assert (got.status, got.log) == (0, "")
    assert copy.read_bytes() == case.payload, "an editor would be handed another document than was archived"


def test_warcio_check_rejects_the_chunked_records_and_no_other(house: House) -> None:
    # warcio hashes chunk framing into the payload digest (warcio issues 74 and 75); ours has none.
    chunked = {
        record.fields["WARC-Record-ID"]
        for record in records_of(house.archive)
        if record.kind == "response" and b"transfer-encoding: chunked" in record.block.lower()
    }
    rejected: list[str] = []
    for path in files_of(house.archive):
        words = [sys.executable, "-m", "warcio.cli", "check", str(path)]
        rejected += re.findall(
            r"WARC-Record-ID (\S+)", subprocess.run(words, capture_output=True, text=True, check=False).stdout
        )
    assert set(rejected) == chunked
    assert chunked, "nothing chunked was archived: the exception proves nothing"


def test_every_file_is_whole_gzip(house: House) -> None:
    assert files_of(house.archive)
    for path in files_of(house.archive):
        subprocess.run(["gzip", "-t", str(path)], check=True)
    assert not list((house.archive / "warc").glob("*.open"))


def test_archive_check_proves_every_record_again(house: House) -> None:
    checked = house.run("archive", "check")
    assert checked.status == 0, checked.said
