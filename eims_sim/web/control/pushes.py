"""Which pushes of reports are there, and how is one asked for again (C4)?"""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

from aiohttp import web
from pydantic import ConfigDict, TypeAdapter

from ...domain.messages import PushRecord
from .door import CONTROLS, json_response, path_id, read_query
from .shapes import QUERY, ZONE, ListQuery, show_list, show_push


@dataclass(frozen=True, slots=True, kw_only=True)
class PushQuery(ListQuery):
    """The filters of the list."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    account: str | None = None
    state: Literal["queued", "retrying", "delivered", "parked", "dropped"] | None = None


@cache
def _query() -> TypeAdapter[PushQuery]:
    return TypeAdapter(PushQuery)


async def listed(request: web.Request) -> web.StreamResponse:
    """The pushes with every attempt and its verdict."""
    query = read_query(request, _query())
    controls = request.app[CONTROLS]

    def show(push: PushRecord) -> dict[str, Any]:
        return show_push(push, request.app[ZONE], sending=controls.is_sending(push.id))

    return json_response(show_list(await controls.pushes(query.account, query.state, query.page()), show))


async def retry(request: web.Request) -> web.StreamResponse:
    """Make a push due now, with a fresh cycle."""
    id = path_id(request)
    await request.app[CONTROLS].retry_push(id)
    return json_response({"id": id, "state": "retrying"}, 202)
