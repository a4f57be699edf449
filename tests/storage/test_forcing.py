"""One message that is ended alone: the others of its submit go on as if nothing had been (C4)."""

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from eims_sim.domain.accounts import AccountSettings
from eims_sim.domain.booking import Booking, Submit
from eims_sim.domain.delays import Fixed, Uniform
from eims_sim.domain.lifecycle import Course
from eims_sim.domain.lists import MessageFilter, Page
from eims_sim.domain.messages import Message
from eims_sim.domain.rules import Traits
from eims_sim.engine.clock import real_seconds
from eims_sim.errors import ConflictError, NotFoundError
from eims_sim.protocol.numbers import read_numbers
from eims_sim.storage.database import Database
from eims_sim.storage.deeds import cut_pushes, move_due
from eims_sim.storage.emptying import empty_messages
from eims_sim.storage.forcing import force_message
from eims_sim.storage.queries import Queries
from eims_sim.storage.world import Adapters, Listing, open_world
from eims_sim.storage.writer import World, Writer

SECOND = 1_000_000
NOON = 1_767_240_000 * SECOND
STEADY = Course(Fixed(10), Fixed(20), 1, magic=False)
SCATTERED = Course(Uniform(1, 9), Fixed(20), 1, magic=False)
PUSHED = AccountSettings(
    account="pushed",
    password="p",
    balance=1000 * SECOND,
    gift=SECOND,
    refund_failed=True,
    callback_url="http://127.0.0.1/",
)
NOBODY: frozenset[int] = frozenset()


class Store:
    """A writer on a file of its own, and what it says of its messages."""

    def __init__(self, path: Path, course: Course) -> None:
        self.writer = Writer(Database(str(path), "normal"), lambda: World([], course), real_seconds)
        self.queries = Queries(path)
        self.writer.begin(partial(open_world, adapters=Adapters.make(), listing=Listing([PUSHED])))

    async def book(self, count: int) -> list[int]:
        numbers = ",".join(str(13_800_000_000 + 10 * place) for place in range(count))
        submit = Submit(1, Traits("pushed", "x", "", 0), "", read_numbers(numbers), 1, 50_000, NOON, None)
        booking = await self.writer.book(submit)
        assert isinstance(booking, Booking)
        return list(range(booking.first_id, booking.first_id + count))

    async def move(self, seconds: float, refunding: frozenset[int] = NOBODY) -> int:
        moved = await self.writer.do(partial(move_due, now=NOON + round(seconds * SECOND), refunding=refunding))
        return moved.transitions

    async def force(self, id: int, code: int, seconds: float = 0, refunding: frozenset[int] = NOBODY) -> None:
        now = NOON + round(seconds * SECOND)
        await self.writer.do(partial(force_message, id=id, code=code, now=now, refunding=refunding))

    async def cut(self) -> list[tuple[int, int]]:
        """Every report that waits, in its order: id and code."""
        reports: list[tuple[int, int]] = []
        more = True
        while more:
            pushes, more = await self.writer.do(partial(cut_pushes, account=1, now=NOON))
            reports += [(report[0], report[3]) for push in pushes for report in push.reports]
        return reports

    async def messages(self) -> list[Message]:
        return (await self.queries.messages(MessageFilter(), Page(limit=1000))).items

    async def states(self) -> dict[int, int]:
        return {message.id: message.state for message in await self.messages()}

    async def close(self) -> None:
        await self.queries.close()
        await self.writer.close()


@pytest.fixture(params=[STEADY, SCATTERED], ids=["one life for all", "a life for each"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "sim.db", request.param)
    yield store
    await store.close()


@pytest.fixture
async def steady(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "sim.db", STEADY)
    yield store
    await store.close()


@pytest.mark.parametrize("forced", [[1], [2], [4], [5], [1, 2], [2, 1], [5, 4, 3], [1, 5, 3, 2, 4]], ids=json.dumps)
async def test_whichever_are_forced_the_others_live_on(store: Store, forced: list[int]):
    """C4: the first of a submit, one amid it, the last, all of them"""
    ids = await store.book(5)

    for id in forced:
        await store.force(id, 1000 + id)
    early = await store.cut()
    moved = [await store.move(10), await store.move(30)]

    others = [id for id in ids if id not in forced]
    assert early == sorted((id, 1000 + id) for id in forced)
    assert moved == [len(others)] * 2
    assert await store.states() == {id: 1000 + id if id in forced else 0 for id in ids}
    assert sorted(await store.cut()) == [(id, 0) for id in others]
    assert [message.number for message in await store.messages()] == [str(13_799_999_990 + 10 * id) for id in ids]


@pytest.mark.parametrize("place", [0, 1, 4_999, 9_998, 9_999])
async def test_one_of_ten_thousand(steady: Store, place: int):
    """C4"""
    await steady.book(1)
    ids = await steady.book(10_000)

    await steady.force(ids[place], 1003)
    await steady.move(10)
    moved = await steady.move(30)
    reports = await steady.cut()

    assert moved == 10_000
    assert reports[0] == (ids[place], 1003)
    assert reports[1:] == [(id, 0) for id in [1, *ids] if id != ids[place]]


async def test_it_passes_from_unsent_straight_to_its_end(store: Store):
    """C4, P5.2: the moment at which it left unsent"""
    await store.book(2)

    await store.force(1, 0, seconds=0.5)

    message = (await store.messages())[0]
    assert message.transitions == ((1, NOON), (0, NOON + SECOND // 2))
    assert message.sent_at == message.final_at == NOON + SECOND // 2


async def test_it_passes_from_sending_to_its_end(steady: Store):
    """C4: also when it entered sending at this very moment"""
    await steady.book(2)
    await steady.move(10)

    await steady.force(1, 0, seconds=10)
    await steady.force(2, 1011, seconds=15)

    first, second = await steady.messages()
    assert first.transitions == ((1, NOON), (2, NOON + 10 * SECOND), (0, NOON + 10 * SECOND))
    assert second.transitions == ((1, NOON), (2, NOON + 10 * SECOND), (1011, NOON + 15 * SECOND))


async def test_what_was_due_and_not_stored_yet_has_happened(steady: Store):
    """P9.1: each transition bears the moment at which it was due"""
    await steady.book(2)

    await steady.force(1, 1011, seconds=12)
    with pytest.raises(ConflictError):
        await steady.force(2, 1011, seconds=30)

    first, _ = await steady.messages()
    assert first.transitions == ((1, NOON), (2, NOON + 10 * SECOND), (1011, NOON + 12 * SECOND))


async def test_it_is_nobodys_rule_that_ended_it(steady: Store):
    """P9.2, C4"""
    await steady.book(1)

    await steady.force(1, 1011)

    assert (await steady.messages())[0].rule is None


async def test_what_is_final_or_nowhere_cannot_be_forced(store: Store):
    """C4"""
    await store.book(2)
    await store.force(1, 0)

    with pytest.raises(ConflictError, match="message 1 is final"):
        await store.force(1, 1011)
    with pytest.raises(NotFoundError, match="there is no message 3"):
        await store.force(3, 1011)

    assert await store.states() == {1: 0, 2: 1}


async def test_each_failure_is_paid_back_once(steady: Store):
    """P4.3: balance first, whoever ended the message"""
    await steady.book(30)  # 1.50: the gift of 1.00, then 0.50 of the balance
    paying = frozenset({1})

    await steady.force(1, 1001, refunding=paying)
    after_one = steady.writer.ledger.credit[1]
    await steady.force(2, 0, refunding=paying)
    for id in range(3, 15):
        await steady.force(id, 1001, refunding=paying)

    assert after_one == (1000 * SECOND - 450_000, 0)
    assert steady.writer.ledger.credit[1] == (1000 * SECOND, 150_000)


async def test_what_is_empty_of_final_messages_keeps_the_rest(store: Store):
    """C4: DELETE of messages removes the final ones and their reports, and gives no id again"""
    await store.book(3)
    await store.book(2)
    await store.force(1, 0)
    await store.cut()
    for id in (4, 5):
        await store.force(id, 1011)

    await store.writer.do(empty_messages)

    assert await store.states() == {2: 1, 3: 1}
    assert await store.cut() == []
    assert (await store.queries.pushes(None, None, Page(), frozenset())).items == []
    assert await store.book(1) == [6]
    assert [await store.move(10), await store.move(30)] == [3, 3]


async def test_ids_of_removed_messages_are_not_given_again_after_a_restart(tmp_path: Path):
    """P4.2"""
    first = Store(tmp_path / "sim.db", STEADY)
    await first.book(2)
    for id in (1, 2):
        await first.force(id, 0)
    await first.writer.do(empty_messages)
    await first.close()

    second = Store(tmp_path / "sim.db", STEADY)
    ids = await second.book(1)
    await second.close()

    assert ids == [3]
