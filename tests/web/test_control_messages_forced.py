"""Messages that an operator ends by hand, or removes (C4)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from eims_sim.protocol.codes import ReportCode
from tests.conftest import FIXTURES, Answer, Receiver, Simulator, Start, with_callback

BARE = FIXTURES / "bare.toml"
NOON = "2026-01-01T12:00:00.000000+08:00"


def at(seconds: float) -> str:
    """So many seconds after noon."""
    return f"2026-01-01T12:00:{seconds:09.6f}+08:00"


async def force(sim: Simulator, id: int, code: int) -> dict[str, Any]:
    answer = await sim.control("PATCH", f"messages/{id}", {"state": code})
    assert answer.http_status == 200, answer.text
    return answer.json()


async def report(sim: Simulator, ids: str, account: str = "demo") -> list[list[Any]]:
    return (await sim.get("getreport", {"account": account, "password": "demo123", "ids": ids})).json()["array"]


async def totals(sim: Simulator) -> list[int]:
    return [(await sim.control("GET", path)).json()["total"] for path in ("messages", "pushes")]


# --- ending one ---------------------------------------------------------------------------------------------------


async def test_a_forced_message_is_answered_as_it_now_is(sim: Simulator):
    """C4, P5.2: forced from unsent, it left that state at this moment"""
    await sim.submit("13800000000,13800000007")
    await sim.advance(3)

    shown = await force(sim, 2, 1006)

    assert shown == (await sim.control("GET", "messages/2")).json()
    assert shown["state"] == 1006
    assert shown["transitions"] == [{"state": 1, "at": NOON}, {"state": 1006, "at": at(3)}]
    assert shown["sent_at"] == shown["final_at"] == at(3)
    assert shown["rule"] is None
    assert await report(sim, "1,2") == [[1, "13800000000", 0, 1], [2, "13800000007", 20260101120003, 1006]]


async def test_a_message_can_be_forced_while_it_is_being_sent(sim: Simulator):
    """C4, P5.2: it had left unsent before"""
    await sim.submit()
    await sim.advance(12)

    shown = await force(sim, 1, 0)

    assert shown["transitions"] == [
        {"state": 1, "at": NOON},
        {"state": 2, "at": at(10)},
        {"state": 0, "at": at(12)},
    ]
    assert await report(sim, "1") == [[1, "13800000000", 20260101120010, 0]]


@pytest.mark.parametrize("code", list(ReportCode))
async def test_every_report_code_can_be_forced(sim: Simulator, code: ReportCode):
    """C4, P7"""
    await sim.submit()

    assert (await force(sim, 1, int(code)))["state"] == code


@pytest.mark.parametrize("number", ["1380000000009001", "1380000000009002"])
async def test_what_stays_for_ever_can_be_ended(sim: Simulator, number: str):
    """C4, P9.3"""
    await sim.submit(number)
    await sim.advance(3600)

    await force(sim, 1, 1011)

    assert await sim.state(1) == 1011


async def test_the_others_of_its_submit_live_on(sim: Simulator):
    """C4"""
    await sim.submit(",".join(str(13800000000 + 10 * n) for n in range(100)))

    for id in (1, 50, 100):
        await force(sim, id, 1001)
    progress = await sim.advance(30)

    assert progress["transitions"] == 2 * 97
    states = {message["id"]: message["state"] for message in await sim.messages()}
    assert states == {id: 1001 if id in (1, 50, 100) else 0 for id in range(1, 101)}


async def test_what_is_final_cannot_be_forced(sim: Simulator):
    """C4: 409"""
    await sim.submit("13800000000,13800000001")
    await force(sim, 1, 0)
    await sim.advance(30)

    answers = [await sim.control("PATCH", f"messages/{id}", {"state": 1001}) for id in (1, 2)]

    assert [answer.http_status for answer in answers] == [409, 409]
    assert [message["state"] for message in await sim.messages()] == [0, 0]


async def test_of_two_who_force_a_message_at_once_one_does(sim: Simulator):
    """C4"""
    await sim.submit()

    answers = await asyncio.gather(*[sim.control("PATCH", "messages/1", {"state": code}) for code in range(1001, 1011)])

    done = [answer.json()["state"] for answer in answers if answer.http_status == 200]
    assert sorted(answer.http_status for answer in answers) == [200] + [409] * 9
    assert await sim.state(1) == done[0]


@pytest.mark.parametrize("id", ["2", "0", "x"])
async def test_a_message_that_is_not_there_cannot_be_forced(sim: Simulator, id: str):
    """C4: 404"""
    await sim.submit()

    answer = await sim.control("PATCH", f"messages/{id}", {"state": 0})

    assert answer.http_status == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"state": 1}, "/state"),
        ({"state": 2}, "/state"),
        ({"state": 1015}, "/state"),
        ({"state": "0"}, "/state"),
        ({"state": None}, "/state"),
        ({}, "/state"),
        ({"state": 0, "sender": "x"}, "/sender"),
    ],
)
async def test_what_is_no_end_is_a_violation(sim: Simulator, body: dict[str, Any], pointer: str):
    """C4: 0 or a code of P7"""
    await sim.submit()

    answer = await sim.control("PATCH", "messages/1", body)

    assert answer.http_status == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await sim.state(1) == 1


async def test_a_failure_is_paid_back_as_in_life(sim: Simulator):
    """C4, P4.3: to what paid it, balance first; the others later, each once"""
    await sim.submit(",".join(["13800000001"] * 4) + ",13800000007,13800000007", account="segments")  # 0.5 + 0.1
    paid = await sim.balance("segments")

    await force(sim, 1, 1001)
    after_one = await sim.balance("segments")
    await force(sim, 2, 0)
    await sim.advance(30)  # rules fail two more

    assert paid == ("0.900000", "0.00000")
    assert after_one == ("1.000000", "0.00000")
    assert await sim.balance("segments") == ("1.000000", "0.20000")


async def test_without_refunds_nothing_is_paid_back(sim: Simulator):
    """P4.3"""
    await sim.submit()

    await force(sim, 1, 1001)

    assert await sim.balance() == ("1000.000000", "49.95000")


async def test_it_is_reported_once_and_in_its_turn(start: Start, receiver: Receiver):
    """C4, P8.2: in the order in which they became final"""
    sim = await start(with_callback(receiver.url), config=BARE)
    await sim.submit("13800000001,13800000002,13800000003", account="pushed")

    await force(sim, 3, 1003)
    await force(sim, 1, 0)
    await sim.advance(1)
    first = [body["array"] for body in receiver.bodies]
    await sim.advance(3600)

    assert first == [
        [[1, "13800000001", 20260101120000, 0, "success"], [3, "13800000003", 20260101120000, 1003, "NoBablance"]]
    ]
    assert [row[0] for row in receiver.reports] == [1, 3, 2]
    assert [push["reports"] for push in await sim.pushes()] == [[1, 3], [2]]
    assert [message["pushes"] for message in await sim.messages()] == [[1], [2], [1]]


async def test_it_is_reported_without_being_asked_for(start: Start, receiver: Receiver, tmp_path: Path):
    """C4, P8.2: on a clock that runs"""
    file = tmp_path / "running.toml"
    file.write_text("[lifecycle]\nunsent_seconds = 3600\n[push]\ninterval_seconds = 0\n")
    sim = await start(with_callback(receiver.url), config=file)
    await sim.submit(account="pushed")

    await force(sim, 1, 1001)
    await receiver.until(lambda: bool(receiver.reports))

    assert receiver.reports[0][3] == 1001


async def test_an_advance_to_the_next_moment_does_not_stop_where_nothing_is_due_any_more(sim: Simulator):
    """C4"""
    await sim.submit()
    await sim.advance(5)
    await sim.submit()

    await force(sim, 1, 0)
    answer = await sim.control("POST", "clock/advance", {"to": "next"})

    assert answer.json() == {"now": at(15), "transitions": 1, "pushes": 0}


async def test_who_waits_hears_of_it(sim: Simulator):
    """C4: wait"""
    await sim.submit()
    waiting = asyncio.create_task(sim.control("GET", "messages?state=1001&wait=300"))
    await sim.control("GET", "health")

    await force(sim, 1, 1001)

    assert (await asyncio.wait_for(waiting, 5)).json()["complete"] is True


async def test_it_is_kept(start: Start, receiver: Receiver):
    """D2: the state, and that the report is to be pushed"""
    sim = await start(with_callback(receiver.url), config=BARE)
    await sim.submit("13800000001,13800000002", account="pushed")
    await force(sim, 1, 1001)
    await sim.server.stop()

    again = await start(with_callback(receiver.url), config=BARE)
    await again.advance(3600)

    assert [(row[0], row[3]) for row in receiver.reports] == [(1, 1001), (2, 0)]


# --- emptying -----------------------------------------------------------------------------------------------------


async def test_final_messages_are_removed_and_the_others_stay(start: Start, receiver: Receiver):
    """C4: final ones and their reports too"""
    sim = await start(with_callback(receiver.url))
    await sim.submit("13800000001,13800000007,1380000000009002", account="pushed")
    await sim.advance(40)
    await sim.submit("13800000001")

    answer = await sim.control("DELETE", "messages")

    assert (answer.http_status, answer.body) == (204, b"")
    assert [(message["id"], message["state"]) for message in await sim.messages()] == [(3, 2), (4, 1)]
    assert await sim.pushes() == []
    assert await report(sim, "1,2,3", "pushed") == [[3, "1380000000009002", 20260101120010, 2]]
    assert await sim.submit() == [5]


async def test_reports_that_were_not_delivered_are_not_pushed_any_more(start: Start, receiver: Receiver):
    """C4: final ones and their reports too, queued, retried and parked ones"""
    sim = await start(with_callback(receiver.url), config=BARE)
    receiver.answers = [500] * 3
    await sim.submit(",".join(["13800000001"] * 120), account="pushed")
    await sim.advance(31)

    await sim.control("DELETE", "messages")
    receiver.answers = []
    tried = len(receiver.bodies)
    progress = await sim.advance(3600)
    await sim.submit(account="pushed")
    await sim.advance(3600)

    assert progress["pushes"] == 0
    assert await totals(sim) == [1, 1]
    assert [row[0] for body in receiver.bodies[tried:] for row in body["array"]] == [121]


async def test_a_push_that_hangs_keeps_nobody_waiting(start: Start, receiver: Receiver):
    """C4: its reports are removed while it is under way"""
    released = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    sim = await start(with_callback(receiver.url), config=BARE)
    receiver.answers = [hang]
    await sim.submit(account="pushed")
    advance = asyncio.create_task(sim.advance(60))
    await receiver.until(lambda: len(receiver.bodies) == 1)

    await sim.control("DELETE", "messages")
    await asyncio.wait_for(advance, 5)
    await sim.submit(account="pushed")
    await asyncio.wait_for(sim.advance(60), 5)
    released.set()

    assert [row[0] for row in receiver.reports] == [1, 2]
    assert [push["state"] for push in await sim.pushes()] == ["delivered"]


async def test_it_can_be_emptied_while_reports_are_cut_and_pushed(start: Start, receiver: Receiver):
    """C4: whatever is left is pushed, nothing that was removed is on record"""
    sim = await start(with_callback(receiver.url), config=BARE)

    async def submit(count: int) -> None:
        await sim.submit(",".join(["13800000001"] * count), account="pushed")
        await sim.advance(31)

    for round in range(5):
        await asyncio.gather(submit(500), sim.control("DELETE", "messages"), submit(300 + round))
    await sim.control("DELETE", "messages")
    await sim.advance(3600)
    left = await totals(sim)
    (last,) = await sim.submit(account="pushed")
    await sim.advance(3600)

    assert left == [0, 0]
    assert receiver.reports[-1][0] == last
    assert await totals(sim) == [1, 1]


async def test_emptying_is_kept_and_ids_go_on(start: Start):
    """P4.2"""
    sim = await start()
    await sim.submit("13800000001,13800000002")
    await sim.advance(30)
    await sim.control("DELETE", "messages")
    await sim.server.stop()

    again = await start()

    assert await again.messages() == []
    assert await again.submit() == [3]


async def test_inbound_messages_are_removed_fetched_or_not(sim: Simulator):
    """C4"""
    fetch = {"account": "demo", "password": "demo123"}

    async def arrive() -> Answer:
        return await sim.control("POST", "inbound", {"from": "1", "to": "123456", "content": "x"})

    await arrive()
    await sim.get("getsms", fetch)
    await arrive()

    answer = await sim.control("DELETE", "inbound")

    assert (answer.http_status, answer.body) == (204, b"")
    assert (await sim.control("GET", "inbound")).json() == {"items": [], "next": None, "total": 0}
    assert (await sim.get("getsms", fetch)).json()["cnt"] == 0
    assert (await arrive()).json()["id"] == 3
