"""What a crash leaves, byte by byte, and what the next night makes of it."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crawler.archive.cdxj import write_lines
from crawler.archive.check import check
from crawler.archive.files import cdxj_of
from crawler.archive.merge import merge_index
from crawler.archive.reader import read_payload
from crawler.archive.recovery import recover, reindex
from crawler.archive.repair import Repair
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, RecordType
from tests.test_archive_exchanges import (
    Archive,
    a_folder_in_memory,
    an_archive,
    block_of,
    damages_in,
    key_of,
    later,
    page,
    recorded,
    records_in,
)

__all__ = ["a_folder_in_memory", "an_archive"]

NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


@dataclass
class Torn:
    """A file that a crash left `.open`: its bytes, what was committed in it, and all its answers."""

    name: str
    octets: bytes
    committed: list[Capture]
    answers: list[Capture]
    ends: list[int]

    ledger: Ledger = field(default_factory=lambda: Ledger.open(Path(":memory:")))

    def lay(self, folder: Path, octets: bytes) -> Archive:
        """A fresh archive with these bytes in the unfinished file and only the committed rows in its index."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "warc").mkdir(parents=True)
        (folder / "warc" / self.name).write_bytes(octets)
        with self.ledger._writing() as database:
            database.execute("DELETE FROM captures")
        self.ledger.add_captures(self.committed)
        return Archive(folder, self.ledger)


@pytest.fixture(name="torn")
def a_torn_file(archive: Archive) -> Torn:
    """Two groups: the first committed, the second on the disk but not in the index."""
    writer = archive.writer()
    first = writer.write([recorded(page(b"one")), recorded(page(b"two"))])
    second = writer.write([recorded(page(b"three"))])
    [path] = archive.files()
    return Torn(
        name=path.name,
        octets=path.read_bytes(),
        committed=[capture for capture in first if capture],
        answers=[capture for capture in first + second if capture],
        ends=[record.offset + record.length for record in records_in(path)],
    )


def test_cut_at_every_byte_nothing_committed_is_lost(torn: Torn, memory: Path) -> None:
    """From the last commit on, at every byte: response, request and metadata of the last exchange."""
    committed_end = torn.ends[6]
    for length in range(committed_end, len(torn.octets) + 1):
        archive = torn.lay(memory / "torn", torn.octets[:length])
        said = recover(archive.folder, archive.ledger, key_of)
        whole = [end for end in torn.ends if end <= length]
        [path] = archive.files()
        assert path.name == torn.name.removesuffix(".open")
        assert path.read_bytes() == torn.octets[: whole[-1]], (
            f"cut at byte {length}: a torn record stayed, or more went"
        )
        answers = [c for c in torn.answers if c.offset + c.length <= length]
        assert archive.ledger.captures_in(path.name) == answers, f"cut at byte {length}: {said}"
        assert cdxj_of(path).read_bytes() == b"".join(write_lines(answers))
        assert f"{len(whole)} records kept" in said[0]


def test_a_recovered_file_is_whole_for_everyone(torn: Torn, tmp_path: Path) -> None:
    archive = torn.lay(tmp_path / "torn", torn.octets[:-5])
    [said] = recover(archive.folder, archive.ledger, key_of)
    assert said.startswith(torn.name.removesuffix(".open"))
    [path] = archive.files()
    assert gzip.decompress(path.read_bytes())
    assert not damages_in(path)
    for capture, body in zip(torn.answers, [b"one", b"two", b"three"], strict=True):
        assert b"".join(read_payload(archive.folder, archive.ledger, capture).pieces) == body
    assert recover(archive.folder, archive.ledger, key_of) == [], "a second start must find nothing to do"


@pytest.mark.parametrize(
    "tail",
    [b"\0" * 5000, b"garbage" * 100, b"\x1f\x8b\x08\x00", gzip.compress(b"not a record"), b"\x1f\x8b" * 9],
    ids=["NULs", "garbage", "half a gzip header", "a member that is no record", "magic only"],
)
def test_a_tail_that_is_no_record_is_cut_off(torn: Torn, tmp_path: Path, tail: bytes) -> None:
    archive = torn.lay(tmp_path / "torn", torn.octets + tail)
    [said] = recover(archive.folder, archive.ledger, key_of)
    assert f"{len(tail):,} bytes of a torn record cut off" in said
    assert archive.files()[0].read_bytes() == torn.octets


@pytest.mark.parametrize("length", [0, 1, 30])
def test_a_file_that_holds_nothing_goes(torn: Torn, tmp_path: Path, length: int) -> None:
    torn.committed.clear()
    archive = torn.lay(tmp_path / "torn", torn.octets[:length])
    assert recover(archive.folder, archive.ledger, key_of) == [
        f"{torn.name.removesuffix('.open')} was unfinished and held nothing; it is removed."
    ]
    assert archive.files() == []


def test_damage_in_the_middle_does_not_take_the_rest_along(torn: Torn, tmp_path: Path) -> None:
    octets = bytearray(torn.octets)
    octets[torn.committed[0].offset + 30] ^= 0xFF
    archive = torn.lay(tmp_path / "torn", bytes(octets) + b"torn")
    [said] = recover(archive.folder, archive.ledger, key_of)
    assert archive.files()[0].read_bytes() == octets, "indexed records behind the damage must stay"
    assert "1 broken place inside it" in said
    assert block_of(archive, torn.answers[1]) == page(b"two")
    assert block_of(archive, torn.answers[2]) == page(b"three")


def test_a_disk_that_lost_what_it_had_confirmed(torn: Torn, tmp_path: Path) -> None:
    second = torn.committed[1]
    archive = torn.lay(tmp_path / "torn", torn.octets[: second.offset + 20])
    [said] = recover(archive.folder, archive.ledger, key_of)
    assert "20 bytes of a torn record cut off" in said
    assert "1 indexed answer is gone" in said
    assert "(https://www.example.org/a?b=c)" in said
    [path] = archive.files()
    assert not damages_in(path)
    assert cdxj_of(path).read_bytes() == b"".join(write_lines(torn.committed[:1]))
    assert archive.ledger.captures_in(path.name) == torn.committed[:1], "a page would be shown that is not there"
    assert check(archive.folder, archive.ledger).sentences() == []


def test_renamed_but_not_indexed(torn: Torn, tmp_path: Path) -> None:
    archive = torn.lay(tmp_path / "torn", torn.octets)
    [unfinished] = archive.files()
    final = unfinished.rename(unfinished.with_name(torn.name.removesuffix(".open")))
    [said] = recover(archive.folder, archive.ledger, key_of)
    assert said == f"{final.name} had no CDXJ: 10 records read, 1 answer indexed again."
    assert archive.ledger.captures_in(final.name) == torn.answers
    assert (archive.folder / "index.cdxj").read_bytes() == cdxj_of(final).read_bytes()


def test_a_lost_index_past_damage_without_any_index(archive: Archive) -> None:
    """The records themselves say that they are this file's; those inside a page are never taken for ours."""
    inner = gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n\r\n\r\n", mtime=0)
    captures = archive.keep(recorded(page(os.urandom(300) + inner)), recorded(page(b"two")))
    [path] = archive.files()
    octets = bytearray(path.read_bytes())
    octets[captures[0].offset + captures[0].length - 5] ^= 0xFF
    path.write_bytes(octets)
    cdxj_of(path).unlink()
    blank = Ledger.open(Path(":memory:"))
    [said] = recover(archive.folder, blank, key_of)
    assert said == (
        f"{path.name} had no CDXJ: 6 records read, 1 answer indexed again; 1 broken place inside it"
        " (run `evercite archive check`)."
    )
    assert list(blank.all_captures()) == [captures[1]]


@pytest.mark.parametrize("how", ["reindex", "recover", "repair"])
def test_a_revisit_whose_original_stands_in_a_later_file(archive: Archive, how: str) -> None:
    """The clock was set back between the nights: the files' names do not follow their order."""
    archive.keep(recorded(page()), now=later(5))
    archive.keep(recorded(page(), at=later(1)), now=later(1))
    merge_index(archive.folder)
    before = sorted(archive.ledger.all_captures(), key=str)
    blank = Ledger.open(Path(":memory:"))
    if how == "repair":
        list(Repair(archive.folder, blank, key_of).run())
        assert list(Repair(archive.folder, blank, key_of).run()) == []
    else:
        list({"reindex": reindex, "recover": recover}[how](archive.folder, blank, key_of))
    assert sorted(blank.all_captures(), key=str) == before
    assert check(archive.folder, blank).sentences() == []


def test_a_ledger_that_was_deleted_or_is_older_is_filled_again(archive: Archive) -> None:
    [first] = archive.keep(recorded(page()))
    archive.keep(recorded(page(), at=later(1)))
    archive.keep(recorded(NOT_MODIFIED, revalidated=first, at=later(2)))
    merge_index(archive.folder)
    before = list(archive.ledger.all_captures())
    blank = Ledger.open(Path(":memory:"))
    said = recover(archive.folder, blank, key_of)
    assert [sentence.partition(" ")[2] for sentence in said] == [
        "was not in the index: 4 records read, 1 answer indexed again."
    ] * 3
    assert list(blank.all_captures()) == before
    older = Ledger.open(Path(":memory:"))
    older.add_captures(before[:1])
    assert len(recover(archive.folder, older, key_of)) == 2
    assert recover(archive.folder, older, key_of) == []


def test_a_night_killed_before_its_index_was_merged(archive: Archive) -> None:
    archive.keep(recorded(page()))
    index = merge_index(archive.folder)
    archive.keep(recorded(page(b"two"), uri="https://www.example.org/2"))
    assert recover(archive.folder, archive.ledger, key_of) == []
    assert len(index.read_bytes().splitlines()) == 2, "other tools would not find the last night's pages"
    merged_at = index.stat().st_mtime_ns
    os.utime(index, ns=(merged_at + 10**9, merged_at + 10**9))
    recover(archive.folder, archive.ledger, key_of)
    assert index.stat().st_mtime_ns == merged_at + 10**9, "each start would read the whole index"


def test_a_file_without_answers_is_no_news_each_night(archive: Archive) -> None:
    writer = archive.writer()
    writer.write_resource("urn:evercite:log", "text/plain", b"nothing was cited")
    writer.close()
    merge_index(archive.folder)
    assert recover(archive.folder, archive.ledger, key_of) == []


@pytest.mark.parametrize("cut", [0, 30, None], ids=["empty", "half a warcinfo", "a warcinfo"])
def test_an_index_ahead_of_a_file_that_holds_nothing(torn: Torn, tmp_path: Path, cut: int | None) -> None:
    archive = torn.lay(tmp_path / "torn", torn.octets[: torn.ends[0] if cut is None else cut])
    [said] = recover(archive.folder, archive.ledger, key_of)
    assert "it is removed; 2 indexed answers are gone" in said
    assert (archive.files(), list(archive.ledger.all_captures())) == ([], [])
    assert check(archive.folder, archive.ledger).sentences() == []


@pytest.mark.parametrize("shorter", [0, 1, 200])
@pytest.mark.parametrize("which", ["finished", "unfinished"])
def test_a_file_that_is_there_finished_and_unfinished(torn: Torn, tmp_path: Path, shorter: int, which: str) -> None:
    """As a backup may bring back: whichever holds more stays, and no byte goes that the other has not."""
    archive = torn.lay(tmp_path / "torn", torn.octets if which == "finished" else torn.octets[: -shorter or None])
    [unfinished] = archive.files()
    final = unfinished.with_name(torn.name.removesuffix(".open"))
    final.write_bytes(torn.octets[: -shorter or None] if which == "finished" else torn.octets)
    said = recover(archive.folder, archive.ledger, key_of)
    assert said
    assert [path.name for path in archive.files()] == [final.name]
    assert final.read_bytes() == torn.octets
    assert archive.ledger.captures_in(final.name) == torn.answers
    assert check(archive.folder, archive.ledger).sentences() == []
    assert recover(archive.folder, archive.ledger, key_of) == []


def test_a_finished_and_another_unfinished_file_of_one_name(torn: Torn, tmp_path: Path) -> None:
    archive = torn.lay(tmp_path / "torn", b"something else")
    final = archive.files()[0].with_name(torn.name.removesuffix(".open"))
    final.write_bytes(torn.octets)
    said = recover(archive.folder, archive.ledger, key_of)
    assert "with other records, unfinished; that one is now" in said[0]
    assert final.read_bytes() == torn.octets
    [kept] = (archive.folder / "warc").glob("*.torn")
    assert kept.read_bytes() == b"something else"


def test_two_unfinished_files(torn: Torn, tmp_path: Path) -> None:
    archive = torn.lay(tmp_path / "torn", torn.octets[:-3])
    other = archive.files()[0].with_name(torn.name.replace("-00001-", "-00002-"))
    other.write_bytes(torn.octets[: torn.ends[0]])
    said = recover(archive.folder, archive.ledger, key_of)
    assert [sentence.partition(" was ")[2].split(":")[0] for sentence in said] == [
        "unfinished",
        "unfinished and held nothing; it is removed.",
    ]
    assert archive.ledger.captures_in(archive.files()[0].name) == torn.answers


def test_another_tools_files_are_not_touched(torn: Torn, tmp_path: Path) -> None:
    archive = torn.lay(tmp_path / "torn", torn.octets)
    for name in ("WEB-1.warc.gz", "WEB-2.warc.gz.open", "WEB-3.warc"):
        (archive.folder / "warc" / name).write_bytes(b"not ours")
    recover(archive.folder, archive.ledger, key_of)
    list(reindex(archive.folder, archive.ledger, key_of))
    assert {name for name in archive.names() if name.startswith("WEB")} == {
        "WEB-1.warc.gz",
        "WEB-2.warc.gz.open",
        "WEB-3.warc",
    }


def test_reindex_corrects_what_the_index_says_wrong(archive: Archive) -> None:
    archive.keep(recorded(page()), recorded(page(b"two"), uri="https://www.example.org/2"))
    before = list(archive.ledger.all_captures())
    with archive.ledger._writing() as database:
        database.execute("UPDATE captures SET start = start + 1, digest = 'sha256:0', uri = uri || 'x', verified = 5")
    assert check(archive.folder, archive.ledger).problems
    list(reindex(archive.folder, archive.ledger, key_of))
    assert list(archive.ledger.all_captures()) == before
    assert check(archive.folder, archive.ledger).sentences() == []


def test_half_written_indexes_are_swept(torn: Torn, tmp_path: Path) -> None:
    archive = torn.lay(tmp_path / "torn", torn.octets)
    (archive.folder / "warc" / "old.cdxj.open").write_text("half a li")
    recover(archive.folder, archive.ledger, key_of)
    assert not (archive.folder / "warc" / "old.cdxj.open").exists()


def test_an_archive_that_never_was(tmp_path: Path) -> None:
    assert recover(tmp_path / "none", Ledger.open(Path(":memory:")), key_of) == []


def test_a_lost_index_is_read_again_from_the_files(archive: Archive) -> None:
    """Every field of every capture, revisits and 304s included, comes back as it was."""
    [first] = archive.keep(recorded(page()))
    archive.keep(recorded(page(), at=later(1)), recorded(b"HTTP/1.1 500 No\r\n\r\n", uri="https://www.example.org/x"))
    archive.keep(recorded(NOT_MODIFIED, revalidated=first, at=later(2)), recorded(b"HTT", at=later(2)))
    merge_index(archive.folder)
    before = sorted(archive.ledger.all_captures(), key=lambda capture: capture.record_id)
    indexes = {path: path.read_bytes() for path in archive.folder.rglob("*.cdxj")}
    for path in indexes:
        path.unlink()
    blank = Ledger.open(Path(":memory:"))
    said = list(reindex(archive.folder, blank, key_of))
    assert sorted(blank.all_captures(), key=lambda capture: capture.record_id) == before
    assert {path: path.read_bytes() for path in archive.folder.rglob("*.cdxj")} == indexes
    assert [sentence.partition(": ")[2] for sentence in said] == [
        "4 records read, 1 answer indexed again.",
        "7 records read, 2 answers indexed again.",
        "7 records read, 2 answers indexed again.",
    ]
    assert {capture.record_type for capture in before} == {RecordType.RESPONSE, RecordType.REVISIT}


def test_a_lost_index_and_a_damaged_record(archive: Archive) -> None:
    """The CDXJ beside the file leads past the damage; records inside a page are never taken for ours."""
    inner = gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    captures = archive.keep(recorded(page(inner)), recorded(page(b"two")))
    [path] = archive.files()
    octets = bytearray(path.read_bytes())
    octets[captures[0].offset + captures[0].length - 5] ^= 0xFF
    path.write_bytes(octets)
    blank = Ledger.open(Path(":memory:"))
    [said] = list(reindex(archive.folder, blank, key_of))
    assert "1 broken place inside it" in said
    assert list(blank.all_captures()) == [captures[1]]


KILLED = """
import sys
from pathlib import Path
from crawler.ledger.ledger import Ledger
from tests.test_archive_exchanges import Archive, page, recorded

folder = Path(sys.argv[1])
archive = Archive(folder, Ledger.open(folder / "ledger.sqlite3"))
writer = archive.writer(max_file_bytes=60_000)
for number in range(100_000):
    for capture in writer.write([recorded(page(b"%d.%d" % (number, twin) * 50)) for twin in range(4)]):
        print(capture.record_id, flush=True)
"""


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_a_random_moment(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "archive"
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout is not None
        promised = [writing.stdout.readline().strip()]
        time.sleep(random.Random(seed).uniform(0, 0.3))
        writing.send_signal(signal.SIGKILL)
        promised += [line.strip() for line in writing.stdout if line.endswith("\n")]
    archive = Archive(folder, Ledger.open(folder / "ledger.sqlite3"))
    recover(folder, archive.ledger, key_of)
    assert all(path.name.endswith(".warc.gz") and not damages_in(path) for path in archive.files())
    for record_id in promised:
        capture = archive.ledger.capture_by_record_id(record_id)
        assert capture is not None, "an answer that was said to be safe is gone"
        assert read_payload(folder, archive.ledger, capture).length_bytes == capture.payload_length
    archive.ledger.close()
