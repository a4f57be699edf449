"""What is told of a step to those who watch (C4)? It is read in the step's own transaction, for many at once."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import accumulate

from ..domain.messages import Message
from ..domain.moves import Interest, Move, Step, SubmitText
from . import statements as sql
from .rows import MessageRow
from .transaction import Transaction

Told = Callable[[Step], None]
"""Hears of a step in the turn of its commit."""


async def tell_step(
    transaction: Transaction, moves: Sequence[Move], told: Told, interest: Interest | None = None
) -> None:
    """Number the transaction as a step, and tell of its moves once it is committed.

    Every deed that moves lives calls it, whether somebody is interested or not: who counts needs the number.
    """
    number = transaction.take_ids("steps", 1)
    step = Step(number) if interest is None else await _look(transaction, Step(number, interest, moves))
    transaction.then(partial(told, step))


async def _look(transaction: Transaction, step: Step) -> Step:
    interest = step.interest or Interest()
    submits, numbers = {}, dict[int, dict[str, int]]()
    lives = _json({move.life for move in step.moves if not interest.states.isdisjoint((move.old, move.new))})
    if interest.submits:
        rows = await transaction.rows(sql.SUBMITS_OF_MOVED, lives=lives)
        submits = {life: SubmitText(*said) for life, *said in rows}
    if interest.numbers:
        listed = _json(interest.numbers)
        for life, number, count in await transaction.rows(sql.NUMBERS_OF_MOVED, lives=lives, numbers=listed):
            numbers.setdefault(life, {})[number] = count
    messages = await _show(transaction, step.moves, interest.messages) if interest.messages else []
    return step._replace(submits=submits, numbers=numbers, messages=messages)


async def _show(transaction: Transaction, moves: Sequence[Move], most: int) -> list[Message]:
    """At most that many messages as they became, in the order of their moments."""
    ordered = sorted(moves, key=lambda move: (move.at, move.life))
    totals = accumulate((move.messages for move in ordered), initial=0)
    first = [move for move, before in zip(ordered, totals, strict=False) if before < most]
    rows = await transaction.rows(sql.MESSAGES_OF_MOVED, lives=_json({move.life for move in first}), most=most)
    members: dict[int, list[MessageRow]] = {}
    for row in rows:
        member = MessageRow._make(row)
        members.setdefault(member.life, []).append(member)
    return [row.show(move.new) for move in first for row in members.get(move.life, ())][:most]


def _json(listed: Iterable[object]) -> str:
    return json.dumps(list(listed), separators=(",", ":"))
