"""How is somebody told what happens, as it happens (C4)? Server-sent events."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import partial
from typing import Any, Final

from aiohttp import web

from ...engine.events import EventKind
from .accounts import show_account
from .door import HEADERS
from .operation import Asked, Operation
from .requests import show_request
from .shapes import show_inbound, show_message, show_push

EVENT_STREAM: Final = "text/event-stream"

UNREAD_BYTES: Final = 256 * 1024
"""A listener who has left so much unread for a whole batch is dropped."""

SYSTEM_BYTES: Final = 128 * 1024
"""So much may be on its way in the system's hands."""

SHOWS: Final[Mapping[EventKind, Callable[[Any, tzinfo], object]]] = {
    "request": show_request,
    "message": show_message,
    "push": show_push,
    "inbound": show_inbound,
    "account": lambda record, _: show_account(record, secrets=False),
}
"""How each kind of object is shown."""


class _Stream(web.StreamResponse):
    """A body that ends with its connection: what is written once for all listeners needs no frame for each."""

    _length_check = False  # as a WebSocket has it; aiohttp would make chunks

    def __init__(self) -> None:
        super().__init__(headers={**HEADERS, "Content-Type": EVENT_STREAM, "X-Accel-Buffering": "no"})
        self.force_close()


class _Outlet:
    """Where one listener's events leave. Nothing is kept for who does not read, beyond what was on its way."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._early: list[bytes] | None = []
        # What the system keeps for him counts, too, and it would keep megabytes.
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SYSTEM_BYTES)

    def write(self, batch: bytes) -> bool:
        """Send a batch; False when he has left, or is dropped for not reading."""
        transport = self._transport
        if transport.is_closing():
            return False
        if transport.get_write_buffer_size() > UNREAD_BYTES:
            transport.abort()
            return False
        if self._early is not None:
            self._early.append(batch)
        elif batch:
            transport.write(batch)
        return True

    def open(self) -> None:
        """The headers have left: what happened since the subscription follows them."""
        early, self._early = self._early or [], None
        self.write(b"".join(early))


async def listen(asked: Asked[None, None]) -> web.StreamResponse:
    """What happens from now on, as server-sent events; a comment every 15 s, and one when messages are removed.

    Who does not read is dropped.
    """
    transport = asked.request.transport
    if transport is None:
        raise ConnectionResetError("the client has left")
    outlet = _Outlet(transport)
    events = asked.controls.events
    listener = events.subscribe(outlet.write)
    try:
        asked.when_lost(partial(events.leave, listener))
        stream = _Stream()
        await stream.prepare(asked.request)
        outlet.open()
        await listener.ended
    finally:
        events.leave(listener)
    return stream


OPERATIONS = (Operation(method="GET", path="events", handler=listen, replies={200: str}, media=EVENT_STREAM),)
