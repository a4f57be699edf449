"""How is a gateway driven, and what came of it? As fast as its answers come, or at a rate that waits for nobody."""

import asyncio
import contextlib
import os
import re
import ssl
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from ..engine.clock import real_seconds, real_sleep
from ..errors import EimsSimError
from .connection import Connection
from .reading import Received

TIMED_OUT: Final = "no answer in time"
NOT_REACHED: Final = "the connection could not be opened"
NOT_SENT: Final = "no connection was free at its moment, nor in time"
NO_STATUS: Final = "HTTP 200 without a status"

SWEEP_SECONDS: Final = 0.1
"""How often it is looked whether the time of a request, or of all, is over."""
TICK_SECONDS: Final = 0.001
"""Requests of a higher rate begin together, so often."""
RECONNECT_SECONDS: Final = 0.1

_STATUS: Final = re.compile(rb'"status"\s*:\s*"?(-?\d{1,9})').search
_SUCCESS: Final = re.compile(rb'"success"\s*:\s*"?(\d{1,9})').search


class NotDrivenError(EimsSimError):
    """The gateway could not be reached at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to drive: until so many requests are answered or failed, or so many seconds are over, whatever comes first.

    With a rate (requests a second) they begin at their moments, whatever became of those before; one that has to wait
    for a free connection counts from its moment. Without one, each connection sends its next request at once.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    connections: int = 32
    requests: int | None = None
    seconds: float | None = 10.0
    rate: float | None = None
    timeout_seconds: float = 30.0


@dataclass(slots=True)
class Outcome:
    """What came of it. Latencies in seconds, as they came; `success` is the sum of what the answers counted so.

    `cpu_seconds` is what this process used for it.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    sent: int = 0
    success: int = 0
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """Requests that were answered or failed."""
        return len(self.latencies) + self.errors.total()


Watch = Callable[[Outcome], None]


async def drive(plan: Plan, requests: Iterator[bytes], outcome: Outcome, watch: Watch = lambda _: None) -> None:
    """Drive a gateway; `outcome` is filled on the way, `watch` sees it now and then.

    Whoever cancels it finds in the outcome what came of it so far. Raises NotDrivenError when nothing is reached.
    """
    driver = _Driver(plan, requests, outcome)
    try:
        await driver.connect()
        await driver.run(watch)
    finally:
        driver.stop()


class _Driver:
    """Sends requests over connections and writes down what comes of them."""

    def __init__(self, plan: Plan, requests: Iterator[bytes], outcome: Outcome) -> None:
        self._plan = plan
        self._requests = requests
        self._outcome = outcome
        self._connections: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._overdue: deque[float] = deque()
        self._in_flight = 0
        self._scheduled = 0
        self._began = self._began_cpu = 0.0
        self._deadline = inf
        self._over = asyncio.Event()
        self._opening: set[asyncio.Task[Any]] = set()
        self._tick_handle: asyncio.TimerHandle | None = None

    async def connect(self) -> None:
        """Open the connections. Raises NotDrivenError."""
        tasks = [asyncio.create_task(self._open()) for _ in range(self._plan.connections)]
        self._opening.update(tasks)
        try:
            async with asyncio.timeout(self._plan.timeout_seconds):
                await asyncio.gather(*tasks)
        except OSError as error:
            place = f"{self._plan.host}, port {self._plan.port},"
            raise NotDrivenError(f"{place} is not reached: {_words(error)}.") from error
        self._opening.difference_update(tasks)

    async def run(self, watch: Watch) -> None:
        """Send until the plan is done."""
        self._began, self._began_cpu = real_seconds(), _cpu_seconds()
        if self._plan.seconds is not None:
            self._deadline = self._began + self._plan.seconds
        if self._plan.rate is not None:
            self._tick(self._plan.rate)
        else:
            while self._idle and self._may_begin(self._began):
                self._send(self._idle.popleft(), real_seconds())
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._over.wait()
            self._sweep(real_seconds())
            watch(self._outcome)

    def stop(self) -> None:
        """Close everything."""
        if self._began:
            self._outcome.seconds = real_seconds() - self._began
            self._outcome.cpu_seconds = _cpu_seconds() - self._began_cpu
        if self._tick_handle is not None:
            self._tick_handle.cancel()
        for task in self._opening:
            task.cancel()
        for connection in self._connections:
            connection.close()

    def answered(self, connection: Connection, received: Received) -> None:
        """Write an answer down and send the next request."""
        now = real_seconds()
        self._in_flight -= 1
        self._note(connection, received, now)
        connection.begun = None
        if received.reusable:
            self._go_on(connection, now)
        else:
            connection.close()
            self._replace(connection)
        self._end_if_done(now)

    def failed(self, connection: Connection, kind: str) -> None:
        """Write a failure down and open another connection."""
        self._in_flight -= 1
        self._outcome.errors[kind] += 1
        self._replace(connection)
        self._end_if_done(real_seconds())

    def lost(self, connection: Connection) -> None:
        """An idle connection was closed: open another one."""
        if connection in self._idle:
            self._idle.remove(connection)
        self._replace(connection)

    def _note(self, connection: Connection, received: Received, now: float) -> None:
        outcome = self._outcome
        status = _STATUS(received.body)
        if received.http_status != 200:
            outcome.errors[f"HTTP {received.http_status}"] += 1
        elif status is None:
            outcome.errors[NO_STATUS] += 1
        else:
            outcome.latencies.append(now - (connection.begun or now))
            outcome.statuses[int(status[1])] += 1
            success = _SUCCESS(received.body)
            outcome.success += int(success[1]) if success else 0

    def _go_on(self, connection: Connection, now: float) -> None:
        """What a free connection does next."""
        if self._overdue:
            self._send(connection, self._overdue.popleft())
        elif self._plan.rate is None and self._may_begin(now):
            self._send(connection, now)
        else:
            self._idle.append(connection)

    def _send(self, connection: Connection, begun: float) -> None:
        self._outcome.sent += 1
        self._in_flight += 1
        connection.send(next(self._requests), begun)

    def _may_begin(self, now: float) -> bool:
        """Whether one more request fits into the plan."""
        return now < self._deadline and (self._plan.requests is None or self._outcome.sent < self._plan.requests)

    def _tick(self, rate: float) -> None:
        """Begin every request whose moment has come, and come back for the next."""
        now = real_seconds()
        while (due := self._began + self._scheduled / rate) <= now and self._is_scheduled(due):
            self._scheduled += 1
            if self._idle:
                self._send(self._idle.popleft(), now)
            else:
                self._overdue.append(due)
        if self._is_scheduled(due):
            self._tick_handle = asyncio.get_running_loop().call_later(max(due - now, TICK_SECONDS), self._tick, rate)

    def _is_scheduled(self, due: float) -> bool:
        return due < self._deadline and (self._plan.requests is None or self._scheduled < self._plan.requests)

    def _sweep(self, now: float) -> None:
        """Give up what takes too long."""
        timeout = self._plan.timeout_seconds
        for connection in [one for one in self._connections if one.begun is not None and now - one.begun > timeout]:
            connection.fail(TIMED_OUT)
        while self._overdue and (now >= self._deadline or now - self._overdue[0] > timeout):
            self._overdue.popleft()
            self._outcome.errors[NOT_SENT] += 1
        self._outcome.seconds = now - self._began
        self._end_if_done(now)

    def _end_if_done(self, now: float) -> None:
        if self._in_flight or self._overdue:
            return
        if self._plan.rate is None:
            more = self._may_begin(now)
        else:
            more = self._is_scheduled(self._began + self._scheduled / self._plan.rate)
        if not more:
            self._over.set()

    def _replace(self, connection: Connection) -> None:
        """Open a connection for one that is gone."""
        self._connections.discard(connection)
        if not self._over.is_set():
            task = asyncio.get_running_loop().create_task(self._reopen())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _reopen(self) -> None:
        while not self._over.is_set():
            try:
                connection = await self._open()
            except OSError:
                self._outcome.errors[NOT_REACHED] += 1
                self._outcome.sent += self._plan.rate is None  # or a plan of so many requests would never end
                self._end_if_done(real_seconds())
                await real_sleep(RECONNECT_SECONDS)
            else:
                self._idle.remove(connection)
                self._go_on(connection, real_seconds())
                return

    async def _open(self) -> Connection:
        plan = self._plan
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(self), plan.host, plan.port, ssl=plan.tls
        )
        self._connections.add(connection)
        self._idle.append(connection)
        return connection


def _words(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return error.strerror or str(error)


def _cpu_seconds() -> float:
    """What this process has used so far."""
    times = os.times()
    return times.user + times.system
