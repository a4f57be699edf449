"""Which messages (MT) are there (C4)?"""

from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field, TypeAdapter

from ...domain.lists import MessageFilter
from .door import CONTROLS, json_response, path_id, read_query, refuse_query
from .shapes import QUERY, ZONE, ListQuery, Moment, show_list, show_message


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuery(ListQuery):
    """Exact filters, and waiting for enough to match."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    account: str | None = None
    number: str | None = None
    state: Annotated[int, Field(ge=0, le=9999)] | None = None
    sender: str | None = None
    submit: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    content: str | None = None
    since: Moment | None = None
    until: Moment | None = None
    wait: Annotated[float, Field(ge=0, le=300)] | None = None
    count: Annotated[int, Field(ge=1, le=10_000_000)] = 1

    def wanted(self) -> MessageFilter:
        """The messages that are meant."""
        return MessageFilter(
            self.account, self.number, self.state, self.sender, self.submit, self.content, self.since, self.until
        )


@cache
def _query() -> TypeAdapter[MessageQuery]:
    return TypeAdapter(MessageQuery)


async def listed(request: web.Request) -> web.StreamResponse:
    """The messages that match; with `wait`, as soon as `count` do or with what there is in time."""
    query = read_query(request, _query())
    controls, wanted = request.app[CONTROLS], query.wanted()
    complete = None
    if query.wait is not None:
        complete = await controls.wait_for_messages(wanted, query.count, query.wait)
    shown = show_list(await controls.messages(wanted, query.page()), partial(show_message, zone=request.app[ZONE]))
    return json_response(shown if complete is None else {**shown, "complete": complete})


async def one(request: web.Request) -> web.StreamResponse:
    """One message with its transitions and pushes."""
    refuse_query(request)
    message = await request.app[CONTROLS].message(path_id(request))
    return json_response(show_message(message, request.app[ZONE]))
