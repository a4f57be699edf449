"""Old messages leave by the gateway's clock, and nothing else does (C3, retention_seconds)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import DEMO, FIXTURES, Receiver, Simulator, Start, with_callback

FINAL_AFTER = 30
"""Seconds from acceptance to the end, in fixtures/spec.toml."""

PUSHED = {"account": "pushed"}
ONE_TRY = {"EIMS_SIM_PUSH_ATTEMPTS": "1"}


async def ids(sim: Simulator) -> list[int]:
    """The messages that are there."""
    return [message["id"] for message in await sim.messages()]


async def test_what_is_older_is_removed_and_what_is_as_old_or_younger_stays(start: Start):
    """C3, P1.12: to the microsecond, by the frozen clock"""
    sim = await start(retention_seconds=100)
    await sim.submit("13800000001,13800000002")
    await sim.advance(1)
    await sim.submit("13800000003")

    await sim.advance(FINAL_AFTER + 98.999999)
    before = await ids(sim)
    await sim.advance(0.000001)
    first = await ids(sim)
    await sim.advance(1)

    assert (before, first, await ids(sim)) == ([1, 2, 3], [3], [])


async def test_nothing_is_removed_unless_asked_for(sim: Simulator):
    """C3: 0 keeps"""
    await sim.submit()

    await sim.advance(10**8)

    assert await ids(sim) == [1]


async def test_what_is_not_final_stays_and_leaves_its_submit_there(start: Start):
    """C3: final messages only; the others of a submit live on"""
    sim = await start(retention_seconds=1)
    await sim.submit("13800000000,13800009001,13800009002,13800001005")
    await sim.submit("13800000005", sendtime="20260101130000")

    await sim.advance(1000)

    answer = (await sim.get("getreport", DEMO | {"ids": "1,2,3,4,5"})).json()
    assert [(row[0], row[3]) for row in answer["array"]] == [(2, 1), (3, 2), (5, 1)]
    assert answer["nofound"] == 2
    assert [message["submit"] for message in await sim.messages()] == [1, 1, 5]


async def test_a_removed_message_is_not_found_and_what_was_paid_stays_paid(start: Start):
    """P5.2: counted in nofound, beside no row"""
    sim = await start(retention_seconds=10)
    await sim.submit()
    paid = await sim.balance()

    await sim.advance(FINAL_AFTER + 10)
    answer = await sim.get("getreport", DEMO | {"ids": "1"})

    empty = '{"status":0,"success":0,"fail":0,"unsent":0,"sending":0,"nofound":1,"array":[]}'
    assert answer.text == empty
    assert await sim.balance() == paid
    assert (await sim.control("GET", "messages/1")).http_status == 404


async def test_delivered_reports_leave_with_their_messages(start: Start, receiver: Receiver):
    """C3: pushes and their attempts, too"""
    sim = await start(with_callback(receiver.url), retention_seconds=100)
    await sim.submit("13800000001,13800000002", **PUSHED)

    await sim.advance(FINAL_AFTER + 1)
    kept = (await ids(sim), [push["state"] for push in await sim.pushes()])
    await sim.advance(100)

    assert kept == ([1, 2], ["delivered"])
    assert (await ids(sim), await sim.pushes()) == ([], [])
    with sim.behind_its_back() as database:
        left = [database.execute(f"SELECT count(*) FROM {table}").fetchone() for table in TABLES]  # noqa: S608
    assert left == [(0,)] * len(TABLES)


TABLES = ("messages", "lives", "submits", "pushes", "push_attempts")


async def test_a_parked_report_keeps_its_messages_until_it_is_delivered(start: Start, receiver: Receiver):
    """C3: reported messages only"""
    receiver.answers = [500]
    sim = await start(with_callback(receiver.url), environment=ONE_TRY, retention_seconds=10)
    await sim.submit("13800000001,13800000002", **PUSHED)

    await sim.advance(1000)
    parked = (await ids(sim), [push["state"] for push in await sim.pushes()])
    await sim.control("POST", "pushes/1/retry")
    await sim.advance(1)

    assert parked == ([1, 2], ["parked"])
    assert [report[0] for report in receiver.reports] == [1, 2, 1, 2]
    assert (await ids(sim), await sim.pushes()) == ([], [])


async def test_a_report_that_is_tried_again_or_waits_behind_it_keeps_its_messages(start: Start, receiver: Receiver):
    """C3, P8.3: retrying, queued and not yet cut"""
    receiver.answers = [500] * 3
    environment = {"EIMS_SIM_PUSH_RETRY_FIRST_SECONDS": "100", "EIMS_SIM_PUSH_RETRY_FACTOR": "1"}
    sim = await start(with_callback(receiver.url), environment=environment, retention_seconds=10)
    await sim.submit(",".join(str(13_800_100_000 + place) for place in range(60)), **PUSHED)
    await sim.advance(40)
    await sim.submit("13800000007", **PUSHED)

    await sim.advance(60)
    states = [push["state"] for push in await sim.pushes()]
    waiting = len(await sim.messages("limit=1000"))
    await sim.advance(500)

    assert (states, waiting) == (["retrying", "queued"], 61)
    assert {report[0] for report in receiver.reports} == set(range(1, 62))
    assert (await ids(sim), await sim.pushes()) == ([], [])


async def test_a_dropped_report_keeps_nothing(start: Start, receiver: Receiver):
    """C3: nobody will push it any more"""
    fault = '\n[[faults]]\nendpoint = "push"\nreports = "drop"\n'
    sim = await start(with_callback(receiver.url) + fault, retention_seconds=10)
    await sim.submit(**PUSHED)

    await sim.advance(FINAL_AFTER + 5)
    states = [push["state"] for push in await sim.pushes()]
    await sim.advance(10)

    assert states == ["dropped"]
    assert (await ids(sim), await sim.pushes(), receiver.reports) == ([], [], [])


async def test_a_push_that_older_and_younger_messages_share_forgets_those_that_are_gone(
    start: Start, receiver: Receiver
):
    """C3, C4: asked for again it carries what is left, and the state is one that can be imported"""
    sim = await start(
        with_callback(receiver.url), environment={"EIMS_SIM_PUSH_INTERVAL_SECONDS": "60"}, retention_seconds=100
    )
    await sim.submit("13800000001", **PUSHED)
    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:00:20+08:00"})
    await sim.submit("13800000002", **PUSHED)
    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:02:00+08:00"})
    await receiver.until(lambda: len(receiver.bodies) == 1)
    await sim.advance(0.001)
    together = [push["reports"] for push in await sim.pushes()]

    removed = await sim.advance(10)
    left = [push["reports"] for push in await sim.pushes()]
    state = (await sim.control("GET", "state")).json()
    await sim.control("POST", "pushes/1/retry")
    exported = (await sim.control("GET", "state")).json()
    put = await sim.control("PUT", "state", exported)
    await sim.advance(1)

    assert (removed["transitions"], removed["pushes"]) == (0, 0)
    assert (together, left) == ([[1, 2]], [[2]])
    assert [submit["id"] for submit in state["submits"]] == [2]
    assert state["next"]["messages"] == 3
    assert put.http_status in (200, 204), put.text
    assert [report[0] for report in receiver.reports] == [1, 2, 2]


async def test_ids_go_on_after_everything_was_removed_and_a_restart(start: Start):
    """P4.2"""
    first = await start(retention_seconds=10)
    await first.submit("13800000001,13800000002,13800000003")
    await first.advance(100)
    gone = await ids(first)
    await first.server.stop()

    second = await start(retention_seconds=10)

    assert gone == []
    assert await second.submit("13800000001,13800000002") == [4, 5]


async def test_ids_go_on_in_one_run_for_few_and_for_many(start: Start):
    """P4.2: many are numbered by the database itself"""
    sim = await start(retention_seconds=10)
    many = ",".join(str(13_800_100_000 + place) for place in range(300))
    await sim.submit(many)
    await sim.advance(100)

    assert await ids(sim) == []
    assert await sim.submit(many) == list(range(301, 601))
    assert await sim.submit() == [601]


async def test_a_reload_changes_it(start: Start, tmp_path: Path):
    """C3: at once, in both directions"""
    text = (FIXTURES / "spec.toml").read_text("utf-8")
    sim = await start()
    await sim.submit()
    await sim.advance(1000)
    kept = await ids(sim)

    (tmp_path / "config0.toml").write_text(text.replace("[server]", "[server]\nretention_seconds = 60"), "utf-8")
    restart = (await sim.control("POST", "reload")).json()["restart"]
    await sim.advance(1)
    removed = await ids(sim)
    (tmp_path / "config0.toml").write_text(text, "utf-8")
    await sim.control("POST", "reload")
    await sim.submit()
    await sim.advance(1000)

    assert (kept, restart, removed, await ids(sim)) == ([1], [], [], [2])


async def test_a_clock_that_is_set_forward_removes_and_one_that_is_set_back_does_not(start: Start):
    """C4, P1.12"""
    sim = await start(retention_seconds=3600)
    await sim.submit()
    await sim.advance(FINAL_AFTER)

    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2025-01-01T12:00:00+08:00"})
    back = await ids(sim)
    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-02T12:00:00+08:00"})

    assert (back, await ids(sim)) == ([1], [])


async def test_the_step_to_the_next_due_moment_does_not_stop_for_a_removal(start: Start):
    """C4: advance without seconds"""
    sim = await start(retention_seconds=5)
    await sim.submit("13800000001")
    await sim.submit("13800000002", sendtime="20260101130000")

    moments = [(await sim.control("POST", "clock/advance", {"to": "next"})).json()["now"][11:19] for _ in range(3)]

    assert moments == ["12:00:10", "12:00:30", "13:00:10"]
    assert await ids(sim) == [2]


async def test_the_running_clock_removes_too(start: Start):
    """P1.12: scaled, so that a year passes while somebody waits for the next message"""
    sim = await start(clock="scaled", scale=1_000_000, retention_seconds=60)

    await sim.submit()
    async with asyncio.timeout(10):
        while await ids(sim):
            await sim.control("GET", "messages?state=0&count=1000&wait=0.2")

    assert await sim.submit() == [2]


@pytest.mark.parametrize("query", ["account=demo", "number=13800000001", "submit=1", "state=0&number=13800000001"])
async def test_who_waits_does_not_count_what_was_removed(start: Start, query: str):
    """C4: as many as match in all"""
    sim = await start(retention_seconds=10)
    await sim.submit("13800000001")
    await sim.advance(FINAL_AFTER)
    waiting = asyncio.create_task(sim.control("GET", f"messages?wait=300&count=2&{query}"))
    for _ in range(3):
        await sim.messages()

    await sim.advance(FINAL_AFTER)
    removed = await ids(sim)
    await sim.submit("13800000001")
    await sim.advance(FINAL_AFTER)
    early = waiting.done()
    await sim.control("POST", "reset")
    answer = (await waiting).json()

    assert (removed, early, answer["complete"]) == ([], False, False)


async def test_listeners_are_told_once_however_many_steps_it_took(start: Start):
    """C4: `: removed`, and nothing when nothing left"""
    sim = await start(retention_seconds=10)
    many = ",".join(str(13_800_100_000 + place) for place in range(10_000))
    for _ in range(2):
        await sim.submit(many)
    await sim.advance(FINAL_AFTER)

    async with sim.session.get(f"{sim.url}/_sim/events") as stream:
        await sim.advance(5)
        await sim.advance(5)
        await sim.submit("13800000009")
        heard = await asyncio.wait_for(stream.content.readuntil(b"13800000009"), 10)

    assert heard.count(b": removed") == 1


async def test_inbound_messages_stay(start: Start):
    """C3 speaks of messages"""
    sim = await start(retention_seconds=1)
    await sim.control("POST", "inbound", {"from": "10010", "to": "123456", "content": "STOP"})
    await sim.get("getsms", DEMO)

    await sim.advance(10**6)

    listed: list[Any] = (await sim.control("GET", "inbound")).json()["items"]
    assert [one["id"] for one in listed] == [1]
