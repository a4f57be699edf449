"""The load: one request over and over on a number of connections. A process of its own: `python -m benchmarks.load`.

A hand-written protocol, so that the load costs little beside the server. It prints one line of JSON: requests answered,
seconds, percentiles in milliseconds, and answers whose status was not 0.
"""

import argparse
import asyncio
import json
import sys
import time


class Connection(asyncio.Protocol):
    """Sends the request, waits for the whole answer, sends it again until the time is up."""

    def __init__(self, request: bytes, until: float, latencies: list[float], done: asyncio.Future[None]) -> None:
        self._request = request
        self._until = until
        self._latencies = latencies
        self._done = done
        self._received = b""
        self._missing = 0
        self._sent_at = 0.0
        self.refused = 0

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
            at = head.find(b"Content-Length: ") + 16
            self._missing = int(head[at:].partition(b"\r\n")[0]) - len(body)
            self.refused += not body.startswith((b'{"status":0', b"{"[: not body]))
            self._received = b""
        if self._missing <= 0:
            self._missing = 0
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _answered(self) -> None:
        now = time.perf_counter()
        self._latencies.append(now - self._sent_at)
        if now < self._until:
            self._send()
        elif not self._done.done():
            self._done.set_result(None)
            self._transport.close()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)  # type: ignore[attr-defined]


async def drive(port: int, request: bytes, connections: int, seconds: float) -> dict[str, float]:
    """Load the server on the port; returns what the line of JSON says."""
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    began = time.perf_counter()
    dones, protocols = [], []
    for _ in range(connections):
        done = loop.create_future()
        _, protocol = await loop.create_connection(
            lambda done=done: Connection(request, began + seconds, latencies, done), "127.0.0.1", port
        )
        dones.append(done)
        protocols.append(protocol)
    await asyncio.gather(*dones)
    took = time.perf_counter() - began
    latencies.sort()
    return {
        "requests": len(latencies),
        "seconds": took,
        "rate": len(latencies) / took,
        "p50_ms": latencies[len(latencies) // 2] * 1e3,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1e3,
        "refused": sum(protocol.refused for protocol in protocols),
    }


def main() -> None:
    """Read the request from standard input and drive."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=2.0)
    arguments = parser.parse_args()
    request = sys.stdin.buffer.read()
    try:
        import uvloop

        run = uvloop.run
    except ImportError:
        run = asyncio.run
    print(json.dumps(run(drive(arguments.port, request, arguments.connections, arguments.seconds))))


if __name__ == "__main__":
    main()
