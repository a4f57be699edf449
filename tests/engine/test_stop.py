"""How a server ends, and when it does not begin (C2, P1.3)."""

import asyncio
import json
import signal
import socket
import sqlite3
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import Receiver, with_callback
from tests.engine.conftest import Process, Serve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send to a process")

AT_ONCE = "[lifecycle]\nunsent_seconds = 0\nsending_seconds = 0\n"
DEMO = AT_ONCE + '[[accounts]]\naccount = "demo"\npassword = "demo123"\nbalance = 10\n'
LOGIN = {"account": "demo", "password": "demo123"}
SUBMIT = json.dumps(LOGIN | {"numbers": "13800000000", "content": "Hello"}).encode()
BALANCE = b"GET /getbalance?account=demo&password=demo123 HTTP/1.1\r\nHost: sim\r\n\r\n"
HEAD = (
    f"POST /sendsms HTTP/1.1\r\nHost: sim\r\nContent-Type: application/json\r\nContent-Length: {len(SUBMIT)}\r\n"
    "Expect: 100-continue\r\n\r\n"
).encode()


async def answer(reader: asyncio.StreamReader) -> tuple[int, str, bytes]:
    """The next answer: status, head and body. Raises IncompleteReadError when the connection was closed instead."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next((line.split(": ")[1] for line in head.splitlines() if line.startswith("Content-Length")), "0")
    return int(head.split()[1]), head, await reader.readexactly(int(length))


async def stopping(process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[int, str]:
    """Send a signal, and requests on a kept-alive connection until one is not answered as usual: status and head."""
    process.running.send_signal(signal.SIGTERM)
    while True:
        writer.write(BALANCE)
        try:
            status, head, _ = await answer(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0, ""
        if status != 200:
            return status, head


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
async def test_a_signal_ends_a_server_that_does_nothing(serve: Serve, number: signal.Signals):
    """C2: exit 0 within 5 s"""
    process = await serve(DEMO)

    process.running.send_signal(number)

    assert await process.ended(5) == 0
    assert "Traceback" not in process.log.read_text()


async def test_a_request_that_was_begun_is_finished(serve: Serve):
    """C2, P1.3: what was accepted is finished; others on kept-alive connections get 503."""
    process = await serve(DEMO)
    reader, writer = await asyncio.open_connection(*process.address)
    other_reader, other_writer = await asyncio.open_connection(*process.address)
    writer.write(HEAD)
    begun, _, _ = await answer(reader)

    refused, head = await stopping(process, other_reader, other_writer)
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await asyncio.open_connection(*process.address)
    writer.write(SUBMIT)
    finished, _, body = await answer(reader)
    code = await process.ended(5)

    for one in (writer, other_writer):
        one.close()
    assert (begun, refused, finished, code) == (100, 503, 200, 0)
    assert "\r\nRetry-After: 1\r\n" in head
    assert "\r\nConnection: close\r\n" in head
    assert body == b'{"status":0,"success":1,"fail":0,"array":[[13800000000,1]]}'


async def test_what_was_finished_during_the_stop_is_kept(serve: Serve):
    """D2"""
    process = await serve(DEMO)
    reader, writer = await asyncio.open_connection(*process.address)
    other_reader, other_writer = await asyncio.open_connection(*process.address)
    writer.write(HEAD)
    await answer(reader)
    await stopping(process, other_reader, other_writer)
    writer.write(SUBMIT)
    await answer(reader)
    for one in (writer, other_writer):
        one.close()
    await process.ended(5)

    again = await serve(DEMO)

    async with aiohttp.ClientSession(again.url) as session:
        async with session.get("/_sim/messages?wait=10&state=0") as listed:
            found = await listed.json()
        async with session.get("/getbalance", params=LOGIN) as money:
            balance = await money.json()
    assert [message["number"] for message in found["items"]] == ["13800000000"]
    assert balance["balance"] == "9.950000"


async def test_a_kept_alive_connection_gets_503_or_a_clean_close(serve: Serve):
    """P1.3"""
    process = await serve(DEMO)
    reader, writer = await asyncio.open_connection(*process.address)
    writer.write(BALANCE)
    usual, _, _ = await answer(reader)

    status, head = await stopping(process, reader, writer)
    rest = await reader.read()
    code = await process.ended(5)

    writer.close()
    assert (usual, rest, code) == (200, b"", 0)
    assert status == 0 or (status == 503 and "\r\nRetry-After: 1\r\n" in head)


async def test_every_submit_that_was_answered_during_the_stop_is_kept(serve: Serve, tmp_path: Path):
    """C2, D2: under load"""
    process = await serve(DEMO.replace("balance = 10", "balance = 1000000"))
    given: list[int] = []
    statuses: set[int] = set()

    async def client(session: aiohttp.ClientSession) -> None:
        try:
            while True:
                async with session.post("/sendsms", data=SUBMIT) as r:
                    statuses.add(r.status)
                    if r.status != 200:
                        return
                    given.extend(id for _, id in (await r.json())["array"])
                if len(given) == 100:
                    process.running.send_signal(signal.SIGTERM)
        except (aiohttp.ClientError, OSError):
            return

    async with aiohttp.ClientSession(process.url) as session:
        await asyncio.gather(*[client(session) for _ in range(8)])
    code = await process.ended(5)

    connection = sqlite3.connect(tmp_path / "sim.db")
    kept = {id for (id,) in connection.execute("SELECT id FROM messages")}
    connection.close()
    assert code == 0
    assert statuses <= {200, 503}
    assert len(given) >= 100
    assert set(given) == kept


async def test_a_wait_is_ended_with_what_there_is(serve: Serve):
    """C2, C4"""
    process = await serve(DEMO)
    reader, writer = await asyncio.open_connection(*process.address)
    writer.write(BALANCE)
    await answer(reader)

    writer.write(b"GET /_sim/messages?wait=300 HTTP/1.1\r\nHost: sim\r\n\r\n")
    process.running.send_signal(signal.SIGTERM)
    status, _, body = await answer(reader)
    code = await process.ended(2)

    writer.close()
    assert (status, code) == (200, 0)
    assert json.loads(body) == {"items": [], "next": None, "total": 0, "complete": False}


async def test_a_callback_that_does_not_answer_does_not_hold_the_stop(serve: Serve, receiver: Receiver):
    """C2, P8.3: the report is pushed again after the next start."""
    released = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    config = AT_ONCE + with_callback(receiver.url, "demo")
    receiver.answers = [hang]
    process = await serve(config)
    async with aiohttp.ClientSession(process.url) as session, session.post("/sendsms", data=SUBMIT):
        pass
    await receiver.until(lambda: len(receiver.bodies) == 1)

    process.running.send_signal(signal.SIGTERM)
    code = await process.ended(5)
    released.set()
    await serve(config)
    await receiver.until(lambda: len(receiver.bodies) == 2)

    assert code == 0
    assert receiver.bodies[0] == receiver.bodies[1]


async def test_a_client_that_never_sends_its_body_does_not_hold_the_stop(serve: Serve):
    """C2: exit 0 within 5 s, whatever clients do; nor do messages whose time to leave comes meanwhile (C3)"""
    process = await serve("[server]\nretention_seconds = 1\n" + DEMO)
    reader, writer = await asyncio.open_connection(*process.address)
    writer.write(HEAD)
    await answer(reader)

    process.running.send_signal(signal.SIGTERM)
    code = await process.ended(5)

    writer.close()
    assert code == 0


async def test_a_second_server_on_the_same_file_is_refused(serve: Serve, tmp_path: Path):
    """D1, C2: exit 1"""
    first = await serve(DEMO)

    second = await serve(DEMO)

    assert (second.url, await second.ended()) == ("", 1)
    assert second.log.read_text() == (
        f"Error: The database {tmp_path / 'sim.db'} belongs to another eims-sim that is running. "
        "Stop that one, or name another file with --database.\n"
    )
    async with aiohttp.ClientSession(first.url) as session, session.get("/_sim/health") as r:
        assert r.status == 200


async def test_a_port_that_is_in_use_is_refused(serve: Serve, tmp_path: Path):
    """C2: exit 1, said so"""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        process = await serve(DEMO, port=port)

    assert (process.url, await process.ended()) == ("", 1)
    assert process.log.read_text() == (
        f"Error: Port {port} on 127.0.0.1 is in use. Name another with --port; 0 takes a free one.\n"
    )


async def test_a_file_that_is_no_database_is_refused(serve: Serve, tmp_path: Path):
    """C2: exit 1, never a stack trace"""
    notes = tmp_path / "notes.txt"
    notes.write_text("remember the milk\n" * 1000)

    process = await serve(DEMO, database=notes)

    assert (process.url, await process.ended()) == ("", 1)
    assert process.log.read_text() == f"Error: The database {notes} cannot be used: file is not a database.\n"


async def test_what_faults_hold_up_does_not_hold_up_the_end(serve: Serve):
    """C2, C3: a hang ends without an answer, a delay with the answer to what was accepted"""
    held = 'times = 1\ndelay_seconds = 300\n[[faults]]\nendpoint = "getbalance"\nconnection = "hang"\n'
    process = await serve(DEMO + f'[[faults]]\nendpoint = "getbalance"\n{held}')
    late_reader, late_writer = await asyncio.open_connection(*process.address)
    hung_reader, hung_writer = await asyncio.open_connection(*process.address)
    for count, writer in enumerate((late_writer, hung_writer), 1):
        writer.write(BALANCE)
        await struck(process, count)

    process.running.send_signal(signal.SIGTERM)
    late, _, _ = await answer(late_reader)
    hung = await hung_reader.read()
    code = await process.ended(5)

    for one in (late_writer, hung_writer):
        one.close()
    assert (late, hung, code) == (200, b"", 0)
    assert "Traceback" not in process.log.read_text()


async def struck(process: Process, count: int) -> None:
    """Wait until faults have struck so often."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(10):
        while True:
            async with session.get(f"{process.url}/_sim/faults") as listed:
                if sum(fault["applied"] for fault in (await listed.json())["items"]) == count:
                    return
