"""What is kept at one moment, all of it (C4)? Read in one transaction, a piece at a time, while writing goes on."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any, Final, cast

from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncResult

from ..domain.accounts import SECRETS
from ..domain.state import (
    AttemptState,
    FaultState,
    InboundState,
    LifeState,
    NextIds,
    PushState,
    RuleState,
    SubmitState,
)
from ..domain.state_accounts import AccountState
from .layout import FORCED_FROM, OUTBOX_WAITING
from .schema import accounts, counters, faults, inbound, lives, messages, push_attempts, pushes, rules, submits
from .transaction import Row
from .world import Adapters

ROWS: Final = 1000
"""So many rows are read at a time."""

_SUBMITS: Final = select(submits).order_by(submits.c.id)
_LIVES: Final = select(lives).order_by(lives.c.id)
_MESSAGES: Final = select(messages).order_by(messages.c.id)
_INBOUND: Final = select(inbound).order_by(inbound.c.id)
_PUSHES: Final = select(pushes).order_by(pushes.c.id)
_ATTEMPTS: Final = select(push_attempts).order_by(push_attempts.c.push, push_attempts.c.position)

BEYOND: Final = 2**63
"""An id that nothing has."""


class Snapshot:
    """Everything at the moment at which it was opened. Accounts, rules and faults are few; the rest is streamed."""

    def __init__(self, connection: AsyncConnection, adapters: Adapters) -> None:
        self._connection = connection
        self._adapters = adapters
        self._names: dict[int, str] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, connection: AsyncConnection, adapters: Adapters) -> AsyncIterator["Snapshot"]:
        """Begin; nothing that is written from now on is seen."""
        await connection.exec_driver_sql("BEGIN")  # the driver begins none for reading
        snapshot = cls(connection, adapters)
        rows = await connection.execute(select(accounts.c.id, accounts.c.name))
        snapshot._names = {row[0]: row[1] for row in rows}
        yield snapshot

    async def next_ids(self) -> NextIds:
        """The ids that are given next."""
        kept = {row[0]: row[1] for row in await self._connection.execute(select(counters))}
        last = (await self._connection.execute(select(func.max(messages.c.id)))).scalar_one()
        kept["messages"] = max(kept["messages"], (last or 0) + 1)  # see world._load_counters
        return NextIds(**{one.name: kept[one.name] for one in fields(NextIds)})

    async def accounts(self) -> list[AccountState]:
        """The accounts in the order in which they came."""
        rows = await self._connection.execute(select(accounts).order_by(accounts.c.id))
        return [self._account(tuple(row)) for row in rows]

    async def rules(self) -> list[RuleState]:
        """The rules in their order."""
        return [
            RuleState(**_members(self._adapters.rule.validate_json(row[3])), id=row[0], origin=row[2], applied=row[4])
            for row in await self._behaviours(rules)
        ]

    async def faults(self) -> list[FaultState]:
        """The faults in their order."""
        return [
            FaultState(**_members(self._adapters.fault.validate_json(row[3])), id=row[0], origin=row[2], applied=row[4])
            for row in await self._behaviours(faults)
        ]

    async def submits(self) -> AsyncGenerator[SubmitState]:
        """The submits by id, each with its messages, which all have ids below the next submit's."""
        async with self._rows(_SUBMITS) as found, self._rows(_LIVES) as fates, self._rows(_MESSAGES) as sent:
            submit = await found.next()
            while submit is not None:
                follower = await found.next()
                end = BEYOND if follower is None else follower[0]
                members: dict[int, list[tuple[int, str]]] = {}
                for id, life, number in await sent.below(end):
                    members.setdefault(life, []).append((id, number))
                yield self._submit(submit, [_life(row, members[row[0]]) for row in await fates.below(end)])
                submit = follower

    async def inbound(self) -> AsyncGenerator[InboundState]:
        """The inbound messages by id."""
        async with self._rows(_INBOUND) as found:
            while (row := await found.next()) is not None:
                id, account, sender, to, content, received_at, fetched_at, fetch = row
                yield InboundState(
                    id=id,
                    account=self._names[account],
                    sender=sender,
                    to=to,
                    content=content,
                    received_at=received_at,
                    fetched_at=fetched_at,
                    fetch=fetch,
                )

    async def pushes(self) -> AsyncGenerator[PushState]:
        """The pushes by id, each with its attempts."""
        async with self._rows(_PUSHES) as found, self._rows(_ATTEMPTS) as tried:
            while (row := await found.next()) is not None:
                yield self._push(row, await tried.below(row[0] + 1))

    async def _behaviours(self, table: Table) -> Sequence[Row]:
        rows = await self._connection.execute(select(table).order_by(table.c.position, table.c.id))
        return [tuple(row) for row in rows]

    @asynccontextmanager
    async def _rows(self, query: Select[Any]) -> AsyncIterator["_Rows"]:
        result = await self._connection.stream(query.execution_options(yield_per=ROWS))
        try:
            yield _Rows(result)
        finally:
            await result.close()

    def _account(self, row: Row) -> AccountState:
        _, _, text, origin, disabled, _, balance, gift, last_seq, failures = row
        settings = self._adapters.account.validate_json(text)
        given = {name: value for name, value in _members(settings).items() if name not in SECRETS}
        return AccountState(
            given, settings.password, settings.key, balance, gift, last_seq, failures, origin, bool(disabled)
        )

    def _submit(self, row: Row, fates: list[LifeState]) -> SubmitState:
        return SubmitState(
            id=row[0],
            account=self._names[row[1]],
            content=row[2],
            sender=row[3],
            smstype=row[4],
            mmstitle=row[5],
            segments=row[6],
            price=row[7],
            paid_gift=row[8],
            paid_balance=row[9],
            refunded=row[10],
            accepted_at=row[11],
            sendtime=row[12],
            lives=fates,
        )

    def _push(self, row: Row, tried: Sequence[Row]) -> PushState:
        id, account, state, due, count, reports, created_at, fault = row
        return PushState(
            id=id,
            account=self._names[account],
            state=state,
            due=due,
            tried=count,
            created_at=created_at,
            fault=fault,
            reports=json.loads(reports),
            attempts=[_attempt(made) for made in tried],
        )


def _members(settings: Any) -> dict[str, Any]:
    """The settings by name, as they are."""
    return {one.name: getattr(settings, one.name) for one in fields(settings)}


def _attempt(row: Row) -> AttemptState:
    _, _, at, url, http_status, error, duration_ms, verdict = row
    return AttemptState(at=at, url=url, http_status=http_status, error=error, duration_ms=duration_ms, verdict=verdict)


def _life(row: Row, members: list[tuple[int, str]]) -> LifeState:
    _, _, _, _, _, state, _, sending_at, final_at, outcome, rule, outbox, _, _ = row
    return LifeState(
        state=state,
        outcome=outcome,
        sending_at=sending_at,
        final_at=final_at,
        rule=None if rule in FORCED_FROM else rule,
        forced_from=FORCED_FROM.get(rule),
        report_waits=outbox == OUTBOX_WAITING,
        messages=members,
    )


class _Rows:
    """The rows of a query in the order of their first column, one at a time or all below a bound."""

    def __init__(self, result: AsyncResult[Any]) -> None:
        self._result = result
        self._part: Sequence[Row] = ()
        self._at = 0

    async def next(self) -> Row | None:
        """The next row, None at the end."""
        if self._at == len(self._part) and not await self._more():
            return None
        self._at += 1
        return self._part[self._at - 1]

    async def below(self, bound: int) -> list[Row]:
        """The next rows whose first column is below the bound."""
        rows: list[Row] = []
        while self._at < len(self._part) or await self._more():
            part, start = self._part, self._at
            while self._at < len(part) and part[self._at][0] < bound:
                self._at += 1
            rows += part[start : self._at]
            if self._at < len(part):
                break
        return rows

    async def _more(self) -> bool:
        self._part, self._at = cast("Sequence[Row]", await self._result.fetchmany(ROWS)), 0
        return bool(self._part)
