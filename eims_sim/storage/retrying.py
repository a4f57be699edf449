"""How is a push asked for again (C4)?"""

from collections.abc import Container

from ..errors import ConflictError, NotFoundError
from . import statements as sql
from .deeds import CutPush, load_push
from .layout import PARKED, QUEUED, RETRYING
from .transaction import Row, Transaction


async def retry_push(transaction: Transaction, id: int, now: int) -> CutPush:
    """Make a push due now, with a fresh cycle of attempts.

    Raises NotFoundError, or ConflictError while it is queued.
    """
    rows = await transaction.rows(sql.PUSH, this=id)
    if not rows:
        raise NotFoundError(f"there is no push {id}")
    state = rows[0][2]
    if state == QUEUED:
        raise ConflictError(f"push {id} is {state}: it will be tried without being asked")
    return await _begin_anew(transaction, rows[0], now)


async def retry_parked(transaction: Transaction, account: int | None, but: Container[int], now: int) -> list[CutPush]:
    """Make every parked push of an account, or of all, due now as `retry_push` does; by id. Those in `but` stay."""
    rows = await transaction.rows(sql.PUSHES_IN_STATE, among=PARKED)
    wanted = [row for row in rows if account in (None, row[1]) and row[0] not in but]
    return [await _begin_anew(transaction, row, now) for row in wanted]


async def _begin_anew(transaction: Transaction, row: Row, now: int) -> CutPush:
    # open: C4 does not say what becomes of a fault that struck it. It has struck: who asks for a push wants it made.
    await transaction.run(sql.UPDATE_PUSH, this=row[0], to=RETRYING, when=now, attempts=0, struck=None)
    return (await load_push(transaction, row))._replace(state=RETRYING, due=now, tried=0, fault=None)
