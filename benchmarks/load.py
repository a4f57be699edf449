"""The load: a request over and over on a number of connections. A process of its own: `python -m benchmarks.load`.

A hand-written protocol, so that the load costs little beside the server. Where the request says `_NUMBER_` each one has
a number of its own. It prints one line of JSON: requests answered, seconds, percentiles in milliseconds, answers whose
status was not 0, and those with a note.
"""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator

from .wire import COUNTER


class Until:
    """When is it over? After so many seconds, or so many answers."""

    def __init__(self, moment: float, requests: int) -> None:
        self.moment = moment
        self.requests = requests
        self.latencies: list[float] = []

    def over(self, now: float) -> bool:
        """Is it over?"""
        return now >= self.moment or len(self.latencies) >= self.requests


class Connection(asyncio.Protocol):
    """Sends a request, waits for the whole answer, sends the next until it is over."""

    def __init__(
        self, requests: Iterator[bytes], until: Until, done: asyncio.Future[None], begins: tuple[bytes, ...]
    ) -> None:
        self._requests = requests
        self._until = until
        self._done = done
        self._begins = begins
        self._received = b""
        self._missing = 0
        self._sent_at = 0.0
        self.refused = 0
        self.noted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._received += data
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            head, body = self._received[:end], self._received[end + 4 :]
            self._missing = _length(head) - len(body)
            self.refused += not (head.startswith(b"HTTP/1.1 200") and body[:11].startswith(self._begins))
            self.noted += b"X-EIMS-Sim-Note" in head
            self._received = b""
        if self._missing <= 0:
            self._missing = 0
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _answered(self) -> None:
        now = time.perf_counter()
        self._until.latencies.append(now - self._sent_at)
        if not self._until.over(now):
            self._send()
        elif not self._done.done():
            self._done.set_result(None)
            self._transport.close()

    def _send(self) -> None:
        request = next(self._requests)
        self._sent_at = time.perf_counter()
        self._transport.write(request)  # type: ignore[attr-defined]


def _length(head: bytes) -> int:
    at = head.find(b"Content-Length: ")
    if at < 0:
        at = head.lower().index(b"content-length: ")
    return int(head[at + 16 :].partition(b"\r\n")[0])


def make_requests(template: bytes, first: int) -> Iterator[bytes]:
    """The requests, each with its own number where there is a place for one."""
    pieces = template.split(COUNTER.encode())
    if len(pieces) == 1:
        return itertools.repeat(template)
    return ((b"%08d" % number).join(pieces) for number in itertools.count(first))


async def drive(arguments: argparse.Namespace, template: bytes) -> dict[str, float]:
    """Load the server on the port; returns what the line of JSON says."""
    loop = asyncio.get_running_loop()
    requests = make_requests(template, arguments.first)
    # An answer in two parts may begin with its head alone.
    begins = (b"",) if arguments.loosely else (b'{"status":0', b"{")
    began = time.perf_counter()
    until = Until(began + arguments.seconds, arguments.requests or sys.maxsize)
    dones, protocols = [], []
    for _ in range(arguments.connections):
        done = loop.create_future()
        _, protocol = await loop.create_connection(
            lambda done=done: Connection(requests, until, done, begins), "127.0.0.1", arguments.port
        )
        dones.append(done)
        protocols.append(protocol)
    await asyncio.gather(*dones)
    took = time.perf_counter() - began
    latencies = sorted(until.latencies)
    return {
        "requests": len(latencies),
        "seconds": took,
        "rate": len(latencies) / took,
        "p50_ms": latencies[len(latencies) // 2] * 1e3,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1e3,
        "p99_of_time_ms": p99_of_time(latencies, took * arguments.connections / len(latencies)) * 1e3,
        "refused": sum(protocol.refused for protocol in protocols),
        "noted": sum(protocol.noted for protocol in protocols),
    }


def p99_of_time(latencies: list[float], expected: float) -> float:
    """The p99 had requests gone on at their mean pace while answers were awaited, as wrk corrects it.

    A stall keeps each connection from asking: it is one slow answer of each, however long it is.
    """
    missed = []
    for latency in latencies:
        latency -= expected
        while latency > expected:
            missed.append(latency)
            latency -= expected
    corrected = sorted(latencies + missed)
    return corrected[int(len(corrected) * 0.99)]


def main() -> None:
    """Read the request from standard input and drive."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--requests", type=int, default=0, help="stop after so many, too")
    parser.add_argument("--first", type=int, default=10_000_000, help="the first number")
    parser.add_argument("--loosely", action="store_true", help="HTTP 200 is enough, whatever the body says")
    arguments = parser.parse_args()
    template = sys.stdin.buffer.read()
    try:
        import uvloop

        run = uvloop.run
    except ImportError:
        run = asyncio.run
    print(json.dumps(run(drive(arguments, template))))


if __name__ == "__main__":
    main()
