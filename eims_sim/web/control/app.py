"""Which calls does the control API have (C4), and which pages are beside them? The route table, on one screen."""

from datetime import tzinfo
from typing import Final

from aiohttp import web

from ...engine.controls import Controls
from ..console.routes import add_console
from ..paths import CONTROL
from . import (
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
from .door import DOOR, Door
from .shapes import ZONE

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


def control_app(controls: Controls, door: Door, body_limit: int, zone: tzinfo) -> web.Application:
    """The control API and the console; ready to answer once it is started up."""
    app = web.Application(client_max_size=body_limit)
    app[door.CONTROLS] = controls
    app[DOOR] = door
    app[ZONE] = zone
    for operation in OPERATIONS:
        guard = door.open_to_all if operation.open_to_all else door.guard
        app.router.add_route(operation.method, CONTROL + operation.path, guard(operation.answer))
    add_console(app, door)
    app.router.add_route("*", "/{rest:(?s:.*)}", door.open_to_all(door.unknown))
    return app
