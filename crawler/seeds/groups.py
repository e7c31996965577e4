"""Which files are one document: those of one name in several formats, or as seeds.toml says.

Rules:
- Files beside each other with the same name but for the suffix are one document, and so are the files of an
  entry in seeds.toml. The format that says most of a citation's place comes first (formats.Format.rank).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crawler.model import Unreadable
from crawler.seeds.formats import Format, format_of
from crawler.seeds.listing import File
from crawler.seeds.manifest import MANIFEST, Entry, Manifest, read_manifest
from crawler.seeds.reading import Why
from crawler.seeds.show import shown_document


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a document, with its format or the reason why it has none."""

    file: File
    format: Format | Why


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one document, the one that leads first; `issued` as seeds.toml states it."""

    members: tuple[Member, ...]
    issued: str | None = None


def group_files(files: Iterable[File]) -> tuple[list[Group], list[Unreadable]]:
    """The documents, in order of their first file, and what seeds.toml names that is not there."""
    manifests: dict[Path, Manifest] = {}
    grouped: dict[object, list[Member]] = {}
    entries: dict[object, Entry] = {}
    for file in files:
        if file.root is not None and file.root not in manifests:
            manifests[file.root] = read_manifest(file.root)
        entry = manifests[file.root].entry_of(_below_root(file)) if file.root is not None else None
        member = Member(file, file.why or format_of(file.path))
        key = _key(member, entry)
        grouped.setdefault(key, []).append(member)
        if entry:
            entries[key] = entry
    groups = [_group(members, entries.get(key)) for key, members in grouped.items()]
    return groups, list(_missing(manifests, grouped.values()))


def _below_root(file: File) -> str:
    """A file's path as seeds.toml names it."""
    return file.path.relative_to(file.root).as_posix() if file.root is not None else file.path.name


def _key(member: Member, entry: Entry | None) -> object:
    path = member.file.path
    if entry is not None:
        return (member.file.root, entry.files)
    if isinstance(member.format, Why):
        return path
    return (path.parent.resolve(), unicodedata.normalize("NFC", path.stem))


def _group(members: list[Member], entry: Entry | None) -> Group:
    def rank(member: Member) -> int:
        return -member.format.rank if isinstance(member.format, Format) else 0

    return Group(tuple(sorted(members, key=rank)), entry.issued if entry else None)


def _missing(manifests: Mapping[Path, Manifest], grouped: Iterable[list[Member]]) -> Iterable[Unreadable]:
    there = {(member.file.root, _below_root(member.file)) for members in grouped for member in members}
    for root, manifest in manifests.items():
        for name in manifest.by_file:
            if (root, name) not in there:
                yield Unreadable(
                    shown_document(name),
                    f"is named in {MANIFEST} and is not there; correct the entry",
                    f"{MANIFEST} 中列出了该文件，但文件不存在；请改正该条目",
                    partly=True,
                )
