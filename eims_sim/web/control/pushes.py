"""Which pushes of reports are there, and how is one asked for again (C4)?"""

from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar, Literal

from aiohttp import web
from pydantic import ConfigDict, TypeAdapter

from .door import CONTROLS, json_response, path_id, read_query, refuse_query
from .shapes import QUERY, ZONE, ListQuery, show_list, show_push


@dataclass(frozen=True, slots=True, kw_only=True)
class PushQuery(ListQuery):
    """The filters of the list."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    account: str | None = None
    state: Literal["queued", "sending", "retrying", "delivered", "parked", "dropped"] | None = None


@cache
def _query() -> TypeAdapter[PushQuery]:
    return TypeAdapter(PushQuery)


async def listed(request: web.Request) -> web.StreamResponse:
    """The pushes with every attempt and its verdict."""
    query = read_query(request, _query())
    found = await request.app[CONTROLS].pushes(query.account, query.state, query.page())
    return json_response(show_list(found, partial(show_push, zone=request.app[ZONE])))


async def retry(request: web.Request) -> web.StreamResponse:
    """Make a push due now, with a fresh cycle."""
    refuse_query(request)
    id = path_id(request)
    await request.app[CONTROLS].retry_push(id)
    return json_response({"id": id, "state": "retrying"}, 202)
