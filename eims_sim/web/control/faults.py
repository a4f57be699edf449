"""Which faults are there, and how do they come and go (C4)?"""

from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp import web
from pydantic import ConfigDict

from ...domain.faults import FaultSettings
from ...domain.fields import STRICT
from ...engine.controls.behaviours import Counted
from .door import json_response
from .operation import Asked, Operation, adapter
from .shapes import BehaviourQuery, Listing, Switch, show_list


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultShown(FaultSettings):
    """A fault, and how often it struck."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: int
    applied: int


def show_fault(fault: Counted[FaultSettings]) -> dict[str, Any]:
    """A fault as JSON."""
    settings: dict[str, Any] = adapter(FaultSettings).dump_python(fault.settings, mode="json")
    return {"id": fault.id, **settings, "applied": fault.applied}


async def listed(asked: Asked[BehaviourQuery, None]) -> web.StreamResponse:
    """The faults; the first that matches strikes, the file's before those that were added here."""
    return json_response(show_list(asked.query.of(asked.controls.faults), show_fault))


async def one(asked: Asked[None, None]) -> web.StreamResponse:
    """One fault."""
    return json_response(show_fault(asked.controls.faults.one(asked.id)))


async def add(asked: Asked[None, FaultSettings]) -> web.StreamResponse:
    """Append a fault; it strikes from the next request on."""
    return json_response(show_fault(await asked.controls.faults.add(asked.body)), 201)


async def replace(asked: Asked[None, FaultSettings]) -> web.StreamResponse:
    """Give a fault other settings; it keeps its id and its place, and counts anew."""
    return json_response(show_fault(await asked.controls.faults.replace(asked.id, asked.body)))


async def switch(asked: Asked[None, Switch]) -> web.StreamResponse:
    """Switch a fault on or off; it keeps its id, its place and its count. A request that it holds up stays so."""
    return json_response(show_fault(await asked.controls.faults.switch(asked.id, on=asked.body.enabled)))


async def remove(asked: Asked[None, None]) -> web.StreamResponse:
    """Remove a fault; a request that it holds up stays so."""
    await asked.controls.faults.remove(asked.id)
    return web.Response(status=204)


async def clear(asked: Asked[None, None]) -> web.StreamResponse:
    """Remove every fault; requests that one holds up stay so."""
    await asked.controls.faults.clear()
    return web.Response(status=204)


OPERATIONS = (
    Operation(method="GET", path="faults", handler=listed, query=BehaviourQuery, replies={200: Listing[FaultShown]}),
    Operation(method="POST", path="faults", handler=add, body=FaultSettings, replies={201: FaultShown}),
    Operation(method="DELETE", path="faults", handler=clear, replies={204: None}),
    Operation(method="GET", path="faults/{id}", handler=one, replies={200: FaultShown}, problems=(404,)),
    Operation(
        method="PUT",
        path="faults/{id}",
        handler=replace,
        body=FaultSettings,
        replies={200: FaultShown},
        problems=(404,),
    ),
    Operation(
        method="PATCH", path="faults/{id}", handler=switch, body=Switch, replies={200: FaultShown}, problems=(404,)
    ),
    Operation(method="DELETE", path="faults/{id}", handler=remove, replies={204: None}, problems=(404,)),
)
