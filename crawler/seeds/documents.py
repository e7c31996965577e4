"""Seed documents on disk → citations: one reader a format, in a table.

Rules:
- A folder is read recursively, in order of path; README files and dot-files are skipped, links to
  folders are not followed.
- A document that cannot be read is named with one sentence and the others go on; a path that was named
  and is missing is a mistake of the caller (UsageError). Nothing readable at all is for the caller to see.
- The same bytes are the same document: read once, under the name it was first recorded by.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crawler.errors import UsageError
from crawler.model import Citation, Document, Unreadable
from crawler.seeds.citations import Seen, cite
from crawler.seeds.markdown import read_markdown
from crawler.seeds.mention import Mention
from crawler.seeds.text import read_text

MAX_BYTES = 16 * 1024 * 1024

Reader = Callable[[str], list[Mention]]

READERS: Mapping[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
}


@dataclass(frozen=True, slots=True)
class Seeds:
    """What a set of paths holds: the documents read, their citations, and what could not be read."""

    documents: tuple[Document, ...]
    citations: tuple[Citation, ...]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read and its path as the report names it; `why` when it cannot even be listed."""

    path: Path
    name: str
    why: str = ""


def read_documents(paths: Sequence[Path], names: Mapping[str, str] | None = None) -> Seeds:
    """The citations of files and folders. `names` maps a sha256, or a path, to the name it was first recorded by.

    Raises UsageError for a named path that does not exist.
    """
    documents: dict[str, Document] = {}
    citations: list[Citation] = []
    unreadable: list[Unreadable] = []
    seen: Seen = Counter()
    for file in _files(paths):
        read = _read(file, names or {})
        if isinstance(read, Unreadable):
            unreadable.append(read)
            continue
        document, mentions = read
        if document.sha256 not in documents:
            documents[document.sha256] = document
            citations += cite(document, mentions, seen)
    return Seeds(tuple(documents.values()), tuple(citations), tuple(unreadable))


def _files(paths: Sequence[Path]) -> Iterator[_File]:
    """The files of all paths, each once, in the order given and sorted below a folder."""
    for path in paths:
        if not _exists(path):
            raise UsageError(f"{_shown(path)}: no such file or folder; correct the path")
    listed = (file for path in paths for file in (_below(path) if path.is_dir() else [_File(path, _shown(path.name))]))
    known: set[Path] = set()
    for file in listed:
        place = file.path.resolve()
        if place not in known:
            known.add(place)
            yield file


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _below(folder: Path) -> Iterable[_File]:
    files: list[_File] = []

    def refused(error: OSError) -> None:
        place = Path(error.filename or folder)
        files.append(_File(place, _shown(place.relative_to(folder)), f"cannot be listed ({error.strerror})"))

    for place, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [_below_as(folder, Path(place, name)) for name in names if not _is_skipped(name)]
    return sorted(files, key=lambda file: PurePosixPath(file.name).parts)


def _below_as(folder: Path, path: Path) -> _File:
    return _File(path, _shown(path.relative_to(folder).as_posix()))


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name.upper().startswith("README")


def _shown(path: Path | str) -> str:
    """A path as text that can be written anywhere; bytes that are no UTF-8 are replaced."""
    return os.fsencode(str(path)).decode("utf-8", "replace")


def _read(file: _File, names: Mapping[str, str]) -> tuple[Document, list[Mention]] | Unreadable:
    reader = READERS.get(file.path.suffix.lower())
    if file.why or reader is None:
        return Unreadable(file.name, file.why or _no_reader(file.path))
    content = _content(file.path)
    if isinstance(content, str):
        return Unreadable(file.name, content)
    text = _text(content)
    if text is None:
        return Unreadable(file.name, _not_text(content))
    digest = hashlib.sha256(content).hexdigest()
    name = names.get(digest) or names.get(file.name) or _recorded_name(file.name)
    return Document(file.name, name, digest), reader(text)


def _recorded_name(path: str) -> str:
    """A document's name in its citations' ids: its path without suffix, in Unicode NFC."""
    return unicodedata.normalize("NFC", str(PurePosixPath(path).with_suffix("")))


def _no_reader(path: Path) -> str:
    known = ", ".join(READERS)
    return f"there is no reader for {path.suffix or 'files without an extension'}; save it as one of {known}"


def _content(path: Path) -> bytes | str:
    """A regular file's bytes, or the sentence that says why there are none."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return "is not a regular file"
        if found.st_size > MAX_BYTES:
            return f"has {found.st_size} bytes; more than {MAX_BYTES} is not read, split it"
        return path.read_bytes() or "is empty"
    except OSError as error:
        return f"cannot be opened ({error.strerror})"


def _text(content: bytes) -> str | None:
    """The text of UTF-8 bytes, without a byte order mark; None when they are not text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or not text.strip() else text


def _not_text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"is not UTF-8 (byte {error.start}); save it again as UTF-8"
    return "holds NUL characters: it is no text document" if text.strip() else "is empty but for white space"
