"""P6: getsms."""

import asyncio
from base64 import b64decode

import pytest

from tests.conftest import DEMO, Simulator

NOON = 1767240000
"""The frozen clock's moment, 2026-01-01 12:00 in Shanghai, as Unix seconds."""


async def arrive(sim: Simulator, *contents: str, **more: str) -> None:
    """Let messages arrive for demo."""
    sent = [{"from": "10010", "to": "123456", "content": content} | more for content in contents]
    answer = await sim.control("POST", "inbound", sent)
    assert answer.http_status == 201, answer.text


async def fetch(sim: Simulator, **more: str) -> list[str]:
    """Fetch as demo; the contents."""
    answer = await sim.get("getsms", DEMO | more)
    assert answer.status == 0, answer.text
    return [b64decode(row[4]).decode() for row in answer.json()["array"]]


async def test_a_message_is_id_sender_recipient_time_and_content_in_base64(sim: Simulator):
    """P6.1"""
    await arrive(sim, "退订 TD", "")

    answer = await sim.get("getsms", DEMO)

    assert answer.body == (
        b'{"status":0,"cnt":2,"array":['
        b'[1,"10010","123456",20260101120000,"6YCA6K6iIFRE"],'
        b'[2,"10010","123456",20260101120000,""]]}'
    )
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"


async def test_without_messages_the_list_is_empty(sim: Simulator):
    """P6.1"""
    answer = await sim.get("getsms", DEMO)

    assert answer.body == b'{"status":0,"cnt":0,"array":[]}'


async def test_a_message_fetched_once_is_not_returned_again(sim: Simulator):
    """P6.1"""
    await arrive(sim, "one", "two")

    fetched = [await fetch(sim), await fetch(sim)]

    assert fetched == [["one", "two"], []]


async def test_one_call_returns_at_most_50(sim: Simulator):
    """P6.1"""
    await arrive(sim, *[f"text {place}" for place in range(120)])

    fetched = [await fetch(sim) for _ in range(4)]

    assert [len(contents) for contents in fetched] == [50, 50, 20, 0]
    assert [text for contents in fetched for text in contents] == [f"text {place}" for place in range(120)]


async def test_they_are_ordered_by_time_received_then_id(sim: Simulator):
    """P6.2"""
    await arrive(sim, "third", "fourth", received_at="2026-01-01T11:00:00+08:00")
    await arrive(sim, "second", received_at="2026-01-01T10:59:59.999999+08:00")
    await arrive(sim, "first", received_at="2025-12-31T23:00:00Z")
    await arrive(sim, "fifth", received_at="2026-01-01T11:00:00+08:00")

    answer = await sim.get("getsms", DEMO)

    assert [(row[0], row[3], b64decode(row[4]).decode()) for row in answer.json()["array"]] == [
        (4, 20260101070000, "first"),
        (3, 20260101105959, "second"),
        (1, 20260101110000, "third"),
        (2, 20260101110000, "fourth"),
        (5, 20260101110000, "fifth"),
    ]


async def test_start_time_leaves_out_what_was_received_before_it(sim: Simulator):
    """P6.1, P6.2: what it leaves out stays unfetched."""
    await arrive(sim, "before", received_at="2026-01-01T11:59:59.999999+08:00")
    await arrive(sim, "at")
    await sim.advance(5)
    await arrive(sim, "after")

    fetched = [await fetch(sim, start_time=str(NOON)), await fetch(sim, start_time=str(NOON)), await fetch(sim)]

    assert fetched == [["at", "after"], [], ["before"]]


@pytest.mark.parametrize("start_time", ["0", "-1", "", "+1767240000", " 1767240000 "])
async def test_start_time_is_any_integer(sim: Simulator, start_time: str):
    """P6.1, P1.8: empty counts as absent"""
    await arrive(sim, "text")

    fetched = await fetch(sim, start_time=start_time)

    assert fetched == ["text"]


async def test_a_start_time_in_the_future_fetches_nothing(sim: Simulator):
    """P6.1"""
    await arrive(sim, "text")

    fetched = [await fetch(sim, start_time=str(NOON + 1)), await fetch(sim, start_time="9" * 40), await fetch(sim)]

    assert fetched == [[], [], ["text"]]


async def test_a_start_time_in_milliseconds_is_seconds_with_a_note(sim: Simulator):
    """P6.1: Unix seconds"""
    await arrive(sim, "text")

    answer = await sim.get("getsms", DEMO | {"start_time": "1767240000000"})

    assert answer.body == b'{"status":0,"cnt":0,"array":[]}'
    assert answer.notes == ["start-time-milliseconds"]


async def test_a_message_from_the_future_is_invisible_until_then(sim: Simulator):
    """P6.2"""
    await arrive(sim, "later", received_at="2026-01-01T12:00:10+08:00")
    await arrive(sim, "now")

    fetched = [await fetch(sim)]
    for seconds in (9.999999, 0.000001, 0):
        await sim.advance(seconds)
        fetched.append(await fetch(sim))

    assert fetched == [["now"], [], ["later"], []]


async def test_concurrent_calls_never_share_a_message(sim: Simulator):
    """P6.2"""
    await arrive(sim, *[f"text {place}" for place in range(330)])

    answers = await asyncio.gather(*[sim.get("getsms", DEMO) for _ in range(10)])

    rows = [row for answer in answers for row in answer.json()["array"]]
    assert [answer.status for answer in answers] == [0] * 10
    assert sorted(answer.json()["cnt"] for answer in answers) == [0, 0, 0, 30, 50, 50, 50, 50, 50, 50]
    assert sorted(row[0] for row in rows) == list(range(1, 331))


async def test_each_account_fetches_its_own(sim: Simulator):
    """P6.1"""
    await arrive(sim, "for demo")
    await sim.control("POST", "inbound", {"from": "10086", "to": "654321", "content": "for segments"})

    fetched = [await fetch(sim, account="segments"), await fetch(sim)]

    assert fetched == [["for segments"], ["for demo"]]


async def test_sender_and_recipient_are_strings_as_they_arrived(sim: Simulator):
    """P6.1"""
    await sim.control("POST", "inbound", {"from": "+8613800000000", "to": "+8610690", "content": "x"})

    answer = await sim.get("getsms", DEMO)

    assert answer.json()["array"] == [[1, "+8613800000000", "+8610690", 20260101120000, "eA=="]]


@pytest.mark.parametrize(
    ("spoiled", "status"),
    [
        ({"password": "wrong"}, -1),
        ({"account": "office"}, -2),
        ({"account": "locked"}, -13),
        ({"start_time": "yesterday"}, -12),
        ({"start_time": "1.5"}, -12),
        ({"start_time": "１"}, -12),
    ],
)
async def test_a_refusal_holds_no_messages_and_fetches_none(sim: Simulator, spoiled: dict[str, str], status: int):
    """P6.2, P2"""
    await arrive(sim, "text")

    answer = await sim.get("getsms", DEMO | spoiled)

    assert answer.http_status == 200
    assert answer.text == f'{{"status":{status},"cnt":0,"array":[]}}'
    assert await fetch(sim) == ["text"]


async def test_what_was_fetched_stays_fetched_after_a_restart(start):
    """P6.1"""
    sim = await start()
    await arrive(sim, "one")
    await fetch(sim)
    await arrive(sim, "two")
    await sim.server.stop()

    again = await start()

    assert await fetch(again) == ["two"]
