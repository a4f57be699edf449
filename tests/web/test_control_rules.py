"""The rules through the control API (C4, P9.2)."""

import asyncio
from typing import Any

import pytest

from tests.conftest import Simulator, Start

SHOWN: dict[str, Any] = {
    "id": 2,
    "account": None,
    "number": None,
    "content": None,
    "sender": None,
    "smstype": None,
    "outcome": 1001,
    "probability": 1.0,
    "unsent_seconds": None,
    "sending_seconds": None,
    "times": 0,
    "applied": 0,
}
"""A rule that says nothing but its outcome; the file has one already: numbers that end in 7 are black."""


async def add(sim: Simulator, **settings: Any) -> int:
    answer = await sim.control("POST", "rules", {"outcome": 1001} | settings)
    assert answer.http_status == 201, answer.text
    return answer.json()["id"]


async def listed(sim: Simulator, query: str = "") -> list[dict[str, Any]]:
    answer = await sim.control("GET", f"rules?{query}")
    assert answer.http_status == 200, answer.text
    return answer.json()["items"]


async def counts(sim: Simulator) -> dict[int, int]:
    return {rule["id"]: rule["applied"] for rule in await listed(sim)}


async def ends(sim: Simulator, *numbers: str, **more: str) -> list[int]:
    """How new messages to these numbers end."""
    ids = await sim.submit(",".join(numbers), **more)
    await sim.advance(30)
    return [(await sim.control("GET", f"messages/{id}")).json()["state"] for id in ids]


async def test_a_rule_that_is_added_is_answered_with_its_id(sim: Simulator):
    """C4: 201 with the object, the fields of C3 plus id and applied"""
    settings = {
        "account": "demo",
        "number": {"regex": "^138"},
        "content": {"contains": "promo"},
        "sender": {"exact": "ACME"},
        "smstype": 0,
        "outcome": 2,
        "probability": 0.5,
        "unsent_seconds": {"uniform": [0.1, 2.0]},
        "sending_seconds": 3,
        "times": 5,
    }

    answer = await sim.control("POST", "rules", settings)

    assert (answer.http_status, answer.json()) == (201, SHOWN | settings)
    assert (await sim.control("GET", "rules/2")).json() == answer.json()


async def test_the_rules_of_the_file_are_listed_too(sim: Simulator):
    """C3, C4"""
    await add(sim)

    found = (await sim.control("GET", "rules")).json()

    assert found == {
        "items": [SHOWN | {"id": 1, "number": {"suffix": "7"}, "outcome": 1011}, SHOWN],
        "next": 2,
        "total": 2,
    }


async def test_the_list_has_pages_in_both_directions(sim: Simulator):
    """C4: lists"""
    for _ in range(4):
        await add(sim)

    assert [rule["id"] for rule in await listed(sim, "limit=2&after=1")] == [2, 3]
    assert [rule["id"] for rule in await listed(sim, "order=desc&limit=2&after=4")] == [3, 2]
    assert (await sim.control("GET", "rules?after=5")).json() == {"items": [], "next": None, "total": 5}


async def test_a_rule_counts_from_the_next_submit_on_and_what_was_accepted_stays(sim: Simulator):
    """P9.2: settled at acceptance"""
    before = await sim.submit()

    await add(sim)
    after = await sim.submit()
    await sim.control("DELETE", "rules/2")
    last = await sim.submit()
    await sim.advance(30)

    assert [await sim.state(id) for id in (*before, *after, *last)] == [0, 1001, 0]


async def test_an_addition_is_looked_at_after_those_of_the_file(sim: Simulator):
    """C3: first match wins, API additions are appended"""
    await add(sim)
    await add(sim, outcome=1002)

    assert await ends(sim, "13800000007", "13800000000") == [1011, 1001]
    assert await counts(sim) == {1: 1, 2: 1, 3: 0}


async def test_the_rules_of_the_account_come_before_the_servers(sim: Simulator):
    """P9.2"""
    await add(sim, outcome=1002)
    await add(sim, outcome=1003, account="demo")

    assert await ends(sim, "13800000007") == [1003]
    assert await ends(sim, "13800000007", "13800000001", account="either") == [1011, 1002]


async def test_a_message_names_the_rule_that_decided(sim: Simulator):
    """C4"""
    id = await add(sim)
    await sim.submit()

    assert [message["rule"] for message in await sim.messages()] == [id]


async def test_times_and_applied_are_exact_when_many_come_at_once(sim: Simulator):
    """P9.2: counted in id order in the transaction that accepts"""
    id = await add(sim, times=30)

    await asyncio.gather(*[sim.submit("13800000000,13800000001,13800000002") for _ in range(20)])
    await sim.advance(30)

    states = [message["state"] for message in await sim.messages()]
    assert states == [1001] * 30 + [0] * 30
    assert (await counts(sim))[id] == 30


async def test_a_rule_that_is_replaced_keeps_its_place_and_its_id_and_counts_anew(sim: Simulator):
    """C4: PUT"""
    await add(sim, times=1)
    await add(sim, outcome=1002)
    assert await ends(sim, "13800000000", "13800000000") == [1001, 1002]

    answer = await sim.control("PUT", "rules/2", {"outcome": 1003, "times": 1})

    assert (answer.http_status, answer.json()) == (200, SHOWN | {"outcome": 1003, "times": 1})
    assert await ends(sim, "13800000000", "13800000000") == [1003, 1002]
    assert await counts(sim) == {1: 0, 2: 1, 3: 2}


async def test_a_rule_that_is_removed_decides_no_more(sim: Simulator):
    """C4: 204; its id is not given again"""
    await add(sim)

    answer = await sim.control("DELETE", "rules/2")

    assert (answer.http_status, answer.body) == (204, b"")
    assert await ends(sim, "13800000000") == [0]
    assert await add(sim) == 3


async def test_all_rules_can_be_removed(sim: Simulator):
    """C4: DELETE empties the collection, the file's rules too until it is read again"""
    await add(sim)

    answer = await sim.control("DELETE", "rules")

    assert (answer.http_status, await listed(sim)) == (204, [])
    assert await ends(sim, "13800000007") == [0]
    assert await add(sim) == 3


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("id", ["7", "0", "abc", "99999999999999999999"])
async def test_a_rule_that_is_not_there_is_404(sim: Simulator, method: str, id: str):
    """C4"""
    answer = await sim.control(method, f"rules/{id}", {"outcome": 0} if method == "PUT" else None)

    assert answer.http_status == 404


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({}, "/outcome", "Field required"),
        ({"outcome": 1015}, "/outcome", "an outcome is 0, a report code"),
        ({"outcome": 0, "number": {"suffix": "7", "prefix": "1"}}, "/number", "exactly one matcher of exact"),
        ({"outcome": 0, "number": {"contains": "7"}}, "/number", "'contains' does not match here"),
        ({"outcome": 0, "content": {"regex": "("}}, "/content", "re2 cannot take this pattern"),
        ({"outcome": 0, "probability": 1.5}, "/probability", "Input should be less than or equal to 1"),
        ({"outcome": 0, "times": -1}, "/times", "Input should be greater than or equal to 0"),
        ({"outcome": 0, "applied": 1}, "/applied", "unknown; known are account, number"),
        ({"outcome": 0, "sendr": {}}, "/sendr", "unknown; known are account, number"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "rules"), ("PUT", "rules/1")])
async def test_what_cannot_be_is_refused_by_its_name(
    sim: Simulator, method: str, path: str, body: dict[str, Any], pointer: str, detail: str
):
    """C4: 422 violations"""
    answer = await sim.control(method, path, body)

    assert answer.http_status == 422
    found = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert found[pointer].startswith(detail)
    assert await listed(sim) == [SHOWN | {"id": 1, "number": {"suffix": "7"}, "outcome": 1011}]


async def test_additions_and_counts_survive_a_restart_in_their_order(start: Start):
    """C3: what the control API made stays; an unchanged rule of the file goes on counting"""
    first = await start()
    await add(first, number={"suffix": "1"}, times=2)
    await add(first, outcome=1002)
    await ends(first, "13800000001", "13800000007")
    await first.control("DELETE", "rules/3")
    await add(first, outcome=1003)
    await first.server.stop()

    again = await start('\n[[rules]]\nnumber = { suffix = "1" }\ncontent = { exact = "x" }\noutcome = 1004\n')

    assert await counts(again) == {1: 1, 2: 1, 4: 0, 5: 0}
    assert await ends(again, "13800000001", "13800000001", "13800000007") == [1001, 1003, 1011]
    assert await ends(again, "13800000001", content="x") == [1004]


async def test_a_reset_brings_back_the_rules_of_the_file(sim: Simulator):
    """C4: as a fresh start"""
    await add(sim)
    await sim.control("PUT", "rules/1", {"outcome": 1009})

    await sim.control("POST", "reset")

    assert await listed(sim) == [SHOWN | {"id": 1, "number": {"suffix": "7"}, "outcome": 1011}]
    assert await add(sim) == 2


async def test_rules_that_come_and_go_beside_submits_decide_whole_messages(sim: Simulator):
    """C4, P9.2: every message ends by a rule that was there, and every count is right"""
    await sim.control("DELETE", "rules")

    async def come_and_go(outcome: int) -> None:
        id = await add(sim, outcome=outcome)
        await sim.control("DELETE", f"rules/{id}")

    await asyncio.gather(*[sim.submit() for _ in range(60)], *[come_and_go(code) for code in range(1001, 1011)])
    await sim.advance(30)

    decided = [(message["rule"], message["state"]) for message in await sim.messages()]
    assert len(decided) == 60
    assert all((rule is None) is (state == 0) for rule, state in decided)
    assert await listed(sim) == []
