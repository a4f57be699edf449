"""How is a booking kept? A few statements for everyone in the group, whatever the number of messages (D3, D4)."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ..domain.booking import Booking
from ..domain.lifecycle import Life
from ..protocol.codes import UNSENT
from .schema import OUTBOX_NONE
from .statements import INSERT_LIFE, INSERT_MESSAGE, INSERT_MESSAGES, INSERT_SUBMIT
from .transaction import Transaction

BULK: Final = 64
"""From that many numbers on, the database engine itself takes the list apart."""


async def keep_bookings(transaction: Transaction, bookings: Sequence[Booking]) -> None:
    """Insert submits, lives and messages."""
    small: list[tuple[int, int, str]] = []
    for booking in bookings:
        if len(booking.lives) == 1 and booking.submit.numbers.accepted > BULK:
            first = booking.first_id
            await transaction.rows(INSERT_MESSAGES, first=first, life=first, numbers=_json_list(booking))
        else:
            small.extend(_message_rows(booking))
    await transaction.insert(INSERT_SUBMIT, map(_submit_row, bookings))
    await transaction.insert(INSERT_LIFE, (row for booking in bookings for row in _life_rows(booking)))
    if small:
        await transaction.insert(INSERT_MESSAGE, small)


def _json_list(booking: Booking) -> str:
    numbers = booking.submit.numbers
    if numbers.plain:
        return '["' + numbers.text.replace(",", '","') + '"]'
    return json.dumps(numbers.items())


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


def _life_rows(booking: Booking) -> Iterator[tuple[Any, ...]]:
    for life in booking.lives:
        plan = life.plan
        first, last, count = _range(booking, life)
        yield (
            first,
            last,
            booking.first_id,
            booking.submit.account,
            count,
            UNSENT,
            plan.sending_at,
            plan.sending_at,
            plan.final_at,
            plan.outcome,
            plan.rule,
            OUTBOX_NONE,
            None,
            None,
        )


def _range(booking: Booking, life: Life) -> tuple[int, int, int]:
    if life.members is None:
        count = booking.submit.numbers.accepted
        return booking.first_id, booking.first_id + count - 1, count
    return life.members[0][0], life.members[-1][0], len(life.members)


def _message_rows(booking: Booking) -> Iterator[tuple[int, int, str]]:
    for life in booking.lives:
        if life.members is None:
            for id, number in enumerate(booking.submit.numbers.items(), booking.first_id):
                yield id, booking.first_id, number
        else:
            first = life.members[0][0]
            for id, number in life.members:
                yield id, first, number
