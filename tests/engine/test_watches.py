"""When are there enough messages (C4)? From memory, and never another number than the database's."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eims_sim.domain.accounts import AccountSettings
from eims_sim.domain.booking import Submit
from eims_sim.domain.delays import Fixed
from eims_sim.domain.lifecycle import Course
from eims_sim.domain.lists import MessageFilter
from eims_sim.domain.matching import Matcher
from eims_sim.domain.moves import Interest
from eims_sim.domain.rules import RuleSettings, Traits
from eims_sim.engine.clock import real_seconds
from eims_sim.engine.registry import Registry
from eims_sim.engine.waits import LONG_POLLS, WaitingRoom
from eims_sim.engine.watches import Watches
from eims_sim.errors import OverloadedError, StorageError
from eims_sim.protocol.numbers import read_numbers
from eims_sim.storage.accounts import empty_account
from eims_sim.storage.database import Database
from eims_sim.storage.deeds import move_due
from eims_sim.storage.reader import Reader
from eims_sim.storage.transaction import Transaction
from eims_sim.storage.world import Adapters, Listing, open_world
from eims_sim.storage.writer import World, Writer

NOON = 1_767_240_000_000_000
MINUTE_SECONDS = 60.0
EVERYTHING = 10**9
ACCOUNTS = ("one", "two")
RULES = [
    RuleSettings(number=Matcher("suffix", "5"), outcome=1001),
    RuleSettings(number=Matcher("suffix", "6"), outcome=2),
]


class SlowReader(Reader):
    """The real one, but a count can be held back before the database is asked, and its answer after that."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.may_ask, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_ask.set()
        self.may_answer.set()
        self.asking: set[asyncio.Task[Any]] = set()

    async def __call__(self) -> Any:
        queries = await super().__call__()
        return SlowQueries(queries, self)

    async def asked(self) -> None:
        """Wait until the database has answered everything that it was asked."""
        for _ in range(20):
            await asyncio.sleep(0)
        if self.asking:
            await asyncio.wait(self.asking)


@dataclass
class SlowQueries:
    queries: Any
    reader: SlowReader

    async def matches(self, *how: Any) -> tuple[int, int]:
        await self.reader.may_ask.wait()
        asking = asyncio.create_task(self.queries.matches(*how))
        self.reader.asking.add(asking)
        asking.add_done_callback(self.reader.asking.discard)
        found = await asking
        await self.reader.may_answer.wait()
        return found


@dataclass
class Bench:
    """A database, its writer, and those who wait; `at` is the gateway's moment."""

    writer: Writer
    reader: SlowReader
    watches: Watches
    room: WaitingRoom
    at: int = NOON
    turns: int = 0
    committed: list[int] = field(default_factory=list)
    made_before: list[Interest | None] = field(default_factory=list)

    def book(self, numbers: str, account: str = "one", content: str = "a", sender: str = "") -> "asyncio.Future[Any]":
        traits = Traits(account, content, sender, 0)
        submit = Submit(ACCOUNTS.index(account) + 1, traits, "", read_numbers(numbers), 1, 0, self.at, None)
        return self.writer.book(submit)

    def step(self, span: int = 0) -> "asyncio.Future[Any]":
        """Move what is due so much later; the deed may have been made before, and waited for the writer."""
        self.at += span
        (interest,) = self.made_before or [self.interest()]
        self.made_before.clear()
        deed = partial(move_due, now=self.at, refunding=frozenset(), told=self.moved, interest=interest)
        return self.writer.do(deed)

    def interest(self) -> Interest | None:
        return self.watches.interest if self.watches.of_states else None

    def make_step(self) -> None:
        """The next step is made now."""
        self.made_before[:] = [self.interest()]

    def remove(self, account: str) -> "asyncio.Future[Any]":
        """Remove an account's messages."""

        async def emptied(transaction: Transaction) -> None:
            transaction.then(partial(self.watches.removed, account))
            await empty_account(transaction, ACCOUNTS.index(account) + 1)

        return self.writer.do(emptied)

    def wait(self, wanted: MessageFilter, count: int = EVERYTHING, seconds: float = 300) -> "asyncio.Task[bool]":
        return asyncio.create_task(self.watches.wait(wanted, count, seconds))

    def booked(self, bookings: Any) -> None:
        self.committed.append(self.turns)
        self.watches.booked(bookings)

    def moved(self, step: Any) -> None:
        self.committed.append(self.turns)
        self.watches.moved(step)

    async def looked(self) -> None:
        """Wait until nothing is being looked up."""
        while tasks := self.watches._tasks:
            await asyncio.wait(tasks)

    def count_turns(self) -> None:
        """Count the turns of the loop from now on."""
        self.turns += 1
        asyncio.get_running_loop().call_soon(self.count_turns)


@asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[Bench]:
    world: list[World] = []
    writer = Writer(Database(str(folder / "sim.db"), "normal"), lambda: world[0], real_seconds)
    accounts = [AccountSettings(account=name, password="p", price=0) for name in ACCOUNTS]
    kept = writer.begin(partial(open_world, adapters=Adapters.make(), listing=Listing(accounts, RULES)))
    world.append(World(kept.rules, Course(Fixed(0.00001), Fixed(0.00002), 1, magic=False)))
    registry, reader, room = Registry(), SlowReader(folder / "sim.db"), WaitingRoom()
    registry.replace(kept.accounts)
    made = Bench(writer, reader, Watches(reader, writer.ledger, registry, room), room)
    writer.booked = made.booked
    try:
        yield made
    finally:
        room.close()
        await made.watches.close()
        await reader.close()
        await writer.close()


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path) as one:
        yield one


NUMBERS = ("10010", "10015", "10016", "+10010")
MANY = ",".join([str(20_000 + place) for place in range(300)] + ["10010", "10015"])
"""So many that the group goes to the writer's thread."""

filters = st.builds(
    MessageFilter,
    account=st.sampled_from([None, None, "one", "two", "nobody"]),
    number=st.sampled_from([None, None, *NUMBERS]),
    state=st.sampled_from([None, 1, 2, 0, 1001]),
    sender=st.sampled_from([None, None, "", "ACME"]),
    submit=st.sampled_from([None, None, None, 1, 2, 3]),
    content=st.sampled_from([None, None, "a", "ab", ""]),
    since=st.sampled_from([None, None, NOON + 10]),
    until=st.sampled_from([None, None, NOON + 15]),
)
books = st.tuples(
    st.just("book"),
    st.one_of(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=4).map(",".join), st.just(MANY)),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(["a", "b", "cab"]),
    st.sampled_from(["", "ACME"]),
)
deeds = st.one_of(
    books,
    st.tuples(st.just("step"), st.sampled_from([0, 10, 15, 30])),
    st.tuples(st.just("wait"), filters),
    st.tuples(st.just("wait"), filters),
    st.tuples(st.just("give_up"), st.integers(0, 20)),
    st.tuples(st.just("remove"), st.sampled_from(ACCOUNTS)),
    st.tuples(st.just("turns"), st.integers(1, 30)),
    st.tuples(
        st.sampled_from(["hold_questions", "hold_answers", "let_ask", "let_answer", "asked", "done", "make_step"])
    ),
)


async def live_through(folder: Path, story: list[tuple[Any, ...]]) -> None:
    """Do all of it, much of it at once, and compare what everyone who waits counts with the database."""
    async with bench(folder) as made:
        done: list[asyncio.Future[Any]] = []
        waiting: list[asyncio.Task[bool]] = []
        await made.reader()  # it is loaded: that takes longer than all the rest
        slow = made.reader
        held = {
            "hold_questions": slow.may_ask.clear,
            "hold_answers": slow.may_answer.clear,
            "let_ask": slow.may_ask.set,
            "let_answer": slow.may_answer.set,
            "make_step": made.make_step,
        }
        for name, *how in story:
            if name == "wait":
                waiting.append(made.wait(*how))
            elif name == "give_up":
                for task in waiting[how[0] : how[0] + 1]:
                    task.cancel()
            elif name == "turns":
                for _ in range(how[0]):
                    await asyncio.sleep(0)
            elif name == "done":
                await asyncio.gather(*done)
            elif name == "asked":
                await slow.asked()
            elif name in held:
                held[name]()
            else:
                done.append(getattr(made, name)(*how))
        await asyncio.gather(*done)
        await asyncio.sleep(0)
        slow.may_ask.set()
        slow.may_answer.set()
        await made.looked()

        counted = {wanted: watch.count.found for wanted, watch in made.watches._watches.items()}
        queries = await made.reader()
        fresh = {wanted: (await queries.matches(wanted, EVERYTHING, EVERYTHING))[0] for wanted in counted}
        assert counted == fresh
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert not made.watches._watches
        assert not made.watches._of_bookings
        assert not made.watches._of_moves


@given(st.lists(deeds, max_size=25))
@settings(max_examples=60, deadline=None)
def test_what_is_counted_is_what_the_database_would_say(story):
    """C4: whatever happens between a look at the database and its answer"""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live_through(Path(folder), story))


async def test_a_removal_in_the_commit_of_a_booking_is_no_surprise(made: Bench):
    """C4: the database is looked at anew, and has seen both"""
    waiting = made.wait(MessageFilter())
    await asyncio.sleep(0)
    await made.looked()

    await asyncio.gather(made.book("10010"), made.remove("one"), made.book("10015"))
    await made.looked()

    assert made.watches._watches[MessageFilter()].count.found == 1
    waiting.cancel()


@pytest.mark.parametrize(
    "wanted", [MessageFilter(), MessageFilter(number="10010"), MessageFilter(account="one", state=1)]
)
async def test_a_wait_is_over_within_two_turns_of_the_booking_that_satisfies_it(made: Bench, wanted):
    """C4: as soon as N match. Nothing is asked of the database in between."""
    waiting = made.wait(wanted, 2)
    await asyncio.sleep(0)
    await made.looked()
    made.count_turns()

    await made.book("10010")
    early = waiting.done()
    booked = made.book("10010")
    enough = await waiting

    assert (early, enough) == (False, True)
    assert booked.done()
    assert made.turns - made.committed[-1] <= 2


@pytest.mark.parametrize(
    "wanted", [MessageFilter(state=2), MessageFilter(state=2, number="10010"), MessageFilter(state=2, content="a")]
)
async def test_a_wait_is_over_within_two_turns_of_the_step_that_satisfies_it(made: Bench, wanted):
    """C4, P9.1: what the step has to read for it, it reads itself"""
    await made.book("10010,10011")
    waiting = made.wait(wanted)
    waiting.cancel()
    waiting = made.wait(wanted, 1)
    await asyncio.sleep(0)
    await made.looked()
    made.count_turns()

    await made.step()
    early = waiting.done()
    made.step(10)
    enough = await waiting

    assert (early, enough) == (False, True)
    assert made.turns - made.committed[-1] <= 2


async def test_many_who_wait_for_the_same_are_counted_once_and_told_one_by_one(made: Bench):
    """C4"""
    waiting = [made.wait(MessageFilter(account="one"), count) for count in (3, 1, 2, 1)]
    await asyncio.sleep(0)
    shared = len(made.watches._watches)
    await made.looked()

    over = []
    for _ in range(3):
        await made.book("10010")
        await asyncio.sleep(0)
        over.append([task.done() for task in waiting])

    assert shared == 1
    assert over == [[False, True, False, True], [False, True, True, True], [True] * 4]


async def test_who_asks_for_more_than_was_counted_has_it_counted_on(made: Bench):
    """C4: the database is counted no further than somebody asks"""
    await made.book("10010,10010,10010,10010")
    waiting = [made.wait(MessageFilter(), 2, 0), made.wait(MessageFilter(), 10)]
    await asyncio.sleep(0)
    first = await waiting[0]

    enough = await made.wait(MessageFilter(), 4, 0)
    too_many = await made.wait(MessageFilter(), 5, 0)

    assert (first, enough, too_many) == (True, True, False)
    waiting[1].cancel()


async def test_a_state_that_is_left_again_counts_no_more(made: Bench):
    """C4: as soon as N match, all at the same time"""
    waiting = made.wait(MessageFilter(state=2), 2)
    await made.book("10010")
    await made.step(10)
    await made.step(20)
    await made.book("10010")
    await made.step(10)
    early = waiting.done()
    await made.book("10016,10016")
    await made.step(10)

    assert not early
    assert await waiting


@pytest.mark.parametrize(
    "others", [None, MessageFilter(state=2, number="10015"), MessageFilter(state=1, number="10010")]
)
async def test_a_step_that_was_begun_before_the_wait_is_looked_up(made: Bench, others):
    """C4: it has read nothing for those who came later, or not enough"""
    await made.book("10010")
    before = made.wait(others) if others else None
    await asyncio.sleep(0)
    made.make_step()
    waiting = made.wait(MessageFilter(state=2, number="10010"), 1)
    await asyncio.sleep(0)
    await made.looked()
    await made.step(10)

    assert await asyncio.wait_for(waiting, 10)
    if before is not None:
        before.cancel()


async def test_an_account_that_begins_anew_sends_out_only_who_waits_for_it(made: Bench):
    """C4"""
    waiting = [made.wait(MessageFilter(account=name), 1) for name in ("one", "two", None)]
    await asyncio.sleep(0)
    await made.looked()

    made.room.end("one")
    await made.remove("one")
    await made.looked()
    ended = [task.done() for task in waiting]
    await made.book("10010", "two")

    assert ended == [True, False, False]
    assert [await task for task in waiting] == [False, True, True]


async def test_who_waits_beyond_the_bound_is_refused(made: Bench):
    """C4: 1,000 long polls, whatever for"""
    waiting = [made.wait(MessageFilter(number=str(place)), 1) for place in range(LONG_POLLS - 1)]
    await asyncio.sleep(0)

    with made.room.place(), pytest.raises(OverloadedError, match="1000 calls wait"):
        await made.watches.wait(MessageFilter(), 1, 300)
    last = made.wait(MessageFilter(), 1)
    await asyncio.sleep(0)
    made.room.end()

    assert await asyncio.gather(*waiting, last) == [False] * LONG_POLLS


async def test_who_waits_hears_that_the_database_cannot_be_read(made: Bench, tmp_path: Path):
    """C4: 503"""
    reader = Reader(tmp_path / "nowhere" / "sim.db")
    watches = Watches(reader, made.writer.ledger, Registry(), made.room)

    outcomes = await asyncio.gather(
        *(watches.wait(MessageFilter(), count, 300) for count in (1, 2)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [StorageError, StorageError]
    await reader.close()


async def test_when_the_server_stops_nobody_waits_any_more(made: Bench):
    """C2: not even for the database to be looked at"""
    waiting = made.wait(MessageFilter(), 1)
    await asyncio.sleep(0)

    made.room.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert waiting.done()
    assert await waiting is False
    assert await made.wait(MessageFilter(), 1) is False
