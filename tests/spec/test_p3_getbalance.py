"""P3: getbalance."""

import pytest

from tests.conftest import DEMO, Simulator, Start, signed


async def test_balance_and_gift_are_strings_of_six_and_five_decimals(sim: Simulator):
    """P3.1, P1.10"""
    answer = await sim.get("getbalance", DEMO)

    assert answer.body == b'{"status":0,"balance":"1000.000000","gift":"50.00000"}'


async def test_the_example_of_the_document_to_the_digit(start: Start):
    """P3.1"""
    sim = await start('[[accounts]]\naccount = "***"\npassword = "***"\nbalance = "99.99"\ngift = "50"\n')

    answer = await sim.request("GET", "/getbalance?account=***&password=***")

    assert answer.body == b'{"status":0,"balance":"99.990000","gift":"50.00000"}'


async def test_balance_is_the_accounts_own_money_and_gift_what_was_given_to_it(start: Start):
    """P3.1"""
    sim = await start('[[accounts]]\naccount = "a"\npassword = "demo123"\nbalance = "0.02"\ngift = "0.1"\n')

    purses = [await sim.balance("a")]
    for _ in range(2):
        await sim.submit(account="a")
        purses.append(await sim.balance("a"))

    assert purses == [("0.020000", "0.10000"), ("0.020000", "0.05000"), ("0.020000", "0.00000")]


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, -1),
        ({"account": "demo"}, -1),
        (DEMO | {"password": "wrong"}, -1),
        (DEMO | {"account": "nobody"}, -1),
        (signed("digest", key="another"), -1),
        (DEMO | {"account": "office"}, -2),
    ],
)
async def test_a_refusal_holds_the_status_alone(sim: Simulator, parameters: dict[str, str], status: int):
    """P3.1"""
    answer = await sim.get("getbalance", parameters)

    assert answer.body == f'{{"status":{status}}}'.encode()
    assert answer.http_status == 200


async def test_asking_changes_nothing(sim: Simulator):
    """P3.1"""
    answers = [(await sim.get("getbalance", DEMO)).body for _ in range(3)]

    assert answers == [b'{"status":0,"balance":"1000.000000","gift":"50.00000"}'] * 3


async def test_the_balance_survives_a_restart(start: Start):
    """P3.1"""
    first = await start()
    await first.submit()
    await first.server.stop()

    second = await start()

    assert await second.balance() == ("1000.000000", "49.95000")
