"""Connections that are too many, silent, slow or gone (P1.3): each costs little, and none for long."""

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from yarl import URL

from eims_sim.web.capacity import SPARE, Capacity
from eims_sim.web.connection import Patience
from tests.conftest import DEMO, Answer, Simulator, Start, Wire
from tests.reliability.overload import WORLD
from tests.reliability.server_process import started

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of its sockets and files in /proc")

resource = pytest.importorskip("resource", reason="Windows has no limit of open files")
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

BALANCE = b"GET /getbalance?account=demo&password=demo123 HTTP/1.1\r\nHost: gateway\r\n\r\n"
HEALTH = b"GET /_sim/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
CROWDED = b'{"status":-12,"error":"too many connections are open; keep fewer alive, or raise max_connections"}'


async def asked(wire: Wire, sent: bytes = BALANCE) -> Answer:
    await wire.send(sent)
    return await wire.answer()


@pytest.fixture
async def wires() -> AsyncIterator[Callable[..., object]]:
    """Opens connections: `await wires(sim, count)`; they stay open until the test is over."""
    async with AsyncExitStack() as stack:

        async def opened(sim: Simulator, count: int) -> list[Wire]:
            return [await stack.enter_async_context(sim.wire()) for _ in range(count)]

        yield opened


async def test_one_connection_too_many_is_told_503_and_an_operator_gets_in(
    start: Start, wires, caplog: pytest.LogCaptureFixture
):
    """P1.3, C4"""
    caplog.set_level(logging.INFO)
    sim = await start(max_connections=5)
    taken = await wires(sim, 5)
    for wire in taken:
        assert (await asked(wire)).http_status == 200
    beyond, operator = await wires(sim, 2)

    refused = await asked(beyond)
    health = [await asked(operator, HEALTH) for _ in range(2)]
    others = [await asked(wire) for wire in taken]

    assert (refused.http_status, refused.body, refused.reason) == (503, CROWDED, "connections-too-many")
    assert (refused.headers["Retry-After"], refused.headers["Connection"]) == ("1", "close")
    assert await beyond.rest() == b""
    assert [one.http_status for one in (*health, *others)] == [200] * 7
    told = [record.getMessage() for record in caplog.records if "as many as are taken" in record.getMessage()]
    assert told == ["5 connections are open, which is as many as are taken: new ones are answered 503"]


async def test_a_place_that_was_left_is_taken_again(start: Start, wires):
    """P1.3"""
    sim = await start(max_connections=1)
    async with sim.wire() as first:
        await asked(first)
        (second,) = await wires(sim, 1)
        assert (await asked(second)).http_status == 503

    async with asyncio.timeout(60):  # until the server has seen that it was left
        while (await asked((await wires(sim, 1))[0])).http_status == 503:
            pass


async def test_a_flood_of_connections_is_told_503_unread_and_costs_no_place(start: Start, wires):
    """P1.3: beyond those that are kept for operators nothing is read; a silent one leaves its place to others"""
    sim = await start(max_connections=1, patience=Patience(surplus_seconds=0.5))
    (first,) = await wires(sim, 1)
    await asked(first)
    silent = await wires(sim, SPARE)
    (unread,) = await wires(sim, 1)

    answer = await unread.answer()
    ends = [await wire.rest() for wire in silent]
    (operator,) = await wires(sim, 1)

    assert (answer.http_status, answer.body, answer.headers["Retry-After"]) == (503, CROWDED, "1")
    assert await unread.rest() == b""
    assert set(ends) == {b""}
    assert (await asked(operator, HEALTH)).http_status == 200
    assert (await asked(first)).http_status == 200


async def test_of_many_connections_that_come_at_once_no_more_are_taken(start: Start):
    """P1.3: the event loop accepts them all in one turn"""
    sim = await start(max_connections=5)
    async with AsyncExitStack() as stack:
        # Nothing is awaited here, so that all of them wait to be accepted.
        sockets = [stack.enter_context(closing(connected(sim))) for _ in range(5 + SPARE + 5)]
        at_once = [Wire(*await asyncio.open_connection(sock=one)) for one in sockets]
        for wire in at_once:
            stack.callback(wire.writer.close)

        answers = [await asked(wire) for wire in at_once[: 5 + SPARE]]
        unread = [await wire.answer() for wire in at_once[5 + SPARE :]]

    assert [answer.http_status for answer in answers + unread] == [200] * 5 + [503] * (SPARE + 5)


def connected(sim: Simulator) -> socket.socket:
    address = URL(sim.url)
    return socket.create_connection((address.host, address.port))


@asynccontextmanager
async def unreading(sim: Simulator) -> AsyncIterator[socket.socket]:
    """A client that does not read, and has little room."""
    address = URL(sim.url)
    with closing(socket.socket()) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, (address.host, address.port))
        yield client


async def asks_for_reports(sim: Simulator) -> bytes:
    """A request whose answer is large."""
    ids = ",".join(
        map(str, await sim.submit(",".join(str(13_800_000_000_000_000_000 + place) for place in range(200))))
    )
    return f"GET /getreport?account=demo&password=demo123&ids={ids} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode()


async def test_of_a_client_that_asks_and_never_reads_no_more_is_read(sim: Simulator):
    """P1.1: what it left unread stays bounded; 1,000 of these answers are more than the system keeps"""
    sent = await asks_for_reports(sim)
    async with unreading(sim) as client:
        asking = asyncio.create_task(asyncio.get_running_loop().sock_sendall(client, sent * 20_000))
        answered, unchanged = 0, 0
        while unchanged < 30:
            total = (await sim.control("GET", "requests?endpoint=getreport&limit=1")).json()["total"]
            assert total < 1000
            unchanged = unchanged + 1 if total == answered > 0 else 0
            answered = total
        assert not asking.done()
        asking.cancel()


@pytest.mark.parametrize("known", [True, False], ids=["where the system ends it", "where it cannot"])
async def test_a_client_that_never_reads_is_ended(start: Start, monkeypatch: pytest.MonkeyPatch, known: bool):
    """P1.1: after a while that it took nothing"""
    if not known:
        monkeypatch.delattr(socket, "TCP_USER_TIMEOUT", raising=False)
    sim = await start(patience=Patience(stall_seconds=0.3))
    sent = await asks_for_reports(sim)
    async with unreading(sim) as client, asyncio.timeout(60):
        with pytest.raises(ConnectionError):
            await asyncio.get_running_loop().sock_sendall(client, sent * 20_000)

    assert (await sim.get("getbalance", DEMO)).status == 0


@LINUX
async def test_what_the_system_has_and_nobody_takes_is_given_up(start: Start):
    """A client that vanished, or stopped, with its answer on the way keeps no connection for long"""
    sim = await start(patience=Patience(stall_seconds=0.3))
    sent = await asks_for_reports(sim)
    async with unreading(sim) as client, asyncio.timeout(60):
        await asyncio.get_running_loop().sock_sendall(client, sent * 8)
        peer = client.getsockname()[1]
        assert _established(sim, peer)
        while _established(sim, peer):
            assert (await sim.get("getbalance", DEMO)).status == 0


def _established(sim: Simulator, peer: int) -> str:
    """What Linux tells of our end of a connection; nothing when it is gone."""
    ours = f":{URL(sim.url).port:04X} 0100007F:{peer:04X} 01 "
    return next((line for line in Path("/proc/net/tcp").read_text().splitlines() if ours in line), "")


@LINUX
async def test_the_system_watches_over_peers_that_say_nothing(sim: Simulator, wires):
    """A peer that vanished is found out although nothing is sent to it: on every connection a timer runs"""
    (wire,) = await wires(sim, 1)
    await asked(wire)

    timer, jiffies = _established(sim, wire.writer.get_extra_info("sockname")[1]).split()[5].split(":")

    assert timer == "02"
    assert 0 < int(jiffies, 16) <= 60 * 100


def test_connections_leave_room_for_other_files(monkeypatch: pytest.MonkeyPatch):
    """Whatever the system allows, it is said when that is less than was asked for"""
    for soft, wanted, taken in ((20_000, 12_000, 12_000), (4096, 12_000, 2844), (1024, 12_000, 512), (1024, 100, 100)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, soft))
        capacity = Capacity(wanted)
        assert capacity.connections == taken
        assert (capacity.short is None) == (taken == wanted)
    assert "the system allows 1024 open files (ulimit -n): no more than 512 connections" in Capacity(600).short


@LINUX
@pytest.mark.parametrize("loop", ["asyncio", *(["uvloop"] if find_spec("uvloop") else [])])
async def test_a_server_without_files_goes_on_and_takes_connections_again(tmp_path: Path, loop: str):
    """It neither dies nor spins when none can be accepted, serves those that are there, and says so"""
    python = ("-m", "eims_sim")
    if loop == "asyncio":
        python = ("-c", "import sys; sys.modules['uvloop'] = None; from eims_sim.cli.main import run; run()")
    database = tmp_path / "sim.db"
    async with started(tmp_path, WORLD.replace("flood", "demo"), database, python=python) as server:
        async with AsyncExitStack() as stack:

            async def opened() -> Wire:
                wire = Wire(*await asyncio.open_connection(address.host, address.port))
                stack.callback(wire.writer.close)
                return wire

            address = URL(server.url)
            kept = [await opened() for _ in range(3)]
            for wire in kept:
                assert (await asked(wire)).status == 0
            resource.prlimit(server.running.pid, resource.RLIMIT_NOFILE, (server.files(), HARD))
            for _ in range(20):
                await opened()
            used = server.cpu_seconds()
            answers = [await asked(wire) for wire in kept for _ in range(100)]
            used = server.cpu_seconds() - used
            resource.prlimit(server.running.pid, resource.RLIMIT_NOFILE, (1000, HARD))
            answers.append(await asked(await opened()))
        log = server.log.read_text()

    assert {answer.status for answer in answers} == {0}
    assert used < 5
    assert "Traceback" not in log
    assert ("no connection can be accepted now: Too many open files" in log) == (loop == "asyncio")
