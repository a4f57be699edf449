"""Which inbound messages (MO) are there, and how does one arrive (C4)?"""

from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Discriminator, Field, Tag, TypeAdapter

from ...domain.fields import STRICT
from ...engine.controls import Arrival, Controls
from .door import CONTROLS, WRONG_BODY, Problem, json_response, read_body, read_query, refuse_query
from .shapes import QUERY, ZONE, ListQuery, Moment, show_inbound, show_list


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundQuery(ListQuery):
    """The filter of the list."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInbound:
    """One inbound message; the account defaults to the owner of `to`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    sender: Annotated[str, Field(alias="from", min_length=1, max_length=64)]
    to: Annotated[str, Field(min_length=1, max_length=64)]
    content: Annotated[str, Field(max_length=100_000)]
    account: str | None = None
    received_at: Moment | None = None

    def arrival(self) -> Arrival:
        """The message as the controls take it."""
        return Arrival(self.account, self.sender, self.to, self.content, self.received_at)


@cache
def _query() -> TypeAdapter[InboundQuery]:
    return TypeAdapter(InboundQuery)


_Many = Annotated[list[NewInbound], Field(min_length=1, max_length=10_000)]


def _shape(value: object) -> str:
    return "list" if isinstance(value, list) else "object"


@cache
def _sent() -> "TypeAdapter[NewInbound | list[NewInbound]]":
    """One object or a list; told apart by their shape, so that a violation names what was meant."""
    return TypeAdapter(
        Annotated[Annotated[NewInbound, Tag("object")] | Annotated[_Many, Tag("list")], Discriminator(_shape)]
    )


async def listed(request: web.Request) -> web.StreamResponse:
    """The inbound messages, fetched or not."""
    query = read_query(request, _query())
    found = await request.app[CONTROLS].inbound(query.account, query.page())
    return json_response(show_list(found, partial(show_inbound, zone=request.app[ZONE])))


async def add(request: web.Request) -> web.StreamResponse:
    """Let one message arrive, or a list of them: all or none."""
    refuse_query(request)
    sent = await read_body(request, _sent())
    several = isinstance(sent, list)
    arrived = sent if isinstance(sent, list) else [sent]
    controls = request.app[CONTROLS]
    unowned = [error for place, one in enumerate(arrived) for error in _unowned(one, controls, f"/{place}" * several)]
    if unowned:
        raise Problem(422, WRONG_BODY, unowned)
    kept = await controls.add_inbound([one.arrival() for one in arrived])
    shown: list[dict[str, Any]] = [show_inbound(one, request.app[ZONE]) for one in kept]
    return json_response(shown if several else shown[0], 201)


def _unowned(one: NewInbound, controls: Controls, pointer: str) -> list[dict[str, str]]:
    if one.account is not None and not controls.has_account(one.account):
        return [{"pointer": f"{pointer}/account", "detail": "there is no such account"}]
    if one.account is None and controls.owner(one.to) is None:
        return [{"pointer": f"{pointer}/to", "detail": "no account owns this number; name one in account"}]
    return []
