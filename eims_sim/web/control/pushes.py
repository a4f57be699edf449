"""Which pushes of reports are there, and how is one asked for again (C4)?"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

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


async def listed(asked: Asked[PushQuery, None]) -> web.StreamResponse:
    """The pushes with every attempt and its verdict."""
    query = asked.query
    found = await asked.controls.pushes.listed(query.account, query.state, query.page())
    return json_response(show_list(found, partial(show_push, zone=asked.zone)))


async def retry(asked: Asked[None, None]) -> web.StreamResponse:
    """Make a push due now, with a fresh cycle of attempts."""
    await asked.controls.pushes.retry(asked.id)
    return json_response(RetryShown(id=asked.id, state="retrying"), 202)


OPERATIONS = (
    Operation(method="GET", path="pushes", handler=listed, query=PushQuery, replies={200: Listing[PushShown]}),
    Operation(method="POST", path="pushes/{id}/retry", handler=retry, replies={202: RetryShown}, problems=(404, 409)),
)
