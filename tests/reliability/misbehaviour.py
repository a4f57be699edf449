"""Customers' servers that misbehave, each in a way of its own, and what the gateway should make of them (P8.2, P8.3).

They speak through bare sockets, so that they can do what no HTTP server does. `Customers` is one server for all kinds:
the path of the URL says which.
"""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CLOSED: Final = "not delivered: the callback closed the connection without an answer"
NOT_HTTP: Final = "not delivered: what the callback answered is not HTTP/1.1"
REDIRECT: Final = "not delivered: redirects are not followed"
LATE: Final = "not delivered: no answer within"
NO_CONNECTION: Final = "not delivered: no connection within"

DRIP_SECONDS: Final = 0.02


class Peer:
    """A connection of the gateway, from the customer's side. `mended` ends every wait."""

    def __init__(self, connected: socket.socket, mended: asyncio.Event, sent: Callable[[int], None]) -> None:
        self._socket = connected
        self._mended = mended
        self._sent = sent
        self._came = b""

    async def kind(self) -> str:
        """Which kind the next request asks for, of which not much more is read; empty when there is none any more."""
        self._came = b""
        while b" HTTP/1.1\r\n" not in self._came:
            if not await self._receive(32):
                return ""
        return self._came.split()[1].decode().strip("/").partition("/")[0]

    async def take(self) -> None:
        """Read the rest of the request."""
        while (end := self._came.find(b"\r\n\r\n")) < 0 or len(self._came) < end + 4 + _length(self._came[:end]):
            if not await self._receive(65_536):
                return

    async def say(self, text: bytes) -> None:
        """Send something."""
        await asyncio.get_running_loop().sock_sendall(self._socket, text)
        self._sent(len(text))

    async def flood(self, text: bytes, begin: bytes = b"") -> None:
        """Send something again and again, until the gateway has had enough."""
        await self.say(begin)
        while True:
            await self.say(text)
            await asyncio.sleep(0)

    async def drip(self, text: bytes) -> None:
        """Send something byte by byte, and the last of it for ever."""
        for place in range(10**9):
            await self.say(text[place : place + 1] or text[-1:])
            with suppress(TimeoutError):
                async with asyncio.timeout(DRIP_SECONDS):
                    await self._mended.wait()
                    return

    async def hang(self) -> None:
        """Say nothing until the customer mends, or the gateway is gone."""
        ends = [asyncio.ensure_future(self.gone()), asyncio.ensure_future(self._mended.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await asyncio.gather(*ends, return_exceptions=True)

    async def gone(self) -> None:
        """Wait until the gateway has closed the connection."""
        while await self._receive(1024):
            pass

    def close(self) -> None:
        """End as one does."""
        self._socket.close()

    def reset(self) -> None:
        """End with a RST."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    async def _receive(self, count: int) -> int:
        more = await asyncio.get_running_loop().sock_recv(self._socket, count) if self._socket.fileno() >= 0 else b""
        self._came += more
        return len(more)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])


class Kind(NamedTuple):
    """A way to misbehave, and what stands on record for it. `early`: without having read the body."""

    behave: Callable[[Peer], Awaitable[None]]
    http_status: int | None
    verdict: str
    early: bool = False


def says(text: bytes) -> Callable[[Peer], Awaitable[None]]:
    """One who says something and waits for the next request."""
    return lambda peer: peer.say(text)


def floods(text: bytes, begin: bytes = b"") -> Callable[[Peer], Awaitable[None]]:
    """One who never ends."""
    return lambda peer: peer.flood(text, begin)


def drips(text: bytes, begin: bytes = b"") -> Callable[[Peer], Awaitable[None]]:
    """One who takes his time, perhaps after a quick beginning."""

    async def behave(peer: Peer) -> None:
        await peer.say(begin)
        await peer.drip(text)

    return behave


def resets(text: bytes = b"") -> Callable[[Peer], Awaitable[None]]:
    """One who says something and resets the connection; what he said arrives."""

    async def behave(peer: Peer) -> None:
        if text:
            await peer.say(text)
        peer.reset()

    return behave


def answers_unread(text: bytes) -> Callable[[Peer], Awaitable[None]]:
    """One who answers and closes, with the rest of the request unread: the system sends a RST after the answer."""
    text = text.replace(b"Content-Length", b"Connection: close\r\nContent-Length")

    async def behave(peer: Peer) -> None:
        await peer.say(text)
        peer.close()

    return behave


async def _close(peer: Peer) -> None:
    peer.close()


async def _hang(peer: Peer) -> None:
    await peer.hang()


def redirects(status: int) -> Kind:
    """One who sends the gateway elsewhere."""
    head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    return Kind(says(head.encode()), status, REDIRECT)


ANSWERING: Final = {
    "closes": Kind(_close, None, CLOSED),
    "resets": Kind(resets(), None, CLOSED),
    "resets-in-head": Kind(resets(b"HTTP/1.1 200 OK\r\nConte"), None, CLOSED),
    "resets-in-body": Kind(resets(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), 200, "delivered"),
    "early": Kind(answers_unread(OK), 200, "delivered", early=True),
    "early-failure": Kind(
        answers_unread(OK.replace(b"200", b"413")), 413, "not delivered: only a 2xx answer counts", early=True
    ),
    "megabyte": Kind(says(b"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n" + b"m" * 2**20), 200, "delivered"),
    "endless-body": Kind(floods(b"b" * 65_536, b"HTTP/1.1 200 OK\r\n\r\n"), 200, "delivered"),
    "endless-chunks": Kind(floods(b"1\r\nc\r\n" * 10_000, CHUNKED), 200, "delivered"),
    "endless-chunk-line": Kind(floods(b"0" * 65_536, CHUNKED), 200, "delivered"),
    "endless-trailers": Kind(floods(b"X: t\r\n" * 1000, CHUNKED + b"0\r\n"), 200, "delivered"),
    "slow-body": Kind(drips(b"b", b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"), 200, "delivered"),
    "negative-length": Kind(says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), 200, "delivered"),
    "many-answers": Kind(floods(OK * 1000), 200, "delivered"),
    "failing-answers": Kind(floods(OK.replace(b"200", b"500") * 1000), 500, "not delivered: only a 2xx answer counts"),
    "garbage": Kind(floods(b"\x00\xff\x1b[31m\r\n" * 1000), None, NOT_HTTP),
    "another-protocol": Kind(says(b"-ERR unknown command 'PUT'\r\n"), None, NOT_HTTP),
    "another-version": Kind(says(b"HTTP/2 200\r\n\r\n"), None, NOT_HTTP),
    "no-status": Kind(says(b"HTTP/1.1 OK\r\n\r\n"), None, NOT_HTTP),
    "page": Kind(says(b"<html>Welcome</html>\n"), None, NOT_HTTP),
    "endless-status": Kind(floods(b"s" * 65_536, b"HTTP/1.1 200 "), None, NOT_HTTP),
    "endless-headers": Kind(floods(b"X-H: h\r\n" * 1000, b"HTTP/1.1 200 OK\r\n"), None, NOT_HTTP),
    "interim-for-ever": Kind(floods(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), None, NOT_HTTP),
    "hints-for-ever": Kind(floods(b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 1000), None, NOT_HTTP),
    "another-protocol-next": Kind(
        floods(b"u" * 65_536, b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
        101,
        "not delivered: only a 2xx answer counts",
    ),
    **{f"redirect-{status}": redirects(status) for status in (301, 302, 307, 308)},
}
"""Those who answer somehow: the gateway need not wait for its time-out."""

HANGING: Final = {
    "hangs": Kind(_hang, None, LATE),
    "drips-a-head": Kind(drips(b"HTTP/1.1 200 OK\r\nX-Slow: ever"), None, LATE),
    "half-a-head": Kind(says(b"HTTP/1.1 200 OK\r\nContent-Le"), None, LATE),
    "interim-and-no-more": Kind(says(b"HTTP/1.1 100 Continue\r\n\r\n"), None, LATE),
}
"""Those for whom only the time-out ends the attempt."""

KINDS: Final = ANSWERING | HANGING


@dataclass
class Customers:
    """Everyone who misbehaves, until they mend. `asked` counts their requests, `sent` the bytes they got rid of, `open`
    are the connections, each with the kind that it was used for."""

    port: int
    kinds: dict[str, Kind]
    asked: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    open: dict[asyncio.Task[None], str] = field(default_factory=dict)
    mended: asyncio.Event = field(default_factory=asyncio.Event)
    _waiters: list[asyncio.Future[None]] = field(default_factory=list)

    def url(self, kind: str) -> str:
        """Where one of a kind wants his reports."""
        return f"http://127.0.0.1:{self.port}/{kind}"

    async def until(self, satisfied: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until something holds of what was asked, or of who is connected."""
        async with asyncio.timeout(seconds):
            while not satisfied():
                self._waiters.append(asyncio.get_running_loop().create_future())
                await self._waiters[-1]

    async def serve(self, connected: socket.socket) -> None:
        """Misbehave on one connection, or behave once mended."""
        me, kind = asyncio.current_task(), ""
        assert me is not None

        def sent(count: int) -> None:
            self.sent[kind] += count
            self._tell()

        peer = Peer(connected, self.mended, sent)
        try:
            with suppress(OSError):
                while kind := await peer.kind():
                    misbehaves = not self.mended.is_set()
                    if not (misbehaves and self.kinds[kind].early):
                        await peer.take()
                    self.asked[kind] += 1
                    self.open[me] = kind
                    self._tell()
                    await (self.kinds[kind].behave(peer) if misbehaves else peer.say(OK))
        finally:
            connected.close()
            self.open.pop(me)
            self._tell()

    def _tell(self) -> None:
        for waiter in self._waiters:
            waiter.set_result(None)
        self._waiters.clear()


@asynccontextmanager
async def customers(kinds: dict[str, Kind] = KINDS) -> AsyncIterator[Customers]:
    """A server for all kinds, on a free port of this machine."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        listening.setblocking(False)
        made = Customers(listening.getsockname()[1], kinds)

        async def accept() -> None:
            while True:
                connected, _ = await loop.sock_accept(listening)
                made.open[asyncio.create_task(made.serve(connected))] = ""

        accepting = asyncio.create_task(accept())
        try:
            yield made
        finally:
            tasks = [accepting, *made.open]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


@asynccontextmanager
async def full_backlog() -> AsyncIterator[str]:
    """The URL of a server that never accepts and has no room for another who waits for it (Linux)."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        for filler in fillers:
            filler.close()


def refusing() -> str:
    """The URL of a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}/"
