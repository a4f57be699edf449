"""Which pushes of reports are there, and how is one asked for again (C4)?"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from ...domain.fields import STRICT
from ...domain.messages import PushState
from .door import json_response
from .operation import Asked, Operation
from .shapes import QUERY, Listing, ListQuery, OfAccount, PushShown, show_list, show_push


@dataclass(frozen=True, slots=True, kw_only=True)
class PushQuery(ListQuery):
    """The filters of the list."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    account: OfAccount = None
    state: Annotated[PushState | None, Field(description="Only in this state.")] = None


class RetryShown(TypedDict):
    """A push that is due now."""

    id: int
    state: PushState


class RetriedShown(TypedDict):
    """How many pushes are due now."""

    retried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoseParked:
    """Whose parked pushes are meant."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    account: Annotated[str | None, Field(description="Only those of this account; null: all.")] = None


async def listed(asked: Asked[PushQuery, None]) -> web.StreamResponse:
    """The pushes with every attempt and its verdict."""
    query = asked.query
    found = await asked.controls.pushes.listed(query.account, query.state, query.page())
    return json_response(show_list(found, partial(show_push, zone=asked.zone)))


async def one(asked: Asked[None, None]) -> web.StreamResponse:
    """One push with every attempt and its verdict."""
    return json_response(show_push(await asked.controls.pushes.one(asked.id), asked.zone))


async def retry(asked: Asked[None, None]) -> web.StreamResponse:
    """Make a push due now, with a fresh cycle of attempts."""
    await asked.controls.pushes.retry(asked.id)
    return json_response(RetryShown(id=asked.id, state="retrying"), 202)


async def retry_parked(asked: Asked[None, WhoseParked]) -> web.StreamResponse:
    """Make every parked push due now, the oldest first, with a fresh cycle of attempts."""
    return json_response(RetriedShown(retried=await asked.controls.pushes.retry_parked(asked.body.account)), 202)


OPERATIONS = (
    Operation(method="GET", path="pushes", handler=listed, query=PushQuery, replies={200: Listing[PushShown]}),
    Operation(
        method="POST",
        path="pushes/parked/retry",
        handler=retry_parked,
        body=WhoseParked,
        empty=b"{}",
        replies={202: RetriedShown},
        problems=(404,),
    ),
    Operation(method="GET", path="pushes/{id}", handler=one, replies={200: PushShown}, problems=(404,)),
    Operation(method="POST", path="pushes/{id}/retry", handler=retry, replies={202: RetryShown}, problems=(404, 409)),
)
