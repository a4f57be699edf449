"""What happens on one connection? A request goes out, its answer comes in, or does not."""

import asyncio
from typing import Final, Protocol, cast

from .reading import NotHttpError, Reading, Received

CLOSED: Final = "the connection was closed before the answer"
CUT: Final = "the answer was cut"
RESET: Final = "the connection was reset"
NOT_HTTP: Final = "what was answered is no HTTP"


class Listener(Protocol):
    """Who is told what came of a request."""

    def answered(self, connection: "Connection", received: Received) -> None:
        """The answer is complete."""

    def failed(self, connection: "Connection", kind: str) -> None:
        """There will be no answer; the connection is gone."""

    def lost(self, connection: "Connection") -> None:
        """The connection is gone, and no request was under way."""


class Connection(asyncio.Protocol):
    """A connection that carries one request at a time. `begun` is when that one began to count, None when there is
    none; it belongs to the listener, as does the moment in it.
    """

    def __init__(self, listener: Listener) -> None:
        self.begun: float | None = None
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._reading = Reading()

    def send(self, request: bytes, begun: float) -> None:
        """Send a request; the one before must have been answered."""
        self.begun = begun
        cast("asyncio.Transport", self._transport).write(request)

    def close(self) -> None:
        """Close; nobody is told any more."""
        self.begun = None
        self._listener = _NOBODY
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's call."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """asyncio's call: a part of an answer."""
        if self.begun is None:  # such as the 408 of a server that waited for long enough
            self._listener.lost(self)
            self.close()
            return
        try:
            received = self._reading.feed(data)
        except NotHttpError:
            self.fail(NOT_HTTP)
            return
        if received is not None:
            self._finish(received)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio's call."""
        if self.begun is None:
            self._listener.lost(self)
            return
        received = self._reading.end()
        if received is not None:
            self._finish(received)
        elif exc is not None:
            self.fail(RESET)
        else:
            self.fail(CUT if self._reading.begun else CLOSED)

    def fail(self, kind: str) -> None:
        """Give the request up, and the connection with it."""
        self._listener.failed(self, kind)
        self.close()

    def _finish(self, received: Received) -> None:
        self._reading = Reading()
        self._listener.answered(self, received)


class _Nobody:
    """Listens to what does not matter any more."""

    def answered(self, connection: Connection, received: Received) -> None: ...
    def failed(self, connection: Connection, kind: str) -> None: ...
    def lost(self, connection: Connection) -> None: ...


_NOBODY: Final = _Nobody()
