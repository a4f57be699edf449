"""P5: getreport."""

import pytest

from tests.conftest import DEMO, Simulator

EITHER = {"account": "either", "password": "demo123"}


async def report(sim: Simulator, ids: str, account: dict[str, str] = DEMO) -> bytes:
    return (await sim.get("getreport", account | {"ids": ids})).body


async def test_each_state_has_its_count_and_its_row(sim: Simulator):
    """P5.1, P5.2: failed is every code of P7; sendtime is 0 until state 1 is left, then the due moment."""
    await sim.submit("13800000000,13800000007")
    await sim.advance(25)
    await sim.submit("13800000001")
    await sim.advance(10)
    await sim.submit("13800000002,13800000003")

    body = await report(sim, "1,2,3,4,5,6")

    assert body == (
        b'{"status":0,"success":1,"fail":1,"unsent":2,"sending":1,"nofound":1,"array":['
        b'[1,"13800000000",20260101120010,0],'
        b'[2,"13800000007",20260101120010,1011],'
        b'[3,"13800000001",20260101120035,2],'
        b'[4,"13800000002",0,1],'
        b'[5,"13800000003",0,1]]}'
    )


async def test_sendtime_stays_the_due_moment_however_late_it_is_asked(sim: Simulator):
    """P5.2"""
    await sim.submit()
    await sim.advance(86_400)

    body = await report(sim, "1")

    assert b'[1,"13800000000",20260101120010,0]' in body


async def test_rows_follow_the_order_asked(sim: Simulator):
    """P5.2"""
    await sim.submit("13800000001,13800000002,13800000003")

    answer = await sim.get("getreport", DEMO | {"ids": "3,1,2"})

    assert [row[0] for row in answer.json()["array"]] == [3, 1, 2]


async def test_an_id_asked_twice_is_answered_once(sim: Simulator):
    """P5.2"""
    await sim.submit("13800000001,13800000002")

    answer = await sim.get("getreport", DEMO | {"ids": "2,1,2,02,9,9,x,x"})

    assert [row[0] for row in answer.json()["array"]] == [2, 1]
    assert answer.json()["unsent"] == 2
    assert answer.json()["nofound"] == 2


async def test_leading_zeros_and_blanks_do_not_make_another_id(sim: Simulator):
    """P5.2: `01` is 1"""
    await sim.submit()

    body = await report(sim, " 01 ,0000000000000000000000000000000001")

    assert body == (
        b'{"status":0,"success":0,"fail":0,"unsent":1,"sending":0,"nofound":0,"array":[[1,"13800000000",0,1]]}'
    )


@pytest.mark.parametrize(
    "id",
    ["2", "0", "-1", "+1", "1.0", "1e0", "x", "一", "１", "9223372036854775807", "9223372036854775808", "9" * 400],
)
async def test_what_does_not_exist_or_is_no_number_counts_in_nofound(sim: Simulator, id: str):
    """P5.2, P1.11: a digit is ASCII"""
    await sim.submit()

    body = await report(sim, id)

    assert body == b'{"status":0,"success":0,"fail":0,"unsent":0,"sending":0,"nofound":1,"array":[]}'


async def test_another_accounts_message_is_not_found(sim: Simulator):
    """P5.2"""
    await sim.submit()
    await sim.submit("13800000001", account="either")

    body = await report(sim, "1,2", EITHER)

    assert body == (
        b'{"status":0,"success":0,"fail":0,"unsent":1,"sending":0,"nofound":1,"array":[[2,"13800000001",0,1]]}'
    )


async def test_a_number_is_a_string_as_it_was_accepted(sim: Simulator):
    """P5.1"""
    await sim.submit("+8613800000000,00123")

    answer = await sim.get("getreport", DEMO | {"ids": "1,2"})

    assert answer.json()["array"] == [[1, "+8613800000000", 0, 1], [2, "00123", 0, 1]]


async def test_200_ids_are_answered(sim: Simulator):
    """P1.4"""
    ids = await sim.submit(",".join(str(13_800_000_000 + place * 10) for place in range(200)))

    answer = await sim.get("getreport", DEMO | {"ids": ",".join(map(str, ids))})

    assert answer.status == 0
    assert answer.json()["unsent"] == 200
    assert [row[0] for row in answer.json()["array"]] == list(range(1, 201))


@pytest.mark.parametrize(
    ("spoiled", "status"),
    [
        ({"password": "wrong"}, -1),
        ({"account": "office"}, -2),
        ({"account": "locked"}, -13),
        ({"ids": ""}, -8),
        ({"ids": " , ,"}, -8),
        ({"ids": ",".join(["1"] * 201)}, -7),
    ],
)
async def test_a_refusal_has_every_count_at_0(sim: Simulator, spoiled: dict[str, str], status: int):
    """P5.2, P2"""
    answer = await sim.get("getreport", DEMO | {"ids": "1"} | spoiled)

    assert answer.http_status == 200
    assert answer.text == (f'{{"status":{status},"success":0,"fail":0,"unsent":0,"sending":0,"nofound":0,"array":[]}}')


async def test_without_the_parameter_ids_it_is_refused(sim: Simulator):
    """P2"""
    answer = await sim.get("getreport", DEMO)

    assert answer.status == -8
    assert answer.reason == "ids-missing"


async def test_it_can_be_asked_again_and_says_the_same(sim: Simulator):
    """P5.1: a report is not used up."""
    await sim.submit()
    await sim.advance(30)

    first, second = await report(sim, "1"), await report(sim, "1")

    assert first == second
    assert b'"success":1' in first
