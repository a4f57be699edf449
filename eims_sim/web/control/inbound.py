"""Which inbound messages (MO) are there, and how does one arrive (C4)?"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Discriminator, Field, Tag
from typing_extensions import TypedDict

from ...domain.fields import STRICT
from ...domain.lists import InboundFilter
from ...engine.controls.inbound import Arrival, InboundControls
from .door import WRONG_BODY, Problem, json_response
from .operation import Asked, Operation
from .shapes import QUERY, InboundShown, Listing, ListQuery, Moment, OfAccount, show_inbound, show_list


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundQuery(ListQuery):
    """Exact filters."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    account: OfAccount = None
    sender: Annotated[str | None, Field(alias="from", description="Only from this number.")] = None
    to: Annotated[str | None, Field(description="Only to this inbound number.")] = None

    def wanted(self) -> InboundFilter:
        """The messages that are meant."""
        return InboundFilter(self.account, self.sender, self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInbound:
    """One inbound message; the account defaults to the owner of `to`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    sender: Annotated[str, Field(alias="from", min_length=1, max_length=64)]
    to: Annotated[str, Field(min_length=1, max_length=64)]
    content: Annotated[str, Field(max_length=10_000)]
    account: str | None = None
    received_at: Moment | None = None

    def arrival(self) -> Arrival:
        """The message as the controls take it."""
        return Arrival(self.account, self.sender, self.to, self.content, self.received_at)


class InboundNumberShown(TypedDict):
    """An inbound number and the account that it belongs to."""

    number: str
    account: str


class InboundNumbers(TypedDict):
    """Every inbound number."""

    items: list[InboundNumberShown]


_Many = Annotated[list[NewInbound], Field(min_length=1, max_length=10_000)]


def _shape(value: object) -> str:
    return "list" if isinstance(value, list) else "object"


_One = Annotated[NewInbound, Tag("object")]
Sent = Annotated[_One | Annotated[_Many, Tag("list")], Discriminator(_shape)]
"""One object or a list; told apart by their shape, so that a violation names what was meant."""


async def listed(asked: Asked[InboundQuery, None]) -> web.StreamResponse:
    """The inbound messages that match, fetched or not."""
    found = await asked.controls.inbound.listed(asked.query.wanted(), asked.query.page())
    return json_response(show_list(found, partial(show_inbound, zone=asked.zone)))


async def numbers(asked: Asked[None, None]) -> web.StreamResponse:
    """The numbers that phones can write to, by account."""
    owned = asked.controls.inbound.numbers()
    return json_response({"items": [InboundNumberShown(number=number, account=name) for number, name in owned]})


async def add(asked: Asked[None, NewInbound | list[NewInbound]]) -> web.StreamResponse:
    """Let one message arrive, or a list of them: all or none. The account defaults to the owner of `to`."""
    sent = asked.body
    several = isinstance(sent, list)
    arrived = sent if isinstance(sent, list) else [sent]
    controls = asked.controls.inbound
    unowned = [error for place, one in enumerate(arrived) for error in _unowned(one, controls, f"/{place}" * several)]
    if unowned:
        raise Problem(422, WRONG_BODY, unowned)
    kept = await controls.add([one.arrival() for one in arrived])
    shown = [show_inbound(one, asked.zone) for one in kept]
    return json_response(shown if several else shown[0], 201)


async def clear(asked: Asked[None, None]) -> web.StreamResponse:
    """Remove every inbound message, fetched or not; ids go on."""
    await asked.controls.inbound.empty()
    return web.Response(status=204)


def _unowned(one: NewInbound, controls: InboundControls, pointer: str) -> list[dict[str, str]]:
    if one.account is not None and not controls.has_account(one.account):
        return [{"pointer": f"{pointer}/account", "detail": "there is no such account"}]
    if one.account is None and controls.owner(one.to) is None:
        return [{"pointer": f"{pointer}/to", "detail": "no account owns this number; name one in account"}]
    return []


OPERATIONS = (
    Operation(method="GET", path="inbound", handler=listed, query=InboundQuery, replies={200: Listing[InboundShown]}),
    Operation(method="POST", path="inbound", handler=add, body=Sent, replies={201: InboundShown | list[InboundShown]}),
    Operation(method="DELETE", path="inbound", handler=clear, replies={204: None}),
    Operation(method="GET", path="inbound/numbers", handler=numbers, replies={200: InboundNumbers}),
)
