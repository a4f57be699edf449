"""A GET that is there as a whole is answered without a task of its own, and nobody can tell (P1, D9)."""

import asyncio
import json

import pytest

from eims_sim.waiter import Waiter
from eims_sim.web.direct import Answer, Steps
from eims_sim.web.plain import PlainResponse
from tests.conftest import GOOD, Simulator

SUBMIT = (
    b"GET /sendsms?account=demo&password=demo123&numbers=13800000000&content=Hello HTTP/1.1\r\nHost: gateway\r\n\r\n"
)
BALANCE = b"GET /getbalance?account=demo&password=demo123 HTTP/1.1\r\nHost: gateway\r\n\r\n"
REPORT = b"GET /getreport?account=demo&password=demo123&ids=1 HTTP/1.1\r\nHost: gateway\r\n\r\n"


async def asked(sim: Simulator, count: int) -> list[dict[str, object]]:
    """The journal, once it has so many entries."""
    answer = await sim.control("GET", f"requests?wait=10&count={count}")
    return answer.json()["items"]


async def test_what_comes_while_a_submit_waits_is_answered_after_it(sim: Simulator):
    """P1.1: answers leave in the order of the requests, also of those that need no commit"""
    async with sim.wire() as wire:
        with sim.behind_its_back() as other:
            other.execute("BEGIN IMMEDIATE")
            await wire.send(SUBMIT)
            waiting = asyncio.create_task(wire.answer())
            await wire.send(BALANCE[:20])
            await wire.send(BALANCE[20:] + REPORT)
            assert (await sim.get("getbalance", {"account": "demo", "password": "demo123"})).status == 0
            assert not waiting.done()
            other.execute("COMMIT")

        answers = [await waiting, await wire.answer(), await wire.answer()]

    assert [answer.json().get("array") for answer in answers[:2]] == [[[13800000000, 1]], None]
    assert json.loads(answers[1].body)["gift"] == "49.95000"
    assert answers[2].json()["array"] == [[1, "13800000000", 0, 1]]


async def test_requests_that_come_together_are_answered_in_their_order(sim: Simulator):
    """P1.1"""
    async with sim.wire() as wire:
        await wire.send(SUBMIT + BALANCE + SUBMIT + REPORT)

        answers = [await wire.answer() for _ in range(4)]

    assert [answer.json().get("array") for answer in answers] == [
        [[13800000000, 1]],
        None,
        [[13800000000, 2]],
        [[1, "13800000000", 0, 1]],
    ]


async def test_one_request_after_the_other_on_a_connection_that_stays(sim: Simulator):
    """P1.1: those that are answered so, and those that are not, by turns"""
    async with sim.wire() as wire:
        for sent in (BALANCE, REPORT, SUBMIT, b"GET /nowhere HTTP/1.1\r\nHost: gateway\r\n\r\n", BALANCE):
            await wire.send(sent)
            assert (await wire.answer()).http_status in (200, 404)

    assert [one["endpoint"] for one in await asked(sim, 5)] == [
        *("getbalance", "getreport", "sendsms", "nowhere", "getbalance")
    ]


async def test_a_submit_whose_client_has_left_is_booked_and_on_record(sim: Simulator):
    """P2: nothing is stored or charged unless the answer would have been 0, had the client stayed"""
    with sim.behind_its_back() as other:
        other.execute("BEGIN IMMEDIATE")
        async with sim.wire() as wire:
            await wire.send(SUBMIT)
            assert (await sim.get("getbalance", {"account": "demo", "password": "demo123"})).status == 0
        other.execute("COMMIT")

    entry = (await asked(sim, 2))[-1]

    assert (entry["endpoint"], entry["status"]) == ("sendsms", 0)
    assert [one["number"] for one in await sim.messages()] == ["13800000000"]


async def test_who_asks_to_close_is_answered_and_left(sim: Simulator):
    """P1.1"""
    async with sim.wire() as wire:
        await wire.send(BALANCE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

        rest = await wire.rest()

    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in rest


async def test_what_breaks_is_told_as_what_is_answered_is():
    """P1.3: whoever waits hears of it, before and after a future was waited for"""
    loop = asyncio.get_running_loop()
    future, a_turn_later = loop.create_future(), loop.create_future()
    told: list[object] = []

    async def breaks(after: bool) -> Answer:
        if after:
            await future
        raise ValueError(after)

    for after in (False, True):
        Steps(breaks(after), told.append).go_on()
    future.set_result(None)
    loop.call_soon(a_turn_later.set_result, None)
    await a_turn_later

    assert [(type(one), one.args) for one in told] == [(ValueError, (False,)), (ValueError, (True,))]


async def test_an_answer_that_cannot_be_sent_stops_nobody_else_whom_the_writer_wakes(caplog: pytest.LogCaptureFixture):
    """D2: one group, one turn: a failure there would leave the rest of the group, and what comes after it, waiting"""
    waiter = Waiter()

    async def waits() -> Answer:
        await waiter
        return PlainResponse(b"", "")

    def breaks(_: object) -> None:
        raise OSError("gone")

    Steps(waits(), breaks).go_on()
    waiter.set_result(None)
    assert waiter.resume is not None
    waiter.resume()

    assert [record.getMessage() for record in caplog.records] == ["an answer could not be sent"]


async def test_reasons_and_notes_travel_in_the_order_in_which_they_were_found(sim: Simulator):
    """C5"""
    await sim.get("sendsms", GOOD)
    answer = await sim.get("sendsms", GOOD | {"version": "9", "nunbers": "1", "numbers": "13800000000,"})
    refused = await sim.get("sendsms", GOOD | {"password": "wrong"})

    assert (answer.headers["X-EIMS-Sim-Request"], answer.reason) == ("2", None)
    assert answer.notes == ["version-unknown", "submit-repeated", "parameter-unknown"]
    assert (refused.headers["X-EIMS-Sim-Request"], refused.reason, refused.notes) == ("3", "auth-password-mismatch", [])
