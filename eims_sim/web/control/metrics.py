"""How much is going on, for Prometheus (C4)?"""

from importlib import import_module
from typing import Final

from aiohttp import web

from .operation import Asked, Operation

TEXT: Final = "text/plain"

CONTENT_TYPE: Final = f"{TEXT}; version=0.0.4; charset=utf-8"
"""The text format of Prometheus."""


async def show(asked: Asked[None, None]) -> web.StreamResponse:
    """Figures in the text format of Prometheus: counters since the start, and what there is right now.

    Requests by endpoint, status and HTTP status; how long they took; messages and pushes by state; push attempts; what
    waits. A reset does not touch the counters.
    """
    metrics = await asked.controls.metrics.read()
    body = import_module("eims_sim.web.prometheus").write_metrics(metrics)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})


OPERATIONS = (Operation(method="GET", path="metrics", handler=show, replies={200: str}, media=TEXT),)
