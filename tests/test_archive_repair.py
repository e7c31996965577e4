"""`archive repair`: whatever is done to the files by hand, disk or time, what was whole stays, what is lost is said."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archive.check import check
from crawler.archive.files import cdxj_of
from crawler.archive.findings import Remedy
from crawler.archive.merge import merge_index
from crawler.archive.reader import read_payload
from crawler.archive.recovery import recover, reindex
from crawler.archive.repair import Repair
from crawler.errors import ArchiveError
from crawler.ledger.ledger import Ledger
from crawler.model import Capture, RecordType
from tests.test_archive_exchanges import Archive, key_of, later, page, recorded, records_in

NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


def uri_of(name: str) -> str:
    return f"https://www.example.org/{name}"


@dataclass
class Model:
    """A sound archive of three nights, and copies of it to be damaged. `payloads` is what each answer shows."""

    folder: Path
    files: list[str]
    captures: list[Capture]
    payloads: dict[str, bytes]
    ends: dict[str, list[int]]

    ledger: Ledger

    def copy(self, *, on_disk: bool = False) -> Archive:
        """A fresh copy, its index in memory unless it has to survive somebody's death."""
        folder = self.folder.parent / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        if on_disk:
            return Archive(folder, Ledger.open(folder / "ledger.sqlite3"))
        self.ledger.replace_captures([one.record_id for one in self.ledger.all_captures()], self.captures)
        return Archive(folder, self.ledger)

    def octets(self, place: int) -> bytes:
        return (self.folder / "warc" / self.files[place]).read_bytes()

    def in_file(self, place: int) -> list[Capture]:
        return [capture for capture in self.captures if capture.filename == self.files[place]]


@pytest.fixture(name="model", scope="module")
def a_model() -> Iterator[Model]:
    """Night 1: a garden, a ferry, an error. Night 2: the garden unchanged, a library. Night 3: a 304 of the ferry."""
    shm = Path("/dev/shm")
    with TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None) as base:
        folder = Path(base) / "model"
        archive = Archive(folder, Ledger.open(folder / "ledger.sqlite3"))
        pages = {name: page(name.encode() * 30) for name in ("garden", "ferry", "library")}
        first = archive.keep(
            recorded(pages["garden"], uri=uri_of("garden")),
            recorded(pages["ferry"], uri=uri_of("ferry")),
            recorded(b"HTTP/1.1 404 Not Found\r\n\r\nno", uri=uri_of("gone")),
        )
        second = archive.keep(
            recorded(pages["garden"], uri=uri_of("garden"), at=later(1)),
            recorded(pages["library"], uri=uri_of("library"), at=later(1)),
            now=later(1),
        )
        third = archive.keep(
            recorded(NOT_MODIFIED, uri=uri_of("ferry"), revalidated=first[1], at=later(2)), now=later(2)
        )
        merge_index(folder)
        captures = [*first, *second, *third]
        yield Model(
            folder,
            [path.name for path in archive.files()],
            captures,
            {capture.record_id: shown(archive, capture) for capture in captures},
            {path.name: [one.offset + one.length for one in records_in(path)] for path in archive.files()},
            Ledger.open(Path(":memory:")),
        )
        archive.ledger.close()


def shown(archive: Archive, capture: Capture) -> bytes:
    return b"".join(read_payload(archive.folder, archive.ledger, capture).pieces)


def repaired(archive: Archive, *, dry_run: bool = False) -> list[str]:
    return list(Repair(archive.folder, archive.ledger, key_of, dry_run=dry_run).run())


def everything_in(folder: Path) -> dict[str, bytes]:
    """All files but the ledger's own, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("ledger")
    }


def hold(model: Model, archive: Archive, whole: list[Capture], said: list[str]) -> None:
    """After a repair: what was whole is there byte for byte, the rest is said, and nothing else is wrong."""
    indexed = {capture.record_id: capture for capture in archive.ledger.all_captures()}
    for capture in whole:
        assert indexed.get(capture.record_id) == capture, f"a whole answer is not found any more: {said}"
    for capture in model.captures:
        original = capture.refers_to or capture.record_id
        if capture.record_id in indexed and original in indexed:
            assert shown(archive, capture) == model.payloads[capture.record_id]
        else:
            assert any(capture.uri in sentence for sentence in said), f"{capture.uri} was lost without a word: {said}"
    assert repaired(archive) == [], "a second run found something to do"
    for sentence in check(archive.folder, archive.ledger).sentences():
        assert "refers to" in sentence or "nothing in the index leads there" in sentence, sentence


# ---------------------------------------------------------------- torn ends


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_file_cut_at_every_boundary_and_at_every_byte_of_its_last_record(model: Model, place: int) -> None:
    octets, ends = model.octets(place), model.ends[model.files[place]]
    step = 1 if place == 0 else 20
    for length in sorted({*ends, *(end - 1 for end in ends), *range(ends[-2], ends[-1], step)}):
        archive = model.copy()
        path = archive.files()[place]
        path.write_bytes(octets[:length])
        said = repaired(archive)
        end = max((end for end in ends if end <= length), default=0)
        kept = b"".join(aside.read_bytes() for aside in path.parent.glob(f"*.{end}-*.torn"))
        assert (path.read_bytes() if end else b"") == octets[:end], f"cut at {length}: too much went, or too little"
        assert kept == octets[end:length], "bytes were destroyed"
        whole = [c for c in model.captures if c.filename != path.name or c.offset + c.length <= length]
        assert set(whole) <= set(archive.ledger.all_captures()), f"cut at {length}: a whole answer is not found: {said}"
        if length in ends or length % 40 == 0:
            hold(model, archive, whole, said)


@pytest.mark.parametrize(
    "tail", [b"\0" * 4096, b"garbage", gzip.compress(b"no record")], ids=["NULs", "garbage", "gzip"]
)
def test_a_tail_that_is_no_record_is_kept_aside(model: Model, tail: bytes) -> None:
    archive = model.copy()
    path = archive.files()[1]
    path.write_bytes(model.octets(1) + tail)
    before = everything_in(archive.folder)
    told = repaired(archive, dry_run=True)
    assert everything_in(archive.folder) == before, "a dry run changed something"
    assert repaired(archive) == told
    [aside] = path.parent.glob("*.torn")
    assert told == [
        f"{path.name} is torn: its last {len(tail):,} bytes hold no whole record; they are moved to {aside.name}."
    ]
    assert (path.read_bytes(), aside.read_bytes()) == (model.octets(1), tail)
    hold(model, archive, model.captures, told)


def test_a_file_without_one_whole_record_is_moved_away_whole(model: Model) -> None:
    archive = model.copy()
    path = archive.files()[0]
    path.write_bytes(b"destroyed by hand")
    said = repaired(archive)
    assert said[0].startswith(f"{path.name} holds no whole record; it is moved to ")
    assert not path.exists()
    assert not cdxj_of(path).exists()
    assert b"destroyed by hand" in everything_in(archive.folder).values()
    hold(model, archive, model.in_file(1)[1:], said)


# ---------------------------------------------------------------- damage inside


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_bit_that_flips_anywhere_takes_one_record_along(model: Model, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([0, 1, 2]))
    octets = bytearray(model.octets(place))
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] ^= 1 << data.draw(st.integers(0, 7))
    archive = model.copy()
    path = archive.files()[place]
    path.write_bytes(octets)
    said = repaired(archive)
    ends = model.ends[path.name]
    if at < ends[-2]:
        assert path.read_bytes() == octets, "damage inside a file must not take what stands behind it along"
    whole = [c for c in model.captures if c.filename != path.name or not c.offset <= at < c.offset + c.length]
    hold(model, archive, whole, said)


def test_damage_and_no_index_to_lead_past_it(model: Model) -> None:
    """Ledger and CDXJ are gone as well: the records behind the damage are known by their warcinfo."""
    archive = model.copy()
    path = archive.files()[0]
    octets = bytearray(model.octets(0))
    lost = model.in_file(0)[0]
    octets[lost.offset + 40] ^= 1
    path.write_bytes(octets)
    for other in archive.folder.rglob("*.cdxj"):
        other.unlink()
    archive.ledger = Ledger.open(Path(":memory:"))
    repaired(archive)
    assert path.read_bytes() == octets
    found = list(archive.ledger.all_captures())
    assert set(found) >= set(model.captures) - {lost, model.captures[3]}, "whole answers were not found again"
    assert repaired(archive) == []


def test_a_forged_record_leaves_the_index(model: Model) -> None:
    """Packed again with another body: whole as a record, but its digests do not hold."""
    archive = model.copy()
    path, octets = archive.files()[1], model.octets(1)
    lost = model.in_file(1)[1]
    end = lost.offset + lost.length
    forged = gzip.compress(gzip.decompress(octets[lost.offset : end]).replace(b"library" * 30, b"archive" * 30))
    path.write_bytes(octets[: lost.offset] + forged + octets[end:])
    said = repaired(archive)
    assert any(uri_of("library") in sentence for sentence in said)
    assert lost.record_id not in {capture.record_id for capture in archive.ledger.all_captures()}
    assert repaired(archive) == []
    remedies = [one.remedies for one in check(archive.folder, archive.ledger).problems.values()]
    assert remedies == [[Remedy.LOST]], "an archivist would index the altered answer again, and repair again"


def test_what_a_repair_leaves_is_noted_and_no_advice_runs_in_a_circle(model: Model) -> None:
    """Of a record that no index leads to, only the check can say what is to be done."""
    archive = model.copy()
    path = archive.files()[0]
    octets = bytearray(model.octets(0))
    first = model.in_file(0)[0]
    octets[first.offset + first.length + 40] ^= 1
    path.write_bytes(octets)
    place = first.offset + first.length
    said = list(reindex(archive.folder, archive.ledger, key_of))
    assert "; 1 broken place inside it (run `evercite archive check`)" in said[0], "an archivist is sent in a circle"
    assert [one.remedies for one in check(archive.folder, archive.ledger).problems.values()] == [[Remedy.LOST]]
    repair = Repair(archive.folder, archive.ledger, key_of)
    assert list(repair.run()) == []
    [note] = repair.notes
    assert note == (
        f"{path.name} has 1 broken place inside, left as found (byte {place});"
        " only a backup brings back what stood there."
    ), "an archivist would read that there is nothing to repair, and no word of the damage"


# ---------------------------------------------------------------- copied and renamed


def copied(archive: Archive, place: int = 0, serial: str = "00009") -> tuple[Path, Path]:
    """A file, and its copy under another name that looks like ours."""
    path = archive.files()[place]
    copy = path.with_name(path.name.replace("00001", serial))
    shutil.copy(path, copy)
    return path, copy


@pytest.mark.parametrize("serial", ["00009", "00000"], ids=["behind", "before"])
def test_a_copied_file_comes_to_rest(model: Model, serial: str) -> None:
    archive = model.copy()
    path, copy = copied(archive, serial=serial)
    told = f"{copy.name} holds copies of 3 records of {path.name}; move it away."
    assert any(told[len(copy.name) + 1 :] in sentence for sentence in reindex(archive.folder, archive.ledger, key_of))
    problems = check(archive.folder, archive.ledger).problems
    assert {where: one.remedies for where, one in problems.items()} == {copy.name: [Remedy.MOVE]}, (
        "an archivist would run a reindex that cannot help"
    )
    assert problems[copy.name].first == [f"It holds copies of 3 records of {path.name}."]
    repair = Repair(archive.folder, archive.ledger, key_of)
    assert list(repair.run()) == [], "each run would tell the same again, and none of it true"
    assert repair.notes == [told]
    assert recover(archive.folder, archive.ledger, key_of) == [], "each night would tell it again"
    assert sorted(archive.ledger.all_captures(), key=str) == sorted(model.captures, key=str)
    copy.unlink()
    repaired(archive)
    assert check(archive.folder, archive.ledger).sentences() == []
    assert repaired(archive) == []


@pytest.mark.parametrize("serial", ["00009", "00000"], ids=["behind", "before"])
def test_a_copy_stands_in_for_what_its_original_lost(model: Model, serial: str) -> None:
    archive = model.copy()
    path, copy = copied(archive, serial=serial)
    octets = bytearray(model.octets(0))
    octets[model.in_file(0)[0].offset + 40] ^= 1
    path.write_bytes(octets)
    repaired(archive)
    for capture in archive.ledger.all_captures():
        assert shown(archive, capture) == model.payloads[capture.record_id]
    assert len(list(archive.ledger.all_captures())) == len(model.captures), "a whole copy lies there, and is not found"
    assert repaired(archive) == []
    repair = Repair(archive.folder, archive.ledger, key_of)
    list(repair.run())
    assert f"{copy.name} holds copies of 2 records of {path.name}; they may stay." in repair.notes


@pytest.mark.parametrize("serial", ["00009", "00000"], ids=["behind", "before"])
@pytest.mark.parametrize("way", ["repair", "reindex"])
def test_a_renamed_file_is_no_loss(model: Model, serial: str, way: str) -> None:
    archive = model.copy()
    path, copy = copied(archive, serial=serial)
    path.unlink()
    if way == "repair":
        assert not any("lost" in sentence for sentence in repaired(archive)), "what is there was called lost"
    else:
        list(reindex(archive.folder, archive.ledger, key_of))
    assert {one.filename for one in archive.ledger.all_captures()} == {copy.name, *model.files[1:]}
    for capture in archive.ledger.all_captures():
        assert shown(archive, capture) == model.payloads[capture.record_id]


# ---------------------------------------------------------------- the files as a whole


def test_a_deleted_file_is_said_with_all_it_held(model: Model) -> None:
    archive = model.copy()
    path = archive.files()[0]
    listed = cdxj_of(path).read_bytes()
    path.unlink()
    repair = Repair(archive.folder, archive.ledger, key_of)
    said = list(repair.run())
    assert repair.lost == 3
    assert f"{path.name} is not there: 3 answers lost" in said[0]
    for name in ("garden", "ferry", "gone"):
        assert any(sentence.endswith(f" {uri_of(name)}") for sentence in said)
    assert any("2 revisits of other files lost the original with that" in sentence for sentence in said)
    assert listed in everything_in(archive.folder).values(), "nobody could say any more what the file held"
    hold(model, archive, model.in_file(1)[1:], said)


def test_what_a_backup_brings_back_is_indexed_again(model: Model) -> None:
    archive = model.copy()
    path = archive.files()[0]
    path.unlink()
    repaired(archive)
    path.write_bytes(model.octets(0))
    repaired(archive)
    assert sorted(archive.ledger.all_captures(), key=str) == sorted(model.captures, key=str)
    assert check(archive.folder, archive.ledger).sentences() == []


def test_a_disk_that_is_not_mounted_is_no_loss(model: Model) -> None:
    archive = model.copy()
    for path in archive.files():
        path.unlink()
    with pytest.raises(ArchiveError, match="none of the 3 WARC files that the index knows is there; mount"):
        repaired(archive)
    assert len(list(archive.ledger.all_captures())) == len(model.captures)


def test_long_lists_are_cut(model: Model) -> None:
    archive = model.copy()
    [capture] = archive.keep(recorded(page(b"a bridge"), uri=uri_of("bridge")))
    many = archive.keep(*[recorded(page(b"more %d" % number), uri=uri_of(f"x{number}")) for number in range(30)])
    (archive.folder / "warc" / many[0].filename).unlink()
    said = repaired(archive)
    assert "  - and 20 more" in said
    assert capture in archive.ledger.all_captures()


@pytest.mark.parametrize("name", ["WEB-2026-crawler.warc.gz", "WEB-2026.warc", "other.warc.gz.open", "x.cdxj"])
def test_another_tools_file_is_left_alone_and_said(model: Model, name: str) -> None:
    archive = model.copy()
    (archive.folder / "warc" / name).write_bytes(b"")
    merge_index(archive.folder)
    repair = Repair(archive.folder, archive.ledger, key_of)
    assert list(repair.run()) == []
    wanted = [] if name == "x.cdxj" else [f"{name} was not written by Evercite and is left alone."]
    assert repair.notes == wanted


def test_a_lost_original_is_answered_by_another_record_with_the_same_payload(model: Model) -> None:
    archive = model.copy()
    archive.files()[0].unlink()
    repaired(archive)
    revisit = model.in_file(1)[0]
    with pytest.raises(ArchiveError):
        shown(archive, revisit)
    [again] = archive.keep(recorded(page(b"garden" * 30), uri=uri_of("garden"), at=later(3)), now=later(3))
    assert again.record_type is RecordType.RESPONSE
    assert shown(archive, revisit) == b"garden" * 30
    merge_index(archive.folder)
    report = check(archive.folder, archive.ledger)
    assert report.held_elsewhere == 1
    assert not any(uri_of("garden") in sentence for sentence in report.sentences())


BREAKS: dict[str, Callable[[Archive], object]] = {
    "CDXJ gone": lambda archive: cdxj_of(archive.files()[0]).unlink(),
    "CDXJ wrong": lambda archive: cdxj_of(archive.files()[0]).write_bytes(b"no line\n"),
    "index.cdxj gone": lambda archive: (archive.folder / "index.cdxj").unlink(),
    "rows gone": lambda archive: archive.ledger.remove_captures([next(archive.ledger.all_captures()).record_id]),
    "ledger gone": lambda archive: archive.ledger.remove_captures([c.record_id for c in archive.ledger.all_captures()]),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_an_index_is_made_right_again(model: Model, name: str) -> None:
    archive = model.copy()
    before = {path: data for path, data in everything_in(archive.folder).items() if not path.endswith(".torn")}
    BREAKS[name](archive)
    assert repaired(archive, dry_run=True)
    assert repaired(archive)
    assert sorted(archive.ledger.all_captures(), key=str) == sorted(model.captures, key=str)
    assert everything_in(archive.folder) == before
    hold(model, archive, model.captures, [])


# ---------------------------------------------------------------- killed


STEPS = ("open", "os.rename", "os.truncate", "os.remove", "sqlite3.connect")


def die_at(step: int, archive: Path) -> int:
    """Repair in a child process that dies before its n-th step on the disk; its status, 0 when there were fewer."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        ledger = Ledger.open(archive / "ledger.sqlite3")
        left = [step]

        def count(event: str, arguments: tuple[object, ...]) -> None:
            if event in STEPS and not (event == "open" and arguments[1] in ("r", "rb")):
                left[0] -= 1
                if left[0] < 0:
                    os._exit(9)

        sys.addaudithook(count)
        list(Repair(archive, ledger, key_of).run())
        os._exit(0)
    except BaseException:  # noqa: BLE001 -- the child must not come back as a second pytest
        os._exit(1)


def test_killed_before_each_of_its_steps(model: Model) -> None:
    """A file torn, one damaged inside, one deleted, the CDXJ gone: the next run ends what was begun."""
    for step in range(200):
        archive = model.copy(on_disk=True)
        archive.ledger.close()
        first, second, third = archive.files()
        first.write_bytes(model.octets(0)[:-9])
        octets = bytearray(model.octets(1))
        lost = model.in_file(1)[1]
        octets[lost.offset + 40] ^= 1
        second.write_bytes(octets)
        third.unlink()
        (archive.folder / "index.cdxj").unlink()
        status = die_at(step, archive.folder)
        assert status in (0, 9)
        archive.ledger = Ledger.open(archive.folder / "ledger.sqlite3")
        repaired(archive)
        assert repaired(archive) == []
        assert set(archive.ledger.all_captures()) == {*model.in_file(0), model.in_file(1)[0]}
        kept = everything_in(archive.folder).values()
        end = model.ends[first.name][-2]
        assert (model.octets(0)[:end], model.octets(0)[end:-9]) == (first.read_bytes(), next(
            data for data in kept if data == model.octets(0)[end:-9]
        ))  # fmt: skip
        archive.ledger.close()
        if status == 0:
            break
    assert 10 < step < 199, "the kills did not reach the end of the repair"


def test_the_ledger_is_untouched_by_a_dry_run(model: Model) -> None:
    archive = model.copy(on_disk=True)
    archive.files()[0].unlink()
    assert repaired(archive, dry_run=True)
    with sqlite3.connect(archive.folder / "ledger.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM captures").fetchone() == (len(model.captures),)
