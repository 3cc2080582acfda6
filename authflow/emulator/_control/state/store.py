"""The file of the state: a SQLite database with one table of records.

A commit is in the hands of the operating system before it returns, so the end of the process loses nothing. The file
stays locked while it is open.
"""

import json
import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from authflow.emulator._control.state.document import KINDS, MIGRATIONS, VERSION, check_version, to_text
from authflow.emulator._control.state.errors import StateError
from authflow.emulator._control.state.kinds import Json

#: marks SQLite files as states of an emulator: "aflw"
APPLICATION_ID: Final = 0x61666C77
SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE records (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, key)
);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
COMMIT;
"""
PUT: Final = """
INSERT INTO records (kind, key, value) VALUES (?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value
"""
DELETE: Final = "DELETE FROM records WHERE kind = ? AND key = ?"
#: the keys that begin with the id of a pool and a slash; a zero follows the slash
DELETE_OF_POOL: Final = "DELETE FROM records WHERE kind = ? AND key >= ? || '/' AND key < ? || '0'"
READ: Final = "SELECT kind, key, value FROM records ORDER BY id"


class Store:
    """The file of a state. Use it in one thread at a time.

    Args:
        path: the file. It is created, readable for its owner only, if there is none.

    Raises:
        StateError: the file can't be opened, is no state, has another version, or is in use.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._create()
        with self._explaining():
            self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            with self._explaining():
                self._open()
        except BaseException:
            self._connection.close()
            raise
        self._closing = weakref.finalize(self, self._connection.close)  # also if nobody calls close

    def read(self) -> dict[str, list[tuple[str, Json]]]:
        """Return the keys and values of all records, by kind, in the order in which they were added.

        Raises:
            StateError: the file is damaged.
        """
        records: dict[str, list[tuple[str, Json]]] = {}
        with self._explaining():
            for kind, key, value in self._connection.execute(READ):
                if kind not in KINDS:
                    raise StateError(f"{self._path}: unknown kind of record {str(kind)[:50]!a}")
                try:
                    records.setdefault(kind, []).append((key, json.loads(value)))
                except (ValueError, TypeError, RecursionError):
                    raise StateError(f"{self._path}: a record of kind {kind} is damaged") from None
        return records

    def write(self, records: Iterable[tuple[str, str, Json | None]]) -> None:
        """Add, replace or delete records (those whose value is None), all or none.

        A pool is deleted with the records of its own.

        Raises:
            StateError: the file can't be written. It is as before.
        """
        with self._transaction() as connection:
            for kind, key, value in records:
                if value is not None:
                    connection.execute(PUT, (kind, key, to_text(value)))
                    continue
                connection.execute(DELETE, (kind, key))
                for other in KINDS.values() if kind == "pool" else ():
                    if other.of_pool:
                        connection.execute(DELETE_OF_POOL, (other.name, key, key))
                        connection.execute(DELETE, (other.name, key))

    def replace(self, records: Iterable[tuple[str, str, Json]]) -> None:
        """Replace all records, all or none.

        Raises:
            StateError: the file can't be written. It is as before.
        """
        with self._transaction() as connection:
            connection.execute("DELETE FROM records")
            connection.executemany(PUT, ((kind, key, to_text(value)) for kind, key, value in records))

    def close(self) -> None:
        """Close the file. Another process may use it from now on."""
        self._closing()

    def _create(self) -> None:
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            if self._path.is_dir():
                raise StateError(f"{self._path}: is a directory") from None
        except OSError as error:
            raise StateError(f"{self._path}: {error.strerror}") from None

    def _open(self) -> None:
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        ((application,),) = execute("PRAGMA application_id")
        ((tables,),) = execute("SELECT count(*) FROM sqlite_master")
        if not tables and not application:
            self._connection.executescript(SCHEMA)
        elif application != APPLICATION_ID:
            raise StateError(f"{self._path}: is a SQLite database, but no state of an emulator")
        execute("BEGIN EXCLUSIVE")  # the lock stays
        execute("COMMIT")
        ((version,),) = execute("PRAGMA user_version")
        self._check(version)
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")

    def _check(self, version: int) -> None:
        try:
            if version not in MIGRATIONS:
                check_version(version)
        except StateError as error:
            raise StateError(f"{self._path}: {error}") from None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._explaining():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            raise StateError(f"{self._path}: {EXPLANATIONS.get(code, str(error))}") from None


#: by SQLite's primary result code
EXPLANATIONS: Final = {
    sqlite3.SQLITE_BUSY: "is in use by another emulator",
    sqlite3.SQLITE_NOTADB: "is no state of an emulator",
    sqlite3.SQLITE_CANTOPEN: "can't be opened",
    sqlite3.SQLITE_READONLY: "can't be written",
    sqlite3.SQLITE_FULL: "can't be written: the disk is full",
    sqlite3.SQLITE_CORRUPT: "is damaged",
}
