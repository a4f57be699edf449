"""P7: every report code arises, is polled and is pushed with its text."""

import pytest

from eims_sim.protocol.codes import ReportCode
from tests.conftest import FIXTURES, Receiver, Simulator, with_callback

TEXTS = {
    0: "success",
    1001: "NoRoute",
    1002: "NoChannel",
    1003: "NoBablance",
    1004: "Unkown",
    1005: "Send Refuse",
    1006: "Send Timeout",
    1007: "Server Timeout",
    1008: "SupplierMccMncLimit",
    1009: "ConsumerMccMncLimit",
    1010: "NoSupplier",
    1011: "Black Number",
    1012: "Sensitive Words",
    1013: "Daliy Limit",
    1014: "DestinationMccMncLimit",
    1016: "SMS Template Limit",
    1017: "SupplierNoBablance",
    1018: "UserProfitLimit",
    1019: "ChannelProfitLimit",
    1020: "MccNumberLengthLimit",
    1021: "Job no found",
    1022: "china sms limit",
    1023: "RouteMccMncLimit",
}
BARE = FIXTURES / "bare.toml"
SENT_AT = 20260101120010


def test_the_page_and_the_program_know_the_same_codes():
    """P7: there is no 1015."""
    assert set(TEXTS) == set(ReportCode)


def rule(code: int) -> str:
    return f'\n[[rules]]\nnumber = {{ exact = "1391111{code:04d}" }}\noutcome = {code}\n'


async def polled(sim: Simulator, ids: list[int]) -> dict[str, int]:
    """The states by number, as getreport tells them."""
    asked = {"account": "pushed", "password": "demo123", "ids": ",".join(map(str, ids))}
    answer = await sim.get("getreport", asked)
    assert (answer.json()["success"], answer.json()["fail"]) == (1, 22)
    return {number: state for _, number, _, state in answer.json()["array"]}


async def test_every_code_arises_by_a_rule(start, receiver: Receiver):
    """P7, P8.1, P9.2"""
    sim = await start(with_callback(receiver.url) + "".join(map(rule, TEXTS)), config=BARE)
    numbers = {code: f"1391111{code:04d}" for code in TEXTS}

    ids = await sim.submit(",".join(numbers.values()), account="pushed")
    await sim.advance(30)

    assert await polled(sim, ids) == {numbers[code]: code for code in TEXTS}
    assert receiver.reports == [
        [id, numbers[code], SENT_AT, code, text] for id, (code, text) in enumerate(TEXTS.items(), 1)
    ]


async def test_every_code_arises_by_a_magic_number(start, receiver: Receiver):
    """P7, P8.1, P9.3"""
    sim = await start(with_callback(receiver.url), config=BARE)
    numbers = {code: f"1380000{code:04d}" for code in TEXTS}

    ids = await sim.submit(",".join(numbers.values()), account="pushed")
    await sim.advance(30)

    assert await polled(sim, ids) == {numbers[code]: code for code in TEXTS}
    assert receiver.reports == [
        [id, numbers[code], SENT_AT, code, text] for id, (code, text) in enumerate(TEXTS.items(), 1)
    ]


@pytest.mark.parametrize("tail", ["1000", "1015", "1024", "9003", "3"])
async def test_a_tail_that_is_no_code_is_not_magic(sim: Simulator, tail: str):
    """P7, P9.3"""
    (id,) = await sim.submit(f"1380000{tail}")

    await sim.advance(30)

    assert await sim.state(id) == 0
