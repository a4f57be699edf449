"""What may a deed do inside the transaction of its group?

Deeds are written as coroutines over this class. On SQLite they never suspend and are driven to their end in one call;
on a database with an asynchronous driver the same deeds will be awaited (D1).
"""

import sqlite3
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from ..domain.booking import Credit
from .statement import Statement
from .statements import UPDATE_APPLIED, UPDATE_COUNTER, UPDATE_CREDIT

Row = tuple[Any, ...]
K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Ledger:
    """What the owner of the file keeps in memory of it: credit, the next ids and how often rules applied (D2).

    It shows what is committed, never what a group is still trying.
    """

    def __init__(self) -> None:
        self.credit: Credit = {}
        self.next_ids: dict[str, int] = {}
        self.applied: dict[int, int] = {}

    def clear(self) -> None:
        """Forget everything."""
        self.credit.clear()
        self.next_ids.clear()
        self.applied.clear()


class Draft(dict[K, V]):
    """Changes on top of a dictionary that stays as it is until they are published."""

    def __init__(self, base: dict[K, V]) -> None:
        super().__init__()
        self._base = base
        self._dropped: set[K] = set()

    def __missing__(self, key: K) -> V:
        if key in self._dropped:
            raise KeyError(key)
        return self._base[key]

    def get(self, key: K, default: Any = None) -> Any:
        """The drafted value, else the base's, else the default."""
        if key in self:
            return self[key]
        return default if key in self._dropped else self._base.get(key, default)

    def drop(self, key: K) -> None:
        """The key is no more, and does not come back: ids are given once."""
        self.pop(key, None)
        self._dropped.add(key)

    def publish(self, base: dict[K, V]) -> None:
        """Make the changes in a dictionary."""
        for key in self._dropped:
            base.pop(key, None)
        base.update(self)


class Transaction:
    """One open transaction: its statements, and the credit, ids and rule counts that it will leave behind."""

    def __init__(self, cursor: sqlite3.Cursor, ledger: Ledger) -> None:
        self._cursor = cursor
        self._ledger = ledger
        self._told: list[Callable[[], None]] = []
        self._begin_drafts()

    def _begin_drafts(self) -> None:
        self.credit: Draft[int, tuple[int, int]] = Draft(self._ledger.credit)
        self.next_ids: Draft[str, int] = Draft(self._ledger.next_ids)
        self.applied: Draft[int, int] = Draft(self._ledger.applied)
        self._taken: set[str] = set()
        self.restarted = False

    def take_ids(self, counter: str, count: int) -> int:
        """The first of `count` ids that are now used."""
        first = self.next_ids[counter]
        self.next_ids[counter] = first + count
        self._taken.add(counter)
        return first

    def number_messages(self, count: int) -> int:
        """The first of `count` message ids; their own rows are the record of it."""
        first = self.next_ids["messages"]
        self.next_ids["messages"] = first + count
        return first

    def keep_message_counter(self) -> None:
        """Write the counter of message ids: rows that record it are about to be deleted."""
        self._taken.add("messages")

    async def rows(self, statement: Statement, **values: Any) -> list[Row]:
        """Run a statement and return what it returns."""
        return self._cursor.execute(statement.text, statement.bind(values)).fetchall()

    async def run(self, statement: Statement, **values: Any) -> int:
        """Run a statement and return how many rows it changed."""
        return self._cursor.execute(statement.text, statement.bind(values)).rowcount

    async def insert(self, statement: Statement, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each row: whole rows of a table, or what it asks for, in its order."""
        self._cursor.executemany(statement.text, rows)

    def restart(self) -> None:
        """Begin credit, ids and rule counts anew: the deed has emptied the tables behind them."""
        self._ledger = Ledger()
        self._begin_drafts()
        self.restarted = True

    def then(self, told: Callable[[], None]) -> None:
        """Call this once all is committed, in the event loop, before anyone who waits hears of it.

        What memory knows of the database changes so in the order of the deeds, and in the turn of their commit.
        """
        self._told.append(told)

    async def flush(self) -> None:
        """Write the drafts; the last statements of a group."""
        credit = [(balance, gift, account) for account, (balance, gift) in self.credit.items()]
        if credit:
            self._cursor.executemany(UPDATE_CREDIT.text, credit)
        if self._taken:
            self._cursor.executemany(UPDATE_COUNTER.text, [(self.next_ids[name], name) for name in self._taken])
        if self.applied:
            self._cursor.executemany(UPDATE_APPLIED.text, [(count, rule) for rule, count in self.applied.items()])

    def publish(self, ledger: Ledger) -> None:
        """Show what was committed."""
        if self.restarted:
            ledger.clear()
        self.credit.publish(ledger.credit)
        self.next_ids.publish(ledger.next_ids)
        self.applied.publish(ledger.applied)
        for told in self._told:
            told()


Deed = Callable[[Transaction], Coroutine[Any, Any, T]]
"""One durable change, whole or not at all."""


def drive(deed: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends to its end."""
    try:
        deed.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    deed.close()
    raise RuntimeError("a deed waited for something other than its transaction")
