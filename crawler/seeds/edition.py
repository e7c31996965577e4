"""Which edition of the readers this is: what an earlier edition read is read again."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ROOMS = ("seeds", "urls")
_FILES = ("model/documents.py", "model/evidence.py", "content.py", "suffixes.py")
_LIBRARIES = ("ada-url", "lxml", "markdown-it-py", "pypdf", "pypdfium2", "tldextract")


@cache
def edition() -> str:
    """A digest of everything that decides how a document reads: our own code and the libraries' versions."""
    crawler = Path(__file__).parent.parent
    sources = [path for room in _ROOMS for path in sorted((crawler / room).rglob("*.py"))]
    digest = hashlib.sha256()
    for path in [*sources, *(crawler / name for name in _FILES)]:
        digest.update(path.read_bytes())
    digest.update(" ".join(f"{name} {_version(name)}" for name in _LIBRARIES).encode())
    return digest.hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
