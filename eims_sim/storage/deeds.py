"""What changes durably, beside bookings? Each deed is one function, run in the transaction of its group."""

import json
from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

from ..domain.booking import refund
from ..domain.messages import Attempt, PushState
from ..domain.moves import Interest, Move
from ..errors import NotFoundError
from ..protocol.codes import SENDING, UNSENT, ReportCode
from ..protocol.limits import INBOUND_PER_FETCH, REPORTS_PER_PUSH
from . import statements as sql
from .layout import QUEUED
from .steps import Told, tell_step
from .transaction import Row, Transaction

LIVES_PER_STEP: Final = 1000
"""How many lives one deed moves: a step of a million must not hold the writer for long."""

MESSAGES_PER_CUT: Final = 10_000
"""How many reports are cut into pushes at once, to the end of a submit."""


class Moved(NamedTuple):
    """What a step did: messages that entered a state, accounts with final messages and the first moment of each, and
    when the next is due."""

    transitions: int
    reported: dict[int, int]
    next_due: int | None


async def move_due(
    transaction: Transaction,
    now: int,
    refunding: frozenset[int],
    told: Told | None = None,
    interest: Interest | None = None,
) -> Moved:
    """Move every life that is due into its next state (P9.1), joining the outbox and paying back in the same go.

    `refunding` are the accounts that pay failed messages back. `told` hears of the step when it is committed, of as
    much as `interest` asks for.
    """
    sending = await transaction.rows(sql.START_SENDING, now=now, leaving=UNSENT, most=LIVES_PER_STEP)
    # While more wait to start sending, one of them may be due to be final first: reports keep that order (P8.2).
    started = len(sending) < LIVES_PER_STEP
    final = await transaction.rows(sql.FINISH, now=now, leaving=SENDING, most=LIVES_PER_STEP) if started else []
    reported: dict[int, int] = {}
    for _, _, submit, account, count, outcome, final_at in final:
        reported[account] = min(final_at, reported.get(account, final_at))
        if outcome != ReportCode.SUCCESS and account in refunding:
            await pay_back(transaction, account, submit, count)
    ((next_due,),) = await transaction.rows(sql.NEXT_DUE)
    if told is not None and (sending or final):
        await tell_step(transaction, _moves(sending, final) if interest is not None else [], told, interest)
    return Moved(
        sum([row[4] for row in sending]) + sum([row[4] for row in final]),
        reported,
        next_due,
    )


def _moves(sending: list[Row], final: list[Row]) -> list[Move]:
    started = [Move._make((*row[:5], UNSENT, SENDING, row[5])) for row in sending]
    ended = [Move._make((*row[:5], SENDING, row[5], row[6])) for row in final]
    return started + ended


async def pay_back(transaction: Transaction, account: int, submit: int, count: int) -> None:
    """Pay back that many failed messages of a submit, to what paid them, balance first (P4.3)."""
    ((price, paid_balance, refunded),) = await transaction.rows(sql.PAID, this=submit)
    to_balance, to_gift = refund(paid_balance, refunded, price * count)
    balance, gift = transaction.credit[account]
    transaction.credit[account] = (balance + to_balance, gift + to_gift)
    await transaction.run(sql.UPDATE_REFUNDED, this=submit, refunded=refunded + price * count)


class NewInbound(NamedTuple):
    """An inbound message that has just arrived."""

    account: int
    sender: str
    recipient: str
    content: str
    received_at: int


async def add_inbound(transaction: Transaction, arrived: Sequence[NewInbound]) -> int:
    """Keep inbound messages; returns the id of the first, the others follow.

    Raises NotFoundError when an account was removed while they waited.
    """
    if any(transaction.credit.get(new.account) is None for new in arrived):
        raise NotFoundError("the account was removed while the message waited")
    first = transaction.take_ids("inbound", len(arrived))
    await transaction.insert(sql.INSERT_INBOUND, [(id, *new, None, None) for id, new in enumerate(arrived, first)])
    return first


async def fetch_inbound(transaction: Transaction, account: int, now: int, since: int) -> list[Row]:
    """Fetch and mark what the account has not fetched yet, by time received, then id (P6.2).

    Returns rows of id, sender, recipient, time received, content.
    """
    fetch = transaction.next_ids["fetches"]
    rows = await transaction.rows(
        sql.FETCH_INBOUND, owner=account, now=now, since=since, most=INBOUND_PER_FETCH, fetch=fetch
    )
    if rows:
        transaction.take_ids("fetches", 1)
    return sorted(rows, key=lambda row: (row[3], row[0]))


async def fetched_last(transaction: Transaction, account: int) -> list[Row]:
    """What the account's last fetch that found anything returned, as far as it is still there; rows as above."""
    return await transaction.rows(sql.INBOUND_FETCHED_LAST, owner=account)


CutReport = tuple[int, str, int, int, int]
"""A final message on its way into a push: id, number, the moment it was sent, report code, life."""


class CutPush(NamedTuple):
    """A push as the pusher holds it. Its reports never change. `fault` is the id of the one that struck it."""

    id: int
    account: int
    state: PushState
    due: int
    tried: int
    reports: tuple[CutReport, ...]
    fault: int | None = None


async def cut_pushes(transaction: Transaction, account: int, now: int) -> tuple[list[CutPush], bool]:
    """Cut what waits in the account's outbox into pushes, in the order it became final, then by id (P8.2).

    Returns the pushes and whether more waits.
    """
    waiting = await transaction.rows(sql.LIVES_WAITING, owner=account, most=MESSAGES_PER_CUT + 1)
    if not waiting:
        return [], False
    last = _last_whole_submit(waiting)
    reports = await _reports_until(transaction, account, last)
    batches = [tuple(reports[at : at + REPORTS_PER_PUSH]) for at in range(0, len(reports), REPORTS_PER_PUSH)]
    first_id = transaction.take_ids("pushes", len(batches))
    cut = [CutPush(id, account, QUEUED, now, 0, batch) for id, batch in enumerate(batches, first_id)]
    await transaction.insert(sql.INSERT_PUSH, [_push_row(push, now) for push in cut])
    await transaction.insert(sql.CUT_LIFE, _spans(cut))
    return cut, last != waiting[-1]


async def _reports_until(transaction: Transaction, account: int, last: Row) -> list[CutReport]:
    """What waits, up to this life, in the order it became final, then by id (P8.2)."""
    lives = await transaction.rows(sql.REPORTS_WAITING, owner=account, final_at=last[3], submit=last[1])
    reports: list[CutReport] = []
    spread = False
    for first, last_id, _, sent_at, code, joined in lives:
        numbers = joined.split(",")
        ids: Sequence[int] = range(first, last_id + 1)
        if len(numbers) < len(ids):  # others of the submit, between them, have another life
            ids = [id for (id,) in await transaction.rows(sql.IDS_OF_LIFE, first=first, last=last_id)]
            spread = True
        reports += zip(ids, numbers, repeat(sent_at), repeat(code), repeat(first))
    if spread:
        finals = {life[0]: life[2] for life in lives}
        reports.sort(key=lambda report: (finals[report[4]], report[0]))
    return reports


def _last_whole_submit(waiting: list[Row]) -> Row:
    """The life at which a cut ends: a submit's lives that became final together are cut together."""
    total = 0
    for life, follower in zip(waiting, [*waiting[1:], None], strict=True):
        total += life[2]
        ends = follower is None or (follower[1], follower[3]) != (life[1], life[3])
        if total >= MESSAGES_PER_CUT and ends:
            return life
    return waiting[-1]


def _push_row(push: CutPush, now: int) -> tuple[Any, ...]:
    ids = ",".join([str(report[0]) for report in push.reports])
    return push.id, push.account, push.state, push.due, push.tried, f"[{ids}]", now, push.fault


def _spans(cut: Sequence[CutPush]) -> list[tuple[int, int, int]]:
    """For each life the first and the last push that its reports are in, as CUT_LIFE takes them."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for push in cut:
        for life in {report[4] for report in push.reports}:
            first.setdefault(life, push.id)
            last[life] = push.id
    return [(first[life], last[life], life) for life in first]


async def load_outbox(transaction: Transaction) -> tuple[list[CutPush], list[tuple[int, int]]]:
    """After a start: the pushes that are not done, and for each account the earliest report that was not cut."""
    pushes = [await load_push(transaction, row) for row in await transaction.rows(sql.OPEN_PUSHES)]
    waiting = [(account, final_at) for account, final_at in await transaction.rows(sql.ACCOUNTS_WAITING)]
    return pushes, waiting


async def load_push(transaction: Transaction, row: Row) -> CutPush:
    """A push from its row, with its reports."""
    id, account, state, due, tried, reports, _, fault = row
    shown = []
    for message in json.loads(reports):
        shown += await transaction.rows(sql.REPORTS_OF_PUSH, this=message)
    return CutPush(id, account, state, due, tried, tuple(shown), fault)


async def record_attempts(
    transaction: Transaction, push: CutPush, made: Sequence[Attempt], due: int | None, *, fresh: bool
) -> bool:
    """Keep what came of its PUTs, and what is to become of the push; False when the push was removed meanwhile.

    `fresh` when it was never tried before.
    """
    kept = await transaction.run(
        sql.UPDATE_PUSH, this=push.id, to=push.state, when=due, attempts=push.tried, struck=push.fault
    )
    if kept and made:
        before = 0 if fresh else (await transaction.rows(sql.ATTEMPTS_MADE, this=push.id))[0][0]
        await transaction.insert(
            sql.INSERT_ATTEMPT, [(push.id, position, *one) for position, one in enumerate(made, before + 1)]
        )
    return bool(kept)


async def attempts_of(transaction: Transaction, push: int) -> list[Attempt]:
    """Every attempt of a push so far."""
    return [Attempt._make(row) for row in await transaction.rows(sql.ATTEMPTS_OF_PUSH, this=push)]


async def keep_seq(transaction: Transaction, account: int, seq: int) -> None:
    """Keep the last seq that the account used (P1.6)."""
    await transaction.run(sql.UPDATE_LAST_SEQ, this=account, seq=seq)


async def keep_failures(transaction: Transaction, account: int, failures: int) -> None:
    """Keep how many authentications of the account failed in a row (P2, order 3)."""
    await transaction.run(sql.UPDATE_FAILURES, this=account, failures=failures)
