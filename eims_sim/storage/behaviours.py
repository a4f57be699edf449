"""How are rules and faults kept (C3, C4)? Settings in an order, with who made them and how often each applied.

Those of presets come first, the newest before the others; then those of the file, in its order; what the control API
adds comes after them, by id.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..errors import NotFoundError
from . import statements as sql
from .layout import CONTROL, FILE, PRESET
from .statement import Statement
from .transaction import Row, Transaction

APPENDED: Final = 2**40
"""The position of everything that the control API adds: behind whatever the file may list."""

_OFF: Final = ',"enabled":false}'
"""How settings end that are switched off: the switch is the last of them, and is written only then."""


class Kind(NamedTuple):
    """One of the two: what one is called, and its statements."""

    name: str
    every: Statement
    insert: Statement
    move: Statement
    change: Statement
    alter: Statement
    tally: Statement
    forget: Statement
    remove: Statement
    empty: Statement


RULES: Final = Kind("rule", *sql.RULES)
FAULTS: Final = Kind("fault", *sql.FAULTS)


class Behaviour(NamedTuple):
    """One rule or fault as it is kept: `settings` is JSON."""

    id: int
    origin: str
    settings: str
    applied: int


async def load_behaviours(transaction: Transaction, kind: Kind) -> list[Behaviour]:
    """All of a kind, in their order."""
    rows = await transaction.rows(kind.every)
    if kind is RULES:
        transaction.applied.update({row[0]: row[4] for row in rows})
    return [Behaviour(row[0], row[2], row[3], row[4]) for row in rows]


async def settings_of_behaviours(transaction: Transaction, kind: Kind) -> list[tuple[int, str]]:
    """The id and the settings, as JSON, of all of a kind, in their order."""
    return [(row[0], row[3]) for row in await transaction.rows(kind.every)]


async def sync_behaviours(transaction: Transaction, kind: Kind, texts: Sequence[str]) -> None:
    """Bring those of the file in line with it: `texts` are their settings as JSON, in its order.

    One that did not change, or was only switched on or off, keeps its id and its count, wherever it stands now. The
    switch is the file's again.
    """
    kept: dict[str, list[Row]] = {}
    for row in await transaction.rows(kind.every):
        if row[2] == FILE:
            kept.setdefault(_without_switch(row[3]), []).append(row)
    for position, text in enumerate(texts):
        same = kept.get(_without_switch(text))
        if not same:
            await _insert(transaction, kind, transaction.take_ids(f"{kind.name}s", 1), position, FILE, text)
            continue
        row = same.pop(next((place for place, one in enumerate(same) if one[3] == text), 0))
        if row[1] != position:
            await transaction.run(kind.move, this=row[0], to=position)
        if row[3] != text:
            await transaction.run(kind.alter, this=row[0], to=text)
    for rows in kept.values():
        for row in rows:
            await transaction.run(kind.remove, this=row[0])


async def add_behaviour(transaction: Transaction, kind: Kind, settings: str) -> int:
    """Append one that the control API makes; returns its id."""
    id = transaction.take_ids(f"{kind.name}s", 1)
    await _insert(transaction, kind, id, APPENDED, CONTROL, settings)
    return id


async def put_first(transaction: Transaction, kind: Kind, settings: str) -> int:
    """Put one of a preset before all others; returns its id."""
    id = transaction.take_ids(f"{kind.name}s", 1)
    await _insert(transaction, kind, id, first_position(id), PRESET, settings)
    return id


def first_position(id: int) -> int:
    """The position of one of a preset: before all that have lower ids, and before whatever is no preset's."""
    return -id


async def replace_behaviour(transaction: Transaction, kind: Kind, id: int, settings: str) -> None:
    """Give one other settings; its id and its place stay. Raises NotFoundError."""
    # open: C4 does not say whether a rule or fault that is replaced goes on counting. It begins anew: whoever puts
    # `times = 3` wants three. What the file made stays the file's: at the next start or reload the file wins again.
    if not await transaction.run(kind.change, this=id, to=settings):
        raise NotFoundError(f"there is no {kind.name} {id}")
    _forget(transaction, kind, [id])


async def alter_behaviour(transaction: Transaction, kind: Kind, id: int, settings: str) -> None:
    """Give one other settings; its id, its place and its count stay. Raises NotFoundError."""
    if not await transaction.run(kind.alter, this=id, to=settings):
        raise NotFoundError(f"there is no {kind.name} {id}")


async def remove_behaviour(transaction: Transaction, kind: Kind, id: int) -> None:
    """Remove one. Raises NotFoundError."""
    if not await transaction.run(kind.remove, this=id):
        raise NotFoundError(f"there is no {kind.name} {id}")
    if kind is RULES:
        transaction.applied.drop(id)


async def empty_behaviours(transaction: Transaction, kind: Kind) -> None:
    """Remove all of a kind, those of the file too, until it is read again."""
    await transaction.run(kind.empty)


async def count_behaviours(transaction: Transaction, kind: Kind, more: Mapping[int, int]) -> None:
    """Count how often each, by id, applied since it was last counted; one that is gone is passed over."""
    for id, times in more.items():
        await transaction.run(kind.tally, this=id, more=times)


async def forget_counts(transaction: Transaction, kind: Kind, ids: Sequence[int]) -> None:
    """Let these count anew."""
    for id in ids:
        await transaction.run(kind.forget, this=id)
    _forget(transaction, kind, ids)


async def reset_behaviours(transaction: Transaction, kind: Kind, account: str) -> tuple[list[int], list[int]]:
    """Let those that name this account begin anew: the file's count anew, all others are removed.

    Returns the ids of those that were removed, and of those that stay.
    """
    own = [row for row in await transaction.rows(kind.every) if json.loads(row[3])["account"] == account]
    removed = [row[0] for row in own if row[2] != FILE]
    stay = [row[0] for row in own if row[2] == FILE]
    for id in removed:
        await transaction.run(kind.remove, this=id)
    await forget_counts(transaction, kind, stay)
    return removed, stay


def _without_switch(settings: str) -> str:
    return settings.removesuffix(_OFF) + "}" if settings.endswith(_OFF) else settings


async def _insert(transaction: Transaction, kind: Kind, id: int, position: int, origin: str, settings: str) -> None:
    row: tuple[Any, ...] = (id, position, origin, settings, 0)
    await transaction.insert(kind.insert, [row])


def _forget(transaction: Transaction, kind: Kind, ids: Sequence[int]) -> None:
    if kind is RULES:  # bookings count them in the transaction, and write the counts at its end
        transaction.applied.update(dict.fromkeys(ids, 0))
