"""CDXJ for other tools: beside each finished WARC file, and `index.cdxj` of the whole archive, which merges them.

Rules:
- Each file is sorted, so lines stream through: memory does not grow with the archive.
- Replaced as a whole; a reader sees the old or the new one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.archive.cdxj import write_lines
from crawler.archive.files import CDXJ, cdxj_of, replace_file, told_plainly, warc_folder
from crawler.archive.index import Index

# Files open at once; a process may hold 256 on some systems (getrlimit(2), RLIMIT_NOFILE).
FAN_IN = 128


def is_listed_right(path: Path, index: Index) -> bool:
    """Whether the CDXJ beside a finished WARC file is there and says what the index says."""
    try:
        with cdxj_of(path).open("rb") as file:
            pairs = zip_longest(file, write_lines(index.each_capture_in(path.name)))
            return all(line == said for line, said in pairs)
    except OSError:
        return False


def write_beside(path: Path, index: Index) -> None:
    """Write the CDXJ beside a finished WARC file as the index says, unless it does already."""
    if not is_listed_right(path, index):
        replace_file(cdxj_of(path), write_lines(index.each_capture_in(path.name)))


def is_merged(archive: Path) -> bool:
    """Whether `index.cdxj` is there and is what the CDXJ files say; also where there is nothing to index."""
    beside = sorted(warc_folder(archive).glob(f"*{CDXJ}"))
    whole = archive / "index.cdxj"
    if not whole.exists():
        return not beside
    with whole.open("rb") as file:
        return all(line == merged for line, merged in zip_longest(file, merged_lines(beside)))


def is_behind(archive: Path) -> bool:
    """Whether `index.cdxj` is missing or older than a CDXJ file: a crash came before they were merged. Quick."""
    whole = archive / "index.cdxj"
    if not whole.exists():
        return True
    merged_at = whole.stat().st_mtime_ns
    return any(path.stat().st_mtime_ns >= merged_at for path in warc_folder(archive).glob(f"*{CDXJ}"))


def merge_index(archive: Path) -> Path:
    """Write the archive's `index.cdxj` anew from the CDXJ beside each WARC file: its path."""
    index = archive / "index.cdxj"
    with told_plainly(archive):
        replace_file(index, merged_lines(sorted(warc_folder(archive).glob(f"*{CDXJ}"))))
    return index


def merged_lines(paths: Sequence[Path]) -> Iterator[bytes]:
    """The lines of sorted files in one order, with at most FAN_IN files open at once and at each depth."""
    with ExitStack() as stack:
        if len(paths) > FAN_IN:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="evercite-")))
            paths = _halfway(paths, folder)
        yield from heapq.merge(*(stack.enter_context(path.open("rb")) for path in paths))


def _halfway(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Fewer files of the same lines: at most FAN_IN, each merged from a share of `paths`."""
    found = []
    for number in range(FAN_IN):
        if share := paths[number::FAN_IN]:
            found.append(folder / f"{number}{CDXJ}")
            with found[-1].open("wb") as file:
                file.writelines(merged_lines(share))
    return found
