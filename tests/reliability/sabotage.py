"""Servers that are broken on purpose: whoever checks crashes must find each of them out.

Each is one promise that is not kept, put in where the fault points are. None of it is ever part of the product.
"""

import sqlite3
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

from eims_sim.engine import gateway
from eims_sim.storage import bookings, statements, transaction
from tests.reliability import dying


class Sabotage(NamedTuple):
    """What is broken. With `in_deeds` it is looked for in single deeds, else under load."""

    spoil: Callable[[], None]
    in_deeds: str = ""


def _answer_before_commit() -> None:
    """D2: the commit comes with the next transaction."""
    mark = dying.DyingCursor._mark

    def late(self: dying.DyingCursor, sql: str) -> sqlite3.Cursor:
        if sql == "COMMIT":
            return self
        if self.connection.in_transaction:
            mark(self, "COMMIT")
        return mark(self, sql)

    def begin_patiently(self: Any) -> None:
        self._cursor.execute("BEGIN IMMEDIATE")

    def flush_twice(self: Any, group: Any) -> Any:
        if self._connection.in_transaction and not getattr(self, "_begun", False):
            mark(self._cursor, "COMMIT")
        return commit(self, group)

    commit = dying.writer.Writer._commit
    at_once = dying.writer.Writer._begin_at_once

    def begun_at_once(self: Any) -> bool:
        self._begun = at_once(self)
        return bool(self._begun)

    def done(self: Any, group: Any) -> Any:
        outcome = flush_twice(self, group)
        self._begun = False
        return outcome

    dying.DyingCursor._mark = late  # type: ignore[method-assign]
    dying.writer.Writer._begin_patiently = begin_patiently  # type: ignore[method-assign]
    dying.writer.Writer._begin_at_once = begun_at_once  # type: ignore[method-assign]
    dying.writer.Writer._commit = done  # type: ignore[method-assign]


def _delivered_before_put() -> None:
    """P8.3: a push is stored as delivered when it is cut, and PUT then."""
    insert = transaction.Transaction.insert

    async def early(self: Any, statement: Any, rows: Any) -> None:
        await insert(self, statement, rows)
        if statement is statements.INSERT_PUSH:
            self._cursor.execute("UPDATE pushes SET state = 'delivered', due = NULL WHERE state = 'queued'")

    transaction.Transaction.insert = early  # type: ignore[method-assign]


def _fetch_unmarked() -> None:
    """P6.2: now and then what getsms returned is not marked."""
    fetch, calls = gateway.fetch_inbound, count(1)

    async def unmarked(transaction: Any, account: int, now: int, since: int) -> Any:
        rows = await fetch(transaction, account, now, since)
        if rows and next(calls) % 10 == 0:
            transaction._cursor.execute(
                "UPDATE inbound SET fetched_at = NULL, fetch = NULL WHERE id = ?", (rows[0][0],)
            )
        return rows

    gateway.fetch_inbound = unmarked


def _money_unwritten() -> None:
    """P4.3: the credit is kept in memory only, now and then."""
    flush, calls = transaction.Transaction.flush, count(1)

    async def forgetful(self: Any) -> None:
        if next(calls) % 20 == 0:
            self._ledger.credit.update(self.credit)
            self.credit.clear()
        await flush(self)

    transaction.Transaction.flush = forgetful  # type: ignore[method-assign]


def _reports_lost() -> None:
    """P8.3: what becomes final in a step of several lives joins no outbox."""
    rows, calls = transaction.Transaction.rows, count(1)

    async def losing(self: Any, statement: Any, **values: Any) -> Any:
        found = await rows(self, statement, **values)
        if statement is statements.FINISH and found and next(calls) % 10 == 0:
            self._cursor.execute("UPDATE lives SET outbox = 0 WHERE id = ?", (found[0][0],))
        return found

    transaction.Transaction.rows = losing  # type: ignore[method-assign]


def _half_a_submit() -> None:
    """D2: the rows of a submit are committed one table at a time."""
    insert = transaction.Transaction.insert

    async def committing(self: Any, statement: Any, rows: Any) -> None:
        await insert(self, statement, rows)
        if statement in (statements.INSERT_SUBMIT, statements.INSERT_ACCOUNT, statements.INSERT_PUSH):
            sqlite3.Cursor.execute(self._cursor, "COMMIT")
            sqlite3.Cursor.execute(self._cursor, "BEGIN IMMEDIATE")

    transaction.Transaction.insert = committing  # type: ignore[method-assign]


def _paid_for_fewer() -> None:
    """P4.3: the last message of a submit of many costs nothing."""
    row = bookings._submit_row

    def cheaper(booking: Any) -> Any:
        made = list(row(booking))
        if booking.submit.numbers.accepted >= 3:
            made[9] -= booking.submit.price
        return tuple(made)

    bookings._submit_row = cheaper


SABOTAGES = {
    "answers before it commits": Sabotage(_answer_before_commit),
    "stores pushes as delivered before it PUTs them": Sabotage(_delivered_before_put),
    "does not mark what getsms returned": Sabotage(_fetch_unmarked),
    "does not write down money": Sabotage(_money_unwritten),
    "loses reports of steps": Sabotage(_reports_lost),
    "commits half a deed": Sabotage(_half_a_submit, "a submit that rules divide"),
    "keeps a wrong price": Sabotage(_paid_for_fewer),
}
"""By what they do wrong."""
