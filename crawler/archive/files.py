"""The archive's folder: names of WARC files, where each stands now, and files replaced as a whole.

Rules:
- A file is written as NAME.warc.gz.open and renamed when it is finished; indexes only know NAME.warc.gz.
- A name tells when the file was begun, which of the run it is, and on which machine (WARC 1.1, naming of files).
- WARC files of other names are not ours: nothing reads, indexes or changes them.
- Bytes that are taken out of a WARC file are kept beside it under the suffix `.torn`; nothing is destroyed.
"""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from crawler.archive.warcfields import timestamp17
from crawler.errors import ArchiveError

WARC = ".warc.gz"
OPEN = ".open"
CDXJ = ".cdxj"
TORN = ".torn"
# As `name_file` names them.
_OURS = re.compile(r"evercite-\d{17}-\d{5,}-[A-Za-z0-9._-]+")

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and run again",
    errno.EDQUOT: "the disk quota is used up; free some space and run again",
    errno.EFBIG: "the system allows no larger file; raise the limit (ulimit -f) and run again",
    errno.EROFS: "the disk is mounted read-only; make it writable or name another folder with --archive",
    errno.EACCES: "we may not write there; correct its permissions or name another folder with --archive",
    errno.EPERM: "we may not write there; correct its permissions or name another folder with --archive",
    errno.ENOENT: "it is missing; restore it or name another folder with --archive",
}


def warc_folder(archive: Path) -> Path:
    """Where the WARC files stand."""
    return archive / "warc"


def is_ours(name: str) -> bool:
    """Whether a WARC file of this final name was written by us."""
    return name.endswith(WARC) and _OURS.fullmatch(name.removesuffix(WARC)) is not None


def finished_files(archive: Path) -> list[Path]:
    """Our finished WARC files, by name and so by time."""
    return sorted(path for path in warc_folder(archive).glob(f"*{WARC}") if is_ours(path.name))


def unfinished_files(archive: Path) -> list[Path]:
    """Our WARC files that are being written, or were when a crash came."""
    found = warc_folder(archive).glob(f"*{WARC}{OPEN}")
    return sorted(path for path in found if is_ours(path.name.removesuffix(OPEN)))


def foreign_files(archive: Path) -> list[Path]:
    """WARC files in our folder that are not ours, packed or not."""
    found = [path for path in warc_folder(archive).glob("*.warc*") if not path.name.endswith((CDXJ, TORN))]
    return sorted(path for path in found if not is_ours(path.name.removesuffix(OPEN)))


def stamp_of(path: Path) -> int:
    """The moment of a file's last change (st_ctime, ns), which no program can set back; 0 while it is written.

    A stamp that is still the same proves that nobody touched the file meanwhile; only the disk itself may have.
    """
    return 0 if path.name.endswith(OPEN) else path.stat().st_ctime_ns


def place_of(archive: Path, filename: str) -> Path:
    """The path of a WARC file now: under its final name, or still being written."""
    final = warc_folder(archive) / filename
    being_written = final.with_name(filename + OPEN)
    return being_written if not final.exists() and being_written.exists() else final


def cdxj_of(warc: Path) -> Path:
    """The path of the CDXJ that stands beside a finished WARC file."""
    return warc.with_name(warc.name.removesuffix(WARC) + CDXJ)


def name_file(at: datetime, serial: int) -> str:
    """The final name of a WARC file begun at that time."""
    host = re.sub(r"[^A-Za-z0-9.-]+", "_", socket.gethostname()) or "localhost"
    return f"evercite-{timestamp17(at)}-{serial:05d}-{host}{WARC}"


def replace_file(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file whole or not at all: readers see the old or the new one, never a part."""
    unfinished = path.with_name(path.name + OPEN)
    try:
        with unfinished.open("wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names durable: a rename or a new file survives a power cut only after this."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told_plainly(archive: Path) -> Iterator[None]:
    """Turn the system's errors into ArchiveError: one sentence that says what to do."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"{error}; check the disk and run again")
        raise ArchiveError(f"{error.filename or archive}: cannot be written: {reason}") from error
