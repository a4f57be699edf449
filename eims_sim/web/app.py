"""Who takes a request? The gateway's four endpoints, or the control API."""

import asyncio
from collections.abc import Callable
from functools import partial

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from ..diagnosis import Reason
from .capacity import Capacity
from .connection import GatewayConnection, GatewayServer, Patience
from .direct import Answer, DirectRequest
from .endpoints import DIRECT, Endpoints
from .http_errors import ErrorResponse
from .paths import is_control
from .plain import PlainResponse, Response


class Front:
    """Takes every request: the gateway's own go straight to their endpoint, `/_sim/` to the control API.

    `active` counts those that are being answered. `make_control` makes the control API when it is first asked: it takes
    a while to load, and many a start is for the gateway alone (D8).
    """

    def __init__(self, endpoints: Endpoints, make_control: Callable[[], web.Application]) -> None:
        self.active = 0
        self._endpoints = endpoints
        self._make_control = make_control
        self._control: web.Application | None = None

    async def handle(self, request: web.BaseRequest) -> Response:
        """Answer one request."""
        raw = request.raw_path
        if not raw.startswith("/"):  # a proxy's absolute form
            raw = request.rel_url.raw_path_qs
        path, _, query = raw.partition("?")
        self.active += 1
        try:
            if is_control(path):
                control = self._control or await self._open_control()
                return await control._handle(request)  # type: ignore[arg-type]  # noqa: SLF001
            protocol = request.protocol
            if isinstance(protocol, GatewayConnection) and protocol.surplus:
                return self._endpoints.crowd_out(request, path, query)
            return await self._endpoints.serve(request, path, query)
        finally:
            self.active -= 1

    async def close(self) -> None:
        """Let the control API end what it does."""
        if self._control is not None:
            await self._control.shutdown()
            await self._control.cleanup()

    async def _open_control(self) -> web.Application:
        control = self._make_control()
        control.on_startup.freeze()
        await control.startup()
        control.freeze()
        self._control = control
        return control

    def takes(self, raw_path: str) -> bool:
        """Whether a GET of this path is answered without a task of its own."""
        return self._endpoints.direct and raw_path.startswith(DIRECT)

    async def answer(self, request: DirectRequest) -> Answer:
        """Answer one request that is there as a whole."""
        path, _, query = request.raw_path.partition("?")
        self.active += 1
        try:
            response = await self._endpoints.serve(request, path, query)
        finally:
            self.active -= 1
        assert isinstance(response, PlainResponse | ErrorResponse)  # noqa: S101  no other waits for futures alone
        return response

    def on_error(self, request: web.BaseRequest | DirectRequest, status: int, reason: Reason | None) -> ErrorResponse:
        """The answer to what cannot be answered otherwise; on record, unless it was an operator's."""
        return self._endpoints.fail(request, status, reason, on_record=not is_control(request.raw_path))


class FrontRunner(web.BaseRunner):
    """Runs the front on connections of ours."""

    def __init__(
        self, front: Front, *, body_limit: int, access_log: bool, patience: Patience, capacity: Capacity
    ) -> None:
        super().__init__(shutdown_timeout=0.2)  # beyond what the server has waited for them already
        self._front = front
        self._body_limit = body_limit
        self._access_log = access_log
        self._patience = patience
        self._capacity = capacity

    @property
    def connected(self) -> bool:
        """Whether there are clients."""
        return self.server is not None and bool(self.server.connections)

    async def shutdown(self) -> None:
        """Let the control API end what it does."""
        await self._front.close()

    async def _make_server(self) -> web.Server:
        return GatewayServer(
            self._front.handle,
            request_factory=partial(_request, asyncio.get_running_loop(), self._body_limit),
            access_log=self._access_log,
            patience=self._patience,
            capacity=self._capacity,
            on_error=self._front.on_error,
            directly=self._front,
        )

    async def _cleanup_server(self) -> None:
        """Nothing is left: what there was ended with `shutdown`."""


def _request(
    loop: asyncio.AbstractEventLoop,
    body_limit: int,
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.Request:
    return web.Request(message, payload, protocol, writer, task, loop, client_max_size=body_limit)
