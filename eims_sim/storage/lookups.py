"""Where are these messages (P5.2)? Clients ask that all the time: over a connection of its own, in the loop's own turn.

Two hundred ids are found in less time than it takes to wake a thread. Where reading takes longer, on a disk that is
slow, a thread reads, and the loop goes on.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ..errors import StorageError
from .condition import explain
from .database import CACHE_KIB, Database
from .statements import STATES

State = tuple[int, str, int | None, int]
"""A message as getreport needs it: id, number, the moment it was due to leave unsent, state."""

SLOW_SECONDS: Final = 0.01
"""Where looking up takes longer on the average, it is left to the thread."""


class Lookups:
    """Reads by id; they see every commit that came before. `stopwatch` gives real seconds."""

    def __init__(self, database: Database, stopwatch: Callable[[], float]) -> None:
        self._database = database
        self._stopwatch = stopwatch
        self._made: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._seconds = 0.0
        self._away = 0

    async def states(self, account: int, ids: Sequence[int]) -> dict[int, State]:
        """Where the account's messages with these ids are, by id; ids that are not its own are absent (P5.2).

        Raises StorageError.
        """
        if not ids:
            return {}
        try:
            if self._seconds < SLOW_SECONDS and not self._away:
                return self._states(account, ids)
            return await self._states_from_afar(account, ids)
        except StorageError as error:
            self._database.condition.failed(error)
            raise

    def close(self) -> None:
        """Close what was opened."""
        if self._thread is not None:
            self._thread.shutdown()
        if self._made is not None:
            self._made.close()

    async def _states_from_afar(self, account: int, ids: Sequence[int]) -> dict[int, State]:
        self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="eims-sim-lookups")
        self._away += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._states, account, ids)
        finally:
            self._away -= 1

    def _connect(self) -> sqlite3.Connection:
        connection = self._database.connect()
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _states(self, account: int, ids: Sequence[int]) -> dict[int, State]:
        began = self._stopwatch()
        try:
            self._made = self._made or self._connect()
            rows = self._made.execute(STATES.text, STATES.bind({"ids": json.dumps(ids), "owner": account})).fetchall()
        except sqlite3.Error as error:
            raise StorageError(f"the messages could not be looked up: {explain(error)}") from error
        self._seconds = 0.7 * self._seconds + 0.3 * (self._stopwatch() - began)
        return {row[0]: row for row in rows}
