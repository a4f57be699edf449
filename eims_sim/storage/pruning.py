"""How do old messages leave, a little at a time, and the space that they took (C3)? Ids are not given again."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from . import statements as sql
from .transaction import Transaction

LIVES_PER_PRUNE: Final = 1000
"""So many lives are looked at in one transaction: nobody's submit shall wait longer than for another's."""

MESSAGES_PER_PRUNE: Final = 2500
"""No further life is removed in a transaction that has removed so many messages; one life may hold more."""

NEAR: Final = 100
"""Messages so few ids apart leave with one statement: to pass by some costs less than another statement."""

PAGES_PER_STEP: Final = 500
"""So many pages are given back in one transaction."""

SPARE_PAGES: Final = 256
"""So many free pages stay in the file, or a fifth of it: what comes next needs them again."""

BEYOND: Final = 2**63 - 1
"""Above every id."""


class Pruned(NamedTuple):
    """What was removed: so many messages, of these accounts. `after` is the life after which to go on; None: that was
    all."""

    messages: int
    accounts: frozenset[int]
    after: int | None


class _Life(NamedTuple):
    """A life that may go; `first_push` and `last_push` bound the pushes that carried its reports, if any did."""

    id: int
    last_id: int
    submit: int
    account: int
    size: int
    first_push: int | None
    last_push: int | None


async def prune(transaction: Transaction, after: int, horizon: int) -> Pruned:
    """Remove messages that became final until `horizon` and have been reported, with all that is only theirs.

    Looks at the next lives after one, in the order of ids. A push goes with the last of its messages.
    """
    ends = await transaction.rows(sql.PRUNE_END, after=after, before=LIVES_PER_PRUNE - 1)
    end, accepted_at = ends[0] if ends else (BEYOND, horizon)
    found = [_Life(*row) for row in await transaction.rows(sql.LIVES_OLD, after=after, end=end, horizon=horizon)]
    lives = _first_of(found)
    if lives:
        transaction.keep_message_counter()
        await _remove(transaction, lives)
    # What was accepted later is not old: there the walk ends. Where a clock was set back some old ones lie beyond, and
    # their turn comes later.
    then: int | None = end if ends and accepted_at <= horizon else None
    if len(lives) < len(found):
        then = lives[-1].id
    return Pruned(sum(life.size for life in lives), frozenset(life.account for life in lives), then)


async def give_back(transaction: Transaction) -> bool:
    """Shorten the file by some of its free pages; whether there are more to give.

    Does nothing to a file that was made before `auto_vacuum` was: its free pages are used again only.
    """
    free = await _spare(transaction)
    if free <= 0:
        return False
    for _ in range(min(free, PAGES_PER_STEP)):
        await transaction.rows(sql.GIVE_BACK)
    return 0 < await _spare(transaction) < free


async def _spare(transaction: Transaction) -> int:
    """How many free pages there are beyond those that stay."""
    ((free,),) = await transaction.rows(sql.FREE_PAGES)
    ((pages,),) = await transaction.rows(sql.ALL_PAGES)
    return int(free - max(SPARE_PAGES, pages // 5))


def _first_of(found: Sequence[_Life]) -> Sequence[_Life]:
    total = 0
    for place, life in enumerate(found, 1):
        total += life.size
        if total >= MESSAGES_PER_PRUNE:
            return found[:place]
    return found


async def _remove(transaction: Transaction, lives: Sequence[_Life]) -> None:
    for members in _near(lives):
        last = max(life.last_id for life in members)
        listed = _json(life.id for life in members)
        await transaction.run(sql.PRUNE_MESSAGES, first=members[0].id, last=last, lives=listed)
    await transaction.run(sql.PRUNE_LIVES, lives=_json(life.id for life in lives))
    await transaction.run(sql.PRUNE_SUBMITS, submits=_json(dict.fromkeys(life.submit for life in lives)))
    spans = dict.fromkeys((life.account, life.first_push, life.last_push) for life in lives)
    for owner, first, last_push in spans:
        if first is not None:
            for statement in sql.PRUNE_PUSHES:
                await transaction.run(statement, owner=owner, first=first, last=last_push)


def _near(lives: Sequence[_Life]) -> Iterator[list[_Life]]:
    """Lives whose messages lie near each other, together; lives of a submit may interleave."""
    members: list[_Life] = []
    last = 0
    for life in lives:
        if members and life.id > last + NEAR:
            yield members
            members = []
        members.append(life)
        last = max(last, life.last_id) if len(members) > 1 else life.last_id
    if members:
        yield members


def _json(ids: Iterable[int]) -> str:
    return json.dumps(list(ids), separators=(",", ":"))
