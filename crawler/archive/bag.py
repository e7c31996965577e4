"""A bag (BagIt 1.0, RFC 8493): files with the digests that prove them, as libraries hand collections on.

Rules:
- A payload file reaches its final name only whole, and its digest is that of the bytes that were written.
- The manifest is written last, so that half a bag is no bag (RFC 8493 §3: incomplete).
- Paths in a manifest stay below `data/`, as they are written and on the disk: any other, and any link there, is refused
  before a file is opened (§5.1).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crawler.archive.files import replace_file, sync_folder
from crawler.errors import UsageError

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST, INFO = "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"
PAYLOAD = "data"
_PIECE_BYTES = 1024 * 1024

# Told how many bytes are done.
OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag as its tag files describe it: path below `data/` → sha256, and what bag-info.txt says."""

    folder: Path
    digests: Mapping[str, str]
    info: Mapping[str, str]

    def path(self, name: str) -> Path:
        """Where a payload file lies."""
        return self.folder / PAYLOAD / name


def is_payload(folder: Path) -> bool:
    """Whether a folder is the payload of a bag: nothing in it may change."""
    return folder.name == PAYLOAD and (folder.parent / MANIFEST).is_file()


def begin_bag(folder: Path) -> None:
    """Make a folder a bag under way: without a manifest, so that nobody takes it for a whole one."""
    (folder / PAYLOAD).mkdir(parents=True, exist_ok=True)
    for name in (MANIFEST, TAG_MANIFEST):
        (folder / name).unlink(missing_ok=True)
    sync_folder(folder)


def end_bag(folder: Path, digests: Mapping[str, str], info: Mapping[str, str]) -> Bag:
    """Write the tag files of a bag whose payload is there."""
    lengths = [(folder / PAYLOAD / name).stat().st_size for name in digests]
    told = {**info, "Payload-Oxum": f"{sum(lengths)}.{len(lengths)}"}  # RFC 8493 §2.2.2: octets.streams
    tags = {
        "bagit.txt": DECLARATION,
        INFO: "".join(f"{label}: {_one_line(value)}\n" for label, value in told.items()),
        MANIFEST: "".join(f"{digest}  {PAYLOAD}/{_escaped(name)}\n" for name, digest in sorted(digests.items())),
    }
    tags[TAG_MANIFEST] = "".join(f"{_sha256(text)}  {name}\n" for name, text in sorted(tags.items()))
    for name in ("bagit.txt", INFO, TAG_MANIFEST, MANIFEST):
        replace_file(folder / name, [tags[name].encode("utf-8")])
    return Bag(folder, digests, told)


def read_bag(folder: Path) -> Bag:
    """The bag in a folder. Raises UsageError where there is none, or one that was not finished or was tampered with."""
    if not (folder / MANIFEST).is_file() or not (folder / "bagit.txt").is_file():
        raise UsageError(f"{folder}: holds no whole export (no {MANIFEST}); name the folder that `export` wrote")
    refuse_links(folder)
    digests: dict[str, str] = {}
    for line in _read_lines(folder / MANIFEST):
        digest, _, path = line.partition("  ")
        name = _unescaped(path).removeprefix(f"{PAYLOAD}/")
        if not _is_below(_unescaped(path)) or len(digest) != 64:
            raise UsageError(f"{folder / MANIFEST}: the line {line[:80]!r} is none of a manifest; export again")
        digests[name] = digest
    return Bag(folder, digests, _read_info(folder))


def refuse_links(folder: Path) -> None:
    """Raise UsageError where a payload has links: they lead out of the bag, to what nobody meant to read or replace."""
    payload = folder / PAYLOAD
    for path in (payload, *payload.rglob("*")):
        if path.is_symlink():
            raise UsageError(f"{path}: is a link, and a bag holds files alone; put there what it leads to")


def copy_proven(source: Path, target: Path, on_bytes: OnBytes = lambda n: None) -> str:
    """Copy a file whole or not at all; returns the sha256 of the bytes that were written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".part")
    digest = hashlib.sha256()
    try:
        with source.open("rb") as reading, unfinished.open("wb") as writing:
            for piece in iter(lambda: reading.read(_PIECE_BYTES), b""):
                digest.update(piece)
                writing.write(piece)
                on_bytes(len(piece))
            writing.flush()
            os.fsync(writing.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return digest.hexdigest()


def digest_of(path: Path, on_bytes: OnBytes = lambda n: None) -> str:
    """The sha256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(_PIECE_BYTES), b""):
            digest.update(piece)
            on_bytes(len(piece))
    return digest.hexdigest()


def problems_of(bag: Bag, on_bytes: OnBytes = lambda n: None) -> Iterator[str]:
    """What is wrong with a bag, a sentence each: files missing, altered, or not in the manifest."""
    yield from _tag_problems(bag.folder)
    for name, digest in sorted(bag.digests.items()):
        path = bag.path(name)
        if not path.is_file():
            yield f"{name} is missing"
        elif digest_of(path, on_bytes) != digest:
            yield f"{name} was altered"
    for path in sorted(_files_below(bag.folder / PAYLOAD)):
        name = path.relative_to(bag.folder / PAYLOAD).as_posix()
        if name not in bag.digests:
            yield f"{name} is not in the manifest"


def _tag_problems(folder: Path) -> Iterator[str]:
    path = folder / TAG_MANIFEST
    for line in _read_lines(path) if path.is_file() else ():
        digest, _, name = line.partition("  ")
        if name != PurePosixPath(name).name or not (folder / name).is_file() or digest_of(folder / name) != digest:
            yield f"{name} was altered"


def _files_below(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if not path.is_dir())


def _read_info(folder: Path) -> dict[str, str]:
    path = folder / INFO
    lines = _read_lines(path) if path.is_file() else []
    return {label: value.strip() for label, found, value in (line.partition(":") for line in lines) if found}


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not in UTF-8, as an export's tag files are; export again") from None


def _is_below(path: str) -> bool:
    """Whether a path leads below `data/` and is written as it leads: `data//etc` would be `/etc` behind `data/`."""
    plain = PurePosixPath(path)
    is_whole = str(plain) == path and "\0" not in path
    return is_whole and len(plain.parts) > 1 and plain.parts[0] == PAYLOAD and ".." not in plain.parts


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _escaped(path: str) -> str:
    """A path in a manifest (§2.1.3)."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _unescaped(path: str) -> str:
    return path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
