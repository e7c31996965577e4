"""`evercite archive export|import`: an archive handed on, proven on both sides."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.cli.options import Commands, add_places, plain

if TYPE_CHECKING:
    from crawler.night.transfer import Transfer

BROKEN = 4


def add_transfer(actions: Commands) -> None:
    """The two actions, among those of `evercite archive`."""
    exporting = actions.add_parser(
        "export", help="write everything into a folder (BagIt), or bring it up to date there"
    )
    exporting.add_argument("folder", metavar="DIR", type=Path)
    exporting.set_defaults(run=_export)
    importing = actions.add_parser("import", help="fill an empty archive from such a folder")
    importing.add_argument("folder", metavar="DIR", type=Path)
    importing.set_defaults(run=_import)
    for action in (exporting, importing):
        add_places(action)


def _export(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from crawler.cli.options import open_ledger
    from crawler.night.transfer import export_archive

    open_ledger(options.archive).close()  # says what is missing where there is no archive
    return _tell(export_archive(options.archive, options.folder, datetime.now(UTC)), options.folder, "exported to")


def _import(options: argparse.Namespace) -> int:
    from crawler.night.transfer import import_archive

    done = import_archive(options.folder, options.archive)
    status = _tell(done, options.archive, "imported into")
    print("Seeds and settings are not part of it: bring your documents and evercite.toml along.")
    return status


def _tell(done: Transfer, folder: Path, what: str) -> int:
    from crawler.archive.findings import many, wrapped

    size = f"{done.length_bytes / 2**20:,.1f} MiB"
    said = f"{many(done.files, 'file')}, {size}, {many(done.nights, 'night')} {what} {folder}; {done.copied:,} copied"
    problems: list[Any] = list(done.report.sentences())
    found = f"; {done.report.answers:,} answers proven"
    print("\n".join(wrapped(plain(f"{said}{found}."))))
    for sentence in problems:
        print("\n".join(wrapped(plain(sentence))))
    return BROKEN if done.report.problems else 0
