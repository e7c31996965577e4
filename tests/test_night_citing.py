"""`evercite cite` beside an archive: ids and targets as the nights know them, and what is never checked."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from crawler.clock import Clock
from crawler.config import Config, Exclusion
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Night
from crawler.night.citing import each_cited
from crawler.night.targets import type_target
from crawler.seeds.documents import read_documents
from crawler.seeds.explain import explain
from crawler.seeds.table import document_table

TRACKER = "https://un.mdrtor.com/track/link/key/1/signature/00112233445566778899aabbccddeeff/userid/ffeeddccbbaa9988"
NOW = datetime(2026, 1, 2, 2, tzinfo=UTC)


def _cited(path: Path, archive: Path, config: Config | None = None) -> tuple[Citation, ...]:
    return tuple(one for seeds in each_cited([path], archive, config or Config()) for one in seeds.citations)


def _archive(folder: Path, document: Path) -> Path:
    """An archive whose first night read a document, and whose editor typed the target of its tracker."""
    seeds = read_documents([document])
    with closing(Ledger.open(folder / "ledger.sqlite3")) as ledger:
        ledger.begin_night(Night("20260101T020000Z", NOW, simulated=True), "{}")
        ledger.record_seeds("20260101T020000Z", seeds.documents, seeds.citations, seeds.unreadable)
        type_target(ledger, seeds.citations[0].id, "https://example.org/a?utm_source=x", "looked it up", Clock(NOW))
    return folder


def test_cite_knows_what_the_nights_know(tmp_path: Path) -> None:
    document = tmp_path / "issue.txt"
    document.write_text(TRACKER + "\n", "utf-8")
    before = _cited(document, tmp_path / "nowhere")[0]
    assert before.uri is None
    archive = _archive(tmp_path / "archive", document)
    renamed = document.rename(tmp_path / "renamed.txt")
    after = _cited(renamed, archive)[0]
    assert (after.id, after.uri) == (before.id, "https://example.org/a"), "an editor's work would be forgotten"
    assert "looked it up" in explain(after)


def test_cite_makes_no_archive(tmp_path: Path) -> None:
    document = tmp_path / "issue.txt"
    document.write_text("https://example.org/", "utf-8")
    _cited(document, tmp_path / "archive")
    assert not (tmp_path / "archive").exists(), "looking would leave an empty archive behind"


def test_an_exclusion_is_told_with_its_reason(tmp_path: Path) -> None:
    document = tmp_path / "issue.txt"
    document.write_text("https://example.org/private\nhttps://example.org/open\n", "utf-8")
    config = Config(exclude=(Exclusion("/private", "the intranet of a partner"),))
    (seeds,) = each_cited([document], tmp_path / "archive", config)
    excluded, checked = seeds.citations
    assert "the intranet of a partner" in explain(excluded)
    assert "the intranet of a partner" in " ".join(document_table(seeds).split())
    assert not checked.notes
