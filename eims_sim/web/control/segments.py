"""Into which radio parts does a content go (C4)? Without sending it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from ...domain.fields import STRICT
from ...domain.segments import Alphabet, divide
from .door import json_response
from .operation import Asked, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is to be divided."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    content: Annotated[str, Field(description="As it would be sent.")]


class SegmentShown(TypedDict):
    """One part, and how many units of its room it takes: septets of GSM 03.38, or UTF-16 units."""

    content: str
    units: int


class ForcedByShown(TypedDict):
    """The first character that GSM 03.38 cannot write; `index` counts code points from 0."""

    index: int
    character: str


class DivisionShown(TypedDict):
    """A content in parts, each with `room` for so many units; joined they are the content."""

    alphabet: Alphabet
    room: int
    segments: list[SegmentShown]
    forced_by: ForcedByShown | None


async def show(asked: Asked[None, Written]) -> web.StreamResponse:
    """The segments of a content, its alphabet, and the first character that made it UCS-2 (P4.3).

    An MMS is one segment, whatever it says.
    """
    division = divide(asked.body.content)
    forced = division.forced_by
    return json_response(
        DivisionShown(
            alphabet=division.alphabet,
            room=division.room,
            segments=[SegmentShown(content=one.content, units=one.units) for one in division.segments],
            forced_by=None if forced is None else ForcedByShown(index=forced.place, character=forced.character),
        )
    )


OPERATIONS = (
    Operation(method="POST", path="segments", handler=show, body=Written, replies={200: DivisionShown}, reads=True),
)
