"""Which SQL does the writer run? Written as SQLAlchemy expressions, compiled ahead to the dialect's text (D3).

After a change here or in the schema, `python -m eims_sim.storage.compile` writes `statements.py` anew.
"""

from typing import Any, Final

from sqlalchemy import (
    Executable,
    Select,
    Table,
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

from ..protocol.codes import SENDING, UNSENT
from .layout import CLOSED, OUTBOX_CUT, OUTBOX_NONE, OUTBOX_WAITING
from .schema import (
    accounts,
    counters,
    faults,
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
from .shown import MESSAGE as _MESSAGE

INSERT_ACCOUNT: Final = insert(accounts)
INSERT_SUBMIT: Final = insert(submits)
INSERT_LIFE: Final = insert(lives)
INSERT_MESSAGE: Final = insert(messages)
INSERT_INBOUND: Final = insert(inbound)
INSERT_PUSH: Final = insert(pushes)
INSERT_ATTEMPT: Final = insert(push_attempts)
INSERT_COUNTER: Final = insert(counters)
INSERT_META: Final = insert(meta)

# The one bulk insert per dialect (D1): 10,000 rows in one step of the engine. SQLite numbers them itself, from the
# highest id on: half the time of naming each.
INSERT_MESSAGES: Final = "INSERT INTO messages (life, number) SELECT :life, atom FROM json_each(:numbers)"

ALL_ACCOUNTS: Final = select(accounts).order_by(accounts.c.id)
ACCOUNT_NAMED: Final = select(accounts).where(accounts.c.name == bindparam("called"))
# The settings are JSON without blanks: this leaves out most accounts without reading what they say.
ACCOUNTS_WITH_NUMBERS: Final = select(accounts.c.name, accounts.c.settings).where(
    accounts.c.disabled.is_(False), accounts.c.settings.not_like('%"numbers":[]%')
)
ALL_COUNTERS: Final = select(counters)
LAST_MESSAGE: Final = select(func.max(messages.c.id))
SCHEMA_VERSION_KEPT: Final = select(meta.c.value).where(meta.c.name == "schema_version")
DELETE_META: Final = delete(meta).where(meta.c.name == bindparam("this"))
UPDATE_META: Final = update(meta).where(meta.c.name == bindparam("this")).values(value=bindparam("to"))

UPDATE_ACCOUNT: Final = (
    update(accounts)
    .where(accounts.c.id == bindparam("this"))
    .values({name: bindparam(name) for name in ("settings", "origin", "disabled", "callback")})
)
DISABLE_ACCOUNT: Final = update(accounts).where(accounts.c.id == bindparam("this")).values(disabled=True)
UPDATE_CREDIT: Final = (
    update(accounts)
    .where(accounts.c.id == bindparam("this"))
    .values(balance=bindparam("balance"), gift=bindparam("gift"))
)
UPDATE_LAST_SEQ: Final = update(accounts).where(accounts.c.id == bindparam("this")).values(last_seq=bindparam("seq"))
UPDATE_FAILURES: Final = (
    update(accounts).where(accounts.c.id == bindparam("this")).values(failures=bindparam("failures"))
)
UPDATE_COUNTER: Final = update(counters).where(counters.c.name == bindparam("this")).values(next=bindparam("next"))
UPDATE_APPLIED: Final = update(rules).where(rules.c.id == bindparam("this")).values(applied=bindparam("applied"))
DELETE_ACCOUNT: Final = delete(accounts).where(accounts.c.id == bindparam("this"))


def _behaviours(table: Table) -> tuple[Executable, ...]:
    """What is done with rules or faults, in the order of `behaviours.Kind`."""
    this = table.c.id == bindparam("this")
    return (
        select(table).order_by(table.c.position, table.c.id),
        insert(table),
        update(table).where(this).values(position=bindparam("to")),
        update(table).where(this).values(settings=bindparam("to"), applied=literal_column("0")),
        update(table).where(this).values(settings=bindparam("to")),
        update(table).where(this).values(applied=table.c.applied + bindparam("more")),
        update(table).where(this).values(applied=literal_column("0")),
        delete(table).where(this),
        delete(table),
    )


RULES: Final = _behaviours(rules)
FAULTS: Final = _behaviours(faults)

_STEP: Final = (
    select(lives.c.id)
    .where(lives.c.due.is_not(None), lives.c.due <= bindparam("now"), lives.c.state == bindparam("leaving"))
    .order_by(lives.c.due, lives.c.id)
    .limit(bindparam("most"))
    .scalar_subquery()
)
_MOVED: Final = (lives.c.id, lives.c.last_id, lives.c.submit, lives.c.account, lives.c.count)
START_SENDING: Final = (
    update(lives)
    .where(lives.c.id.in_(_STEP))
    .values(state=SENDING, due=lives.c.final_at)
    .returning(*_MOVED, lives.c.sending_at)
)
# What becomes final joins the outbox of an account that has a callback.
_OUTBOX: Final = case(
    (exists().where(accounts.c.id == lives.c.account, accounts.c.callback), OUTBOX_WAITING), else_=OUTBOX_NONE
)
FINISH: Final = (
    update(lives)
    .where(lives.c.id.in_(_STEP))
    .values(state=lives.c.outcome, due=None, outbox=_OUTBOX)
    .returning(*_MOVED, lives.c.outcome, lives.c.final_at)
)
NEXT_DUE: Final = select(func.min(lives.c.due)).where(lives.c.due.is_not(None))

LIFE_OF_MESSAGE: Final = (
    select(lives)
    .select_from(messages.join(lives, messages.c.life == lives.c.id))
    .where(messages.c.id == bindparam("this"))
)
NEXT_OF_LIFE: Final = select(func.min(messages.c.id)).where(
    messages.c.life == bindparam("this"), messages.c.id > bindparam("beyond"), messages.c.id <= bindparam("last")
)
UPDATE_MEMBERS: Final = (
    update(messages)
    .where(messages.c.life == bindparam("this"), messages.c.id.between(bindparam("first"), bindparam("last")))
    .values(life=bindparam("to"))
)
UPDATE_SIZE: Final = (
    update(lives).where(lives.c.id == bindparam("this")).values(last_id=bindparam("last"), count=bindparam("size"))
)
FORCE_LIFE: Final = (
    update(lives)
    .where(lives.c.id == bindparam("this"))
    .values(
        {name: bindparam(name) for name in ("state", "sending_at", "final_at", "outcome", "rule")}
        | {"due": None, "outbox": _OUTBOX}
    )
)

# What somebody wants to know of lives that moved. A list goes into SQLite as JSON; other databases take an array.
_MEMBERS: Final = lives.join(
    messages, messages.c.id.between(lives.c.id, lives.c.last_id) & (messages.c.life == lives.c.id)
)


def _listed(name: str) -> Select[tuple[Any]]:
    return select(func.json_each(bindparam(name)).table_valued("value").c.value)


STATES: Final = (
    select(messages.c.id, messages.c.number, lives.c.sending_at, lives.c.state)
    .select_from(messages.join(lives, messages.c.life == lives.c.id))
    .where(messages.c.id.in_(_listed("ids")), lives.c.account == bindparam("owner"))
)
SUBMITS_OF_MOVED: Final = (
    select(lives.c.id, submits.c.sender, submits.c.content, submits.c.accepted_at)
    .select_from(lives.join(submits, lives.c.submit == submits.c.id))
    .where(lives.c.id.in_(_listed("lives")))
)
NUMBERS_OF_MOVED: Final = (
    select(messages.c.life, messages.c.number, func.count())
    .select_from(_MEMBERS)
    .where(lives.c.id.in_(_listed("lives")), messages.c.number.in_(_listed("numbers")))
    .group_by(messages.c.life, messages.c.number)
)
MESSAGES_OF_MOVED: Final = (
    select(*_MESSAGE)
    .select_from(
        _MEMBERS.join(submits, lives.c.submit == submits.c.id).join(accounts, lives.c.account == accounts.c.id)
    )
    .where(lives.c.id.in_(_listed("lives")))
    .order_by(messages.c.id)
    .limit(bindparam("most"))
)

PAID: Final = select(submits.c.price, submits.c.paid_balance, submits.c.refunded).where(
    submits.c.id == bindparam("this")
)
UPDATE_REFUNDED: Final = update(submits).where(submits.c.id == bindparam("this")).values(refunded=bindparam("refunded"))

FETCH_INBOUND: Final = (
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
    .values(fetched_at=bindparam("now"), fetch=bindparam("fetch"))
    .returning(inbound.c.id, inbound.c.sender, inbound.c.recipient, inbound.c.received_at, inbound.c.content)
)

_LAST_FETCH: Final = select(func.max(inbound.c.fetch)).where(inbound.c.account == bindparam("owner")).scalar_subquery()
INBOUND_FETCHED_LAST: Final = (
    select(inbound.c.id, inbound.c.sender, inbound.c.recipient, inbound.c.received_at, inbound.c.content)
    .where(inbound.c.account == bindparam("owner"), inbound.c.fetch == _LAST_FETCH)
    .order_by(inbound.c.received_at, inbound.c.id)
)

ACCOUNTS_WAITING: Final = (
    select(lives.c.account, func.min(lives.c.final_at))
    .where(lives.c.outbox == literal_column(str(OUTBOX_WAITING)))
    .group_by(lives.c.account)
)
LIVES_WAITING: Final = (
    select(lives.c.id, lives.c.submit, lives.c.count, lives.c.final_at)
    .where(lives.c.account == bindparam("owner"), lives.c.outbox == literal_column(str(OUTBOX_WAITING)))
    .order_by(lives.c.final_at, lives.c.submit)
    .limit(bindparam("most"))
)
_OF_LIFE: Final = (
    select(messages.c.id, messages.c.number)
    .where(messages.c.id.between(lives.c.id, lives.c.last_id), messages.c.life == lives.c.id)
    .order_by(messages.c.id)
    .correlate(lives)
    .subquery()
)
REPORTS_WAITING: Final = (  # a text for the numbers of each life: a row for each takes five times as long
    select(
        lives.c.id,
        lives.c.last_id,
        lives.c.final_at,
        lives.c.sending_at,
        lives.c.state,
        select(func.group_concat(_OF_LIFE.c.number)).scalar_subquery(),  # parted by commas
    )
    .where(
        lives.c.account == bindparam("owner"),
        lives.c.outbox == literal_column(str(OUTBOX_WAITING)),
        tuple_(lives.c.final_at, lives.c.submit) <= tuple_(bindparam("final_at"), bindparam("submit")),
    )
    .order_by(lives.c.final_at, lives.c.submit)
)
IDS_OF_LIFE: Final = (
    select(messages.c.id)
    .where(messages.c.id.between(bindparam("first"), bindparam("last")), messages.c.life == bindparam("first"))
    .order_by(messages.c.id)
)
CUT_LIFE: Final = (
    update(lives)
    .where(lives.c.id == bindparam("this"))
    .values(outbox=literal_column(str(OUTBOX_CUT)), first_push=bindparam("first"), last_push=bindparam("last"))
)

OPEN_PUSHES: Final = select(pushes).where(pushes.c.due.is_not(None)).order_by(pushes.c.account, pushes.c.id)
PUSH: Final = select(pushes).where(pushes.c.id == bindparam("this"))
PUSHES_IN_STATE: Final = select(pushes).where(pushes.c.state == bindparam("among")).order_by(pushes.c.id)
REPORTS_OF_PUSH: Final = (
    select(messages.c.id, messages.c.number, lives.c.sending_at, lives.c.state, messages.c.life)
    .select_from(messages.join(lives, messages.c.life == lives.c.id))
    .where(messages.c.id == bindparam("this"))
)
UPDATE_PUSH: Final = (
    update(pushes)
    .where(pushes.c.id == bindparam("this"))
    .values(state=bindparam("to"), due=bindparam("when"), tried=bindparam("attempts"), fault=bindparam("struck"))
)
ATTEMPTS_OF_PUSH: Final = (
    select(*(column for column in push_attempts.c if column.name not in ("push", "position")))
    .where(push_attempts.c.push == bindparam("this"))
    .order_by(push_attempts.c.position)
)
ATTEMPTS_MADE: Final = select(func.count()).select_from(push_attempts).where(push_attempts.c.push == bindparam("this"))

DELETE_ALL: Final = tuple(delete(table) for table in metadata.sorted_tables if table is not meta)
DELETE_OF_ACCOUNT: Final = (
    (
        delete(push_attempts).where(
            push_attempts.c.push.in_(select(pushes.c.id).where(pushes.c.account == bindparam("owner")))
        )
    ),
    (delete(messages).where(messages.c.life.in_(select(lives.c.id).where(lives.c.account == bindparam("owner"))))),
    *(delete(table).where(table.c.account == bindparam("owner")) for table in (pushes, lives, submits, inbound)),
)

_FINAL: Final = (lives.c.state != UNSENT) & (lives.c.state != SENDING)
# Whatever a push or the outbox holds is final.
DELETE_FINAL: Final = (
    delete(push_attempts),
    delete(pushes),
    delete(messages).where(messages.c.life.in_(select(lives.c.id).where(_FINAL))),
    delete(lives).where(_FINAL),
    delete(submits).where(submits.c.id.not_in(select(lives.c.submit))),
)
DELETE_INBOUND: Final = delete(inbound)

# The walk of what removes old messages goes by ids, in the order of acceptance: no index, which every insert would pay.
PRUNE_END: Final = (
    select(
        lives.c.id,
        select(submits.c.accepted_at).where(submits.c.id == lives.c.submit).scalar_subquery(),
    )
    .where(lives.c.id > bindparam("after"))
    .order_by(lives.c.id)
    .limit(1)
    .offset(bindparam("before"))
)
_NOT_REPORTED: Final = exists().where(
    pushes.c.id.between(lives.c.first_push, lives.c.last_push),
    pushes.c.account == lives.c.account,
    pushes.c.state.not_in([literal_column(f"'{state}'") for state in CLOSED]),
)
LIVES_OLD: Final = (
    select(
        *(lives.c.id, lives.c.last_id, lives.c.submit, lives.c.account, lives.c.count),
        *(lives.c.first_push, lives.c.last_push),
    )
    .where(
        lives.c.id > bindparam("after"),
        lives.c.id <= bindparam("end"),
        _FINAL,
        lives.c.final_at <= bindparam("horizon"),
        lives.c.outbox != literal_column(str(OUTBOX_WAITING)),
        ~_NOT_REPORTED,
    )
    .order_by(lives.c.id)
)
PRUNE_MESSAGES: Final = delete(messages).where(
    messages.c.id.between(bindparam("first"), bindparam("last")), messages.c.life.in_(_listed("lives"))
)
PRUNE_LIVES: Final = delete(lives).where(lives.c.id.in_(_listed("lives")))
# The ids of a submit's lives lie from its own to the next one's: the first that is left tells whether it is one of its.
PRUNE_SUBMITS: Final = delete(submits).where(
    submits.c.id.in_(_listed("submits")),
    select(lives.c.submit)
    .where(lives.c.id >= submits.c.id)
    .order_by(lives.c.id)
    .limit(1)
    .scalar_subquery()
    .is_distinct_from(submits.c.id),
)
# A push that was delivered or dropped forgets messages that are gone: asked for again, it carries those that are left.
_CARRIED: Final = pushes.c.id.between(bindparam("first"), bindparam("last")) & (pushes.c.account == bindparam("owner"))
_EMPTY: Final = _CARRIED & (pushes.c.reports == literal_column("'[]'"))
_REPORT: Final = func.json_each(pushes.c.reports).table_valued("value")
PRUNE_PUSHES: Final = (
    update(pushes)
    .where(_CARRIED)
    .values(
        reports=select(func.json_group_array(_REPORT.c.value))
        .select_from(_REPORT)
        .where(exists().where(messages.c.id == _REPORT.c.value))
        .scalar_subquery()
    ),
    delete(push_attempts).where(push_attempts.c.push.in_(select(pushes.c.id).where(_EMPTY))),
    delete(pushes).where(_EMPTY),
)

# One page: Python's driver takes only the first step of this pragma, whatever number stands there.
GIVE_BACK: Final = "PRAGMA incremental_vacuum(1)"
FREE_PAGES: Final = "PRAGMA freelist_count"
ALL_PAGES: Final = "PRAGMA page_count"
