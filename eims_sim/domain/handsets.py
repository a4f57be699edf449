"""What is on a phone's screen: which conversations, and what is in one of them (C4)?"""

from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import chain, islice
from typing import Final, NamedTuple

from .messages import Inbound, Message

Said = Message | Inbound
"""What was written to a number, or by who holds it."""


class Place(NamedTuple):
    """From where a conversation is read on: messages and inbound messages with ids below these."""

    message: int
    inbound: int


NEWEST: Final = Place(2**63 - 1, 2**63 - 1)
"""Where a conversation is read from at first."""

_OLDEST: Final = Place(0, 0)


class Conversation(NamedTuple):
    """A part of what was said, the newest first, and where it goes on: None at its beginning."""

    said: list[Said]
    next: Place | None


class Handset(NamedTuple):
    """A number, and what was said last."""

    number: str
    last: Said


def seen_at(said: Said) -> int:
    """When it came: to the phone, or from it. A message that is not final is still on its way, since its acceptance."""
    if isinstance(said, Inbound):
        return said.received_at
    return said.accepted_at if said.final_at is None else said.final_at


def cut(messages: Sequence[Message], inbound: Sequence[Inbound], limit: int) -> Conversation:
    """The newest `limit` of both, of each of which the newest `limit` + 1 are given, by id.

    What is a part is settled by when each was accepted or received, which stays; within it what came last is first.
    """
    # Of two at one moment the reply is the newer: a clock that stands still has many.
    both: tuple[Sequence[Said], Sequence[Said]] = (inbound, messages)
    shown = list(islice(merge(*both, key=_entered_at, reverse=True), limit))
    sent = sum(isinstance(said, Message) for said in shown)
    rest = Place(_above(messages, sent), _above(inbound, len(shown) - sent))
    return Conversation(sorted(shown, key=seen_at, reverse=True), None if rest == _OLDEST else rest)


def pick(messages: Iterable[Message], inbound: Iterable[Inbound], prefix: str, limit: int) -> list[Handset]:
    """The numbers that begin so, each with what was said last, the newest first. Both are given by id, newest first."""
    last: dict[str, Said] = {}
    for said in chain[Said](inbound, messages):
        number = said.sender if isinstance(said, Inbound) else said.number
        if number.startswith(prefix) and (number not in last or seen_at(said) > seen_at(last[number])):
            last[number] = said
    handsets = [Handset(number, said) for number, said in last.items()]
    return sorted(handsets, key=lambda handset: seen_at(handset.last), reverse=True)[:limit]


def _entered_at(said: Said) -> int:
    return said.received_at if isinstance(said, Inbound) else said.accepted_at


def _above(listed: Sequence[Said], shown: int) -> int:
    """Below which id the rest is; nothing is below 0."""
    return listed[shown].id + 1 if shown < len(listed) else 0
