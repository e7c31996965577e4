"""What the commands share: where the archive and the settings are, and how words from outside are printed."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from crawler.errors import EverciteError, UsageError

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.ledger.ledger import Ledger

# The class is generic for type checkers only.
Commands: TypeAlias = "argparse._SubParsersAction[Any]"


def said(error: EverciteError, status: int) -> int:
    print(f"evercite: {error}", file=sys.stderr)
    return status


def add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--archive", metavar="DIR", type=Path, default=Path("archive"))
    parser.add_argument("--config", metavar="FILE", type=Path, help="default: evercite.toml, if it is there")


def instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write one like 2026-01-02T02:00:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def config_of(options: argparse.Namespace) -> Config:
    from crawler.config import Config, read_config

    if options.config:
        return read_config(options.config)
    default = Path("evercite.toml")
    return read_config(default) if default.exists() else Config()


def open_ledger(archive: Path) -> Ledger:
    from crawler.archive.bag import is_payload
    from crawler.ledger.ledger import Ledger

    if is_payload(archive):
        raise UsageError(f"{archive}: is an export, which must stay as it is; `evercite archive import` it first")
    return Ledger.open(_ledger_of(archive))


def read_ledger(archive: Path) -> Ledger:
    """The ledger for a command that only reads: on a full disk or in a read-only folder, too."""
    from crawler.archive.bag import is_payload
    from crawler.ledger.ledger import Ledger

    path = _ledger_of(archive)
    return Ledger.open_unchanged(path) if is_payload(archive) else Ledger.open_to_read(path)


def make_ledger(archive: Path) -> Ledger:
    """The ledger, made anew where there are WARC files without one: all that they tell can be read from them again."""
    from crawler.ledger.ledger import Ledger

    return Ledger.open(archive / "ledger.sqlite3" if _has_files(archive) else _ledger_of(archive))


def _has_files(archive: Path) -> bool:
    from crawler.archive.files import finished_files

    return archive.is_dir() and any(True for _ in finished_files(archive))


def _ledger_of(archive: Path) -> Path:
    path = archive / "ledger.sqlite3"
    if archive.exists() and not archive.is_dir():
        raise UsageError(f"{archive}: is a file, not an archive's folder; move it away or name another with --archive")
    if not path.exists() and _has_files(archive):
        raise UsageError(
            f"{path}: the ledger is gone; restore it from a backup, or run `evercite archive reindex`: the copies are"
            " found again then, what was judged is not"
        )
    if not path.exists():
        raise UsageError(
            f"{path}: there is no ledger yet; run `evercite night` first or name the folder with --archive"
        )
    return path


def shown(asked: str) -> str:
    from crawler.urls.redact import redact

    return plain(redact(asked))


def plain(text: str) -> str:
    """Text from outside for a terminal: what does not print is shown as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
