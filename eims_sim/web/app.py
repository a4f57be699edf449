"""Which paths are there? The route table, on one screen."""

from typing import Final

from aiohttp import web

from ..engine.controls import Controls
from .connection import GatewayServer
from .control import clock, health, inbound, messages, pushes, reset
from .control.door import Door
from .endpoints import Endpoints

CONTROL: Final = "/_sim/"


def control_app(controls: Controls, door: Door, body_limit: int) -> web.Application:
    """The control API (C4)."""
    app = web.Application(client_max_size=body_limit)
    app[door.CONTROLS] = controls
    for method, path, handler in (
        ("GET", "health", door.open_to_all(health.show)),
        ("GET", "clock", door.guard(clock.show)),
        ("PUT", "clock", door.guard(clock.change)),
        ("POST", "clock/advance", door.guard(clock.advance)),
        ("GET", "messages", door.guard(messages.listed)),
        ("GET", "messages/{id}", door.guard(messages.one)),
        ("GET", "inbound", door.guard(inbound.listed)),
        ("POST", "inbound", door.guard(inbound.add)),
        ("GET", "pushes", door.guard(pushes.listed)),
        ("POST", "pushes/{id}/retry", door.guard(pushes.retry)),
        ("POST", "reset", door.guard(reset.reset)),
    ):
        app.router.add_route(method, CONTROL + path, handler)
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

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        raw = request.raw_path
        if not raw.startswith("/"):  # a proxy's absolute form
            raw = request.rel_url.raw_path_qs
        path, _, query = raw.partition("?")
        self.active += 1
        try:
            if path.startswith(CONTROL) or path == CONTROL[:-1]:
                return await self._control._handle(request)  # type: ignore[arg-type]  # noqa: SLF001
            return await self._endpoints.serve(request, path, query.partition("#")[0])
        finally:
            self.active -= 1


class FrontRunner(web.BaseRunner):
    """Runs the front on connections of ours."""

    def __init__(
        self, front: Front, control: web.Application, *, access_log: bool, head_seconds: float, explained: bool
    ) -> None:
        super().__init__(shutdown_timeout=0.2)  # beyond what the server has waited for them already
        self._front = front
        self._control = control
        self._access_log = access_log
        self._head_seconds = head_seconds
        self._explained = explained

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
            explained=self._explained,
        )

    async def _cleanup_server(self) -> None:
        await self._control.cleanup()
