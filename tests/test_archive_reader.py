"""Reading back: payloads through revisits, what is refused, and which capture to show."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.archive.memento import best_capture
from crawler.archive.reader import read_payload, read_record
from crawler.archive.recording import Recording
from crawler.errors import ArchiveError
from crawler.model import Capture, Failure, RecordType
from tests.test_archive_cdxj import CAPTURE
from tests.test_archive_exchanges import KEY, URI, Archive, an_archive, exchanged, later, page, recorded

__all__ = ["an_archive"]

CODED = gzip.compress(b"<p>coded</p>", mtime=0)
GZIPPED = (
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"%x\r\n%s\r\n0\r\n\r\n" % (len(CODED), CODED)
)


def payload(archive: Archive, capture: Capture) -> bytes:
    return b"".join(read_payload(archive.folder, archive.ledger, capture).pieces)


def test_the_payload_is_dechunked_and_still_coded(archive: Archive) -> None:
    [capture] = archive.keep(recorded(GZIPPED))
    assert payload(archive, capture) == CODED


def test_a_revisit_gives_its_own_head_and_the_original_payload(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    moved = page().replace(b'"v1"', b'"v2"')
    [again] = archive.keep(recorded(moved, at=later(1)))
    found = read_payload(archive.folder, archive.ledger, again)
    assert (found.head.value("ETag"), found.original) == ('"v2"', first)
    assert (b"".join(found.pieces), found.length_bytes) == (b"<p>hello</p>", 12)


def test_a_304_gives_the_original_with_both_dates(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    [again] = archive.keep(recorded(page(), at=later(1)))
    [asked] = archive.keep(recorded(b"HTTP/1.1 304 Not Modified\r\n\r\n", revalidated=again, at=later(2)))
    found = read_payload(archive.folder, archive.ledger, asked)
    assert b"".join(found.pieces) == b"<p>hello</p>"
    assert (found.head.status, found.head.value("content-type")) == (200, "text/html; charset=UTF-8")
    assert (found.capture.seen_at, found.original.seen_at) == (later(2), first.seen_at)


def test_a_cut_body_gives_what_came(archive: Archive) -> None:
    cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nwor"
    [capture] = archive.keep(Recording(exchanged(cut, failure=Failure.RESET), KEY))
    assert payload(archive, capture) == b"hellowor"


def test_half_a_head_is_archived_but_cannot_be_shown(archive: Archive) -> None:
    [capture] = archive.keep(Recording(exchanged(b"HTTP/1.1 20", failure=Failure.RESET), KEY))
    assert (capture.status, capture.digest) == (0, "-")
    with read_record(archive.folder, capture) as record:
        assert record.block.read() == b"HTTP/1.1 20"
    with pytest.raises(ArchiveError, match="broke off inside its head"):
        payload(archive, capture)


# ---------------------------------------------------------------- broken


def forget(_: Path, capture: Capture) -> Capture:
    return replace(capture, record_id="<urn:uuid:other>")


def shift(_: Path, capture: Capture) -> Capture:
    return replace(capture, offset=capture.offset + 1)


def redigest(_: Path, capture: Capture) -> Capture:
    return replace(capture, digest="sha256:" + "0" * 64)


def lengthen(_: Path, capture: Capture) -> Capture:
    return replace(capture, length=capture.length + 1)


def unlink(path: Path, capture: Capture) -> Capture:
    path.unlink()
    return capture


def cut(path: Path, capture: Capture) -> Capture:
    path.write_bytes(path.read_bytes()[: capture.offset + capture.length - 1])
    return capture


def blank(path: Path, capture: Capture) -> Capture:
    path.write_bytes(b"\0" * path.stat().st_size)
    return capture


def recode(path: Path, capture: Capture) -> Capture:
    """A forger who packs the altered record again, digests untouched."""
    octets = path.read_bytes()
    forged = gzip.compress(gzip.decompress(octets[capture.offset :]).replace(b"hello", b"hullo"))
    path.write_bytes(octets[: capture.offset] + forged)
    return replace(capture, length=len(forged))


@pytest.mark.parametrize("break_it", [forget, shift, redigest, lengthen, unlink, cut, blank, recode])
def test_what_does_not_hold_is_never_handed_out(archive: Archive, break_it: Callable[[Path, Capture], Capture]) -> None:
    [capture] = archive.keep(recorded(page()))
    broken = break_it(archive.files()[0], capture)
    with pytest.raises(ArchiveError):
        read_payload(archive.folder, archive.ledger, broken)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_no_flipped_bit_passes_for_the_page(archive: Archive, data: st.DataObject) -> None:
    [capture] = list(archive.ledger.all_captures()) or archive.keep(recorded(page()))
    path = archive.files()[0]
    octets = path.read_bytes()
    place = data.draw(st.integers(capture.offset, capture.offset + capture.length - 1))
    flipped = bytearray(octets)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(flipped)
    try:
        assert payload(archive, capture) == b"<p>hello</p>"
    except ArchiveError:
        pass
    finally:
        path.write_bytes(octets)


def test_a_revisit_whose_original_is_not_indexed(archive: Archive) -> None:
    [capture] = archive.keep(recorded(page()))
    nowhere = f"sha256:{'0' * 64}"
    orphan = replace(capture, record_type=RecordType.REVISIT, refers_to="<urn:uuid:none>", digest=nowhere)
    with pytest.raises(ArchiveError) as raised:
        read_payload(archive.folder, archive.ledger, orphan)
    told = str(raised.value)
    assert told.startswith(f"{URI}: the answer of 2026-01-02 repeats one that is lost"), "nobody would know which page"
    assert told.endswith("restore its WARC file from a backup and run `evercite archive reindex`"), "nor what to do"


def test_a_lost_page_is_named_without_a_readers_address(archive: Archive) -> None:
    """What a mailed link carries belongs to a subscriber."""
    [capture] = archive.keep(recorded(page(), uri="https://www.example.org/tide?email=reader@example.org"))
    orphan = replace(capture, record_type=RecordType.REVISIT, refers_to="<urn:uuid:none>", digest="sha256:0")
    with pytest.raises(ArchiveError) as raised:
        read_payload(archive.folder, archive.ledger, orphan)
    assert "www.example.org/tide" in str(raised.value)
    assert "reader@example.org" not in str(raised.value), "a subscriber's address would be mailed around"


# ---------------------------------------------------------------- which one


def shown(day: int, status: int = 200, uri: str = URI, length: int = 9, not_modified: bool = False) -> Capture:
    return replace(
        CAPTURE, uri=uri, status=status, payload_length=length, not_modified=not_modified, seen_at=later(day)
    )


@pytest.mark.parametrize(
    ("captures", "at", "best"),
    [
        ([shown(0), shown(5), shown(9)], 4, 1),
        ([shown(0), shown(5), shown(9)], None, 2),
        ([shown(2), shown(4)], 3, 0),
        ([shown(0), shown(5, 404)], 5, 0),
        ([shown(0), shown(5, 304, not_modified=True)], 5, 1),
        ([shown(0), shown(5, length=0)], 5, 0),
        ([shown(0), shown(5, uri=URI + "#")], 5, 0),
        ([shown(0, 404), shown(5, uri=URI.replace("https", "http"))], 0, 1),
        ([shown(0, 404), shown(5, 500)], 4, 1),
        ([], 0, None),
    ],
    ids=["near", "newest", "tie", "not a 404", "304", "not empty", "exact uri", "variant", "only errors", "none"],
)
def test_the_copy_an_editor_gets(captures: list[Capture], at: int | None, best: int | None) -> None:
    found = best_capture(captures, URI, None if at is None else later(at))
    assert found == (None if best is None else captures[best])


def test_a_memento_is_found_by_uri_and_by_key(archive: Archive) -> None:
    [kept] = archive.keep(recorded(page()))
    assert best_capture(archive.ledger.captures_of(URI, "other key"), URI, None) == kept
    variant = "http://www.example.org/a?b=c"
    assert best_capture(archive.ledger.captures_of(variant, KEY), variant, later(3)) == kept
    never = "https://www.example.org/never"
    assert best_capture(archive.ledger.captures_of(never, "org,example)/never"), never, None) is None
