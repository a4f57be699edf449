"""The gateway's clock through the control API (C4)."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.conftest import FIXTURES, Receiver, Simulator, with_callback

BARE = FIXTURES / "bare.toml"
NOON = "2026-01-01T12:00:00.000000+08:00"


async def clock(sim: Simulator) -> dict:
    return (await sim.control("GET", "clock")).json()


async def put(sim: Simulator, **body) -> dict:
    answer = await sim.control("PUT", "clock", body)
    assert answer.http_status == 200, answer.text
    return answer.json()


def seconds_from_now(moment: str) -> float:
    return abs((datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds())


async def test_the_clock_shows_mode_moment_and_scale(sim: Simulator):
    """C4"""
    answer = await sim.control("GET", "clock")

    assert answer.json() == {"mode": "frozen", "now": NOON, "scale": 60}


async def test_times_are_shown_in_the_servers_zone(start):
    """C4"""
    sim = await start(timezone="America/New_York")

    shown = await clock(sim)

    assert shown["now"] == "2025-12-31T23:00:00.000000-05:00"


async def test_a_frozen_clock_stands_still(sim: Simulator):
    """C4"""
    shown = [await clock(sim) for _ in range(3)]

    assert [one["now"] for one in shown] == [NOON] * 3


async def test_a_real_clock_shows_the_systems_time(sim: Simulator):
    """C4"""
    shown = await put(sim, mode="real")

    assert shown["mode"] == "real"
    assert seconds_from_now(shown["now"]) < 5


async def test_freezing_without_a_moment_keeps_the_present_one(sim: Simulator):
    """C4: `now` absent keeps the present virtual time."""
    await put(sim, mode="frozen", now="2030-06-01T00:00:00Z")

    shown = await put(sim, mode="frozen")

    assert shown["now"] == "2030-06-01T08:00:00.000000+08:00"


async def test_freezing_a_real_clock_keeps_the_systems_moment(sim: Simulator):
    """C4"""
    await put(sim, mode="real")

    frozen = await put(sim, mode="frozen")

    assert seconds_from_now(frozen["now"]) < 5
    assert (await clock(sim))["now"] == frozen["now"]


async def test_a_scaled_clock_runs_faster_from_the_present_moment(sim: Simulator):
    """C4"""
    await sim.submit()

    scaled = await put(sim, mode="scaled", scale=1000)
    waited = await sim.control("GET", "messages?state=0&wait=10")
    later = await clock(sim)

    assert (scaled["mode"], scaled["scale"]) == ("scaled", 1000)
    assert scaled["now"].startswith("2026-01-01T1")
    assert waited.json()["complete"] is True
    (message,) = waited.json()["items"]
    assert message["final_at"] == "2026-01-01T12:00:30.000000+08:00"
    assert later["now"] >= message["final_at"]


async def test_the_scale_is_kept_when_it_is_not_named(sim: Simulator):
    """C4"""
    await put(sim, mode="scaled", scale=7.5)

    shown = await put(sim, mode="frozen")

    assert shown["scale"] == 7.5


async def test_a_step_forward_runs_what_falls_due(start, receiver: Receiver):
    """C4: what an answer caused is seen by every control call begun after it."""
    sim = await start(with_callback(receiver.url), config=BARE)
    (id,) = await sim.submit(account="pushed")

    shown = await put(sim, mode="frozen", now="2026-01-01T12:00:15+08:00")
    states = [await sim.state(id, "pushed")]
    await put(sim, mode="frozen", now="2026-01-01T13:00:00+08:00")
    states.append(await sim.state(id, "pushed"))
    await receiver.until(lambda: receiver.reports == [[1, "13800000000", 20260101120010, 0, "success"]])

    assert shown["now"] == "2026-01-01T12:00:15.000000+08:00"
    assert states == [2, 0]


async def test_a_step_back_runs_nothing(sim: Simulator):
    """C4"""
    (early,) = await sim.submit()
    await sim.advance(15)

    await put(sim, mode="frozen", now="2026-01-01T11:00:00+08:00")
    (late,) = await sim.submit()
    nothing = await sim.advance(5)
    states = [await sim.state(early), await sim.state(late)]
    await sim.advance(7200)

    assert nothing == {"now": "2026-01-01T11:00:05.000000+08:00", "transitions": 0, "pushes": 0}
    assert states == [2, 1]
    assert [message["final_at"] for message in await sim.messages()] == [
        "2026-01-01T12:00:30.000000+08:00",
        "2026-01-01T11:00:30.000000+08:00",
    ]


async def test_advances_at_the_same_time_add_up(sim: Simulator):
    """C4"""
    await sim.submit()

    await asyncio.gather(*(sim.advance(1) for _ in range(20)))

    assert (await sim.control("GET", "clock")).json()["now"] == "2026-01-01T12:00:20.000000+08:00"


async def test_an_advance_goes_from_due_moment_to_due_moment(start, receiver: Receiver):
    """C4: making each transition and each push attempt at its moment"""
    sim = await start(with_callback(receiver.url), config=BARE)
    receiver.answers = [500]
    await sim.submit(account="pushed")

    progress = await sim.advance(3600)

    assert progress == {"now": "2026-01-01T13:00:00.000000+08:00", "transitions": 2, "pushes": 2}
    (push,) = await sim.pushes()
    moments = [attempt["at"] for attempt in push["attempts"]]
    assert moments[0] == "2026-01-01T12:00:30.200000+08:00"
    assert "2026-01-01T12:00:31.2" <= moments[1] <= "2026-01-01T12:00:31.31"


async def test_an_advance_to_the_next_moment_goes_no_further(sim: Simulator):
    """C4"""
    await sim.submit()

    steps = [(await sim.control("POST", "clock/advance", {"to": "next"})).json() for _ in range(3)]

    assert steps == [
        {"now": "2026-01-01T12:00:10.000000+08:00", "transitions": 1, "pushes": 0},
        {"now": "2026-01-01T12:00:30.000000+08:00", "transitions": 1, "pushes": 0},
        {"now": "2026-01-01T12:00:30.000000+08:00", "transitions": 0, "pushes": 0},
    ]


async def test_reports_that_were_removed_while_they_gathered_are_no_next_moment(start, receiver: Receiver):
    """C4: nothing is due when the interval of P8.1 is over."""
    sim = await start(with_callback(receiver.url), config=BARE)
    await sim.submit(account="pushed")
    await sim.control("PATCH", "messages/1", {"state": 0})
    await sim.control("DELETE", "messages")

    answer = await sim.control("POST", "clock/advance", {"to": "next"})

    assert answer.json() == {"now": NOON, "transitions": 0, "pushes": 0}


async def test_the_next_moment_is_found_right_after_a_reset(sim: Simulator):
    """C4"""
    for _ in range(3):
        await sim.control("POST", "reset")
        await sim.submit()

        answer = await sim.control("POST", "clock/advance", {"to": "next"})

        assert answer.json() == {"now": "2026-01-01T12:00:10.000000+08:00", "transitions": 1, "pushes": 0}


async def test_an_advance_by_nothing_runs_what_is_due(sim: Simulator):
    """C4"""
    progress = await sim.advance(0)

    assert progress == {"now": NOON, "transitions": 0, "pushes": 0}


async def test_an_advance_by_a_fraction_is_exact(sim: Simulator):
    """C4"""
    moments = [(await sim.advance(seconds))["now"] for seconds in (0.000001, 0.1, 1e-7)]

    assert moments == [
        "2026-01-01T12:00:00.000001+08:00",
        "2026-01-01T12:00:00.100001+08:00",
        "2026-01-01T12:00:00.100001+08:00",
    ]


async def test_a_scaled_clock_can_be_advanced(sim: Simulator):
    """C4"""
    await put(sim, mode="scaled", scale=1)
    (id,) = await sim.submit()

    progress = await sim.advance(3600)

    assert progress["transitions"] == 2
    assert progress["now"].startswith("2026-01-01T13:00:0")
    assert await sim.state(id) == 0


async def test_a_real_clock_cannot_be_advanced(sim: Simulator):
    """C4: 409"""
    await put(sim, mode="real")

    answer = await sim.control("POST", "clock/advance", {"seconds": 1})

    assert answer.http_status == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "freeze or scale it first" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"mode": "stopped"}, {"/mode"}),
        ({"mode": None}, {"/mode"}),
        ({}, {"/mode"}),
        ({"mode": "frozen", "now": "yesterday", "scale": 0}, {"/now", "/scale"}),
        ({"mode": "frozen", "now": "2026-01-01T12:00:00"}, {"/now"}),
        ({"mode": "frozen", "now": 1767240000}, {"/now"}),
        ({"mode": "frozen", "now": "1969-12-31T23:59:59Z"}, {"/now"}),
        ({"mode": "frozen", "now": "9999-12-31T23:59:59Z"}, {"/now"}),
        ({"mode": "scaled", "scale": -1}, {"/scale"}),
        ({"mode": "scaled", "scale": 1e300}, {"/scale"}),
        ({"mode": "scaled", "scale": float("nan")}, {"/scale"}),
        ({"mode": "scaled", "scale": "60"}, {"/scale"}),
        ({"mode": "real", "now": "2026-01-01T12:00:00Z"}, {""}),
        ({"mode": "real", "nwo": 1}, {"/nwo"}),
    ],
)
async def test_a_wrong_clock_is_refused_and_changes_nothing(sim: Simulator, body: dict, pointers: set[str]):
    """C4"""
    answer = await sim.control("PUT", "clock", body)

    assert answer.http_status == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert await clock(sim) == {"mode": "frozen", "now": NOON, "scale": 60}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {""}),
        ({"seconds": 1, "to": "next"}, {""}),
        ({"seconds": -1}, {"/seconds"}),
        ({"seconds": "1"}, {"/seconds"}),
        ({"seconds": True}, {"/seconds"}),
        ({"seconds": float("nan")}, {"/seconds"}),
        ({"seconds": float("inf")}, {"/seconds"}),
        ({"seconds": 1e12}, {"/seconds"}),
        ({"to": "end", "second": 1}, {"/to", "/second"}),
    ],
)
async def test_a_wrong_advance_is_refused_and_moves_nothing(sim: Simulator, body: dict, pointers: set[str]):
    """C4"""
    answer = await sim.control("POST", "clock/advance", body)

    assert answer.http_status == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert (await clock(sim))["now"] == NOON


async def test_the_clock_ends_with_the_calendar(sim: Simulator):
    """C4: ten years at a time are allowed, beyond the last moment nothing is."""
    await put(sim, mode="frozen", now="9998-06-01T00:00:00Z")
    await sim.submit()

    progress = await sim.advance(3650 * 86_400)

    assert progress["now"].startswith("9998-12-31") or progress["now"].startswith("9999-")
    assert progress["transitions"] == 2
