"""Inbound messages through the control API (C4)."""

import pytest

from tests.conftest import DEMO, Simulator

ONE = {"from": "10010", "to": "123456", "content": "STOP"}


async def add(sim: Simulator, body: object, status: int = 201) -> object:
    answer = await sim.control("POST", "inbound", body)
    assert answer.http_status == status, answer.text
    return answer.json()


def pointers(problem: object) -> list[str]:
    assert isinstance(problem, dict)
    return [error["pointer"] for error in problem["errors"]]


async def test_one_object_is_answered_with_the_object(sim: Simulator):
    """C4: the account defaults to the owner of `to`."""
    added = await add(sim, ONE)

    assert added == {
        "id": 1,
        "account": "demo",
        "from": "10010",
        "to": "123456",
        "content": "STOP",
        "received_at": "2026-01-01T12:00:00.000000+08:00",
        "fetched_at": None,
    }


async def test_a_list_is_answered_with_a_list(sim: Simulator):
    """C4"""
    added = await add(sim, [ONE, ONE | {"to": "654321", "received_at": "2026-01-01T00:00:00Z"}])

    assert isinstance(added, list)
    assert [(one["id"], one["account"], one["received_at"]) for one in added] == [
        (1, "demo", "2026-01-01T12:00:00.000000+08:00"),
        (2, "segments", "2026-01-01T08:00:00.000000+08:00"),
    ]


async def test_a_named_account_gets_it_whoever_owns_the_number(sim: Simulator):
    """C4"""
    added = await add(sim, [ONE | {"account": "either"}, ONE | {"account": "poor", "to": "nobody's"}])

    assert isinstance(added, list)
    assert [(one["account"], one["to"]) for one in added] == [("either", "123456"), ("poor", "nobody's")]


async def test_a_number_that_nobody_owns_needs_an_account(sim: Simulator):
    """C4: else 422; a list arrives whole or not at all."""
    body = [ONE, ONE | {"to": "999"}, ONE | {"account": "nobody"}, ONE | {"to": "998"}]

    problem = await add(sim, body, 422)
    single = await add(sim, ONE | {"to": "999"}, 422)

    assert pointers(problem) == ["/1/to", "/2/account", "/3/to"]
    assert pointers(single) == ["/to"]
    assert (await sim.control("GET", "inbound")).json()["total"] == 0


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"from": 10010}, "/from"),
        ({"from": ""}, "/from"),
        ({"to": None}, "/to"),
        ({"content": None}, "/content"),
        ({"content": 5}, "/content"),
        ({"received_at": "now"}, "/received_at"),
        ({"received_at": "2026-01-01T00:00:00"}, "/received_at"),
        ({"recieved_at": "2026-01-01T00:00:00Z"}, "/recieved_at"),
        ({"sender": "x"}, "/sender"),
    ],
)
async def test_what_is_not_as_it_should_be_is_a_violation(sim: Simulator, change: dict, pointer: str):
    """C4"""
    problem = await add(sim, ONE | change, 422)

    assert pointers(problem) == [pointer]


async def test_a_misspelt_name_gets_the_nearest_one(sim: Simulator):
    """C4"""
    answer = await sim.control("POST", "inbound", ONE | {"recieved_at": "2026-01-01T00:00:00Z"})

    ((error),) = answer.json()["errors"]
    assert error["nearest"] == "received_at"


async def test_the_list_says_what_was_fetched(sim: Simulator):
    """C4"""
    await add(sim, [ONE, ONE])
    await sim.get("getsms", DEMO)
    await sim.advance(5)
    await add(sim, ONE)

    answer = await sim.control("GET", "inbound?order=desc")

    assert [(one["id"], one["fetched_at"]) for one in answer.json()["items"]] == [
        (3, None),
        (2, "2026-01-01T12:00:00.000000+08:00"),
        (1, "2026-01-01T12:00:00.000000+08:00"),
    ]


async def test_the_list_has_pages_and_an_account(sim: Simulator):
    """C4"""
    await add(sim, [ONE, ONE | {"to": "654321"}] * 3)

    pages = [
        (await sim.control("GET", f"inbound?{query}")).json()
        for query in (
            "limit=2",
            "limit=2&after=4",
            "account=segments",
            "account=segments&order=desc&limit=1",
            "after=6",
        )
    ]

    assert [([one["id"] for one in page["items"]], page["next"], page["total"]) for page in pages] == [
        ([1, 2], 2, 6),
        ([5, 6], 6, 6),
        ([2, 4, 6], 6, 3),
        ([6], 6, 3),
        ([], None, 6),
    ]


async def test_the_list_is_narrowed_by_who_wrote_and_to_which_number(sim: Simulator):
    """C4: exact, in the names of the wire"""
    await add(sim, [ONE, ONE | {"from": "+10010"}, ONE | {"to": "654321"}, ONE | {"from": "1001"}])

    found = [
        [one["id"] for one in (await sim.control("GET", f"inbound?{query}")).json()["items"]]
        for query in ("from=10010", "from=%2B10010", "to=654321", "from=10010&to=123456&account=demo", "from=100")
    ]

    assert found == [[1, 3], [2], [3], [1], []]


async def test_the_numbers_that_phones_write_to_are_listed_by_account(sim: Simulator):
    """C4: as the accounts are now"""
    await sim.control("POST", "accounts", {"account": "b", "password": "b", "numbers": ["999", "100"]})
    await sim.control("PATCH", "accounts/segments", {"numbers": []})

    answer = await sim.control("GET", "inbound/numbers")

    assert answer.http_status == 200
    assert [(one["account"], one["number"]) for one in answer.json()["items"]] == [
        ("b", "999"),
        ("b", "100"),
        ("demo", "123456"),
        ("demo", "+8610690"),
    ]


async def test_any_text_arrives_unchanged(sim: Simulator):
    """P6.1"""
    content = "退订 \U0001f600\r\n\t\"'\\ \x00"

    added = await add(sim, ONE | {"content": content})
    fetched = await sim.get("getsms", DEMO)

    assert isinstance(added, dict)
    assert added["content"] == content
    assert fetched.json()["array"][0][4] == "6YCA6K6iIPCfmIANCgkiJ1wgAA=="


async def test_10000_arrive_at_once_and_more_are_refused(sim: Simulator):
    """C4"""
    added = await add(sim, [ONE] * 10_000)
    refused = await add(sim, [ONE] * 10_001, 422)

    assert isinstance(added, list)
    assert [added[0]["id"], added[-1]["id"]] == [1, 10_000]
    assert pointers(refused) == [""]
