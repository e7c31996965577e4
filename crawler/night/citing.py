"""Documents cited outside a night: as they read, and as the nights so far have settled them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from crawler.config import Config
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Evidence
from crawler.night.settle import known_targets, settle
from crawler.seeds.documents import Seeds, each_document

EXCLUDED = "excluded"


def each_cited(paths: Sequence[Path], archive: Path, config: Config) -> Iterator[Seeds]:
    """The documents of files and folders, one by one; where an archive is there, with the ids and targets it knows.

    Raises UsageError as read_documents does, and LedgerError for a ledger that cannot be read.
    """
    path = archive / "ledger.sqlite3"
    if not path.exists():
        yield from (_told(seeds, list(seeds.citations), config) for seeds in each_document(paths))
        return
    with closing(Ledger.open(path)) as ledger:
        known = known_targets(ledger, config)
        for seeds in each_document(paths, ledger.names()):
            yield _told(seeds, settle(seeds.citations, known), config)


def _told(seeds: Seeds, citations: Sequence[Citation], config: Config) -> Seeds:
    return replace(seeds, citations=tuple(_noted(citation, config) for citation in citations))


def _noted(citation: Citation, config: Config) -> Citation:
    """The citation with the reason why it is never checked, if the configuration has one."""
    row = next((row for row in config.exclude if citation.uri and re.search(row.pattern, citation.uri)), None)
    if row is None:
        return citation
    note = Evidence(EXCLUDED, f"Not checked: excluded by the configuration ({row.why}).", f"按配置不检查：{row.why}。")
    return replace(citation, notes=(*citation.notes, note))
