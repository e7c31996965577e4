"""`index.cdxj` of the whole archive: the CDXJ files beside the WARC files, merged.

Rules:
- Each file is sorted, so lines stream through: memory does not grow with the archive.
- Replaced as a whole; a reader sees the old or the new one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.archive.files import CDXJ, replace_file, told_plainly, warc_folder

# Files open at once; a process may hold 256 on some systems (getrlimit(2), RLIMIT_NOFILE).
FAN_IN = 128


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
