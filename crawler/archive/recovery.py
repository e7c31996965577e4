"""Making an archive whole again after a crash: before a night writes, what the last one left is taken up.

Rules:
- An unfinished file is cut after its last whole record, and never before one that is indexed and there.
- Whole answers that the index does not know are indexed: nothing that reached the disk is lost.
- A finished file without its CDXJ is read again in the same way. Others are left alone: start-up stays quick.
- Whatever was done is said, in sentences.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.captures import capture_of_record
from crawler.archive.cdxj import parse_line, write_lines
from crawler.archive.files import CDXJ, OPEN, WARC, cdxj_of, replace_file, sync_folder, told_plainly, warc_folder
from crawler.archive.index import Index
from crawler.archive.merge import merge_index
from crawler.archive.stored import Damage, StoredRecord, walk
from crawler.archive.warcfields import parse_fields, value_of
from crawler.errors import ArchiveError
from crawler.model import Capture, RecordType

UrlkeyOf = Callable[[str], str]


def recover(archive: Path, index: Index, urlkey_of: UrlkeyOf) -> list[str]:
    """Take up what a crash left in an archive nobody is writing to: what was done, nothing when all was well.

    Raises ArchiveError when the disk does not let it.
    """
    folder = warc_folder(archive)
    if not folder.is_dir():
        return []
    with told_plainly(archive):
        for unfinished in folder.glob(f"*{CDXJ}{OPEN}"):
            unfinished.unlink()
        said = [_take_up(path, index, urlkey_of) for path in sorted(folder.glob(f"*{WARC}{OPEN}"))]
        finished = [path for path in sorted(folder.glob(f"*{WARC}")) if not cdxj_of(path).exists()]
        said += [f"{path.name} had no CDXJ: {_index_again(path, index, urlkey_of)}." for path in finished]
    if said or not (archive / "index.cdxj").exists():
        merge_index(archive)
    return said


def reindex(archive: Path, index: Index, urlkey_of: UrlkeyOf) -> list[str]:
    """Read every finished file again: index and CDXJ as the records say. One sentence a file."""
    with told_plainly(archive):
        paths = sorted(warc_folder(archive).glob(f"*{WARC}"))
        said = [f"{path.name}: {_index_again(path, index, urlkey_of)}." for path in paths]
    merge_index(archive)
    return said


@dataclass(slots=True)
class _Survey:
    """What a walk over a file found: the end of the last whole record, how many records, what is broken."""

    end: int = 0
    records: int = 0
    captures: list[Capture] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)


def _take_up(path: Path, index: Index, urlkey_of: UrlkeyOf) -> str:
    """Cut, index, rename: the sentence about one unfinished file."""
    filename = path.name.removesuffix(OPEN)
    size = path.stat().st_size
    known = index.captures_in(filename)
    there = [capture for capture in known if capture.offset + capture.length <= size]
    survey = _survey(path, filename, {capture.offset for capture in there}, urlkey_of, index)
    end = max([survey.end, *(capture.offset + capture.length for capture in there)])
    if survey.records <= 1 and not known:  # at most a warcinfo: nothing was archived in it
        path.unlink()
        sync_folder(path.parent)
        return f"{filename} was unfinished and held nothing; it is removed."
    if end < size:
        _cut(path, end)
    added = _add_missing(survey.captures, known, index)
    final = path.with_name(filename)
    path.rename(final)
    sync_folder(path.parent)
    replace_file(cdxj_of(final), write_lines(c for c in index.captures_in(filename) if c.offset + c.length <= end))
    done = f"{survey.records} records kept, {size - end} bytes of a torn record cut off, {added} answers indexed again"
    return f"{filename} was unfinished: {done}{_losses(survey, end, len(known) - len(there))}."


def _index_again(path: Path, index: Index, urlkey_of: UrlkeyOf) -> str:
    known = index.captures_in(path.name)
    places = {capture.offset for capture in known} | _listed_places(cdxj_of(path))
    survey = _survey(path, path.name, places, urlkey_of, index)
    added = _add_missing(survey.captures, known, index)
    replace_file(cdxj_of(path), write_lines(index.captures_in(path.name)))
    return f"{survey.records} records read, {added} answers indexed again{_losses(survey, path.stat().st_size, 0)}"


def _survey(path: Path, filename: str, places: Set[int], urlkey_of: UrlkeyOf, index: Index) -> _Survey:
    """Walk a file; past a broken place, go on at the next of these places.

    Never at what merely looks like a record: an archived page may hold records of its own.
    """
    survey = _Survey()
    night = ""
    found: dict[str, Capture] = {}
    with path.open("rb") as file:
        for record in walk(file, path.stat().st_size, sorted(places)):
            if isinstance(record, Damage):
                survey.damages.append(record)
                continue
            try:
                night = _night_of(record) or night
                capture = capture_of_record(
                    record, filename, night, urlkey_of, lambda i: found.get(i) or index.capture_by_record_id(i)
                )
                survey.end = record.offset + record.finish()
            except ArchiveError:
                continue  # the walk tells it as Damage
            survey.records += 1
            if capture is not None:
                found[capture.record_id] = capture
                survey.captures.append(capture)
    return survey


def _listed_places(cdxj: Path) -> set[int]:
    """The offsets a CDXJ file names; none where it is missing or unreadable."""
    try:
        return {int(parse_line(line).fields["offset"]) for line in cdxj.read_text("utf-8").splitlines()}
    except (OSError, ValueError, KeyError):
        return set()


def _night_of(record: StoredRecord) -> str | None:
    if record.record_type != RecordType.WARCINFO:
        return None
    return value_of(parse_fields(record.block.read()), "isPartOf")


def _add_missing(captures: Sequence[Capture], known: Sequence[Capture], index: Index) -> int:
    indexed = {capture.record_id for capture in known}
    missing = [capture for capture in captures if capture.record_id not in indexed]
    if missing:
        index.add_captures(missing)
    return len(missing)


def _cut(path: Path, end: int) -> None:
    with path.open("r+b") as file:
        file.truncate(end)
        file.flush()
        os.fsync(file.fileno())


def _losses(survey: _Survey, end: int, lost: int) -> str:
    """What is damaged and stays in the file (a torn end that was cut off is not among it), and what is gone."""
    stays = sum(damage.offset < end for damage in survey.damages)
    told = [
        f"; {stays} broken places inside it (run archive check)" if stays else "",
        f"; {lost} indexed answers are gone: the disk lost what it had confirmed" if lost else "",
    ]
    return "".join(told)
