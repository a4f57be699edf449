"""What did clients ask, and what were they answered (C4)? The journal."""

from dataclasses import dataclass
from datetime import tzinfo
from difflib import get_close_matches
from functools import partial
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import AfterValidator, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from ...diagnosis import Reason
from ...domain.fields import STRICT
from ...engine.journal import Entry, EntryFilter
from ...protocol.notation import write_rfc3339
from ..catalogue import codes
from .door import json_response
from .operation import Asked, Operation
from .shapes import QUERY, Count, ExplainedShown, Id, ListQuery, RequestShown, Since, Wait, WaitedListing, show_list

MILLISECOND = 0.001


def _known(code: str) -> str:
    """A code that nothing has would find nothing, however often it is asked for."""
    if code not in codes():
        near = get_close_matches(code, codes(), n=1)
        raise ValueError(f"no reason and no note has this code{f'; the nearest is {near[0]}' if near else ''}")
    return code


class _EveryCode:
    """The codes as they stand in the schema: looked up when somebody wants to read it, not at the start."""

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> dict[str, object]:
        return {"type": "string", "enum": sorted(codes())}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestQuery(ListQuery):
    """Exact filters, and waiting for enough to match."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    endpoint: Annotated[str | None, Field(description="Only to this path, without its slash.")] = None
    account: Annotated[str | None, Field(description="Only of the account that was sent so.")] = None
    status: Annotated[int | None, Field(ge=-99, le=0, description="Only answered with this status.")] = None
    since: Since = None
    finding: Annotated[
        Annotated[str, AfterValidator(_known), _EveryCode()] | None,
        Field(description="Only with a reason or note of this code."),
    ] = None
    submit: Annotated[
        Id | None, Field(description="Only the sendsms whose answer says that it booked this submit.")
    ] = None
    wait: Wait = None
    count: Count = 1

    def wanted(self) -> EntryFilter:
        """The entries that are meant."""
        return EntryFilter(self.endpoint, self.account, self.status, self.since, self.finding, self.submit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """How a request is sent again."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    as_sent: Annotated[
        bool, Field(description="With the password, seq and time that were sent then, not with the right ones.")
    ] = False


def show_request(entry: Entry, zone: tzinfo) -> RequestShown:
    """An entry of the journal as JSON, its secrets masked."""
    return RequestShown(
        id=entry.id,
        at=write_rfc3339(entry.at, zone),
        endpoint=entry.endpoint,
        method=entry.method,
        peer=entry.peer,
        account=entry.account,
        parameters=entry.parameters(),
        status=entry.status,
        http_status=entry.http_status,
        reason=None if entry.reason is None else explain(entry.reason),
        notes=[explain(note) for note in entry.notes],
        answer=entry.answer.decode(errors="replace"),
        delivered=entry.delivered,
        duration_ms=round(entry.duration / MILLISECOND, 3),
    )


def explain(reason: Reason) -> ExplainedShown:
    """A reason or a note as JSON."""
    return ExplainedShown(code=reason.code, text=reason.sentence)


async def listed(asked: Asked[RequestQuery, None]) -> web.StreamResponse:
    """The last requests of clients; with `wait`, as soon as `count` match or with what there is in time."""
    query, controls = asked.query, asked.controls.requests
    wanted = query.wanted()
    complete = None
    if query.wait is not None:
        complete = await controls.wait(wanted, query.count, query.wait, asked.when_lost)
    found = controls.listed(wanted, query.page())
    return json_response(show_list(found, partial(show_request, zone=asked.zone), complete))


async def one(asked: Asked[None, None]) -> web.StreamResponse:
    """One request with its answer, reason and notes."""
    return json_response(show_request(asked.controls.requests.one(asked.id), asked.zone))


async def send(asked: Asked[None, Again]) -> web.StreamResponse:
    """Send a request again, to the gateway itself; the new request with its answer.

    It has the account's right password, signed anew where the account takes a digest; or, `as_sent`, the old one.
    """
    made = await asked.controls.requests.send(asked.id, as_sent=asked.body.as_sent)
    return json_response(show_request(made, asked.zone), 201)


async def clear(asked: Asked[None, None]) -> web.StreamResponse:
    """Empty the journal; ids go on."""
    asked.controls.requests.clear()
    return web.Response(status=204)


OPERATIONS = (
    Operation(
        method="GET", path="requests", handler=listed, query=RequestQuery, replies={200: WaitedListing[RequestShown]}
    ),
    Operation(method="DELETE", path="requests", handler=clear, replies={204: None}),
    Operation(method="GET", path="requests/{id}", handler=one, replies={200: RequestShown}, problems=(404,)),
    Operation(
        method="POST",
        path="requests/{id}/send",
        handler=send,
        body=Again,
        empty=b"{}",
        replies={201: RequestShown},
        problems=(404, 409),
    ),
)
