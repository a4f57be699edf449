"""What a customer's server gets of a push that a fault strikes (C3)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from eims_sim.protocol.limits import REPORTS_PER_PUSH
from tests.conftest import Receiver, Simulator, Start, with_callback

Begin = Callable[..., Awaitable[Simulator]]


@pytest.fixture
def begin(start: Start, receiver: Receiver) -> Begin:
    """Starts a server with the account `pushed` and a fault on its pushes."""

    async def started(more: str = "", **settings: Any) -> Simulator:
        sim = await start(with_callback(receiver.url) + more)
        if settings:
            await arm(sim, **settings)
        return sim

    return started


async def arm(sim: Simulator, **settings: Any) -> int:
    """Add a fault on pushes; its id."""
    answer = await sim.control("POST", "faults", {"endpoint": "push"} | settings)
    assert answer.http_status == 201, answer.text
    return answer.json()["id"]


async def applied(sim: Simulator) -> list[int]:
    return [fault["applied"] for fault in (await sim.control("GET", "faults")).json()["items"]]


async def pushed(sim: Simulator, count: int = 1) -> list[int]:
    """Submit so many messages that all succeed; their ids."""
    return await sim.submit(",".join(f"138{n:07}0" for n in range(count)), account="pushed")


async def seen(sim: Simulator) -> list[tuple[str, list[int]]]:
    """State and HTTP statuses of the attempts of every push."""
    return [(push["state"], [made["http_status"] for made in push["attempts"]]) for push in await sim.pushes()]


async def test_a_duplicate_is_put_twice_and_both_are_on_record(begin: Begin, receiver: Receiver):
    """C3: duplicate (PUT twice)"""
    sim = await begin(reports="duplicate")
    await pushed(sim)

    progress = await sim.advance(60)

    assert len(receiver.raw) == 2
    assert receiver.raw[0] == receiver.raw[1]
    assert await seen(sim) == [("delivered", [200, 200])]
    assert progress["pushes"] == 2


async def test_the_record_names_the_fault(begin: Begin):
    """C4: the verdict says in words"""
    sim = await begin(reports="duplicate")
    await pushed(sim)

    await sim.advance(60)

    (push,) = await sim.pushes()
    assert [made["verdict"] for made in push["attempts"]] == ["delivered; fault 1: reports duplicate"] * 2


async def test_a_duplicate_that_fails_first_is_put_twice_once_it_is_taken(begin: Begin, receiver: Receiver):
    """C3, P8.3: a repetition before that is a retry"""
    sim = await begin(reports="duplicate")
    receiver.answers = [500, 500]
    await pushed(sim)

    await sim.advance(60)

    assert await seen(sim) == [("delivered", [500, 500, 200, 200])]
    assert await applied(sim) == [1]


async def test_a_duplicate_whose_repetition_fails_was_delivered(begin: Begin, receiver: Receiver):
    """P8.3: a 2xx is success"""
    sim = await begin(reports="duplicate")
    receiver.answers = [200, 500]
    await pushed(sim)

    await sim.advance(600)

    assert await seen(sim) == [("delivered", [200, 500])]


async def test_shuffled_rows_are_all_there_in_another_order(begin: Begin, receiver: Receiver):
    """C3: shuffle"""
    sim = await begin(reports="shuffle")
    ids = await pushed(sim, 5)

    await sim.advance(60)

    (body,) = receiver.bodies
    shown = [row[0] for row in body["array"]]
    assert sorted(shown) == ids
    assert shown != ids
    assert body["cnt"] == 5
    assert (await sim.pushes())[0]["reports"] == ids


async def test_a_shuffled_push_is_shuffled_alike_each_time(begin: Begin, receiver: Receiver):
    """P8.3: a batch never changes once tried"""
    sim = await begin(reports="shuffle")
    receiver.answers = [500, 500]
    await pushed(sim, 5)

    await sim.advance(60)

    assert len(receiver.raw) == 3
    assert len(set(receiver.raw)) == 1


async def test_a_dropped_push_is_never_put_and_shown_so(begin: Begin, receiver: Receiver):
    """C3: drop (shown as dropped)"""
    sim = await begin(reports="drop")
    (id,) = await pushed(sim)

    await sim.advance(3600)

    assert receiver.raw == []
    assert await seen(sim) == [("dropped", [])]
    assert [push["reports"] for push in await sim.pushes("state=dropped")] == [[id]]
    assert await sim.state(id, "pushed") == 0


async def test_a_dropped_push_holds_up_none_that_follow(begin: Begin, receiver: Receiver):
    """C3, P8.2"""
    sim = await begin(reports="drop", times=1)
    await pushed(sim)
    await sim.advance(60)

    (second,) = await pushed(sim)
    await sim.advance(60)

    assert [row[0] for row in receiver.reports] == [second]
    assert await seen(sim) == [("dropped", []), ("delivered", [200])]


async def test_a_dropped_push_can_be_asked_for(begin: Begin, receiver: Receiver):
    """C4: retry"""
    sim = await begin(reports="drop")
    (id,) = await pushed(sim)
    await sim.advance(60)

    answer = await sim.control("POST", "pushes/1/retry")
    await sim.advance(1)

    assert answer.http_status == 202
    assert [row[0] for row in receiver.reports] == [id]
    assert await seen(sim) == [("delivered", [200])]
    assert await applied(sim) == [1]


async def test_a_dropped_code_was_not_met(begin: Begin):
    """C4: a code is met when pushed with 2xx"""
    sim = await begin(reports="drop")
    await pushed(sim)
    await sim.advance(60)

    reports = (await sim.control("GET", "coverage")).json()["reports"]

    assert sum(one["count"] for one in reports) == 0


async def test_an_unknown_row_comes_last_and_is_counted(begin: Begin, receiver: Receiver):
    """C3: unknown (one row more, of an id nobody has)"""
    sim = await begin(reports="unknown")
    ids = await pushed(sim, 2)

    await sim.advance(60)

    (body,) = receiver.bodies
    assert body["cnt"] == 3
    assert [row[0] for row in body["array"][:2]] == ids
    assert body["array"][2][0] > 2_000_000_000
    assert body["array"][2][1:] == body["array"][1][1:]
    assert (await sim.pushes())[0]["reports"] == ids


async def test_times_counts_batches(begin: Begin, receiver: Receiver):
    """C3: for push it counts batches"""
    sim = await begin(reports="duplicate", times=2)
    receiver.answers = [500] * 4
    await pushed(sim, 3 * REPORTS_PER_PUSH)

    await sim.advance(600)

    attempts = [statuses for _, statuses in await seen(sim)]
    assert [statuses.count(200) for statuses in attempts] == [2, 2, 1]
    assert await applied(sim) == [2]


async def test_what_was_decided_survives_a_restart(begin: Begin, receiver: Receiver):
    """C3, D2: a batch is struck once, however often it is tried"""
    sim = await begin('\n[[faults]]\nendpoint = "push"\nreports = "unknown"\ntimes = 1\n')
    receiver.answers = [500]
    await pushed(sim)
    await sim.advance(31)
    assert await seen(sim) == [("retrying", [500])]
    await sim.server.stop()

    again = await begin('\n[[faults]]\nendpoint = "push"\nreports = "unknown"\ntimes = 1\n')
    await again.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-02T00:00:00+08:00"})
    await receiver.until(lambda: len(receiver.raw) == 2)
    await pushed(again)
    await again.advance(60)

    assert [body["cnt"] for body in receiver.bodies] == [2, 2, 1]
    assert await applied(again) == [1]


async def test_a_batch_that_was_tried_before_is_not_struck(begin: Begin, receiver: Receiver):
    """P8.3: a batch never changes once tried"""
    sim = await begin()
    receiver.answers = [500]
    await pushed(sim, 2)
    await sim.advance(30.2)

    await arm(sim, reports="unknown")
    await sim.advance(60)

    assert [body["cnt"] for body in receiver.bodies] == [2, 2]
    assert await applied(sim) == [0]


async def test_a_batch_of_a_fault_that_is_gone_is_spoiled_no_longer(begin: Begin, receiver: Receiver):
    """C4: DELETE counts from the next attempt on"""
    sim = await begin(reports="unknown")
    receiver.answers = [500]
    await pushed(sim)
    await sim.advance(30.2)

    await sim.control("DELETE", "faults")
    await sim.advance(60)

    assert [body["cnt"] for body in receiver.bodies] == [2, 1]


async def test_a_fault_of_an_account_spares_the_others(begin: Begin, receiver: Receiver):
    """C3: account"""
    sim = await begin(with_callback(receiver.url, "second"), reports="drop", account="second")
    await pushed(sim)
    await sim.submit(account="second")

    await sim.advance(60)

    assert {push["account"]: push["state"] for push in await sim.pushes()} == {
        "pushed": "delivered",
        "second": "dropped",
    }


async def test_a_fault_for_every_request_strikes_no_push(begin: Begin, receiver: Receiver):
    """C3: push (never meant by *)"""
    sim = await begin()
    await pushed(sim)
    await arm(sim, endpoint="*", status=-12)

    await sim.advance(60)

    assert await seen(sim) == [("delivered", [200])]


async def test_a_delay_comes_before_the_put_in_real_time(begin: Begin, receiver: Receiver):
    """P1.12: real time rules fault delays, so an advance waits for it"""
    sim = await begin(delay_seconds=0.1)
    await pushed(sim)

    advance = asyncio.create_task(sim.advance(60))
    async with asyncio.timeout(10):
        while (await seen(sim)) != [("sending", [])]:
            pass
    put_at_that_moment = len(receiver.raw)
    await advance

    assert put_at_that_moment == 0
    assert await seen(sim) == [("delivered", [200])]


async def test_a_delay_goes_with_an_effect_and_not_with_a_retry(begin: Begin, receiver: Receiver):
    """C3: alone or with one effect; it struck once"""
    sim = await begin(delay_seconds=0.05, reports="duplicate")
    receiver.answers = [500]
    await pushed(sim)

    await sim.advance(60)

    assert await seen(sim) == [("delivered", [500, 200, 200])]


async def test_the_time_out_begins_after_the_delay(start: Start, receiver: Receiver):
    """P8.3, C3"""
    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_TIMEOUT_SECONDS": "0.05"})
    await arm(sim, delay_seconds=0.1)
    await pushed(sim)

    await sim.advance(60)

    assert await seen(sim) == [("delivered", [200])]


async def test_a_reset_ends_a_delay_and_nothing_is_put(begin: Begin, receiver: Receiver):
    """C4: pending delays end first"""
    sim = await begin(delay_seconds=300)
    await pushed(sim)
    advance = asyncio.create_task(sim.control("POST", "clock/advance", {"seconds": 60}))
    async with asyncio.timeout(10):
        while not (await applied(sim))[0]:
            pass

    async with asyncio.timeout(3):
        assert (await sim.control("POST", "reset")).http_status == 204
        await advance

    assert receiver.raw == []
    assert await sim.pushes() == []


async def test_the_shutdown_ends_a_delay_and_the_push_stays(begin: Begin, receiver: Receiver):
    """C2, D6: a crash repeats, never loses"""
    sim = await begin(delay_seconds=300)
    await pushed(sim)
    advance = asyncio.create_task(sim.control("POST", "clock/advance", {"seconds": 60}))
    async with asyncio.timeout(10):
        while not (await applied(sim))[0]:
            pass

    async with asyncio.timeout(4):
        await sim.server.stop()
        await asyncio.wait([advance])

    assert receiver.raw == []
    again = await begin()
    await again.control("DELETE", "faults")
    await again.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-02T00:00:00+08:00"})
    await receiver.until(lambda: len(receiver.raw) == 1)


async def test_a_report_comes_before_the_answer(begin: Begin, receiver: Receiver):
    """C3: the report is pushed before the answer leaves"""
    sim = await begin()
    order = []

    async def take(_: web.Request) -> web.Response:
        order.append("report")
        return web.Response()

    receiver.answers = [take]
    await arm(sim, endpoint="sendsms", report_first=True)

    (id,) = await pushed(sim)
    order.append("answer")

    assert order == ["report", "answer"]
    assert [row[0] for row in receiver.reports] == [id]
    assert await seen(sim) == [("delivered", [200])]


async def test_the_answer_waits_for_the_attempt_and_not_for_its_success(begin: Begin, receiver: Receiver):
    """C3: a push that fails is tried again later, as any"""
    sim = await begin()
    receiver.answers = [500]
    await arm(sim, endpoint="sendsms", report_first=True)

    await pushed(sim)

    assert await seen(sim) == [("retrying", [500])]


async def test_every_report_of_a_submit_comes_before_its_answer(begin: Begin, receiver: Receiver):
    """C3, P8.1: 50 to a push"""
    sim = await begin()
    await arm(sim, endpoint="sendsms", report_first=True)

    ids = await pushed(sim, 120)

    assert [row[0] for row in receiver.reports] == ids


async def test_a_report_that_comes_first_keeps_its_place_behind_a_push_that_is_retried(
    begin: Begin, receiver: Receiver
):
    """P8.3: while a batch is retried the account's later reports wait"""
    sim = await begin()
    receiver.answers = [500]
    (first,) = await pushed(sim)
    await sim.advance(30.2)
    await arm(sim, endpoint="sendsms", report_first=True)

    (second,) = await pushed(sim)

    assert [row[0] for row in receiver.reports] == [first]
    await sim.advance(60)
    assert [row[0] for row in receiver.reports] == [first, first, second]


async def test_without_a_callback_a_report_that_comes_first_is_polled(sim: Simulator):
    """C3"""
    await arm(sim, endpoint="sendsms", report_first=True)

    (id,) = await sim.submit()

    assert await sim.state(id) == 0


async def test_a_report_that_comes_first_can_be_spoiled_itself(begin: Begin, receiver: Receiver):
    """C3: faults on requests and on pushes are two"""
    sim = await begin(reports="duplicate")
    await arm(sim, endpoint="sendsms", report_first=True)

    (id,) = await pushed(sim)

    assert [row[0] for row in receiver.reports] == [id, id]


async def test_a_callback_that_hangs_is_not_waited_for_longer_than_its_time_out(start: Start, receiver: Receiver):
    """P8.3"""
    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_TIMEOUT_SECONDS": "0.05"})
    opened = asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        await opened.wait()
        return web.Response()

    receiver.answers = [wait]
    await arm(sim, endpoint="sendsms", report_first=True)

    await pushed(sim)

    assert await seen(sim) == [("retrying", [None])]
    opened.set()
