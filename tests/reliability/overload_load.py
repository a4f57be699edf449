"""Clients that ask for more than a gateway can do, and write down what came of every request."""

import asyncio
import json
import re
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from eims_sim.engine.clock import real_seconds, real_sleep
from eims_sim.load.connection import Connection
from eims_sim.load.reading import Received

TICK_SECONDS = 0.01
AGAIN_SECONDS = 0.1
OPENED_AT_A_TIME = 100
"""So many connections are opened at a time: the system keeps no more than a thousand for a server."""

SUCCESS = re.compile(rb'"status":0,"success":(\d+),').search
FIRST = re.compile(rb'"array":\[\[(\d+),(\d+)\]').search


@dataclass
class Kind:
    """One kind of request: its bytes, and what came of those that were sent. `numbers` are those of one request."""

    name: str
    bytes: bytes
    numbers: int
    sent: int = 0
    accepted: int = 0
    accepted_numbers: int = 0
    refused: int = 0
    others: Counter[str] = field(default_factory=Counter)
    took: "array[float]" = field(default_factory=lambda: array("d"))
    took_refused: "array[float]" = field(default_factory=lambda: array("d"))
    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    """The first id and number of each answer that accepted."""
    rude: int = 0
    """Refusals that were not as P1.3 has them."""

    def fresh(self) -> "Kind":
        """The same, of which nothing was sent."""
        return Kind(self.name, self.bytes, self.numbers)


def get_one(account: str, number: int) -> Kind:
    """A submit of one number by GET."""
    query = f"account={account}&password=demo123&numbers={number}&content=Hello"
    return Kind("GET of 1 number", f"GET /sendsms?{query} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode(), 1)


def post_many(account: str, numbers: int, first: int = 13_910_000_000) -> Kind:
    """A submit of many numbers by POST."""
    listed = ",".join(str(first + place) for place in range(numbers))
    body = json.dumps({"account": account, "password": "demo123", "numbers": listed, "content": "Hello"}).encode()
    head = f"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return Kind(f"POST of {numbers:,} numbers", head + body, numbers)


class Crowd:
    """Connections that send requests of one kind, each one at a time: as fast as they are answered, or at a rate."""

    def __init__(self, url: str, kind: Kind, connections: int, rate: float | None = None) -> None:
        address = urlsplit(url)
        self.kind = kind
        self.offered = 0
        self._address = (address.hostname or "", address.port or 0)
        self._wanted = connections
        self._rate = rate
        self._idle: deque[Connection] = deque()
        self._all: set[Connection] = set()
        self._busy = 0
        self._going = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed: Callable[[], None] = lambda: None

    async def open(self) -> None:
        """Open the connections."""
        for begin in range(0, self._wanted, OPENED_AT_A_TIME):
            await asyncio.gather(*[self._open() for _ in range(min(OPENED_AT_A_TIME, self._wanted - begin))])

    async def run(self, seconds: float) -> None:
        """Ask for so long, then wait for the answers to what was asked."""
        began = real_seconds()
        self._going = True
        while (now := real_seconds() - began) < seconds:
            self.offered = self.kind.sent + len(self._idle) if self._rate is None else int(now * self._rate)
            while self._idle and self.kind.sent < self.offered:
                self._send(self._idle.popleft())
            await real_sleep(TICK_SECONDS)
        self._going = False
        over = asyncio.Event()
        self._changed = lambda: None if self._busy else over.set()
        self._changed()
        await over.wait()

    def close(self) -> None:
        """Leave."""
        self._going = False
        for task in self._tasks:
            task.cancel()
        for connection in self._all:
            connection.close()

    def answered(self, connection: Connection, received: Received) -> None:
        """Write down what was answered."""
        kind, took = self.kind, real_seconds() - (connection.begun or 0)
        connection.begun = None
        if received.http_status == 200 and (success := SUCCESS(received.body)):
            kind.accepted += 1
            kind.accepted_numbers += int(success[1])
            kind.took.append(took)
            if first := FIRST(received.body):
                kind.acknowledged.append((int(first[2]), int(first[1])))
        elif received.http_status == 503:
            kind.refused += 1
            kind.took_refused.append(took)
            kind.rude += not received.body.startswith(b'{"status":-12,"error":"')
        else:
            kind.others[f"HTTP {received.http_status} {received.body[:60]!r}"] += 1
        if received.reusable:
            self._go_on(connection)
        else:
            connection.close()
            self._replace(connection)
        self._busy -= 1
        self._changed()

    def failed(self, connection: Connection, kind: str) -> None:
        """Write down that there will be no answer."""
        self.kind.others[kind] += 1
        self._replace(connection)
        self._busy -= 1
        self._changed()

    def lost(self, connection: Connection) -> None:
        """An idle connection is gone."""
        if connection in self._idle:
            self._idle.remove(connection)
        self._replace(connection)

    def _go_on(self, connection: Connection) -> None:
        if self._going and (self._rate is None or self.kind.sent < self.offered):
            self._send(connection)
        else:
            self._idle.append(connection)

    def _send(self, connection: Connection) -> None:
        self.kind.sent += 1
        self._busy += 1
        connection.send(self.kind.bytes, real_seconds())

    def _replace(self, connection: Connection) -> None:
        self._all.discard(connection)
        if self._going:
            task = asyncio.get_running_loop().create_task(self._reopen())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _reopen(self) -> None:
        while self._going:
            try:
                await self._open()
            except OSError:
                self.kind.others["no connection"] += 1
                await real_sleep(AGAIN_SECONDS)
            else:
                return

    async def _open(self) -> None:
        _, connection = await asyncio.get_running_loop().create_connection(lambda: Connection(self), *self._address)
        self._all.add(connection)
        self._idle.append(connection)


def acknowledged(kinds: list[Kind]) -> Iterator[tuple[int, int]]:
    """Every first id and number that was answered."""
    for kind in kinds:
        yield from kind.acknowledged
