"""Which messages does an operator mean, a page at a time, among a million (C4)?

Lives and submits are few where messages are many: a filter looks at them first, and only at the messages of those that
it means. A submit's ids follow each other, and so do those of its lives: a list in the order of messages is one in the
order of submits. What asks for a number looks at the numbers alone. No index is needed, for each costs every submit.
"""

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.lists import MessageFilter, Page
from ..protocol.limits import ID_MAX, NUMBERS_PER_POST
from .rows import MessageRow
from .schema import accounts, lives, messages, submits
from .shown import MESSAGE

COUNTED: Final = 10_000
"""Filtered lists are counted up to here; beyond, the total is not told (C4)."""

JOINED: Final = (
    messages.join(lives, messages.c.life == lives.c.id)
    .join(submits, lives.c.submit == submits.c.id)
    .join(accounts, lives.c.account == accounts.c.id)
)
ONE_MESSAGE: Final = select(*MESSAGE).select_from(JOINED)

# Adding 0 keeps a condition from choosing the way: lives are found from their submit, messages from their life.
_LATER: Final = submits.alias("later")
_NEXT_SUBMIT: Final = select(func.min(_LATER.c.id)).where(_LATER.c.id > submits.c.id).scalar_subquery()
_LIFE_OF_SUBMIT: Final = and_(
    lives.c.id >= submits.c.id + 0,
    lives.c.id < func.coalesce(_NEXT_SUBMIT, submits.c.id + NUMBERS_PER_POST),
    lives.c.submit + 0 == submits.c.id + 0,
)
_MEMBER_OF_LIFE: Final = and_(
    messages.c.id.between(lives.c.id + 0, lives.c.last_id + 0), messages.c.life + 0 == lives.c.id + 0
)
_MEMBERS: Final = (
    lives.join(messages, _MEMBER_OF_LIFE)
    .join(submits, lives.c.submit == submits.c.id)
    .join(accounts, lives.c.account == accounts.c.id)
)


class _Life(NamedTuple):
    """A life, as far as a list needs it. `size` is how many messages share it."""

    id: int
    submit: int
    size: int


async def find_messages(
    connection: AsyncConnection, wanted: MessageFilter, page: Page
) -> tuple[list[MessageRow], int | None]:
    """The messages that the filter means, by id, and how many there are in all; None where counting would be slow.

    Begins a transaction, so that all that is read is of one moment.
    """
    await connection.exec_driver_sql("BEGIN")  # the driver begins none for reading
    if wanted == MessageFilter():
        found = await _rows(connection, paged(ONE_MESSAGE, messages.c.id, page))
        return found, await count(connection, select(messages.c.id))
    if wanted.number is None:
        found = await _by_lives(connection, wanted, page)
    else:
        found = await _rows(connection, paged(ONE_MESSAGE.where(*_conditions(wanted)), messages.c.id, page))
    if page.after is None and len(found) < page.limit:
        return found, len(found)
    total: int = (await connection.execute(select(how_many(wanted, COUNTED + 1)))).scalar_one()
    return found, total if total <= COUNTED else None


def how_many(wanted: MessageFilter, most: int, below: int | None = None) -> ScalarSelect[int]:
    """How many messages the filter means: exactly when that is less than `most`.

    `below` bounds their ids, and is between two submits.
    """
    if wanted.number is not None:
        query = select(messages.c.id).select_from(JOINED).where(*_conditions(wanted))
        some = (query if below is None else query.where(messages.c.id < below)).limit(most).subquery()
        return select(func.count()).select_from(some).scalar_subquery()
    query = _lives(wanted, Page())
    some = (query if below is None else query.where(lives.c.id < below)).limit(most).subquery()  # each has one at least
    return select(func.coalesce(func.sum(some.c.count), 0)).scalar_subquery()


def _conditions(wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """The filter as conditions on all the joined tables."""
    tests = [*_of_life(wanted), *_of_submit(wanted)]
    if wanted.number is not None:
        tests.append(messages.c.number == wanted.number)
    return tests


def paged(query: Select[Any], id: ColumnElement[int], page: Page) -> Select[Any]:
    """The page of what a query finds."""
    if page.after is not None:
        query = query.where(_beyond(id, page.after, page))
    return query.order_by(_ordered(id, page)).limit(page.limit)


async def count(connection: AsyncConnection, query: Select[Any]) -> int:
    """How many rows a query finds."""
    found: int = (await connection.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    return found


async def _by_lives(connection: AsyncConnection, wanted: MessageFilter, page: Page) -> list[MessageRow]:
    found: list[MessageRow] = []
    bound = await _first_bound(connection, page)
    while len(found) < page.limit:
        some = await _next_lives(connection, wanted, page, bound)
        if not some:
            break
        found += await _of_lives(connection, some, page, page.limit - len(found))
        bound = some[-1].submit
    return found


async def _first_bound(connection: AsyncConnection, page: Page) -> int | None:
    """Submits with ids beyond it, and no others, have messages beyond `page.after`."""
    if page.after is None or page.descending:
        return page.after
    before = select(func.max(submits.c.id)).where(submits.c.id <= page.after)
    return ((await connection.execute(before)).scalar_one() or 0) - 1


async def _next_lives(
    connection: AsyncConnection, wanted: MessageFilter, page: Page, bound: int | None
) -> Sequence[_Life]:
    """All that the filter means of the next submits, as many of these as a page may need."""
    query = _lives(wanted, page)
    if bound is not None:
        query = query.where(_beyond(lives.c.id, bound, page))
        if not page.descending:
            query = query.where(lives.c.submit > bound)
        if wanted.reads_submit:
            query = query.where(_beyond(submits.c.id, bound, page))
    found = [_Life._make(row) for row in await connection.execute(query.limit(page.limit))]
    enough = _enough(found, page.limit)
    if len(enough) < page.limit:
        return enough
    last = enough[-1]
    rest = query.where(*_of_one(last.submit, wanted), _beyond(lives.c.id, last.id, page))
    return [*enough, *(_Life._make(row) for row in await connection.execute(rest))]


def _enough(found: list[_Life], wanted: int) -> list[_Life]:
    """The first lives that have so many messages together, up to the end of a submit."""
    messages = 0
    for place, life in enumerate(found):
        if messages >= wanted and life.submit != found[place - 1].submit:
            return found[:place]
        messages += life.size
    return found


def _lives(wanted: MessageFilter, page: Page) -> Select[Any]:
    """The lives that the filter means, whatever their numbers, in the order of the page."""
    of_accounts = lives.c.account == accounts.c.id
    query = select(lives.c.id, lives.c.submit, lives.c.count).where(*_of_life(wanted), *_of_submit(wanted))
    if wanted.reads_submit:
        query = query.select_from(submits.join(lives, _LIFE_OF_SUBMIT).join(accounts, of_accounts))
        query = query.order_by(_ordered(submits.c.id, page))
    else:
        query = query.select_from(lives.join(accounts, of_accounts))
    if page.after is not None and not page.descending:
        query = query.where(lives.c.last_id > page.after)
    return query.order_by(_ordered(lives.c.id, page))


async def _of_lives(connection: AsyncConnection, some: Sequence[_Life], page: Page, most: int) -> list[MessageRow]:
    listed = func.json_each(json.dumps([life.id for life in some])).table_valued("value")
    query = select(*MESSAGE).select_from(_MEMBERS).where(lives.c.id.in_(select(listed.c.value)))
    return await _rows(connection, paged(query, messages.c.id, page._replace(limit=most)))


async def _rows(connection: AsyncConnection, query: Select[Any]) -> list[MessageRow]:
    return [MessageRow._make(row) for row in await connection.execute(query)]


def _of_life(wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """What the filter asks of an account and a life, or of a submit's id."""
    tests: list[ColumnElement[bool]] = []
    if wanted.account is not None:
        tests.append(accounts.c.name == wanted.account)
    if wanted.state is not None:
        tests.append(lives.c.state == wanted.state)
    if wanted.submit is not None:
        tests += _of_one(wanted.submit, wanted)
    return tests


def _of_one(submit: int, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """The lives of one submit, told in every way in which they can be found."""
    tests = [lives.c.submit == submit, lives.c.id.between(submit, min(submit + NUMBERS_PER_POST - 1, ID_MAX))]
    return [*tests, submits.c.id == submit] if wanted.reads_submit else tests


def _of_submit(wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """What the filter asks of a submit but its id."""
    tests = []
    if wanted.sender is not None:
        tests.append(submits.c.sender == wanted.sender)
    if wanted.content is not None:
        tests.append(func.instr(submits.c.content, wanted.content) > 0)
    if wanted.since is not None:
        tests.append(submits.c.accepted_at >= wanted.since)
    if wanted.until is not None:
        tests.append(submits.c.accepted_at <= wanted.until)
    return tests


def _beyond(id: ColumnElement[int], bound: int, page: Page) -> ColumnElement[bool]:
    return id < bound if page.descending else id > bound


def _ordered(id: ColumnElement[int], page: Page) -> ColumnElement[int]:
    return id.desc() if page.descending else id.asc()
