"""The one door to durable change (D2, D3)."""

import asyncio
import random
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from eims_sim.domain.accounts import AccountSettings
from eims_sim.domain.booking import Booking, Refusal, Submit
from eims_sim.domain.delays import Fixed, Uniform
from eims_sim.domain.lifecycle import Course
from eims_sim.domain.matching import Matcher
from eims_sim.domain.rules import RuleSettings, Traits
from eims_sim.engine.clock import real_seconds
from eims_sim.errors import ConflictError, OverloadedError, StorageError
from eims_sim.protocol.codes import Status
from eims_sim.protocol.numbers import read_numbers
from eims_sim.storage.database import Database
from eims_sim.storage.deeds import NewInbound, add_inbound, cut_pushes, fetch_inbound, move_due
from eims_sim.storage.statements import INSERT_META
from eims_sim.storage.transaction import Transaction
from eims_sim.storage.world import Adapters, Listing, open_world, reset_account
from eims_sim.storage.writer import World, Writer

SECOND = 1_000_000
NOON = 1_767_240_000 * SECOND
PRICE = 50_000
COURSE = Course(Fixed(10), Fixed(20), 1, magic=True)
ACCOUNTS = [
    AccountSettings(account="rich", password="p", balance=1_000_000 * SECOND, gift=50 * SECOND, refund_failed=True),
    AccountSettings(account="poor", password="p", balance=2 * SECOND, gift=SECOND, callback_url="http://127.0.0.1/"),
    AccountSettings(account="free", password="p", price=0, callback_url="http://127.0.0.1/"),
]
RICH, POOR, FREE = 1, 2, 3
RULES = [
    RuleSettings(number=Matcher("suffix", "5"), outcome=1001, times=40),
    RuleSettings(content=Matcher("exact", "bad"), outcome=1002),
    RuleSettings(number=Matcher("suffix", "6"), outcome=1003, probability=0.5),
]

Open = Callable[..., Writer]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens writers on one file: `opened(course)`; the one before must be closed."""
    writers: list[Writer] = []

    def open_one(course: Course = COURSE) -> Writer:
        world: list[World] = []
        writer = Writer(Database(str(tmp_path / "sim.db"), "normal"), lambda: world[0], real_seconds)
        writers.append(writer)
        kept = writer.begin(partial(open_world, adapters=Adapters.make(), listing=Listing(ACCOUNTS, RULES)))
        world.append(World(kept.rules, course))
        return writer

    yield open_one
    if writers:
        await writers[-1].close()


@pytest.fixture
async def writer(opened: Open) -> Writer:
    return opened()


@pytest.fixture
def read(tmp_path: Path):
    """Ask the file from another connection, which sees what is committed and nothing else."""

    def ask(statement: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(tmp_path / "sim.db")
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    return ask


def submit(numbers: str = "13800000000", account: int = RICH, content: str = "x", at: int = NOON) -> Submit:
    traits = Traits(ACCOUNTS[account - 1].account, content, "", 0)
    price = ACCOUNTS[account - 1].price
    return Submit(account, traits, "", read_numbers(numbers), 1, price, at, None)


def many(count: int, tail: int = 1) -> str:
    return ",".join(str(13_811_100_000 + place * 10 + tail) for place in range(count))


async def broken(transaction: Transaction) -> None:
    await transaction.insert(INSERT_META, [("schema_version", "twice")])


async def refusing(_: Transaction) -> None:
    raise ConflictError("not now")


def noting(place: str, notes: list[Any]) -> Callable[[Transaction], Coroutine[Any, Any, str]]:
    """A deed that does nothing but say that it was done."""

    async def note(_: Transaction) -> str:
        notes.append(place)
        return place

    return note


async def test_a_booking_is_in_the_file_when_its_waiter_wakes(writer: Writer, read):
    """D2: commit, then answer"""
    booking = await writer.book(submit("13800000001,13800000002"))

    assert isinstance(booking, Booking)
    assert booking.first_id == 1
    assert read("SELECT id, number FROM messages ORDER BY id") == [(1, "13800000001"), (2, "13800000002")]
    assert read("SELECT balance, gift FROM accounts WHERE id = 1") == [(1_000_000 * SECOND, 49_900_000)]
    assert writer.ledger.credit[RICH] == (1_000_000 * SECOND, 49_900_000)


async def test_a_failed_group_answers_all_with_a_storage_error_and_changes_nothing(writer: Writer, read):
    """D2"""
    before = [dict(writer.ledger.credit), dict(writer.ledger.next_ids), dict(writer.ledger.applied)]

    outcomes = await asyncio.gather(
        writer.book(submit(many(300, tail=5))),
        writer.do(noting("done", [])),
        writer.do(broken),
        writer.do(partial(add_inbound, arrived=[NewInbound(RICH, "1", "2", "x", NOON)])),
        writer.book(submit(account=POOR)),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [StorageError] * 5
    assert [writer.ledger.credit, writer.ledger.next_ids, writer.ledger.applied] == before
    assert read("SELECT id FROM submits") == read("SELECT id FROM lives") == read("SELECT id FROM messages") == []
    assert read("SELECT id FROM inbound") == []
    assert read("SELECT balance, gift FROM accounts WHERE id = 2") == [(2 * SECOND, SECOND)]


async def test_after_a_failed_group_the_next_one_is_kept_and_no_id_is_missing(writer: Writer, read):
    """D2"""
    await asyncio.gather(writer.book(submit()), writer.do(broken), return_exceptions=True)

    booking = await writer.book(submit())

    assert isinstance(booking, Booking)
    assert booking.first_id == 1
    assert read("SELECT id FROM messages") == [(1,)]


async def test_a_deed_that_refuses_leaves_the_rest_of_its_group_alone(writer: Writer, read):
    """D2: a refusal is raised before anything is changed"""
    outcomes = await asyncio.gather(
        writer.book(submit()),
        writer.do(refusing),
        writer.book(submit()),
        writer.do(partial(add_inbound, arrived=[NewInbound(RICH, "1", "2", "x", NOON)])),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [Booking, ConflictError, Booking, int]
    assert read("SELECT id FROM messages") == [(1,), (2,)]
    assert read("SELECT count(*) FROM inbound") == [(1,)]


async def test_a_group_is_done_in_the_order_of_arrival(writer: Writer):
    """D2, P4.3: credit and ids are settled in arrival order, deeds in between."""
    seen: list[Any] = []

    async def look(transaction: Transaction) -> None:
        seen.append((transaction.next_ids["messages"], transaction.credit[POOR]))

    outcomes = await asyncio.gather(
        writer.do(look),
        writer.book(submit(many(50), POOR)),
        writer.do(look),
        writer.book(submit(many(11), POOR)),
        writer.book(submit(many(10), POOR)),
        writer.do(look),
        writer.book(submit("13800000000", POOR)),
    )

    assert seen == [(1, (2 * SECOND, SECOND)), (51, (500_000, 0)), (61, (0, 0))]
    assert [outcomes[place].first_id for place in (1, 4)] == [1, 51]
    assert [outcomes[place] for place in (3, 6)] == [outcomes[3]] * 2
    assert isinstance(outcomes[3], Refusal)
    assert outcomes[3].status is Status.BALANCE_TOO_LOW


async def test_what_waits_becomes_one_transaction(writer: Writer):
    """D2: group commit"""
    seen: list[Transaction] = []

    async def remember(transaction: Transaction) -> None:
        seen.append(transaction)

    await asyncio.gather(*[writer.do(remember) for _ in range(10)])
    await writer.do(remember)

    assert len(seen) == 11
    assert len({id(transaction) for transaction in seen}) == 2


async def test_a_group_takes_no_more_than_50000_numbers(writer: Writer):
    """D3: nobody waits long for another's work."""
    seen: list[Transaction] = []

    async def remember(transaction: Transaction) -> None:
        seen.append(transaction)

    await asyncio.gather(*[writer.do(remember, weight=20_000) for _ in range(5)])

    assert [seen.index(transaction) for transaction in seen] == [0, 0, 2, 2, 4]


async def test_small_groups_are_committed_in_the_loop_and_large_ones_in_the_thread(writer: Writer):
    """D3"""

    async def where(_: Transaction) -> bool:
        return threading.current_thread() is threading.main_thread()

    inside = [await writer.do(where, weight=weight) for weight in (1, 256, 257, 10_000, 1)]

    assert inside == [True, True, False, False, True]


async def test_what_arrives_while_the_thread_works_joins_the_next_group(writer: Writer):
    """D3"""
    working, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    async def slow(_: Transaction) -> None:
        working.set()
        assert go_on.wait(10)
        done.append("slow")

    first = writer.do(slow, weight=1000)
    await asyncio.to_thread(working.wait, 10)
    others = [writer.do(noting(place, done)) for place in "abc"]
    early = list(done)
    go_on.set()
    await asyncio.gather(first, *others)

    assert early == []
    assert done == ["slow", "a", "b", "c"]


async def test_a_database_that_somebody_else_writes_to_does_not_hold_the_loop(writer: Writer, tmp_path: Path):
    """D3: the loop never waits"""
    other = sqlite3.connect(tmp_path / "sim.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    waiting = writer.do(noting("done", []))
    for _ in range(3):
        await asyncio.to_thread(int)
    early = waiting.done()
    other.execute("ROLLBACK")
    other.close()

    assert not early
    assert await waiting == "done"


async def test_too_many_jobs_are_refused_at_once_and_those_that_wait_are_done(writer: Writer):
    """P1.3: 503 when overloaded"""
    done: list[Any] = []
    waiting = [writer.do(noting("x", done)) for _ in range(20_000)]

    full_early = writer.is_full(large=False)
    with pytest.raises(OverloadedError):
        writer.book(submit())
    waiting += [writer.do(noting("x", done)) for _ in range(2_000)]  # what was accepted before has its steps to make
    with pytest.raises(OverloadedError):
        writer.do(noting("refused", done))
    await asyncio.gather(*waiting)

    assert (full_early, writer.is_full(large=True)) == (True, False)
    assert done == ["x"] * 22_000
    assert await writer.do(noting("after", done)) == "after"


async def test_too_many_numbers_are_refused_at_once(writer: Writer):
    """P1.3"""
    done: list[Any] = []
    waiting = [writer.do(noting("x", done), weight=100_000) for _ in range(5)]

    with pytest.raises(OverloadedError):
        writer.book(submit())
    await asyncio.gather(*waiting)

    assert isinstance(await writer.book(submit()), Booking)


async def test_a_booking_whose_waiter_has_left_is_kept(writer: Writer, read):
    """D9: a booked submit runs to its end."""
    waiting = writer.book(submit())
    waiting.cancel()

    await writer.drain()

    assert read("SELECT id FROM messages") == [(1,)]


async def test_closing_finishes_what_was_accepted(opened: Open, read):
    """P1.3: what was accepted is finished"""
    writer = opened()
    waiting = [writer.book(submit(many(200))) for _ in range(20)]

    await writer.close()

    assert all(isinstance(one.result(), Booking) for one in waiting)
    assert read("SELECT count(*), max(id) FROM messages") == [(4000, 4000)]
    opened()


async def test_who_listens_hears_of_every_booking_after_its_commit(writer: Writer, read):
    """D2"""
    heard: list[tuple[int, int]] = []

    def listen(bookings: Any) -> None:
        ((kept,),) = read("SELECT count(*) FROM messages")
        heard.extend((booking.first_id, kept) for booking in bookings)

    writer.booked = listen
    await asyncio.gather(
        *[writer.book(one) for one in (submit(many(2)), submit(many(99), POOR), submit("10010", POOR))]
    )
    await asyncio.gather(writer.book(submit()), writer.do(broken), return_exceptions=True)

    assert heard == [(1, 3), (3, 3)]


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_mix_the_ledger_is_what_the_file_says(opened: Open, read, seed: int):
    """D2: credit, ids and rule counts in memory are those of a reload, and no message is paid twice or not at all."""
    chance = random.Random(seed)  # noqa: S311  the same mix each time
    writer = opened()
    now = NOON
    bookings: list[Booking] = []

    def next_job() -> "asyncio.Future[Any]":
        kind = chance.choices(("book", "move", "inbound", "fetch", "cut", "refuse", "fail"), (60, 8, 5, 5, 8, 5, 1))[0]
        account = chance.choice((RICH, POOR, FREE))
        if kind == "book":
            numbers = many(chance.choice((1, 2, 3, 70, 300)), chance.randrange(10))
            numbers += chance.choice(("", ",+8613800000000", ",abnormal", ",13800001005"))
            return writer.book(submit(numbers, account, chance.choice(("good", "bad")), now))
        if kind == "move":
            return writer.do(partial(move_due, now=now, refunding=frozenset({RICH})))
        if kind == "inbound":
            return writer.do(partial(add_inbound, arrived=[NewInbound(account, "1", "2", "x", now)] * 3))
        if kind == "fetch":
            return writer.do(partial(fetch_inbound, account=account, now=now, since=0))
        if kind == "cut":
            return writer.do(partial(cut_pushes, account=account, now=now))
        return writer.do(refusing if kind == "refuse" else broken)

    for _ in range(60):
        now += chance.randrange(10) * SECOND
        outcomes = await asyncio.gather(*[next_job() for _ in range(chance.randrange(1, 12))], return_exceptions=True)
        bookings += [outcome for outcome in outcomes if isinstance(outcome, Booking)]
    ledger = writer.ledger
    await writer.close()
    again = opened()

    assert (again.ledger.credit, again.ledger.next_ids, again.ledger.applied) == (
        ledger.credit,
        ledger.next_ids,
        {rule: ledger.applied.get(rule, 0) for rule in (1, 2, 3)},
    )
    expected = {
        id: number for booking in bookings for id, number in enumerate(booking.submit.numbers.items(), booking.first_id)
    }
    assert dict(read("SELECT id, number FROM messages")) == expected
    assert sorted(expected) == list(range(1, len(expected) + 1))
    paid = read("SELECT account, sum(paid_balance + paid_gift - refunded) FROM submits GROUP BY account")
    for account, money in paid:
        settings = ACCOUNTS[account - 1]
        assert settings.balance + settings.gift - sum(again.ledger.credit[account]) == money


async def test_ids_and_rule_counts_survive_an_account_that_began_anew(opened: Open):
    """P4.2, C4: ids are never given twice."""
    writer = opened()
    await writer.book(submit(many(3, tail=5)))
    await writer.do(partial(reset_account, adapters=Adapters.make(), settings=ACCOUNTS[0]))
    await writer.close()

    again = opened()
    booking = await again.book(submit())

    assert isinstance(booking, Booking)
    assert booking.first_id == 4
    assert again.ledger.applied[1] == 3
    assert again.ledger.credit[RICH] == (1_000_000 * SECOND, 50 * SECOND - PRICE)


async def test_a_late_step_makes_messages_final_in_the_order_in_which_they_were_due(opened: Open, read):
    """P8.2: however many there are, a cut between two steps never overtakes an earlier report."""
    writer = opened(Course(Uniform(0, 100), Uniform(0, 100), 1, magic=False))
    await writer.book(submit(many(2500), FREE))

    seen: list[list[int]] = []
    before: set[int] = set()
    due: int | None = NOON
    while due is not None:
        moved = await writer.do(partial(move_due, now=NOON + 1000 * SECOND, refunding=frozenset()))
        due = moved.next_due
        final = dict(read("SELECT id, final_at FROM lives WHERE state NOT IN (1, 2)"))
        seen.append(sorted(at for id, at in final.items() if id not in before))
        before |= set(final)

    flat = [at for step in seen for at in step]
    assert len(flat) == 2500
    assert flat == sorted(flat)
    assert len([step for step in seen if step]) > 1
