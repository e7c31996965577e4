"""Which files lie in the folders of seeds, and what they are called in a report.

Rules:
- A folder is read recursively, in order of path; README files, dot-files and what programs leave beside a
  document (a row each below) are skipped, links to folders are not followed.
- A path that was named and is missing is a mistake of the caller (UsageError).
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crawler.errors import UsageError
from crawler.seeds.manifest import MANIFEST
from crawler.seeds.reading import Why
from crawler.seeds.show import shown_document
from crawler.urls.redact import redact_text

# (pattern of a file's name, who leaves it there)
SKIPPED = (
    (re.compile(r"\..*", re.DOTALL), "hidden by convention"),
    (re.compile(r"README.*", re.IGNORECASE | re.DOTALL), "says what the folder is for"),
    (re.compile(re.escape(MANIFEST)), "our own: which files are one document"),
    (re.compile(r"~\$.*", re.DOTALL), "Microsoft Office: who has the document open"),
    (re.compile(r".*~|#.*#", re.DOTALL), "editors: the version before"),
    (re.compile(r"Thumbs\.db|desktop\.ini|Icon\r", re.IGNORECASE), "Windows, macOS: how a folder looks"),
)

_REASONS = {errno.EACCES: "没有权限", errno.EPERM: "没有权限", errno.ENOENT: "文件不存在", errno.ELOOP: "链接循环"}


@dataclass(frozen=True, slots=True)
class File:
    """A file to read, its path as the report names it, and the folder given that it lies below.

    `why` is set when it cannot even be listed.
    """

    path: Path
    name: str
    root: Path | None = None
    why: Why | None = None


def list_files(paths: Sequence[Path]) -> Iterator[File]:
    """The files of all paths, each once, in the order given and sorted below a folder.

    Raises UsageError for a named path that does not exist.
    """
    for path in paths:
        if not _exists(path):
            raise UsageError(f"{shown_document(_shown(path))}: no such file or folder; correct the path")
    listed = (file for path in paths for file in (_below(path) if path.is_dir() else [File(path, _shown(path.name))]))
    known: set[Path] = set()
    for file in listed:
        place = file.path.resolve()
        if place not in known:
            known.add(place)
            yield file


def told_zh(error: OSError) -> str:
    """The system's reason in Chinese, or as the system says it."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _below(folder: Path) -> Iterable[File]:
    files: list[File] = []

    def refused(error: OSError) -> None:
        place = Path(error.filename or folder)
        why = Why(f"cannot be listed ({error.strerror})", f"文件夹无法列出（{told_zh(error)}）")
        files.append(File(place, _shown(place.relative_to(folder)), folder, why))

    for place, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [_below_as(folder, Path(place, name)) for name in names if not _is_skipped(name)]
    return sorted(files, key=lambda file: PurePosixPath(file.name).parts)


def _below_as(folder: Path, path: Path) -> File:
    return File(path, _shown(path.relative_to(folder).as_posix()), folder)


def _is_skipped(name: str) -> bool:
    return any(pattern.fullmatch(name) for pattern, _ in SKIPPED)


def _shown(path: Path | str) -> str:
    """A path as text that can be written anywhere: bytes that are no UTF-8 replaced, mail addresses masked."""
    return redact_text(os.fsencode(str(path)).decode("utf-8", "replace"))
