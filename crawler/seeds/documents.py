"""Seed documents on disk → citations: one reader a format, in a table.

Rules:
- A folder is read recursively, in order of path; README files and dot-files are skipped, links to
  folders are not followed.
- A document that cannot be read is named with one sentence and the others go on; a path that was named
  and is missing is a mistake of the caller (UsageError). Nothing readable at all is for the caller to see.
- The same bytes are the same document: read once, under the name it was first recorded by.
"""

from __future__ import annotations

import codecs
import errno
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
from crawler.seeds.show import shown_document
from crawler.seeds.text import read_text

MAX_BYTES = 16 * 1024 * 1024
MOSTLY = 0.9  # of a text's wide characters

_REASONS = {errno.EACCES: "没有权限", errno.EPERM: "没有权限", errno.ENOENT: "文件不存在", errno.ELOOP: "链接循环"}

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
class _Why:
    """Why a document is not read, in one sentence of each language; it says what to do where anything can be done."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read and its path as the report names it; `why` when it cannot even be listed."""

    path: Path
    name: str
    why: _Why | None = None


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
            raise UsageError(f"{shown_document(_shown(path))}: no such file or folder; correct the path")
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
        why = _Why(f"cannot be listed ({error.strerror})", f"文件夹无法列出（{_zh(error)}）")
        files.append(_File(place, _shown(place.relative_to(folder)), why))

    for place, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [_below_as(folder, Path(place, name)) for name in names if not _is_skipped(name)]
    return sorted(files, key=lambda file: PurePosixPath(file.name).parts)


def _below_as(folder: Path, path: Path) -> _File:
    return _File(path, _shown(path.relative_to(folder).as_posix()))


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name.upper().startswith("README")


def _shown(path: Path | str) -> str:
    """A path as text that can be written anywhere: bytes that are no UTF-8 replaced."""
    return os.fsencode(str(path)).decode("utf-8", "replace")


def _read(file: _File, names: Mapping[str, str]) -> tuple[Document, list[Mention]] | Unreadable:
    reader = READERS.get(file.path.suffix.lower())
    if file.why or reader is None:
        return _unreadable(file, file.why or _no_reader(file.path))
    content = _content(file.path)
    if isinstance(content, _Why):
        return _unreadable(file, content)
    text = _text(content)
    if text is None:
        return _unreadable(file, _not_text(content))
    digest = hashlib.sha256(content).hexdigest()
    name = names.get(digest) or names.get(file.name) or _recorded_name(file.name)
    return Document(file.name, name, digest), reader(text)


def _unreadable(file: _File, why: _Why) -> Unreadable:
    return Unreadable(shown_document(file.name), why.en, why.zh)


def _recorded_name(path: str) -> str:
    """A document's name in its citations' ids: its path without suffix, in Unicode NFC."""
    return unicodedata.normalize("NFC", str(PurePosixPath(path).with_suffix("")))


def _no_reader(path: Path) -> _Why:
    suffix = shown_document(_shown(path.suffix))
    return _Why(
        f"there is no reader for {suffix or 'files without an extension'};"
        " export it as plain text (.txt) or a citation list (.md)",
        f"没有可读取{f' {suffix} 文件' if suffix else '无扩展名文件'}的程序；请导出为纯文本（.txt）或引文列表（.md）",
    )


def _content(path: Path) -> bytes | _Why:
    """A regular file's bytes, or why there are none."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return _Why("is not a regular file", "不是普通文件")
        if found.st_size > MAX_BYTES:
            return _too_long(found.st_size)
        return path.read_bytes() or _Why("is empty", "文件为空")
    except OSError as error:
        return _Why(f"cannot be opened ({error.strerror})", f"文件无法打开（{_zh(error)}）")


def _too_long(length: int) -> _Why:
    return _Why(
        f"has {length} bytes; more than {MAX_BYTES} is not read, split it",
        f"文件过大（{length} 字节，上限 {MAX_BYTES} 字节）；请拆分后再放入",
    )


def _zh(error: OSError) -> str:
    """The system's reason in Chinese, or as the system says it."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


def _text(content: bytes) -> str | None:
    """The text of UTF-8 bytes, without a byte order mark; None when they are not text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or not text.strip() else text


def _not_text(content: bytes) -> _Why:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf8(content, error.start)
    if not text.strip():
        return _Why("is empty but for white space", "文件中只有空白")
    return _Why("holds NUL characters: it is no text document", "含有空字符（NUL），不是文本文件")


def _not_utf8(content: bytes, place: int) -> _Why:
    found = "UTF-16" if _is_utf16(content) else "GB18030" if _is_gb18030(content) else ""
    if found:
        return _Why(f"looks like {found}; save it again as UTF-8", f"编码似乎是 {found}；请另存为 UTF-8 编码")
    return _Why(
        f"is not UTF-8 (byte {place}); save it again as UTF-8",
        f"不是 UTF-8 编码（第 {place} 字节起）；请另存为 UTF-8 编码",
    )


def _is_utf16(content: bytes) -> bool:
    return content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _is_gb18030(content: bytes) -> bool:
    """True when bytes read as GB18030 and what is not ASCII in them is mostly Han of everyday use."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    wide = [character for character in text if not character.isascii()]
    return sum(map(_is_everyday, wide)) > len(wide) * MOSTLY


def _is_everyday(character: str) -> bool:
    """True for the Han and the marks of GB 2312; other encodings read as GB18030 scatter over rare ones."""
    try:
        return len(character.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
