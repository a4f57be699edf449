"""How is a request answered that is there as a whole when its connection is idle? Without a task of its own.

aiohttp gives every request a stream, an object of twenty fields, two futures and a task, and three turns of the loop.
Nearly every request of a client needs none of that: a GET, whose answer waits for a commit and for nothing else.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp.http import RawRequestMessage
from multidict import CIMultiDictProxy

from ..waiter import Waiter
from .http_errors import ErrorResponse
from .plain import PlainResponse

if TYPE_CHECKING:
    from .connection import GatewayConnection

logger = logging.getLogger("eims_sim")

Answer = PlainResponse | ErrorResponse


class DirectRequest:
    """As much of a request as an endpoint looks at."""

    __slots__ = ("headers", "method", "protocol", "raw_path")

    def __init__(self, message: RawRequestMessage, protocol: "GatewayConnection") -> None:
        self.method: str = message.method
        self.raw_path: str = message.path
        self.headers: CIMultiDictProxy[str] = message.headers
        self.protocol = protocol

    @property
    def transport(self) -> asyncio.BaseTransport | None:
        """The connection's; None when the client has left."""
        return self.protocol.transport

    @property
    def remote(self) -> str | None:
        """The peer's address."""
        peer = self.protocol.peername
        return str(peer[0]) if isinstance(peer, tuple) else peer


class Directly(Protocol):
    """Who answers requests so."""

    def takes(self, raw_path: str) -> bool:
        """Whether a GET of this path is answered so: by a coroutine that awaits nothing but plain futures."""

    def answer(self, request: DirectRequest) -> Coroutine[Any, Any, Answer]:
        """Answer it."""


class Steps:
    """Runs a coroutine that awaits nothing but plain futures, as a task would but for what only tasks have."""

    __slots__ = ("_coroutine", "_done")

    def __init__(self, coroutine: Coroutine[Any, Any, Answer], done: Callable[[Answer | Exception], None]) -> None:
        self._coroutine = coroutine
        self._done = done

    def go_on(self, _: object = None) -> None:
        """As far as the next future that is not done."""
        try:
            awaited = self._coroutine.send(None)
        except StopIteration as end:
            self._end(end.value)
        except Exception as error:  # noqa: BLE001  whatever it is: it is answered
            self._end(error)
        else:
            awaited._asyncio_future_blocking = False  # noqa: SLF001  as a task does: see asyncio.Future.__await__
            if isinstance(awaited, Waiter):
                awaited.resume = self.go_on
            else:
                awaited.add_done_callback(self.go_on)

    def _end(self, outcome: Answer | Exception) -> None:
        """Hand the outcome over. It must not raise: the writer wakes a whole group in one turn, one after the other."""
        try:
            self._done(outcome)
        except Exception:
            logger.exception("an answer could not be sent")
