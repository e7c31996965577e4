"""What a document is called: the name its citations' ids are made of, which outlives renaming and corrections.

Rules:
- A file that is where it was keeps its document's name; then one that was renamed (same bytes elsewhere) does;
  then one that was corrected in place (other bytes, same path). No two documents have the same name.
- A new document is called by its leading file's path without suffix, in Unicode NFC; where that is the name of
  another one, tonight or earlier, `~2` and so on follows.
- Where two claim a name, the one whose path it was made of has it.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from crawler.model import KnownNames

# The files of a document as (path, sha256), the one that leads first.
Files = Sequence[tuple[str, str]]


def name_documents(documents: Sequence[Files], known: KnownNames) -> list[str]:
    """A name for each document, in order."""
    names: dict[int, str] = {}
    for offers in (_where_it_was(known), _renamed(known), _corrected(known)):
        _assign(documents, names, offers)
    used = {name for found in (*known.by_path.values(), *known.by_digest.values()) for name in found}
    for place, files in enumerate(documents):
        if place not in names:
            names[place] = _fresh(_base(files), used | set(names.values()))
    return [names[place] for place in range(len(documents))]


Offers = Callable[[str, str], Iterable[str]]


def _where_it_was(known: KnownNames) -> Offers:
    return lambda path, digest: filter(None, [known.by_file.get((path, digest))])


def _renamed(known: KnownNames) -> Offers:
    return lambda path, digest: known.by_digest.get(digest, ())


def _corrected(known: KnownNames) -> Offers:
    return lambda path, digest: known.by_path.get(path, ())


def _assign(documents: Sequence[Files], names: dict[int, str], offers: Offers) -> None:
    """Give the names that are offered to the documents without one; a name is given once."""
    wanted = [
        (place, name)
        for place, files in enumerate(documents)
        if place not in names
        for path, digest in files
        for name in offers(path, digest)
    ]
    taken = set(names.values())
    for place, name in sorted(wanted, key=lambda one: _base(documents[one[0]]) != one[1]):
        if place not in names and name not in taken:
            names[place] = name
            taken.add(name)


def _base(files: Files) -> str:
    path = PurePosixPath(files[0][0]) if files else PurePosixPath("document")
    return unicodedata.normalize("NFC", str(path.with_suffix("")))


def _fresh(base: str, used: set[str]) -> str:
    numbered = (base if number == 1 else f"{base}~{number}" for number in itertools.count(1))
    return next(name for name in numbered if name not in used)
