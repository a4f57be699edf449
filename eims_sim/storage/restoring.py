"""How does a whole state take the place of what is kept (C4)? In one transaction, or not at all."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from ..domain.accounts import AccountSettings
from ..domain.faults import FaultSettings
from ..domain.rules import RuleSettings
from ..domain.state import FaultState, LifeState, PushState, RuleState, State, SubmitState, settings_of
from ..domain.state_accounts import AccountState
from ..domain.state_checks import account_breaches
from ..errors import ViolationError
from ..protocol.codes import SENDING, UNSENT
from . import statements as sql
from .behaviours import APPENDED, FAULTS, RULES, first_position
from .deeds import CutPush, load_outbox
from .layout import (
    COUNTERS,
    FILE,
    FORCED_FROM_SENDING,
    FORCED_FROM_UNSENT,
    OUTBOX_CUT,
    OUTBOX_NONE,
    OUTBOX_WAITING,
    PRESET,
)
from .transaction import Transaction
from .world import Adapters, Kept, load_world

_FORCED: Final = {None: None, UNSENT: FORCED_FROM_UNSENT, SENDING: FORCED_FROM_SENDING}

Spans = Mapping[int, tuple[int, int]]
"""Between which pushes the reports of a life are, by the life's id."""


class Replaced(NamedTuple):
    """What the running gateway has to know of the state that is kept now.

    `waiting` are the accounts whose reports are not all in pushes, with the moment of the first of these.
    """

    kept: Kept
    pushes: list[CutPush]
    waiting: list[tuple[int, int]]


async def replace_state(transaction: Transaction, adapters: Adapters, state: State) -> Replaced:
    """Put a state, in which everything holds, in the place of all that is kept.

    Accounts get ids that nobody had: what still waits for a turn was meant for those that are gone. Raises
    ViolationError, before anything is changed, when a secret was to be kept and its account has gone meanwhile.
    """
    before = await _secrets_kept(transaction, adapters, state.accounts)
    wrong = list(account_breaches(state.accounts, before))
    if wrong:
        raise ViolationError(wrong)
    first = transaction.next_ids["accounts"]
    # What is counted only here goes on.
    counters = {name: transaction.next_ids[name] for name in COUNTERS} | asdict(state.next)
    counters["accounts"] += len(state.accounts)
    for statement in sql.DELETE_ALL:
        await transaction.run(statement)
    transaction.restart()
    ids = {account.name: id for id, account in enumerate(state.accounts, first)}
    await transaction.insert(sql.INSERT_COUNTER, list(counters.items()))
    await _insert_accounts(transaction, adapters, state.accounts, before, ids)
    rules = [(rule, adapters.rule.dump_json(settings_of(RuleSettings, rule))) for rule in state.rules]
    await transaction.insert(RULES.insert, _behaviour_rows(rules))
    faults = [(fault, adapters.fault.dump_json(settings_of(FaultSettings, fault))) for fault in state.faults]
    await transaction.insert(FAULTS.insert, _behaviour_rows(faults))
    await _insert_messages(transaction, state, ids)
    await transaction.insert(
        sql.INSERT_INBOUND,
        (
            (one.id, ids[one.account], one.sender, one.to, one.content, one.received_at, one.fetched_at, one.fetch)
            for one in state.inbound
        ),
    )
    await transaction.insert(sql.INSERT_PUSH, (_push_row(push, ids[push.account]) for push in state.pushes))
    await transaction.insert(sql.INSERT_ATTEMPT, _attempt_rows(state.pushes))
    return Replaced(await load_world(transaction, adapters), *await load_outbox(transaction))


async def _secrets_kept(
    transaction: Transaction, adapters: Adapters, accounts: Sequence[AccountState]
) -> dict[str, AccountSettings]:
    """The settings of the accounts that there are, where a secret of theirs is to be kept."""
    asked = {account.name for account in accounts if account.password is None or account.key is None}
    rows = await transaction.rows(sql.ALL_ACCOUNTS) if asked else []
    return {row[1]: adapters.account.validate_json(row[2]) for row in rows if row[1] in asked}


async def _insert_accounts(
    transaction: Transaction,
    adapters: Adapters,
    accounts: Sequence[AccountState],
    before: Mapping[str, AccountSettings],
    ids: Mapping[str, int],
) -> None:
    rows: list[tuple[Any, ...]] = []
    # open: C4 does not say whose an account is that a file made elsewhere. It stays a file's, as its rules and faults
    # do: at the next start or reload they follow the file that this server has (C3).
    for one in accounts:
        settings = one.settings(before.get(one.name))
        text = adapters.account.dump_json(settings).decode()
        callback = bool(settings.callback_url)
        counted = (one.balance, one.gift, one.last_seq, one.failures)
        rows.append((ids[one.name], one.name, text, one.origin, one.disabled, callback, *counted))
    await transaction.insert(sql.INSERT_ACCOUNT, rows)


def _behaviour_rows(behaviours: Iterable[tuple[RuleState | FaultState, bytes]]) -> Iterator[tuple[Any, ...]]:
    for place, (one, settings) in enumerate(behaviours):
        position = {FILE: place, PRESET: first_position(one.id)}.get(one.origin, APPENDED)
        yield one.id, position, one.origin, settings.decode(), one.applied


async def _insert_messages(transaction: Transaction, state: State, ids: Mapping[str, int]) -> None:
    spans = _spans(state)
    await transaction.insert(sql.INSERT_SUBMIT, (_submit_row(submit, ids[submit.account]) for submit in state.submits))
    lives = (_life_row(life, submit, ids[submit.account], spans) for submit in state.submits for life in submit.lives)
    await transaction.insert(sql.INSERT_LIFE, lives)
    messages = (
        (id, first, number)
        for submit in state.submits
        for life in submit.lives
        for first in (_id(life),)
        for id, number in life.messages
    )
    await transaction.insert(sql.INSERT_MESSAGE, messages)


def _id(life: LifeState) -> int:
    """A life has the id of its first message."""
    return min(life.messages)[0]


def _spans(state: State) -> Spans:
    carried = {id: push.id for push in state.pushes for id in push.reports}
    spans: dict[int, tuple[int, int]] = {}
    for submit in state.submits:
        for life in submit.lives:
            pushes = {carried[id] for id, _ in life.messages if id in carried}
            if pushes:
                spans[_id(life)] = min(pushes), max(pushes)
    return spans


def _submit_row(submit: SubmitState, account: int) -> tuple[Any, ...]:
    return (
        submit.id,
        account,
        submit.content,
        submit.sender,
        submit.smstype,
        submit.mmstitle,
        submit.segments,
        submit.price,
        submit.paid_gift,
        submit.paid_balance,
        submit.refunded,
        submit.accepted_at,
        submit.sendtime,
    )


def _life_row(life: LifeState, submit: SubmitState, account: int, spans: Spans) -> tuple[Any, ...]:
    id = _id(life)
    span = spans.get(id)
    due = {UNSENT: life.sending_at, SENDING: life.final_at}.get(life.state)
    outbox = OUTBOX_WAITING if life.report_waits else OUTBOX_NONE if span is None else OUTBOX_CUT
    rule = life.rule if life.forced_from is None else _FORCED[life.forced_from]
    return (
        *(id, max(life.messages)[0], submit.id, account, len(life.messages)),
        *(life.state, due, life.sending_at, life.final_at, life.outcome, rule),
        *(outbox, *(span or (None, None))),
    )


def _push_row(push: PushState, account: int) -> tuple[Any, ...]:
    ids = json.dumps(push.reports, separators=(",", ":"))
    return push.id, account, push.state, push.due, push.tried, ids, push.created_at, push.fault


def _attempt_rows(pushes: Iterable[PushState]) -> Iterator[tuple[Any, ...]]:
    for push in pushes:
        for position, made in enumerate(push.attempts, 1):
            yield push.id, position, made.at, made.url, made.http_status, made.error, made.duration_ms, made.verdict
