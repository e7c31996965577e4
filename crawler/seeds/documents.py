"""Seed documents on disk → citations, document by document.

Rules:
- A document that cannot be read is named with one sentence and the others go on. Nothing readable at all is for
  the caller to see.
- The same bytes are the same document: read once, under the name it was first recorded by.
- Of a document in several formats the richest leads; a link that only another holds is cited from there.
- Unchanged files are not read again where a memory is given, unless a tracking link has still to be asked: its
  address stands nowhere but in the document.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from crawler.ledger.values import read_json, write_json
from crawler.model import Citation, Document, Flag, KnownNames, Unreadable
from crawler.seeds.apart import Apart, read_here
from crawler.seeds.citations import cite_all
from crawler.seeds.edition import edition
from crawler.seeds.formats import Format
from crawler.seeds.groups import Group, group_files
from crawler.seeds.issued import find_issued
from crawler.seeds.listing import File, list_files, told_zh
from crawler.seeds.names import name_documents
from crawler.seeds.reading import Reading, Why
from crawler.seeds.recipients import Recipients
from crawler.seeds.show import shown_document

HERE_BYTES = 64 * 1024  # a briefing's text has a third of it; what is longer may be made to cost time


@dataclass(frozen=True, slots=True)
class Seeds:
    """What a set of paths, or one document, holds: the files read, their citations, and what could not be read."""

    documents: tuple[Document, ...] = ()
    citations: tuple[Citation, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


class Memory(Protocol):
    """Where readings are kept from one night to the next (the ledger)."""

    def recall_reading(self, key: str, version: str) -> str | None:
        """What was kept, or None."""

    def keep_reading(self, key: str, version: str, data: str) -> None:
        """Keep a reading."""

    def drop_readings_but(self, keys: Collection[str]) -> None:
        """Forget what no document reads as any more."""

    def tracker_targets(self) -> dict[str, str]:
        """The wrappers that have been answered: nobody needs their address any more."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of a document, ready to be read."""

    file: File
    format: Format
    digest: str


@dataclass(frozen=True, slots=True)
class _Whole:
    """A document: its files, the one that leads first, the name its ids are made of, and its stated date."""

    parts: tuple[_Part, ...]
    name: str
    issued: str | None
    unreadable: tuple[Unreadable, ...]

    def key(self) -> str:
        """What its reading is kept under: everything that it depends on but the readers themselves."""
        files = [f"{part.file.name}\0{part.digest}" for part in self.parts]
        return hashlib.sha256("\0".join([self.name, self.issued or "", *files]).encode()).hexdigest()


def read_documents(paths: Sequence[Path], names: KnownNames | None = None, memory: Memory | None = None) -> Seeds:
    """The citations of files and folders. `names` is what earlier nights called them.

    Raises UsageError for a named path that does not exist and for a seeds.toml that cannot be used.
    """
    parts = list(each_document(paths, names, memory))
    return Seeds(
        tuple(one for part in parts for one in part.documents),
        tuple(one for part in parts for one in part.citations),
        tuple(one for part in parts for one in part.unreadable),
    )


def each_document(
    paths: Sequence[Path], names: KnownNames | None = None, memory: Memory | None = None
) -> Iterator[Seeds]:
    """The documents of files and folders, one after the other; memory does not grow with their number."""
    groups, missing = group_files(list_files(paths))
    wholes = _named(list(_unlike(map(_whole, groups))), names or KnownNames())
    settled = frozenset(memory.tracker_targets()) if memory else frozenset()
    kept: set[str] = set()
    with Apart() as apart:
        for whole in wholes:
            if memory is None or not whole.parts:
                yield _read(whole, apart)
            else:
                kept.add(whole.key())
                yield _recalled(whole, memory, settled) or _kept(_read(whole, apart), whole, memory)
    if missing:
        yield Seeds(unreadable=tuple(missing))
    if memory is not None:
        memory.drop_readings_but(kept)


# ---------------------------------------------------------------- which files, under which name


def _whole(group: Group) -> _Whole:
    parts: list[_Part] = []
    unreadable: list[Unreadable] = []
    for member in group.members:
        found = member.format if isinstance(member.format, Why) else _part(member.file, member.format)
        if isinstance(found, Why):
            unreadable.append(_unreadable(member.file.name, found))
        else:
            parts.append(found)
    return _Whole(tuple(parts), "", group.issued, tuple(unreadable))


def _part(file: File, format_: Format) -> _Part | Why:
    """A regular file's digest, or why it is not read."""
    try:
        found = file.path.stat()
        if not stat.S_ISREG(found.st_mode):
            return Why("is not a regular file", "不是普通文件")
        if found.st_size > format_.max_bytes:
            return _too_long(found.st_size, format_.max_bytes)
        if not found.st_size:
            return Why("is empty", "文件为空")
        with file.path.open("rb") as content:
            return _Part(file, format_, hashlib.file_digest(content, "sha256").hexdigest())
    except OSError as error:
        return Why(f"cannot be opened ({error.strerror})", f"文件无法打开（{told_zh(error)}）")


def _too_long(length: int, limit: int) -> Why:
    return Why(
        f"has {length} bytes; more than {limit} is not read, split it",
        f"文件过大（{length} 字节，上限 {limit} 字节）；请拆分后再放入",
    )


def _named(wholes: Sequence[_Whole], known: KnownNames) -> list[_Whole]:
    read = [whole for whole in wholes if whole.parts]
    files = [[(part.file.name, part.digest) for part in whole.parts] for whole in read]
    names = iter(name_documents(files, known))
    return [replace(whole, name=next(names)) if whole.parts else whole for whole in wholes]


def _unlike(wholes: Iterable[_Whole]) -> Iterator[_Whole]:
    """The documents without files whose bytes an earlier one has."""
    known: set[str] = set()
    for whole in wholes:
        parts = tuple(part for part in whole.parts if part.digest not in known)
        known.update(part.digest for part in parts)
        if parts or whole.unreadable:
            yield replace(whole, parts=parts)


def _unreadable(name: str, why: Why, partly: bool = False) -> Unreadable:
    return Unreadable(shown_document(name), why.en, why.zh, partly)


# ---------------------------------------------------------------- reading


def _read(whole: _Whole, apart: Apart) -> Seeds:
    """A document's citations: those of the leading file, then the links that only another file holds."""
    documents: list[Document] = []
    citations: list[Citation] = []
    unreadable = list(whole.unreadable)
    for part in whole.parts:
        answer = _answer(part, apart)
        if isinstance(answer, Why) or isinstance(answer[1], Why):
            unreadable.append(_unreadable(part.file.name, answer if isinstance(answer, Why) else _why(answer[1])))
            continue
        digest, reading = answer
        assert isinstance(reading, Reading)
        issued = find_issued(part.file.name, reading.opening, reading.dated, whole.issued)
        document = Document(part.file.name, whole.name, digest, issued)
        found, recipients = cite_all(document, reading.mentions)
        unreadable += [_unreadable(part.file.name, _blanked(why, recipients), partly=True) for why in reading.warnings]
        if documents:
            found, left = _further(citations, found)
            unreadable += _told(part, whole, left)
        documents.append(document)
        citations += found
    return Seeds(tuple(documents), tuple(citations), tuple(unreadable))


def _answer(part: _Part, apart: Apart) -> tuple[str, Reading | Why] | Why:
    """What reading a file gives: in a process of its own where it is binary, or long enough to cost time."""
    try:
        if part.format.apart or part.file.path.stat().st_size > HERE_BYTES:
            return apart.read(part.file.path, part.format)
        return read_here(part.format, part.file.path.read_bytes())
    except OSError as error:
        return Why(f"cannot be opened ({error.strerror})", f"文件无法打开（{told_zh(error)}）")


def _blanked(why: Why, recipients: Recipients) -> Why:
    """A warning without what names a recipient: it may quote the document."""
    return Why(recipients.blank(why.en), recipients.blank(why.zh))


def _why(found: Reading | Why) -> Why:
    assert isinstance(found, Why)
    return found


_UNSURE = frozenset({Flag.BOUNDARY_AMBIGUOUS, Flag.JOINED_LINES})


def _further(lead: Sequence[Citation], other: Sequence[Citation]) -> tuple[tuple[Citation, ...], tuple[Citation, ...]]:
    """What another file of the same document cites beyond the leading one: its links, and what it only prints.

    A printed address may be a leading one cut at a line's end, so it is told rather than cited.
    """
    known = {_sameness(citation) for citation in lead} | {uri for citation in lead for uri in citation.alternatives}
    new = [one for one in other if _sameness(one) not in known and not known & {one.uri, *one.alternatives}]
    links = [one for one in new if one.anchor is not None and not _UNSURE & set(one.flags)]
    ordinals = range(len(lead) + 1, len(lead) + 1 + len(links))
    cited = tuple(replace(one, ordinal=ordinal) for one, ordinal in zip(links, ordinals, strict=True))
    return cited, tuple(one for one in new if one not in links)


def _sameness(citation: Citation) -> str:
    """What one address has in common in two formats of a document."""
    return citation.urlkey or citation.printed.removeprefix("mailto:")


def _told(part: _Part, whole: _Whole, left: Sequence[Citation]) -> list[Unreadable]:
    """Printed addresses of another format that the leading one does not have, as a warning."""
    if not left:
        return []
    lead = shown_document(whole.parts[0].file.name)
    some = ", ".join(one.printed for one in left[:3]) + (", …" if len(left) > 3 else "")
    number = "1 address" if len(left) == 1 else f"{len(left)} addresses"
    why = Why(
        f"prints {number} that {lead}, the same document, lacks ({some}): not cited, not checked; put them into {lead},"
        " or give the two files different names",
        f"与 {lead} 是同一文档，其中 {len(left)} 条网址 {lead} 里没有（{some}），因此不检查；"
        f"请补入 {lead}，或将两个文件改为不同的名称",
    )
    return [_unreadable(part.file.name, why, partly=True)]


# ---------------------------------------------------------------- from one night to the next


def _recalled(whole: _Whole, memory: Memory, settled: Collection[str]) -> Seeds | None:
    """What a document read as before, if nothing has changed and no wrapper in it is still to be asked."""
    data = memory.recall_reading(whole.key(), edition())
    seeds = read_json(Seeds, data) if data else None
    return seeds if seeds and not any(_is_open(citation, settled) for citation in seeds.citations) else None


def _is_open(citation: Citation, settled: Collection[str]) -> bool:
    wrapper = citation.wrapper
    return wrapper is not None and not wrapper.redacted_in_source and wrapper.sha256 not in settled


def _kept(seeds: Seeds, whole: _Whole, memory: Memory) -> Seeds:
    """The reading, kept for the next night; not where a file could not be read: the next night may be luckier."""
    if all(row.partly for row in seeds.unreadable) and seeds.documents:
        memory.keep_reading(whole.key(), edition(), write_json(seeds))
    return seeds
