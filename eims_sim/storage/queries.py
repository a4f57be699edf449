"""What can be asked of the database? Each read is named after its question and runs beside the writer (D3)."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, case, event, func, literal, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ..domain.handsets import Place
from ..domain.lists import Counts, InboundFilter, Listed, MessageFilter, Page
from ..domain.messages import Attempt, Explanation, Inbound, Message, PushRecord
from ..domain.otp import CodeFilter
from ..errors import StorageError
from .condition import Condition, explain
from .database import CACHE_KIB
from .layout import OUTBOX_WAITING
from .message_lists import COUNTED, JOINED, ONE_MESSAGE, count, find_messages, how_many, paged
from .rows import CourseRow, MessageRow
from .schema import accounts, counters, inbound, lives, messages, push_attempts, pushes, submits
from .shown import COURSE
from .snapshot import Snapshot
from .world import Adapters

SENDING_PUSH: Final = "sending"
"""The state of a push while a PUT of it is under way; it is never stored."""

_INBOUND_JOINED: Final = inbound.join(accounts, inbound.c.account == accounts.c.id)
_INBOUND: Final = select(inbound, accounts.c.name).select_from(_INBOUND_JOINED)

# The counter holds the number of the next step.
_STEPS: Final = select(counters.c.next - 1).where(counters.c.name == "steps").scalar_subquery()


class Queries:
    """Reads on connections of their own; they see every commit that came before."""

    def __init__(self, path: Path, condition: Condition | None = None) -> None:
        self._path = path
        self._condition = condition or Condition()
        self._made: AsyncEngine | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            await self._made.dispose()

    async def messages(self, wanted: MessageFilter, page: Page) -> Listed[Message]:
        """The messages that the filter means, by id."""
        async with self._connection() as connection:
            rows, total = await find_messages(connection, wanted, page)
            carried = await _pushes_of(connection, rows)
        return Listed([row.show(row.state, carried.get(row.id, ())) for row in rows], total)

    async def matches(self, wanted: MessageFilter, below: int, most: int) -> tuple[int, int]:
        """How many messages with ids below that the filter means, exactly when less than `most`, and after which step.

        Both of one moment: it is one statement.
        """
        async with self._connection() as connection:
            row = (await connection.execute(select(how_many(wanted, most, below), _STEPS))).one()
        return row[0], row[1]

    async def contents(self, wanted: CodeFilter, below: int | None, most: int) -> list[tuple[int, str]]:
        """Id and content of messages that may hold a code, newest first, with ids below that (None: any)."""
        conditions = [messages.c.number == wanted.number]
        if wanted.account is not None:
            conditions.append(accounts.c.name == wanted.account)
        if wanted.after is not None:
            conditions.append(messages.c.id > wanted.after)
        if below is not None:
            conditions.append(messages.c.id < below)
        query = select(messages.c.id, submits.c.content).select_from(JOINED).where(*conditions)
        async with self._connection() as connection:
            rows = await connection.execute(query.order_by(messages.c.id.desc()).limit(most))
            return [(id, content) for id, content in rows]

    async def message(self, id: int) -> Message | None:
        """One message."""
        async with self._connection() as connection:
            found = (await connection.execute(ONE_MESSAGE.where(messages.c.id == id))).one_or_none()
            if found is None:
                return None
            row = MessageRow._make(found)
            carried = await _pushes_of(connection, [row])
        return row.show(row.state, carried.get(id, ()))

    async def explanation(self, id: int) -> Explanation | None:
        """Why a message ends as it does, and what comes yet."""
        query = select(*COURSE).select_from(JOINED).where(messages.c.id == id)
        async with self._connection() as connection:
            found = (await connection.execute(query)).one_or_none()
        return None if found is None else CourseRow._make(found).explain()

    async def inbound(self, wanted: InboundFilter, page: Page) -> Listed[Inbound]:
        """The inbound messages that the filter means, fetched or not, by id."""
        exact = {
            accounts.c.name: wanted.account,
            inbound.c.sender: wanted.sender,
            inbound.c.recipient: wanted.recipient,
        }
        conditions = [column == value for column, value in exact.items() if value is not None]
        counted = select(inbound.c.id).select_from(_INBOUND_JOINED).where(*conditions)
        async with self._connection() as connection:
            rows = await connection.execute(paged(_INBOUND.where(*conditions), inbound.c.id, page))
            found = [_inbound(row) for row in rows.mappings()]
            total = await _count(connection, counted, conditions)
        return Listed(found, total)

    async def conversation(self, number: str, below: Place, most: int) -> tuple[list[Message], list[Inbound]]:
        """The newest messages to a number and the newest from it with ids below those, so many of each at most.

        They carry no pushes.
        """
        sent = ONE_MESSAGE.where(messages.c.number == number, messages.c.id < below.message)
        received = _INBOUND.where(inbound.c.sender == number, inbound.c.id < below.inbound)
        async with self._connection() as connection:
            return await _both(connection, sent.limit(most), received.limit(most))

    async def recent(
        self, submits_read: int, numbers_each: int, inbound_read: int
    ) -> tuple[list[Message], list[Inbound]]:
        """The newest messages and inbound messages by id: so many submits with their first numbers, so many inbound.

        However many are kept: only these are read. They carry no pushes.
        """
        newest = select(submits.c.id).order_by(submits.c.id.desc()).limit(submits_read)
        async with self._connection() as connection:
            firsts = (await connection.execute(newest)).scalars()
            # A submit has the id of its first message, the others follow.
            ids = {id for first in firsts for id in range(first, first + numbers_each)}
            return await _both(connection, ONE_MESSAGE.where(messages.c.id.in_(ids)), _INBOUND.limit(inbound_read))

    async def pushes(
        self, account: str | None, state: str | None, page: Page, sending: frozenset[int]
    ) -> Listed[PushRecord]:
        """Pushes with their attempts, by id. Those in `sending` are so, whatever is stored of them."""
        shown = _push_state(sending)
        tests = [(account, accounts.c.name == account), (state, shown == state)]
        conditions = [test for value, test in tests if value is not None]
        counted = select(pushes.c.id).select_from(_PUSHES).where(*conditions)
        async with self._connection() as connection:
            rows = await _read_pushes(connection, paged(_shown_pushes(shown).where(*conditions), pushes.c.id, page))
            return Listed(rows, await _count(connection, counted, conditions))

    async def push(self, id: int, sending: frozenset[int]) -> PushRecord | None:
        """One push with its attempts."""
        async with self._connection() as connection:
            query = _shown_pushes(_push_state(sending)).where(pushes.c.id == id)
            return next(iter(await _read_pushes(connection, query)), None)

    async def counts(self, sending: frozenset[int]) -> Counts:
        """How much is kept. Messages are counted by their lives: one row for many of them."""
        shown = _push_state(sending)
        async with self._connection() as connection:
            by_state = await connection.execute(select(lives.c.state, func.sum(lives.c.count)).group_by(lives.c.state))
            pushed = await connection.execute(select(shown, func.count()).group_by(shown))
            waiting = await connection.execute(select(func.sum(lives.c.count)).where(lives.c.outbox == OUTBOX_WAITING))
            return Counts(dict(by_state.all()), dict(pushed.all()), waiting.scalar_one() or 0)

    @asynccontextmanager
    async def snapshot(self, adapters: Adapters) -> AsyncIterator[Snapshot]:
        """Everything that is kept at this moment (C4)."""
        async with self._connection() as connection, Snapshot.open(connection, adapters) as snapshot:
            yield snapshot

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine().connect() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            cause = error.__cause__ or error
            failure = StorageError(f"the database could not be read: {explain(cause)}")
            failure.__cause__ = cause
            self._condition.failed(failure)
            raise failure from cause

    def _engine(self) -> AsyncEngine:
        if self._made is None:
            self._made = create_async_engine(
                URL.create("sqlite+aiosqlite", database=str(self._path)),
                hide_parameters=True,  # or numbers and contents would stand in the log beside a failure
            )

            @event.listens_for(self._made.sync_engine, "connect")
            def only_read(connection: Any, _: object) -> None:
                connection.execute("PRAGMA query_only=ON")
                connection.execute("PRAGMA automatic_index=OFF")  # none pays for itself in one read of ours
                connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")

        return self._made


async def _count(connection: AsyncConnection, query: Select[Any], conditions: Sequence[object]) -> int | None:
    if not conditions:
        return await count(connection, query)
    total = await count(connection, query.limit(COUNTED + 1))
    return total if total <= COUNTED else None


async def _both(
    connection: AsyncConnection, sent: Select[Any], received: Select[Any]
) -> tuple[list[Message], list[Inbound]]:
    """Messages without their pushes, and inbound messages, the newest first."""
    out = await connection.execute(sent.order_by(messages.c.id.desc()))
    shown = [row.show(row.state) for row in map(MessageRow._make, out)]
    back = await connection.execute(received.order_by(inbound.c.id.desc()))
    return shown, [_inbound(row) for row in back.mappings()]


async def _pushes_of(connection: AsyncConnection, rows: Iterable[MessageRow]) -> dict[int, tuple[int, ...]]:
    """Which pushes carried each of these messages; a life knows between which pushes its reports are."""
    between = {
        push
        for first, last in {(row.first_push, row.last_push) for row in rows}
        if first is not None and last is not None
        for push in range(first, last + 1)
    }
    if not between:
        return {}
    carried: dict[int, tuple[int, ...]] = {}
    query = select(pushes.c.id, pushes.c.reports).where(pushes.c.id.in_(sorted(between))).order_by(pushes.c.id)
    for push, reports in await connection.execute(query):
        for message in json.loads(reports):
            carried[message] = (*carried.get(message, ()), push)
    return carried


_PUSHES: Final = pushes.join(accounts, pushes.c.account == accounts.c.id)


def _push_state(sending: frozenset[int]) -> ColumnElement[str]:
    return case((pushes.c.id.in_(sending), literal(SENDING_PUSH)), else_=pushes.c.state)


def _shown_pushes(state: ColumnElement[str]) -> Select[Any]:
    return select(pushes.c.id, pushes.c.reports, state.label("shown"), accounts.c.name).select_from(_PUSHES)


async def _read_pushes(connection: AsyncConnection, query: Select[Any]) -> list[PushRecord]:
    rows = (await connection.execute(query)).mappings().all()
    made = await _attempts_of(connection, [row["id"] for row in rows])
    return [_push(row, made.get(row["id"], ())) for row in rows]


async def _attempts_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, tuple[Attempt, ...]]:
    if not ids:
        return {}
    query = (
        select(push_attempts)
        .where(push_attempts.c.push.in_(ids))
        .order_by(push_attempts.c.push, push_attempts.c.position)
    )
    made: dict[int, tuple[Attempt, ...]] = {}
    for row in await connection.execute(query):
        made[row[0]] = (*made.get(row[0], ()), Attempt(*row[2:]))
    return made


def _inbound(row: RowMapping) -> Inbound:
    return Inbound(
        row["id"],
        row["name"],
        row["sender"],
        row["recipient"],
        row["content"],
        row["received_at"],
        row["fetched_at"],
    )


def _push(row: RowMapping, made: tuple[Attempt, ...]) -> PushRecord:
    return PushRecord(row["id"], row["name"], row["shown"], tuple(json.loads(row["reports"])), made)
