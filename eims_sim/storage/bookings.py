"""How is a booking kept? A few statements for everyone in the group, whatever the number of messages (D3, D4)."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from ..domain.booking import Booking
from ..domain.lifecycle import Life, Plan
from ..protocol.codes import UNSENT
from .layout import OUTBOX_NONE
from .statements import INSERT_LIFE, INSERT_MESSAGE, INSERT_MESSAGES, INSERT_SUBMIT
from .transaction import Transaction

BULK: Final = 64
"""From that many numbers on, the database engine itself takes the list apart."""


async def keep_bookings(transaction: Transaction, bookings: Sequence[Booking]) -> None:
    """Insert submits, lives and messages."""
    lives: list[tuple[Any, ...]] = []
    small: list[tuple[int, int, str]] = []
    for booking in bookings:
        shared = booking.lives[0].members is None
        lives += [_whole_life(booking)] if shared else map(partial(_part_life, booking), booking.lives)
        if not shared:
            small += [(id, _first(life), number) for life in booking.lives for id, number in life.members or ()]
        elif booking.submit.numbers.accepted > BULK:
            await _keep_many(transaction, booking)
        else:
            first = booking.first_id
            small += [(id, first, number) for id, number in enumerate(booking.submit.numbers.items(), first)]
    await transaction.insert(INSERT_SUBMIT, map(_submit_row, bookings))
    await transaction.insert(INSERT_LIFE, lives)
    if small:
        await transaction.insert(INSERT_MESSAGE, small)


async def _keep_many(transaction: Transaction, booking: Booking) -> None:
    """One id is named, the others follow it: no higher one is there yet, for the small submits come last."""
    numbers, first_id = booking.submit.numbers, booking.first_id
    first, _, others = numbers.text.partition(",")
    await transaction.insert(INSERT_MESSAGE, [(first_id, first_id, first)])
    await transaction.rows(INSERT_MESSAGES, life=first_id, numbers='["' + others.replace(",", '","') + '"]')


def _submit_row(booking: Booking) -> tuple[Any, ...]:
    submit = booking.submit
    traits = submit.traits
    return (
        booking.first_id,
        submit.account,
        traits.content,
        traits.sender,
        traits.smstype,
        submit.mmstitle,
        submit.segments,
        submit.price,
        booking.gift_paid,
        submit.price * submit.numbers.accepted - booking.gift_paid,
        0,
        submit.accepted_at,
        submit.sendtime,
    )


def _whole_life(booking: Booking) -> tuple[Any, ...]:
    """The row of a life that all messages of the submit share."""
    first, count = booking.first_id, booking.submit.numbers.accepted
    return _life_row(booking, booking.lives[0].plan, first, first + count - 1, count)


def _part_life(booking: Booking, life: Life) -> tuple[Any, ...]:
    """The row of a life that some of the submit's messages share."""
    members = life.members or ()
    return _life_row(booking, life.plan, members[0][0], members[-1][0], len(members))


def _first(life: Life) -> int:
    return life.members[0][0] if life.members else 0


def _life_row(booking: Booking, plan: Plan, first: int, last: int, count: int) -> tuple[Any, ...]:
    outcome, rule, sending_at, final_at, _ = plan
    account = booking.submit.account
    return (
        *(first, last, booking.first_id, account, count),
        *(UNSENT, sending_at, sending_at, final_at, outcome, rule),
        *(OUTBOX_NONE, None, None),
    )
