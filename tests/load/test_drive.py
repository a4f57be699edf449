"""Driving gateways: the simulator itself, and servers that do what they should not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from eims_sim.engine.clock import real_now
from eims_sim.load.connection import CLOSED, CUT, NOT_HTTP, RESET
from eims_sim.load.drive import NO_STATUS, NOT_SENT, TIMED_OUT, NotDrivenError, Outcome, Plan, drive
from eims_sim.load.requests import Asked, make_requests
from tests.conftest import Simulator

BODY = b'{"status":0,"success":1,"fail":0,"array":[[10010,1]]}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[int]:
    """A server of which every connection is served so; its port."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def answer_with(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *answers: bytes) -> None:
    """Answer as many requests, then close."""
    for answer in answers:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
    writer.close()


async def driven(port: int, **plan: Any) -> Outcome:
    """Drive what listens on the port with GETs of demo."""
    asked = Asked(target=urlsplit(f"http://127.0.0.1:{port}"), account="demo", password="demo123", content="Hello")
    outcome = Outcome()
    settings = {"seconds": None, "connections": 2} | plan
    async with asyncio.timeout(20):
        await drive(Plan(host="127.0.0.1", port=port, **settings), make_requests(asked, real_now), outcome)
    return outcome


def port_of(sim: Simulator) -> int:
    port = urlsplit(sim.url).port
    assert port is not None
    return port


async def test_so_many_requests_are_sent_and_each_is_stored(sim):
    outcome = await driven(port_of(sim), requests=50, connections=4)

    assert (outcome.sent, outcome.success, len(outcome.latencies)) == (50, 50, 50)
    assert (outcome.statuses, outcome.errors) == ({0: 50}, {})
    assert (await sim.control("GET", "messages?limit=1")).json()["total"] == 50


async def test_a_duration_ends_the_load_and_what_was_sent_is_waited_for(sim):
    outcome = await driven(port_of(sim), seconds=0.2)

    assert outcome.sent == len(outcome.latencies) > 0
    assert outcome.seconds >= 0.2


async def test_a_rate_sets_the_pace(sim):
    outcome = await driven(port_of(sim), requests=20, rate=100.0)

    assert len(outcome.latencies) == 20
    assert outcome.seconds >= 0.18  # the last of twenty begins 19 hundredths after the first


async def test_a_refusal_is_an_answer_with_its_status(sim):
    asked = Asked(target=urlsplit(sim.url), account="poor", password="demo123", content="Hello")
    outcome = Outcome()

    plan = Plan(host="127.0.0.1", port=port_of(sim), connections=1, requests=3)
    await drive(plan, make_requests(asked, real_now), outcome)

    assert (outcome.statuses, outcome.success, len(outcome.latencies)) == ({-10: 3}, 0, 3)


async def test_a_server_that_closes_after_each_answer_gets_a_new_connection_each_time():
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_with(reader, writer, b"HTTP/1.0 200 OK\r\n\r\n" + BODY)

    async with serving(serve) as port:
        outcome = await driven(port, requests=10)

    assert (outcome.statuses, outcome.errors) == ({0: 10}, {})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", CLOSED),
        (ANSWER[:-5], CUT),
        (b"SSH-2.0\r\n", NOT_HTTP),
        (b"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "HTTP 503"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", NO_STATUS),
    ],
)
async def test_what_is_no_answer_is_an_error_of_its_kind_and_the_load_goes_on(answer, kind):
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_with(reader, writer, answer)

    async with serving(serve) as port:
        outcome = await driven(port, requests=6)

    assert outcome.errors == {kind: 6}
    assert outcome.done == 6


async def test_a_connection_that_is_reset_is_told():
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async with serving(serve) as port:
        outcome = await driven(port, requests=2)

    assert set(outcome.errors) <= {RESET, CLOSED}
    assert outcome.errors.total() == 2


async def test_a_request_that_is_never_answered_is_given_up():
    silent = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await silent.wait()
        writer.close()

    async with serving(serve) as port:
        outcome = await driven(port, requests=2, timeout_seconds=0.2)
        silent.set()

    assert outcome.errors == {TIMED_OUT: 2}


async def test_with_a_rate_what_waited_for_a_connection_counts_from_its_moment():
    """A server that stalls is not excused by a load that waits for it"""
    stalled = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asyncio.get_running_loop().call_later(0.3, stalled.set)
        await stalled.wait()
        writer.write(ANSWER)
        await answer_with(reader, writer, *[ANSWER] * 9)

    async with serving(serve) as port:
        outcome = await driven(port, requests=10, connections=1, rate=100.0)

    assert len(outcome.latencies) == 10
    assert sum(latency > 0.15 for latency in outcome.latencies) == 10


async def test_what_found_no_connection_until_the_end_is_told():
    released = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asyncio.get_running_loop().call_later(0.3, released.set)
        await released.wait()
        await answer_with(reader, writer)

    async with serving(serve) as port:
        outcome = await driven(port, seconds=0.1, connections=1, rate=100.0)

    assert outcome.errors[CLOSED] == 1
    assert outcome.errors[NOT_SENT] == 9


async def test_a_server_that_is_not_there_is_told_in_a_sentence():
    async with serving(answer_with) as port:
        pass

    with pytest.raises(NotDrivenError, match=f"^127.0.0.1, port {port}, is not reached: "):
        await driven(port, requests=1)


async def test_a_server_that_goes_away_does_not_keep_the_load_for_ever():
    servers: list[asyncio.Server] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        servers[0].close()
        await answer_with(reader, writer, ANSWER)

    servers.append(await asyncio.start_server(serve, "127.0.0.1", 0))
    outcome = await driven(servers[0].sockets[0].getsockname()[1], requests=4, connections=1)

    assert outcome.statuses == {0: 1}
    assert outcome.errors.total() >= 3
