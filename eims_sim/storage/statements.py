"""Which SQL does the writer run? Written as SQLAlchemy expressions, compiled once to the dialect's text (D3)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    Dialect,
    Executable,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.schema import CreateIndex, CreateTable, Table

from ..protocol.codes import SENDING, UNSENT
from .schema import (
    OUTBOX_CUT,
    OUTBOX_NONE,
    OUTBOX_WAITING,
    accounts,
    counters,
    inbound,
    lives,
    messages,
    meta,
    metadata,
    push_attempts,
    pushes,
    rules,
    submits,
)

_DIALECT: Final[Dialect] = SQLiteDialect(paramstyle="qmark")


class Statement:
    """An expression and its text for the driver, compiled when it is first run."""

    def __init__(self, expression: Executable | str, columns: tuple[str, ...] | None = None) -> None:
        self._expression = expression
        self._columns = columns

    @cached_property
    def _compiled(self) -> tuple[str, tuple[str, ...], Mapping[str, Any]]:
        if isinstance(self._expression, str):
            return self._expression, self._columns or (), {}
        compiled = self._expression.compile(  # type: ignore[attr-defined]
            dialect=_DIALECT, column_keys=self._columns, compile_kwargs={"render_postcompile": True}
        )
        return str(compiled), tuple(compiled.positiontup or ()), compiled.params

    @property
    def text(self) -> str:
        """The SQL with a question mark for each parameter."""
        return self._compiled[0]

    def bind(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The parameters in the order of the text; literals of the expression come from itself."""
        _, order, fixed = self._compiled
        return tuple([values[name] if name in values else fixed[name] for name in order])


def _insert(table: Table) -> Statement:
    """Insert whole rows: tuples in the order of the table's columns."""
    return Statement(insert(table), tuple(column.name for column in table.columns))


INSERT_ACCOUNT: Final = _insert(accounts)
INSERT_SUBMIT: Final = _insert(submits)
INSERT_LIFE: Final = _insert(lives)
INSERT_MESSAGE: Final = _insert(messages)
INSERT_INBOUND: Final = _insert(inbound)
INSERT_PUSH: Final = _insert(pushes)
INSERT_ATTEMPT: Final = _insert(push_attempts)
INSERT_RULE: Final = _insert(rules)
INSERT_COUNTER: Final = _insert(counters)
INSERT_META: Final = _insert(meta)

# The one bulk insert per dialect (D1): 10,000 rows in one step of the engine, three times as fast as executemany.
INSERT_MESSAGES: Final = Statement(
    "INSERT INTO messages (id, life, number) SELECT ? + key, ?, atom FROM json_each(?)", ("first", "life", "numbers")
)

ALL_ACCOUNTS: Final = Statement(select(accounts).order_by(accounts.c.id))
ALL_RULES: Final = Statement(select(rules).order_by(rules.c.position, rules.c.id))
ALL_COUNTERS: Final = Statement(select(counters))
SCHEMA_VERSION_KEPT: Final = Statement(select(meta.c.value).where(meta.c.name == "schema_version"))

UPDATE_ACCOUNT: Final = Statement(
    update(accounts)
    .where(accounts.c.id == bindparam("this"))
    .values({name: bindparam(name) for name in ("settings", "origin", "disabled", "callback")})
)
UPDATE_CREDIT: Final = Statement(
    update(accounts)
    .where(accounts.c.id == bindparam("this"))
    .values(balance=bindparam("balance"), gift=bindparam("gift"))
)
UPDATE_LAST_SEQ: Final = Statement(
    update(accounts).where(accounts.c.id == bindparam("this")).values(last_seq=bindparam("seq"))
)
UPDATE_FAILURES: Final = Statement(
    update(accounts).where(accounts.c.id == bindparam("this")).values(failures=bindparam("failures"))
)
UPDATE_COUNTER: Final = Statement(
    update(counters).where(counters.c.name == bindparam("this")).values(next=bindparam("next"))
)
UPDATE_APPLIED: Final = Statement(
    update(rules).where(rules.c.id == bindparam("this")).values(applied=bindparam("applied"))
)
DELETE_RULE: Final = Statement(delete(rules).where(rules.c.id == bindparam("this")))

_STEP: Final = (
    select(lives.c.id)
    .where(lives.c.due.is_not(None), lives.c.due <= bindparam("now"), lives.c.state == bindparam("leaving"))
    .order_by(lives.c.due)
    .limit(bindparam("most"))
    .scalar_subquery()
)
START_SENDING: Final = Statement(
    update(lives).where(lives.c.id.in_(_STEP)).values(state=SENDING, due=lives.c.final_at).returning(lives.c.count)
)
FINISH: Final = Statement(
    update(lives)
    .where(lives.c.id.in_(_STEP))
    .values(
        state=lives.c.outcome,
        due=None,
        outbox=case(
            (exists().where(accounts.c.id == lives.c.account, accounts.c.callback), OUTBOX_WAITING), else_=OUTBOX_NONE
        ),
    )
    .returning(lives.c.count, lives.c.account, lives.c.submit, lives.c.outcome)
)
NEXT_DUE: Final = Statement(select(func.min(lives.c.due)).where(lives.c.due.is_not(None)))

PAID: Final = Statement(
    select(submits.c.price, submits.c.paid_balance, submits.c.refunded).where(submits.c.id == bindparam("this"))
)
UPDATE_REFUNDED: Final = Statement(
    update(submits).where(submits.c.id == bindparam("this")).values(refunded=bindparam("refunded"))
)

FETCH_INBOUND: Final = Statement(
    update(inbound)
    .where(
        inbound.c.id.in_(
            select(inbound.c.id)
            .where(
                inbound.c.account == bindparam("owner"),
                inbound.c.fetched_at.is_(None),
                inbound.c.received_at >= bindparam("since"),
                inbound.c.received_at <= bindparam("now"),
            )
            .order_by(inbound.c.received_at, inbound.c.id)
            .limit(bindparam("most"))
            .scalar_subquery()
        )
    )
    .values(fetched_at=bindparam("now"))
    .returning(inbound.c.id, inbound.c.sender, inbound.c.recipient, inbound.c.received_at, inbound.c.content)
)

ACCOUNTS_WAITING: Final = Statement(
    select(lives.c.account, func.min(lives.c.final_at))
    .where(lives.c.outbox == literal_column(str(OUTBOX_WAITING)))
    .group_by(lives.c.account)
)
LIVES_WAITING: Final = Statement(
    select(lives.c.id, lives.c.submit, lives.c.count, lives.c.final_at)
    .where(lives.c.account == bindparam("owner"), lives.c.outbox == literal_column(str(OUTBOX_WAITING)))
    .order_by(lives.c.final_at, lives.c.submit)
    .limit(bindparam("most"))
)
MESSAGES_WAITING: Final = Statement(
    select(messages.c.id, messages.c.number, lives.c.sending_at, lives.c.state, lives.c.id)
    .select_from(
        lives.join(messages, messages.c.id.between(lives.c.id, lives.c.last_id) & (messages.c.life == lives.c.id))
    )
    .where(
        lives.c.account == bindparam("owner"),
        lives.c.outbox == literal_column(str(OUTBOX_WAITING)),
        tuple_(lives.c.final_at, lives.c.submit) <= tuple_(bindparam("final_at"), bindparam("submit")),
    )
    .order_by(lives.c.final_at, messages.c.id)
)
CUT_LIFE: Final = Statement(
    update(lives)
    .where(lives.c.id == bindparam("this"))
    .values(outbox=OUTBOX_CUT, first_push=bindparam("first"), last_push=bindparam("last"))
)

OPEN_PUSHES: Final = Statement(select(pushes).where(pushes.c.due.is_not(None)).order_by(pushes.c.account, pushes.c.id))
PUSH: Final = Statement(select(pushes).where(pushes.c.id == bindparam("this")))
REPORTS_OF_PUSH: Final = Statement(
    select(messages.c.id, messages.c.number, lives.c.sending_at, lives.c.state)
    .select_from(messages.join(lives, messages.c.life == lives.c.id))
    .where(messages.c.id == bindparam("this"))
)
UPDATE_PUSH: Final = Statement(
    update(pushes)
    .where(pushes.c.id == bindparam("this"))
    .values(state=bindparam("to"), due=bindparam("when"), tried=bindparam("attempts"))
)
ATTEMPTS_MADE: Final = Statement(
    select(func.count()).select_from(push_attempts).where(push_attempts.c.push == bindparam("this"))
)

DELETE_ALL: Final = tuple(Statement(delete(table)) for table in metadata.sorted_tables if table is not meta)
DELETE_OF_ACCOUNT: Final = (
    Statement(
        delete(push_attempts).where(
            push_attempts.c.push.in_(select(pushes.c.id).where(pushes.c.account == bindparam("owner")))
        )
    ),
    Statement(
        delete(messages).where(messages.c.life.in_(select(lives.c.id).where(lives.c.account == bindparam("owner"))))
    ),
    *(
        Statement(delete(table).where(table.c.account == bindparam("owner")))
        for table in (pushes, lives, submits, inbound)
    ),
)


def schema_texts() -> list[str]:
    """The statements that create every table and index."""
    texts = []
    for table in metadata.sorted_tables:
        texts.append(str(CreateTable(table).compile(dialect=_DIALECT)))
        texts.extend(str(CreateIndex(index).compile(dialect=_DIALECT)) for index in table.indexes)
    return texts


__all__ = ["SENDING", "UNSENT", "Statement", "schema_texts"]
