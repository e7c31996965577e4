"""An archive handed on: to a backup, or to another machine that goes on with its history.

Rules:
- What is exported is a bag (archive/bag.py) whose payload is laid out like an archive: it can be read where it lies.
- Nothing is trusted: the copy is proven against what was written, and then as an archive, record by record.
- The same folder again: what is there already and holds is not copied twice.
- An import fills an empty archive alone, the ledger last: cut off, it is no archive yet, and can be run again.
- A ledger holds what trackers answered, never a tracker: nothing is asked twice on the other machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath

from crawler.archive.bag import Bag, begin_bag, copy_proven, digest_of, end_bag, problems_of, read_bag, refuse_links
from crawler.archive.check import check
from crawler.archive.files import cdxj_of, finished_files, foreign_files, told_plainly, unfinished_files
from crawler.archive.findings import CheckReport
from crawler.archive.recovery import recover
from crawler.errors import ArchiveError, UsageError
from crawler.ledger.ledger import Ledger
from crawler.night.lock import night_lock
from crawler.urls.canonical import urlkey
from crawler.version import VERSION

LEDGER, INDEX = "ledger.sqlite3", "index.cdxj"
# Files that a sentence names.
_NAMED = 3

# Told how many bytes of how many are done.
OnProgress = Callable[[int, int], None]


@dataclass(slots=True)
class Transfer:
    """What was handed on: how many files, how many of them had to be copied, and what proving the copy found."""

    files: int = 0
    copied: int = 0
    length_bytes: int = 0
    nights: int = 0
    report: CheckReport = field(default_factory=CheckReport)


def export_archive(archive: Path, folder: Path, at: datetime, on_progress: OnProgress = lambda n, of: None) -> Transfer:
    """Write an archive into a folder as a bag, or bring the bag there up to date.

    Raises UsageError for a folder that holds something else, ArchiveError when it cannot be written.
    """
    before = _bag_to_write(archive, folder)
    with night_lock(archive), closing(Ledger.open(archive / LEDGER)) as ledger, told_plainly(folder):
        recover(archive, ledger, urlkey)
        begin_bag(folder)
        done = Transfer(nights=len(ledger.nights()))
        digests = dict(_bring(archive, folder, done, on_progress))
        ledger.copy_to(folder / "data" / LEDGER)
        digests[LEDGER] = digest_of(folder / "data" / LEDGER)
        _remove_others(folder, set(before.digests if before else ()) - set(digests))
        bag = end_bag(folder, digests, _info(at))
    _count(bag, done)
    return done


def import_archive(folder: Path, archive: Path, on_progress: OnProgress = lambda n, of: None) -> Transfer:
    """Fill an empty archive from a bag.

    Raises UsageError where there is an archive already or no bag, ArchiveError for a bag that does not hold, and
    LedgerError for a ledger that is newer than this program.
    """
    bag = read_bag(folder)
    if LEDGER not in bag.digests:
        raise UsageError(
            f"{folder}: is a bag, but holds no {LEDGER}; name a folder that `evercite archive export` wrote"
        )
    _refuse_foreign(bag)
    if (archive / LEDGER).exists():
        raise UsageError(f"{archive}: holds an archive already; import into another folder with --archive")
    if bag.path(LEDGER).is_file():
        Ledger.refuse_newer(bag.path(LEDGER))  # before anything is copied
    with night_lock(archive), told_plainly(archive):
        done = Transfer()
        of = sum(bag.path(name).stat().st_size for name in bag.digests if bag.path(name).is_file())
        _hold(bag, folder)
        for name in sorted(bag.digests, key=lambda name: name == LEDGER):
            on_progress(done.length_bytes, of)
            _fetch(bag, name, archive, done)
        with closing(Ledger.open(archive / LEDGER)) as ledger:
            done.nights = len(ledger.nights())
            done.report = check(archive, ledger)
    return done


# ---------------------------------------------------------------- out


def _bag_to_write(archive: Path, folder: Path) -> Bag | None:
    """The bag that is there. Raises UsageError where writing one would be in the way of something else."""
    if folder.resolve() == archive.resolve() or archive.resolve() in folder.resolve().parents:
        raise UsageError(f"{folder}: lies in the archive itself; export to another disk")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file, not a folder; name a new or an empty folder")
    if not folder.exists() or not any(folder.iterdir()):
        return None
    if not (folder / "bagit.txt").is_file() and not (folder / "data" / "warc").is_dir():
        raise UsageError(f"{folder}: holds something else than an export; name a new or an empty folder")
    refuse_links(folder)
    try:
        return read_bag(folder)
    except UsageError:
        return None  # one that was cut off: what is there is proven and taken


def _bring(archive: Path, folder: Path, done: Transfer, on_progress: OnProgress) -> Iterator[tuple[str, str]]:
    """Bring the files of an archive into a bag: (path below `data/`, sha256)."""
    _refuse_unfinished(archive)
    sources = [path for warc in finished_files(archive) for path in (warc, cdxj_of(warc))]
    sources += [path for path in (archive / INDEX,) if path.exists()]
    of = sum(path.stat().st_size for path in sources)
    for source in sources:
        name = source.relative_to(archive).as_posix()
        target = folder / "data" / name
        digest = digest_of(source)
        if not (target.is_file() and target.stat().st_size == source.stat().st_size and digest_of(target) == digest):
            if copy_proven(source, target) != digest:
                raise ArchiveError(f"{source}: changed while it was copied; export again")
            done.copied += 1
        done.length_bytes += source.stat().st_size
        on_progress(done.length_bytes, of)
        yield name, digest


def _refuse_unfinished(archive: Path) -> None:
    left = [*unfinished_files(archive), *foreign_files(archive)]
    if left:
        names = ", ".join(path.name for path in left[:_NAMED])
        raise ArchiveError(f"{archive}: {names} cannot be handed on; run `evercite archive repair`, or move it away")


def _remove_others(folder: Path, names: set[str]) -> None:
    """Remove what an earlier export brought and the archive has no more."""
    for name in names:
        (folder / "data" / name).unlink(missing_ok=True)


def _info(at: datetime) -> dict[str, str]:
    return {
        "Bag-Software-Agent": f"evercite/{VERSION}",
        "Bagging-Date": f"{at:%Y-%m-%d}",
        "External-Description": "Archived copies of cited links (WARC 1.1, CDXJ) and the ledger of what nights saw",
    }


def _count(bag: Bag, done: Transfer) -> None:
    """Prove what was written: byte by byte, and then as an archive."""
    _hold(bag, bag.folder)
    done.files = len(bag.digests)
    with closing(Ledger.open_unchanged(bag.path(LEDGER))) as ledger:
        done.report = check(bag.folder / "data", ledger)


def _hold(bag: Bag, folder: Path) -> None:
    problems = list(islice(problems_of(bag), _NAMED + 1))
    if problems:
        more = ", …" if len(problems) > _NAMED else ""
        raise ArchiveError(f"{folder}: does not hold: {', '.join(problems[:_NAMED])}{more}; export again")


# ---------------------------------------------------------------- in


def _refuse_foreign(bag: Bag) -> None:
    """Raise UsageError for what no export brings: a journal, say, that SQLite would play back into the ledger."""
    for name in bag.digests:
        if name not in (LEDGER, INDEX) and PurePosixPath(name).parent != PurePosixPath("warc"):
            raise UsageError(f"{bag.folder}: lists {name!r}, which belongs to no archive; have it exported again")


def _fetch(bag: Bag, name: str, archive: Path, done: Transfer) -> None:
    target = archive / name
    if copy_proven(bag.path(name), target) != bag.digests[name]:
        target.unlink()
        raise ArchiveError(f"{bag.path(name)}: changed while it was copied; import again")
    done.files, done.copied = done.files + 1, done.copied + 1
    done.length_bytes += target.stat().st_size
