"""The writer: real files, what other tools say of them, and disks that fail."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.archive.members import compress_member
from crawler.archive.merge import FAN_IN, merge_index
from crawler.archive.openfile import _bytes_of, ready
from crawler.archive.reader import read_payload
from crawler.archive.recording import Recording
from crawler.archive.records import Profile, WarcRecord
from crawler.errors import ArchiveError
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, Failure, RecordType, Tls, Truncated
from tests.test_archive_exchanges import (
    AT,
    KEY,
    NIGHT,
    URI,
    Archive,
    an_archive,
    block_of,
    exchanged,
    labelled,
    later,
    member_at,
    page,
    recorded,
    records_in,
)

__all__ = ["an_archive"]

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n"
ODD = (
    b"hTTP/1.1 200 Fine By Me\r\nX-Twice: 1\r\nx-twice: 2\r\nX-Latin: caf\xe9\r\n"
    b"X-Folded: a\r\n\tb\r\nno colon here\r\nContent-Length: 3\r\n\r\n\x00\xff\n"
)
NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nDate: Fri, 02 Jan 2026 02:00:03 GMT\r\n\r\n"
TLS = Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", b"a certificate")


@pytest.mark.parametrize("wire", [page(), CHUNKED, ODD, b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.0 200 OK\n\nbare"])
def test_the_block_on_disk_is_the_wire(archive: Archive, wire: bytes) -> None:
    [capture] = archive.keep(recorded(wire))
    member = member_at(archive, capture)
    assert member.partition(b"\r\n\r\n")[2] == wire + b"\r\n\r\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(value=st.binary().filter(lambda v: b"\n" not in v), body=st.binary(max_size=4000))
def test_any_header_value_and_body_come_back(archive: Archive, value: bytes, body: bytes) -> None:
    wire = b"HTTP/1.1 200 OK\r\nX-Any: " + value + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    [capture] = archive.keep(recorded(wire))
    if capture.record_type is RecordType.RESPONSE:
        assert block_of(archive, capture) == wire
    payload = read_payload(archive.folder, archive.ledger, capture)
    assert b"".join(payload.pieces) == body


def test_a_file_begins_with_warcinfo_and_keeps_each_exchange_together(archive: Archive) -> None:
    writer = archive.writer()
    writer.write([recorded(page()), recorded(ODD)])
    [unfinished] = archive.files()
    assert unfinished.name.endswith(".warc.gz.open")
    writer.close()
    [path] = archive.files()
    assert re.fullmatch(r"evercite-20260102020003\d{3}-00001-[A-Za-z0-9._-]+\.warc\.gz", path.name)
    kept = records_in(path)
    assert [record.value("WARC-Type") for record in kept] == [
        "warcinfo",
        *["response", "request", "metadata"] * 2,
    ]
    assert kept[0].value("WARC-Filename") == path.name
    assert {record.value("WARC-Warcinfo-ID") for record in kept[1:]} == {kept[0].value("WARC-Record-ID")}
    ids = [record.value("WARC-Record-ID") for record in kept]
    assert len(set(ids)) == len(ids)


def test_every_capture_is_indexed_when_write_returns(archive: Archive) -> None:
    writer = archive.writer()
    captures = writer.write([recorded(page()), recorded(CHUNKED), silent()])
    assert captures[2] is None, "nothing was answered, so there is nothing to show"
    assert archive.ledger.captures_in(captures[0].filename if captures[0] else "") == captures[:2]
    writer.close()
    assert captures[1] is not None
    assert captures[1].digest == labelled(b"hello"), "the payload digest must not cover chunk framing"
    assert (captures[1].payload_length, captures[1].status, captures[1].night) == (5, 200, NIGHT.id)


def silent() -> Recording:
    return Recording(exchanged(b"", failure=Failure.TIMEOUT), KEY)


def test_nothing_asked_leaves_no_file(archive: Archive) -> None:
    writer = archive.writer()
    assert writer.write([Recording(exchanged(b"", sent=b"", failure=Failure.REFUSED), KEY)]) == [None]
    assert writer.write([]) == []
    writer.close()
    assert archive.files() == []


def test_a_certificate_is_kept_once_a_host(archive: Archive) -> None:
    first = Recording(exchanged(page(), tls=TLS), KEY)
    again = Recording(exchanged(page(b"other"), tls=TLS), KEY)
    archive.keep(first, again)
    resources = [record for record in records_in(archive.files()[0]) if record.value("WARC-Type") == "resource"]
    assert [record.block for record in resources] == [b"a certificate"]
    assert (resources[0].value("WARC-Target-URI") or "").startswith("ni://www.example.org/sha-256;")


def test_resources_of_the_night(archive: Archive) -> None:
    writer = archive.writer()
    record_id = writer.write_resource("urn:evercite:report", "application/json", b"{}")
    writer.close()
    kept = records_in(archive.files()[0])[-1]
    assert (kept.value("WARC-Record-ID"), kept.value("WARC-Type"), kept.block) == (record_id, "resource", b"{}")
    assert kept.value("WARC-Payload-Digest") == labelled(b"{}")


# ---------------------------------------------------------------- files


def test_a_file_is_closed_before_the_exchange_that_would_cross_its_size(archive: Archive) -> None:
    writer = archive.writer(max_file_bytes=200_000)
    noise = [os.urandom(60_000) for _ in range(6)]
    captures = writer.write([recorded(page(body)) for body in noise])
    writer.close()
    assert len(archive.files()) > 1
    assert all(path.stat().st_size <= 200_000 for path in archive.files())
    for path in archive.files():
        kinds = [record.value("WARC-Type") for record in records_in(path)]
        assert kinds == ["warcinfo", *["response", "request", "metadata"] * (len(kinds) // 3)]
    assert [block_of(archive, capture) for capture in captures if capture] == [page(body) for body in noise]


def test_one_larger_than_a_file_gets_its_own(archive: Archive) -> None:
    writer = archive.writer(max_file_bytes=100_000)
    bodies = [b"a", os.urandom(300_000), b"c"]
    captures = writer.write([recorded(page(body)) for body in bodies])
    writer.close()
    assert len({capture.filename for capture in captures if capture}) == 3


LENGTHS = st.one_of(st.integers(0, 3_000), st.sampled_from([0, 8_000, 15_999, 16_000, 40_000, 70_000]))


@settings(max_examples=40, deadline=None)
@given(
    exchanges=st.lists(st.tuples(LENGTHS, st.booleans(), st.integers(0, 400), st.booleans()), min_size=1, max_size=12),
    group=st.integers(1, 5),
    most=st.sampled_from([1, 6_000, 16_000, 50_000]),
)
def test_no_file_is_larger_but_for_one_exchange(
    exchanges: list[tuple[int, bool, int, bool]], group: int, most: int
) -> None:
    """Bodies that pack and bodies that do not, thousands of links, certificates, in groups."""
    with TemporaryDirectory() as folder:
        archive = Archive(Path(folder) / "archive", Ledger.open(Path(folder) / "archive" / "ledger.sqlite3"))
        writer = archive.writer(max_file_bytes=most)
        recordings = [exchange_of(number, *row) for number, row in enumerate(exchanges)]
        for start in range(0, len(recordings), group):
            writer.write(recordings[start : start + group])
        writer.write_resource("urn:evercite:log", "text/plain", os.urandom(5_000))
        writer.close()
        for path in archive.files():
            kept = records_in(path)
            answers = [one for one in kept if one.value("WARC-Type") == "response"]
            about = {one.value("WARC-Concurrent-To") for one in kept[1:]} - {None}
            assert about <= {one.value("WARC-Record-ID") for one in answers}, "an exchange stands in two files"
            single = len(answers) <= 1 and len(kept) <= 5
            assert path.stat().st_size <= most or single, f"{path.stat().st_size} bytes in a file of at most {most}"
        archive.ledger.close()


def exchange_of(number: int, length: int, packs: bool, links: int, tls: bool) -> Recording:
    body = b"%d " % number + (b"x" * length if packs else os.urandom(length))
    tls_of = Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", os.urandom(900)) if tls else None
    outlinks = tuple(("outlink", f"{os.urandom(20).hex()} L a/@href") for _ in range(links))
    return Recording(exchanged(page(body), uri=f"{URI}{number}", tls=tls_of), KEY, outlinks=lambda: outlinks)


@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, 1_200_000), spooled=st.booleans())
def test_a_record_is_never_longer_than_was_reckoned(length: int, spooled: bool) -> None:
    """Bytes that cannot be packed are the longest."""
    octets = os.urandom(length)
    record = ready(WarcRecord((("WARC-Type", "response"),), BytesIO(octets) if spooled else octets, length))
    assert sum(map(len, compress_member(_bytes_of(record)))) <= record.most_bytes


def test_two_runs_of_one_simulated_time_do_not_collide(archive: Archive) -> None:
    for name in ("evercite-a", "evercite-b"):
        archive.keep(recorded(page(name.encode())), now=AT)
    assert len(archive.files()) == 2


def test_threads_do_not_tear_each_others_groups(archive: Archive) -> None:
    writer = archive.writer()
    groups = [[recorded(page(b"%d-%d" % (i, j))) for j in range(5)] for i in range(8)]
    threads = [threading.Thread(target=writer.write, args=(group,)) for group in groups]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert len(list(archive.ledger.all_captures())) == 40
    assert len(records_in(archive.files()[0])) == 1 + 3 * 40


# ---------------------------------------------------------------- revisits


def test_an_unchanged_page_becomes_a_revisit_of_the_first_answer(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    [second] = archive.keep(recorded(page(), at=later(1)))
    [third] = archive.keep(recorded(page(), at=later(2)))
    assert first.record_type is RecordType.RESPONSE
    assert (second.record_type, second.refers_to) == (RecordType.REVISIT, first.record_id)
    assert third.refers_to == first.record_id, "a revisit must never refer to a revisit"
    assert block_of(archive, second) == page().partition(b"<p>")[0]
    assert archive.ledger.proven_stamp(first.record_id) == archive.files()[0].stat().st_ctime_ns


def test_a_twin_in_the_same_group_is_written_in_full(archive: Archive) -> None:
    captures = archive.keep(recorded(page()), recorded(page()))
    assert [capture.record_type for capture in captures] == [RecordType.RESPONSE, RecordType.RESPONSE]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {}),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", {"failure": Failure.RESET}),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", {"truncated": Truncated.TIME}),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", {}),
    ],
    ids=["empty", "reset", "timeout", "304 nobody asked for"],
)
def test_what_may_not_repeat_is_written_in_full(archive: Archive, first: bytes, second: dict[str, str]) -> None:
    archive.keep(recorded(first))
    [capture] = archive.keep(Recording(exchanged(first, at=later(1), **second), KEY))  # type: ignore[arg-type]
    assert capture.record_type is RecordType.RESPONSE
    assert block_of(archive, capture) == first


def test_a_body_cut_by_our_own_limit_may_repeat(archive: Archive) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    archive.keep(Recording(exchanged(cut, truncated=Truncated.LENGTH), KEY))
    [again] = archive.keep(Recording(exchanged(cut, truncated=Truncated.LENGTH, at=later(1)), KEY))
    assert again.record_type is RecordType.REVISIT


def test_a_304_refers_to_the_answer_behind_a_revisit(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    [unchanged] = archive.keep(recorded(page(), at=later(1)))
    [asked] = archive.keep(recorded(NOT_MODIFIED, revalidated=unchanged, at=later(2)))
    assert (asked.not_modified, asked.refers_to) == (True, first.record_id)
    assert (asked.status, asked.digest, asked.payload_length) == (304, first.digest, first.payload_length)
    assert (asked.etag, asked.mime) == ('"v1"', "text/html"), "what a 304 leaves out still holds"
    assert block_of(archive, asked) == NOT_MODIFIED
    kept = next(record for record in records_in(archive.files()[-1]) if record.value("WARC-Type") == "revisit")
    assert kept.value("WARC-Profile") == Profile.SERVER_NOT_MODIFIED
    assert kept.value("WARC-Refers-To-Target-URI") == URI


def test_no_answer_repeats_one_that_was_seen_later(archive: Archive) -> None:
    """A night of an earlier simulated time, after the others: its copy of a page, and its 304."""
    [first] = archive.keep(recorded(page(), at=later(5)))
    captures = archive.keep(recorded(page()), recorded(NOT_MODIFIED, revalidated=first))
    assert [one.refers_to for one in captures] == [None, None], "a player would show a copy from the future"
    assert [block_of(archive, one) for one in captures] == [page(), NOT_MODIFIED]
    [again] = archive.keep(recorded(page(), at=later(1)))
    assert again.refers_to == captures[0].record_id, "an earlier copy is there, and the page is stored twice"


def test_an_altered_original_is_not_referred_to(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    [first] = archive.keep(recorded(page()))
    path = archive.files()[0]
    octets = bytearray(path.read_bytes())
    octets[first.offset + first.length - 9] ^= 0xFF
    path.write_bytes(octets)
    [second] = archive.keep(recorded(page(), at=later(1)))
    assert second.record_type is RecordType.RESPONSE, "a reference to broken bytes would lose the page"
    assert "written in full" in caplog.text
    [third] = archive.keep(recorded(page(), at=later(2)))
    assert third.refers_to == second.record_id, "the sound copy of the same page serves as original from now on"


def test_an_original_that_was_altered_after_its_proof_is_not_referred_to(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    [second] = archive.keep(recorded(page(), at=later(1)))
    assert second.refers_to == first.record_id
    path = archive.files()[0]
    octets = bytearray(path.read_bytes())
    octets[first.offset + first.length - 9] ^= 0xFF
    path.write_bytes(octets)
    [third] = archive.keep(recorded(page(), at=later(2)))
    assert third.record_type is RecordType.RESPONSE, "a proof of last year was trusted, and the page is lost"


def test_a_missing_file_is_said_once_whatever_it_held(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    pages = {f"https://www.example.org/{n}": page(b"%d" % n) for n in range(20)}
    archive.keep(*[recorded(octets, uri=uri) for uri, octets in pages.items()])
    [lost] = archive.files()
    lost.unlink()
    archive.keep(*[recorded(octets, uri=uri, at=later(1)) for uri, octets in pages.items()])
    [told] = [record.getMessage() for record in caplog.records]
    assert f"{lost} is missing; restore it from a backup" in told


def test_a_proof_that_was_taken_back_is_made_again(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    archive.keep(recorded(page(), at=later(1)))
    archive.ledger.mark_proven({first.record_id: 0})
    [again] = archive.keep(recorded(page(), at=later(2)))
    assert again.refers_to == first.record_id
    assert archive.ledger.proven_stamp(first.record_id) == archive.files()[0].stat().st_ctime_ns


def test_a_deleted_original_is_not_referred_to_even_when_it_was_verified(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    archive.keep(recorded(page(), at=later(1)))
    archive.files()[0].unlink()
    captures = archive.keep(recorded(page(), at=later(2)), recorded(NOT_MODIFIED, revalidated=first, at=later(2)))
    assert [capture.record_type for capture in captures] == [RecordType.RESPONSE] * 2
    assert block_of(archive, captures[0]) == page()


# ---------------------------------------------------------------- CDXJ


def test_cdxj_beside_each_file_and_of_all(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    [again, gone] = archive.keep(
        recorded(page(), at=later(1)), recorded(b"HTTP/1.1 404 Not Found\r\n\r\nx", uri="https://www.example.org/0")
    )
    archive.keep(recorded(NOT_MODIFIED, revalidated=first, at=later(2)))
    index = merge_index(archive.folder)
    common = f'"digest": "{first.digest}", "length": '
    assert index.read_text().splitlines() == [
        f'org,example)/0 20260102020003123 {{"url": "https://www.example.org/0", "mime": "unk", "status": "404", '
        f'"digest": "{labelled(b"x")}", "length": "{gone.length}", "offset": "{gone.offset}", '
        f'"filename": "{gone.filename}"}}',
        f'{KEY} 20260102020003123 {{"url": "{URI}", "mime": "text/html", "status": "200", {common}'
        f'"{first.length}", "offset": "{first.offset}", "filename": "{first.filename}"}}',
        f'{KEY} 20260103020003123 {{"url": "{URI}", "mime": "warc/revisit", "status": "200", {common}'
        f'"{again.length}", "offset": "{again.offset}", "filename": "{again.filename}"}}',
    ]
    assert sorted(name for name in archive.names() if name.endswith(".cdxj")) == [
        path.name.replace(".warc.gz", ".cdxj") for path in archive.files()
    ]


def test_years_of_files_merge_with_few_of_them_open(archive: Archive) -> None:
    folder = archive.folder / "warc"
    folder.mkdir()
    lines = [b"org,example)/%05d 20260102020003123 {}\n" % number for number in range(3 * FAN_IN + 5)]
    for number, line in enumerate(reversed(lines)):
        (folder / f"{number}.cdxj").write_bytes(line)
    assert merge_index(archive.folder).read_bytes() == b"".join(lines)


# ---------------------------------------------------------------- other tools


def test_other_tools_find_nothing_wrong(archive: Archive) -> None:
    writer = archive.writer()
    writer.write([recorded(page()), recorded(ODD), silent(), Recording(exchanged(page(b"tls"), tls=TLS), KEY)])
    writer.close()
    archive.keep(recorded(page(), at=later(1)))
    for path in archive.files():
        assert gzip.decompress(path.read_bytes())
        assert ran("gzip", "-t", str(path)) == ""
        assert ran(sys.executable, "-m", "warcio.cli", "check", str(path)) == ""
        assert ran(sys.executable, "-m", "fastwarc.cli", "check", "-q", str(path)) == ""


def test_warcio_rejects_chunked_records_and_no_others(archive: Archive) -> None:
    """It digests the chunk framing (warcio #74, #75); ours is the entity body, as WARC 1.1 §5.9 has it."""
    _, chunked = archive.keep(recorded(page()), recorded(CHUNKED))
    command = [sys.executable, "-m", "warcio.cli", "check", str(archive.files()[0])]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert re.findall(r"WARC-Record-ID (\S+)", said.stdout) == [chunked.record_id]
    assert f"payload digest failed {chunked.digest}" in said.stdout


def ran(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} says: {done.stdout}{done.stderr}"
    return done.stdout


# ---------------------------------------------------------------- failures


def test_a_missing_folder_is_told_in_a_sentence(archive: Archive) -> None:
    writer = archive.writer()
    shutil.rmtree(archive.folder)
    with pytest.raises(ArchiveError, match="is missing; restore it"):
        writer.write([recorded(page())])


def test_a_file_where_the_folder_should_be(archive: Archive) -> None:
    (archive.folder / "warc").write_text("")
    with pytest.raises(ArchiveError, match="cannot be written"):
        archive.writer().write([recorded(page())])


def test_a_file_removed_while_it_is_written_is_noticed(archive: Archive) -> None:
    writer = archive.writer()
    writer.write([recorded(page())])
    archive.files()[0].unlink()
    with pytest.raises(ArchiveError, match="was removed while"):
        writer.write([recorded(ODD)])


def test_a_recording_that_is_not_what_it_says_leaves_no_trace(archive: Archive) -> None:
    writer = archive.writer()
    writer.write([recorded(page())])
    size = archive.files()[0].stat().st_size
    short = recorded(ODD)
    short.exchange.received_length += 1
    with pytest.raises(ArchiveError, match="1 bytes short"):
        writer.write([recorded(page(b"another")), short])
    assert archive.files()[0].stat().st_size == size
    assert len(list(archive.ledger.all_captures())) == 1
    writer.write([recorded(ODD)])
    writer.close()
    assert len(records_in(archive.files()[0])) == 7


def test_a_first_group_that_fails_leaves_no_file_without_warcinfo(archive: Archive) -> None:
    writer = archive.writer()
    short = recorded(ODD)
    short.exchange.received_length += 1
    with pytest.raises(ArchiveError):
        writer.write([short])
    writer.write([recorded(page())])
    writer.close()
    assert records_in(archive.files()[0])[0].value("WARC-Type") == "warcinfo"


REFUSE = "CREATE TRIGGER refuse BEFORE INSERT ON captures BEGIN SELECT RAISE(ABORT, 'disk is full'); END"


def test_when_only_the_index_fails_the_bytes_stay_for_recovery(archive: Archive) -> None:
    writer = archive.writer()
    with archive.ledger._writing() as database:
        database.execute(REFUSE)
    with pytest.raises(Exception, match="disk is full"):
        writer.write([recorded(page())])
    writer.close()
    [left] = archive.files()
    assert left.name.endswith(".open")
    assert [record.block for record in records_in(left) if record.value("WARC-Type") == "response"] == [page()]


FULL_DISK = """
import resource, sys
from pathlib import Path
from crawler.errors import ArchiveError
from crawler.ledger.ledger import Ledger
from tests.test_archive_exchanges import Archive, page, recorded
import os

folder = Path(sys.argv[1])
archive = Archive(folder, Ledger.open(folder / "ledger.sqlite3"))
writer = archive.writer()
writer.write([recorded(page(b"kept"))])
limit = 4_000_000  # the ledger stays below it
big = recorded(page(os.urandom(6_000_000)))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    writer.write([recorded(page(b"lost with its group")), big])
except ArchiveError as error:
    print(error)
writer.write([recorded(page(b"kept as well"))])
writer.close()
"""


def test_a_disk_that_takes_no_more_leaves_whole_what_was_archived(archive: Archive) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(archive.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "cannot be written: the system allows no larger file" in done.stdout
    [path] = archive.files()
    blocks = [record.block for record in records_in(path) if record.value("WARC-Type") == "response"]
    assert blocks == [page(b"kept"), page(b"kept as well")]
    assert [c.digest for c in archive.ledger.captures_in(path.name)] == [labelled(b"kept"), labelled(b"kept as well")]


BIG_BODY = """
import hashlib, resource, sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from crawler.archive.reader import read_payload
from crawler.ledger.ledger import Ledger
from tests.test_archive_exchanges import KEY, Archive, exchanged
from crawler.archive.recording import Recording

SIZE = 300 << 20
folder = Path(sys.argv[1])
archive = Archive(folder, Ledger.open(folder / "ledger.sqlite3"))
exchange = exchanged(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % SIZE)
exchange.received = TemporaryFile()
piece = bytes(range(256)) * 4096
head = b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % SIZE
exchange.received.write(head)
block, payload = hashlib.sha256(head), hashlib.sha256()
for _ in range(300):
    exchange.received.write(piece); block.update(piece); payload.update(piece)
exchange.received_length, exchange.payload_length = len(head) + SIZE, SIZE
exchange.block_digest, exchange.payload_digest = "sha256:" + block.hexdigest(), "sha256:" + payload.hexdigest()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
[capture] = archive.keep(Recording(exchange, KEY))
read = read_payload(folder, archive.ledger, capture)
assert read.length_bytes == SIZE
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_body_of_300_mib_needs_little_memory(archive: Archive) -> None:
    grown_kib = int(ran(sys.executable, "-c", textwrap.dedent(BIG_BODY), str(archive.folder)))
    assert grown_kib < 100 * 1024, "a big file would take the machine's memory with it"


def captured(captures: Sequence[Capture | None]) -> list[Capture]:
    return [capture for capture in captures if capture]


ON_THE_LOOP = """
import asyncio, os, sys, threading
from pathlib import Path
from crawler.fetch.scribe import Scribe
from crawler.ledger.ledger import Ledger
from tests.test_archive_exchanges import Archive, page, recorded

folder = Path(sys.argv[1])
archive = Archive(folder, Ledger.open(folder / "ledger.sqlite3"))
scribe = Scribe(archive.writer(max_file_bytes=50_000), archive.ledger)
waits = {"fsync", "rename", "replace", "ftruncate", "execute", "executemany"}
met = []

def watch(frame, event, called):
    if event == "c_call" and called.__name__ in waits:
        met.append(called.__name__)

async def night():
    for turn in range(5):
        recordings = [recorded(page(os.urandom(9_000)), uri=f"https://www.example.org/{turn}.{n}") for n in range(6)]
        await asyncio.gather(*map(scribe.archive, recordings))

sys.setprofile(watch)  # of this thread, the loop's
asyncio.run(night())
sys.setprofile(None)
scribe.close()
print(len(archive.files()), len(list(folder.glob("warc/*.cdxj"))), sorted(set(met)))
"""


def test_the_event_loop_never_waits_for_the_disk(archive: Archive) -> None:
    """Files are closed, renamed and indexed in the middle of the night, all of it on the scribe's thread."""
    said = ran(sys.executable, "-c", textwrap.dedent(ON_THE_LOOP), str(archive.folder))
    files, listed, met = said.split(maxsplit=2)
    assert int(files) > 5
    assert int(listed) == int(files) - 1, "the last file is still open"
    assert met.strip() == "[]", "every fetch of the night would stand still meanwhile"


def test_a_read_only_folder_is_told_in_a_sentence() -> None:
    """As an ordinary user: the system lets root through, so root becomes nobody first."""
    script = """
    import os, sys
    from pathlib import Path
    from crawler.clock import Clock
    from crawler.archive.writer import ArchiveWriter
    from crawler.errors import ArchiveError
    from crawler.ledger.ledger import Ledger
    from tests.test_archive_exchanges import INFO, NIGHT, page, recorded
    ledger = Ledger.open(Path(sys.argv[1]) / "ledger.sqlite3")
    recording = recorded(page())
    if os.getuid() == 0:
        os.setuid(65534)
    try:
        ArchiveWriter(Path(sys.argv[1]), ledger, NIGHT, Clock(), INFO).write([recording])
    except ArchiveError as error:
        print(error)
    """
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "warc").mkdir(mode=0o555)
        said = ran(sys.executable, "-c", textwrap.dedent(script), folder)
    assert "we may not write there; correct its permissions" in said


def test_reading_while_the_night_writes(archive: Archive) -> None:
    writer = archive.writer()
    [capture] = captured(writer.write([recorded(page())]))
    before = b"".join(read_payload(archive.folder, archive.ledger, capture).pieces)
    writer.close()
    after = b"".join(read_payload(archive.folder, archive.ledger, capture).pieces)
    assert before == after == b"<p>hello</p>", "a capture must stay readable through the renaming of its file"
