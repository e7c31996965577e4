"""The SQLite file under the ledger: opened, migrated, written in one place.

Rules:
- One writer process (the night's lock); threads share one connection behind one lock.
- A command that only reads gets along where nothing can be written: on a full disk, in a read-only folder.
- Every write runs in one helper that begins IMMEDIATE: a deferred BEGIN that reads and then writes
  beside another writer fails at once with "database is locked" (sqlite.org/lang_transaction.html §2.2).
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from sqlite_utils.db import Database

from crawler.errors import LedgerError
from crawler.ledger.schema import MIGRATIONS

BUSY_S = 30.0


# SQLite's result codes (sqlite.org/rescode.html) and what to do about them.
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space and run again",
    sqlite3.SQLITE_IOERR_SHMSIZE: "the disk is full; free some space and run again",
    sqlite3.SQLITE_READONLY: "it is read-only; correct its permissions or the mount, and run again",
    sqlite3.SQLITE_CANTOPEN: "we may not open or make files there; correct the folder's permissions",
    sqlite3.SQLITE_BUSY: "another program holds it; end that one and run again",
    sqlite3.SQLITE_IOERR: "the disk is full or fails; free some space or check it, and run again",
    sqlite3.SQLITE_CORRUPT: "its pages are damaged; restore it from a backup",
    sqlite3.SQLITE_NOTADB: "it is no ledger; restore it from a backup",
}
_UNWRITABLE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)


class Store:
    """An opened ledger file. Made by `open`; every method is safe to call from any thread."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, copied: TemporaryDirectory[str] | None = None
    ) -> None:
        self._connection = connection
        self._path = path
        self._copied = copied
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create the ledger and bring its tables up to date.

        Raises LedgerError for a file that is no ledger, is newer than this program, or cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(f"{path}: cannot be opened ({error}); check the folder and its permissions") from error
        return cls(_connect(str(path), path), path)

    @classmethod
    def open_to_read(cls, path: Path) -> Self:
        """Open a ledger wherever it stands; what is read of it is what is committed. Writing may be impossible.

        Raises LedgerError as `open` does, but not where only writing is in the way; nor is an empty file made a ledger.
        """
        if path.exists() and path.stat().st_size == 0:
            raise LedgerError(f"{path}: is empty; restore it from a backup, without any -wal or -shm file beside it")
        try:
            return cls.open(path)
        except LedgerError as error:
            if not (isinstance(error.__cause__, sqlite3.Error) and _code_of(error.__cause__) & 0xFF in _UNWRITABLE):
                raise
        wal = path.with_name(path.name + "-wal")
        if not (wal.exists() and wal.stat().st_size):
            with suppress(LedgerError):  # an older ledger: its tables can be brought up to date in a copy only
                return cls(_connect(_immutable(path), path), path)
        return cls._open_copy(path, wal)

    @classmethod
    def open_unchanged(cls, path: Path) -> Self:
        """Open a ledger that nobody writes and that must stay byte for byte as it is. Raises LedgerError."""
        cls.refuse_newer(path)
        with suppress(LedgerError):  # an older ledger: its tables can be brought up to date in a copy only
            return cls(_connect(_immutable(path), path), path)
        return cls._open_copy(path, path.with_name(path.name + "-wal"))

    @classmethod
    def refuse_newer(cls, path: Path) -> None:
        """Raise LedgerError for what is no ledger, or was written by a newer program; nothing of it is changed."""
        try:
            with closing(sqlite3.connect(_immutable(path), uri=True)) as connection:
                _refuse_newer(Database(connection), path)
        except sqlite3.Error as error:
            raise _told(path, "cannot be opened", error) from error

    @classmethod
    def _open_copy(cls, path: Path, wal: Path) -> Self:
        """Open a copy elsewhere: what a crash left beside the ledger can only be read by writing."""
        try:
            copied = TemporaryDirectory(prefix="evercite-", ignore_cleanup_errors=True)
            copy = Path(copied.name) / path.name
            shutil.copyfile(path, copy)
            if wal.exists():
                shutil.copyfile(wal, Path(copied.name) / wal.name)
        except OSError as error:
            raise LedgerError(
                f"{path}: cannot be read where it is, nor copied ({error.strerror}); free some space and run again"
            ) from error
        return cls(_connect(str(copy), path), path, copied)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
        if self._copied is not None:
            self._copied.cleanup()

    def copy_to(self, path: Path) -> None:
        """Write a copy of everything that is committed, one file that needs no other. Raises LedgerError."""
        unfinished = path.with_name(path.name + ".part")
        unfinished.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(unfinished)) as copy:
                with self._lock:
                    self._connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    raise LedgerError(f"{self._path}: its pages are damaged; restore it from a backup")
            unfinished.replace(path)
        except (sqlite3.Error, OSError) as error:
            reason = _REASONS.get(_code_of(error), str(error)) if isinstance(error, sqlite3.Error) else str(error)
            raise LedgerError(f"{path}: the ledger cannot be copied there: {reason}") from error
        finally:
            unfinished.unlink(missing_ok=True)

    def make_room(self, room_bytes: int) -> None:
        """Keep so much of the file at hand: for whoever goes through all of it, time and again."""
        with self._lock:
            self._connection.execute(f"PRAGMA cache_size = -{room_bytes // 1024}")

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Whatever is written inside is written together or not at all."""
        with self._writing():
            yield

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection.in_transaction:  # ours, for others wait for the lock: part of a larger whole
                yield self._connection
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
                    raise _told(self._path, "cannot be written", error) from error
                raise

    def _rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise _told(self._path, "cannot be read", error) from error

    def _tuples(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows as plain tuples, for results that are many: they cost half as much to take apart."""
        with self._lock:
            try:
                cursor = self._connection.cursor()
                cursor.row_factory = None
                return cursor.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise _told(self._path, "cannot be read", error) from error

    def _each(self, sql: str, *values: Any) -> Iterator[sqlite3.Row]:
        """Rows one by one, for results that need not fit into memory; nobody else writes meanwhile."""
        with self._lock:
            try:
                yield from self._connection.execute(sql, values)
            except sqlite3.DatabaseError as error:
                raise _told(self._path, "cannot be read", error) from error

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        return next(iter(self._rows(sql, *values)), None)


def _connect(address: str, path: Path) -> sqlite3.Connection:
    """A connection to a ledger whose tables are of today. Raises LedgerError."""
    try:
        connection = sqlite3.connect(
            address, BUSY_S, isolation_level=None, check_same_thread=False, uri=address.startswith("file:")
        )
        _configure(connection)
        _migrate(connection, path)
    except sqlite3.Error as error:
        raise _told(path, "cannot be opened", error) from error
    return connection


def _immutable(path: Path) -> str:
    """The address of a file that SQLite is to read without a lock or a journal (sqlite.org/uri.html)."""
    return f"{path.absolute().as_uri()}?immutable=1"


def _told(path: Path, what: str, error: sqlite3.Error) -> LedgerError:
    """One sentence for what SQLite met, with what to do."""
    code = _code_of(error)
    reason = _REASONS.get(code) or _REASONS.get(code & 0xFF) or f"{error}; restore it from a backup"
    return LedgerError(f"{path}: {what}: {reason}")


def _code_of(error: sqlite3.Error) -> int:
    """The extended result code, its last byte the primary one; 0 for what is no error of SQLite's own."""
    return int(getattr(error, "sqlite_errorcode", 0))


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    # WAL lets a report read while the night writes; FULL makes a commit survive a power cut.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    db = Database(connection)
    _refuse_newer(db, path)
    if MIGRATIONS.pending(db):
        MIGRATIONS.apply(db)


def _refuse_newer(db: Database, path: Path) -> None:
    known = {migration.name for migration in MIGRATIONS.pending(Database(memory=True))}
    newer = [applied.name for applied in MIGRATIONS.applied(db) if applied.name not in known]
    if newer:
        raise LedgerError(f"{path}: was written by a newer Evercite (it knows {newer[-1]}); upgrade this one")
