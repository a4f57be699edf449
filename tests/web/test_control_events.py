"""What happens, as it happens: server-sent events (C4)."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from yarl import URL

from eims_sim.engine.events import LISTENERS, OBJECTS_PER_SECOND
from tests.conftest import DEMO, Receiver, Simulator, Start, with_callback


class Stream:
    """One listener's events, in the order in which they came."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self, kind: str = "message") -> Any:
        """The next event of a kind."""
        while True:
            block = await self.block()
            lines = dict(line.split(": ", 1) for line in block[:-2].splitlines())
            if lines.get("event") == kind:
                assert set(lines) == {"event", "data"}
                return json.loads(lines["data"])

    async def block(self) -> str:
        """What comes before the next empty line."""
        async with asyncio.timeout(10):
            return (await self.response.content.readuntil(b"\n\n")).decode()

    async def all_of(self, count: int, kind: str = "message") -> tuple[list[Any], list[Any]]:
        """The objects, and what stood for others, until that many are told of in all."""
        objects, crowds = [], []
        while len(objects) + sum(crowd["count"] for crowd in crowds) < count:
            one = await self.next(kind)
            (crowds if "count" in one else objects).append(one)
        return objects, crowds


@asynccontextmanager
async def listening(sim: Simulator) -> AsyncIterator[Stream]:
    """Listens once the headers were received."""
    async with sim.session.get(f"{sim.url}/_sim/events") as response:
        assert response.status == 200
        yield Stream(response)


async def test_what_is_said_of_the_stream(sim: Simulator):
    """C4"""
    async with listening(sim) as stream:
        headers = stream.response.headers

    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-store"


async def test_a_listener_hears_of_what_happens_from_the_headers_on(sim: Simulator):
    """C4: the subscription exists before the response headers leave"""
    for _ in range(20):
        async with listening(sim) as stream:
            (id,) = await sim.submit()

            assert (await stream.next())["id"] == id


async def test_a_deed_of_which_no_event_tells_is_remarked_in_a_comment(sim: Simulator):
    """C4: the events are those five; the console, left open, hears all the same that something is other than it was"""
    async with listening(sim) as stream:
        await sim.control("POST", "segments", {"content": "nothing changes"})
        await sim.control("DELETE", "rules/99")
        await sim.control("POST", "reset")
        assert [await stream.block() for _ in range(2)] == [": removed\n\n", ": changed\n\n"]
        await sim.submit()
        assert (await stream.block()).startswith("event: ")


async def test_a_message_is_told_when_accepted_and_with_each_new_state_as_it_is_shown(sim: Simulator):
    """C4: the object"""
    async with listening(sim) as stream:
        await sim.submit("13800000001,13800000007", "Hello", sender="ACME", sendtime="20260101120001")
        told, shown = [], []
        for seconds in (0, 11, 20):
            await sim.advance(seconds)
            told += [await stream.next(), await stream.next()]
            shown += await sim.messages()

    assert [one["state"] for one in told] == [1, 1, 2, 2, 0, 1011]
    assert told == shown


async def test_lives_without_delays_are_told_state_by_state(start: Start):
    """C4, P9.1: each transition, even when a step makes two"""
    sim = await start(environment={"EIMS_SIM_LIFECYCLE_UNSENT_SECONDS": "0", "EIMS_SIM_LIFECYCLE_SENDING_SECONDS": "0"})

    async with listening(sim) as stream:
        await sim.submit("13800000001,13800000007")
        told = [await stream.next() for _ in range(6)]
    shown = await sim.messages()

    lives = [[one for one in told if one["id"] == id] for id in (1, 2)]
    assert [[one["state"] for one in life] for life in lives] == [[1, 2, 0], [1, 2, 1011]]
    assert [[len(one["transitions"]) for one in life] for life in lives] == [[1, 2, 3]] * 2
    assert [life[-1] for life in lives] == shown


async def test_a_request_is_told_as_the_journal_shows_it(sim: Simulator):
    """C4: its secrets masked"""
    async with listening(sim) as stream:
        await sim.get("sendsms", DEMO | {"numbers": "1", "content": "x"})
        told = await stream.next("request")
        await sim.control("GET", "messages")
        await sim.get("getbalance", DEMO)
        following = await stream.next("request")

    assert told == (await sim.control("GET", "requests/1")).json()
    assert told["parameters"]["password"] == "***"
    assert following["id"] == 2  # never /_sim/


async def test_inbound_is_told_when_it_arrives_and_when_it_is_fetched(sim: Simulator):
    """C4"""
    async with listening(sim) as stream:
        sent = await sim.control(
            "POST", "inbound", [{"from": "10010", "to": "123456", "content": text} for text in "ab"]
        )
        arrived = [await stream.next("inbound") for _ in range(2)]
        await sim.get("getsms", DEMO)
        fetched = [await stream.next("inbound") for _ in range(2)]
    shown = (await sim.control("GET", "inbound")).json()["items"]

    assert arrived == sent.json()
    assert fetched == shown
    assert all(one["fetched_at"] for one in fetched)


async def test_a_push_is_told_with_each_new_state_as_it_is_shown(start: Start, receiver: Receiver):
    """C4"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500, 200]

    async with listening(sim) as stream:
        await sim.submit(account="pushed")
        await sim.advance(31)
        told = [await stream.next("push"), await stream.next("push")]
        after_failure = await sim.pushes()
        await sim.advance(2)
        told.append(await stream.next("push"))
    delivered = await sim.pushes()

    assert [one["state"] for one in told] == ["queued", "retrying", "delivered"]
    assert [len(one["attempts"]) for one in told] == [0, 1, 2]
    assert told[1:] == after_failure + delivered


async def test_a_push_that_an_operator_asks_for_is_told(start: Start, receiver: Receiver):
    """C4"""
    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_ATTEMPTS": "1"})
    receiver.answers = [500]
    await sim.submit(account="pushed")
    await sim.advance(31)

    async with listening(sim) as stream:
        await sim.control("POST", "pushes/1/retry")
        told = [await stream.next("push"), await stream.next("push")]

    assert [one["state"] for one in told] == ["retrying", "delivered"]
    assert [len(one["attempts"]) for one in told] == [1, 2]


async def test_an_account_is_told_when_it_is_made_and_changed_without_its_secrets(start: Start):
    """C4"""
    sim = await start(auto_accounts="demo")

    async with listening(sim) as stream:
        await sim.control("POST", "accounts", {"account": "new", "password": "secret"})
        await sim.control("PATCH", "accounts/new", {"balance": "7"})
        await sim.control("POST", "accounts/new/topup", {"balance": "1"})
        await sim.submit(account="auto-1")
        told = [await stream.next("account") for _ in range(4)]
    shown = (await sim.control("GET", "accounts/new")).json()

    assert [(one["account"], one["password"]) for one in told] == [("new", None)] * 3 + [("auto-1", None)]
    assert told[:3] == [shown | {"balance": balance} for balance in ("0", "7", "8")]


async def test_a_message_that_is_ended_by_hand_is_told(sim: Simulator):
    """C4"""
    await sim.submit("13800000001,13800000002")

    async with listening(sim) as stream:
        answer = await sim.control("PATCH", "messages/1", {"state": 1003})
        told = await stream.next()

    assert told == answer.json()


async def test_more_than_a_hundred_a_second_are_counted(sim: Simulator):
    """C4: `{"count":N,"last":ID}`; nothing is told twice, and nothing is forgotten"""
    async with listening(sim) as stream:
        await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(1000)))
        accepted, crowds = await stream.all_of(1000)
        await sim.submit()
        later = await stream.next()

    assert [one["id"] for one in accepted] == list(range(1, OBJECTS_PER_SECOND + 1))
    assert crowds == [{"count": 1000 - OBJECTS_PER_SECOND, "last": 1000}]
    assert later["id"] == 1001


async def test_each_kind_has_its_own_hundred(sim: Simulator):
    """C4: of that kind"""
    async with listening(sim) as stream:
        await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(1000)))

        assert (await stream.next("request"))["endpoint"] == "sendsms"


async def test_transitions_beyond_a_hundred_are_counted_too(sim: Simulator):
    """C4"""
    await sim.submit(",".join(str(13_811_100_001 + place * 10) for place in range(1000)))

    async with listening(sim) as stream:
        await sim.advance(40)
        objects, crowds = await stream.all_of(2000)

    assert len(objects) >= OBJECTS_PER_SECOND
    assert sum(crowd["count"] for crowd in crowds) == 2000 - len(objects)
    assert crowds[-1]["last"] == 1000


async def test_everybody_hears_the_same(sim: Simulator):
    """C4"""
    async with listening(sim) as one, listening(sim) as other:
        await sim.submit()

        assert await one.block() == await other.block()


async def test_a_reset_goes_on_being_listened_through(sim: Simulator):
    """C4: waits end, listeners stay"""
    async with listening(sim) as stream:
        await sim.submit()
        assert (await stream.next())["id"] == 1
        await sim.control("POST", "reset")
        while await stream.block() != ": removed\n\n":  # what else was told before
            pass
        await sim.submit()

        assert (await stream.next())["id"] == 1


async def test_an_unknown_parameter_is_a_violation(sim: Simulator):
    """C4"""
    answer = await sim.control("GET", "events?kind=message")

    assert answer.http_status == 422
    assert answer.json()["errors"][0]["pointer"] == "/kind"


@pytest.mark.parametrize(
    ("headers", "http_status"),
    [({}, 401), ({"Host": "evil.example"}, 403), ({"Origin": "http://evil.example"}, 403)],
)
async def test_the_door_is_the_same_as_for_every_call(start: Start, headers, http_status):
    """C4"""
    sim = await start(admin_token="t0ken-t0ken-t0ken")

    answer = await sim.control("GET", "events", headers=headers)

    assert answer.http_status == http_status


async def test_only_so_many_may_listen_and_who_leaves_makes_room(sim: Simulator):
    """C4: 200, beyond that 503"""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        streams = [await stack.enter_async_context(session.get(f"{sim.url}/_sim/events")) for _ in range(LISTENERS)]
        refused = await sim.control("GET", "events")
        for stream in streams[:2]:
            stream.close()
        async with asyncio.timeout(10):
            while (again := await session.get(f"{sim.url}/_sim/events")).status != 200:
                again.close()
        await sim.submit()

        assert refused.http_status == 503
        assert "Retry-After" in refused.headers
        assert b'"id":1' in await again.content.readuntil(b"\n\n")
        again.close()


@dataclass
class Deaf:
    reader: asyncio.StreamReader
    transport: asyncio.Transport

    async def everything(self) -> int:
        """Listen at last, until the connection is over; how many bytes there were."""
        received = 0
        self.transport.resume_reading()
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError):
                while more := await self.reader.read(65536):
                    received += len(more)
        return received


@asynccontextmanager
async def deaf(sim: Simulator) -> AsyncIterator[Deaf]:
    """A listener who reads nothing beyond the head, on a connection that holds little."""
    address = URL(sim.url)
    with socket.socket() as bare:
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        bare.setblocking(False)
        await asyncio.get_running_loop().sock_connect(bare, (address.host, address.port))
        reader, writer = await asyncio.open_connection(sock=bare, limit=4096)
        writer.write(f"GET /_sim/events HTTP/1.1\r\nHost: {address.host}\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()
        try:
            yield Deaf(reader, writer.transport)
        finally:
            writer.transport.abort()


async def test_who_does_not_read_is_dropped_while_others_go_on(sim: Simulator):
    """C4: never buffered without bound"""
    async with deaf(sim) as unread, listening(sim) as stream:
        for _ in range(15):
            await sim.submit(mmstitle="x" * 100_000, smstype="1")
        objects, crowds = await stream.all_of(15)
        (last,) = await sim.submit()
        following = await stream.next()
        received = await unread.everything()

    assert len(objects) >= 10
    assert crowds
    assert following["id"] == last
    assert received < 1_000_000  # and the connection is over


async def test_a_flood_of_large_messages_is_counted(sim: Simulator):
    """C4: what is told in a second is bounded in bytes, too"""
    async with listening(sim) as stream:
        for _ in range(30):
            await sim.submit(mmstitle="x" * 100_000, smstype="1")
        objects, crowds = await stream.all_of(30)

    assert len(objects) < 30
    assert sum(crowd["count"] for crowd in crowds) == 30 - len(objects)


async def test_a_stop_ends_every_stream(sim: Simulator):
    """C2: what was accepted is finished"""
    async with listening(sim) as one, listening(sim) as other:
        await sim.submit()
        await sim.server.stop()
        told = [await stream.response.content.read() for stream in (one, other)]

    assert told[0] == told[1]
    assert told[0].endswith(b"\n\n")


async def test_a_client_of_http_1_0_is_told_as_well(sim: Simulator):
    """C4: many proxies speak nothing newer"""
    async with sim.wire() as wire:
        await wire.send(b"GET /_sim/events HTTP/1.0\r\nHost: localhost\r\n\r\n")
        head = await wire.reader.readuntil(b"\r\n\r\n")
        await sim.submit()

        assert b"chunked" not in head
        assert (await wire.reader.readuntil(b"\n\n")).startswith(b'event: message\ndata: {"id":1,')
