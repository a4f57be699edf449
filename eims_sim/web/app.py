"""Which paths are there? The route table, on one screen."""

from typing import Final

from aiohttp import web

from ..diagnosis import Reason
from ..engine.controls import Controls
from .connection import GatewayServer
from .console.routes import add_console
from .control import (
    accounts,
    clock,
    codes,
    coverage,
    digests,
    events,
    faults,
    handsets,
    health,
    inbound,
    messages,
    metrics,
    openapi,
    otp,
    presets,
    pushes,
    reload,
    requests,
    reset,
    rules,
    segments,
    state,
)
from .control.door import CONTROL, DOOR, Door
from .direct import Answer, DirectRequest
from .endpoints import DIRECT, Endpoints
from .http_errors import ErrorResponse
from .plain import PlainResponse, Response

RESOURCES: Final = (
    accounts,
    clock,
    codes,
    coverage,
    digests,
    events,
    faults,
    handsets,
    health,
    inbound,
    messages,
    metrics,
    openapi,
    otp,
    presets,
    pushes,
    reload,
    requests,
    reset,
    rules,
    segments,
    state,
)

OPERATIONS: Final = tuple(operation for resource in RESOURCES for operation in resource.OPERATIONS)
"""Every call of the control API (C4)."""


def control_app(controls: Controls, door: Door, body_limit: int) -> web.Application:
    """The control API (C4)."""
    app = web.Application(client_max_size=body_limit)
    app[door.CONTROLS] = controls
    app[DOOR] = door
    for operation in OPERATIONS:
        guard = door.open_to_all if operation.open_to_all else door.guard
        app.router.add_route(operation.method, CONTROL + operation.path, guard(operation.answer))
    add_console(app, door)
    app.router.add_route("*", "/{rest:.*}", door.open_to_all(door.unknown))
    return app


class Front:
    """Takes every request: the gateway's own go straight to their endpoint, `/_sim/` to the control API.

    `active` counts those that are being answered.
    """

    def __init__(self, endpoints: Endpoints, control: web.Application) -> None:
        self.active = 0
        self._endpoints = endpoints
        self._control = control

    async def handle(self, request: web.BaseRequest) -> Response:
        """Answer one request."""
        raw = request.raw_path
        if not raw.startswith("/"):  # a proxy's absolute form
            raw = request.rel_url.raw_path_qs
        path, _, query = raw.partition("?")
        self.active += 1
        try:
            if _is_control(path):
                return await self._control._handle(request)  # type: ignore[arg-type]  # noqa: SLF001
            return await self._endpoints.serve(request, path, query)
        finally:
            self.active -= 1

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
        return self._endpoints.fail(request, status, reason, on_record=not _is_control(request.raw_path))


def _is_control(path: str) -> bool:
    return path.startswith(CONTROL) or path == CONTROL[:-1]


class FrontRunner(web.BaseRunner):
    """Runs the front on connections of ours."""

    def __init__(self, front: Front, control: web.Application, *, access_log: bool, head_seconds: float) -> None:
        super().__init__(shutdown_timeout=0.2)  # beyond what the server has waited for them already
        self._front = front
        self._control = control
        self._access_log = access_log
        self._head_seconds = head_seconds

    @property
    def connected(self) -> bool:
        """Whether there are clients."""
        return self.server is not None and bool(self.server.connections)

    async def shutdown(self) -> None:
        """Let the control API end what it does."""
        await self._control.shutdown()

    async def _make_server(self) -> web.Server:
        self._control.on_startup.freeze()
        await self._control.startup()
        self._control.freeze()
        return GatewayServer(
            self._front.handle,
            request_factory=self._control._make_request,  # noqa: SLF001
            access_log=self._access_log,
            head_seconds=self._head_seconds,
            on_error=self._front.on_error,
            directly=self._front,
        )

    async def _cleanup_server(self) -> None:
        await self._control.cleanup()
