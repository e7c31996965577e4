"""`archive check`: a sound archive has no problems, and each way to break one is told."""

from __future__ import annotations

import gzip
import sqlite3
import tracemalloc
from collections.abc import Callable

import pytest

from crawler.archive.check import check, check_night
from crawler.archive.findings import Remedy, render
from crawler.archive.merge import merge_index
from crawler.archive.sample import parts_of, prove_part, prove_sample
from crawler.archive.stats import measure
from tests.test_archive_exchanges import NIGHT, Archive, an_archive, later, page, recorded

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
    assert report.sentences() == []
    assert (report.files, report.records, report.answers, report.revisits) == (3, 15, 4, 2)
    assert report.length_bytes == sum(path.stat().st_size for path in kept.files())
    # A block digest each; a payload digest on both answers. The two revisits state their original's.
    assert (report.digests, report.places, report.references, report.indexes) == (17, 4, 2, 4)
    size = f"{report.length_bytes / 1024:.1f} KiB"
    assert render(report) == (
        f"Read: 3 files, 15 records, {size}: 4 answers, of which 2 revisits.\n"
        "Proven: 17 digests, 4 places in the index, 2 revisit targets, 4 CDXJ files.\n"
        "Every digest, place and reference holds.\n"
    )


def test_an_answer_is_one_word_in_the_check_and_in_the_figures(kept: Archive) -> None:
    figures = measure(kept.folder, kept.ledger.all_captures())
    report = check(kept.folder, kept.ledger)
    assert report.answers == figures.answers, "an archivist who compares both would look for answers that never were"
    assert report.revisits == figures.repeated + figures.not_modified


def test_an_empty_archive(archive: Archive) -> None:
    assert check(archive.folder, archive.ledger).sentences() == []


def test_a_file_being_written_is_a_note(kept: Archive) -> None:
    writer = kept.writer()
    writer.write([recorded(page(b"tonight"))])
    with next((kept.folder / "warc").glob("*.open")).open("ab") as file:
        file.write(b"\x1f\x8b\x08\x00 half of the next record")
    report = check(kept.folder, kept.ledger)
    assert report.sentences() == []
    assert "is unfinished" in report.notes[0]
    assert " ".join(render(report).split()).endswith(report.notes[0])


def test_another_tools_file_is_left_alone(kept: Archive) -> None:
    (kept.folder / "warc" / "WEB-20260102-crawler.warc.gz").write_bytes(gzip.compress(b"WARC/1.0 of another tool"))
    report = check(kept.folder, kept.ledger)
    assert report.sentences() == []
    assert report.notes == ["WEB-20260102-crawler.warc.gz was not written by Evercite and is left alone."]


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
        (flip_a_bit, "gzip member at byte"),
        (flip_a_bit, "what it keeps of https://www.example.org/a?b=c of 2026-01-02 is lost"),
        (flip_a_bit, "refers to a record that does not hold"),
        (delete_a_file, "cannot be read (No such file or directory): 2 indexed answers lost"),
        (delete_a_file, "refers to a record that does not hold"),
        (append_garbage, "nothing in the index leads there"),
        (delete_a_cdxj, "The CDXJ beside it is missing"),
        (change_a_cdxj, "says something else than the index"),
        (change_a_cdxj, "index.cdxj is not what"),
        (delete_the_index, "index.cdxj is missing"),
        (in_the_ledger("DELETE FROM captures WHERE status = 404"), "is not indexed"),
        (in_the_ledger("UPDATE captures SET start = start + 1"), "No record begins at byte"),
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
    assert any(told in problem for problem in report.sentences()), f"nobody would know: {report.sentences()}"
    assert all(problem.endswith(".") for problem in report.sentences())
    shown = render(report)
    assert f"{report.count} problem{'s' if report.count > 1 else ''} in" in shown
    assert "evercite archive re" in shown or "backup" in shown, "nobody would know what to do"
    for line in shown.splitlines():
        assert len(line) <= 80 or len(line.split()) <= 2, f"a terminal would break this line: {line}"


def test_the_report_stays_short_however_much_is_broken(archive: Archive) -> None:
    archive.keep(*[recorded(page(b"%d" % number), uri=f"https://www.example.org/{number}") for number in range(322)])
    merge_index(archive.folder)
    in_the_ledger("UPDATE captures SET mime = mime, digest = 'sha256:0'")(archive)
    report = check(archive.folder, archive.ledger)
    assert report.count == 322 + 1, "the CDXJ beside it counts as well"
    assert "and 313 more" in render(report)
    assert len(render(report).splitlines()) < 60


def test_memory_does_not_grow_with_the_archive(archive: Archive) -> None:
    """Files of the same size, four times as many: answers, and as many revisits of them."""
    peaks = []
    for rounds in (range(1), range(1, 4)):
        for number in rounds:
            for day in (0, 1):
                writer = archive.writer(max_file_bytes=10_000)
                uris = [f"https://www.example.org/{number}/{place}" for place in range(30)]
                writer.write([recorded(page(uri.encode()), uri=uri, at=later(day)) for uri in uris])
                writer.close()
        merge_index(archive.folder)
        tracemalloc.start()
        report = check(archive.folder, archive.ledger)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert report.sentences() == []
    assert (report.answers, report.revisits) == (240, 120)
    assert peaks[1] < 1.3 * peaks[0], f"a million records would take the machine's memory: {peaks}"


class TestParts:
    """A night, or a sample, proven alone."""

    def test_a_night_is_proven_with_the_originals_it_refers_to(self, kept: Archive) -> None:
        report = check_night(kept.folder, kept.ledger, NIGHT.id)
        assert (report.files, report.sentences()) == (3, [])
        assert check_night(kept.folder, kept.ledger, "20990101T000000Z").files == 0

    def test_a_broken_original_of_another_night_is_told(self, kept: Archive) -> None:
        later_file = kept.files()[1].name
        in_the_ledger(f"UPDATE captures SET night = 'later' WHERE filename = '{later_file}'")(kept)
        flip_a_bit(kept)
        report = check_night(kept.folder, kept.ledger, "later")
        assert report.files == 1
        [told] = report.sentences()
        assert told.startswith(later_file)
        assert "refers to a record that does not hold" in told

    def test_a_file_without_answers_belongs_to_its_night(self, kept: Archive) -> None:
        writer = kept.writer()
        writer.write_resource("urn:evercite:log", "text/plain", b"nothing was cited")
        writer.close()
        assert check_night(kept.folder, kept.ledger, NIGHT.id).files == 4

    @pytest.mark.parametrize("number_of_answers", [1, 5, 37, 64])
    @pytest.mark.parametrize("bound", [1, 8, 100])
    def test_in_a_row_of_nights_everything_is_proven(
        self, archive: Archive, number_of_answers: int, bound: int
    ) -> None:
        answers = [recorded(page(b"%d" % n), uri=f"https://www.example.org/{n}") for n in range(number_of_answers)]
        archive.keep(*answers)
        of = parts_of(archive.folder, archive.ledger, answers=bound)
        reports = [prove_part(archive.folder, archive.ledger, night, of)[0] for night in range(100, 100 + of)]
        assert sum(report.answers for report in reports) == number_of_answers, "some answers would never be looked at"
        assert sum(report.records for report in reports) == 3 * number_of_answers, "requests and metadata belong to it"
        assert all(report.answers <= bound for report in reports)
        assert not any(report.problems for report in reports)

    def test_bytes_bound_a_part_as_well(self, kept: Archive) -> None:
        assert parts_of(kept.folder, kept.ledger) == 1
        assert parts_of(kept.folder, kept.ledger, length_bytes=1000) >= 4

    @pytest.mark.parametrize("break_it", [flip_a_bit, delete_a_file])
    def test_what_is_broken_is_found_and_never_an_original_again(
        self, kept: Archive, break_it: Callable[[Archive], None]
    ) -> None:
        [first] = [c for c in kept.ledger.captures_in(kept.files()[0].name) if c.status == 200]
        break_it(kept)
        report, broken = prove_part(kept.folder, kept.ledger, 0, 1)
        assert report.sentences()
        assert first.record_id in broken

    def test_a_file_that_is_gone_is_one_problem(self, archive: Archive) -> None:
        """Fifty answers in it, and fifty revisits of them elsewhere."""
        pages = {f"https://www.example.org/{n}": page(b"%d" % n) for n in range(50)}
        for day in (0, 1):
            archive.keep(*[recorded(octets, uri=uri, at=later(day)) for uri, octets in pages.items()])
        lost = archive.files()[0]
        lost.unlink()
        report, broken = prove_part(archive.folder, archive.ledger, 0, 1)
        assert report.lost_files == [lost.name]
        assert report.sentences() == [
            f"{lost.name}: The file cannot be read (No such file or directory): 50 indexed answers lost."
        ], "an archivist would read a hundred lines of one loss"
        assert {one.record_id for one in archive.ledger.captures_in(lost.name)} <= set(broken)
        half, _ = prove_part(archive.folder, archive.ledger, 1, 2)
        assert half.lost_files == [lost.name]

    def test_a_broken_request_beside_an_answer_is_found(self, kept: Archive) -> None:
        first = kept.ledger.captures_in(kept.files()[0].name)[0]
        path = kept.files()[0]
        octets = bytearray(path.read_bytes())
        octets[first.offset + first.length + 40] ^= 1
        path.write_bytes(octets)
        report, _ = prove_part(kept.folder, kept.ledger, 0, 1)
        assert any(f"byte {first.offset + first.length}" in sentence for sentence in report.sentences())

    def test_time_ends_it(self, kept: Archive) -> None:
        ticks = iter([False, True])
        report, _ = prove_part(kept.folder, kept.ledger, 0, 1, lambda: next(ticks))
        assert (report.answers, report.left_out) == (1, "the rest of this part: time was over")

    def test_a_sample_says_what_it_left_out(self, kept: Archive) -> None:
        assert prove_sample(kept.folder, kept.ledger, 100).left_out == ""
        some = prove_sample(kept.folder, kept.ledger, 2)
        assert (some.answers, some.sentences()) == (2, [])
        assert "Left out: 1 of each 2 answers" in render(some)


def test_what_to_do_follows_from_what_is_broken(kept: Archive) -> None:
    append_garbage(kept)
    assert [troubles.remedies for troubles in check(kept.folder, kept.ledger).problems.values()] == [[Remedy.REPAIR]]
    path = kept.files()[0]
    path.write_bytes(b"\0" * 40 + path.read_bytes()[40:])
    remedies = check(kept.folder, kept.ledger).problems[path.name].remedies
    assert remedies == [Remedy.LOST], "the warcinfo of a file is not what a repair could bring back"


def test_a_forged_record_is_told_by_its_digests(kept: Archive) -> None:
    """Packed again with another body, checksums right, digests old."""
    path = kept.files()[0]
    octets = path.read_bytes()
    capture = kept.ledger.captures_in(path.name)[0]
    end = capture.offset + capture.length
    forged = gzip.compress(gzip.decompress(octets[capture.offset : end]).replace(b"hello", b"hullo"))
    path.write_bytes(octets[: capture.offset] + forged + octets[end:])
    problems = check(kept.folder, kept.ledger).sentences()
    assert any("its block digest does not hold" in problem for problem in problems)
    assert any("its payload digest does not hold" in problem for problem in problems)
