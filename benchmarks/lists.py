"""The lists of messages over 1,000,000 of them, in process: the newest 100 that a filter means, and their total.

Two databases hold them: in submits of 10,000 numbers, and in submits of one. Both are filled as the writer fills them,
but without what books: that takes minutes.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from eims_sim.domain.lists import MessageFilter, Page
from eims_sim.storage.database import Database
from eims_sim.storage.queries import Queries
from eims_sim.storage.statements import (
    INSERT_ACCOUNT,
    INSERT_LIFE,
    INSERT_MESSAGE,
    INSERT_SUBMIT,
)

MESSAGES = 1_000_000
BEGAN = 1_767_240_000_000_000
STEP = 200  # microseconds from one message to the next
NEWEST = Page(100, None, descending=True)

FILTERS: Mapping[str, tuple[MessageFilter, Page]] = {
    "none": (MessageFilter(), NEWEST),
    "none, from the midst on": (MessageFilter(), NEWEST._replace(after=MESSAGES // 2)),
    "account of nearly all": (MessageFilter(account="often"), NEWEST),
    "account of one submit": (MessageFilter(account="rare"), NEWEST),
    "number": (MessageFilter(number="13800000777"), NEWEST),
    "state of nearly all": (MessageFilter(state=0), NEWEST),
    "state of few": (MessageFilter(state=1011), NEWEST),
    "state of none": (MessageFilter(state=1003), NEWEST),
    "sender of nearly all": (MessageFilter(sender="ACME"), NEWEST),
    "sender of one submit": (MessageFilter(sender="rare"), NEWEST),
    "submit": (MessageFilter(submit=500_001), NEWEST),
    "content in a quarter": (MessageFilter(content="code"), NEWEST),
    "content nowhere": (MessageFilter(content="zebra"), NEWEST),
    "since shortly before the end": (MessageFilter(since=BEGAN + STEP * (MESSAGES - 10)), NEWEST),
    "until shortly after the beginning": (MessageFilter(until=BEGAN + STEP * MESSAGES // 20), NEWEST),
    "sender of nearly all, in a state of none": (MessageFilter(sender="ACME", state=1003), NEWEST),
}

CONTENTS = (
    "Your code is {}.",
    "Welcome to the show {}",
    "Order {} has left our house and will be with you tomorrow",
    "您的验证码是{},请勿泄露。",
)


def lists(rounds: int) -> None:
    """Pages and totals by every filter, in submits of 10,000 numbers and of one."""
    with tempfile.TemporaryDirectory() as folder:
        measured = {}
        for each in (10_000, 1):
            path = Path(folder) / f"{each}.db"
            _fill(path, each)
            measured[each] = asyncio.run(_measure(path, rounds))
    print("\nThe newest 100 of 1,000,000 messages and their total, milliseconds (median)\n")
    print("| filter | 10,000 numbers each | one number each |\n|---|---|---|")
    for name in FILTERS:
        print(f"| {name} | {' | '.join(f'{1000 * measured[each][name]:.1f}' for each in (10_000, 1))} |")


async def _measure(path: Path, rounds: int) -> dict[str, float]:
    queries = Queries(path)
    took: dict[str, list[float]] = {name: [] for name in FILTERS}
    for turn in range(rounds + 1):
        for name, (wanted, page) in FILTERS.items():
            began = time.perf_counter()
            await queries.messages(wanted, page)
            if turn:
                took[name].append(time.perf_counter() - began)
    await queries.close()
    return {name: statistics.median(times) for name, times in took.items()}


def _fill(path: Path, each: int) -> None:
    database = Database(str(path), "normal")
    connection = database.open()
    connection.execute("BEGIN")
    accounts = ((1, "often"), (2, "rare"))
    connection.executemany(
        INSERT_ACCOUNT.text, [(id, name, "{}", "file", False, False, 0, 0, 0, 0) for id, name in accounts]
    )
    connection.executemany(INSERT_SUBMIT.text, _submits(each))
    connection.executemany(INSERT_LIFE.text, _lives(each))
    connection.executemany(INSERT_MESSAGE.text, _messages(each))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _close(connection, database)


def _close(connection: sqlite3.Connection, database: Database) -> None:
    connection.close()
    database.close()


def _account(place: int, each: int) -> int:
    return 2 if place == MESSAGES // each // 20 else 1


def _submits(each: int) -> Iterator[tuple[object, ...]]:
    for place, first in enumerate(range(1, MESSAGES, each)):
        sender = "rare" if place == MESSAGES // each // 10 else "ACME" if place % 10 else ""
        content = CONTENTS[place % len(CONTENTS)].format(place)
        paid = 50_000 * each
        at = BEGAN + first * STEP
        yield first, _account(place, each), content, sender, 0, "", 1, 50_000, 0, paid, 0, at, None


def _lives(each: int) -> Iterator[tuple[object, ...]]:
    """One life each; of a large submit now and then, or of every thousandth small one, another state."""
    for place, first in enumerate(range(1, MESSAGES, each)):
        apart = each > 1 and place % 5 == 0
        state = 1011 if each == 1 and place % 1000 == 0 else 0
        yield _life(first, first + each - 1, first, _account(place, each), each - apart, state)
        if apart:
            yield _life(first + 3, first + 3, first, _account(place, each), 1, 1011)


def _life(first: int, last: int, submit: int, account: int, count: int, state: int) -> tuple[object, ...]:
    at = BEGAN + submit * STEP
    return first, last, submit, account, count, state, None, at, at + 10**6, state, None, 0, None, None


def _messages(each: int) -> Iterator[tuple[object, ...]]:
    for place, first in enumerate(range(1, MESSAGES, each)):
        apart = first + 3 if each > 1 and place % 5 == 0 else 0
        for id in range(first, first + each):
            yield id, id if id == apart else first, str(13_800_000_000 + id % 900_000)
