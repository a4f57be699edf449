"""What do made-up people write back, and when? Inbound messages as a gateway gets them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from .locales import DEFAULT_LOCALE

if TYPE_CHECKING:
    from .people import People

DEFAULT_HOURS: Final = 24.0
"""The messages are spread over so many hours, unless somebody says otherwise."""

INVENTED: Final = "10690000"
"""Whom people write to when the account has no number of its own."""

BATCH: Final = 500
"""So many messages go into one call: far below what a body may hold, whatever the language."""

LONGEST_SHARE: Final = 1 / 3
"""A conversation takes at most so much of the whole time; where that is short its people hurry."""


@dataclass(frozen=True, slots=True)
class FakeInbound:
    """An inbound message: who writes, to which number, what, and how many seconds before the end."""

    sender: str
    recipient: str
    content: str
    ago_seconds: int


def fake_inbound(
    count: int,
    recipients: Sequence[str] = (),
    *,
    locale: str = DEFAULT_LOCALE,
    seed: int = 1,
    hours: float = DEFAULT_HOURS,
) -> list[FakeInbound]:
    """So many messages in the order of their times; the last one came at the end. With 0 hours they all did.

    A conversation goes to one of the recipients, or to INVENTED where there are none. Who writes what does not depend
    on them. Raises UnknownLocaleError.
    """
    from .people import People

    span = (hours or DEFAULT_HOURS) * 3600
    written = sorted(_written(People(locale, seed), count, recipients or (INVENTED,), span), key=lambda one: one.at)
    end = written[-1].at if written else 0
    return [FakeInbound(one.sender, one.recipient, one.content, round(end - one.at) if hours else 0) for one in written]


def inbound_calls(made: Sequence[FakeInbound], account: str, until: datetime) -> Iterator[list[dict[str, str]]]:
    """The bodies of `POST /_sim/inbound` that let messages arrive at an account, the last one at `until`.

    `until` is the gateway's now or earlier: what has a time in the future is invisible until then (P6.2).
    """
    for first in range(0, len(made), BATCH):
        yield [
            {
                "account": account,
                "from": one.sender,
                "to": one.recipient,
                "content": one.content,
                "received_at": (until - timedelta(seconds=one.ago_seconds)).isoformat(),
            }
            for one in made[first : first + BATCH]
        ]


class _Written(NamedTuple):
    """A message at a moment, in seconds after the beginning."""

    at: float
    sender: str
    recipient: str
    content: str


def _written(people: "People", count: int, recipients: Sequence[str], span: float) -> Iterator[_Written]:
    """One conversation after the other, by their beginnings; they have so many messages and fill the span evenly."""
    from .conversations import Conversations

    conversations, draw = Conversations(people), people.chance.random.random
    done = 0
    while done < count:
        begin = (done + draw()) / count * span
        person, recipient = people.somebody(begin), recipients[int(draw() * len(recipients))]
        said = conversations.one(person)
        moments = _hurried([begin, *(one.pause_seconds for one in said[1:])], span * LONGEST_SHARE)
        people.occupy(person, moments[-1])
        for at, one in islice(zip(moments, said, strict=True), count - done):
            if at <= span:  # at the end a conversation may still be going on
                yield _Written(at, person.number, recipient, one.content)
                done += 1


def _hurried(steps: Sequence[float], most: float) -> list[float]:
    """The moments after a beginning and some pauses, which are shorter if together they would take too long."""
    begin, *pauses = steps
    pace = min(1.0, most / sum(pauses)) if pauses else 1.0
    return [*accumulate((pause * pace for pause in pauses), initial=begin)]
