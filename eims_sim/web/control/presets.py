"""Which mishaps can be switched on and off by their name (C4)?"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from ...domain.faults import FaultSettings
from ...domain.fields import STRICT
from ...domain.rules import RuleSettings
from ...engine.controls.presets import SwitchedPreset
from .door import json_response
from .operation import Asked, Operation, adapter


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetSwitch:
    """Whether a preset is on."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    on: Annotated[bool, Field(description="Whether its rules and faults are there.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetRule(RuleSettings):
    """A rule as a preset adds it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetFault(FaultSettings):
    """A fault as a preset adds it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT


class PresetShown(TypedDict):
    """A preset: the settings of its rules and faults, whether all of them are there and on, how often they applied."""

    name: str
    rules: list[PresetRule]
    faults: list[PresetFault]
    on: bool
    applied: int


class PresetsShown(TypedDict):
    """Every preset."""

    items: list[PresetShown]


def show_preset(switched: SwitchedPreset) -> dict[str, Any]:
    """A preset as JSON."""
    preset, on, applied = switched
    rules, faults = adapter(tuple[RuleSettings, ...]), adapter(tuple[FaultSettings, ...])
    return {
        "name": preset.name,
        "rules": rules.dump_python(preset.rules, mode="json"),
        "faults": faults.dump_python(preset.faults, mode="json"),
        "on": on,
        "applied": applied,
    }


async def listed(asked: Asked[None, None]) -> web.StreamResponse:
    """The presets. One is on when all of its rules and faults are there and on, whoever made them."""
    return json_response({"items": [show_preset(one) for one in asked.controls.presets.listed()]})


async def switch(asked: Asked[None, PresetSwitch]) -> web.StreamResponse:
    """Switch a preset. On puts what is missing before all others; off removes what has the same settings."""
    name = asked.request.match_info["name"]
    return json_response(show_preset(await asked.controls.presets.switch(name, on=asked.body.on)))


OPERATIONS = (
    Operation(method="GET", path="presets", handler=listed, replies={200: PresetsShown}),
    Operation(
        method="PUT",
        path="presets/{name}",
        handler=switch,
        body=PresetSwitch,
        replies={200: PresetShown},
        problems=(404,),
    ),
)
