"""What leaves in one transaction, and what becomes of the file (C3, retention_seconds)."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from eims_sim.domain.accounts import AccountSettings
from eims_sim.domain.booking import Booking, Submit
from eims_sim.domain.delays import Delay, Fixed, Uniform
from eims_sim.domain.lifecycle import Course
from eims_sim.domain.lists import MessageFilter, Page
from eims_sim.domain.rules import Traits
from eims_sim.engine.clock import real_seconds
from eims_sim.errors import StorageError
from eims_sim.protocol.numbers import read_numbers
from eims_sim.storage.database import Database
from eims_sim.storage.deeds import move_due
from eims_sim.storage.forcing import force_message
from eims_sim.storage.pruning import LIVES_PER_PRUNE, MESSAGES_PER_PRUNE, give_back, prune
from eims_sim.storage.queries import Queries
from eims_sim.storage.world import Adapters, Listing, open_world
from eims_sim.storage.writer import World, Writer

SECOND = 1_000_000
NOON = 1_767_240_000 * SECOND
DEMO = AccountSettings(account="demo", password="p", balance=10**6 * SECOND)
NOBODY: frozenset[int] = frozenset()
MEBIBYTE = 2**20
TABLES = ("messages", "lives", "submits")


class Store:
    """A writer on a file of its own."""

    def __init__(self, path: Path, unsent: Delay) -> None:
        self.path = path
        self.database = Database(str(path), "normal")
        self.writer = Writer(self.database, lambda: World([], Course(unsent, Fixed(0), 1, magic=True)), real_seconds)
        self.writer.begin(partial(open_world, adapters=Adapters.make(), listing=Listing([DEMO])))

    async def book(self, numbers: str | int, second: float = 0) -> list[int]:
        text = numbers if isinstance(numbers, str) else ",".join(str(13_800_100_000 + n) for n in range(numbers))
        at = NOON + round(second * SECOND)
        submit = Submit(1, Traits("demo", "x", "", 0), "", read_numbers(text), 1, 0, at, None)
        booking = await self.writer.book(submit)
        assert isinstance(booking, Booking)
        return list(range(booking.first_id, booking.first_id + submit.numbers.accepted))

    async def finish(self, second: float) -> None:
        """Let everything become final that is due by then."""
        while (
            await self.writer.do(partial(move_due, now=NOON + round(second * SECOND), refunding=NOBODY))
        ).transitions:
            pass

    async def prune(self, second: float) -> list[int]:
        """Remove what became final by then; how many messages each transaction removed."""
        steps: list[int] = []
        after: int | None = 0
        while after is not None:
            pruned = await self.writer.do(partial(prune, after=after, horizon=NOON + round(second * SECOND)))
            steps.append(pruned.messages)
            after = pruned.after
        return steps

    async def give_back(self) -> None:
        while await self.writer.do(give_back):
            pass

    async def ids(self) -> list[int]:
        queries = Queries(self.path)
        items = (await queries.messages(MessageFilter(), Page(limit=1000))).items
        await queries.close()
        return [message.id for message in items]

    async def size(self) -> int:
        """The size of the file once the log is moved into it."""
        await self.writer.close()
        return self.path.stat().st_size


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "sim.db", Fixed(0))
    yield store
    await store.writer.close()


@pytest.fixture
async def scattered(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "scattered.db", Uniform(1, 100))
    yield store
    await store.writer.close()


async def test_messages_of_a_submit_that_end_at_different_moments_leave_so(scattered: Store):
    """C3: their lives interleave"""
    ids = await scattered.book(200)
    await scattered.finish(100)
    with closing(sqlite3.connect(scattered.path)) as file:
        ended = dict(file.execute("SELECT m.id, l.final_at FROM messages m JOIN lives l ON l.id = m.life"))

    for second in (20, 50, 80):
        await scattered.prune(second)

        assert await scattered.ids() == [id for id in ids if ended[id] > NOON + second * SECOND]
    await scattered.prune(100)
    with closing(sqlite3.connect(scattered.path)) as file:
        assert [file.execute(f"SELECT count(*) FROM {table}").fetchone() for table in TABLES] == 3 * [(0,)]  # noqa: S608


async def test_one_that_was_ended_by_hand_leaves_without_the_others(store: Store):
    """C3, C4: the first of a submit takes the life's id along, the others stay together"""
    await store.book("13800000001,13800009001,13800009001,13800009001")
    for id in (2, 3):
        await store.writer.do(partial(force_message, id=id, code=1001, now=NOON, refunding=NOBODY))

    removed = await store.prune(0)

    assert removed == [2]
    assert await store.ids() == [1, 4]


async def test_a_transaction_removes_no_more_than_its_share_and_the_walk_goes_on(store: Store):
    """C3: nobody waits long for it"""
    for _ in range(LIVES_PER_PRUNE + 5):
        await store.book("13800000001")
    for _ in range(4):
        await store.book(MESSAGES_PER_PRUNE - 1)
    await store.finish(1)

    steps = await store.prune(1)

    assert sum(steps) == LIVES_PER_PRUNE + 5 + 4 * (MESSAGES_PER_PRUNE - 1)
    assert steps[0] == LIVES_PER_PRUNE
    assert max(steps) < 2 * MESSAGES_PER_PRUNE


async def test_what_stays_for_ever_does_not_hide_what_is_behind_it(store: Store):
    """C3: more of it than one transaction looks at"""
    for _ in range(LIVES_PER_PRUNE + 5):
        await store.book("13800009001")
    (last,) = await store.book("13800000001")
    await store.finish(1)

    removed = await store.prune(1)

    assert sum(removed) == 1
    assert last not in await store.ids()


async def test_the_walk_ends_where_nothing_can_be_old(store: Store):
    """C3: a round costs no more than what is old"""
    for second in range(3 * LIVES_PER_PRUNE):
        await store.book("13800000001", second)
    await store.finish(10**6)

    steps = await store.prune(9)

    assert steps == [10]


async def test_the_file_shrinks_and_what_is_left_is_whole(store: Store):
    """C3: space is given back"""
    for second in range(20):
        await store.book(10_000, second)
    await store.finish(20)
    kept = (await store.book("13800000001", 30))[0]

    await store.prune(20)
    await store.give_back()

    assert await store.ids() == [kept]
    with closing(sqlite3.connect(store.path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert await store.size() < 2 * MEBIBYTE


async def test_a_fifth_of_the_file_stays_free_for_what_comes_next(store: Store):
    """C3: a simulator that removes as much as it takes does not move its file about"""
    for second in range(20):
        await store.book(10_000, second)
    await store.finish(20)

    await store.prune(2)
    before = await _pages(store)
    await store.give_back()

    assert await _pages(store) == before


async def _pages(store: Store) -> int:
    with closing(sqlite3.connect(store.path)) as file:
        ((pages,),) = file.execute("PRAGMA page_count").fetchall()
    return int(pages)


async def test_a_file_that_cannot_shrink_is_left_as_it_is(tmp_path: Path):
    """C3: it was made before; its free pages are used again"""
    first = Store(tmp_path / "old.db", Fixed(0))
    await first.writer.close()
    with closing(sqlite3.connect(tmp_path / "old.db")) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        file.execute("PRAGMA auto_vacuum=NONE")
        file.execute("VACUUM")
    store = Store(tmp_path / "old.db", Fixed(0))
    many = 20 * [10_000]
    for numbers in many:
        await store.book(numbers)
    await store.finish(1)
    full = await _pages(store)

    await store.prune(1)
    await store.give_back()
    for numbers in many:
        await store.book(numbers)
    again = await _pages(store)
    await store.writer.close()

    assert 0.9 * full < again <= 1.1 * full


async def test_a_step_that_cannot_be_kept_removes_nothing(store: Store):
    """C3: whole or not at all, as after a crash; the next one removes it"""
    await store.book(100)
    await store.finish(1)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("CREATE TRIGGER ill BEFORE DELETE ON submits BEGIN SELECT RAISE(ABORT, 'ill'); END")

        with pytest.raises(StorageError, match="ill"):
            await store.prune(1)
        kept = len(await store.ids())
        other.execute("DROP TRIGGER ill")

    assert (kept, await store.prune(1), await store.ids()) == (100, [100], [])
