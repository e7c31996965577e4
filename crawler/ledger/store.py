"""The SQLite file under the ledger: opened, migrated, written in one place.

Rules:
- One writer process (the night's lock); threads share one connection behind one lock.
- Every write runs in one helper that begins IMMEDIATE: a deferred BEGIN that reads and then writes
  beside another writer fails at once with "database is locked" (sqlite.org/lang_transaction.html §2.2).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlite_utils.db import Database

from crawler.errors import LedgerError
from crawler.ledger.schema import MIGRATIONS

BUSY_S = 30.0


class Store:
    """An opened ledger file. Made by `open`; every method is safe to call from any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create the ledger and bring its tables up to date.

        Raises LedgerError for a file that is no ledger, is newer than this program, or cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            _configure(connection)
            _migrate(connection, path)
        except sqlite3.OperationalError as error:
            raise LedgerError(f"{path}: cannot be opened now ({error}); free the disk or the lock") from error
        except sqlite3.DatabaseError as error:
            raise LedgerError(f"{path}: cannot be used as the ledger ({error}); restore it from a backup") from error
        except OSError as error:
            raise LedgerError(f"{path}: cannot be opened ({error}); check the folder and its permissions") from error
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
                    raise LedgerError(f"the ledger cannot be written ({error}); free the disk or the lock") from error
                raise

    def _rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise LedgerError(f"the ledger cannot be read ({error}); restore it from a backup") from error

    def _each(self, sql: str, *values: Any) -> Iterator[sqlite3.Row]:
        """Rows one by one, for results that need not fit into memory; nobody else writes meanwhile."""
        with self._lock:
            yield from self._connection.execute(sql, values)

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        return next(iter(self._rows(sql, *values)), None)


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    # WAL lets a report read while the night writes; FULL makes a commit survive a power cut.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    db = Database(connection)
    known = {migration.name for migration in MIGRATIONS.pending(Database(memory=True))}
    newer = [applied.name for applied in MIGRATIONS.applied(db) if applied.name not in known]
    if newer:
        raise LedgerError(f"{path}: was written by a newer Evercite (it knows {newer[-1]}); upgrade this one")
    if MIGRATIONS.pending(db):
        MIGRATIONS.apply(db)
