"""How is one message ended by an operator, before its time and without the others of its submit (C4)?"""

from typing import NamedTuple

from ..domain.moves import Move
from ..errors import ConflictError, NotFoundError
from ..protocol.codes import SENDING, UNSENT
from . import statements as sql
from .deeds import pay_back
from .layout import FORCED_FROM_SENDING, FORCED_FROM_UNSENT
from .transaction import Transaction


class _Life(NamedTuple):
    """A row of `lives`."""

    id: int
    last_id: int
    submit: int
    account: int
    size: int
    state: int
    due: int | None
    sending_at: int | None
    final_at: int | None
    outcome: int
    rule: int | None
    outbox: int
    first_push: int | None
    last_push: int | None


async def force_message(transaction: Transaction, id: int, code: int, now: int, refunding: frozenset[int]) -> Move:
    """Make a message final with this report code; it is paid back and joins the outbox as in life.

    Returns what it did. Raises NotFoundError, or ConflictError when it is final.
    """
    rows = await transaction.rows(sql.LIFE_OF_MESSAGE, this=id)
    if not rows:
        raise NotFoundError(f"there is no message {id}")
    life = _Life(*rows[0])
    # It may be due to have moved on, and only not be stored so yet: then that is what happened.
    if life.state not in (UNSENT, SENDING) or _past(life.final_at, now):
        raise ConflictError(f"message {id} is final")
    if life.size > 1:
        await _split(transaction, life, id)
    unsent = life.state == UNSENT and not _past(life.sending_at, now)
    await transaction.run(
        sql.FORCE_LIFE,
        this=id,
        state=code,
        sending_at=now if unsent else life.sending_at,  # P5.2
        final_at=now,
        outcome=code,
        rule=FORCED_FROM_UNSENT if unsent else FORCED_FROM_SENDING,
    )
    if code and life.account in refunding:
        await pay_back(transaction, life.account, life.submit, 1)
    return Move(id, id, life.submit, life.account, 1, life.state, code, now)


def _past(moment: int | None, now: int) -> bool:
    return moment is not None and moment <= now


async def _split(transaction: Transaction, life: _Life, id: int) -> None:
    """Give a message a life of its own. A life has the id of its first message; `last_id` is only a bound."""
    if id == life.id:
        ((rest,),) = await transaction.rows(sql.NEXT_OF_LIFE, this=id, beyond=id, last=life.last_id)
        await transaction.insert(sql.INSERT_LIFE, [life._replace(id=rest, size=life.size - 1)])
        await transaction.run(sql.UPDATE_MEMBERS, this=id, first=rest, last=life.last_id, to=rest)
        await transaction.run(sql.UPDATE_SIZE, this=id, last=id, size=1)
    else:
        await transaction.insert(sql.INSERT_LIFE, [life._replace(id=id, last_id=id, size=1)])
        await transaction.run(sql.UPDATE_MEMBERS, this=life.id, first=id, last=id, to=id)
        await transaction.run(sql.UPDATE_SIZE, this=life.id, last=life.last_id, size=life.size - 1)
