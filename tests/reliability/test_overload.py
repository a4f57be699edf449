"""A gateway that is asked for more than it can do refuses the rest at once, and does what it accepted (P1.3, P2)."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.conftest import DEMO, GOOD, Simulator, Start, Wire
from tests.reliability.overload import overload

BUSY = b'{"status":-12,"error":"the gateway cannot take this request now; try again"}'
RICH = '\n[[accounts]]\naccount = "rich"\npassword = "demo123"\nbalance = 1000000\n'
LOGIN = {"account": "rich", "password": "demo123"}


def numbers(count: int) -> str:
    return ",".join(str(13_910_000_000 + place) for place in range(count))


def post(count: int, *headers: str, body: bytes | None = None) -> bytes:
    """A POST of so many numbers; another body may follow its head, or none."""
    whole = json.dumps(LOGIN | {"numbers": numbers(count), "content": "Hello"}).encode()
    lines = ["POST /sendsms HTTP/1.1", "Host: gateway", f"Content-Length: {len(whole)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + (whole if body is None else body)


def get(count: int) -> bytes:
    """A GET of so many numbers."""
    return (
        f"GET /sendsms?account=rich&password=demo123&content=Hello&numbers={numbers(count)} HTTP/1.1\r\n"
        "Host: gateway\r\n\r\n"
    ).encode()


@pytest.fixture
async def small(start: Start, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """A server that lets 1,000 numbers wait for the database, which may be busy for as long as a test needs."""
    monkeypatch.setattr("eims_sim.storage.writer.BUSY_MILLISECONDS", 120_000)
    return await start(RICH, waiting_numbers=1000)


@pytest.fixture
async def wires(small: Simulator) -> AsyncIterator[list[Wire]]:
    """Some connections."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(small.wire()) for _ in range(8)]


async def until_waiting(sim: Simulator, count: int) -> None:
    """Until so much waits for the database; asks the metrics over and over."""
    async with asyncio.timeout(60):
        while f'eims_sim_queue_depth{{queue="writer"}} {count}.0' not in (await sim.control("GET", "metrics")).text:
            pass


async def test_what_would_wait_too_long_is_refused_at_once_and_what_was_accepted_is_done(
    small: Simulator, wires: list[Wire], caplog: pytest.LogCaptureFixture
):
    """P1.3, P2: while the database is stuck the queue fills up to its bound; nothing refused is charged"""
    caplog.set_level(logging.INFO)
    with small.behind_its_back() as other:
        other.execute("BEGIN IMMEDIATE")
        await wires[0].send(get(1))  # the database's thread is stuck with this one
        await until_waiting(small, 0)
        accepted = [wires[0]]
        for place, sent in enumerate((post(400), post(101), get(100), get(100), get(100), get(100), get(98)), 1):
            await wires[place].send(sent)
            await until_waiting(small, place)
            accepted.append(wires[place])
        refused_large = await small.post(LOGIN | {"numbers": numbers(101), "content": "Hello"})
        still_small = await small.control("GET", "accounts")
        balance = await small.get("getbalance", LOGIN)
        async with small.wire() as last, small.wire() as late:
            await last.send(get(1))
            await until_waiting(small, 8)
            await late.send(get(1))
            refused_small = await late.answer()
            other.execute("COMMIT")
            answers = [await wire.answer() for wire in (*accepted, last)]
    later = await small.get("sendsms", LOGIN | {"numbers": "13800000000", "content": "Hello"})

    for refused in (refused_large, refused_small):
        assert (refused.http_status, refused.body, refused.reason) == (503, BUSY, "gateway-busy")
        assert refused.headers["Retry-After"] == "1"
    assert (still_small.http_status, balance.json()["balance"]) == (200, "1000000.000000")
    assert [answer.json()["success"] for answer in answers] == [1, 400, 101, 100, 100, 100, 100, 98, 1]
    assert later.json()["array"] == [[13800000000, 1002]]
    assert (await small.get("getbalance", LOGIN)).json()["balance"] == f"{1_000_000 - 1002 * 0.05:.6f}"
    lines = [record.getMessage() for record in caplog.records if "HTTP 503" in record.getMessage()]
    assert [line.partition(" from ")[0] for line in lines] == ["HTTP 503 POST /sendsms", "HTTP 503 GET /sendsms"]
    journal = (await small.control("GET", "requests?endpoint=sendsms")).json()["items"]
    assert [entry["http_status"] for entry in journal].count(503) == 2


async def test_a_body_that_would_be_read_in_vain_is_not_waited_for(small: Simulator, wires: list[Wire]):
    """P1.3: refused at once, before the body has come; the connection goes on after it"""
    with small.behind_its_back() as other:
        other.execute("BEGIN IMMEDIATE")
        await wires[0].send(get(1))
        await until_waiting(small, 0)
        await wires[1].send(post(1000))
        await until_waiting(small, 1)
        await wires[2].send(post(1000, body=b'{"account":'))
        early = await wires[2].answer()
        await wires[3].send(post(1000, "Expect: 100-continue", body=b""))
        unasked = await wires[3].answer()
        await wires[2].send(post(1000).partition(b"\r\n\r\n")[2][len(b'{"account":') :])
        other.execute("COMMIT")
        assert [(await wire.answer()).json()["success"] for wire in wires[:2]] == [1, 1000]
    await wires[2].send(get(2))

    assert (early.http_status, early.body) == (503, BUSY)
    assert (unasked.http_status, unasked.headers["Connection"]) == (503, "close")
    assert (await wires[2].answer()).json()["success"] == 2


async def test_bodies_beyond_what_is_held_at_a_time_are_refused(sim: Simulator):
    """P1.3: 64 MiB of bodies that arrive are held; whoever comes then is told so, and gets in once others have left"""
    half = b"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2000000\r\n\r\n" + b" " * 1_990_000
    async with AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(sim.wire()) for _ in range(36)]
        for wire in wires:
            await wire.send(half)
        refused = [asyncio.create_task(wire.answer()) for wire in wires]

        first, _ = await asyncio.wait(refused, return_when=asyncio.FIRST_COMPLETED)

        assert first.pop().result().body == BUSY
        assert (await sim.get("getbalance", DEMO)).status == 0
        for task in refused:
            task.cancel()
        await asyncio.gather(*refused, return_exceptions=True)
    async with asyncio.timeout(60):
        while (later := await sim.post(GOOD)).http_status == 503:
            pass
    assert later.status == 0


async def test_health_does_not_wait_behind_what_waits(small: Simulator, wires: list[Wire]):
    """C4: who asks for it has little patience; a submit that came before is not booked before"""
    with small.behind_its_back() as other:
        other.execute("BEGIN IMMEDIATE")
        await wires[0].send(get(1))
        await until_waiting(small, 0)
        await wires[1].send(get(100))
        await until_waiting(small, 1)
        health = asyncio.create_task(small.control("GET", "health"))
        await until_waiting(small, 2)
        other.execute("COMMIT")

        assert (await health).http_status == 200
    assert [(await wire.answer()).json()["success"] for wire in wires[:2]] == [1, 100]


async def test_a_bound_of_one_number_takes_a_large_submit_while_nothing_waits(start: Start):
    """P1.3: half of one is no room at all"""
    sim = await start(RICH, waiting_numbers=1)

    assert len(await sim.submit(numbers(300), **LOGIN)) == 300


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
async def test_half_a_second_of_ten_times_what_a_server_can_do(tmp_path: Path):
    """P1.3, P2: as `python -m tests.reliability.overload`, but shorter"""
    result = await overload(tmp_path, seconds=0.5, connections=200, numbers=1000, times=10, waiting_numbers=20_000)

    assert list(result.broken()) == []
    assert sum(kind.accepted for kind in result.kinds) > 0
    assert sum(kind.refused for kind in result.kinds) > 0
