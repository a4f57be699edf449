"""Who takes the reports: a receiver that answers 200 and counts. A process of its own: `python -m benchmarks.receiver`.

A hand-written protocol, so that it costs little beside whoever pushes. `GET /` tells how many reports came in how many
PUTs, and the moments of the first and of the last PUT; `DELETE /` begins anew.
"""

import argparse
import asyncio
import json
import re
import time

COUNT = re.compile(rb'"cnt":(\d+)').search
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE).search
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
TAKEN = ANSWER % (12, b'{"status":0}')


class Taken:
    """What came so far."""

    def __init__(self) -> None:
        self.puts = self.reports = 0
        self.first = self.last = 0.0

    def take(self, body: bytes) -> None:
        """Count one PUT."""
        counted = COUNT(body)
        assert counted is not None, body
        self.last = time.perf_counter()
        self.first = self.first or self.last
        self.puts += 1
        self.reports += int(counted[1])


class Receiver(asyncio.Protocol):
    """One connection."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = LENGTH(self._received, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            request, self._received = self._received[:whole], self._received[whole:]
            self._transport.write(self._answer(request, end + 4))  # type: ignore[attr-defined]

    def _answer(self, request: bytes, body: int) -> bytes:
        if request.startswith(b"PUT"):
            self._taken.take(request[body:])
            return TAKEN
        told = json.dumps(vars(self._taken)).encode()
        if request.startswith(b"DELETE"):
            self._taken.__init__()  # type: ignore[misc]
        return ANSWER % (len(told), told)


async def serve(port: int) -> None:
    """Serve until the process ends."""
    taken = Taken()
    server = await asyncio.get_running_loop().create_server(lambda: Receiver(taken), "127.0.0.1", port)
    print(f"ready http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))
