"""How does a connection behave that is not what it should be (P1.3)?

aiohttp answers parse errors with a text that echoes what was sent, logs a traceback, and waits for ever for a request
that does not end. Ours answers in the gateway's words, logs one line, and says 408.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http import HttpVersion10, HttpVersion11
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import ERROR, RequestHandler, _ErrInfo

from ..diagnosis import Reason
from ..domain.masking import show_path
from ..protocol.limits import HEADER_BYTES, HEADERS, REQUEST_LINE_BYTES
from .capacity import SPARE, Capacity, TurnedAway, host_of
from .direct import Answer, Directly, DirectRequest, Steps
from .http_errors import ErrorResponse, why_malformed
from .plain import Response

HEAD_SECONDS: Final = 20.0
BODY_SECONDS: Final = 60.0

STALL_SECONDS: Final = 60.0
"""How long a client may take nothing of what is ready for it."""

KEEPALIVE_SECONDS: Final = 75.0

SURPLUS_SECONDS: Final = 5.0
"""How long a connection that is one too many may wait for its request."""

LINGERING_SECONDS: Final = 2.0
"""How long what a refused client still sends is read and thrown away, so that it sees the answer."""

_SPOKEN: Final = (HttpVersion11, HttpVersion10)
"""The versions of HTTP that can be answered; the parser takes a request of 0.9 and 2.0, too."""

logger = logging.getLogger("eims_sim")

LOGGED_PATH: Final = 200
"""So many characters of a path are logged."""


OnError = Callable[[web.BaseRequest | DirectRequest, int, Reason | None], ErrorResponse]
"""The answer to a request that cannot be answered otherwise: its HTTP status, and why, where that is known."""


class Patience(NamedTuple):
    """How long a request may take to arrive: its head from its first byte, its body after that; how long a client may
    take nothing of an answer; and how long a connection that is one too many may wait for its request."""

    head_seconds: float = HEAD_SECONDS
    body_seconds: float = BODY_SECONDS
    stall_seconds: float = STALL_SECONDS
    surplus_seconds: float = SURPLUS_SECONDS


PATIENCE: Final = Patience()


class _Rest(StreamReader):
    """What a client still sends when it was refused. Nothing is kept of it, but it is waited for.

    Closing a connection with unread bytes resets it, and the answer is lost on its way.
    """

    def __init__(self, connection: "GatewayConnection", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(connection, 1, loop=loop)
        self._connection = connection

    async def readany(self) -> bytes:
        """Tell the client that nothing more comes, and wait until it has left."""
        transport = self._connection.transport
        if transport is not None and transport.can_write_eof():
            with suppress(OSError):  # it has left already, by a reset
                transport.write_eof()
        return await super().readany()


class GatewayConnection(RequestHandler):
    """One connection of a client. One that is `surplus` is there for the control API alone."""

    __slots__ = (
        *("_answering", "_directly", "_head_timer", "_held", "_on_error", "_on_lost", "_patience", "_rest"),
        *("_stall_timer", "_stalled_at", "_surplus", "surplus"),
    )

    def __init__(
        self,
        *args: Any,
        patience: Patience,
        on_error: "OnError",
        directly: Directly,
        surplus: Callable[[], int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.surplus = False
        self._surplus = surplus
        self._patience = patience
        self._stall_timer: asyncio.TimerHandle | None = None
        self._stalled_at = 0
        self._directly = directly
        self._answering: DirectRequest | None = None
        self._held = bytearray()
        self._on_error = on_error
        self._on_lost: Callable[[], None] | None = None
        self._head_timer: asyncio.TimerHandle | None = None
        self._rest: _Rest | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place, if there is one: of many that come in one turn, those before this one have theirs by now."""
        surplus = self._surplus()
        if surplus >= SPARE:
            turned_away = TurnedAway()
            transport.set_protocol(turned_away)
            turned_away.connection_made(transport)
            return
        if surplus >= 0:
            self.surplus = True
            self._keepalive_timeout = self._patience.surplus_seconds
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Give the head of a request a limited time from its first byte; read no further after a broken one."""
        if self._rest is not None:
            return
        if self._answering is not None:
            self._hold(data)
            return
        directly = self._take(data)
        if directly or self._waiter is None or self._waiter.done() or self._messages:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None
            if self._messages:
                self._refuse_what_is_none()
        elif self._head_timer is None and data:
            self._head_timer = self._loop.call_later(self._patience.head_seconds, self._head_is_late)

    def _refuse_what_is_none(self) -> None:
        """Refuse the first message that is no request, or says that it is in a version of HTTP that is not spoken."""
        for place, (message, _) in enumerate(self._messages):
            if isinstance(message, _ErrInfo):
                error = message
            elif message.version in _SPOKEN:
                continue
            else:
                error = _ErrInfo(status=400, exc=BadHttpMessage("unknown version"), message="")
            while len(self._messages) > place:
                self._messages.pop()
            self._refuse(error)
            return

    def _take(self, data: bytes) -> bool:
        """Let aiohttp read what has come; whether it was a request that is answered directly."""
        waiter = self._waiter
        if waiter is None or waiter.done() or self._messages:
            super().data_received(data)
            return False
        self._waiter = None  # aiohttp wakes nobody before it is known who answers
        super().data_received(data)
        self._waiter = waiter
        if not self._messages:
            return False
        if self._answers_directly():
            return True
        waiter.set_result(None)
        return False

    def _answers_directly(self) -> bool:
        """Whether the one request that has come is answered without a task of its own; then it is taken."""
        if len(self._messages) != 1 or self._logging_enabled or self._paused or self._close or self._force_close:
            return False
        if self.surplus:
            return False
        message, payload = self._messages[0]
        if (
            payload is not EMPTY_PAYLOAD
            or isinstance(message, _ErrInfo)
            or self._parser is None
            or message.method != "GET"
            or message.should_close
            or message.upgrade
            or message.version != HttpVersion11
            or not self._directly.takes(message.path)
        ):
            return False
        self._messages.popleft()
        self._parser.message_consumed()
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        request = self._answering = DirectRequest(message, self)
        Steps(self._directly.answer(request), self._leave).go_on()
        return True

    def _hold(self, data: bytes) -> None:
        """Keep what comes while a request is answered directly: answers leave in the order of the requests."""
        self._held += data
        if self.transport is not None:
            self.transport.pause_reading()

    def _leave(self, answer: Answer | Exception) -> None:
        """Send the answer of a request that was answered directly, and take what came meanwhile."""
        request, self._answering = self._answering, None
        stays = not isinstance(answer, Exception)
        if isinstance(answer, Exception):
            assert request is not None  # noqa: S101  it is what was answered
            logger.error("HTTP 500 %s: %s", _shown(request), type(answer).__name__, exc_info=answer)
            answer = self._on_error(request, 500, None)
        if answer.status != 200 and request is not None:
            self._log_error(request, answer)
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        transport.write(answer.render(keep_alive=stays))
        if not stays:
            transport.close()
        elif self._held:
            held, self._held = bytes(self._held), bytearray()
            transport.resume_reading()
            self.data_received(held)

    def eof_received(self) -> None:
        """The client has sent all that it had."""
        if self._rest is not None:
            self._rest.feed_eof()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the timer, and wait for nothing more."""
        if self._head_timer is not None:
            self._head_timer.cancel()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
        self.eof_received()
        super().connection_lost(exc)
        if self._on_lost is not None:
            self._on_lost()

    def pause_writing(self) -> None:
        """The client does not take what it gets: for how long?"""
        super().pause_writing()
        self._await_progress()

    def resume_writing(self) -> None:
        """It does."""
        super().resume_writing()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _await_progress(self) -> None:
        if self.transport is not None:
            self._stalled_at = self.transport.get_write_buffer_size()
            self._stall_timer = self._loop.call_later(self._patience.stall_seconds, self._may_be_stalled)

    def _may_be_stalled(self) -> None:
        self._stall_timer = None
        transport = self.transport
        if transport is None:
            return
        if transport.get_write_buffer_size() < self._stalled_at:
            self._await_progress()
            return
        logger.info("a connection from %s was ended: it took nothing of its answer", host_of(self.peername))
        transport.abort()

    def _process_keepalive(self) -> None:
        """As aiohttp's; but a client that does not even take its last answer is not waited for."""
        transport = self.transport
        super()._process_keepalive()
        if self._force_close and transport is not None and transport.get_write_buffer_size():
            transport.abort()

    def when_lost(self, tell: Callable[[], None]) -> None:
        """Tell whoever answers a request of this connection that its client has left, or has left already."""
        self._on_lost = tell
        if self.transport is None:
            tell()

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._waiter is None or self._waiter.done():
            return
        self._refuse(_ErrInfo(status=408, exc=TimeoutError(), message=""))
        self._waiter.set_result(None)

    def _refuse(self, error: Any) -> None:
        """Let an error be answered as the connection's last message, whatever the client goes on to send.

        A body that is still being read ends here: aiohttp would let it wait for its rest.
        """
        bodies = [payload for _, payload in self._messages]
        if self._current_request is not None:
            bodies.append(self._current_request.content)
        for body in bodies:
            if not body.is_eof():
                body.set_exception(web.RequestPayloadError("the body is broken"))
        self._rest = _Rest(self, self._loop)
        self._messages.append((error, self._rest))

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what went wrong without an echo and without a traceback; the connection is closed after it."""
        del message  # aiohttp's own words quote the request
        if isinstance(exc, ConnectionError):
            raise exc  # the client has left, there is nobody to tell
        status = _status_of(status, exc)
        if status >= 500:
            logger.error("HTTP %d %s: %s", status, _shown(request), type(exc).__name__, exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun")
        reason = why_malformed(exc) if status == 400 else None
        response = self._on_error(request, status, reason)
        response.force_close()
        return response

    def log_access(self, request: web.BaseRequest, response: web.StreamResponse, time: float | None) -> None:
        """Log an answer that the protocol has no words for; any other only when that was asked for."""
        if not isinstance(response, ErrorResponse):
            super().log_access(request, response, time)
        else:
            self._log_error(request, response)

    @staticmethod
    def _log_error(request: web.BaseRequest | DirectRequest, answer: Answer | web.StreamResponse) -> None:
        if isinstance(answer, ErrorResponse) and answer.status != 500:  # its cause was logged already
            logger.info("HTTP %d %s from %s: %s", answer.status, _shown(request), request.remote, answer.error)

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log what went wrong outside a handler; that the rest of a refused body is broken too is no news."""
        if not isinstance(kw.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **kw)


def _shown(request: web.BaseRequest | DirectRequest) -> str:
    """Method and path as they were sent, without parameters: that is where passwords are."""
    if request.method == ERROR.method:
        return "unreadable request"
    if isinstance(request, DirectRequest):
        return f"{request.method} {show_path(request.raw_path.partition('?')[0])[:LOGGED_PATH]}"
    return f"{request.method} {show_path(request.rel_url.raw_path)[:LOGGED_PATH]}"


def _status_of(status: int, exc: BaseException | None) -> int:
    if status in (408, 500):
        return status
    if status == 504:  # aiohttp's word for a handler that timed out; ours wait for nothing else without an answer
        return 500
    if isinstance(exc, LineTooLong):
        return 414 if exc.args[1] == REQUEST_LINE_BYTES else 431
    if "Too many headers" in str(exc):
        return 431
    return 400


class AccessLog(AbstractAccessLogger):
    """One line for each request."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Log a request that was answered after `time` seconds."""
        self.logger.info("%s %s %d %.1f ms", request.remote, _shown(request), response.status, time * 1000)


class GatewayServer(web.Server):
    """Makes connections of ours instead of aiohttp's."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[Response]],
        request_factory: Callable[..., web.BaseRequest],
        *,
        access_log: bool,
        patience: Patience,
        capacity: Capacity,
        on_error: OnError,
        directly: Directly,
    ) -> None:
        super().__init__(handler, request_factory=request_factory)  # type: ignore[arg-type]
        self._on_error = on_error
        self._directly = directly
        self._access_log = logger if access_log else None
        self._patience = patience
        self._capacity = capacity

    def __call__(self) -> RequestHandler | TurnedAway:  # type: ignore[override]  # asyncio asks for a protocol
        """A new connection."""
        if self._surplus() >= SPARE:
            return TurnedAway()
        return GatewayConnection(
            self,
            loop=self._loop,
            patience=self._patience,
            surplus=self._surplus,
            on_error=self._on_error,
            directly=self._directly,
            keepalive_timeout=KEEPALIVE_SECONDS,
            max_line_size=REQUEST_LINE_BYTES,
            max_field_size=HEADER_BYTES,
            max_headers=HEADERS,
            lingering_time=LINGERING_SECONDS,
            access_log=self._access_log,
            access_log_class=AccessLog,
            logger=logger,
        )

    def _surplus(self) -> int:
        """How many connections there are beyond those that are taken; below zero while a new one has a place."""
        surplus = len(self._connections) - self._capacity.connections
        if surplus >= 0:
            self._capacity.exceed()
        return surplus
