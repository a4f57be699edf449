"""Which rules are there, and how do they come, change and go (C4)?"""

from dataclasses import dataclass
from typing import Any, ClassVar

from aiohttp import web
from pydantic import ConfigDict

from ...domain.fields import STRICT
from ...domain.rules import RuleSettings
from ...engine.controls.behaviours import Counted
from .door import json_response
from .operation import Asked, Operation, adapter
from .shapes import BehaviourQuery, Listing, Switch, show_list


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleShown(RuleSettings):
    """A rule, and how many messages it decided."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: int
    applied: int


def show_rule(rule: Counted[RuleSettings]) -> dict[str, Any]:
    """A rule as JSON."""
    settings: dict[str, Any] = adapter(RuleSettings).dump_python(rule.settings, mode="json")
    return {"id": rule.id, **settings, "applied": rule.applied}


async def listed(asked: Asked[BehaviourQuery, None]) -> web.StreamResponse:
    """The rules; the first that matches decides: an account's before the server's, the file's before those added."""
    return json_response(show_list(asked.query.of(asked.controls.rules), show_rule))


async def one(asked: Asked[None, None]) -> web.StreamResponse:
    """One rule."""
    return json_response(show_rule(asked.controls.rules.one(asked.id)))


async def add(asked: Asked[None, RuleSettings]) -> web.StreamResponse:
    """Append a rule; it decides from the next submit on."""
    return json_response(show_rule(await asked.controls.rules.add(asked.body)), 201)


async def replace(asked: Asked[None, RuleSettings]) -> web.StreamResponse:
    """Give a rule other settings; it keeps its id and its place, and counts anew."""
    return json_response(show_rule(await asked.controls.rules.replace(asked.id, asked.body)))


async def switch(asked: Asked[None, Switch]) -> web.StreamResponse:
    """Switch a rule on or off; it keeps its id, its place and its count. What it has decided stays decided."""
    return json_response(show_rule(await asked.controls.rules.switch(asked.id, on=asked.body.enabled)))


async def remove(asked: Asked[None, None]) -> web.StreamResponse:
    """Remove a rule; what it has decided stays decided."""
    await asked.controls.rules.remove(asked.id)
    return web.Response(status=204)


async def clear(asked: Asked[None, None]) -> web.StreamResponse:
    """Remove every rule, the file's too until that is read again; what they have decided stays decided."""
    await asked.controls.rules.clear()
    return web.Response(status=204)


OPERATIONS = (
    Operation(method="GET", path="rules", handler=listed, query=BehaviourQuery, replies={200: Listing[RuleShown]}),
    Operation(method="POST", path="rules", handler=add, body=RuleSettings, replies={201: RuleShown}),
    Operation(method="DELETE", path="rules", handler=clear, replies={204: None}),
    Operation(method="GET", path="rules/{id}", handler=one, replies={200: RuleShown}, problems=(404,)),
    Operation(
        method="PUT", path="rules/{id}", handler=replace, body=RuleSettings, replies={200: RuleShown}, problems=(404,)
    ),
    Operation(
        method="PATCH", path="rules/{id}", handler=switch, body=Switch, replies={200: RuleShown}, problems=(404,)
    ),
    Operation(method="DELETE", path="rules/{id}", handler=remove, replies={204: None}, problems=(404,)),
)
