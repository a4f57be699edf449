"""One-time codes out of messages (C4)."""

import asyncio
from urllib.parse import quote

import pytest

from tests.conftest import Simulator, Start


async def code(sim: Simulator, query: str):
    """The answer's body, or its HTTP status when there is no code."""
    answer = await sim.control("GET", f"otp?{query}")
    return answer.json() if answer.http_status == 200 else answer.http_status


async def test_the_code_is_that_of_the_newest_message_to_the_number(sim: Simulator):
    """C4"""
    await sim.submit("13800000001", "Your code is 111111.")
    await sim.submit("13800000001,13800000002", "Your code is 222222.")
    await sim.submit("13800000003", "Your code is 333333.")

    found = [await code(sim, f"number=1380000000{place}") for place in range(1, 5)]

    assert found == [
        {"code": "222222", "message": 2},
        {"code": "222222", "message": 3},
        {"code": "333333", "message": 4},
        404,
    ]


async def test_older_messages_are_looked_at_when_the_newest_holds_none(sim: Simulator):
    """C4: the newest message that holds a match"""
    await sim.submit(content="Your code is 1234.")
    for _ in range(60):
        await sim.submit(content="Hello")

    assert await code(sim, "number=13800000000") == {"code": "1234", "message": 1}


async def test_a_number_twice_in_a_submit_means_its_last_message(sim: Simulator):
    """C4: newest"""
    await sim.submit("13800000001,13800000002,13800000001", "1234")

    assert await code(sim, "number=13800000001") == {"code": "1234", "message": 3}


async def test_a_number_is_compared_as_it_is_stored(sim: Simulator):
    """C4"""
    await sim.submit(" +8613800000001 ", "1234")

    assert await code(sim, "number=%2B8613800000001") == {"code": "1234", "message": 1}
    assert await code(sim, "number=8613800000001") == 404


async def test_account_and_after_narrow_it(start: Start):
    """C4: strictly beyond"""
    sim = await start('\n[[accounts]]\naccount = "other"\npassword = "demo123"\nbalance = "1"\n')
    await sim.submit(content="1111")
    await sim.submit(content="2222", account="other")

    found = [
        await code(sim, f"number=13800000000&{more}") for more in ("account=demo", "after=1", "after=2", "account=x")
    ]

    assert found == [{"code": "1111", "message": 1}, {"code": "2222", "message": 2}, 404, 404]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"code (\S+)", {"code": "AB-12", "message": 2}),
        (r"[A-Z]{2}", {"code": "AB", "message": 2}),
        (r"[A-Z]{2}\d{2}", {"code": "CD34", "message": 1}),
        (r"\d{5}", 404),
    ],
)
async def test_a_pattern_finds_other_codes(sim: Simulator, pattern, found):
    """C4: first group, else all"""
    await sim.submit(content="Your code CD34 is good.")
    await sim.submit(content="Your code AB-12 is good.")

    assert await code(sim, f"number=13800000000&pattern={quote(pattern)}") == found


@pytest.mark.parametrize("query", ["pattern=(", "pattern=(a)%5C1", "after=-1", "wait=301", "colour=red", "number="])
async def test_what_cannot_be_taken_is_a_violation(sim: Simulator, query: str):
    """C4: a pattern that re2 cannot take, too"""
    answer = await sim.control("GET", f"otp?number=1&{query}" if "number" not in query else f"otp?{query}")

    assert answer.http_status == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


async def test_without_a_number_there_is_no_code(sim: Simulator):
    """C4"""
    answer = await sim.control("GET", "otp")

    assert answer.http_status == 422
    assert answer.json()["errors"][0]["pointer"] == "/number"


async def test_a_code_can_be_waited_for(sim: Simulator):
    """C4: the first to come that is one"""
    await sim.submit(content="Hello")
    waiting = asyncio.create_task(code(sim, "number=13800000000&wait=300"))
    for _ in range(3):
        await sim.control("GET", "health")

    await sim.submit("13800000001", "1111")
    await sim.submit(content="Hello again")
    early = waiting.done()
    await sim.submit("13800000001,13800000000", "2222")

    assert not early
    assert await waiting == {"code": "2222", "message": 5}


async def test_a_code_that_is_there_is_not_waited_for(sim: Simulator):
    """C4"""
    await sim.submit(content="1111")

    assert await code(sim, "number=13800000000&wait=300") == {"code": "1111", "message": 1}
    assert await code(sim, "number=13800000000&wait=0") == {"code": "1111", "message": 1}


async def test_who_has_read_one_code_waits_for_the_next(sim: Simulator):
    """C4: after"""
    await sim.submit(content="1111")
    waiting = asyncio.create_task(code(sim, "number=13800000000&after=1&account=demo&wait=300"))
    await sim.control("GET", "health")

    await sim.submit(content="2222")

    assert await waiting == {"code": "2222", "message": 2}


async def test_a_wait_in_vain_ends_with_404(sim: Simulator):
    """C4: in real time"""
    assert await code(sim, "number=13800000000&wait=0.05") == 404


async def test_a_wait_for_a_code_is_ended_by_a_reset(sim: Simulator):
    """C4: pending waits end first"""
    waiting = asyncio.create_task(code(sim, "number=13800000000&wait=300"))

    while not waiting.done():  # a reset that comes before the wait has begun does not end it
        await sim.control("POST", "reset")

    assert await waiting == 404


async def test_many_wait_for_many_codes(sim: Simulator):
    """C4: each gets its own"""
    numbers = [f"138000000{place:02}" for place in range(50)]
    waiting = [asyncio.create_task(code(sim, f"number={number}&wait=300")) for number in numbers]
    await sim.control("GET", "health")

    await sim.submit(",".join(reversed(numbers)), "4711")
    found = await asyncio.gather(*waiting)

    assert found == [{"code": "4711", "message": 50 - place} for place in range(50)]
