"""Which tables are there? Described once, for every database (D1, D4).

Moments are microseconds since 1970 in UTC, money is micro-units, both as 64-bit integers. A submit's id is that of its
first message, and so is a life's: no counter is needed for either.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text

from .layout import OUTBOX_WAITING

BIG: Final = BigInteger().with_variant(Integer, "sqlite")
"""64 bits; SQLite's own row number only when it is called INTEGER."""

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False, unique=True),
    Column("settings", Text, nullable=False),  # JSON of AccountSettings
    Column("origin", String, nullable=False),  # "file" or "control": who made it
    Column("disabled", Boolean, nullable=False),
    Column("callback", Boolean, nullable=False),  # whether final messages join the outbox
    Column("balance", BIG, nullable=False),
    Column("gift", BIG, nullable=False),
    Column("last_seq", BIG, nullable=False),
    Column("failures", Integer, nullable=False),
)

submits = Table(
    "submits",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("account", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("smstype", Integer, nullable=False),
    Column("mmstitle", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("price", BIG, nullable=False),
    Column("paid_gift", BIG, nullable=False),
    Column("paid_balance", BIG, nullable=False),
    Column("refunded", BIG, nullable=False),
    Column("accepted_at", BIG, nullable=False),
    Column("sendtime", BIG),
)

lives = Table(
    "lives",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("last_id", BIG, nullable=False),
    Column("submit", BIG, nullable=False),
    Column("account", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", Integer, nullable=False),
    Column("due", BIG),  # when it leaves its state; empty when it never does
    Column("sending_at", BIG),
    Column("final_at", BIG),
    Column("outcome", Integer, nullable=False),
    Column("rule", BIG),
    Column("outbox", Integer, nullable=False),  # one of layout.OUTBOX_*
    Column("first_push", BIG),
    Column("last_push", BIG),
)

Index("lives_due", lives.c.due, sqlite_where=lives.c.due.is_not(None))
Index(
    "lives_outbox",
    lives.c.account,
    lives.c.final_at,
    lives.c.submit,
    sqlite_where=lives.c.outbox == OUTBOX_WAITING,
)

messages = Table(
    "messages",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("life", BIG, nullable=False),
    Column("number", String, nullable=False),
)

inbound = Table(
    "inbound",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("account", Integer, nullable=False),
    Column("sender", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("received_at", BIG, nullable=False),
    Column("fetched_at", BIG),
    Column("fetch", BIG),  # which fetch took it, counted from 1
)

Index(
    "inbound_waiting",
    inbound.c.account,
    inbound.c.received_at,
    inbound.c.id,
    sqlite_where=inbound.c.fetched_at.is_(None),
)

pushes = Table(
    "pushes",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("account", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("due", BIG),  # when it may be tried; empty when nobody will
    Column("tried", Integer, nullable=False),  # attempts of this cycle
    Column("reports", Text, nullable=False),  # JSON list of message ids; once delivered it loses those that are removed
    Column("created_at", BIG, nullable=False),
    Column("fault", BIG),  # which fault struck it
)

Index(
    "pushes_due",
    pushes.c.account,
    pushes.c.id,
    sqlite_where=pushes.c.due.is_not(None),
)

push_attempts = Table(
    "push_attempts",
    metadata,
    Column("push", BIG, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", BIG, nullable=False),
    Column("url", Text, nullable=False),
    Column("http_status", Integer),
    Column("error", Text),
    Column("duration_ms", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
)


def _behaviours(name: str) -> Table:
    """Rules and faults: settings in an order, who made them, and how often each applied."""
    return Table(
        name,
        metadata,
        Column("id", BIG, primary_key=True, autoincrement=False),
        Column("position", BIG, nullable=False),
        Column("origin", String, nullable=False),
        Column("settings", Text, nullable=False),  # JSON of RuleSettings or FaultSettings
        Column("applied", BIG, nullable=False),
    )


rules = _behaviours("rules")
faults = _behaviours("faults")

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("next", BIG, nullable=False),
)

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
