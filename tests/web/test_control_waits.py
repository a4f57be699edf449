"""Long polls: who waits, how many may, and when a wait is over (C4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from eims_sim.engine.waits import LONG_POLLS, STOP_READS
from tests.conftest import DEMO, Simulator, Start, Wire

OTHER = '\n[[accounts]]\naccount = "other"\npassword = "demo123"\nbalance = "10"\n'


async def begun(sim: Simulator, path: str) -> "asyncio.Task":
    """A call that waits. The database was asked for what there is when this returns: other reads come after it."""
    task = asyncio.create_task(sim.control("GET", path))
    for _ in range(3):
        await sim.control("GET", "messages?limit=1")
    return task


@pytest.mark.parametrize(
    "query",
    [
        "number=13800000007",
        "account=demo&count=2",
        "sender=ACME&count=2",
        "content=ell&count=2",
        "submit=1",
        "since=2026-01-01T12:00:00%2B08:00&count=2",
        "until=2026-01-01T12:00:00%2B08:00&count=2",
        "state=1&count=2",
        "state=1&number=13800000007",
        "count=2",
    ],
)
async def test_a_wait_for_any_filter_is_satisfied_by_a_submit(sim: Simulator, query):
    """C4"""
    waiting = await begun(sim, f"messages?wait=300&{query}")

    early = waiting.done()
    await sim.submit("13800000001,13800000007", sender="ACME")
    answer = (await waiting).json()

    assert not early
    assert answer["complete"] is True
    assert answer["total"] == len(answer["items"]) > 0


@pytest.mark.parametrize(
    "query",
    [
        "number=13800000007&state=1011",
        "account=demo&state=0",
        "sender=ACME&state=1011",
        "content=ell&state=0",
        "submit=1&state=0",
        "since=2026-01-01T12:00:00%2B08:00&state=1011",
        "state=2&count=2",
        "state=2&number=13800000001",
    ],
)
async def test_a_wait_for_any_filter_is_satisfied_by_a_transition(sim: Simulator, query):
    """C4, P9.1"""
    await sim.submit("13800000001,13800000007", sender="ACME")
    waiting = await begun(sim, f"messages?wait=300&{query}")

    early = waiting.done()
    await sim.advance(10 if "state=2" in query else 30)
    answer = (await waiting).json()

    assert not early
    assert answer["complete"] is True
    assert answer["total"] == len(answer["items"]) > 0


async def test_a_wait_is_satisfied_by_a_message_that_is_ended_by_hand(sim: Simulator):
    """C4"""
    await sim.submit("13800000001,13800000002,13800000003")
    waiting = await begun(sim, "messages?wait=300&state=1003&number=13800000002")

    await sim.control("PATCH", "messages/1", {"state": 1003})
    early = waiting.done()
    await sim.control("PATCH", "messages/2", {"state": 1003})
    answer = (await waiting).json()

    assert not early
    assert [message["id"] for message in answer["items"]] == [2]


async def test_messages_that_were_removed_do_not_count(sim: Simulator):
    """C4: as soon as N match in all"""
    await sim.submit()
    await sim.advance(30)
    waiting = await begun(sim, "messages?wait=300&count=2")

    await sim.control("DELETE", "messages")
    await sim.submit()
    for _ in range(3):
        await sim.control("GET", "messages")
    early = waiting.done()
    await sim.submit()
    answer = (await waiting).json()

    assert not early
    assert [message["id"] for message in answer["items"]] == [2, 3]


async def test_requests_that_were_forgotten_do_not_count(sim: Simulator):
    """C4: as soon as N match in all"""
    await sim.get("getbalance", DEMO)
    waiting = await begun(sim, "requests?wait=300&count=2")

    await sim.control("DELETE", "requests")
    await sim.get("getbalance", DEMO)
    early = waiting.done()
    await sim.get("getbalance", DEMO)
    answer = (await waiting).json()

    assert not early
    assert [entry["id"] for entry in answer["items"]] == [2, 3]


async def test_the_reset_of_an_account_ends_the_waits_for_it_and_no_others(start: Start):
    """C4: parallel tests do not see each other"""
    sim = await start(OTHER)
    own = [await begun(sim, f"{path}account=demo&wait=300") for path in ("messages?", "requests?", "otp?number=1&")]
    others = [
        await begun(sim, f"{path}account=other&wait=300") for path in ("messages?", "requests?", "otp?number=1380&")
    ]

    await sim.control("POST", "reset", {"account": "demo"})
    ended = [(await waiting).json() for waiting in own]
    early = [waiting.done() for waiting in others]
    await sim.submit("1380", "4711", account="other")
    answers = [(await waiting).json() for waiting in others]

    assert [one.get("complete") for one in ended[:2]] == [False, False]
    assert ended[2]["status"] == 404
    assert early == [False] * 3
    assert [one.get("complete") for one in answers[:2]] == [True, True]
    assert answers[2] == {"code": "4711", "message": 1}


@asynccontextmanager
async def crowd(sim: Simulator, count: int) -> AsyncIterator[list["asyncio.Task[aiohttp.ClientResponse]"]]:
    """So many long polls of all kinds, each on a connection of its own."""
    paths = ("messages?account=nobody&", "messages?number=1&", "requests?account=nobody&", "otp?number=1&")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        urls = [f"{sim.url}/_sim/{paths[place % len(paths)]}wait=300" for place in range(count)]
        polls = [asyncio.create_task(session.get(url)) for url in urls]
        yield polls
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)


async def test_no_more_than_a_thousand_may_wait_whatever_for(sim: Simulator):
    """C4: beyond that 503; the gateway itself goes on"""
    async with crowd(sim, LONG_POLLS + 1) as polls:
        (refused, *_), _ = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED, timeout=30)
        others = [await sim.control("GET", path) for path in ("otp?number=1&wait=300", "requests?count=9&wait=300")]
        balance = await sim.get("getbalance", DEMO)
        await sim.control("POST", "reset")
        answers = await asyncio.gather(*(poll for poll in polls if poll is not refused))

    assert refused.result().status == 503
    assert "Retry-After" in refused.result().headers
    assert [answer.http_status for answer in others] == [503, 503]
    assert balance.status == 0
    assert {answer.status for answer in answers} == {200, 404}


async def test_who_has_left_waits_no_longer(sim: Simulator):
    """C4: a client that gave up leaves its place to another"""
    async with AsyncExitStack() as stack:
        gone = [await stack.enter_async_context(sim.wire()) for _ in range(LONG_POLLS)]
        await asyncio.gather(*(poll(wire) for wire in gone))
        while (await sim.control("GET", "messages?account=nobody&wait=0.01")).http_status != 503:
            pass

        for wire in gone:
            wire.writer.close()
        async with asyncio.timeout(10):
            while (await sim.control("GET", "messages?account=nobody&wait=0.01")).http_status == 503:
                pass


async def poll(wire: Wire) -> None:
    await wire.send(b"GET /_sim/messages?account=nobody&wait=300 HTTP/1.1\r\nHost: localhost\r\n\r\n")


@pytest.mark.parametrize("path", ["messages?", "requests?", "otp?number=1&"])
async def test_a_stop_lets_everyone_go_who_waits(sim: Simulator, path: str):
    """C2: within 5 s; with what there is"""
    waiting = await begun(sim, f"{path}wait=300")

    async with asyncio.timeout(5):
        await sim.server.stop()
        answer = await waiting

    assert answer.http_status == (404 if path.startswith("otp") else 200)
    assert answer.json().get("complete", False) is False


async def test_a_stop_does_not_read_for_a_crowd(sim: Simulator):
    """C2: within 5 s; beyond a few they are refused"""
    async with crowd(sim, 3 * STOP_READS) as polls:
        await sim.control("GET", "health")
        while (await sim.control("GET", "metrics")).http_status != 200:
            pass
        async with asyncio.timeout(5):
            await sim.server.stop()
        answers = await asyncio.gather(*polls)

    assert {answer.status for answer in answers} <= {200, 404, 503}
    assert sum(answer.status == 503 for answer in answers) == 2 * STOP_READS


async def test_many_who_wait_cost_one_look_each_and_are_all_told(sim: Simulator):
    """C4: a number each"""
    numbers = [str(13_811_100_001 + place * 10) for place in range(500)]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def wait(number: str) -> dict:
            async with session.get(f"{sim.url}/_sim/messages?number={number}&state=0&wait=300") as response:
                return await response.json()

        waiting = [asyncio.create_task(wait(number)) for number in numbers]
        await sim.submit(",".join(numbers))
        await sim.advance(30)
        answers = await asyncio.gather(*waiting)

    assert all(answer["complete"] for answer in answers)
    assert [answer["items"][0]["number"] for answer in answers] == numbers
