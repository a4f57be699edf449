"""The messages through the control API: fields, filters, pages, waiting (C4)."""

import asyncio

import pytest

from tests.conftest import Simulator


async def listed(sim: Simulator, query: str = "") -> dict:
    answer = await sim.control("GET", f"messages?{query}")
    assert answer.http_status == 200, answer.text
    return answer.json()


async def ids(sim: Simulator, query: str = "") -> list[int]:
    return [message["id"] for message in (await listed(sim, query))["items"]]


async def test_a_message_says_everything_of_itself(sim: Simulator):
    """C4"""
    await sim.submit("13800000000")
    await sim.submit("13800000000,13800000007", "你好", sender="ACME", smstype="1", mmstitle="Title")
    await sim.advance(30)

    answer = await sim.control("GET", "messages/3")

    assert answer.json() == {
        "id": 3,
        "account": "demo",
        "submit": 2,
        "number": "13800000007",
        "sender": "ACME",
        "content": "你好",
        "smstype": 1,
        "mmstitle": "Title",
        "state": 1011,
        "accepted_at": "2026-01-01T12:00:00.000000+08:00",
        "sendtime": None,
        "sent_at": "2026-01-01T12:00:10.000000+08:00",
        "final_at": "2026-01-01T12:00:30.000000+08:00",
        "segments": 1,
        "price": "0.200000",
        "rule": 1,
        "transitions": [
            {"state": 1, "at": "2026-01-01T12:00:00.000000+08:00"},
            {"state": 2, "at": "2026-01-01T12:00:10.000000+08:00"},
            {"state": 1011, "at": "2026-01-01T12:00:30.000000+08:00"},
        ],
        "pushes": [],
    }
    assert (await listed(sim))["items"][2] == answer.json()


async def test_an_empty_list_has_no_next(sim: Simulator):
    """C4"""
    assert await listed(sim) == {"items": [], "next": None, "total": 0}


async def test_a_list_is_ascending_and_has_100_at_most_unless_more_are_asked_for(sim: Simulator):
    """C4"""
    await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(1100)))

    usual, most = await listed(sim), await listed(sim, "limit=1000")

    assert [message["id"] for message in usual["items"]] == list(range(1, 101))
    assert (usual["next"], usual["total"]) == (100, 1100)
    assert [message["id"] for message in most["items"]] == list(range(1, 1001))
    assert (most["next"], most["total"]) == (1000, 1100)


async def test_pages_follow_each_other_in_both_orders(sim: Simulator):
    """C4: `after` is strictly beyond this id."""
    await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(5)))

    up = [await listed(sim, query) for query in ("limit=2", "limit=2&after=2", "limit=2&after=4", "after=5")]
    down = [await listed(sim, f"order=desc&limit=2{after}") for after in ("", "&after=4", "&after=2")]

    assert [[message["id"] for message in page["items"]] for page in up] == [[1, 2], [3, 4], [5], []]
    assert [page["next"] for page in up] == [2, 4, 5, None]
    assert [[message["id"] for message in page["items"]] for page in down] == [[5, 4], [3, 2], [1]]
    assert [page["next"] for page in down] == [4, 2, 1]
    assert {page["total"] for page in up + down} == {5}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "limit=", "order=up", "after=-1", "after=x", "after=9223372036854775808"],
)
async def test_a_wrong_page_is_a_violation(sim: Simulator, query: str):
    """C4"""
    answer = await sim.control("GET", f"messages?{query}")

    assert answer.http_status == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/" + query.partition("=")[0]]


async def test_filters_are_exact_and_content_is_a_part(sim: Simulator):
    """C4"""
    await sim.submit("13800000001,13800000002", "Hello World", sender="ACME")
    await sim.submit("13800000001", "hello", account="either")
    await sim.submit("+13800000001", "100%_", sender="acme")
    await sim.advance(30)
    await sim.submit("13800000003", "World")

    found = {
        query: await ids(sim, query)
        for query in (
            "account=demo",
            "account=Demo",
            "number=13800000001",
            "number=%2B13800000001",
            "number=1380000000",
            "state=0",
            "state=1",
            "sender=ACME",
            "sender=acme",
            "sender=",
            "submit=1",
            "submit=2",
            "content=World",
            "content=o%20W",
            "content=world",
            "content=%25_",
            "content=_",
            "account=demo&content=World&state=0&number=13800000002",
        )
    }

    assert found == {
        "account=demo": [1, 2, 4, 5],
        "account=Demo": [],
        "number=13800000001": [1, 3],
        "number=%2B13800000001": [4],
        "number=1380000000": [],
        "state=0": [1, 2, 3, 4],
        "state=1": [5],
        "sender=ACME": [1, 2],
        "sender=acme": [4],
        "sender=": [3, 5],
        "submit=1": [1, 2],
        "submit=2": [],
        "content=World": [1, 2, 5],
        "content=o%20W": [1, 2],
        "content=world": [],
        "content=%25_": [4],
        "content=_": [4],
        "account=demo&content=World&state=0&number=13800000002": [2],
    }


async def test_since_and_until_are_moments_of_acceptance_and_inclusive(sim: Simulator):
    """C4"""
    for _ in range(3):
        await sim.submit()
        await sim.advance(10)

    found = [
        await ids(sim, query)
        for query in (
            "since=2026-01-01T12:00:10%2B08:00",
            "until=2026-01-01T04:00:10Z",
            "since=2026-01-01T12:00:10%2B08:00&until=2026-01-01T12:00:10%2B08:00",
            "since=2026-01-01T12:00:10.000001%2B08:00",
            "until=2026-01-01T11:59:59.999999%2B08:00",
        )
    ]

    assert found == [[2, 3], [1, 2], [2], [3], []]


async def test_the_total_counts_what_matches(sim: Simulator):
    """C4"""
    await sim.submit("13800000001,13800000002,13800000003")

    assert (await listed(sim, "limit=1&number=13800000002"))["total"] == 1
    assert (await listed(sim, "limit=1&account=demo"))["total"] == 3


async def test_the_total_is_null_when_filtered_and_over_10000(sim: Simulator):
    """C4"""
    await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(10_000)))
    exactly = await listed(sim, "limit=1&account=demo")
    await sim.submit()

    filtered, plain = await listed(sim, "limit=1&account=demo"), await listed(sim, "limit=1")

    assert exactly["total"] == 10_000
    assert filtered["total"] is None
    assert plain["total"] == 10_001


async def test_a_wait_that_is_satisfied_answers_at_once(sim: Simulator):
    """C4: old ones counted"""
    await sim.submit("13800000001,13800000002")

    answers = [await listed(sim, query) for query in ("wait=300&count=2", "wait=300", "wait=0&count=2")]

    assert [(answer["complete"], answer["total"]) for answer in answers] == [(True, 2)] * 3


async def test_a_wait_is_satisfied_by_a_later_commit(sim: Simulator):
    """C4: as soon as N match in all"""
    await sim.submit("13800000001")

    waiting = asyncio.create_task(listed(sim, "wait=300&count=3"))
    for _ in range(3):
        await sim.control("GET", "health")
    early = waiting.done()
    await sim.submit("13800000002,13800000003")
    answer = await waiting

    assert not early
    assert answer["complete"] is True
    assert [message["id"] for message in answer["items"]] == [1, 2, 3]


async def test_a_wait_hears_of_a_new_state(sim: Simulator):
    """C4"""
    await sim.submit("13800000001,13800000007")

    waiting = asyncio.create_task(listed(sim, "wait=300&state=1011"))
    await sim.control("GET", "health")
    await sim.advance(30)
    answer = await waiting

    assert [message["id"] for message in answer["items"]] == [2]


async def test_many_waits_are_satisfied_by_one_commit(sim: Simulator):
    """C4"""
    waiting = [asyncio.create_task(listed(sim, f"wait=300&number=1380000000{place}")) for place in range(10)]
    await sim.control("GET", "health")

    await sim.submit(",".join(f"1380000000{place}" for place in range(10)))
    answers = await asyncio.gather(*waiting)

    assert [answer["items"][0]["number"] for answer in answers] == [f"1380000000{place}" for place in range(10)]


async def test_a_wait_that_times_out_answers_with_what_there_is(sim: Simulator):
    """C4: real time, whatever the clock shows (P1.12)"""
    await sim.submit()

    answer = await listed(sim, "wait=0.05&count=2")

    assert answer["complete"] is False
    assert [message["id"] for message in answer["items"]] == [1]


async def test_a_wait_is_ended_by_a_reset(sim: Simulator):
    """C4: pending waits end first."""
    waiting = asyncio.create_task(listed(sim, "wait=300&count=2"))

    while not waiting.done():  # a reset that comes before the wait has begun does not end it
        await sim.control("POST", "reset")

    assert await waiting == {"items": [], "next": None, "total": 0, "complete": False}


async def test_without_wait_nothing_is_said_of_completeness(sim: Simulator):
    """C4"""
    assert "complete" not in await listed(sim, "count=5")


@pytest.mark.parametrize("query", ["wait=-1", "wait=300.1", "wait=nan", "wait=x", "count=0", "count=x", "state=-1"])
async def test_a_wrong_wait_is_a_violation(sim: Simulator, query: str):
    """C4"""
    answer = await sim.control("GET", f"messages?{query}")

    assert answer.http_status == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/" + query.partition("=")[0]]
