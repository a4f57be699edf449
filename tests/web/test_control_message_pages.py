"""The pages of the messages by every filter and in both orders: what a filter over all of them would find (C4)."""

from collections.abc import AsyncIterator, Callable
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.conftest import Simulator

Shown = dict[str, Any]

NUMBERS = "13800000000,13800001011,13800009001,13800001011,13800000000,13800001005"
"""Their lives differ, and those of the same end are not side by side (P9.3)."""

SECOND = "2026-01-01T12:01:00.000000+08:00"
"""When the second half was accepted."""


@pytest.fixture
async def filled(sim: Simulator) -> Simulator:
    """Submits of several lives and of one, of two accounts, some ended by hand, some removed."""
    for content, account in (("removed", "demo"), ("one", "demo"), ("two, one", "either")):
        await sim.submit(NUMBERS, content, account=account, sender="ACME" if account == "demo" else "")
    await sim.submit("13800000000", "single", account="either")
    await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(70)), "many")
    await sim.control("PATCH", "messages/80", {"state": 1003})  # its neighbours have another life from here on
    await sim.advance(60)
    await sim.control("DELETE", "messages")
    for content, account in (("one", "demo"), ("late", "either"), ("one more", "demo")):
        await sim.submit(NUMBERS, content, account=account)
    for id in (90, 95, 99, 103):  # the first, one in the midst, the last of a life
        await sim.control("PATCH", f"messages/{id}", {"state": 1003})
    await sim.advance(15)
    await sim.submit("13800000000,13800000001", "two, one", sender="ACME")
    return sim


WANTED: dict[str, tuple[dict[str, str], Callable[[Shown], bool]]] = {
    "everything": ({}, lambda _: True),
    "account": ({"account": "demo"}, lambda one: one["account"] == "demo"),
    "number": ({"number": "13800001011"}, lambda one: one["number"] == "13800001011"),
    "state": ({"state": "1003"}, lambda one: one["state"] == 1003),
    "many in a state": ({"state": "2"}, lambda one: one["state"] == 2),
    "sender": ({"sender": "ACME"}, lambda one: one["sender"] == "ACME"),
    "content": ({"content": "one"}, lambda one: "one" in one["content"]),
    "since": ({"since": SECOND}, lambda one: one["accepted_at"] >= SECOND),
    "until": ({"until": SECOND}, lambda one: one["accepted_at"] <= SECOND),
    "submit": ({"submit": "96"}, lambda one: one["submit"] == 96),
    "submit, content": ({"submit": "96", "content": "l"}, lambda one: one["submit"] == 96 and "l" in one["content"]),
    "state, content": ({"state": "2", "content": "one"}, lambda one: one["state"] == 2 and "one" in one["content"]),
    "number, state, account": (
        {"number": "13800000000", "state": "2", "account": "demo"},
        lambda one: (one["number"], one["state"], one["account"]) == ("13800000000", 2, "demo"),
    ),
    "what is not there": ({"state": "1004", "sender": "nobody"}, lambda _: False),
    "an id that cannot be": ({"submit": "9223372036854775807"}, lambda _: False),
}


async def test_pages_hold_what_a_filter_over_all_of_them_finds(filled: Simulator):
    """C4: ascending by id, `order=desc` turns that; `after` is strictly beyond this id."""
    everything = await filled.messages("limit=1000")

    for name, (query, means) in WANTED.items():
        every = [one for one in everything if means(one)]
        for order, limit in product(("asc", "desc"), (1, 4, 1000)):
            expected = every if order == "asc" else every[::-1]
            pages = [page async for page in paged(filled, {**query, "order": order, "limit": str(limit)})]

            assert [one for page in pages for one in page["items"]] == expected, (name, order, limit)
            assert [len(page["items"]) for page in pages[:-1]] == [limit] * (len(pages) - 1), (name, order, limit)
            assert {page["total"] for page in pages} == {len(every)}, (name, order, limit)


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_a_page_may_begin_at_any_id(filled: Simulator, order: str):
    """C4: also one in the midst of a submit, or one that is not there any more"""
    every = await filled.messages("limit=1000")
    expected = [one["id"] for one in every if one["state"] == 2]

    for after in range(every[-1]["id"] + 2):
        found = await filled.messages(f"state=2&order={order}&limit=3&after={after}")

        beyond = (
            [id for id in expected if id > after] if order == "asc" else [id for id in expected[::-1] if id < after]
        )
        assert [one["id"] for one in found] == beyond[:3]


async def paged(sim: Simulator, query: dict[str, str]) -> AsyncIterator[Any]:
    """Every page, from the first to the one that is not full."""
    after: dict[str, str] = {}
    while True:
        answer = await sim.control("GET", "messages?" + urlencode(query | after, quote_via=quote))
        assert answer.http_status == 200, answer.text
        page = answer.json()
        yield page
        if len(page["items"]) < int(query["limit"]):
            return
        after = {"after": str(page["next"])}
