"""What does the gateway's clock show, and how is it moved (C4)?"""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from aiohttp import web
from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from ...domain.fields import STRICT
from ...domain.settings import ClockMode
from ...engine.controls import ClockFace
from ...protocol.notation import write_rfc3339
from .door import CONTROLS, json_response, read_body, refuse_query
from .shapes import ZONE, Moment

_TEN_YEARS = 10 * 366 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """The body of PUT."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    mode: ClockMode
    now: Moment | None = None
    scale: Annotated[float, Field(gt=0, le=1_000_000)] | None = None

    @model_validator(mode="after")
    def _real_is_real(self) -> "ClockChange":
        if self.mode == "real" and self.now is not None:
            raise ValueError("a real clock shows the system's time; now goes with frozen or scaled")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """The body of POST advance: one of its two members."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    seconds: Annotated[float, Field(ge=0, le=_TEN_YEARS)] | None = None
    to: Literal["next"] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Advance":
        if (self.seconds is None) == (self.to is None):
            raise ValueError('one of {"seconds": 3600} and {"to": "next"} is wanted')
        return self


@cache
def _change() -> TypeAdapter[ClockChange]:
    return TypeAdapter(ClockChange)


@cache
def _advance() -> TypeAdapter[Advance]:
    return TypeAdapter(Advance)


def _show(face: ClockFace, request: web.Request) -> dict[str, Any]:
    return {"mode": face.mode, "now": write_rfc3339(face.now, request.app[ZONE]), "scale": face.scale}


async def show(request: web.Request) -> web.StreamResponse:
    """The mode, the moment and the scale."""
    refuse_query(request)
    return json_response(_show(request.app[CONTROLS].clock(), request))


async def change(request: web.Request) -> web.StreamResponse:
    """Change the mode or the moment."""
    refuse_query(request)
    wanted = await read_body(request, _change())
    face = await request.app[CONTROLS].set_clock(wanted.mode, wanted.now, wanted.scale)
    return json_response(_show(face, request))


async def advance(request: web.Request) -> web.StreamResponse:
    """Go from due moment to due moment; answers when all are stored and attempted."""
    refuse_query(request)
    wanted = await read_body(request, _advance())
    face, progress = await request.app[CONTROLS].advance(wanted.seconds)
    shown = {"now": write_rfc3339(face.now, request.app[ZONE])}
    return json_response(shown | progress._asdict())
