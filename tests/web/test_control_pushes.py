"""The pushes through the control API: the list (C4). What becomes of them is in tests/spec/test_p8_push.py."""

import asyncio

import pytest
from aiohttp import web

from tests.conftest import FIXTURES, Answer, Receiver, Simulator, with_callback

BARE = FIXTURES / "bare.toml"


@pytest.fixture
async def pushed(start, receiver: Receiver) -> Simulator:
    """Three pushes of a, of which one was parked, and one of b that is retried."""
    sim = await start(
        with_callback(receiver.url, "a") + with_callback(receiver.url, "b"),
        config=BARE,
        environment={"EIMS_SIM_PUSH_ATTEMPTS": "2"},
    )
    receiver.answers = [500, 500]
    await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(101)), account="a")
    await sim.advance(60)
    receiver.answers = [500]
    await sim.submit(account="b")
    await sim.advance(30)
    return sim


async def test_the_list_has_pages_and_filters(pushed: Simulator):
    """C4"""
    pages = {
        query: (await pushed.control("GET", f"pushes?{query}")).json()
        for query in (
            "",
            "limit=2",
            "after=2",
            "order=desc&limit=1",
            "account=b",
            "state=parked",
            "state=delivered&account=a",
            "state=retrying",
            "state=queued",
            "state=sending",
            "state=dropped",
        )
    }

    assert {
        query: ([one["id"] for one in page["items"]], page["next"], page["total"]) for query, page in pages.items()
    } == {
        "": ([1, 2, 3, 4], 4, 4),
        "limit=2": ([1, 2], 2, 4),
        "after=2": ([3, 4], 4, 4),
        "order=desc&limit=1": ([4], 4, 4),
        "account=b": ([4], 4, 1),
        "state=parked": ([1], 1, 1),
        "state=delivered&account=a": ([2, 3], 3, 2),
        "state=retrying": ([4], 4, 1),
        "state=queued": ([], None, 0),
        "state=sending": ([], None, 0),
        "state=dropped": ([], None, 0),
    }


async def test_an_unknown_state_is_a_violation(pushed: Simulator):
    """C4"""
    answer = await pushed.control("GET", "pushes?state=lost")

    assert answer.http_status == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/state"]


async def test_an_attempt_that_failed_says_what_comes_next(pushed: Simulator):
    """C4: the verdict says in words what the gateway makes of it."""
    parked, retried = await pushed.pushes("state=parked") + await pushed.pushes("state=retrying")

    assert [attempt["verdict"] for attempt in parked["attempts"]][1] == (
        "not delivered: only a 2xx answer counts; attempt 2 of 2: parked"
    )
    assert retried["attempts"][0]["verdict"].startswith(
        "not delivered: only a 2xx answer counts; attempt 1 of 2: tried again in 1."
    )


async def test_one_push_is_shown_as_in_the_list(pushed: Simulator):
    """C4"""
    listed = await pushed.pushes()

    assert [(await pushed.control("GET", f"pushes/{id}")).json() for id in (1, 2, 3, 4)] == listed


@pytest.mark.parametrize("id", ["99", "0", "x"])
async def test_a_push_that_is_not_there_is_not_found(pushed: Simulator, id: str):
    """C4: 404"""
    assert (await pushed.control("GET", f"pushes/{id}")).http_status == 404


@pytest.fixture
async def parked(start, receiver: Receiver) -> Simulator:
    """Four parked pushes: 1 and 3 of a, 2 and 4 of b."""
    sim = await start(
        with_callback(receiver.url, "a") + with_callback(receiver.url, "b"),
        config=BARE,
        environment={"EIMS_SIM_PUSH_ATTEMPTS": "1"},
    )
    for account in "abab":
        receiver.answers = [500]
        await sim.submit(account=account)
        await sim.advance(60)
    receiver.bodies.clear()
    return sim


async def test_all_that_is_parked_is_tried_again_the_oldest_first(parked: Simulator, receiver: Receiver):
    """C4; P8.2: in the order in which they became final"""
    await parked.submit(account="a")

    answer = await parked.control("POST", "pushes/parked/retry")
    await parked.advance(60)

    assert (answer.http_status, answer.json()) == (202, {"retried": 4})
    assert {push["state"] for push in await parked.pushes()} == {"delivered"}
    sent = [report[0] for report in receiver.reports]
    assert [id for id in sent if id in (1, 3, 5)] == [1, 3, 5]
    assert [id for id in sent if id in (2, 4)] == [2, 4]


async def test_what_is_parked_of_one_account_is_tried_again(parked: Simulator, receiver: Receiver):
    """C4"""
    answer = await parked.control("POST", "pushes/parked/retry", {"account": "b"})
    await parked.advance(0)

    assert answer.json() == {"retried": 2}
    assert [push["state"] for push in await parked.pushes()] == ["parked", "delivered", "parked", "delivered"]
    assert [report[0] for report in receiver.reports] == [2, 4]


async def test_where_nothing_is_parked_nothing_is_tried_again(parked: Simulator):
    """C4"""
    await parked.control("POST", "pushes/parked/retry")
    await parked.advance(0)

    assert (await parked.control("POST", "pushes/parked/retry", {})).json() == {"retried": 0}
    assert (await parked.control("POST", "pushes/parked/retry", {"account": "nobody"})).http_status == 404


async def test_a_push_that_is_just_being_parked_is_not_lost(start, receiver: Receiver):
    """C4; P8: whoever asks while its failure is being stored finds it parked later, not forgotten"""
    sim = await start(with_callback(receiver.url, "a"), config=BARE, environment={"EIMS_SIM_PUSH_ATTEMPTS": "1"})
    writer = sim.server._controls.pushes._parts.writer

    async def until_waiting(count: int) -> None:
        async with asyncio.timeout(10):
            while writer.waiting != count:  # noqa: ASYNC110  it tells nobody
                await asyncio.sleep(0)

    async def fail_while_the_store_is_busy(_: web.Request) -> web.StreamResponse:
        other.execute("BEGIN IMMEDIATE")
        adding.append(asyncio.create_task(sim.control("POST", "rules", {"outcome": 0})))
        await until_waiting(1)
        await until_waiting(0)
        gone_ahead.set()
        return web.Response(status=500)

    gone_ahead = asyncio.Event()
    adding: list[asyncio.Task[Answer]] = []
    receiver.answers = [fail_while_the_store_is_busy]
    await sim.submit(account="a")
    with sim.behind_its_back() as other:
        advancing = asyncio.create_task(sim.advance(60))
        await gone_ahead.wait()
        await until_waiting(1)  # what came of the attempt
        asking = asyncio.create_task(sim.control("POST", "pushes/parked/retry"))
        await until_waiting(2)
        other.execute("ROLLBACK")
    await asyncio.gather(*adding, advancing)
    first = (await asking).json()["retried"]
    second = (await sim.control("POST", "pushes/parked/retry")).json()["retried"]
    await sim.advance(60)

    assert (first, second) == (0, 1)
    assert {push["state"] for push in await sim.pushes()} == {"delivered"}
