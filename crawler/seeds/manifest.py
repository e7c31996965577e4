"""`seeds.toml`: which files of a folder are one document, and when it was issued.

[[document]]
files = ["2025-06/简报.pdf", "texts/june.txt"]   # below the folder of seeds.toml
issued = "2025-06-30"                            # or "2025-06"; optional
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from crawler.errors import UsageError
from crawler.urls.redact import redact_text

MANIFEST = "seeds.toml"
KEYS = ("files", "issued")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Entry:
    """One document: its files (below the folder, `/` between names), and its issue date or None."""

    files: tuple[str, ...]
    issued: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The entries of a folder's seeds.toml, asked by file."""

    entries: tuple[Entry, ...] = ()
    by_file: Mapping[str, Entry] = field(default_factory=dict)

    def entry_of(self, name: str) -> Entry | None:
        """The entry that names a file, or None."""
        return self.by_file.get(name)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder of seeds; an empty one where there is none. Raises UsageError naming the entry."""
    path = folder / MANIFEST
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Manifest()
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8; save it again as UTF-8") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML ({error}); correct the file") from error
    try:
        return _manifest(table)
    except UsageError as error:
        raise UsageError(redact_text(f"{path}: {error}")) from None


def _manifest(table: dict[str, Any]) -> Manifest:
    _check_keys(table, ("document",), "")
    rows = table.get("document", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError("documents are written as [[document]]")
    entries = tuple(_entry(row, number) for number, row in enumerate(rows, 1))
    by_file: dict[str, Entry] = {}
    for entry in entries:
        for name in entry.files:
            if name in by_file:
                raise UsageError(f"{name} is named twice; a file belongs to one document")
            by_file[name] = entry
    return Manifest(entries, by_file)


def _entry(row: dict[str, Any], number: int) -> Entry:
    place = f"document {number}: "
    _check_keys(row, KEYS, place)
    files = row.get("files")
    if not isinstance(files, list) or not files or not all(isinstance(name, str) for name in files):
        raise UsageError(f'{place}files must be a list of names, like files = ["june.pdf", "june.txt"]')
    for name in files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise UsageError(f"{place}{name} must lie below the folder of {MANIFEST}")
    issued = row.get("issued")
    return Entry(tuple(str(PurePosixPath(name)) for name in files), _date(issued, place))


def _date(issued: Any, place: str) -> str | None:
    """An ISO 8601 date or month; TOML's own dates are welcome, too."""
    text = issued.isoformat() if isinstance(issued, date) else issued
    if text is None or (isinstance(text, str) and (_MONTH.fullmatch(text) or _is_date(text))):
        return text
    raise UsageError(f'{place}issued = {issued!r} is no date; write "2025-06-30" or "2025-06"')


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_keys(table: dict[str, Any], known: tuple[str, ...], place: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise UsageError(f"{place}unknown key {key!r}; the nearest known one is {near!r}")
