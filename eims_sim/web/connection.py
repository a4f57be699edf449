"""How does a connection behave that is not what it should be (P1.3)?

aiohttp answers parse errors with a text that echoes what was sent, logs a traceback, and waits for ever for a request
that does not end. Ours answers in the gateway's words, logs one line, and says 408.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import LineTooLong
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from ..protocol.answers import CONTENT_TYPE, encode_http_error
from ..protocol.limits import HEADER_BYTES, HEADERS, REQUEST_LINE_BYTES

HEAD_SECONDS: Final = 20.0
"""How long the head of a request may take from its first byte."""

BODY_SECONDS: Final = 60.0
"""How long its body may take after that."""

KEEPALIVE_SECONDS: Final = 75.0

LINGERING_SECONDS: Final = 2.0
"""How long what a refused client still sends is read and thrown away, so that it sees the answer."""

logger = logging.getLogger("eims_sim")

ERRORS: Final = {
    400: "this HTTP request cannot be understood; percent-encode blanks and bytes above 127 in the URL",
    408: "the request did not arrive in time",
    413: "the body is larger than the gateway takes",
    414: "the request line is longer than 64 KiB",
    431: "the headers are larger than the gateway takes",
    500: "the simulator failed; its log says how",
    503: "the gateway cannot take this request now; try again",
}
"""What is said beside each HTTP code; never an echo of what was sent."""

RETRY_SECONDS: Final = "1"


def error_response(status: int, error: str | None = None) -> web.Response:
    """An answer that the protocol has no words for (P1.3)."""
    headers = {"Content-Type": CONTENT_TYPE}
    if status == 503:
        headers["Retry-After"] = RETRY_SECONDS
    return web.Response(status=status, body=encode_http_error(error or ERRORS[status]), headers=headers)


class GatewayConnection(RequestHandler):
    """One connection of a client."""

    __slots__ = ("_head_timer",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Give the head of a request a limited time from its first byte."""
        super().data_received(data)
        if self._waiter is None or self._waiter.done() or self._messages:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None
        elif self._head_timer is None and data:
            self._head_timer = self._loop.call_later(HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the timer."""
        if self._head_timer is not None:
            self._head_timer.cancel()
        super().connection_lost(exc)

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._waiter is None or self._waiter.done():
            return
        self._messages.append((_ErrInfo(status=408, exc=TimeoutError(), message=""), EMPTY_PAYLOAD))
        self._waiter.set_result(None)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what went wrong without an echo and without a traceback; the connection is closed after it."""
        del message  # aiohttp's own words quote the request
        status = _status_of(status, exc)
        if status >= 500:
            logger.error("HTTP %d %s %s: %s", status, request.method, request.path, type(exc).__name__, exc_info=exc)
        else:
            logger.info("HTTP %d from %s: %s", status, request.remote, ERRORS[status])
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun")
        response = error_response(status)
        response.force_close()
        return response


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
    """One line for each request, without its query: that is where passwords are."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Log a request that was answered after `time` seconds."""
        self.logger.info(
            "%s %s %s %d %.1f ms", request.remote, request.method, request.path, response.status, time * 1000
        )


class GatewayServer(web.Server):
    """Makes connections of ours instead of aiohttp's."""

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        request_factory: Callable[..., web.BaseRequest],
        *,
        access_log: bool,
    ) -> None:
        super().__init__(handler, request_factory=request_factory)
        self._access_log = logger if access_log else None

    def __call__(self) -> RequestHandler:
        """A new connection."""
        return GatewayConnection(
            self,
            loop=self._loop,
            keepalive_timeout=KEEPALIVE_SECONDS,
            max_line_size=REQUEST_LINE_BYTES,
            max_field_size=HEADER_BYTES,
            max_headers=HEADERS,
            lingering_time=LINGERING_SECONDS,
            access_log=self._access_log,
            access_log_class=AccessLog,
            logger=logger,
        )
