"""Bytes taken out of a WARC file, kept beside it: nothing that was ever written is destroyed.

Rules:
- The name tells the file, the byte the bytes stood at (or that they are its index), and their digest; it ends in
  `.torn`, so that no reader of WARC files takes it for one. The same bytes get the same name: doing it twice is
  doing it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from crawler.archive.files import CDXJ, OPEN, TORN, WARC, replace_file
from crawler.archive.members import PIECE_BYTES


def name_aside(path: Path, start: int) -> Path:
    """Where the bytes of a file from `start` on would be kept."""
    digest = hashlib.sha256()
    for piece in _pieces(path, start):
        digest.update(piece)
    what = "cdxj" if path.name.endswith(CDXJ) else str(start)
    return path.with_name(f"{_stem(path)}.{what}-{digest.hexdigest()[:8]}{TORN}")


def set_aside(path: Path, start: int) -> Path:
    """Copy the bytes of a file from `start` on, durably; returns the new file. The file itself stays as it is."""
    kept = name_aside(path, start)
    replace_file(kept, _pieces(path, start))
    return kept


def keep_lines(path: Path, lines: Sequence[bytes], *, dry_run: bool = False) -> Path:
    """Keep index lines that go because a file lost their records; returns the new file's place."""
    digest = hashlib.sha256(b"".join(lines)).hexdigest()[:8]
    kept = path.with_name(f"{_stem(path)}.index-{digest}{TORN}")
    if not dry_run:
        replace_file(kept, lines)
    return kept


def hold_the_same(one: Path, other: Path) -> bool:
    """Whether the shorter file is the beginning of the longer one."""
    return all(a[: len(b)] == b[: len(a)] for a, b in zip(_pieces(one, 0), _pieces(other, 0), strict=False))


def _stem(path: Path) -> str:
    return path.name.removesuffix(OPEN).removesuffix(WARC).removesuffix(CDXJ)


def _pieces(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(PIECE_BYTES):
            yield piece
