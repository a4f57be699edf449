"""The faults resource of the control API (C4)."""

import asyncio
from typing import Any

import pytest

from tests.conftest import DEMO, GOOD, Simulator, Start

FILE = """
[[faults]]
endpoint = "getbalance"
status = -12

[[faults]]
endpoint = "sendsms"
times = 2
http_status = 503
"""

SHOWN = {
    "id": 1,
    "endpoint": "sendsms",
    "account": None,
    "probability": 1.0,
    "times": 0,
    "delay_seconds": None,
    "status": None,
    "http_status": None,
    "connection": None,
    "body": None,
    "body_text": None,
    "repeat_inbound": False,
    "report_first": False,
    "reports": None,
    "after": False,
    "applied": 0,
}
"""A fault that says nothing but its endpoint."""


async def add(sim: Simulator, **settings: Any) -> dict[str, Any]:
    answer = await sim.control("POST", "faults", {"endpoint": "sendsms", "status": -12} | settings)
    assert answer.http_status == 201, answer.text
    return answer.json()


async def listed(sim: Simulator, query: str = "") -> list[dict[str, Any]]:
    answer = await sim.control("GET", f"faults?{query}")
    assert answer.http_status == 200, answer.text
    return answer.json()["items"]


async def counts(sim: Simulator) -> dict[int, int]:
    return {fault["id"]: fault["applied"] for fault in await listed(sim)}


async def test_a_fault_that_is_added_is_answered_with_its_id(sim: Simulator):
    """C4: 201 with the object, the fields of C3 plus id and applied"""
    answer = await sim.control(
        "POST", "faults", {"endpoint": "sendsms", "delay_seconds": {"uniform": [0.1, 0.2]}, "times": 3}
    )

    assert answer.http_status == 201
    assert answer.json() == SHOWN | {"delay_seconds": {"uniform": [0.1, 0.2]}, "times": 3}
    assert (await sim.control("GET", "faults/1")).json() == answer.json()


async def test_the_faults_of_the_file_are_listed_too(start: Start):
    """C3, C4"""
    sim = await start(FILE)

    found = (await sim.control("GET", "faults")).json()

    assert found["items"] == [
        SHOWN | {"endpoint": "getbalance", "status": -12},
        SHOWN | {"id": 2, "times": 2, "http_status": 503},
    ]
    assert (found["next"], found["total"]) == (2, 2)


async def test_the_list_has_pages_in_both_directions(sim: Simulator):
    """C4: lists"""
    for _ in range(5):
        await add(sim)

    assert [fault["id"] for fault in await listed(sim, "limit=2&after=1")] == [2, 3]
    assert [fault["id"] for fault in await listed(sim, "order=desc&limit=2&after=4")] == [3, 2]
    assert (await sim.control("GET", "faults?limit=1")).json()["total"] == 5
    assert (await sim.control("GET", "faults?after=5")).json() == {"items": [], "next": None, "total": 5}


async def test_an_addition_strikes_after_those_of_the_file(start: Start):
    """C3: API additions are appended"""
    sim = await start(FILE)
    await add(sim, status=-13)

    answers = [await sim.get("sendsms", GOOD) for _ in range(3)]

    assert [answer.http_status for answer in answers] == [503, 503, 200]
    assert answers[2].status == -13
    assert await counts(sim) == {1: 0, 2: 2, 3: 1}


async def test_a_fault_that_is_replaced_keeps_its_place_and_its_id_and_counts_anew(sim: Simulator):
    """C4: PUT"""
    await add(sim, times=1)
    await add(sim, status=-13)
    assert (await sim.get("sendsms", GOOD)).status == -12

    answer = await sim.control("PUT", "faults/1", {"endpoint": "sendsms", "status": -11, "times": 1})

    assert (answer.http_status, answer.json()) == (200, SHOWN | {"status": -11, "times": 1})
    assert [(await sim.get("sendsms", GOOD)).status for _ in range(2)] == [-11, -13]
    assert await counts(sim) == {1: 1, 2: 1}


async def test_a_fault_that_is_removed_strikes_no_more(sim: Simulator):
    """C4: DELETE is 204"""
    await add(sim)

    answer = await sim.control("DELETE", "faults/1")

    assert (answer.http_status, answer.body) == (204, b"")
    assert (await sim.get("sendsms", GOOD)).status == 0
    assert (await add(sim))["id"] == 2


async def test_all_faults_can_be_removed(start: Start):
    """C4: DELETE empties the collection"""
    sim = await start(FILE)
    await add(sim)

    answer = await sim.control("DELETE", "faults")

    assert (answer.http_status, await listed(sim)) == (204, [])
    assert (await sim.get("getbalance", DEMO)).status == 0
    assert (await add(sim))["id"] == 4


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("id", ["7", "0", "abc", "99999999999999999999"])
async def test_a_fault_that_is_not_there_is_404(sim: Simulator, method: str, id: str):
    """C4"""
    body = {"endpoint": "sendsms", "status": -1} if method == "PUT" else None

    answer = await sim.control(method, f"faults/{id}", body)

    assert answer.http_status == 404


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({"endpoint": "sendsms"}, "", "a fault does something: it needs delay_seconds or an effect"),
        ({"endpoint": "sendsms", "status": -1, "body": "slow"}, "", "a fault has at most one effect"),
        ({"endpoint": "push", "status": -1}, "", "status is for requests"),
        ({"status": -1}, "/endpoint", "Field required"),
        ({"endpoint": "sendsms", "status": 0}, "/status", "Input should be less than or equal to -1"),
        ({"endpoint": "sendsms", "delay_seconds": "1"}, "/delay_seconds", "a delay is a number of seconds"),
        ({"endpoint": "sendsms", "status": -1, "id": 1}, "/id", "unknown; known are endpoint, account"),
        ({"endpoint": "sendsms", "stauts": -1}, "/stauts", "unknown; known are endpoint, account"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "faults"), ("PUT", "faults/1")])
async def test_what_cannot_be_is_refused_by_its_name(
    sim: Simulator, method: str, path: str, body: dict[str, Any], pointer: str, detail: str
):
    """C4: 422 violations"""
    await add(sim)

    answer = await sim.control(method, path, body)

    assert answer.http_status == 422
    found = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert found[pointer].startswith(detail)
    assert await listed(sim) == [SHOWN | {"status": -12}]


async def test_a_slip_of_the_keyboard_is_told_with_what_was_meant(sim: Simulator):
    """C4: nearest"""
    answer = await sim.control("POST", "faults", {"endpoint": "sendsms", "stauts": -1})

    assert [error.get("nearest") for error in answer.json()["errors"]] == ["status"]


async def test_every_call_made_after_a_strike_sees_it(sim: Simulator):
    """C4: what an answer caused is seen by every control call begun after it"""
    await add(sim)

    for count in range(1, 20):
        await sim.get("sendsms", GOOD)
        assert await counts(sim) == {1: count}


async def test_additions_and_counts_survive_a_restart(start: Start):
    """C3: what the control API made stays"""
    sim = await start(FILE)
    await add(sim, endpoint="getsms", times=3)
    for _ in range(2):
        await sim.get("getsms", DEMO)
    await sim.get("sendsms", GOOD)
    await sim.server.stop()

    again = await start(FILE)

    assert await counts(again) == {1: 0, 2: 1, 3: 2}
    assert [(await again.get("getsms", DEMO)).status for _ in range(2)] == [-12, 0]
    assert [(await again.get("sendsms", GOOD)).http_status for _ in range(2)] == [503, 200]


async def test_a_file_that_changes_keeps_the_counts_of_what_did_not(start: Start):
    """C3"""
    sim = await start(FILE)
    await sim.get("getbalance", DEMO)
    await sim.server.stop()

    again = await start('\n[[faults]]\nendpoint = "*"\ndelay_seconds = 0\n' + FILE.replace("times = 2", "times = 1"))

    found = [(fault["id"], fault["endpoint"], fault["applied"]) for fault in await listed(again)]
    assert found == [(1, "getbalance", 1), (3, "*", 0), (4, "sendsms", 0)]
    assert (await again.get("getbalance", DEMO)).notes == ["fault-struck"]
    assert await counts(again) == {1: 1, 3: 1, 4: 0}


async def test_a_reset_brings_back_the_faults_of_the_file(start: Start):
    """C4: as a fresh start with the file last loaded, ids from 1"""
    sim = await start(FILE)
    await add(sim)
    await sim.get("getbalance", DEMO)
    await sim.control("DELETE", "faults/2")

    await sim.control("POST", "reset")

    assert await counts(sim) == {1: 0, 2: 0}
    assert (await sim.get("sendsms", GOOD)).http_status == 503
    assert (await add(sim))["id"] == 3


async def test_a_reset_that_fails_leaves_the_faults_as_they_were(start: Start):
    """C4: whole or not at all"""
    sim = await start(FILE)
    with sim.behind_its_back() as other:
        other.execute("CREATE TRIGGER ill BEFORE DELETE ON faults BEGIN SELECT RAISE(ABORT, 'ill'); END")
        await add(sim)

        assert (await sim.control("POST", "reset")).http_status == 503

        assert (await sim.get("getbalance", DEMO)).status == -12
        assert await counts(sim) == {1: 1, 2: 0, 3: 0}


async def test_a_fault_that_cannot_be_stored_does_not_strike(sim: Simulator):
    """D2"""
    with sim.behind_its_back() as other:
        other.execute("CREATE TRIGGER ill BEFORE INSERT ON faults BEGIN SELECT RAISE(ABORT, 'ill'); END")

        answer = await sim.control("POST", "faults", {"endpoint": "sendsms", "status": -12})

        assert answer.http_status == 503
        assert (await sim.get("sendsms", GOOD)).status == 0


async def test_a_store_that_fails_to_count_blocks_no_answer_and_loses_no_count(start: Start):
    """C3: exact; the counts go with the next strike"""
    sim = await start(FILE)
    with sim.behind_its_back() as other:
        other.execute("CREATE TRIGGER ill BEFORE UPDATE ON faults BEGIN SELECT RAISE(ABORT, 'ill'); END")
        statuses = [(await sim.get("getbalance", DEMO)).status for _ in range(3)]
        other.execute("DROP TRIGGER ill")
    await sim.get("getbalance", DEMO)

    assert statuses == [-12] * 3
    assert (await counts(sim))[1] == 4
    await sim.server.stop()
    again = await start(FILE)
    assert (await counts(again))[1] == 4


async def test_many_strikes_are_stored_together_and_every_one(start: Start):
    """C3, D2"""
    sim = await start(FILE)

    await asyncio.gather(*[sim.get("getbalance", DEMO) for _ in range(100)])
    await sim.server.stop()

    assert (await counts(await start(FILE)))[1] == 100


async def test_times_holds_over_a_change_of_another_fault(sim: Simulator):
    """C3: exact"""
    await add(sim, times=2)
    await sim.get("sendsms", GOOD)
    await add(sim, endpoint="getsms")
    await sim.control("PUT", "faults/2", {"endpoint": "getreport", "status": -1})
    await sim.control("DELETE", "faults/2")

    assert [(await sim.get("sendsms", GOOD)).status for _ in range(2)] == [-12, 0]
