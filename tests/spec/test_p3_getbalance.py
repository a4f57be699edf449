"""P3: getbalance."""

from tests.conftest import DEMO, Simulator


async def test_balance_and_gift_are_strings_of_six_and_five_decimals(sim: Simulator):
    """P3.1, P1.10"""
    answer = await sim.get("getbalance", DEMO)

    assert answer.body == b'{"status":0,"balance":"1000.000000","gift":"50.00000"}'


async def test_a_refusal_holds_the_status_alone(sim: Simulator):
    """P3.1"""
    answer = await sim.get("getbalance", DEMO | {"password": "wrong"})

    assert answer.body == b'{"status":-1}'
    assert answer.http_status == 200
