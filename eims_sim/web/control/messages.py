"""Which messages (MT) are there, and how is one ended by hand (C4)?"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar

from aiohttp import web
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from ...domain.fields import STRICT, FinalState
from ...domain.lists import MessageFilter
from ...domain.messages import Decider
from ...protocol.notation import write_money
from .door import json_response
from .operation import Asked, Operation
from .shapes import (
    QUERY,
    Amount,
    Bound,
    Count,
    Id,
    ListQuery,
    MessageShown,
    OfAccount,
    Since,
    TransitionShown,
    Wait,
    WaitedListing,
    show_list,
    show_message,
    show_transitions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuery(ListQuery):
    """Exact filters, and waiting for enough to match."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    account: OfAccount = None
    number: Annotated[str | None, Field(description="Only to this number, as it is stored.")] = None
    state: Annotated[int | None, Field(ge=0, le=9999, description="Only in this state.")] = None
    sender: Annotated[str | None, Field(description="Only with this sender.")] = None
    submit: Annotated[Id | None, Field(description="Only of this submit.")] = None
    content: Annotated[str | None, Field(description="Only with this in the content.")] = None
    since: Since = None
    until: Annotated[Bound | None, Field(description="Only accepted up to this time.")] = None
    wait: Wait = None
    count: Count = 1

    def wanted(self) -> MessageFilter:
        """The messages that are meant."""
        return MessageFilter(
            self.account, self.number, self.state, self.sender, self.submit, self.content, self.since, self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """How a message is to end."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    state: Annotated[FinalState, Field(description="0 or a report code.")]


class PaidShown(TypedDict):
    """What all messages of a submit have paid together, and what was paid back."""

    id: int
    paid_gift: Amount
    paid_balance: Amount
    refunded: Amount


class ExplanationShown(TypedDict):
    """Who decided how a message ends, and how; from which state an operator ended it; which states it has yet to enter.

    `outcome` is 0 or a report code; 1 and 2 are for ever.
    """

    decided_by: Decider
    outcome: int
    forced_from: int | None
    upcoming: list[TransitionShown]
    submit: PaidShown


async def listed(asked: Asked[MessageQuery, None]) -> web.StreamResponse:
    """The messages that match; with `wait`, as soon as `count` do or with what there is in time."""
    query, controls = asked.query, asked.controls.messages
    wanted = query.wanted()
    complete = None
    if query.wait is not None:
        complete = await controls.wait(wanted, query.count, query.wait, asked.when_lost)
    return json_response(
        show_list(await controls.listed(wanted, query.page()), partial(show_message, zone=asked.zone), complete)
    )


async def one(asked: Asked[None, None]) -> web.StreamResponse:
    """One message with its transitions and pushes."""
    return json_response(show_message(await asked.controls.messages.one(asked.id), asked.zone))


async def explain(asked: Asked[None, None]) -> web.StreamResponse:
    """Why a message ends as it does, what comes yet, and what its submit has paid."""
    told = await asked.controls.messages.explanation(asked.id)
    return json_response(
        ExplanationShown(
            decided_by=told.decided_by,
            outcome=told.outcome,
            forced_from=told.forced_from,
            upcoming=show_transitions(told.upcoming, asked.zone),
            submit=PaidShown(
                id=told.submit,
                paid_gift=write_money(told.paid_gift),
                paid_balance=write_money(told.paid_balance),
                refunded=write_money(told.refunded),
            ),
        )
    )


async def force(asked: Asked[None, Forced]) -> web.StreamResponse:
    """Make a message final now, with refund and report as in life; 409 when it is final."""
    return json_response(show_message(await asked.controls.messages.force(asked.id, asked.body.state), asked.zone))


async def clear(asked: Asked[None, None]) -> web.StreamResponse:
    """Remove final messages with their reports and pushes, delivered or not; the others stay, ids go on."""
    await asked.controls.messages.empty()
    return web.Response(status=204)


OPERATIONS = (
    Operation(
        method="GET", path="messages", handler=listed, query=MessageQuery, replies={200: WaitedListing[MessageShown]}
    ),
    Operation(method="DELETE", path="messages", handler=clear, replies={204: None}),
    Operation(method="GET", path="messages/{id}", handler=one, replies={200: MessageShown}, problems=(404,)),
    Operation(
        method="GET",
        path="messages/{id}/explanation",
        handler=explain,
        replies={200: ExplanationShown},
        problems=(404,),
    ),
    Operation(
        method="PATCH",
        path="messages/{id}",
        handler=force,
        body=Forced,
        replies={200: MessageShown},
        problems=(404, 409),
    ),
)
