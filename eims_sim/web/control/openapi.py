"""What can be asked of this server (C4)?"""

import asyncio
from functools import cache
from importlib import import_module
from typing import Any, Literal

from aiohttp import web
from typing_extensions import TypedDict

from .door import DOOR
from .operation import JSON, Asked, Operation


class Information(TypedDict):
    """What the document is about."""

    title: str
    version: str


class OpenapiShown(TypedDict):
    """An OpenAPI document."""

    openapi: Literal["3.1.1"]
    info: Information
    paths: dict[str, Any]
    components: dict[str, Any]


async def show(asked: Asked[None, None]) -> web.StreamResponse:
    """This document: the control API and the gateway's endpoints as OpenAPI 3.1, derived from the code."""
    body = await asyncio.to_thread(_document, asked.request.app[DOOR].guarded)
    return web.Response(body=body, content_type=JSON)


@cache
def _document(guarded: bool) -> bytes:
    """The document, made when it is first asked for: what it takes is not loaded at start (D8)."""
    document: bytes = import_module("eims_sim.web.openapi").document(guarded=guarded)
    return document


OPERATIONS = (Operation(method="GET", path="openapi.json", handler=show, replies={200: OpenapiShown}),)
