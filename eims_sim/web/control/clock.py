"""What does the gateway's clock show, and how is it moved (C4)?"""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, Any, ClassVar, Final, Literal

from aiohttp import web
from pydantic import ConfigDict, Field, model_validator
from typing_extensions import TypedDict

from ...domain.fields import STRICT
from ...domain.settings import ClockMode
from ...engine.controls.clock import ClockFace
from ...protocol.notation import write_rfc3339
from .door import json_response
from .operation import Asked, Operation
from .shapes import Moment, Time, show_scale

_TEN_YEARS = 10 * 366 * 86_400


_REAL_IS_REAL: Final[Any] = {
    "if": {"properties": {"mode": {"const": "real"}}, "required": ["mode"]},
    "then": {"properties": {"now": {"type": "null"}}},
}
_ONE_OF_BOTH: Final[Any] = {
    "oneOf": [
        {"properties": {"seconds": {"type": "number"}, "to": {"type": "null"}}, "required": ["seconds"]},
        {"properties": {"seconds": {"type": "null"}, "to": {"const": "next"}}, "required": ["to"]},
    ]
}
"""What the schemas say of the validators below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """The clock as it is to be from now on; without `now` the present moment stays."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT | ConfigDict(json_schema_extra=_REAL_IS_REAL)

    mode: Annotated[ClockMode, Field(description="The system's time, a moment that stays, or time that runs faster.")]
    now: Annotated[Moment | None, Field(description="What it is to show; not with real.")] = None
    scale: Annotated[
        float | None, Field(gt=0, le=1_000_000, description="Seconds that pass in a real second; null: as it is.")
    ] = None

    @model_validator(mode="after")
    def _real_is_real(self) -> "ClockChange":
        if self.mode == "real" and self.now is not None:
            raise ValueError("a real clock shows the system's time; now goes with frozen or scaled")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """How far to go: so many seconds, or to the next due moment."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT | ConfigDict(json_schema_extra=_ONE_OF_BOTH)

    seconds: Annotated[float | None, Field(ge=0, le=_TEN_YEARS)] = None
    to: Literal["next"] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Advance":
        if (self.seconds is None) == (self.to is None):
            raise ValueError('one of {"seconds": 3600} and {"to": "next"} is wanted')
        return self


class ClockShown(TypedDict):
    """What the gateway's clock shows."""

    mode: ClockMode
    now: Time
    scale: float


class Advanced(TypedDict):
    """What an advance made: transitions of messages, and push attempts."""

    now: Time
    transitions: int
    pushes: int


def _show(face: ClockFace, zone: tzinfo) -> ClockShown:
    return ClockShown(mode=face.mode, now=write_rfc3339(face.now, zone), scale=show_scale(face.scale))


async def show(asked: Asked[None, None]) -> web.StreamResponse:
    """What the gateway's clock shows: the mode, the moment and the scale."""
    return json_response(_show(asked.controls.clock.face(), asked.zone))


async def change(asked: Asked[None, ClockChange]) -> web.StreamResponse:
    """Change the clock's mode or moment; a step forward runs what falls due."""
    wanted = asked.body
    face = await asked.controls.clock.set(wanted.mode, wanted.now, wanted.scale)
    return json_response(_show(face, asked.zone))


async def advance(asked: Asked[None, Advance]) -> web.StreamResponse:
    """Go from due moment to due moment; answers when all are stored and attempted."""
    face, progress = await asked.controls.clock.advance(asked.body.seconds)
    now = write_rfc3339(face.now, asked.zone)
    return json_response(Advanced(now=now, transitions=progress.transitions, pushes=progress.pushes))


OPERATIONS = (
    Operation(method="GET", path="clock", handler=show, replies={200: ClockShown}),
    Operation(method="PUT", path="clock", handler=change, body=ClockChange, replies={200: ClockShown}),
    Operation(
        method="POST", path="clock/advance", handler=advance, body=Advance, replies={200: Advanced}, problems=(409,)
    ),
)
