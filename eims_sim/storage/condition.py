"""Is the database well, and what ails it? The log hears of it once, and once more when it is over."""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from typing import Final

from ..errors import StorageError

logger = logging.getLogger("eims_sim")

_PRIMARY: Final = 0xFF
"""The lowest byte of SQLite's code says what kind of error it is; the others say where it arose."""

REMEDIES: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_IOERR: "the disk, a quota or a limit on the size of files refuses what is to be read or written",
    sqlite3.SQLITE_READONLY: "this user must be allowed to write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "this user must be allowed to read and write the file, and to write its folder",
    sqlite3.SQLITE_BUSY: "another program holds the file; let it end its transaction",
    sqlite3.SQLITE_LOCKED: "another program holds the file; let it end its transaction",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; start with a copy of it, or with another file",
}
"""What would help, where SQLite's own words do not say so."""

_DAMAGES: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What no disk recovers from: the file itself is wrong."""

_AGAIN: Final = 10
"""While it goes on failing, the log hears of the tenth failure, the hundredth, and so on."""


def kind_of(error: BaseException | None) -> int | None:
    """SQLite's code for this kind of error, without where it arose."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & _PRIMARY if isinstance(code, int) else None


def explain(error: BaseException) -> str:
    """What the driver said, and what would help."""
    kind = kind_of(error)
    remedy = REMEDIES.get(kind) if kind is not None else None
    if remedy is None:
        return (isinstance(error, OSError) and error.strerror) or str(error)
    where = f" ({getattr(error, 'sqlite_errorname', '')})" if kind == sqlite3.SQLITE_IOERR else ""
    return f"{error}{where}: {remedy}"


class Condition:
    """Whether the database takes and gives what is asked of it. Only used in the event loop.

    `ailing` is called when it falls ill.
    """

    def __init__(self) -> None:
        self.ailing: Callable[[], None] = lambda: None
        self.failures = 0
        """Since it was well."""
        self.damage: StorageError | None = None
        """The file itself is damaged: it is not well again before another start."""
        self._told: set[str] = set()

    @property
    def ill(self) -> bool:
        """Whether it failed, and nobody has proved since then that it works."""
        return self.failures > 0

    def failed(self, error: StorageError) -> None:
        """It failed with this error, whose cause is the driver's."""
        cause = error.__cause__
        # What breaks a constraint is our mistake; no disk makes it, and none has to recover from it.
        if not isinstance(cause, sqlite3.Error) or isinstance(cause, sqlite3.IntegrityError):
            logger.error("what the database was asked to do failed", exc_info=error)
            return
        self.failures += 1
        if kind_of(cause) in _DAMAGES:
            self.damage = error
        why = explain(cause)
        if why not in self._told and len(self._told) < _AGAIN:
            self._told.add(why)
            logger.error("the database fails, and what needs it is refused until it works again: %s", why)
        elif self.failures == _AGAIN ** (len(str(self.failures)) - 1):
            logger.error("the database has failed %d times: %s", self.failures, why)
        if self.failures == 1:
            self.ailing()

    def worked(self) -> None:
        """It was proved to work."""
        if self.ill and self.damage is None:
            logger.warning("the database works again; %d transactions or reads had failed", self.failures)
            self.failures = 0
            self._told.clear()


__all__ = ["Condition", "explain"]
