"""Does the database take what it is given? Deeds that write something and leave nothing."""

from typing import Final

from . import statements as sql
from .transaction import Transaction

_PROOF: Final = "proof"
_ROOM_BYTES: Final = 32_768
"""More than a small submit writes: what is left of a disk that is full may be enough for less."""


async def prove(transaction: Transaction) -> None:
    """Prove that it can be read and written to: a page is written, and says what it said before."""
    await transaction.rows(sql.ALL_COUNTERS)
    await _write(transaction, "")
    await forget_proof(transaction)


async def prove_room(transaction: Transaction) -> None:
    """Prove that there is room for more than a submit writes; `forget_proof` is to follow, in a later transaction."""
    await _write(transaction, "0" * _ROOM_BYTES)


async def forget_proof(transaction: Transaction) -> None:
    """Take away what `prove_room` wrote."""
    await transaction.run(sql.DELETE_META, this=_PROOF)


async def _write(transaction: Transaction, value: str) -> None:
    await forget_proof(transaction)
    await transaction.insert(sql.INSERT_META, [(_PROOF, value)])
