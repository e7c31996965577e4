"""`archive check`: a sound archive has no problems, and each way to break one is told."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable

import pytest

from crawler.archive.check import check, render
from crawler.archive.merge import merge_index
from tests.test_archive_exchanges import Archive, an_archive, later, page, recorded

__all__ = ["an_archive"]


@pytest.fixture(name="kept")
def a_kept_archive(archive: Archive) -> Archive:
    """Three nights: an answer and an error, a revisit, a 304."""
    [first, _] = archive.keep(recorded(page()), recorded(b"HTTP/1.1 404 Not Found\r\n\r\nno"))
    archive.keep(recorded(page(), at=later(1)))
    archive.keep(recorded(b"HTTP/1.1 304 Not Modified\r\n\r\n", revalidated=first, at=later(2)))
    merge_index(archive.folder)
    return archive


def test_a_sound_archive(kept: Archive) -> None:
    report = check(kept.folder, kept.ledger)
    assert report.problems == []
    assert (report.files, report.records, report.answers, report.revisits) == (3, 15, 2, 2)
    assert report.length_bytes == sum(path.stat().st_size for path in kept.files())
    assert render(report) == (
        f"3 files, 15 records, 2 answers, 2 revisits, {report.length_bytes} bytes read.\n"
        "Every digest, place and reference holds.\n"
    )


def test_an_empty_archive(archive: Archive) -> None:
    assert check(archive.folder, archive.ledger).problems == []


def test_a_file_being_written_is_a_note(kept: Archive) -> None:
    writer = kept.writer()
    writer.write([recorded(page(b"tonight"))])
    report = check(kept.folder, kept.ledger)
    assert report.problems == []
    assert "is unfinished" in report.notes[0]
    assert render(report).endswith(f"{report.notes[0]}\n")


def flip_a_bit(kept: Archive) -> None:
    path = kept.files()[0]
    octets = bytearray(path.read_bytes())
    capture = kept.ledger.captures_in(path.name)[0]
    octets[capture.offset + capture.length - 6] ^= 1
    path.write_bytes(octets)


def delete_a_file(kept: Archive) -> None:
    kept.files()[0].unlink()


def append_garbage(kept: Archive) -> None:
    with kept.files()[1].open("ab") as file:
        file.write(b"garbage")


def delete_a_cdxj(kept: Archive) -> None:
    next((kept.folder / "warc").glob("*.cdxj")).unlink()


def change_a_cdxj(kept: Archive) -> None:
    path = sorted((kept.folder / "warc").glob("*.cdxj"))[0]
    path.write_bytes(path.read_bytes().replace(b'"200"', b'"201"'))


def delete_the_index(kept: Archive) -> None:
    (kept.folder / "index.cdxj").unlink()


def in_the_ledger(sql: str) -> Callable[[Archive], None]:
    def change(kept: Archive) -> None:
        connection = sqlite3.connect(kept.folder / "ledger.sqlite3")
        with connection:
            connection.execute(sql)
        connection.close()

    return change


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (flip_a_bit, "the gzip member at byte"),
        (flip_a_bit, "whose bytes do not hold"),
        (delete_a_file, "2 indexed answers are lost"),
        (delete_a_file, "whose bytes do not hold"),
        (append_garbage, "the gzip member at byte"),
        (delete_a_cdxj, "has no CDXJ beside it"),
        (change_a_cdxj, "says something else than the index"),
        (change_a_cdxj, "index.cdxj is not what"),
        (delete_the_index, "index.cdxj is missing"),
        (in_the_ledger("DELETE FROM captures WHERE status = 404"), "is not indexed"),
        (in_the_ledger("UPDATE captures SET start = start + 1"), "no record begins at byte"),
        (in_the_ledger("UPDATE captures SET length = length + 1"), "the index says"),
        (in_the_ledger("UPDATE captures SET digest = 'sha256:0'"), "has the digest"),
        (in_the_ledger("UPDATE captures SET uri = uri || 'x'"), "has the uri"),
        (in_the_ledger("UPDATE captures SET seen_at = '2020-01-01T00:00:00+00:00'"), "has the date"),
        (in_the_ledger("UPDATE captures SET refers_to = 'x'"), "has the original"),
        (in_the_ledger("DELETE FROM captures WHERE record_type = 'response'"), "which is no archived answer"),
    ],
)
def test_each_way_to_break_an_archive_is_told(kept: Archive, break_it: Callable[[Archive], None], told: str) -> None:
    break_it(kept)
    report = check(kept.folder, kept.ledger)
    assert any(told in problem for problem in report.problems), f"nobody would know: {report.problems}"
    assert all(problem.endswith(".") for problem in report.problems)
    assert f"{len(report.problems)} problems:" in render(report)


def test_a_forged_record_is_told_by_its_digests(kept: Archive) -> None:
    """Packed again with another body, checksums right, digests old."""
    path = kept.files()[0]
    octets = path.read_bytes()
    capture = kept.ledger.captures_in(path.name)[0]
    end = capture.offset + capture.length
    forged = gzip.compress(gzip.decompress(octets[capture.offset : end]).replace(b"hello", b"hullo"))
    path.write_bytes(octets[: capture.offset] + forged + octets[end:])
    problems = check(kept.folder, kept.ledger).problems
    assert any("its block digest does not hold" in problem for problem in problems)
    assert any("its payload digest does not hold" in problem for problem in problems)
