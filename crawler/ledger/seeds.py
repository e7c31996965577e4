"""The ledger's part about seeds: which documents and citations each night read, and what their files read as."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from crawler.ledger.store import Store
from crawler.ledger.values import read_json, write_json
from crawler.model import Citation, Document, Issued, KnownNames, Retired, Unreadable


class Seeds(Store):
    """Documents, citations and unreadable files, night by night; and what unchanged files read as (derived)."""

    def names(self) -> KnownNames:
        """What documents were called on earlier nights, by their files."""
        rows = self._rows(
            "SELECT d.path, d.sha256, d.name, max(n.night) AS night FROM documents d"
            " LEFT JOIN night_documents n ON n.path = d.path AND n.sha256 = d.sha256"
            " GROUP BY d.path, d.sha256 ORDER BY night DESC, d.rowid DESC"
        )
        by_digest: dict[str, dict[str, None]] = {}
        by_path: dict[str, dict[str, None]] = {}
        for row in rows:
            by_path.setdefault(row["path"], {})[row["name"]] = None
        for row in reversed(rows):
            by_digest.setdefault(row["sha256"], {})[row["name"]] = None
        return KnownNames(
            {(row["path"], row["sha256"]): row["name"] for row in rows},
            {digest: tuple(names) for digest, names in by_digest.items()},
            {path: tuple(names) for path, names in by_path.items()},
        )

    def record_seeds(
        self,
        night_id: str,
        documents: Sequence[Document],
        citations: Sequence[Citation],
        unreadable: Sequence[Unreadable],
    ) -> None:
        """Record what a night read, in place of what was recorded of it before; equal citations are stored once."""
        with self._writing() as db:
            for table in ("night_documents", "night_citations", "unreadable"):
                db.execute(f"DELETE FROM {table} WHERE night = ?", (night_id,))
            _insert_documents(db, night_id, documents)
            _insert_citations(db, night_id, citations)
            db.executemany(
                "INSERT INTO unreadable (night, document, why, why_zh, partly) VALUES (?, ?, ?, ?, ?)",
                [(night_id, u.document, u.why, u.why_zh, u.partly) for u in unreadable],
            )

    def documents_of(self, night_id: str) -> list[Document]:
        """The documents a night read, in its order."""
        rows = self._rows(
            "SELECT n.path, d.name, n.sha256, n.issued FROM night_documents n"
            " JOIN documents d ON d.path = n.path AND d.sha256 = n.sha256 WHERE n.night = ? ORDER BY n.place",
            night_id,
        )
        return [Document(row["path"], row["name"], row["sha256"], _issued(row["issued"])) for row in rows]

    def citations_of(self, night_id: str) -> list[Citation]:
        """The citations a night read, as it settled them, in document order."""
        rows = self._rows(
            "SELECT c.data FROM night_citations n JOIN citations c ON c.number = n.citation"
            " WHERE n.night = ? ORDER BY n.place",
            night_id,
        )
        return [read_json(Citation, row["data"]) for row in rows]

    def unreadable_of(self, night_id: str) -> list[Unreadable]:
        """The documents a night could not read, or only in part."""
        rows = self._rows(
            "SELECT document, why, why_zh, partly FROM unreadable WHERE night = ? ORDER BY rowid", night_id
        )
        return [Unreadable(row["document"], row["why"], row["why_zh"], bool(row["partly"])) for row in rows]

    def retired(self, night_id: str) -> list[Retired]:
        """The documents that an earlier night read and this one neither read nor named as unreadable, by path.

        A document is told by its name, so that one renamed or corrected is not retired.
        """
        rows = self._rows(
            "SELECT n.path, d.name, n.night FROM night_documents n"
            " JOIN documents d ON d.path = n.path AND d.sha256 = n.sha256 WHERE n.night <= ? ORDER BY n.night, n.place",
            night_id,
        )
        last = {row["name"]: Retired(row["path"], row["name"], row["night"]) for row in rows}
        failing = [unread.document for unread in self.unreadable_of(night_id)]
        gone = [one for one in last.values() if one.last_night != night_id and not _is_below(one.path, failing)]
        return sorted(gone, key=lambda one: one.path)

    def citation(self, citation_id: str) -> Citation | None:
        """The newest form of a citation by its id, or None."""
        row = self._one(
            "SELECT c.data FROM citations c JOIN night_citations n ON n.citation = c.number WHERE c.id = ?"
            " ORDER BY n.night DESC, n.place DESC LIMIT 1",
            citation_id,
        )
        return read_json(Citation, row["data"]) if row else None

    def citation_printed(self, printed: str, uri: str | None) -> Citation | None:
        """The newest citation that prints this text (as redacted) or was first read as this uri, or None."""
        row = self._one(
            "SELECT c.data FROM citations c JOIN night_citations n ON n.citation = c.number"
            " WHERE json_extract(c.data, '$.printed') = ? OR json_extract(c.data, '$.uri') = ?"
            " ORDER BY n.night DESC, n.place LIMIT 1",
            printed,
            uri,
        )
        return read_json(Citation, row["data"]) if row else None

    # ------------------------------------------------------------ readings of files (derived)

    def recall_reading(self, key: str, version: str) -> str | None:
        """What was kept under a key by this very version, or None."""
        row = self._one("SELECT data FROM seed_readings WHERE key = ? AND version = ?", key, version)
        return str(row["data"]) if row else None

    def keep_reading(self, key: str, version: str, data: str) -> None:
        """Keep what a document's files read as, in place of what was kept under this key."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO seed_readings VALUES (?, ?, ?)", (key, version, data))

    def drop_readings_but(self, keys: Collection[str]) -> None:
        """Forget every kept reading but these."""
        kept = set(keys)
        known = [row["key"] for row in self._rows("SELECT key FROM seed_readings")]
        with self._writing() as db:
            db.executemany("DELETE FROM seed_readings WHERE key = ?", [(key,) for key in known if key not in kept])


def _insert_documents(db: sqlite3.Connection, night_id: str, documents: Sequence[Document]) -> None:
    db.executemany(
        "INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?)", [(d.path, d.sha256, d.name, night_id) for d in documents]
    )
    db.executemany(
        "INSERT INTO night_documents (night, place, path, sha256, issued) VALUES (?, ?, ?, ?, ?)",
        [(night_id, place, d.path, d.sha256, d.issued and write_json(d.issued)) for place, d in enumerate(documents)],
    )


def _insert_citations(db: sqlite3.Connection, night_id: str, citations: Sequence[Citation]) -> None:
    for place, citation in enumerate(citations):
        row = (citation.id, write_json(citation))
        db.execute("INSERT OR IGNORE INTO citations (id, data) VALUES (?, ?)", row)
        db.execute(
            "INSERT INTO night_citations SELECT ?, ?, number FROM citations WHERE id = ? AND data = ?",
            (night_id, place, *row),
        )


def _issued(text: str | None) -> Issued | None:
    return read_json(Issued, text) if text else None


def _is_below(path: str, failing: Sequence[str]) -> bool:
    """Whether a path, or a folder it lies in, is among those that could not be read."""
    return any(path == other or path.startswith(f"{other}/") for other in failing)
