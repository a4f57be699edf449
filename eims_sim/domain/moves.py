"""What moved in a step, and what does somebody want to know of it (C4)?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .lists import MessageFilter
from .messages import Message


class Move(NamedTuple):
    """The messages of one life, that many, went from one state into another; `at` is when they were due to.

    `account` is the database's id. The messages have ids from `life` to `last_id`, other lives' between them.
    """

    life: int
    last_id: int
    submit: int
    account: int
    messages: int
    old: int
    new: int
    at: int


class SubmitText(NamedTuple):
    """What a submit says, as far as filters ask for it."""

    sender: str
    content: str
    accepted_at: int


class Interest(NamedTuple):
    """What is to be read of a step's moves while they are made, for those who watch.

    `states` are those that somebody waits for: of moves from or to them, the submits are read when `submits` says so,
    and how many messages go to each of `numbers`. So many `messages` are to be shown as they become.
    """

    states: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()
    submits: bool = False
    messages: int = 0

    @classmethod
    def of(cls, filters: Iterable[MessageFilter]) -> "Interest":
        """What has to be read so that each of the filters, which name a state, can count on."""
        wanted = list(filters)
        return cls(
            frozenset(one.state for one in wanted if one.state is not None),
            frozenset(one.number for one in wanted if one.number is not None),
            any(one.reads_submit for one in wanted),
        )

    def covers(self, wanted: MessageFilter) -> bool:
        """Whether a filter can count on with what was read."""
        return (
            wanted.state in self.states
            and (wanted.number is None or wanted.number in self.numbers)
            and (self.submits or not wanted.reads_submit)
        )


class Step(NamedTuple):
    """What one transaction moved, numbered in the order of the commits; without an `interest` only that it did.

    `submits` are by life, `numbers` counts the messages to each number by life, `messages` are some of those that moved
    as they became, a message once for each of its moves.
    """

    number: int
    interest: Interest | None = None
    moves: Sequence[Move] = ()
    submits: Mapping[int, SubmitText] = {}
    numbers: Mapping[int, Mapping[str, int]] = {}
    messages: Sequence[Message] = ()
