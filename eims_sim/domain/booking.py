"""What does a group of submits cost, and which ids do its messages get (P4.3)?

A group is settled together, in the order its submits came.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ..diagnosis import Reason
from ..protocol.codes import UNSENT, Status
from ..protocol.numbers import Numbers
from .authentication import ACCOUNT_UNKNOWN
from .lifecycle import Course, Life, hasten, plan_lives
from .messages import Message, Transition
from .rules import Rule, Traits

BALANCE_LOW: Final = Reason(
    "balance-too-low", "balance and gift together are less than the price of all accepted numbers"
)


class Refusal(NamedTuple):
    """A documented negative answer and why it was given."""

    status: Status
    reason: Reason


ACCOUNT_GONE: Final = Refusal(Status.AUTHENTICATION, ACCOUNT_UNKNOWN)
"""The account was removed while its request waited."""


class Submit(NamedTuple):
    """A checked request, not yet paid. `account` is the database's id, `price` micro-units for each message.

    `at_once` leaves the delays of its messages out.
    """

    account: int
    traits: Traits
    mmstitle: str
    numbers: Numbers
    segments: int
    price: int
    accepted_at: int
    sendtime: int | None
    at_once: bool = False

    @property
    def start(self) -> int:
        """The moment from which its delays count (P9.1)."""
        return self.accepted_at if self.sendtime is None else max(self.accepted_at, self.sendtime)


class Booking(NamedTuple):
    """An accepted submit: paid, its ids counting from `first_id`, its lives planned."""

    submit: Submit
    first_id: int
    gift_paid: int
    lives: Sequence[Life]


def first_messages(booking: Booking, most: int) -> list[Message]:
    """The booking's messages as they are at first, by id, at most that many."""
    submit, traits = booking.submit, booking.submit.traits
    transitions = (Transition(UNSENT, submit.accepted_at),)
    return [
        Message(
            id,
            traits.account,
            booking.first_id,
            number,
            traits.sender,
            traits.content,
            traits.smstype,
            submit.mmstitle,
            UNSENT,
            submit.accepted_at,
            submit.sendtime,
            None,
            None,
            submit.segments,
            submit.price,
            rule,
            transitions,
            (),
        )
        for id, number, rule in _first_members(booking, most)
    ]


def _first_members(booking: Booking, most: int) -> list[tuple[int, str, int | None]]:
    """Id, number and rule of the first messages."""
    whole = booking.lives[0]
    if whole.members is None:
        numbers = booking.submit.numbers.text.split(",", most)[:most]
        return [(id, number, whole.plan.rule) for id, number in enumerate(numbers, booking.first_id)]
    return sorted((id, number, life.plan.rule) for life in booking.lives for id, number in life.members or ())[:most]


Credit = dict[int, tuple[int, int]]
"""Balance and gift in micro-units, by the database's account id."""


def settle(
    submits: Iterable[Submit],
    credit: Credit,
    next_id: int,
    rules: Sequence[Rule],
    applied: dict[int, int],
    course: Course,
) -> list[Booking | Refusal]:
    """Book submits in the order they came: each pays whole or is refused (P4.3).

    `credit` is spent and `applied` counted on, both in place; gift goes before balance. Ids grow from `next_id`
    without a gap. The caller holds the transaction.
    """
    outcomes: list[Booking | Refusal] = []
    for submit in submits:
        balance, gift = credit[submit.account]
        count = submit.numbers.accepted
        cost = submit.price * count
        if balance + gift < cost:
            outcomes.append(Refusal(Status.BALANCE_TOO_LOW, BALANCE_LOW))
            continue
        from_gift = min(gift, cost)
        credit[submit.account] = (balance - cost + from_gift, gift - from_gift)
        lives = plan_lives(submit.numbers, next_id, submit.start, submit.traits, rules, applied, course)
        if submit.at_once:
            lives = hasten(lives, submit.start)
        outcomes.append(Booking(submit, next_id, from_gift, lives))
        next_id += count
    return outcomes


def refund(paid_balance: int, refunded: int, amount: int) -> tuple[int, int]:
    """What of `amount` goes back to balance and to gift: balance first, as far as it paid (P4.3).

    `refunded` is what the submit got back before, all in micro-units.
    """
    to_balance = min(paid_balance, refunded + amount) - min(paid_balance, refunded)
    return to_balance, amount - to_balance
