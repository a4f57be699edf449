"""Money added to an account through the control API (C4)."""

import asyncio
from typing import Any

import pytest

from tests.conftest import GOOD, Answer, Simulator


async def top_up(sim: Simulator, account: str = "demo", /, **more: Any) -> Answer:
    return await sim.control("POST", f"accounts/{account}/topup", more)


async def test_money_is_added_to_what_there_is(sim: Simulator):
    """C4; C3: money is a string or an integer"""
    await sim.submit()

    answer = await top_up(sim, balance="0.000001", gift=7)

    assert answer.http_status == 200
    assert answer.json() == (await sim.control("GET", "accounts/demo")).json()
    assert (answer.json()["balance"], answer.json()["gift"]) == ("1000.000001", "56.95")
    assert await sim.balance() == ("1000.000001", "56.95000")


async def test_what_is_not_named_stays(sim: Simulator):
    """C4"""
    await top_up(sim, "poor", gift="1")
    await top_up(sim, "poor")

    assert await sim.balance("poor") == ("0.000000", "1.00000")


async def test_no_charge_is_lost_while_money_is_added(sim: Simulator):
    """C4: it is added in the transaction, not read and set"""
    parameters = GOOD | {"account": "poor"}
    await top_up(sim, "poor", balance="5")

    answers = await asyncio.gather(
        *(sim.get("sendsms", parameters) for _ in range(40)), *(top_up(sim, "poor", balance="0.01") for _ in range(40))
    )

    assert {answer.http_status for answer in answers} == {200}
    assert await sim.balance("poor") == ("3.400000", "0.00000")


async def test_no_account_has_more_than_it_may(sim: Simulator):
    """C3: 0 to 10^12"""
    full = await top_up(sim, balance="999999999000", gift="1")

    refused = await top_up(sim, balance="0.000001", gift="999999999950")

    assert full.http_status == 200
    assert refused.http_status == 422
    assert refused.json()["errors"] == [
        {"pointer": "/balance", "detail": "there is 1000000000000, and with 0.000001 more it would exceed 10^12"},
        {"pointer": "/gift", "detail": "there is 51, and with 999999999950 more it would exceed 10^12"},
    ]
    assert await sim.balance() == ("1000000000000.000000", "51.00000")


@pytest.mark.parametrize("amount", [0.5, "-1", "1.0000001", "much", True, None, "1000000000000.1"])
async def test_what_is_no_money_is_a_violation(sim: Simulator, amount: Any):
    """C3"""
    answer = await top_up(sim, balance=amount)

    assert (answer.http_status, answer.json()["errors"][0]["pointer"]) == (422, "/balance")


async def test_a_wrong_name_is_told_with_the_nearest(sim: Simulator):
    """C4"""
    answer = await top_up(sim, ballance="1")

    assert [error["nearest"] for error in answer.json()["errors"]] == ["balance"]


async def test_there_must_be_such_an_account(sim: Simulator):
    """C4: 404"""
    answer = await top_up(sim, "nobody", balance="1")

    assert (answer.http_status, answer.json()["detail"]) == (404, "there is no account 'nobody'")
