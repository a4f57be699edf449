"""How is the database file opened, owned and closed? Driver errors leave as StartError or StorageError."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Final, Literal

from filelock import FileLock, Timeout

from ..errors import StartError
from .condition import Condition, explain
from .layout import COUNTERS, SCHEMA_VERSION
from .migrations import migrate
from .statements import INSERT_COUNTER, INSERT_META, SCHEMA, SCHEMA_VERSION_KEPT

MEMORY: Final = ":memory:"
BUSY_MILLISECONDS: Final = 5000

CACHE_KIB: Final = 8000
"""What a reading connection may keep in memory: ids that are spread over a million messages stay found there."""


LOOKED_THROUGH_BYTES: Final = 16 * 2**20
"""A file up to that size is looked through at every start, which takes 0.1 s; a larger one only after a crash."""


class Database:
    """One SQLite file, owned by this process until it is closed (D1).

    `:memory:` is a private temporary file, so that there is one storage path. It waits for no disk: nobody reads it
    after this process.
    """

    def __init__(self, name: str, synchronous: Literal["normal", "full"]) -> None:
        self._synchronous = "off" if name == MEMORY else synchronous
        self._folder = Path(tempfile.mkdtemp(prefix="eims-sim-")) if name == MEMORY else None
        self.path = self._folder / "eims-sim.db" if self._folder else Path(name).resolve()
        self.condition = Condition()
        self._lock = FileLock(f"{self.path}.lock", mode=0o600)

    @property
    def shown(self) -> str:
        """What a person is told about where things are kept."""
        return MEMORY if self._folder else str(self.path)

    def open(self) -> sqlite3.Connection:
        """Own the file and return the connection that writes. Raises StartError when that cannot be."""
        self._own()
        try:
            connection = self._connect_first()
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise self.unusable(error) from None
        except BaseException:
            self.close()
            raise
        return connection

    def connect(self) -> sqlite3.Connection:
        """A further connection, usable from any thread; transactions are begun and ended by hand."""
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=BUSY_MILLISECONDS / 1000
        )
        try:
            connection.execute(f"PRAGMA synchronous={self._synchronous}")
            # Some builds overwrite what they delete; nothing here is that secret.
            connection.execute("PRAGMA secure_delete=OFF")
            connection.execute("PRAGMA wal_autocheckpoint=0")  # checkpoints run on a thread of their own (D3)
        except BaseException:
            connection.close()
            raise
        return connection

    def unusable(self, error: BaseException) -> StartError:
        """What a person is told whose server cannot start because of what the driver or the system said."""
        return StartError(f"The database {self.path} cannot be used: {explain(error)}.")

    def close(self) -> None:
        """Give the file up; a temporary one is removed."""
        self._lock.release()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _own(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and not self.path.is_file():
                raise StartError(f"The database {self.path} cannot be used: it is {_kind(self.path)}, not a file.")
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StartError(
                f"The database {self.path} belongs to another eims-sim that is running. "
                "Stop that one, or name another file with --database."
            ) from None
        except (FileExistsError, NotADirectoryError):
            raise StartError(
                f"The database {self.path} cannot be created: what is to be its folder is a file."
            ) from None
        except OSError as error:
            raise StartError(f"The database {self.path} cannot be created: {error.strerror or error}.") from None
        with contextlib.suppress(OSError):  # the connection below says what is wrong
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _connect_first(self) -> sqlite3.Connection:
        # A log that is still there was left by a crash. Had it lost pages since, the file may be neither old nor new.
        doubtful = self._log_is_left() or self.path.stat().st_size <= LOOKED_THROUGH_BYTES
        connection = self.connect()
        try:
            # Looked at before anything is changed: the file may be somebody else's.
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            version = self._version(connection, tables) if tables else SCHEMA_VERSION
            if tables and doubtful:
                _look_through(connection)
            if not tables:  # an empty file only can be told that it may shrink
                connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            connection.execute("PRAGMA journal_mode=WAL")
            if not tables:
                _create(connection)
            elif version < SCHEMA_VERSION:
                migrate(connection, self.path, version)
        except BaseException:
            connection.close()
            raise
        return connection

    def _log_is_left(self) -> bool:
        log = self.path.with_name(f"{self.path.name}-wal")
        return log.exists() and log.stat().st_size > 0

    def _version(self, connection: sqlite3.Connection, tables: set[str]) -> int:
        """The schema version of a file that has tables. Raises StartError for a newer one, and for somebody else's."""
        version = _kept_version(connection) if "meta" in tables else ""
        if not version.isdecimal():
            raise StartError(
                f"The file {self.path} is a database, but not one of eims-sim. Name another with --database."
            )
        if not 1 <= int(version) <= SCHEMA_VERSION:
            raise StartError(
                f"The database {self.path} has schema version {version}, this eims-sim knows {SCHEMA_VERSION}. "
                "Use the eims-sim that wrote it, or name another file with --database."
            )
        return int(version)


def _look_through(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError for a file that is damaged."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        where = " ".join(found.split())
        raise sqlite3.DatabaseError(f"it is damaged ({where}); start with a copy of it, or with another file")


def _kind(path: Path) -> str:
    return "a folder" if path.is_dir() else "a device, a pipe or a socket"


def _kept_version(connection: sqlite3.Connection) -> str:
    """The schema version that the file says it has; empty when its table `meta` says nothing of the kind."""
    kept = SCHEMA_VERSION_KEPT
    try:
        row = connection.execute(kept.text, kept.bind({})).fetchone()
    except sqlite3.OperationalError:  # the table has other columns
        return ""
    return str(row[0]) if row else ""


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for text in SCHEMA:
        connection.execute(text)
    connection.executemany(INSERT_COUNTER.text, [(name, 1) for name in COUNTERS])
    connection.execute(INSERT_META.text, ("schema_version", str(SCHEMA_VERSION)))
    connection.execute("COMMIT")
